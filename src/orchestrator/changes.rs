//! The form of *Launch with changes*: every value checked against the payload before anything is decided. Pure.
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::Value;

use crate::domain::ids::LeadId;
use crate::domain::time::Millis;
use crate::domain::time::zone_or_utc;
use crate::orchestrator::refuse::Outcome;
use crate::orchestrator::refuse::field;
use crate::orchestrator::text;
use crate::run::launch::LaunchChanges;
use crate::run::launch::LaunchPayload;

const PER_DAY_MAX: i64 = 200;
const START_DAYS_MAX: i64 = 90;
const WISHES_CHARS_MAX: usize = 500;

/// `at` is now and the zone of the person who fills the form: "today" is theirs.
pub fn read(values: &Value, payload: &LaunchPayload, at: (Millis, &str)) -> Outcome<LaunchChanges> {
    let changes = LaunchChanges {
        wishes: wishes(values)?,
        exclude: exclude(values, payload)?,
        per_day: per_day(values)?,
        start: start(values, at)?,
    };
    let is_empty = changes.wishes.is_empty()
        && changes.exclude.is_empty()
        && changes.per_day.is_none_or(|n| n == payload.schedule.per_day)
        && changes.start.is_none();
    if is_empty {
        return Err(field("changes", "Nothing is different; press Launch to send it as it is."));
    }
    Ok(changes)
}

/// A list of words, given as an array, or as one word of a plain form.
pub fn many(values: &Value, name: &str) -> Vec<String> {
    match &values[name] {
        Value::Array(items) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Value::String(one) if !one.trim().is_empty() => one.split(',').map(|part| part.trim().to_owned()).collect(),
        _ => Vec::new(),
    }
}

fn wishes(values: &Value) -> Outcome<String> {
    let wishes = match &values["wishes"] {
        Value::Null => return Ok(String::new()),
        Value::String(wishes) => text::said(wishes),
        _ => return Err(field("wishes", "Words, up to 500 characters.")),
    };
    if wishes.chars().count() > WISHES_CHARS_MAX {
        return Err(field("wishes", "Up to 500 characters."));
    }
    Ok(wishes)
}

fn exclude(values: &Value, payload: &LaunchPayload) -> Outcome<Vec<LeadId>> {
    if !matches!(values["exclude"], Value::Null | Value::String(_) | Value::Array(_)) {
        return Err(field("exclude", "A list of people on the card."));
    }
    let mut leads: Vec<LeadId> = many(values, "exclude").into_iter().map(LeadId).collect();
    leads.sort();
    leads.dedup();
    let people = payload.people();
    let is_known = |lead: &LeadId| people.iter().any(|(known, _)| known == lead);
    if !leads.iter().all(is_known) {
        return Err(field("exclude", "Only people who are in this launch."));
    }
    if payload.count() > 0 && leads.len() == payload.count() {
        return Err(field("exclude", "Somebody must be left; to send nothing, cancel."));
    }
    Ok(leads)
}

fn per_day(values: &Value) -> Outcome<Option<u32>> {
    let number = match &values["per_day"] {
        Value::Null => return Ok(None),
        Value::String(text) if text.trim().is_empty() => return Ok(None),
        Value::String(text) => text.trim().parse::<i64>().ok(),
        Value::Number(number) => number.as_i64(),
        _ => None,
    };
    match number {
        Some(n) if (1..=PER_DAY_MAX).contains(&n) => Ok(u32::try_from(n).ok()),
        _ => Err(field("per_day", "A whole number, 1 to 200 mails a day.")),
    }
}

fn start(values: &Value, at: (Millis, &str)) -> Outcome<Option<String>> {
    const RULE: &str = "A day as YYYY-MM-DD, from today to 90 days ahead.";
    let text = match &values["start"] {
        Value::Null => return Ok(None),
        Value::String(text) if text.trim().is_empty() => return Ok(None),
        Value::String(text) => text.trim(),
        _ => return Err(field("start", RULE)),
    };
    let (now, zone) = at;
    let today = now.timestamp().to_zoned(zone_or_utc(zone)).date();
    let last = today.checked_add(START_DAYS_MAX.days()).unwrap_or(today);
    // Exactly ten characters: the parser would also take a time after the day.
    let date = (text.len() == 10).then(|| text.parse::<Date>().ok()).flatten();
    match date {
        Some(date) if date >= today && date <= last => Ok(Some(date.to_string())),
        _ => Err(field("start", RULE)),
    }
}

#[cfg(test)]
#[path = "changes/tests.rs"]
mod tests;
