//! A sequence: the touches of a campaign, as RevOps writes them in `config/sequences/<name>.toml`.
use serde::Deserialize;
use serde::Serialize;

use crate::domain::icp::parse::ProfileError;
use crate::domain::icp::parse::line_of;

/// Most touches of one sequence; more than four in 21 days are held back by the limits anyway.
const TOUCHES_MAX: usize = 8;
const DELAY_DAYS_MAX: u32 = 90;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TouchKind {
    Email,
    /// A task for a person: nothing is sent by machines on LinkedIn.
    Linkedin,
    /// A task for a person.
    Call,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TouchPlan {
    pub kind: TouchKind,
    /// Days after the touch before it; 0 for the first.
    pub delay_days: u32,
    /// A file of `prompts/outreach` without its ending; mails only.
    pub template: Option<String>,
    /// What it is for, as the preview says it.
    pub says: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sequence {
    /// The file's name; not written in the file.
    #[serde(skip)]
    pub name: String,
    pub version: u32,
    pub says: String,
    pub touch: Vec<TouchPlan>,
}

impl Sequence {
    pub fn parse(text: &str, name: &str) -> Result<Self, ProfileError> {
        let mut sequence: Self = toml::from_str(text).map_err(|error| ProfileError {
            line: error.span().map(|span| line_of(text, span.start)),
            what: error.message().to_owned(),
        })?;
        name.clone_into(&mut sequence.name);
        match fault(&sequence) {
            Some((touch, what)) => Err(ProfileError { line: line_of_touch(text, touch), what }),
            None => Ok(sequence),
        }
    }

    /// The touches with the day each falls on, counted from the first.
    pub fn days(&self) -> Vec<(u32, &TouchPlan)> {
        let mut day = 0_u32;
        let dated = self.touch.iter().map(|touch| {
            day = day.saturating_add(touch.delay_days);
            (day, touch)
        });
        dated.collect()
    }

    /// "4 touches in 10 days", as the plan card says it.
    pub fn summary(&self) -> String {
        let days = self.days().last().map_or(0, |(day, _)| *day);
        format!("{} touches in {days} days", self.touch.len())
    }

    /// The templates its mails need.
    pub fn templates(&self) -> Vec<&str> {
        self.touch.iter().filter_map(|touch| touch.template.as_deref()).collect()
    }
}

/// The touch that is wrong, and what is.
fn fault(sequence: &Sequence) -> Option<(usize, String)> {
    if sequence.touch.is_empty() || sequence.touch.len() > TOUCHES_MAX {
        return Some((0, format!("a sequence has 1 to {TOUCHES_MAX} touches, not {}", sequence.touch.len())));
    }
    sequence.touch.iter().enumerate().find_map(|(at, touch)| Some((at, fault_of(at, touch)?)))
}

fn fault_of(at: usize, touch: &TouchPlan) -> Option<String> {
    let is_mail = touch.kind == TouchKind::Email;
    let is_name = |name: &String| name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    match &touch.template {
        None if is_mail => Some("a mail names its template".to_owned()),
        Some(_) if !is_mail => Some("only mails have a template".to_owned()),
        Some(name) if name.is_empty() || !is_name(name) => Some(format!("`{name}` is not the name of a template")),
        _ if at == 0 && touch.delay_days > 0 => Some("the first touch has no delay".to_owned()),
        _ if touch.delay_days > DELAY_DAYS_MAX => Some(format!("a delay is at most {DELAY_DAYS_MAX} days")),
        _ => None,
    }
}

fn line_of_touch(text: &str, touch: usize) -> Option<usize> {
    text.lines().enumerate().filter(|(_, line)| line.trim() == "[[touch]]").nth(touch).map(|(at, _)| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STANDARD: &str = include_str!("../../../config/sequences/standard.toml");

    #[test]
    fn the_standard_sequence_is_sound() {
        let sequence = Sequence::parse(STANDARD, "standard").unwrap();
        assert_eq!(sequence.summary(), "4 touches in 10 days");
        assert_eq!(sequence.templates(), ["first_mail", "social_proof", "break_up"]);
        let days: Vec<(u32, TouchKind)> = sequence.days().iter().map(|(day, touch)| (*day, touch.kind)).collect();
        use TouchKind::*;
        assert_eq!(days, [(0, Email), (3, Linkedin), (5, Email), (10, Email)]);
    }

    #[test]
    fn faults_are_named() {
        let table = [
            (STANDARD.replacen("template = \"first_mail\"\n", "", 1), "a mail names its template"),
            (STANDARD.replacen("first_mail", "../secret", 1), "`../secret` is not the name of a template"),
            (STANDARD.replacen("delay_days = 0", "delay_days = 2", 1), "the first touch has no delay"),
            (STANDARD.replacen("delay_days", "wait", 1), "unknown field `wait`"),
            ("version = 1\nsays = \"x\"\ntouch = []\n".to_owned(), "a sequence has 1 to 8 touches, not 0"),
        ];
        for (text, what) in table {
            let error = Sequence::parse(&text, "x").unwrap_err();
            assert!(error.what.starts_with(what), "{error}");
        }
    }
}
