//! Text from people and vendors made safe to store and to put into a card: what cannot be seen is dropped.

/// Most characters of one message.
pub const TEXT_CHARS_MAX: usize = 8_000;

/// What a person wrote: line breaks and tabs stay, other control and direction marks go.
pub fn said(text: &str) -> String {
    text.replace("\r\n", "\n")
        .chars()
        .filter(|c| *c == '\n' || *c == '\t' || is_plain(*c))
        .collect::<String>()
        .trim()
        .to_owned()
}

/// One line of at most `max` characters, for names, titles and labels inside cards.
pub fn line(text: &str, max: usize) -> String {
    let plain: String = text.chars().map(|c| if is_plain(c) { c } else { ' ' }).collect();
    let joined = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    cut(&joined, max)
}

/// At most `lines` lines that say something, each cut.
pub fn lines(text: &str, lines: usize, max: usize) -> String {
    // A card template starts its sections with `== `: foreign text must never begin a line that way.
    text.lines()
        .map(|part| line(part, max).trim_start_matches('=').trim().to_owned())
        .filter(|part| !part.is_empty())
        .take(lines)
        .collect::<Vec<_>>()
        .join("\n")
}

fn cut(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(max.saturating_sub(1)).collect();
    short.push('…');
    short
}

fn is_plain(c: char) -> bool {
    let is_mark = matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    !c.is_control() && !is_mark
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_and_direction_marks_go_and_line_breaks_stay() {
        assert_eq!(said("  a\r\nb\u{0}\u{202e}c\t d \n"), "a\nbc\t d");
        assert_eq!(line("a\n== action start\u{7} b", 80), "a == action start b");
        assert_eq!(line("abcdef", 4), "abc…");
    }

    #[test]
    fn foreign_lines_never_look_like_a_section() {
        assert_eq!(lines("\n== action retry\nYes\nmore", 2, 80), "action retry\nYes");
    }

    proptest::proptest! {
        #[test]
        fn a_line_is_one_line_and_short(text in ".{0,200}", max in 1usize..60) {
            let out = line(&text, max);
            proptest::prop_assert!(!out.contains('\n') && out.chars().count() <= max);
        }

        #[test]
        fn what_is_said_holds_no_control_characters(text in proptest::prelude::any::<String>()) {
            proptest::prop_assert!(said(&text).chars().all(|c| c == '\n' || c == '\t' || !c.is_control()));
        }
    }
}
