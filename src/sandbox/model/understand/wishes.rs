//! How the mails should be: length, tone, language, and what they should mention.
use crate::sandbox::model::text::Said;

const WISH_CHARS_MAX: usize = 200;

/// Wishes in the order of the table, then what should be mentioned; they are read before anything else claims the words.
pub fn read(said: &mut Said) -> String {
    let mut wishes: Vec<String> = Vec::new();
    for (words, wish) in SIMPLE {
        if said.has(words) && is_about_mails(said, words) {
            wishes.push((*wish).to_owned());
        }
    }
    wishes.extend(language(said));
    wishes.extend(mentions(said));
    wishes.join("; ").chars().take(WISH_CHARS_MAX).collect()
}

const SIMPLE: &[(&[&str], &str)] = &[
    (&["shorter", "short", "brief", "briefer", "concise"], "shorter"),
    (&["longer"], "longer"),
    (&["formal"], "more formal"),
    (&["informal", "casual", "relaxed"], "more casual"),
    (&["friendly", "friendlier", "warmer"], "friendlier"),
    (&["salesy", "pushy"], "less salesy"),
    (&["direct"], "more direct"),
    (&["simpler", "plain"], "simpler words"),
];

const MAIL_WORDS: [&str; 12] =
    ["mail", "mails", "email", "emails", "message", "messages", "text", "texts", "copy", "tone", "drafts", "wording"];

/// "short mails" is a wish, "short on time" is not; a comparison alone ("shorter") is one too.
fn is_about_mails(said: &Said, words: &[&str]) -> bool {
    let is_comparison = words.iter().any(|word| word.ends_with("er") && said.has(&[word]));
    let is_tone = said.has(&["more", "less", "tone", "too"]) && !said.has(&["direct"]);
    is_comparison || is_tone || said.has(&MAIL_WORDS)
}

/// "mails in German": the language is for the mails, the country is not meant.
fn language(said: &mut Said) -> Option<String> {
    const LANGUAGES: [&str; 8] = ["German", "French", "Spanish", "Italian", "Dutch", "Polish", "Swedish", "English"];
    let at = (0..said.len()).find(|index| {
        let name = said.slice(*index, index + 1);
        let is_language = LANGUAGES.iter().any(|language| language.eq_ignore_ascii_case(name));
        let after = said.low(index + 1);
        is_language
            && said.before(*index, 1) == "in"
            && !matches!(after, "companies" | "firms" | "fintech" | "fintechs" | "saas")
    })?;
    let wish = said.slice(at - 1, at + 1).to_owned();
    said.take(at - 1, at + 1);
    Some(wish)
}

/// "mention the Series B", "focus on month-end close": the clause in the rep's own words.
fn mentions(said: &mut Said) -> Vec<String> {
    const VERBS: [&str; 8] =
        ["mention", "mentioning", "focus", "emphasise", "emphasize", "reference", "highlight", "talk"];
    let mut out = Vec::new();
    for index in 0..said.len() {
        let is_verb = VERBS.contains(&said.low(index)) && said.is_free(index);
        let is_pair = !matches!(said.low(index), "focus" | "talk") || matches!(said.low(index + 1), "on" | "about");
        if !is_verb || !is_pair {
            continue;
        }
        let is_stop = |at: &usize| {
            matches!(said.low(*at), "." | ";" | "!" | "?" | "," | "enrich" | "launch") || *at >= said.len()
        };
        let end = (index + 1..=said.len()).find(is_stop).unwrap_or(said.len());
        let start = if matches!(said.before(index, 1), "don't" | "not" | "avoid" | "stop") { index - 1 } else { index };
        let start = if said.before(start, 1) == "do" { start - 1 } else { start };
        out.push(said.slice(start, end).to_owned());
        said.take(start, end);
    }
    out
}
