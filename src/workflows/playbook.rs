//! Playbooks: what RevOps wrote down about a segment. Plans name one; drafts quote its lines.
use std::collections::BTreeMap;

use crate::domain::criteria::Criteria;

/// Longest playbook file.
const BYTES_MAX: usize = 64 * 1024;
const LINES_MAX: usize = 200;
const KEYS: [&str; 4] = ["stage", "agent", "segment", "version"];

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Playbook {
    /// `fintech-finance.md`
    pub file: String,
    /// `fintech-finance`
    pub name: String,
    pub stage: String,
    pub agent: String,
    /// Words of the segment, lower case: `fintech`, `finance`.
    pub segment: Vec<String>,
    pub version: u32,
    /// The list items: one usable sentence each.
    pub lines: Vec<Line>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The heading it stands under: `CFO`, `Everyone`.
    pub role: String,
    pub text: String,
}

/// Why a file is no playbook; fits after "could not read the playbook: ".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}, line {line}: {what}")]
pub struct PlaybookError {
    pub file: String,
    pub line: usize,
    pub what: String,
}

impl Playbook {
    /// Front matter between two `---` lines (`key: value`, every key once), then headings and `- ` items.
    pub fn parse(text: &str, file: &str) -> Result<Self, PlaybookError> {
        let fail = |line: usize, what: &str| PlaybookError { file: file.to_owned(), line, what: what.to_owned() };
        if text.len() > BYTES_MAX {
            return Err(fail(1, "a playbook may have 64 KiB"));
        }
        let mut lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim()));
        if lines.next().is_none_or(|(_, line)| line != "---") {
            return Err(fail(1, "front matter starts with ---"));
        }
        let mut front = BTreeMap::new();
        let mut closed = 1;
        for (at, line) in lines.by_ref() {
            closed = at;
            if line == "---" {
                break;
            }
            let (key, value) = line.split_once(':').ok_or_else(|| fail(at, "front matter is `key: value`"))?;
            let key = KEYS.iter().find(|known| **known == key.trim()).ok_or_else(|| fail(at, "unknown key"))?;
            if value.trim().is_empty() || front.insert(*key, (at, value.trim().to_owned())).is_some() {
                return Err(fail(at, "every key once, with a value"));
            }
        }
        if let Some(missing) = KEYS.iter().find(|key| !front.contains_key(*key)) {
            return Err(fail(closed, &format!("`{missing}` is missing")));
        }
        let value = |key: &str| front.get(key).cloned().unwrap_or_default();
        let (at, version) = value("version");
        Ok(Self {
            file: file.to_owned(),
            name: file.strip_suffix(".md").unwrap_or(file).to_owned(),
            stage: value("stage").1,
            agent: value("agent").1,
            segment: value("segment").1.split(',').map(|word| word.trim().to_lowercase()).collect(),
            version: version.parse().map_err(|_| fail(at, "version is a whole number"))?,
            lines: items(lines).map_err(|at| fail(at, "a playbook may have 200 lines"))?,
        })
    }

    /// "fintech-finance.md, v3".
    pub fn cited(&self) -> String {
        format!("{}, v{}", self.file, self.version)
    }
}

fn items<'a>(lines: impl Iterator<Item = (usize, &'a str)>) -> Result<Vec<Line>, usize> {
    let mut role = "Everyone".to_owned();
    let mut found: Vec<Line> = Vec::new();
    for (at, line) in lines {
        if let Some(heading) = line.strip_prefix('#') {
            heading.trim_start_matches('#').trim().clone_into(&mut role);
        } else if let Some(text) = line.strip_prefix("- ") {
            if found.len() == LINES_MAX {
                return Err(at);
            }
            found.push(Line { role: role.clone(), text: text.trim().to_owned() });
        }
    }
    Ok(found)
}

/// The playbook with most words of its segment in the request; none when no word fits. Ties go to the first name.
pub fn choose<'a>(playbooks: &'a [Playbook], criteria: &Criteria, function: &str) -> Option<&'a Playbook> {
    let mut asked: Vec<String> =
        criteria.industries.iter().chain(&criteria.titles).map(|word| word.to_lowercase()).collect();
    asked.push(function.to_lowercase());
    let fits = |playbook: &Playbook| {
        playbook.segment.iter().filter(|word| asked.iter().any(|text| has_word(text, word))).count()
    };
    let mut ranked: Vec<(usize, &Playbook)> =
        playbooks.iter().map(|playbook| (fits(playbook), playbook)).filter(|(fit, _)| *fit > 0).collect();
    ranked.sort_by(|(a, left), (b, right)| b.cmp(a).then_with(|| left.name.cmp(&right.name)));
    ranked.first().map(|(_, playbook)| *playbook)
}

fn has_word(text: &str, word: &str) -> bool {
    text == word || text.split(|c: char| !c.is_alphanumeric()).any(|part| part == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIPPED: &str = include_str!("../../config/playbooks/fintech-finance.md");

    #[test]
    fn the_shipped_playbook_reads() {
        let playbook = Playbook::parse(SHIPPED, "fintech-finance.md").unwrap();
        assert_eq!(playbook.cited(), "fintech-finance.md, v3");
        assert_eq!(playbook.segment, ["fintech", "finance", "payments"]);
        assert!((8..=12).contains(&playbook.lines.len()), "{} lines", playbook.lines.len());
        assert!(
            playbook.lines.iter().all(|line| !line.text.contains(|c: char| c.is_ascii_digit())),
            "no invented numbers"
        );
    }

    #[test]
    fn a_bad_file_is_named_with_its_line() {
        for (text, line, what) in [
            ("stage: x", 1, "front matter starts with ---"),
            ("---\nstage x\n---", 2, "front matter is `key: value`"),
            ("---\ncolour: x\n---", 2, "unknown key"),
            ("---\nstage: a\nstage: b\n---", 3, "every key once, with a value"),
            ("---\nstage: a\n---", 3, "`agent` is missing"),
            ("---\nstage: a\nagent: b\nsegment: c\nversion: x\n---", 5, "version is a whole number"),
        ] {
            let error = Playbook::parse(text, "a.md").unwrap_err();
            assert_eq!((error.line, error.what.as_str()), (line, what));
        }
    }

    #[test]
    fn the_best_segment_wins_and_none_may_fit() {
        let playbook = |name: &str, segment: &[&str]| Playbook {
            file: format!("{name}.md"),
            name: name.to_owned(),
            stage: "outreach".into(),
            agent: "sdr".into(),
            segment: segment.iter().map(|word| (*word).to_owned()).collect(),
            version: 1,
            lines: Vec::new(),
        };
        let all = [playbook("b", &["fintech"]), playbook("a", &["fintech", "finance"]), playbook("c", &["saas"])];
        let asked = |industry: &str| Criteria { industries: vec![industry.to_owned()], ..Criteria::default() };
        assert_eq!(choose(&all, &asked("Fintech"), "finance").map(|found| found.name.as_str()), Some("a"));
        assert_eq!(choose(&all, &asked("fintech"), "sales").map(|found| found.name.as_str()), Some("a"));
        assert_eq!(choose(&all, &asked("mining"), "sales"), None);
    }
}
