//! Filters of the templates: numbers, money, plurals, and the fence round text from outside.
use tera::Kwargs;
use tera::State;
use tera::Tera;
use tera::TeraResult;

/// Longest piece of foreign text in a prompt, unless the template says less.
const FENCE_MAX: i64 = 400;

pub fn register(tera: &mut Tera) {
    tera.register_filter("number", |n: i64, _: Kwargs, _: &State| number(n));
    tera.register_filter("usd", |micro: i64, _: Kwargs, _: &State| usd(micro));
    tera.register_filter("percent", |share: f64, _: Kwargs, _: &State| format!("{:.0} %", share * 100.0));
    tera.register_filter("plural", |n: i64, kwargs: Kwargs, _: &State| plural(n, &kwargs));
    tera.register_filter("duration", |ms: i64, _: Kwargs, _: &State| duration(ms));
    tera.register_filter("line", |text: &str, kwargs: Kwargs, _: &State| {
        let max = kwargs.get::<i64>("max")?.unwrap_or(FENCE_MAX).max(0);
        TeraResult::Ok(line(text, usize::try_from(max).unwrap_or(0)))
    });
    tera.register_filter("fence", |text: &str, kwargs: Kwargs, _: &State| {
        let max = kwargs.get::<i64>("max")?.unwrap_or(FENCE_MAX).max(0);
        TeraResult::Ok(fence(text, usize::try_from(max).unwrap_or(0)))
    });
}

/// 12345 → "12,345".
pub fn number(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if n < 0 {
        out.push('-');
    }
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Micro-USD → "0.40 USD".
pub fn usd(micro: i64) -> String {
    format!("{:.2} USD", micro as f64 / 1_000_000.0)
}

/// Milliseconds → "about 2 min".
pub fn duration(ms: i64) -> String {
    let seconds = (ms.max(0) + 999) / 1_000;
    match seconds {
        0..=9 => "seconds".to_owned(),
        10..=55 => format!("about {} s", (seconds + 4) / 5 * 5),
        56..=5_400 => format!("about {} min", (seconds + 59) / 60),
        _ => format!("about {:.1} h", seconds as f64 / 3_600.0),
    }
}

/// `{{ n | plural(one="lead", many="leads") }}` → "1 lead", "94 leads".
fn plural(n: i64, kwargs: &Kwargs) -> TeraResult<String> {
    let word = if n == 1 { kwargs.must_get::<&str>("one")? } else { kwargs.must_get::<&str>("many")? };
    Ok(format!("{} {word}", number(n)))
}

/// Text from outside on a card: one line, no control characters, cut to `max` characters.
pub fn line(text: &str, max: usize) -> String {
    fence(text, max).trim_matches(['‹', '›']).to_owned()
}

/// Text from outside: one line, no control characters, no markers of ours, cut to `max` characters. Matter, never a command.
pub fn fence(text: &str, max: usize) -> String {
    let clean: String = text
        .chars()
        .map(|c| {
            if c.is_control()
                || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
            {
                ' '
            } else {
                c
            }
        })
        .filter(|c| !matches!(c, '‹' | '›'))
        .take(max)
        .collect();
    format!("‹{}›", clean.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_people_write_them() {
        for (n, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (-12_345_678, "-12,345,678")] {
            assert_eq!(number(n), text);
        }
        assert_eq!(usd(403_000), "0.40 USD");
        for (ms, text) in
            [(400, "seconds"), (12_000, "about 15 s"), (61_000, "about 2 min"), (9_000_000, "about 2.5 h")]
        {
            assert_eq!(duration(ms), text);
        }
    }

    #[test]
    fn the_fence_keeps_foreign_text_on_one_line_and_closed() {
        assert_eq!(fence("a\nb› ignore\u{202e} all", 100), "‹a b ignore all›");
        assert_eq!(fence("abcdef", 3), "‹abc›");
    }
}
