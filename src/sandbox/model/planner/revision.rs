//! A change of the plan that is on the table: only what was said changes.
use crate::sandbox::model::planner::arguments::Plan;
use crate::sandbox::model::planner::ask;
use crate::sandbox::model::text::Said;
use crate::sandbox::model::understand::request::Understood;
use crate::sandbox::model::understand::request::values;
use crate::sandbox::model::understand::sizes::Sizes;
use crate::sandbox::model::understand::switches::Switches;
use crate::sandbox::model::understand::titles::Found;
use crate::sandbox::model::wire::Answer;

const WISHES_CHARS_MAX: usize = 200;

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Replace,
    Add,
}

/// The revised plan, a question or sentence, or nothing when the words change nothing.
pub fn answer(said: &Said, understood: &Understood, before: &Plan) -> Option<Answer> {
    if understood.sizes.is_contradictory() {
        return Some(ask::sizes(understood.sizes));
    }
    if let Some(region) = understood.unclear_region {
        return Some(ask::region(region));
    }
    let mut plan = before.clone();
    clear(said, &mut plan);
    plan.count = understood.count.unwrap_or_else(|| fewer(said, understood, plan.count));
    merge(said, &understood.titles, &mut plan.titles);
    merge(said, &understood.industries, &mut plan.industries);
    merge(said, &understood.technologies, &mut plan.technologies);
    if let Some(sentence) = countries(said, understood, &mut plan) {
        return Some(Answer::Words(sentence));
    }
    sizes(understood.sizes, &mut plan);
    if let Some(sentence) = exclude(&understood.exclude, &mut plan) {
        return Some(Answer::Words(sentence));
    }
    switches(understood.switches, &mut plan);
    wish(&understood.wishes, &mut plan);
    let is_changed = plan != *before;
    is_changed.then(|| Answer::Call { tool: "revise_plan", arguments: plan.arguments() })
}

/// "any country", "worldwide", "any size" take a limit away.
fn clear(said: &Said, plan: &mut Plan) {
    if said.says(&["any country", "all countries", "worldwide", "anywhere", "global", "globally", "every country"]) {
        plan.countries.clear();
        plan.exclude.retain(|entry| !entry.starts_with("country:"));
    }
    if said.says(&["any size", "all sizes", "drop the size limit", "remove the size limit", "no size limit"]) {
        (plan.employees_min, plan.employees_max) = (None, None);
    }
    if said.says(&["any industry", "all industries"]) {
        plan.industries.clear();
    }
    if said.says(&["any title", "all titles"]) {
        plan.titles.clear();
    }
    if said.says(&["any technology", "any tech", "any stack"]) {
        plan.technologies.clear();
    }
}

/// "fewer" without a number is half as many; "fewer than 500 employees" speaks of sizes.
fn fewer(said: &Said, understood: &Understood, count: i64) -> i64 {
    let is_size = understood.sizes.min.is_some() || understood.sizes.max.is_some();
    let is_fewer =
        said.says(&["fewer", "less people", "too many people", "too many leads", "smaller list", "half as many"]);
    if is_fewer && !is_size { (count + 1) / 2 } else { count }
}

/// The last "only" or "also" before the words decides; "too" and "as well" may follow them.
fn mode(said: &Said, at: usize) -> Mode {
    let words = (0..at).rev().map(|index| said.low(index));
    let mut marks = words.filter_map(|word| match word {
        "only" | "just" | "to" | "instead" => Some(Mode::Replace),
        "also" | "add" | "plus" | "include" | "including" | "additionally" => Some(Mode::Add),
        _ => None,
    });
    let is_after = said.has(&["too"]) || said.says(&["as well", "in addition"]);
    marks.next().unwrap_or(if is_after { Mode::Add } else { Mode::Replace })
}

fn merge(said: &Said, found: &[Found], list: &mut Vec<String>) {
    let Some(first) = found.first() else { return };
    match mode(said, first.at) {
        Mode::Replace => *list = values(found),
        // An empty list means "any", and adding to that would narrow it.
        Mode::Add if list.is_empty() => {}
        Mode::Add => append(list, values(found)),
    }
}

fn append(list: &mut Vec<String>, more: Vec<String>) {
    for item in more {
        if !list.contains(&item) {
            list.push(item);
        }
    }
}

fn countries(said: &Said, understood: &Understood, plan: &mut Plan) -> Option<String> {
    let first = understood.countries.first()?;
    let codes = values(&understood.countries);
    let had_exclusion = plan.exclude.len();
    plan.exclude
        .retain(|entry| !entry.strip_prefix("country:").is_some_and(|code| codes.iter().any(|listed| listed == code)));
    let is_freed = plan.exclude.len() < had_exclusion;
    match mode(said, first.at) {
        Mode::Replace => plan.countries = codes,
        Mode::Add if plan.countries.is_empty() && !is_freed => {
            return Some(
                "The plan has no country limit, so that is already in. Say \"only\" and the countries to narrow it."
                    .to_owned(),
            );
        }
        Mode::Add if plan.countries.is_empty() => {}
        Mode::Add => append(&mut plan.countries, codes),
    }
    None
}

/// The newest bound wins over an older one that no longer fits.
fn sizes(sizes: Sizes, plan: &mut Plan) {
    if sizes.min.is_some() && sizes.max.is_some() {
        (plan.employees_min, plan.employees_max) = (sizes.min, sizes.max);
    } else if let Some(min) = sizes.min {
        plan.employees_min = Some(min);
        plan.employees_max = plan.employees_max.filter(|max| *max >= min);
    } else if let Some(max) = sizes.max {
        plan.employees_max = Some(max);
        plan.employees_min = plan.employees_min.filter(|min| *min <= max);
    }
}

/// What the plan lists is taken off its list; anything else becomes an exclusion.
fn exclude(entries: &[String], plan: &mut Plan) -> Option<String> {
    for entry in entries {
        let (kind, value) = entry.split_once(':').unwrap_or(("company", entry));
        let list = match kind {
            "country" => &mut plan.countries,
            "technology" => &mut plan.technologies,
            "industry" => &mut plan.industries,
            "title" => &mut plan.titles,
            _ => {
                append(&mut plan.exclude, vec![entry.clone()]);
                continue;
            }
        };
        // A plan limited to some countries needs no exclusion of one it does not list.
        let is_limited = kind == "country" && !list.is_empty();
        let had = list.len();
        list.retain(|listed| listed != value);
        if had > 0 && list.is_empty() && matches!(kind, "country" | "title") {
            let noun = if kind == "country" { "country" } else { "title" };
            return Some(format!("That would leave the plan without a {noun}. Say which {noun} to search instead."));
        }
        if list.len() == had && !is_limited {
            append(&mut plan.exclude, vec![entry.clone()]);
        }
    }
    None
}

/// A campaign brings enrichment with it, and without enrichment there is no campaign.
fn switches(switches: Switches, plan: &mut Plan) {
    plan.launch = switches.launch.unwrap_or(plan.launch);
    plan.enrich = switches.enrich.unwrap_or(plan.enrich);
    if switches.launch == Some(true) {
        plan.enrich = true;
    } else if !plan.enrich {
        plan.launch = false;
    }
}

fn wish(wishes: &str, plan: &mut Plan) {
    if wishes.is_empty() || plan.mail_wishes.split("; ").any(|wish| wish == wishes) {
        return;
    }
    let joined =
        if plan.mail_wishes.is_empty() { wishes.to_owned() } else { format!("{}; {wishes}", plan.mail_wishes) };
    plan.mail_wishes = joined.chars().take(WISHES_CHARS_MAX).collect();
}
