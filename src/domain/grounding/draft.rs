//! The check of a draft: every number, name, technology and date must occur in a fact or in what we gave.
use std::collections::HashSet;

use serde::Deserialize;
use serde::Serialize;

use crate::domain::grounding::facts::Fact;
use crate::domain::grounding::facts::has_link;
use crate::domain::reply::dates::month_of;
use crate::domain::text::fold;
use crate::domain::text::words;

/// Longest draft that is looked at; a longer one is refused.
const DRAFT_CHARS_MAX: usize = 4_000;
/// Most faults that are listed.
const FAULTS_MAX: usize = 20;

/// A claim that rests on nothing, or a thing that may not be there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ungrounded {
    /// "number `40%`", "name `Globex`", "a link".
    pub what: String,
}

/// What no mail says, whatever the facts.
const BANNED: &str = "\
    guarantee|guaranteed|guarantees|risk free|no risk|100 percent|best in class|number one|market leader|\
    world leading|industry leading|act now|limited time|last chance|urgent|double your|triple your|free money|\
    no obligation|once in a lifetime|as we discussed|as discussed|following up on our call|\
    great speaking with you|nice meeting you|good to see you|we met|your colleague told|confidential|\
    gdpr compliant|soc 2|iso 27001|certified";

/// Lower-case names of products that a draft may drop without a capital.
const TECHNOLOGIES: &str = "\
    snowflake|bigquery|databricks|redshift|stripe|braintree|aws|azure|gcp|salesforce|hubspot|netsuite|sap|\
    oracle|workday|kubernetes|terraform|datadog|looker|tableau|segment|braze|postgres|mysql|mongodb|kafka|dbt|\
    fivetran|quickbooks|xero|anaplan|coupa|tipalti|zuora|github|gitlab|jenkins|docker";

/// Numbers in words.
const SPELLED: &str = "\
    two|three|four|five|six|seven|eight|nine|ten|dozen|dozens|twenty|thirty|forty|fifty|hundred|hundreds|\
    thousand|thousands|million|millions|billion|half|twice|double|triple|percent";

/// Capitalised words that are no names.
const PLAIN: &str = "\
    i|im|id|ive|ill|hi|hello|dear|hey|thanks|thank|best|regards|kind|sincerely|cheers|re|ps|ok|yes|no|ceo|cfo|\
    cto|coo|cmo|cio|vp|it|hr|finance|sales|marketing|engineering|monday|tuesday|wednesday|thursday|friday|am|pm|\
    series|usd|eur|gbp|q1|q2|q3|q4|fpa|roi|api|crm|erp|saas|b2b|faq";

/// Every fault of the draft. `given` are words that we put in: sender, product, call to action.
pub fn check_draft(text: &str, facts: &[Fact], given: &[String]) -> Vec<Ungrounded> {
    let known = Known::of(facts, given);
    let mut faults: Vec<String> = Vec::new();
    faults.extend(shape_faults(text));
    let said = words(&text.replace(['\'', '’'], ""));
    let padded = format!(" {} ", said.join(" "));
    faults.extend(
        BANNED
            .split('|')
            .filter(|claim| padded.contains(&format!(" {claim} ")))
            .map(|claim| format!("claim `{claim}`")),
    );
    faults.extend(number_faults(text, &known));
    faults.extend(name_faults(text, &known));
    faults.extend(word_faults(&said, &known));
    let mut seen = HashSet::new();
    faults.retain(|fault| seen.insert(fault.clone()));
    faults.truncate(FAULTS_MAX);
    faults.into_iter().map(|what| Ungrounded { what }).collect()
}

/// All words and numbers that may occur.
struct Known {
    words: HashSet<String>,
    numbers: HashSet<String>,
}

impl Known {
    fn of(facts: &[Fact], given: &[String]) -> Self {
        let texts: Vec<&str> =
            facts.iter().map(|fact| fact.text.as_str()).chain(given.iter().map(String::as_str)).collect();
        let all = texts.iter().flat_map(|text| words(&text.replace(['\'', '’'], "")));
        let numbers = texts.iter().flat_map(|text| numbers(text));
        Self { words: all.collect(), numbers: numbers.collect() }
    }

    /// Also the plural and the possessive of a known word.
    fn has(&self, word: &str) -> bool {
        let stem = word.strip_suffix('s').unwrap_or(word);
        self.words.contains(word) || self.words.contains(stem) || self.words.contains(&format!("{word}s"))
    }
}

fn shape_faults(text: &str) -> Vec<String> {
    let is_markup = |c: char| matches!(c, '<' | '>' | '{' | '}' | '[' | ']' | '`' | '|' | '\\');
    let is_hidden = |c: char| {
        c.is_control() && c != '\n' || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{feff}')
    };
    let rows = [
        (text.trim().is_empty(), "an empty draft"),
        (text.chars().count() > DRAFT_CHARS_MAX, "too long a draft"),
        (has_link(text) || text.contains('@'), "a link or an address"),
        (text.chars().any(is_markup) || text.contains("**") || text.contains("##"), "mark-up"),
        (text.chars().any(is_hidden), "control characters"),
    ];
    rows.into_iter().filter(|row| row.0).map(|row| row.1.to_owned()).collect()
}

fn number_faults(text: &str, known: &Known) -> Vec<String> {
    let mut faults: Vec<String> = numbers(text)
        .into_iter()
        .filter(|number| !known.numbers.contains(number))
        .map(|number| format!("number `{number}`"))
        .collect();
    let said = words(text);
    let bare =
        said.iter().filter(|word| SPELLED.split('|').any(|spelled| spelled == word.as_str()) && !known.has(word));
    faults.extend(bare.map(|word| format!("number `{word}`")));
    faults
}

/// Digits with what belongs to them: `25`, `2026`, `40%`, `1000` for "1,000".
fn numbers(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        if !letters[at].is_numeric() {
            at += 1;
            continue;
        }
        let mut number = String::new();
        while at < letters.len() && (letters[at].is_numeric() || is_inner(&letters, at)) {
            if letters[at] != ',' {
                number.push(letters[at]);
            }
            at += 1;
        }
        if letters.get(at) == Some(&'%') {
            number.push('%');
        }
        found.push(fold(&number));
    }
    found
}

/// A comma or point between digits.
fn is_inner(letters: &[char], at: usize) -> bool {
    let digit = |place: usize| letters.get(place).is_some_and(|c| c.is_numeric());
    matches!(letters[at], ',' | '.') && at > 0 && digit(at - 1) && digit(at + 1)
}

/// Words with a capital that do not begin a sentence; and those that do, if they are no plain English.
fn name_faults(text: &str, known: &Known) -> Vec<String> {
    let mut faults = Vec::new();
    let mut is_start = true;
    for token in text.split_inclusive(|c: char| c.is_whitespace()) {
        let bare = token.trim_matches(|c: char| !c.is_alphanumeric());
        let capitals = bare.chars().filter(|c| c.is_uppercase()).count();
        let starts_capital = bare.chars().next().is_some_and(char::is_uppercase);
        let is_named = capitals > 1 && bare.chars().count() > 1 || starts_capital && !is_start;
        let parts = words(&bare.replace(['\'', '’'], ""));
        let is_known = parts
            .iter()
            .all(|part| known.has(part) || PLAIN.split('|').any(|plain| plain == part) || part.parse::<u64>().is_ok());
        if is_named && !is_known {
            faults.push(format!("name `{bare}`"));
        }
        let end = token.trim_end();
        is_start = end.ends_with(['.', '!', '?', ':', '\n']) || token.ends_with('\n') || bare.is_empty() && is_start;
    }
    faults
}

/// Months and technologies in any case.
fn word_faults(said: &[String], known: &Known) -> Vec<String> {
    // "may" and "mar" are words of their own: with a capital they are seen as names.
    let is_month = |word: &str| month_of(word).is_some() && word.len() > 3;
    let rows = said.iter().filter_map(|word| {
        let kind = if is_month(word) {
            "date"
        } else if TECHNOLOGIES.split('|').any(|name| name == word.as_str())
            && !matches!(word.as_str(), "segment" | "stripe" | "oracle")
        {
            "technology"
        } else {
            return None;
        };
        (!known.has(word)).then(|| format!("{kind} `{word}`"))
    });
    rows.collect()
}

#[cfg(test)]
mod tests;
