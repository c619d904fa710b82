//! Company sizes: ranges and bounds of employee numbers.
use crate::sandbox::model::text::Said;
use crate::sandbox::model::understand::numbers;
use crate::sandbox::model::understand::titles;

#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Sizes {
    pub min: Option<i64>,
    pub max: Option<i64>,
}

impl Sizes {
    pub fn is_said(self) -> bool {
        self.min.is_some() || self.max.is_some()
    }

    pub fn is_contradictory(self) -> bool {
        matches!((self.min, self.max), (Some(min), Some(max)) if min > max)
    }
}

const UNITS: [&str; 14] = [
    "employees",
    "employee",
    "people",
    "person",
    "persons",
    "staff",
    "headcount",
    "heads",
    "fte",
    "ftes",
    "workers",
    "strong",
    "seats",
    "colleagues",
];
const LEADS: [&str; 16] = [
    "prospects",
    "prospect",
    "leads",
    "lead",
    "contacts",
    "contact",
    "companies",
    "company",
    "accounts",
    "firms",
    "startups",
    "of",
    "names",
    "people",
    "startup",
    "businesses",
];
const OTHER: [&str; 17] = [
    "m", "million", "bn", "billion", "usd", "eur", "%", "percent", "offices", "years", "days", "weeks", "months",
    "mails", "revenue", "words", "hours",
];
const FINDING: [&str; 9] = ["find", "get", "give", "source", "me", "need", "want", "us", "list"];

enum Bound {
    Min,
    Max,
}

pub fn read(said: &mut Said) -> Sizes {
    let mut sizes = Sizes::default();
    let mut index = 0;
    while index < said.len() {
        index = range(said, index, &mut sizes).or_else(|| bound(said, index, &mut sizes)).unwrap_or(index + 1);
    }
    sizes
}

/// "200-1000", "between 50 and 200 people", "from 200 to 500".
fn range(said: &mut Said, index: usize, sizes: &mut Sizes) -> Option<usize> {
    let low = numbers::at(said, index)?;
    let joint = said.low(low.next);
    let is_between = said.before(index, 1) == "between" && joint == "and";
    if !is_between && !matches!(joint, "-" | "to" | "till" | "until") {
        return None;
    }
    let high = numbers::at(said, low.next + 1)?;
    let unit = said.low(high.next);
    let is_lead_count = LEADS.contains(&unit) && FINDING.contains(&said.before(index, 1))
        || titles::is_at(said, high.next) && FINDING.contains(&said.before(index, 1));
    if is_lead_count || is_other(said, index, high.next) {
        return None;
    }
    // "2-1k" and "1-2k": the first number of such a pair is in thousands as well.
    let is_short = low.value < 100 && high.value >= 1000 && high.value % 1000 == 0 && low.value * 1000 < high.value;
    let is_short = is_short && said.low(low.next + 1).ends_with('k');
    sizes.min = Some(if is_short { low.value * 1000 } else { low.value });
    sizes.max = Some(high.value);
    let end = if UNITS.contains(&unit) { high.next + 1 } else { high.next };
    said.take(index, end);
    Some(end)
}

/// "more than 200", "under 500 people", "200+", "at least 50", "500 employees".
fn bound(said: &mut Said, index: usize, sizes: &mut Sizes) -> Option<usize> {
    let (kind, words) = before(said, index).map_or((None, 0), |(kind, words)| (Some(kind), words));
    let number = numbers::at(said, index + words)?;
    let (after, next) = after(said, number.next);
    let unit = if said.low(next) == "-" { next + 1 } else { next };
    let has_unit = UNITS.contains(&said.low(unit));
    let start = said.before(index, 1);
    let is_count = LEADS.contains(&said.low(unit)) && said.low(unit) != "people"
        || titles::is_at(said, unit)
        || said.low(unit) == "people" && (kind.is_none() && after.is_none() || FINDING.contains(&start));
    if is_count || is_other(said, index + words, next) {
        return None;
    }
    match (kind, after) {
        (Some(Bound::Min), _) | (None, Some(Bound::Min)) => sizes.min = Some(number.value),
        (Some(Bound::Max), _) | (None, Some(Bound::Max)) => sizes.max = Some(number.value),
        (None, None) if has_unit => (sizes.min, sizes.max) = (Some(number.value), Some(number.value)),
        (None, None) => return None,
    }
    let end = if has_unit { unit + 1 } else { next };
    said.take(index, end);
    Some(end)
}

fn before(said: &Said, index: usize) -> Option<(Bound, usize)> {
    const MIN: [&str; 13] = [
        "more than",
        "over",
        "above",
        "at least",
        "min .",
        "minimum of",
        "minimum",
        "min",
        "upwards of",
        "larger than",
        "bigger than",
        "> =",
        ">",
    ];
    const MAX: [&str; 15] = [
        "less than",
        "fewer than",
        "under",
        "below",
        "at most",
        "up to",
        "max .",
        "maximum of",
        "maximum",
        "max",
        "smaller than",
        "no more than",
        "not more than",
        "< =",
        "<",
    ];
    let starts = |phrases: &[&str]| {
        let fits = |phrase: &&&str| phrase.split(' ').enumerate().all(|(step, word)| said.low(index + step) == word);
        phrases.iter().find(fits).map(|phrase| phrase.split(' ').count())
    };
    starts(&MAX).map(|words| (Bound::Max, words)).or_else(|| starts(&MIN).map(|words| (Bound::Min, words)))
}

fn after(said: &Said, next: usize) -> (Option<Bound>, usize) {
    // "more than 1000 and under 200": the second bound belongs to its own number.
    let is_own = numbers::at(said, next + 2).is_some();
    match (said.low(next), said.low(next + 1)) {
        ("or" | "and", _) if is_own => (None, next),
        ("+", _) => (Some(Bound::Min), next + 1),
        ("or" | "and", "more" | "above" | "up" | "over" | "larger") => (Some(Bound::Min), next + 2),
        ("or" | "and", "less" | "fewer" | "below" | "under" | "smaller") => (Some(Bound::Max), next + 2),
        ("plus", unit) if UNITS.contains(&unit) => (Some(Bound::Min), next + 1),
        _ => (None, next),
    }
}

fn is_other(said: &Said, from: usize, next: usize) -> bool {
    OTHER.contains(&said.low(next)) || matches!(said.before(from, 1), "$" | "€" | "£")
}
