//! What a job title says: the function, the seniority, and whether it is one that was asked for.
pub mod lexicon;
pub mod vocabulary;

use serde::Deserialize;
use serde::Serialize;

use crate::domain::text::fold;
use crate::domain::text::has_phrase;
use crate::domain::text::words;

/// The part of a company a person works in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Function {
    Finance,
    Sales,
    Marketing,
    Engineering,
    Product,
    Data,
    It,
    Hr,
    Operations,
    Legal,
    /// Runs the whole: chief executives, owners, managing directors.
    General,
    Unknown,
}

/// The most senior first, so that the smaller one decides more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seniority {
    CLevel,
    Vp,
    Head,
    Director,
    Manager,
    Senior,
    Entry,
    Unknown,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TitleClass {
    pub function: Function,
    pub seniority: Seniority,
    /// 0 to 1: both parts found in plain words is 0.95.
    pub confidence: f64,
    /// "VP Finance", when both parts are known.
    pub canonical: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TitleMatch {
    Exact,
    Similar,
    No,
}

/// Longest title that is read; what follows says nothing.
const TITLE_CHARS_MAX: usize = 200;

/// Whether the person holds the post the words name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hold {
    Holds,
    /// Acting, interim, fractional: holds it for a time.
    ForNow,
    /// "Deputy CFO": one step below.
    Deputy,
    /// "Assistant to the CFO": near it.
    Assists,
    /// "Former CFO": no longer.
    Held,
}

/// The class of a title, by words alone.
pub fn classify(title: &str) -> TitleClass {
    let (hold, words) = read(title);
    let function = vocabulary::function(&words);
    let seniority = vocabulary::seniority(&words, function);
    match hold {
        Hold::Assists => class(Function::General, Seniority::Entry, 0.8),
        Hold::Held => class(function, Seniority::Unknown, 0.3),
        Hold::ForNow => class(function, seniority, 0.8 * clarity(function, seniority)),
        Hold::Deputy => class(function, below(seniority), 0.8 * clarity(function, seniority)),
        Hold::Holds => class(function, seniority, clarity(function, seniority)),
    }
}

/// How well a title answers to the titles asked for: the best over all of them.
pub fn matches(title: &str, wanted: &[String]) -> TitleMatch {
    let (hold, words) = read(title);
    if matches!(hold, Hold::Held | Hold::Assists) {
        return TitleMatch::No;
    }
    wanted.iter().map(|asked| match_one(&words, &read(asked).1)).min().unwrap_or(TitleMatch::No)
}

/// The name of a function as a mail writes it.
pub fn function_word(function: Function) -> &'static str {
    match function {
        Function::Finance => "Finance",
        Function::Sales => "Sales",
        Function::Marketing => "Marketing",
        Function::Engineering => "Engineering",
        Function::Product => "Product",
        Function::Data => "Data",
        Function::It => "IT",
        Function::Hr => "HR",
        Function::Operations => "Operations",
        Function::Legal => "Legal",
        Function::General => "General management",
        Function::Unknown => "unknown function",
    }
}

/// The step below a leader's; the ranks below that have no deputies.
fn below(seniority: Seniority) -> Seniority {
    match seniority {
        Seniority::CLevel => Seniority::Vp,
        Seniority::Vp | Seniority::Head => Seniority::Director,
        Seniority::Director => Seniority::Manager,
        other => other,
    }
}

fn class(function: Function, seniority: Seniority, confidence: f64) -> TitleClass {
    TitleClass { function, seniority, confidence, canonical: canonical(function, seniority) }
}

fn clarity(function: Function, seniority: Seniority) -> f64 {
    match (function, seniority) {
        (Function::Unknown, Seniority::Unknown) => 0.0,
        (Function::Unknown, _) | (_, Seniority::Unknown) => 0.5,
        _ => 0.95,
    }
}

fn canonical(function: Function, seniority: Seniority) -> Option<String> {
    let area = function_word(function);
    match (function, seniority) {
        (Function::Unknown, _) | (_, Seniority::Unknown) => None,
        (Function::General, Seniority::CLevel) => Some("CEO".to_owned()),
        (_, Seniority::CLevel) => Some(vocabulary::chief(function).to_owned()),
        (_, Seniority::Vp) => Some(format!("VP {area}")),
        (_, Seniority::Head) => Some(format!("Head of {area}")),
        (_, Seniority::Director) => Some(format!("Director {area}")),
        (_, Seniority::Manager) => Some(format!("{area} Manager")),
        (_, Seniority::Senior) => Some(format!("Senior {area}")),
        (_, Seniority::Entry) => Some(format!("{area} staff")),
    }
}

/// Words with abbreviations written out, and whether the post is held.
fn read(title: &str) -> (Hold, Vec<String>) {
    let short: String = title.chars().take(TITLE_CHARS_MAX).collect();
    let plain = fold(&short).replace("r&d", " engineering ").replace("fp&a", " fpa ").replace("p&c", " people ");
    let plain = plain.replace(['&', ',', '/', ';'], " and ").replace(" - ", " and ");
    let hold = hold_of(&plain);
    (hold, vocabulary::expand(words(&plain)))
}

fn hold_of(folded: &str) -> Hold {
    let words = words(folded);
    let first = words.first().map_or("", String::as_str);
    let phrase = |text: &str| has_phrase(&words, &text.split(' ').map(str::to_owned).collect::<Vec<_>>());
    if matches!(first, "ex" | "former" | "formerly" | "past" | "retired" | "ehemaliger" | "ehemalige" | "ancien") {
        return Hold::Held;
    }
    let near = ["assistant to", "assistant of", "office of the", "executive assistant", "personal assistant"];
    let near_too = ["assistenz", "assistentin", "assistante de direction", "asistente de", "secretary to"];
    if near.iter().chain(&near_too).any(|text| phrase(text)) {
        return Hold::Assists;
    }
    if ["deputy", "stellvertretender", "stellvertretende", "adjoint", "adjointe"].iter().any(|text| phrase(text)) {
        return Hold::Deputy;
    }
    let now = ["acting", "interim", "fractional", "kommissarisch", "par interim"];
    if now.iter().any(|text| phrase(text)) {
        return Hold::ForNow;
    }
    Hold::Holds
}

fn match_one(title: &[String], asked: &[String]) -> TitleMatch {
    let function = vocabulary::function(title);
    let asked_function = vocabulary::function(asked);
    let seniority = vocabulary::seniority(title, function);
    let asked_seniority = vocabulary::seniority(asked, asked_function);
    let says_all = vocabulary::content(asked).all(|word| title.contains(word));
    let same_function = asked_function == Function::Unknown || function == asked_function;
    let same_rank = asked_seniority == Seniority::Unknown || seniority == asked_seniority;
    if asked.is_empty() || !same_function {
        return TitleMatch::No;
    }
    if says_all && same_rank {
        return TitleMatch::Exact;
    }
    let near = function != Function::Unknown && function == asked_function && is_near(seniority, asked_seniority);
    if near { TitleMatch::Similar } else { TitleMatch::No }
}

/// Leaders of a function stand for one another; below that, one step.
fn is_near(one: Seniority, other: Seniority) -> bool {
    let leads = |seniority| seniority <= Seniority::Head;
    if one == Seniority::Unknown || other == Seniority::Unknown {
        return false;
    }
    leads(one) && leads(other) || (one as i8 - other as i8).abs() <= 1
}

#[cfg(test)]
mod tests;
