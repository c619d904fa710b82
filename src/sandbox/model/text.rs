//! A message as tokens, and tables of phrases found in it; a token is claimed by the first reader that understands it.

const MESSAGE_CHARS_MAX: usize = 4_000;

#[derive(Debug, Clone)]
pub struct Token {
    pub raw: String,
    pub low: String,
    pub stem: String,
    start: usize,
    end: usize,
}

#[derive(Debug, Clone)]
pub struct Said {
    pub text: String,
    pub tokens: Vec<Token>,
    taken: Vec<bool>,
}

impl Said {
    pub fn new(text: &str) -> Self {
        let text = plain(text);
        let tokens = tokens(&text);
        let taken = vec![false; tokens.len()];
        Self { text, tokens, taken }
    }

    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// The lower-case token, or an empty text past either end.
    pub fn low(&self, index: usize) -> &str {
        self.tokens.get(index).map_or("", |token| token.low.as_str())
    }

    /// The lower-case token `back` places before this one.
    pub fn before(&self, index: usize, back: usize) -> &str {
        index.checked_sub(back).map_or("", |index| self.low(index))
    }

    pub fn is_free(&self, index: usize) -> bool {
        self.taken.get(index) == Some(&false)
    }

    /// Is nothing between this token and the one before?
    pub fn is_glued(&self, index: usize) -> bool {
        let before = index.checked_sub(1).and_then(|index| self.tokens.get(index));
        matches!((before, self.tokens.get(index)), (Some(left), Some(right)) if left.end == right.start)
    }

    pub fn take(&mut self, from: usize, to: usize) {
        for flag in self.taken.iter_mut().take(to).skip(from) {
            *flag = true;
        }
    }

    /// The words as they were written, from one token up to another.
    pub fn slice(&self, from: usize, to: usize) -> &str {
        let (Some(first), Some(last)) = (self.tokens.get(from), to.checked_sub(1).and_then(|to| self.tokens.get(to)))
        else {
            return "";
        };
        self.text.get(first.start..last.end).unwrap_or_default()
    }

    pub fn has(&self, words: &[&str]) -> bool {
        self.tokens.iter().any(|token| words.contains(&token.low.as_str()))
    }

    /// Does one of the phrases occur, word by word?
    pub fn says(&self, phrases: &[&str]) -> bool {
        self.place_of(phrases).is_some()
    }

    pub fn place_of(&self, phrases: &[&str]) -> Option<usize> {
        let phrases: Vec<Vec<Token>> = phrases.iter().map(|phrase| tokens(phrase)).collect();
        (0..self.len()).find(|at| phrases.iter().any(|phrase| self.starts(*at, phrase)))
    }

    fn starts(&self, at: usize, phrase: &[Token]) -> bool {
        let there = self.tokens.get(at..at + phrase.len());
        there.is_some_and(|there| there.iter().zip(phrase).all(|(left, right)| left.low == right.low))
    }
}

/// What a phrase stands for, and where it was.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    pub from: usize,
    pub to: usize,
    pub value: &'static str,
}

/// Phrases with their meanings. A phrase that begins with `=` must be written exactly so: "IT" is not "it".
pub struct Phrases {
    entries: Vec<(Vec<Token>, bool, &'static str)>,
}

impl Phrases {
    pub fn new(table: &[(&'static str, &'static str)]) -> Self {
        let mut entries = Vec::new();
        for (phrases, value) in table {
            for phrase in phrases.split('|') {
                let exact = phrase.strip_prefix('=');
                entries.push((tokens(exact.unwrap_or(phrase)), exact.is_some(), *value));
            }
        }
        entries.sort_by_key(|(phrase, _, _)| std::cmp::Reverse(phrase.len()));
        Self { entries }
    }

    /// The longest phrase that begins here, over free tokens only.
    pub fn at(&self, said: &Said, index: usize) -> Option<Hit> {
        self.entries.iter().find_map(|(phrase, is_exact, value)| {
            let to = index + phrase.len();
            let there = said.tokens.get(index..to)?;
            let is_same = there
                .iter()
                .zip(phrase)
                .all(|(left, right)| if *is_exact { left.raw == right.raw } else { left.stem == right.stem });
            let is_free = (index..to).all(|at| said.is_free(at));
            (is_same && is_free).then_some(Hit { from: index, to, value })
        })
    }

    pub fn all(&self, said: &Said) -> Vec<Hit> {
        let (mut at, mut hits) = (0, Vec::new());
        while at < said.len() {
            let hit = self.at(said, at);
            at = hit.map_or(at + 1, |hit| hit.to);
            hits.extend(hit);
        }
        hits
    }
}

fn plain(text: &str) -> String {
    let swap = |letter: char| match letter {
        '\u{2018}' | '\u{2019}' => '\'',
        '\u{201c}' | '\u{201d}' => '"',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{a0}' | '\u{202f}' => ' ',
        other => other,
    };
    text.chars().take(MESSAGE_CHARS_MAX).map(swap).collect()
}

fn tokens(text: &str) -> Vec<Token> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let start = text.len() - rest.len();
        if first.is_whitespace() {
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
            continue;
        }
        let length = if first.is_alphanumeric() { word_length(rest) } else { first.len_utf8() };
        let raw = rest.get(..length).unwrap_or(rest).to_owned();
        rest = rest.get(length..).unwrap_or_default();
        let low = raw.to_lowercase();
        out.push(Token { stem: stem(&low), low, end: start + raw.len(), raw, start });
    }
    out
}

/// Addresses and links stay whole; numbers keep their separators; words keep inner apostrophes and ampersands.
fn word_length(rest: &str) -> usize {
    let chunk = rest.split(char::is_whitespace).next().unwrap_or(rest);
    if chunk.contains('@') || chunk.contains("://") || chunk.starts_with("www.") {
        let kept = chunk.trim_end_matches(|letter: char| !letter.is_alphanumeric() && letter != '/');
        return kept.len();
    }
    let letters: Vec<(usize, char)> = chunk.char_indices().collect();
    let mut index = 0;
    while let Some((_, letter)) = letters.get(index) {
        let next = letters.get(index + 1).map(|(_, next)| *next);
        let is_inner = match letter {
            '\'' | '&' | '_' => next.is_some_and(char::is_alphanumeric),
            ',' => is_thousand(&letters, index),
            '.' => is_digit(&letters, index.wrapping_sub(1)) && is_digit(&letters, index + 1),
            _ => letter.is_alphanumeric(),
        };
        if !is_inner {
            break;
        }
        index += 1;
    }
    letters.get(index).map_or(chunk.len(), |(at, _)| *at)
}

fn is_thousand(letters: &[(usize, char)], comma: usize) -> bool {
    is_digit(letters, comma.wrapping_sub(1))
        && (1..=3).all(|step| is_digit(letters, comma + step))
        && !is_digit(letters, comma + 4)
}

fn is_digit(letters: &[(usize, char)], index: usize) -> bool {
    letters.get(index).is_some_and(|(_, letter)| letter.is_ascii_digit())
}

/// Plural and possessive endings do not matter for finding a phrase.
fn stem(low: &str) -> String {
    let word = low.strip_suffix("'s").unwrap_or(low);
    if let Some(base) = word.strip_suffix("ies").filter(|base| base.len() > 1) {
        return format!("{base}y");
    }
    match word.strip_suffix('s') {
        Some(base) if base.len() > 1 && !base.ends_with('s') => base.to_owned(),
        _ => word.to_owned(),
    }
}
