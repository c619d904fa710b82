//! The making of the world: which companies there are, what they run, who works there.
use crate::sandbox::random::Rng;
use crate::sandbox::random::hash;
use crate::sandbox::world::Company;
use crate::sandbox::world::NONE;
use crate::sandbox::world::Person;
use crate::sandbox::world::company_flag;
use crate::sandbox::world::flag;
use crate::sandbox::world::names;
use crate::sandbox::world::names::STEMS;
use crate::sandbox::world::names::TAILS;
use crate::sandbox::world::places::COUNTRIES;
use crate::sandbox::world::places::FLAGSHIP;
use crate::sandbox::world::places::country_index;
use crate::sandbox::world::stack;
use crate::sandbox::world::titles::Function;
use crate::sandbox::world::titles::Level;
use crate::sandbox::world::titles::TITLES;
use crate::sandbox::world::trades::COMMERCE;
use crate::sandbox::world::trades::FINTECH;
use crate::sandbox::world::trades::INDUSTRIES;
use crate::sandbox::world::trades::SOFTWARE;
use crate::sandbox::world::trades::T;

/// How many companies there are in the world everyone knows; a larger one begins with the same.
pub const COMPANIES: usize = 2_240;
/// Names that differ; after these a company has a number in its name.
pub const NAMES: usize = STEMS.len() * TAILS.len();
/// Every so many flagship people there is one with a history in the CRM.
const CRM_EVERY: usize = 15;

pub fn make(seed: u64, size: usize) -> (Vec<Company>, Vec<Person>) {
    let mut rng = Rng::new(seed);
    let mut people = Vec::with_capacity(20_000);
    let mut companies = Vec::with_capacity(size);
    let flagship: Vec<usize> = FLAGSHIP
        .iter()
        .flat_map(|(code, n)| std::iter::repeat_n(country_index(code).unwrap_or(0), *n as usize))
        .collect();
    let spread = COMPANIES / flagship.len();
    let start = hash(&[seed, 7]) as usize % NAMES;
    let mut flagship_people = 0;
    for i in 0..size {
        // 1,777 is prime to the number of names, so no name comes twice before all have come once.
        let name = (start + i * 1_777) % NAMES;
        let country = flagship.get(i / spread).filter(|_| i % spread == 3).copied();
        let mut c = company(&mut rng, country);
        c.stem = (name % STEMS.len()) as u8;
        c.tail = (name / STEMS.len()) as u8;
        c.first_person = people.len() as u32;
        staff(&mut rng, i as u32, &c, &mut people);
        if country.is_some() {
            mark_flagship(&mut rng, i, &mut c, &mut people, &mut flagship_people);
        }
        c.people = (people.len() as u32 - c.first_person) as u8;
        companies.push(c);
    }
    (companies, people)
}

fn company(rng: &mut Rng, flagship_country: Option<usize>) -> Company {
    let weights: Vec<u32> = INDUSTRIES.iter().map(|x| x.weight).collect();
    let countries: Vec<u32> = COUNTRIES.iter().map(|x| x.weight).collect();
    let wanted = flagship_country.is_some();
    let industry = if wanted { FINTECH } else { rng.weighted(&weights) };
    let country = flagship_country.unwrap_or_else(|| rng.weighted(&countries));
    let size = if wanted { rng.between(205, 990) } else { any_size(rng) } as u32;
    let per_head = [210, 190, 260, 120, 230, 170, 310, 140, 90, 340, 280, 180][industry] as u32;
    let revenue_kusd = size * per_head * rng.between(60, 150) as u32 / 100;
    let mut techs = stack::draw(rng, industry, size, country);
    let in_band = industry == FINTECH && (190..=1_050).contains(&size);
    stack::set(&mut techs, T::Snowflake, wanted);
    if in_band && !wanted {
        techs &= !(1 << T::Snowflake as u8);
    }
    let (stage, raised_kusd) = funding(rng, industry, size);
    let mut flags = if wanted { company_flag::FLAGSHIP } else { 0 };
    if wanted || rng.chance(0.95) {
        flags |= company_flag::APOLLO;
    }
    if wanted || rng.chance(0.93) {
        flags |= company_flag::EXPLORIUM;
    }
    if rng.chance(0.17) {
        flags |= company_flag::IN_CRM;
    }
    Company {
        stem: 0,
        tail: 0,
        word: rng.below(16) as u8,
        industry: industry as u8,
        country: country as u8,
        city: rng.below(COUNTRIES[country].cities.len()) as u8,
        people: 0,
        stage,
        size,
        revenue_kusd,
        techs,
        first_person: 0,
        raised_kusd,
        raised_days_ago: raised_days_ago(rng, industry),
        founded: (2_024 - rng.between(1, 14) - if size > 1_500 { rng.between(5, 60) } else { 0 }) as u16,
        flags,
    }
}

/// Fintechs raise again sooner than others: half of their last rounds are younger than seven months.
fn raised_days_ago(rng: &mut Rng, industry: usize) -> u16 {
    let days = rng.between(20, 1_100);
    if industry != FINTECH {
        return days as u16;
    }
    let share = (days - 20) as f64 / 1_080.0;
    (20.0 + 1_080.0 * share.powf(2.5)) as u16
}

fn any_size(rng: &mut Rng) -> usize {
    match rng.weighted(&[18, 26, 24, 14, 9, 6, 2, 1]) {
        0 => rng.between(3, 10),
        1 => rng.between(11, 50),
        2 => rng.between(51, 200),
        3 => rng.between(201, 500),
        4 => rng.between(501, 1_000),
        5 => rng.between(1_001, 5_000),
        6 => rng.between(5_001, 10_000),
        _ => rng.between(10_001, 60_000),
    }
}

fn funding(rng: &mut Rng, industry: usize, size: u32) -> (u8, u32) {
    let likely = if matches!(industry, FINTECH | SOFTWARE | COMMERCE) { 0.75 } else { 0.25 };
    if size > 1_500 || !rng.chance(likely) {
        return (0, 0);
    }
    let stage = match size {
        0..=20 => 1,
        21..=80 => 2,
        81..=260 => 3,
        261..=650 => 4,
        _ => 5,
    };
    let base = [0, 2_000, 9_000, 28_000, 60_000, 120_000][stage];
    (stage as u8, (base * rng.between(60, 170) / 100) as u32)
}

const ROSTER: &[(Function, &[Level])] = &[
    (Function::Executive, &[Level::Chief, Level::Founder]),
    (Function::Finance, &[Level::Chief, Level::Head, Level::Director, Level::Manager]),
    (Function::Sales, &[Level::Vp, Level::Head, Level::Director, Level::Chief]),
    (Function::Engineering, &[Level::Chief, Level::Vp, Level::Head]),
    (Function::Marketing, &[Level::Head, Level::Vp, Level::Manager]),
    (Function::People, &[Level::Director, Level::Vp, Level::Manager]),
    (Function::Operations, &[Level::Chief, Level::Head, Level::Manager]),
    (Function::It, &[Level::Director, Level::Head, Level::Manager]),
    (Function::Finance, &[Level::Manager, Level::Staff]),
    (Function::Engineering, &[Level::Manager, Level::Staff]),
    (Function::Sales, &[Level::Staff, Level::Manager]),
    (Function::Product, &[Level::Vp, Level::Head, Level::Manager]),
];

fn staff(rng: &mut Rng, index: u32, c: &Company, people: &mut Vec<Person>) {
    let n = match c.size {
        0..=10 => rng.between(5, 6),
        11..=100 => rng.between(6, 9),
        _ => rng.between(8, 12),
    };
    let first = people.len();
    for (function, levels) in ROSTER.iter().take(n) {
        let level = if c.size < 60 && *function == Function::Finance { Level::Manager } else { *rng.pick(levels) };
        let named = title(rng, *function, level, c);
        let p = person(rng, index, c, named);
        push_unique(p, first, people);
    }
    // Elsewhere, larger companies have a VP Finance now and then too.
    if c.flags & company_flag::FLAGSHIP == 0 && c.size > 150 && rng.chance(0.3) {
        let named = 5 + rng.below(6);
        let p = person(rng, index, c, named);
        push_unique(p, first, people);
    }
}

/// Two colleagues never have the same name, so no two of them have one address.
fn push_unique(mut p: Person, first: usize, people: &mut Vec<Person>) {
    let (_, lasts) = names::of(COUNTRIES[usize::from(p.tongue)].tongue);
    let key = |p: &Person| {
        let (_, l) = names::of(COUNTRIES[usize::from(p.tongue)].tongue);
        l[usize::from(p.last) % l.len()]
    };
    for _ in 0..lasts.len() {
        let mine = key(&p);
        if !people[first..].iter().any(|q| key(q) == mine) {
            break;
        }
        p.last = ((usize::from(p.last) + 1) % lasts.len()) as u8;
    }
    people.push(p);
}

fn title(rng: &mut Rng, function: Function, level: Level, c: &Company) -> usize {
    let tongue = COUNTRIES[usize::from(c.country)].tongue;
    let fits = |i: &usize| {
        let t = &TITLES[*i];
        t.function == function && t.level == level && t.tongue.is_none_or(|x| x == tongue)
    };
    let all: Vec<usize> = (0..TITLES.len()).filter(fits).collect();
    let any = (0..TITLES.len()).find(|i| TITLES[*i].function == function).unwrap_or(0);
    if all.is_empty() { any } else { *rng.pick(&all) }
}

fn person(rng: &mut Rng, index: u32, c: &Company, title: usize) -> Person {
    let countries: Vec<u32> = COUNTRIES.iter().map(|x| x.weight).collect();
    let country = if rng.chance(0.06) { rng.weighted(&countries) } else { usize::from(c.country) };
    let (firsts, lasts) = names::of(COUNTRIES[country].tongue);
    let mut flags = 0;
    let mut give = |on: bool, bit: u16| {
        if on {
            flags |= bit;
        }
    };
    give(rng.chance(0.90), flag::APOLLO);
    give(rng.chance(0.85), flag::EXPLORIUM);
    give(rng.chance(0.93), flag::APOLLO_MAIL);
    give(rng.chance(0.93), flag::EXPLORIUM_MAIL);
    let fate = rng.below(100);
    give(fate < 4, flag::INVALID);
    give((4..9).contains(&fate), flag::CATCH_ALL);
    give(rng.chance(0.04), flag::DISPUTED);
    let known = c.flags & company_flag::IN_CRM != 0;
    give(known && rng.chance(0.46), flag::IN_CRM);
    give(rng.chance(0.25), flag::CRM_DIFFERS);
    give(rng.chance(0.01), flag::OPTED_OUT);
    Person {
        company: index,
        twin_of: NONE,
        flags,
        first: rng.below(firsts.len()) as u8,
        last: rng.below(lasts.len()) as u8,
        title: title as u8,
        country: country as u8,
        city: if country == usize::from(c.country) { c.city } else { 0 },
        tongue: country as u8,
        role_months: rng.between(2, 96) as u8,
    }
}

/// Gives a flagship company its VP Finance, with the accidents the request must survive.
fn mark_flagship(rng: &mut Rng, i: usize, c: &mut Company, people: &mut Vec<Person>, count: &mut usize) {
    let first = c.first_person as usize;
    if *count % 25 == 24 {
        // A few such companies have no VP Finance at all: only a chief or a head.
        *count += 1;
        return;
    }
    let named = 5 + rng.below(6);
    let mut p = person(rng, i as u32, c, named);
    p.country = c.country;
    p.tongue = c.country;
    p.city = c.city;
    p.first %= names::of(COUNTRIES[usize::from(p.tongue)].tongue).0.len() as u8;
    p.last %= names::of(COUNTRIES[usize::from(p.tongue)].tongue).1.len() as u8;
    p.flags &= !(flag::IN_CRM | flag::CRM_DIFFERS | flag::OPTED_OUT);
    p.flags |= flag::FLAGSHIP;
    if p.flags & (flag::APOLLO | flag::EXPLORIUM) == 0 {
        p.flags |= flag::APOLLO;
    }
    if *count % CRM_EVERY == 5 {
        c.flags |= company_flag::IN_CRM;
        p.flags &= !(flag::INVALID | flag::CATCH_ALL);
        p.flags |= flag::IN_CRM | flag::APOLLO | flag::EXPLORIUM;
        p.flags |= match *count / CRM_EVERY {
            0 | 1 => flag::IN_CAMPAIGN,
            2..=4 => flag::UNSUBSCRIBED,
            5 | 6 => flag::OPTED_OUT,
            7..=9 => flag::CRM_OTHER_OWNER,
            _ => flag::CRM_DIFFERS,
        };
    }
    push_unique(p, first, people);
    if *count % 30 == 11 {
        let original = people.len() - 1;
        let mut twin = people[original].clone();
        twin.twin_of = original as u32;
        twin.flags &= !(flag::IN_CRM | flag::UNSUBSCRIBED | flag::IN_CAMPAIGN);
        people.push(twin);
    }
    *count += 1;
}
