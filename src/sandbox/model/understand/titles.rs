//! Job titles: fixed ones, and a level with a function in either order.
use std::sync::LazyLock;

use crate::sandbox::model::text::Hit;
use crate::sandbox::model::text::Phrases;
use crate::sandbox::model::text::Said;

#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub at: usize,
    pub value: String,
}

const LEVELS_MAX: usize = 4;

static FIXED: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::new(&[
        ("cfo|chief financial officer|chief finance officer", "CFO"),
        ("ceo|chief executive|chief executive officer", "CEO"),
        ("cto|chief technology officer|chief technical officer", "CTO"),
        ("coo|chief operating officer|chief operations officer", "COO"),
        ("cmo|chief marketing officer", "CMO"),
        ("cio|chief information officer", "CIO"),
        ("ciso|chief information security officer|chief security officer", "CISO"),
        ("cro|chief revenue officer", "CRO"),
        ("cpo|chief product officer", "CPO"),
        ("chro|chief human resources officer|chief hr officer", "CHRO"),
        ("chief people officer", "Chief People Officer"),
        ("cdo|chief data officer", "CDO"),
        ("controller|financial controller|finance controller|comptroller", "Controller"),
        ("fp&a|fp & a|fpa|financial planning and analysis", "FP&A"),
        ("treasurer", "Treasurer"),
        ("founder|co - founder|cofounder", "Founder"),
        ("managing director", "Managing Director"),
        ("general manager", "General Manager"),
        ("account executive", "Account Executive"),
        ("revops|revenue operations", "Revenue Operations"),
        ("data engineer", "Data Engineer"),
        ("data scientist", "Data Scientist"),
        ("software engineer", "Software Engineer"),
        ("recruiter", "Recruiter"),
        ("hr|human resources", "HR"),
        (
            "finance leader|finance leadership|finance executive|finance decision maker|financial leader",
            "VP Finance|CFO|Head of Finance",
        ),
        ("sales leader|sales leadership|sales executive|sales decision maker", "VP Sales|CRO|Head of Sales"),
        (
            "engineering leader|engineering leadership|tech leader|technology leader",
            "VP Engineering|CTO|Head of Engineering",
        ),
        ("marketing leader|marketing leadership|marketing decision maker", "VP Marketing|CMO|Head of Marketing"),
        ("hr leader|hr leadership|people leader|human resources leader", "VP HR|CHRO|Head of HR"),
        ("data leader|data leadership", "VP Data|CDO|Head of Data"),
        ("=IT leaders|=IT leadership|=IT leader", "CIO|VP IT|Head of IT"),
        ("security leader|security leadership", "CISO|VP Security|Head of Security"),
        ("product leader|product leadership", "CPO|VP Product|Head of Product"),
        ("operations leader|operations leadership", "COO|VP Operations|Head of Operations"),
    ])
});

static LEVELS: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::new(&[
        ("vp|v . p .|vice president|vice - president", "VP"),
        ("svp|senior vice president|senior vp", "SVP"),
        ("evp|executive vice president", "EVP"),
        ("head", "Head"),
        ("director", "Director"),
        ("senior director", "Senior Director"),
        ("manager", "Manager"),
    ])
});

static FUNCTIONS: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::new(&[
        ("finance", "Finance"),
        ("accounting", "Accounting"),
        ("treasury", "Treasury"),
        ("tax", "Tax"),
        ("fp&a|fp & a|financial planning and analysis", "FP&A"),
        ("sales", "Sales"),
        ("revenue", "Revenue"),
        ("revenue operations|revops", "Revenue Operations"),
        ("engineering|eng", "Engineering"),
        ("software engineering", "Software Engineering"),
        ("marketing", "Marketing"),
        ("growth", "Growth"),
        ("demand generation|demand gen", "Demand Generation"),
        ("hr|human resources", "HR"),
        ("people", "People"),
        ("talent|talent acquisition", "Talent"),
        ("operations|ops", "Operations"),
        ("=IT|information technology", "IT"),
        ("technology|tech", "Technology"),
        ("infrastructure", "Infrastructure"),
        ("data", "Data"),
        ("analytics", "Analytics"),
        ("product", "Product"),
        ("security|information security", "Security"),
        ("procurement|purchasing", "Procurement"),
        ("supply chain", "Supply Chain"),
        ("legal", "Legal"),
        ("compliance", "Compliance"),
        ("risk", "Risk"),
        ("payments", "Payments"),
        ("strategy", "Strategy"),
        ("partnership", "Partnerships"),
        ("customer success", "Customer Success"),
        ("business development", "Business Development"),
    ])
});

/// Does a title begin here? Sizes ask this: "50 CFOs" is a count, not a size.
pub fn is_at(said: &Said, index: usize) -> bool {
    FIXED.at(said, index).is_some() || reversed(said, index).is_some() || levelled(said, index).is_some()
}

pub fn read(said: &mut Said) -> Vec<Found> {
    let (mut at, mut out) = (0, Vec::new());
    while at < said.len() {
        let (values, to) = match one(said, at) {
            Some(found) => found,
            None => {
                at += 1;
                continue;
            }
        };
        said.take(at, to);
        for value in values {
            if !out.iter().any(|found: &Found| found.value == value) {
                out.push(Found { at, value });
            }
        }
        at = to;
    }
    out
}

fn one(said: &Said, at: usize) -> Option<(Vec<String>, usize)> {
    let fixed = FIXED.at(said, at).map(|hit| (hit.value.split('|').map(str::to_owned).collect(), hit.to));
    let pairs = [fixed, reversed(said, at), levelled(said, at)];
    pairs.into_iter().flatten().max_by_key(|(_, to)| *to)
}

/// "finance directors", "sales manager", "finance VP".
fn reversed(said: &Said, at: usize) -> Option<(Vec<String>, usize)> {
    let function = FUNCTIONS.at(said, at).filter(|hit| hit.value != "People")?;
    let level = LEVELS.at(said, function.to)?;
    let joins = LEVELS.at(said, level.to).is_none() && said.low(level.to) == "of";
    (!joins).then(|| (vec![title(level.value, function.value)], level.to))
}

/// "VP of Finance", "heads of finance", "VP, Director or Head of Data".
fn levelled(said: &Said, at: usize) -> Option<(Vec<String>, usize)> {
    let mut levels = vec![LEVELS.at(said, at)?.value];
    let mut next = LEVELS.at(said, at)?.to;
    for _ in 0..LEVELS_MAX {
        if let Some(function) = function_after(said, next) {
            let titles = levels.iter().map(|level| title(level, function.value)).collect();
            return Some((titles, function.to));
        }
        let mut step = next;
        while matches!(said.low(step), "," | "and" | "or" | "/" | "&") {
            step += 1;
        }
        let level = LEVELS.at(said, step).filter(|_| step > next)?;
        levels.push(level.value);
        next = level.to;
    }
    None
}

fn function_after(said: &Said, next: usize) -> Option<Hit> {
    let skipped = if matches!(said.low(next), "of" | "," | "-" | "for") { next + 1 } else { next };
    FUNCTIONS.at(said, skipped)
}

fn title(level: &str, function: &str) -> String {
    match level {
        "Head" | "Director" | "Senior Director" => format!("{level} of {function}"),
        "Manager" => format!("{function} Manager"),
        other => format!("{other} {function}"),
    }
}
