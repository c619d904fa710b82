//! How long steps take: from the vendors' limits and batch sizes, or from earlier runs once there are enough.
use std::collections::BTreeMap;

use crate::run::plan::Range;
use crate::run::state::StepKind;

/// Earlier runs below this number say too little.
pub const HISTORY_MIN: usize = 3;
/// Earlier runs that are looked at, newest first.
pub const HISTORY_MAX: i64 = 20;
/// A range reaches this far round the middle of earlier runs, in percent.
const SPREAD_PERCENT: i64 = 25;
/// A vendor answers in this time when nothing is in the way.
const ANSWER_MS: i64 = 400;
/// A step from vendor limits alone may take this much longer, in percent: pages, retries, a busy queue.
const SLACK_PERCENT: i64 = 100;

/// What a vendor lets us do: calls in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    pub calls: i64,
    pub per_ms: i64,
}

impl Pace {
    /// Milliseconds that this many calls take at least, all workers together.
    fn lasts_ms(self, calls: i64) -> i64 {
        let spacing = self.per_ms / self.calls.max(1);
        (calls - 1).max(0) * spacing + ANSWER_MS
    }
}

/// One kind of work of a step at one vendor: how many calls it takes, and how fast they may go. Estimates of time and
/// of calls, and the least that a run can do with, all come from `calls`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lane {
    pub vendor: &'static str,
    /// Leads of one call.
    pub batch: i64,
    /// Calls for one batch.
    pub each: Range,
    /// Calls whatever the number of leads.
    pub once: Range,
    /// Of a hundred leads wanted, how many come this far.
    pub percent: Range,
    pub pace: Pace,
}

impl Lane {
    /// All leads, one call for each batch.
    pub fn new(vendor: &'static str, batch: i64, pace: Pace) -> Self {
        Self { vendor, batch, each: Range::exact(1), once: Range::default(), percent: Range::exact(100), pace }
    }

    /// Calls at least and at most for this many leads wanted.
    pub fn calls(&self, leads: i64) -> Range {
        let batches = |percent: i64| rounded_up(rounded_up(leads * percent, 100), self.batch.max(1));
        Range {
            min: self.once.min + batches(self.percent.min) * self.each.min,
            max: self.once.max + batches(self.percent.max) * self.each.max,
        }
    }

    fn lasts_ms(&self, leads: i64) -> i64 {
        self.pace.lasts_ms(self.calls(leads).max)
    }
}

fn rounded_up(number: i64, by: i64) -> i64 {
    (number + by - 1) / by
}

/// (milliseconds, leads) of finished steps, by kind.
pub type History = BTreeMap<StepKind, Vec<(i64, i64)>>;

/// Seconds a step takes for this many leads; `lanes` are used one after the other.
pub fn seconds(kind: StepKind, leads: i64, lanes: &[Lane], history: &History) -> Range {
    let past = history.get(&kind).map_or(&[][..], Vec::as_slice);
    if let Some(each_ms) = median_each(past) {
        let middle = each_ms * leads as f64;
        let spread = |percent: i64| (middle * percent as f64 / 100_000.0).ceil() as i64;
        return Range { min: spread(100 - SPREAD_PERCENT), max: spread(100 + SPREAD_PERCENT) };
    }
    let least: i64 = lanes.iter().map(|lane| lane.lasts_ms(leads)).sum();
    let seconds = |ms: i64| (ms + 999) / 1_000;
    Range { min: seconds(least), max: seconds(least * (100 + SLACK_PERCENT) / 100) }
}

/// Runs that an estimate of this step may rest on.
pub fn usable(past: &[(i64, i64)]) -> usize {
    past.iter().filter(|(ms, leads)| *ms >= 0 && *leads > 0).count()
}

fn median_each(past: &[(i64, i64)]) -> Option<f64> {
    let mut each: Vec<f64> = past
        .iter()
        .filter(|(ms, leads)| *ms >= 0 && *leads > 0)
        .map(|(ms, leads)| *ms as f64 / *leads as f64)
        .collect();
    if each.len() < HISTORY_MIN {
        return None;
    }
    each.sort_by(f64::total_cmp);
    each.get(each.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LANE: Lane = Lane {
        vendor: "apollo",
        batch: 10,
        each: Range { min: 1, max: 1 },
        once: Range { min: 0, max: 0 },
        percent: Range { min: 100, max: 100 },
        pace: Pace { calls: 200, per_ms: 60_000 },
    };

    #[test]
    fn batches_that_are_not_full_are_calls_too() {
        let lane = Lane { each: Range { min: 1, max: 3 }, once: Range { min: 0, max: 2 }, ..LANE };
        let some = Lane { percent: Range { min: 50, max: 150 }, ..lane };
        for (leads, all, half) in
            [(0, (0, 2), (0, 2)), (1, (1, 5), (1, 5)), (10, (1, 5), (1, 8)), (101, (11, 35), (6, 50))]
        {
            assert_eq!(lane.calls(leads), Range { min: all.0, max: all.1 }, "{leads} leads");
            assert_eq!(some.calls(leads), Range { min: half.0, max: half.1 }, "half to half more of {leads} leads");
        }
    }

    #[test]
    fn limits_and_batches_give_the_time() {
        for (leads, min, max) in [(0, 1, 1), (10, 1, 1), (100, 4, 7), (10_000, 301, 601)] {
            assert_eq!(seconds(StepKind::Enrich, leads, &[LANE], &History::new()), Range { min, max }, "{leads} leads");
        }
    }

    #[test]
    fn three_earlier_runs_beat_the_limits_and_two_do_not() {
        let mut history = History::from([(StepKind::Enrich, vec![(10_000, 100), (90_000, 100)])]);
        assert_eq!(seconds(StepKind::Enrich, 100, &[LANE], &history), Range { min: 4, max: 7 });
        history.insert(StepKind::Enrich, vec![(10_000, 100), (90_000, 100), (20_000, 100), (5, 0)]);
        assert_eq!(seconds(StepKind::Enrich, 200, &[LANE], &history), Range { min: 30, max: 50 });
    }
}
