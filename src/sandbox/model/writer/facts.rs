//! Which facts may be used: vendor text that reads like an order, or holds a link or markup, is left aside.

const TEXT_CHARS_MAX: usize = 240;
const SENTENCE_CHARS_MAX: usize = 160;
const NAME_CHARS_MAX: usize = 80;
const HEAD_WORDS_MIN: usize = 4;

/// The strongest first: the order of the variants is the order of use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Funding,
    Hiring,
    Technology,
    News,
    Size,
    Industry,
    Role,
    Playbook,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Usable {
    pub id: String,
    pub kind: Kind,
    /// One sentence without its full stop.
    pub text: String,
}

/// The facts that may be used, strongest first, in the given order within a kind.
pub fn ranked<'a>(given: impl Iterator<Item = (&'a str, &'a str, &'a str)>) -> Vec<Usable> {
    let mut out: Vec<Usable> = given.filter_map(|(id, kind, text)| usable(id, kind, text)).collect();
    out.sort_by_key(|fact| fact.kind);
    out
}

fn usable(id: &str, kind: &str, text: &str) -> Option<Usable> {
    let kind = match kind {
        "funding" => Kind::Funding,
        "hiring" => Kind::Hiring,
        "technology" => Kind::Technology,
        "size" => Kind::Size,
        "industry" => Kind::Industry,
        "role" => Kind::Role,
        "playbook" => Kind::Playbook,
        _ => Kind::News,
    };
    let is_fit = if kind == Kind::Playbook { is_clean(text) } else { is_clean(text) && !is_order(text) };
    let text = first_sentence(text.trim());
    let is_short = text.chars().count() <= SENTENCE_CHARS_MAX;
    (is_fit && is_short && text.chars().any(char::is_alphabetic)).then(|| Usable {
        id: id.to_owned(),
        kind,
        text: text.to_owned(),
    })
}

/// A company, a title: short, clean and no order either.
pub fn is_name(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && text.chars().count() <= NAME_CHARS_MAX && is_clean(text) && !is_order(text)
}

/// Letters, digits and ordinary punctuation only; no link, no address, no markup, no hidden character.
fn is_clean(text: &str) -> bool {
    const MARKS: &str = " .,;:'’\"“”&%$€£+-–—()/!?";
    let is_plain = text.trim().chars().all(|letter| letter.is_alphanumeric() || MARKS.contains(letter));
    is_plain && text.chars().count() <= TEXT_CHARS_MAX && !text.contains("//") && !has_host(text)
}

/// "www.x" or "name.tld": letters on both sides of a dot, without a space.
fn has_host(text: &str) -> bool {
    text.split_whitespace().any(|word| {
        let word = word.trim_end_matches(|letter: char| !letter.is_alphanumeric());
        let is_host = |(left, right): (&str, &str)| {
            let last = left.chars().last();
            last.is_some_and(char::is_alphabetic)
                && right.chars().take_while(|letter| letter.is_alphabetic()).count() >= 2
        };
        word.match_indices('.')
            .any(|(at, _)| is_host((word.get(..at).unwrap_or_default(), word.get(at + 1..).unwrap_or_default())))
    })
}

/// Words that speak to a reader or a machine instead of telling about a company.
fn is_order(text: &str) -> bool {
    const WORDS: [&str; 48] = [
        "ignore",
        "ignoriere",
        "ignorez",
        "disregard",
        "forget",
        "override",
        "overrule",
        "bypass",
        "please",
        "click",
        "visit",
        "reply",
        "send",
        "forward",
        "instruction",
        "instructions",
        "assistant",
        "write",
        "instead",
        "tell",
        "say",
        "mention",
        "include",
        "follow",
        "execute",
        "password",
        "prompt",
        "pretend",
        "bcc",
        "cc",
        "must",
        "should",
        "you",
        "your",
        "yourself",
        "ai",
        "llm",
        "chatgpt",
        "gpt",
        "jailbreak",
        "wire",
        "confirm",
        "approve",
        "output",
        "respond",
        "answer",
        "system",
        "add",
    ];
    let low = text.to_lowercase();
    let mut words = low.split(|letter: char| !letter.is_alphanumeric());
    words.any(|word| WORDS.contains(&word))
        || low.contains("do not ")
        || low.contains("don't ")
        || low.contains("bank details")
}

/// Up to the first full stop that ends a sentence; "Acme Inc. raised" is not cut.
fn first_sentence(text: &str) -> &str {
    let ends = text.match_indices(['.', '!', '?']);
    let is_end = |at: &usize| {
        let head = text.get(..*at).unwrap_or_default();
        let follows = text.get(at + 1..).and_then(|rest| rest.chars().next());
        follows.is_none_or(char::is_whitespace) && head.split_whitespace().count() >= HEAD_WORDS_MIN
    };
    let end = ends.map(|(at, _)| at).find(is_end).unwrap_or(text.len());
    let is_question = text.get(end..).is_some_and(|rest| rest.starts_with('?'));
    let end = if is_question { end + 1 } else { end };
    text.get(..end).unwrap_or(text).trim_end_matches('.').trim_end()
}
