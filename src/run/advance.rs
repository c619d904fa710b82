//! `advance(rows, now) -> acts`: what a run does next. Pure and idempotent, so a spare wake-up does no harm.
use crate::domain::time::Millis;
use crate::run::state::GateState;
use crate::run::state::RunState;
use crate::run::state::StepState;

/// Items of a step by state: a query, never a counter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ItemCounts {
    pub ready: i64,
    pub running: i64,
    /// Ready when the run goes on.
    pub paused: i64,
    pub done: i64,
    pub review: i64,
    pub cancelled: i64,
}

impl ItemCounts {
    pub fn live(&self) -> i64 {
        self.ready + self.running + self.paused
    }

    pub fn total(&self) -> i64 {
        self.live() + self.done + self.review + self.cancelled
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepRows {
    pub state: StepState,
    pub items: ItemCounts,
    /// The newest gate of the step.
    pub gate: Option<GateRows>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GateRows {
    pub state: GateState,
    pub remind_at: Option<Millis>,
    pub expires_at: Millis,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunRows {
    pub state: RunState,
    pub steps: Vec<StepRows>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Ask the step's executor what to do first.
    Begin(usize),
    /// All items came to an end: ask the executor what follows.
    Settle(usize),
    /// The gate was decided in favour (as it is, or with changes).
    Decided(usize),
    /// Nobody decided yet: those who may are told.
    Remind(usize),
    /// The gate's time is over.
    Expire(usize),
    /// A gate was decided against, or the run was cancelled and nothing runs any more.
    Cancel,
    Finish,
    Fail,
}

pub fn advance(run: &RunRows, now: Millis) -> Option<Act> {
    if run.state.is_over() {
        return None;
    }
    if run.state == RunState::Paused {
        // Nothing begins; a gate keeps its clock.
        let mut gates = run.steps.iter().enumerate().filter(|(_, step)| step.state == StepState::Waiting);
        return gates
            .find_map(|(index, step)| waiting(index, step.gate, now))
            .filter(|act| matches!(act, Act::Expire(_) | Act::Remind(_)));
    }
    if run.state == RunState::Cancelling {
        let busy: i64 = run.steps.iter().map(|step| step.items.running).sum();
        return (busy == 0).then_some(Act::Cancel);
    }
    let Some((index, step)) = run.steps.iter().enumerate().find(|(_, step)| !step.state.is_over()) else {
        let failed = run.steps.iter().any(|step| step.state == StepState::Failed);
        return Some(if failed { Act::Fail } else { Act::Finish });
    };
    if run.steps[..index].iter().any(|step| step.state == StepState::Failed) {
        return Some(Act::Fail);
    }
    match step.state {
        StepState::Pending => Some(Act::Begin(index)),
        StepState::Running => (step.items.live() == 0).then_some(Act::Settle(index)),
        StepState::Waiting => waiting(index, step.gate, now),
        StepState::Done | StepState::Failed | StepState::Skipped | StepState::Cancelled => None,
    }
}

fn waiting(index: usize, gate: Option<GateRows>, now: Millis) -> Option<Act> {
    let gate = gate?;
    match gate.state {
        GateState::Waiting if now >= gate.expires_at => Some(Act::Expire(index)),
        GateState::Waiting => gate.remind_at.is_some_and(|at| now >= at).then_some(Act::Remind(index)),
        GateState::Approved | GateState::Modified => Some(Act::Decided(index)),
        GateState::Rejected => Some(Act::Cancel),
        GateState::Expired => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(state: StepState) -> StepRows {
        StepRows { state, items: ItemCounts::default(), gate: None }
    }

    fn run(state: RunState, steps: Vec<StepRows>) -> RunRows {
        RunRows { state, steps }
    }

    #[test]
    fn steps_go_in_order_and_wait_for_their_items() {
        let mut rows = run(RunState::Running, vec![step(StepState::Done), step(StepState::Pending)]);
        assert_eq!(advance(&rows, Millis(0)), Some(Act::Begin(1)));
        rows.steps[1].state = StepState::Running;
        rows.steps[1].items.ready = 1;
        assert_eq!(advance(&rows, Millis(0)), None);
        rows.steps[1].items = ItemCounts { done: 3, review: 1, ..ItemCounts::default() };
        assert_eq!(advance(&rows, Millis(0)), Some(Act::Settle(1)));
        rows.steps[1].state = StepState::Done;
        assert_eq!(advance(&rows, Millis(0)), Some(Act::Finish));
    }

    #[test]
    fn a_gate_decides_what_follows() {
        let cases = [
            (GateState::Waiting, 0, None),
            (GateState::Waiting, 5, Some(Act::Remind(0))),
            (GateState::Waiting, 10, Some(Act::Expire(0))),
            (GateState::Approved, 99, Some(Act::Decided(0))),
            (GateState::Modified, 0, Some(Act::Decided(0))),
            (GateState::Rejected, 0, Some(Act::Cancel)),
            (GateState::Expired, 99, None),
        ];
        for (state, now, expected) in cases {
            let mut waiting = step(StepState::Waiting);
            waiting.gate = Some(GateRows { state, remind_at: Some(Millis(5)), expires_at: Millis(10) });
            assert_eq!(advance(&run(RunState::Waiting, vec![waiting]), Millis(now)), expected, "{state:?} at {now}");
        }
    }

    #[test]
    fn cancelling_waits_for_what_runs_and_starts_nothing() {
        let mut rows = run(RunState::Cancelling, vec![step(StepState::Running), step(StepState::Pending)]);
        rows.steps[0].items.running = 1;
        assert_eq!(advance(&rows, Millis(0)), None);
        rows.steps[0].items.running = 0;
        assert_eq!(advance(&rows, Millis(0)), Some(Act::Cancel));
    }

    #[test]
    fn a_gate_of_a_paused_run_keeps_its_clock_and_nothing_else_moves() {
        let cases = [
            (GateState::Waiting, 4, None),
            (GateState::Waiting, 5, Some(Act::Remind(0))),
            (GateState::Waiting, 10, Some(Act::Expire(0))),
            (GateState::Approved, 99, None),
            (GateState::Rejected, 99, None),
            (GateState::Expired, 99, None),
        ];
        for (state, now, expected) in cases {
            let mut waiting = step(StepState::Waiting);
            waiting.gate = Some(GateRows { state, expires_at: Millis(10), remind_at: Some(Millis(5)) });
            assert_eq!(advance(&run(RunState::Paused, vec![waiting]), Millis(now)), expected, "{state:?} at {now}");
        }
    }

    #[test]
    fn what_is_over_or_paused_stays_so() {
        for state in [RunState::Done, RunState::Failed, RunState::Cancelled, RunState::Paused] {
            assert_eq!(advance(&run(state, vec![step(StepState::Pending)]), Millis(0)), None);
        }
        let failed = run(RunState::Running, vec![step(StepState::Failed), step(StepState::Pending)]);
        assert_eq!(advance(&failed, Millis(0)), Some(Act::Fail));
    }
}
