//! `.env` as names, values and lines. The text of a line is never repeated: it may hold a key.
use crate::config::error::ConfigFault;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub name: String,
    pub value: String,
    pub line: usize,
}

pub const PLACE: &str = ".env";

/// Entries in order, and what could not be read.
pub fn parse(text: &str) -> (Vec<Entry>, Vec<ConfigFault>) {
    let lines: Vec<&str> = text.lines().collect();
    let mut next = 0;
    let mut entries = Vec::new();
    let mut faults = Vec::new();
    for read in dotenvy::from_read_iter(text.as_bytes()) {
        match read {
            Ok((name, value)) => {
                next = seek(&lines, next, |line| starts_with_name(line, &name));
                entries.push(Entry { name, value, line: next });
            }
            Err(dotenvy::Error::LineParse(bad, _)) => {
                let head = bad.lines().next().unwrap_or_default().trim().to_owned();
                next = seek(&lines, next, |line| line.trim() == head);
                faults.push(ConfigFault::new(PLACE, Some(next), "is not NAME=value; mend it, or put # before it"));
            }
            Err(other) => {
                faults.push(ConfigFault::new(PLACE, None, format!("cannot be read: {other}")));
                break;
            }
        }
    }
    (entries, faults)
}

/// The 1-based number of the first fitting line at or after `from`.
fn seek(lines: &[&str], from: usize, fits: impl Fn(&str) -> bool) -> usize {
    let found = lines.iter().enumerate().skip(from).find(|(_, line)| fits(line));
    found.map_or(from.max(1), |(at, _)| at + 1)
}

fn starts_with_name(line: &str, name: &str) -> bool {
    let line = line.trim_start();
    let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
    line.strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with('='))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_knows_its_line() {
        let (entries, faults) = parse("# ours\nA=1\n\nexport B='two words'\nC=\"x # y\" # note\n");
        let got: Vec<_> = entries.iter().map(|e| (e.name.as_str(), e.value.as_str(), e.line)).collect();
        assert_eq!(got, [("A", "1", 2), ("B", "two words", 4), ("C", "x # y", 5)]);
        assert_eq!(faults, []);
    }

    #[test]
    fn a_bad_line_is_named_and_not_repeated() {
        let (entries, faults) = parse("A=1\n\nsk-canary-4411 oops\nB=2\n");
        assert_eq!(entries.len(), 2);
        assert_eq!(faults.len(), 1);
        assert_eq!(faults[0].line, Some(3));
        assert!(faults[0].to_string().starts_with(".env line 3: "));
        assert!(!faults[0].to_string().contains("canary"));
    }

    #[test]
    fn a_quote_that_never_closes_is_named_by_its_first_line() {
        let (_, faults) = parse("A=1\nKEY=\"abc\nB=2\n");
        assert_eq!(faults.first().and_then(|fault| fault.line), Some(2));
    }
}
