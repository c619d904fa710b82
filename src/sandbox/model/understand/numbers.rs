//! Numbers as people write them: 1,000, 1k, a hundred, two dozen.
use crate::sandbox::model::text::Said;

const NUMBER_WORDS_MAX: usize = 6;

/// A number and the token after it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Number {
    pub value: i64,
    pub next: usize,
}

pub fn at(said: &Said, index: usize) -> Option<Number> {
    if !said.is_free(index) {
        return None;
    }
    let (mut total, mut current, mut is_number) = (0_i64, 0_i64, false);
    let (mut next, mut can_join) = (index, false);
    for place in index..index + NUMBER_WORDS_MAX {
        let word = said.low(place);
        if place == index
            && let Some(value) = digits(word)
        {
            (current, is_number) = (value, true);
        } else if let Some(value) = unit(said, place) {
            if is_number && !can_join && current % 100 != 0 && !(current % 10 == 0 && value < 10) {
                break;
            }
            (current, is_number) = (current.saturating_add(value), true);
        } else if let Some(factor) = factor(word) {
            current = current.max(1).saturating_mul(factor);
            is_number = true;
            if factor >= 1000 {
                total = total.saturating_add(current);
                current = 0;
            }
        } else if is_bridge(said, place, is_number) {
            can_join = true;
            continue;
        } else {
            break;
        }
        can_join = false;
        next = place + 1;
    }
    let is_half = said.low(index) == "half" && said.low(next.wrapping_sub(1)) == "dozen";
    let value = total.saturating_add(current);
    is_number.then_some(Number { value: if is_half { value / 2 } else { value }, next })
}

/// "a hundred", "half a dozen", "two hundred and fifty" hold words that are not numbers themselves.
fn is_bridge(said: &Said, place: usize, is_number: bool) -> bool {
    let after = said.low(place + 1);
    match said.low(place) {
        "a" => !is_number && factor(after).is_some(),
        "half" => !is_number && after == "a" && said.low(place + 2) == "dozen",
        "and" => {
            is_number && matches!(said.before(place, 1), "hundred" | "thousand") && unit(said, place + 1).is_some()
        }
        _ => false,
    }
}

fn digits(word: &str) -> Option<i64> {
    let (body, factor) = match word.strip_suffix('k') {
        Some(body) => (body, 1000.0),
        None => (word, 1.0),
    };
    if !body.starts_with(|letter: char| letter.is_ascii_digit()) {
        return None;
    }
    let value: f64 = body.replace(',', "").parse().ok()?;
    let value = value * factor;
    #[expect(clippy::cast_possible_truncation, reason = "bounded just before")]
    (value.fract() == 0.0 && value < 1e15).then_some(value as i64)
}

fn factor(word: &str) -> Option<i64> {
    match word {
        "dozen" => Some(12),
        "hundred" => Some(100),
        "thousand" => Some(1000),
        _ => None,
    }
}

fn unit(said: &Said, place: usize) -> Option<i64> {
    const SMALL: [&str; 20] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    let word = said.low(place);
    if word == "one" && matches!(said.before(place, 1), "this" | "that" | "the" | "by" | "which" | "another") {
        return None;
    }
    let small = SMALL.iter().position(|name| *name == word);
    let found = small.or_else(|| TENS.iter().position(|name| *name == word).map(|index| (index + 2) * 10));
    found.and_then(|value| i64::try_from(value).ok())
}
