//! One line of a score: what was looked at, what was found, what it adds.
use serde::Deserialize;
use serde::Serialize;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    Fit,
    Intent,
    Reachability,
    Risk,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScoreLine {
    pub group: Group,
    /// `size`, `industry`, `revenue`, `geography`, `technology`, `role`, a signal's kind, `email`, `no_risk` …
    pub criterion: String,
    /// In words, "unknown" if nothing was.
    pub found: String,
    /// 0 to 1.
    pub value: f64,
    /// Of the whole score.
    pub weight: f64,
    /// What it adds to the total: value times weight, less what a cap takes; risks take away.
    pub contribution: f64,
    pub is_known: bool,
}

impl ScoreLine {
    pub fn new(group: Group, criterion: &str, found: &str, value: f64, weight: f64) -> Self {
        Self {
            group,
            criterion: criterion.to_owned(),
            found: found.to_owned(),
            value,
            weight,
            contribution: value * weight,
            is_known: true,
        }
    }

    pub fn unknown(group: Group, criterion: &str, weight: f64) -> Self {
        Self { is_known: false, ..Self::new(group, criterion, "unknown", 0.0, weight) }
    }
}
