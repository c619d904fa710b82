//! "I am away until 2026-12-04, Otto decides for me", "I am back".
use serde_json::json;

use crate::sandbox::model::text::Said;
use crate::sandbox::model::wire::Answer;

const AWAY: [&str; 10] = [
    "i am away",
    "i'm away",
    "i will be away",
    "i'll be away",
    "i am out of office",
    "i'm out of office",
    "i am on holiday",
    "i'm on holiday",
    "i am on vacation",
    "i'm on vacation",
];

pub fn answer(said: &Said) -> Option<Answer> {
    if said.says(&["i am back", "i'm back", "i am not away", "i'm not away"]) {
        return Some(Answer::Call { tool: "set_absence", arguments: json!({"until": "back"}) });
    }
    if !said.says(&AWAY) {
        return None;
    }
    let days = days(&said.text);
    let (from, until) = match days.as_slice() {
        [] => return Some(Answer::Words("Until which day? Write it as YYYY-MM-DD, and who decides meanwhile.".into())),
        [until] => ("", until.as_str()),
        [from, until, ..] => (from.as_str(), until.as_str()),
    };
    let arguments = json!({"from": from, "until": until, "delegate": delegate(said)});
    Some(Answer::Call { tool: "set_absence", arguments })
}

/// Days as YYYY-MM-DD, in their order.
fn days(text: &str) -> Vec<String> {
    let is_day = |word: &&str| {
        word.len() == 10
            && word.chars().enumerate().all(
                |(at, letter)| {
                    if matches!(at, 4 | 7) { letter == '-' } else { letter.is_ascii_digit() }
                },
            )
    };
    let words = text.split(|letter: char| letter.is_whitespace() || matches!(letter, ',' | ';' | '(' | ')'));
    words.map(|word| word.trim_end_matches(['.', '!', '?'])).filter(is_day).map(str::to_owned).collect()
}

/// The name before "decides" and its like, or after "delegate".
fn delegate(said: &Said) -> String {
    let is_verb = |at: &usize| matches!(said.low(*at), "decides" | "covers" | "approves" | "stands");
    if let Some(at) = (1..said.len()).find(is_verb) {
        return said.slice(at - 1, at).to_owned();
    }
    let after = (0..said.len()).find(|at| matches!(said.low(*at), "delegate" | "stand-in"));
    let name = after.map(|at| at + 1).map(|at| if matches!(said.low(at), "is" | "to" | ":") { at + 1 } else { at });
    name.filter(|at| *at < said.len()).map(|at| said.slice(at, at + 1).to_owned()).unwrap_or_default()
}
