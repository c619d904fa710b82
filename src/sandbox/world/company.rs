//! What can be told about a company: names, size bands, money, technology, jobs, events.
use crate::sandbox::random::hash;
use crate::sandbox::random::unit;
use crate::sandbox::world::Company;
use crate::sandbox::world::DAY_MS;
use crate::sandbox::world::EPOCH_MS;
use crate::sandbox::world::World;
use crate::sandbox::world::make::NAMES;
use crate::sandbox::world::names::STEMS;
use crate::sandbox::world::names::TAILS;
use crate::sandbox::world::names::ascii;
use crate::sandbox::world::places::COUNTRIES;
use crate::sandbox::world::places::City;
use crate::sandbox::world::places::Country;
use crate::sandbox::world::titles::Function;
use crate::sandbox::world::titles::TITLES;
use crate::sandbox::world::titles::Title;
use crate::sandbox::world::trades::FINTECH;
use crate::sandbox::world::trades::INDUSTRIES;
use crate::sandbox::world::trades::Industry;
use crate::sandbox::world::trades::TECHS;
use crate::sandbox::world::trades::Tech;

pub const STAGES: &[&str] = &["", "Seed", "Series A", "Series B", "Series C", "Series D"];

/// A vacancy of a company.
pub struct Job {
    pub number: u64,
    pub title: &'static Title,
    pub posted_ms: i64,
}

/// Something that happened to a company.
pub struct Happening {
    pub number: u64,
    pub kind: &'static str,
    pub at_ms: i64,
}

const HAPPENINGS: &[&str] = &[
    "new_product",
    "new_office",
    "new_partnership",
    "hiring_in_finance_department",
    "hiring_in_engineering_department",
    "hiring_in_sales_department",
    "increase_in_all_departments",
    "increase_in_engineering_department",
    "company_award",
    "cost_cutting",
];

impl World {
    pub fn company(&self, i: u32) -> &Company {
        &self.companies[i as usize]
    }

    pub fn industry(&self, i: u32) -> &'static Industry {
        &INDUSTRIES[usize::from(self.company(i).industry)]
    }

    pub fn company_country(&self, i: u32) -> &'static Country {
        &COUNTRIES[usize::from(self.company(i).country)]
    }

    pub fn company_city(&self, i: u32) -> &'static City {
        let cities = self.company_country(i).cities;
        &cities[usize::from(self.company(i).city) % cities.len()]
    }

    fn root_name(&self, i: u32) -> String {
        let c = self.company(i);
        let name = format!("{}{}", STEMS[usize::from(c.stem)], TAILS[usize::from(c.tail)]);
        match i as usize / NAMES {
            0 => name,
            again => format!("{name}{}", again + 1),
        }
    }

    pub fn company_name(&self, i: u32) -> String {
        let words = self.industry(i).words;
        let word = words[usize::from(self.company(i).word) % words.len()];
        format!("{} {word}", self.root_name(i)).trim_end().to_owned()
    }

    pub fn domain(&self, i: u32) -> String {
        let end = if i % 11 == 7 { "test" } else { "example" };
        format!("{}.{end}", ascii(&self.root_name(i)))
    }

    pub fn description(&self, i: u32) -> String {
        let trade = self.industry(i);
        let words = trade.keywords;
        let h = hash(&[self.seed, 41, u64::from(i)]) as usize;
        let focus = words[h % words.len()];
        let whom =
            ["growing businesses", "large enterprises", "consumers", "mid-market teams", "public bodies"][(h >> 8) % 5];
        format!(
            "{} is a {} company from {} with a focus on {focus} for {whom}.",
            self.company_name(i),
            trade.name.to_lowercase(),
            self.company_city(i).name,
        )
    }

    pub fn techs(&self, i: u32) -> impl Iterator<Item = &'static Tech> {
        let mask = self.company(i).techs;
        TECHS.iter().enumerate().filter(move |(bit, _)| mask >> bit & 1 == 1).map(|(_, t)| t)
    }

    /// The last funding round as (stage, thousand USD, when), where there is one.
    pub fn funding(&self, i: u32) -> Option<(&'static str, u32, i64)> {
        let c = self.company(i);
        let stage = STAGES.get(usize::from(c.stage)).filter(|s| !s.is_empty())?;
        Some((stage, c.raised_kusd, EPOCH_MS - i64::from(c.raised_days_ago) * DAY_MS))
    }

    pub fn jobs(&self, i: u32) -> Vec<Job> {
        let c = self.company(i);
        let h = hash(&[self.seed, 42, u64::from(i)]);
        let most = if c.size < 50 {
            2
        } else if c.size < 300 {
            5
        } else {
            9
        };
        (0..h % (most + 1))
            .map(|k| {
                let number = hash(&[h, k]);
                let pool: Vec<&'static Title> = TITLES.iter().filter(|t| t.tongue.is_none()).skip(13).collect();
                Job {
                    number,
                    title: pool[(number >> 8) as usize % pool.len()],
                    posted_ms: EPOCH_MS - (1 + (number >> 24) as i64 % 90) * DAY_MS,
                }
            })
            .chain(self.finance_job(i))
            .collect()
    }

    fn finance_job(&self, i: u32) -> Option<Job> {
        let posted_ms = self.finance_hiring(i)?;
        let number = hash(&[self.seed, 46, u64::from(i)]);
        let pool: Vec<&'static Title> =
            TITLES.iter().filter(|t| t.tongue.is_none() && t.function == Function::Finance).collect();
        let title = pool.get(number as usize % pool.len().max(1)).copied()?;
        Some(Job { number, title, posted_ms })
    }

    /// When a fintech that grows posted its last job in finance, as most of them did in the last two months.
    fn finance_hiring(&self, i: u32) -> Option<i64> {
        let c = self.company(i);
        let draw = hash(&[self.seed, 45, u64::from(i)]);
        let grows = usize::from(c.industry) == FINTECH && (100..=1_500).contains(&c.size);
        (grows && unit(draw) < 0.65).then(|| EPOCH_MS - (2 + (draw >> 3) as i64 % 58) * DAY_MS)
    }

    /// What happened to a company in the last months, the newest first.
    pub fn happenings(&self, i: u32) -> Vec<Happening> {
        let h = hash(&[self.seed, 43, u64::from(i)]);
        let mut all: Vec<Happening> = (0..h % 4)
            .map(|k| {
                let number = hash(&[h, k]);
                Happening {
                    number,
                    kind: HAPPENINGS[(number >> 8) as usize % HAPPENINGS.len()],
                    at_ms: EPOCH_MS - (2 + (number >> 24) as i64 % 120) * DAY_MS,
                }
            })
            .collect();
        if let Some(at_ms) = self.finance_hiring(i) {
            all.push(Happening { number: hash(&[h, 98]), kind: "hiring_in_finance_department", at_ms });
        }
        if let Some((_, _, at_ms)) = self.funding(i) {
            all.push(Happening { number: hash(&[h, 99]), kind: "new_funding_round", at_ms });
        }
        all.sort_by_key(|x| -x.at_ms);
        all
    }

    /// Headcount growth over a year, as a share.
    pub fn growth(&self, i: u32) -> f64 {
        let h = hash(&[self.seed, 44, u64::from(i)]) % 60;
        (h as f64 - 15.0) / 100.0
    }
}

/// Explorium's size band.
pub fn size_band(size: u32) -> &'static str {
    match size {
        0..=10 => "1-10",
        11..=50 => "11-50",
        51..=200 => "51-200",
        201..=500 => "201-500",
        501..=1000 => "501-1000",
        1001..=5000 => "1001-5000",
        5001..=10_000 => "5001-10000",
        _ => "10001+",
    }
}

/// Explorium's revenue band, from thousand USD.
pub fn revenue_band(kusd: u32) -> &'static str {
    match kusd {
        0..=499 => "0-500K",
        500..=999 => "500K-1M",
        1_000..=4_999 => "1M-5M",
        5_000..=9_999 => "5M-10M",
        10_000..=24_999 => "10M-25M",
        25_000..=74_999 => "25M-75M",
        75_000..=199_999 => "75M-200M",
        200_000..=499_999 => "200M-500M",
        500_000..=999_999 => "500M-1B",
        1_000_000..=9_999_999 => "1B-10B",
        _ => "10B-100B",
    }
}
