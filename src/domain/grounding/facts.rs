//! The facts of a lead that a mail may state, with the vendors' words made harmless.
use serde::Deserialize;
use serde::Serialize;

use crate::domain::lead::Lead;
use crate::domain::lead::Signal;
use crate::domain::places::country_name;
use crate::domain::score::fit::size_words;
use crate::domain::text::fold;
use crate::domain::time::DAY;
use crate::domain::time::Millis;

/// Longest text of a vendor that is taken.
const FACT_CHARS_MAX: usize = 160;
/// Most facts of one lead.
const FACTS_MAX: usize = 24;
/// Older signals are no news.
const SIGNAL_AGE_MS_MAX: i64 = 365 * DAY;

/// Words that speak to a reader; a fact about a company needs none.
const SPEAKS_TO: &str = "you|your|user|users|answer|response|recipient";

/// How an order begins.
const ORDER_BEGINS: &str = "\
    provide|write|compose|explain|describe|send|modify|add|include|use|replace|translate|reply|respond|encrypt|\
    encode|reverse|summarize|analyze|suggest|list|give|show|tell|create|make|render|integrate|convert|share|\
    print|say|output|visit|open|install|download|schedule|cancel|update|grant|retrieve|search|find|identify|\
    schedule|unlock|pay|post|buy|invite|access|change|export|email";

/// Orders to a machine, and what mail is misused for.
const ORDERS: &str = "\
    ignore previous|ignore all|ignore the|ignore your|ignore any|disregard|forget your|forget all|\
    forget previous|system prompt|you are now|you must|you should|your instructions|new instructions|\
    previous instructions|instead of|act as|pretend|as an ai|language model|assistant|system message|\
    begin system|end of prompt|override|jailbreak|developer mode|do not tell|reveal|send all|send an email|\
    send email|send the|forward this|forward all|delete|transfer|execute|run the|call the tool|tool call|\
    function call|click here|reply with|respond with|repeat after|password|api key|credentials|bcc|please write|\
    write that|say that|mention that|include the|approve|launch the|mark as";

/// One thing we know, with an id that a draft cites.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// `title`, `technology.2`, `signal.1`.
    pub id: String,
    pub text: String,
    /// Who said it: `Explorium event, 3 Apr 2026`.
    pub source: String,
}

/// What may be said of a lead, the newest signals first. Hostile text is dropped, not repaired.
pub fn facts_of(lead: &Lead, now: Millis) -> Vec<Fact> {
    let company = &lead.company;
    let mut facts = Vec::new();
    let mut add = |id: &str, text: Option<String>, source: String| {
        let sound = text.filter(|text| is_harmless(text));
        facts.extend(sound.map(|text| Fact { id: id.to_owned(), text, source }));
    };
    add("name", Some(lead.full_name()), source(lead, "name"));
    add("title", lead.title.clone(), source(lead, "title"));
    add("company", Some(company.name.clone()), company_source(lead, "name"));
    add("industry", company.industry.clone(), company_source(lead, "industry"));
    add("size", size_words(company).map(|words| format!("{words} employees")), company_source(lead, "employees"));
    add("place", place(lead), source(lead, "country"));
    for (at, name) in company.technologies.iter().filter(|name| is_harmless(name)).enumerate() {
        add(&format!("technology.{}", at + 1), Some(format!("uses {name}")), company_source(lead, "technologies"));
    }
    for (at, signal) in signals(lead, now).into_iter().enumerate() {
        add(&format!("signal.{}", at + 1), Some(signal_text(signal)), signal_source(signal));
    }
    facts.truncate(FACTS_MAX);
    facts
}

/// No link, mark-up, control character, order to a machine, and not too long.
pub fn is_harmless(text: &str) -> bool {
    let is_plain = |c: char| {
        !c.is_control() && !is_invisible(c) && !matches!(c, '<' | '>' | '{' | '}' | '`' | '[' | ']' | '|' | '\\')
    };
    let trimmed = text.trim();
    !trimmed.is_empty()
        && trimmed.chars().count() <= FACT_CHARS_MAX
        && trimmed.chars().all(is_plain)
        && !trimmed.contains('?')
        && !has_link(trimmed)
        && !is_order(trimmed)
}

/// A link or address in any of its usual forms.
pub fn has_link(text: &str) -> bool {
    let lower = text.to_lowercase();
    let marks = ["://", "www.", "mailto:", "javascript:", "hxxp", "data:", "](", "@"];
    let endings = [".com", ".net", ".org", ".io", ".ai", ".co", ".dev", ".app", ".ru", ".cn", ".xyz", ".info", ".me"];
    let is_host = |word: &str| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '.');
        let host = word.split(['/', ':', '?']).next().unwrap_or_default();
        endings.iter().any(|ending| host.ends_with(ending) && host.len() > ending.len())
    };
    marks.iter().any(|mark| lower.contains(mark)) || lower.split_whitespace().any(is_host)
}

/// Characters that are not seen but read: direction marks, tags, zero widths.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{00ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// Text that speaks to a machine or a reader instead of about a company.
fn is_order(text: &str) -> bool {
    let folded = fold(text);
    let said =
        folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let words: Vec<&str> = said.split(' ').collect();
    let is_told = words.iter().any(|word| SPEAKS_TO.split('|').any(|spoken| spoken == *word));
    let is_imperative =
        words.len() > 3 && words.first().is_some_and(|word| ORDER_BEGINS.split('|').any(|order| order == *word));
    if is_told || is_imperative {
        return true;
    }
    let padded = format!(" {said} ");
    ORDERS.split('|').any(|order| padded.contains(&format!(" {order} ")))
}

fn signals(lead: &Lead, now: Millis) -> Vec<&Signal> {
    let mut all: Vec<&Signal> = lead.signals.iter().chain(&lead.company.signals).collect();
    all.retain(|signal| signal.at <= now && now.since(signal.at) <= SIGNAL_AGE_MS_MAX && is_harmless(&signal.text));
    all.sort_by_key(|signal| std::cmp::Reverse(signal.at));
    all
}

/// "raised 25 M USD in April 2026 (Series B)": a reader wants the month; the source carries the day.
fn signal_text(signal: &Signal) -> String {
    let text = signal.text.trim().trim_end_matches('.');
    let month = signal.at.timestamp().strftime("%B %Y");
    // A text that names its own stretch of time needs no second one.
    if text.ends_with(" months") {
        return text.to_owned();
    }
    match text.strip_suffix(')').and_then(|text| text.rsplit_once(" (")) {
        Some((said, aside)) => format!("{said} in {month} ({aside})"),
        None => format!("{text} in {month}"),
    }
}

fn signal_source(signal: &Signal) -> String {
    let source = if is_harmless(&signal.source) { signal.source.trim() } else { "vendor" };
    format!("{source}, {}", date_words(signal.at))
}

/// "3 April 2026".
fn date_words(at: Millis) -> String {
    at.timestamp().strftime("%-d %B %Y").to_string()
}

fn place(lead: &Lead) -> Option<String> {
    let country = lead.country_or_seat().map(country_name);
    match (&lead.city, country) {
        (Some(city), Some(country)) => Some(format!("{city}, {country}")),
        (Some(city), None) => Some(city.clone()),
        (None, country) => country,
    }
}

fn source(lead: &Lead, field: &str) -> String {
    let said = lead.provenance.get(field).map(|said| said.source.clone());
    said.or_else(|| lead.sources.first().map(|source| source.vendor.clone())).unwrap_or_else(|| "unknown".to_owned())
}

fn company_source(lead: &Lead, field: &str) -> String {
    lead.company.provenance.get(field).map_or_else(|| source(lead, field), |said| said.source.clone())
}
