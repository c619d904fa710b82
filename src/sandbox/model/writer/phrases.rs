//! The wordings: six or more for each kind of fact, none of which claims anything by itself.
use crate::sandbox::model::hash;
use crate::sandbox::model::writer::Length;
use crate::sandbox::model::writer::Material;
use crate::sandbox::model::writer::facts::Kind;
use crate::sandbox::model::writer::facts::Usable;

const SHORT_WORDS_MAX: usize = 14;
const SHORT_CLAUSE_WORDS_MIN: usize = 4;

/// `{fact}` is a whole clause, such as "Acme raised 25 M USD".
const FUNDING: &[&str] = &[
    "I read that {fact}.",
    "I saw that {fact}.",
    "The news that {fact} caught my eye.",
    "It made me look twice that {fact}.",
    "I came across the news that {fact}.",
    "{fact}, and that is why I write.",
];
const HIRING: &[&str] = &[
    "I noticed that {fact}.",
    "I saw that {fact}.",
    "Reading the open roles, I noticed that {fact}.",
    "It stood out to me that {fact}.",
    "{fact}, which is why I write.",
    "I could not miss that {fact}.",
];
const TECHNOLOGY: &[&str] = &[
    "I saw that {fact}.",
    "From what I can tell, {fact}.",
    "I understand that {fact}.",
    "I noticed that {fact}.",
    "What made me write is that {fact}.",
    "Looking at the stack, I saw that {fact}.",
];
const NEWS: &[&str] = &[
    "I read that {fact}.",
    "The news that {fact} reached me.",
    "I saw that {fact}.",
    "I came across the note that {fact}.",
    "It caught my eye that {fact}.",
    "{fact}, and I wanted to ask about it.",
];
const SIZE: &[&str] = &[
    "I see that {fact}.",
    "From what I read, {fact}.",
    "I understand that {fact}.",
    "I noticed that {fact}.",
    "As far as I can tell, {fact}.",
    "I read that {fact}.",
];
const OTHER: &[&str] = &[
    "I read that {fact}.",
    "I understand that {fact}.",
    "From what I read, {fact}.",
    "I see that {fact}.",
    "I noticed that {fact}.",
    "As far as I can tell, {fact}.",
];
/// For a fact that is a note and not a clause, such as "Series B, 25 M USD".
const NOTE: &[&str] = &[
    "I was reading about {company}: {fact}.",
    "{company} caught my eye: {fact}.",
    "What I read about {company}: {fact}.",
    "What I found on {company}: {fact}.",
    "A line about {company} stood out: {fact}.",
    "I looked at {company} and saw this: {fact}.",
];
const SECOND: &[&str] = &[
    "I also saw that {fact}.",
    "Besides, {fact}.",
    "I noticed as well that {fact}.",
    "On top of that, {fact}.",
    "And I read that {fact}.",
    "At the same time, {fact}.",
];
const SECOND_NOTE: &[&str] = &[
    "I also noted this: {fact}.",
    "And one more note: {fact}.",
    "Next to it I saw: {fact}.",
    "A second note: {fact}.",
    "What goes with it: {fact}.",
    "I read this as well: {fact}.",
];
const ROLE: &[&str] = &[
    "I would guess that some of it lands with you as {title}.",
    "That is why I thought of you as {title}.",
    "In your role as {title}, you may have a view on it.",
    "As {title}, you may be the right person to ask.",
    "My question is for you as {title}.",
    "It made me curious how you see it as {title}.",
];
const NO_ROLE: &[&str] = &[
    "I would guess that some of it lands on your desk.",
    "That is why I thought of you.",
    "You may have a view on it.",
    "You may be the right person to ask.",
    "I am curious how you see it.",
    "My question is a short one.",
];
pub const ROLE_ONLY: &[&str] = &[
    "I am writing to you as {title} at {company}.",
    "My question is for the {title} at {company}.",
    "As {title} at {company}, you may be the right person to ask.",
    "I was looking for the {title} at {company}.",
    "You are {title} at {company}, so I will be brief.",
    "I hope the {title} at {company} is the right person for this.",
];
pub const NOTHING_KNOWN: &[&str] = &[
    "I have a short question about {company}.",
    "I am writing about {company}.",
    "My question is about {company}.",
    "I hope you are the right person at {company}.",
    "One short question about {company}.",
    "I was looking for the right person at {company}.",
];
pub const PAIN_UNKNOWN: &[&str] = &[
    "I would like to ask what takes most of the time in your team.",
    "What would you hand over first, if you could?",
    "I am curious which task takes longer than it should.",
    "Which part of the month is the hardest for your team?",
    "What is the one thing that should take less time?",
    "I would like to learn what slows your team down.",
];
const PAIN: &[&str] = &[
    "{fact}",
    "A common one: {fact}",
    "My guess at what follows: {fact}",
    "One thing worth a minute: {fact}",
    "What often comes with it: {fact}",
    "The part I would ask about: {fact}",
];

const PAST: [&str; 34] = [
    "raised",
    "raises",
    "closed",
    "secured",
    "announced",
    "launched",
    "opened",
    "acquired",
    "appointed",
    "joined",
    "signed",
    "expanded",
    "reported",
    "won",
    "moved",
    "adopted",
    "uses",
    "runs",
    "has",
    "posted",
    "received",
    "completed",
    "hired",
    "plans",
    "employs",
    "operates",
    "named",
    "introduced",
    "entered",
    "published",
    "grew",
    "builds",
    "sells",
    "started",
];
const GOING: [&str; 7] = ["hiring", "recruiting", "using", "running", "expanding", "looking", "growing"];

pub fn choose(material: &Material, place: &str, patterns: &[&'static str]) -> &'static str {
    let patterns = if material.length == Length::Short {
        patterns.get(..patterns.len().min(3)).unwrap_or(patterns)
    } else {
        patterns
    };
    let index = hash::stable(&format!("{}|{place}", material.key)) % u64::try_from(patterns.len().max(1)).unwrap_or(1);
    usize::try_from(index).ok().and_then(|index| patterns.get(index)).copied().unwrap_or_default()
}

pub fn fill(pattern: &str, material: &Material, fact: &str) -> String {
    let text =
        pattern.replace("{fact}", fact).replace("{company}", &material.company).replace("{title}", &material.title);
    capital(&text)
}

pub fn sentence(material: &Material, fact: &Usable) -> String {
    let patterns = match fact.kind {
        Kind::Funding => FUNDING,
        Kind::Hiring => HIRING,
        Kind::Technology => TECHNOLOGY,
        Kind::News => NEWS,
        Kind::Size => SIZE,
        Kind::Industry | Kind::Role | Kind::Playbook => OTHER,
    };
    said(material, fact, patterns, NOTE)
}

/// The company was named in the sentence before.
pub fn second(material: &Material, fact: &Usable) -> String {
    let text = said(material, fact, SECOND, SECOND_NOTE);
    text.replacen(&material.company, "the company", 1)
}

pub fn role(material: &Material) -> String {
    let patterns = if material.title.is_empty() { NO_ROLE } else { ROLE };
    fill(choose(material, "role", patterns), material, "")
}

pub fn pain(material: &Material, line: &str) -> String {
    let is_short = material.length == Length::Short;
    let line = if is_short { shortened(line) } else { line };
    let stop = if line.ends_with(['?', '!']) { "" } else { "." };
    let pattern = if is_short { "{fact}" } else { choose(material, "pain", PAIN) };
    fill(pattern, material, &format!("{line}{stop}"))
}

/// The first part of a long sentence, where it has parts.
fn shortened(line: &str) -> &str {
    if line.split_whitespace().count() <= SHORT_WORDS_MAX {
        return line;
    }
    let cuts = line.match_indices([',', ';', ':']).map(|(at, _)| line.get(..at).unwrap_or(line));
    let mut cuts = cuts.filter(|head| head.split_whitespace().count() >= SHORT_CLAUSE_WORDS_MIN);
    cuts.next().unwrap_or(line)
}

fn said(material: &Material, fact: &Usable, clauses: &[&'static str], notes: &[&'static str]) -> String {
    let place = format!("{:?}", fact.kind);
    match clause(&material.company, &fact.text) {
        Some(clause) => fill(choose(material, &place, clauses), material, &clause),
        None => fill(choose(material, &place, notes), material, &fact.text),
    }
}

/// The fact as a clause about the company, where its first words show how.
fn clause(company: &str, text: &str) -> Option<String> {
    let (first, rest) = text.split_once(' ')?;
    let low = first.to_lowercase();
    if text.to_lowercase().starts_with(&company.to_lowercase()) {
        return Some(text.to_owned());
    }
    if PAST.contains(&low.as_str()) {
        return Some(format!("{company} {low} {rest}"));
    }
    GOING.contains(&low.as_str()).then(|| format!("{company} is {low} {rest}"))
}

pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
