//! The subject: the company with the pain or the event, at most sixty characters.
use crate::sandbox::model::hash;
use crate::sandbox::model::writer::Material;
use crate::sandbox::model::writer::facts::Kind;
use crate::sandbox::model::writer::facts::Usable;
use crate::sandbox::model::writer::phrases::capital;

const SUBJECT_CHARS_MAX: usize = 60;

/// Words worth a subject, when the cited playbook line holds them; the longer ones first.
const TOPICS: [&str; 24] = [
    "month-end close",
    "month end close",
    "cash forecasting",
    "board reporting",
    "revenue recognition",
    "data quality",
    "pipeline reviews",
    "cloud cost",
    "cash flow",
    "reconciliation",
    "forecasting",
    "forecast",
    "reporting",
    "budgeting",
    "onboarding",
    "compliance",
    "planning",
    "invoices",
    "payroll",
    "pipeline",
    "audit",
    "churn",
    "spend",
    "close",
];
const WITH_TOPIC: [&str; 6] = [
    "{company}'s {topic} {event}",
    "{topic} at {company} {event}",
    "{company}: {topic} {event}",
    "a question on {topic} at {company} {event}",
    "{company} {event}: a question on {topic}",
    "on {topic} at {company} {event}",
];
const WITHOUT_TOPIC: [&str; 6] = [
    "{company} {event}: one question",
    "a question for {company} {event}",
    "{company}: one question {event}",
    "one question for {company} {event}",
    "{company} {event}, a short question",
    "a thought for {company} {event}",
];
const PLAIN: [&str; 4] =
    ["{company}'s {topic}", "{topic} at {company}", "{company}: {topic}", "a question for {company}"];

pub fn line(material: &Material) -> String {
    let topic = material.pain.as_ref().and_then(|pain| topic(&pain.text));
    let event = material.facts.first().map(event).unwrap_or_default();
    let mut patterns: Vec<&str> = turned(if topic.is_some() { &WITH_TOPIC } else { &WITHOUT_TOPIC }, &material.key);
    patterns.extend(turned(&PLAIN, &material.key));
    let topic = topic.unwrap_or("one question");
    let fill = |pattern: &str| {
        let owner = if material.company.ends_with('s') { "{company}'" } else { "{company}'s" };
        let text = pattern.replace("{company}'s", owner);
        let text = text.replace("{topic}", topic).replace("{event}", &event).replace("{company}", &material.company);
        let text = text.replace(" ,", ",").replace(" :", ":");
        capital(text.split_whitespace().collect::<Vec<_>>().join(" ").as_str())
    };
    let filled = patterns.into_iter().map(fill).find(|line| line.chars().count() <= SUBJECT_CHARS_MAX);
    filled.unwrap_or_else(|| capital(&material.company).chars().take(SUBJECT_CHARS_MAX).collect())
}

fn turned<'a>(patterns: &'a [&'a str], key: &str) -> Vec<&'a str> {
    let count = patterns.len().max(1);
    let start = usize::try_from(hash::stable(&format!("{key}|subject")) % 1_000).unwrap_or_default() % count;
    patterns.iter().cycle().skip(start).take(patterns.len()).copied().collect()
}

fn topic(pain: &str) -> Option<&'static str> {
    let low = pain.to_lowercase();
    let words: Vec<&str> = low.split(|letter: char| !letter.is_alphanumeric() && letter != '-').collect();
    TOPICS
        .into_iter()
        .find(|topic| if topic.contains([' ', '-']) { low.contains(topic) } else { words.contains(topic) })
}

/// The event in the fact's own words where it has a name of its own.
fn event(fact: &Usable) -> String {
    match fact.kind {
        Kind::Funding => {
            after_word(&fact.text, &["series"], "after the Series ").unwrap_or_else(|| "after the funding".to_owned())
        }
        Kind::Technology => after_word(&fact.text, &["uses", "using", "runs", "on", "adopted", "running"], "with ")
            .unwrap_or_else(|| "and its stack".to_owned()),
        Kind::Hiring => "while hiring".to_owned(),
        Kind::News => "after the news".to_owned(),
        Kind::Size | Kind::Industry | Kind::Role | Kind::Playbook => String::new(),
    }
}

fn after_word(text: &str, marks: &[&str], lead_in: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let at = words
        .iter()
        .position(|word| marks.contains(&word.to_lowercase().trim_matches(|letter: char| !letter.is_alphanumeric())))?;
    let name = words.get(at + 1)?.trim_matches(|letter: char| !letter.is_alphanumeric());
    name.starts_with(char::is_uppercase).then(|| format!("{lead_in}{name}"))
}
