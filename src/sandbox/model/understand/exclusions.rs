//! What is to be left out: companies by name, or a country, technology, industry or title with its kind in front.
use crate::sandbox::model::text::Said;
use crate::sandbox::model::understand::industries;
use crate::sandbox::model::understand::numbers;
use crate::sandbox::model::understand::places;
use crate::sandbox::model::understand::switches::STEP_WORDS;
use crate::sandbox::model::understand::technologies;
use crate::sandbox::model::understand::titles;

const CLAUSE_TOKENS_MAX: usize = 40;
const NAME_TOKENS_MAX: usize = 5;

/// After these a company may be named freely.
const NAMING: &[&[&str]] = &[
    &["do", "not", "include"],
    &["don't", "include"],
    &["leave", "out"],
    &["apart", "from"],
    &["other", "than"],
    &["but", "not"],
    &["except", "for"],
    &["except"],
    &["excluding"],
    &["exclude"],
    &["without"],
    &["drop"],
    &["remove"],
    &["skip"],
    &["ignore"],
    &["minus"],
    &["not", "at"],
    &["not", "from"],
];
/// After these only what the tables know is left out: "no" and "not" have many other uses.
const KNOWN: &[&[&str]] = &[&["outside"], &["not"], &["no"], &["don't"], &["doesn't"]];
const STOPS: [&str; 22] = [
    "enrich", "launch", "send", "email", "mail", "start", "using", "with", "that", "who", "which", "then", "in", "at",
    "only", "make", "also", "add", "find", "but", "keep", "plus",
];
const FILLERS: [&str; 26] = [
    "the",
    "our",
    "any",
    "all",
    "those",
    "ones",
    "one",
    "people",
    "anyone",
    "everyone",
    "companies",
    "company",
    "prospects",
    "leads",
    "firms",
    "from",
    "at",
    "in",
    "of",
    "using",
    "use",
    "on",
    "with",
    "for",
    "based",
    "who",
];

pub fn read(said: &mut Said) -> Vec<String> {
    let (mut index, mut out) = (0, Vec::new());
    while index < said.len() {
        let Some((words, can_name)) = keyword(said, index) else {
            index += 1;
            continue;
        };
        let start = index + words;
        let end = clause_end(said, start);
        let found = clause(said, start, end, can_name);
        if !found.is_empty() {
            said.take(index, end);
            out.extend(found);
        }
        index = if said.is_free(index) { start } else { end };
    }
    out.dedup();
    out
}

fn keyword(said: &Said, index: usize) -> Option<(usize, bool)> {
    let fits = |words: &&&[&str]| {
        words.iter().enumerate().all(|(step, word)| said.low(index + step) == *word && said.is_free(index + step))
    };
    let naming = NAMING.iter().find(fits).map(|words| (words.len(), true));
    naming.or_else(|| KNOWN.iter().find(fits).map(|words| (words.len(), false)))
}

fn clause_end(said: &Said, start: usize) -> usize {
    let is_end = |at: &usize| {
        let word = said.low(*at);
        let is_short_form = matches!(said.before(*at, 1), "ltd" | "inc" | "co" | "corp") && word == ".";
        let is_stop = *at > start + 1 && STOPS.contains(&word) && !FILLERS.contains(&said.before(*at, 1));
        (matches!(word, "." | ";" | "!" | "?" | "(" | ")") && !is_short_form) || is_stop || !said.is_free(*at)
    };
    let last = said.len().min(start + CLAUSE_TOKENS_MAX);
    (start..last).find(is_end).unwrap_or(last)
}

fn clause(said: &Said, start: usize, end: usize, can_name: bool) -> Vec<String> {
    let has_number = (start..end).any(|at| numbers::at(said, at).is_some_and(|_| said.low(at) != "one"));
    let is_step = (start..end).take(3).any(|at| STEP_WORDS.contains(&said.low(at)));
    if has_number || is_step {
        return Vec::new();
    }
    let mut part = Said::new(said.slice(start, end));
    let mut out = Vec::new();
    let technologies = technologies::read(&mut part);
    let readings = [
        ("title", titles::read(&mut part)),
        ("technology", technologies),
        ("industry", industries::read(&mut part)),
        ("country", places::read(&mut part)),
    ];
    for (kind, found) in readings {
        out.extend(found.into_iter().map(|found| format!("{kind}:{}", found.value)));
    }
    if can_name {
        out.extend(names(&part));
    }
    out
}

/// What is left between commas and "and", when it looks like a name and not like a sentence.
fn names(part: &Said) -> Vec<String> {
    let (mut out, mut start) = (Vec::new(), 0);
    for at in 0..=part.len() {
        let is_joint = at == part.len() || matches!(part.low(at), "," | "and" | "or" | "/") || !part.is_free(at);
        if !is_joint {
            continue;
        }
        out.extend(name(part, start, at));
        start = at + 1;
    }
    out
}

fn name(part: &Said, start: usize, end: usize) -> Option<String> {
    let first = (start..end).find(|at| !FILLERS.contains(&part.low(*at)))?;
    let tail = |at: &usize| !matches!(part.low(*at), "please" | "too" | "ones" | "." | "'" | "\"" | "now");
    let last = (first..end).rev().find(tail)?;
    let is_pronoun =
        last == first && matches!(part.low(first), "them" | "it" | "this" | "that" | "these" | "me" | "us");
    let is_filter = matches!(part.low(last), "limit" | "filter" | "filters" | "criterion" | "criteria" | "size");
    let is_long = last + 1 - first > NAME_TOKENS_MAX;
    let name = part.slice(first, last + 1);
    let is_word = name.chars().any(char::is_alphabetic);
    (!is_pronoun && !is_filter && !is_long && is_word).then(|| name.to_owned())
}
