//! Rates as people may read them: with their numbers, and silent when there are too few.
use serde::Deserialize;
use serde::Serialize;

use crate::domain::text::thousands;

/// Fewer than this say nothing.
pub const SAMPLE_MIN: u64 = 20;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    pub n: u64,
    pub of: u64,
    /// "12.9 % (4 of 31)", or "too few to tell (2 of 7)".
    pub text: String,
}

impl Rate {
    /// The share, if there is enough to tell.
    pub fn share(&self) -> Option<f64> {
        (self.of >= SAMPLE_MIN).then(|| self.n as f64 / self.of as f64)
    }

    /// True only with enough data: nothing is stopped or praised by chance.
    pub fn is_above(&self, limit: f64) -> bool {
        self.share().is_some_and(|share| share > limit)
    }
}

pub fn rate(n: u64, of: u64) -> Rate {
    let counts = format!("({} of {})", thousands(n), thousands(of));
    let text = match of {
        0 => "none yet".to_owned(),
        1..SAMPLE_MIN => format!("too few to tell {counts}"),
        _ => format!("{} {counts}", percent(n as f64 / of as f64)),
    };
    Rate { n, of, text }
}

/// "13 %", "2.4 %" below ten, "0 %" for nothing.
pub fn percent(share: f64) -> String {
    let value = share * 100.0;
    if value == 0.0 || value >= 9.95 { format!("{value:.0} %") } else { format!("{value:.1} %") }
}

/// One stage of a funnel, with its share of the stage before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    pub name: String,
    pub n: u64,
    /// `None` for the first.
    pub of_previous: Option<Rate>,
}

/// Stages in order, each rated against the one before it.
pub fn funnel(stages: &[(&str, u64)]) -> Vec<Stage> {
    let before = std::iter::once(None).chain(stages.iter().map(|(_, n)| Some(*n)));
    let rows = stages.iter().zip(before).map(|((name, n), before)| Stage {
        name: (*name).to_owned(),
        n: *n,
        of_previous: before.map(|of| rate(*n, of)),
    });
    rows.collect()
}

/// The change between two shares in points: "+2.1 points".
pub fn change(now: &Rate, before: &Rate) -> Option<String> {
    let points = (now.share()? - before.share()?) * 100.0;
    Some(format!("{points:+.1} points"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_know_when_to_be_silent() {
        assert_eq!(rate(4, 31).text, "13 % (4 of 31)");
        assert_eq!(rate(1, 40).text, "2.5 % (1 of 40)");
        assert_eq!(rate(0, 40).text, "0 % (0 of 40)");
        assert_eq!(rate(2, 7).text, "too few to tell (2 of 7)");
        assert_eq!(rate(0, 0).text, "none yet");
        assert!(rate(4, 31).is_above(0.1) && !rate(7, 7).is_above(0.1) && !rate(1, 40).is_above(0.1));
        assert_eq!(change(&rate(4, 40), &rate(2, 40)).as_deref(), Some("+5.0 points"));
        assert_eq!(change(&rate(4, 4), &rate(2, 40)), None);
    }

    #[test]
    fn a_funnel_rates_each_stage() {
        let stages = funnel(&[("sent", 1_200), ("opened", 480), ("replied", 12)]);
        let texts: Vec<_> =
            stages.iter().map(|stage| stage.of_previous.as_ref().map(|rate| rate.text.as_str())).collect();
        assert_eq!(texts, [None, Some("40 % (480 of 1,200)"), Some("2.5 % (12 of 480)")]);
    }
}
