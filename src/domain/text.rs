//! Text made comparable: lower case, no accents, words.
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Lower case, compatibility forms undone, accents gone, letters that do not decompose written out.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.nfkd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase) {
        match letter {
            'ß' => out.push_str("ss"),
            'æ' => out.push_str("ae"),
            'œ' => out.push_str("oe"),
            'ø' => out.push('o'),
            'ł' => out.push('l'),
            'đ' | 'ð' => out.push('d'),
            'þ' => out.push_str("th"),
            'ı' => out.push('i'),
            other if is_combining_mark(other) => {}
            other => out.push(other),
        }
    }
    out
}

/// Lower case and compatibility forms undone, accents kept: for addresses.
pub fn fold_case(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).collect()
}

/// The folded words of a text; every run of letters and digits is one.
pub fn words(text: &str) -> Vec<String> {
    fold(text).split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// True if the words of `part` stand next to each other, in order, in `whole`.
pub fn has_phrase(whole: &[String], part: &[String]) -> bool {
    !part.is_empty() && whole.windows(part.len()).any(|window| window == part)
}

/// "1,234": thousands apart, as cards write numbers.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_what_people_write() {
        assert_eq!(fold("Zürich STRAẞE Łódź Ærø"), "zurich strasse lodz aero");
        assert_eq!(words("V.P., Finance & Accounting"), ["v", "p", "finance", "accounting"]);
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(1_000), "1,000");
        assert_eq!(thousands(1_234_567), "1,234,567");
    }
}
