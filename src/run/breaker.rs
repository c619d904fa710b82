//! The circuit breaker of a vendor: closed, open after failures in a row, half open while one call probes. Pure.
//! After Nygard, "Release It!", chapter 5: a caller that goes on calling keeps a sick vendor sick.
use serde::Deserialize;
use serde::Serialize;

use crate::domain::time::MINUTE;
use crate::domain::time::Millis;
use crate::domain::time::SECOND;

/// Failures in a row that open it.
pub const FAILURES_MAX: i64 = 5;
const REST_MS: i64 = 30 * SECOND;
const REST_MS_MAX: i64 = 10 * MINUTE;
/// A probe that says nothing for this long was lost with its worker: another one may probe.
const PROBE_MS_MAX: i64 = MINUTE;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BreakerState {
    Closed,
    Open,
    HalfOpen,
}

impl BreakerState {
    pub const ALL: [Self; 3] = [Self::Closed, Self::Open, Self::HalfOpen];

    pub fn word(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half_open",
        }
    }
}

impl std::str::FromStr for BreakerState {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|state| state.word() == text);
        found.ok_or_else(|| format!("`{text}` is no state of a breaker"))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breaker {
    pub state: BreakerState,
    /// In a row.
    pub failures: i64,
    pub opened_at: Millis,
    /// When the next probe may go.
    pub probe_at: Millis,
    /// The newest failure.
    pub why: String,
}

/// What a call may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leave {
    Go,
    /// This call is the probe; nobody else goes meanwhile.
    Probe,
    Wait(Millis),
}

impl Breaker {
    pub fn closed() -> Self {
        Self { state: BreakerState::Closed, failures: 0, opened_at: Millis(0), probe_at: Millis(0), why: String::new() }
    }

    /// Nothing went wrong since the last answer: an answer changes nothing.
    pub fn is_clean(&self) -> bool {
        self.state == BreakerState::Closed && self.failures == 0
    }

    /// Before a call. A probe must be stored before it goes, so that it is the only one.
    pub fn leave(&mut self, now: Millis) -> Leave {
        match self.state {
            BreakerState::Closed => Leave::Go,
            BreakerState::Open | BreakerState::HalfOpen if now < self.probe_at => Leave::Wait(self.probe_at),
            BreakerState::Open | BreakerState::HalfOpen => {
                self.state = BreakerState::HalfOpen;
                self.probe_at = now.plus(PROBE_MS_MAX);
                Leave::Probe
            }
        }
    }

    /// The vendor answered, whatever it said.
    pub fn answered(&mut self) {
        *self = Self::closed();
    }

    pub fn failed(&mut self, why: &str, now: Millis) {
        self.failures = self.failures.saturating_add(1);
        why.clone_into(&mut self.why);
        match self.state {
            BreakerState::Closed if self.failures < FAILURES_MAX => {}
            BreakerState::Closed => {
                self.state = BreakerState::Open;
                self.opened_at = now;
                self.probe_at = now.plus(self.rest());
            }
            BreakerState::HalfOpen => {
                self.state = BreakerState::Open;
                self.probe_at = now.plus(self.rest());
            }
            // A call that left before it opened: the rest does not begin anew.
            BreakerState::Open => self.failures -= 1,
        }
    }

    /// Doubles with each failed probe.
    fn rest(&self) -> i64 {
        let probes = (self.failures - FAILURES_MAX).clamp(0, 16);
        REST_MS.saturating_mul(1 << probes).min(REST_MS_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn it_opens_probes_doubles_its_rest_and_closes() {
        let mut breaker = Breaker::closed();
        for _ in 0..FAILURES_MAX - 1 {
            breaker.failed("status 503", Millis(0));
        }
        assert_eq!(breaker.leave(Millis(0)), Leave::Go);
        breaker.failed("status 503", Millis(0));
        let mut now = Millis(0);
        for rest_s in [30, 60, 120, 240, 480, 600, 600] {
            assert_eq!(breaker.leave(now), Leave::Wait(now.plus(rest_s * SECOND)));
            now = now.plus(rest_s * SECOND);
            assert_eq!(breaker.leave(now), Leave::Probe);
            assert_eq!(breaker.leave(now), Leave::Wait(now.plus(PROBE_MS_MAX)), "one probe at a time");
            breaker.failed("status 503", now);
        }
        assert_eq!(breaker.opened_at, Millis(0));
        breaker.answered();
        assert_eq!((breaker.leave(now), breaker.is_clean()), (Leave::Go, true));
    }

    #[derive(Clone, Debug)]
    enum Step {
        Later(i64),
        Leaves,
        Answers,
        Fails,
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            (0_i64..700_000).prop_map(Step::Later),
            Just(Step::Leaves),
            Just(Step::Answers),
            Just(Step::Fails)
        ];
        proptest::collection::vec(step, 0..200)
    }

    proptest! {
        /// Whatever happens in whatever order: it opens only after five failures without an answer between them, an answer
        /// closes it, one probe goes at a time, and it never rests for longer than its limit.
        #[test]
        fn it_keeps_its_promises(steps in steps()) {
            let mut breaker = Breaker::closed();
            let (mut now, mut in_a_row, mut probe) = (Millis(0), 0, None::<Millis>);
            for step in steps {
                match step {
                    Step::Later(ms) => now = now.plus(ms),
                    Step::Answers => {
                        breaker.answered();
                        (in_a_row, probe) = (0, None);
                        prop_assert!(breaker.is_clean());
                    }
                    Step::Fails => {
                        breaker.failed("x", now);
                        in_a_row += 1;
                        probe = None;
                    }
                    Step::Leaves => match breaker.leave(now) {
                        Leave::Go => prop_assert!(in_a_row < FAILURES_MAX),
                        Leave::Wait(until) => {
                            prop_assert!(in_a_row >= FAILURES_MAX);
                            prop_assert!(until > now && until.since(now) <= REST_MS_MAX);
                        }
                        Leave::Probe => {
                            prop_assert!(in_a_row >= FAILURES_MAX);
                            prop_assert!(probe.is_none_or(|at| now.since(at) >= PROBE_MS_MAX));
                            probe = Some(now);
                        }
                    },
                }
                prop_assert_eq!(breaker.state == BreakerState::Closed, in_a_row < FAILURES_MAX);
            }
        }
    }
}
