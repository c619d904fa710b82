//! What is wrong with the configuration, with the place to mend it. Each is one sentence, and the exit code is 2.
use std::fmt;

/// One fault: where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFault {
    /// `config/quarterdeck.toml`, `.env`, `--port`, `QUARTERDECK_PORT`.
    pub place: String,
    pub line: Option<usize>,
    pub reason: String,
}

impl ConfigFault {
    pub fn new(place: impl Into<String>, line: Option<usize>, reason: impl Into<String>) -> Self {
        Self { place: place.into(), line, reason: reason.into() }
    }
}

impl fmt::Display for ConfigFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{} line {line}: {}", self.place, self.reason),
            None => write!(f, "{}: {}", self.place, self.reason),
        }
    }
}

/// All faults found, oldest place first: one start shows them all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfigFaults(pub Vec<ConfigFault>);

impl ConfigFaults {
    pub fn add(&mut self, fault: ConfigFault) {
        if !self.0.contains(&fault) {
            self.0.push(fault);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<ConfigFault> for ConfigFaults {
    fn from(fault: ConfigFault) -> Self {
        Self(vec![fault])
    }
}

impl fmt::Display for ConfigFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, fault) in self.0.iter().enumerate() {
            if place > 0 {
                writeln!(f)?;
            }
            write!(f, "{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigFaults {}

/// The 1-based line of a byte offset.
pub fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1
}

/// The known name nearest to a mistyped one, when it is near.
pub fn nearest<'a>(typed: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|name| (strsim::jaro_winkler(typed, name), name))
        .filter(|(likeness, _)| *likeness > NEAR)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

/// Below this two names have nothing to do with each other.
const NEAR: f64 = 0.8;

/// "is no setting; the nearest is `server.port`".
pub fn unknown<'a>(typed: &str, known: impl Iterator<Item = &'a str>) -> String {
    match nearest(typed, known) {
        Some(name) => format!("`{typed}` is no setting; the nearest is `{name}`"),
        None => format!("`{typed}` is no setting; remove it, or see `quarterdeck check --show` for all there are"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_name_finds_its_neighbour() {
        let known = ["server.port", "server.bind", "model.name"];
        assert_eq!(nearest("server.prot", known.into_iter()), Some("server.port"));
        assert_eq!(nearest("model.nam", known.into_iter()), Some("model.name"));
        assert_eq!(nearest("zzz", known.into_iter()), None);
    }

    #[test]
    fn lines_count_from_one() {
        assert_eq!(line_of("a\nb\nc", 0), 1);
        assert_eq!(line_of("a\nb\nc", 2), 2);
        assert_eq!(line_of("a\nb\nc", 99), 3);
    }
}
