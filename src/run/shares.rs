//! Who gets the free places of a queue: the runs that have work there, in turn. A run with 5,000 items does not starve
//! one with 10, and priority makes a run's turns more frequent, never exclusive.
//!
//! It is stride scheduling: each turn moves a run back in its queue's line by a stride, short when its priority is high,
//! and the next place is for whoever stands first. Who waits keeps his place while those who are served move back, so
//! waiting is ageing, and the wait has a bound.
use std::collections::BTreeMap;

use crate::domain::ids::RunId;

/// Due items of one run in one queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane {
    pub queue: String,
    pub run: RunId,
    pub priority: i64,
    /// How many are due, as far as was counted.
    pub due: usize,
}

/// What was handed out so far. Each worker keeps its own: shares that are fair at every worker are fair over all.
#[derive(Debug, Default)]
pub struct Shares {
    lines: BTreeMap<String, Line>,
    turns: u64,
}

#[derive(Debug, Default)]
struct Line {
    /// Where the line stands: nobody enters in front of it.
    head: u64,
    /// Runs that were served and stand behind the head.
    behind: BTreeMap<RunId, u64>,
    /// When a place of this queue was handed out last, in turns over all queues.
    last: u64,
}

const PRIORITY_MAX: i64 = 4;

/// One step of priority doubles the turns.
fn stride(priority: i64) -> u64 {
    1 << (PRIORITY_MAX - priority.clamp(-PRIORITY_MAX, PRIORITY_MAX))
}

impl Line {
    fn place(&self, run: &RunId) -> u64 {
        self.behind.get(run).map_or(self.head, |place| (*place).max(self.head))
    }

    fn serve(&mut self, lane: &Lane) {
        self.head = self.place(&lane.run);
        self.behind.insert(lane.run.clone(), self.head + stride(lane.priority));
    }
}

impl Shares {
    /// How many items each lane may begin: at most `room` in all and `free` in each queue.
    pub fn allot(&mut self, lanes: &[Lane], room: usize, free: impl Fn(&str) -> usize) -> Vec<usize> {
        let mut given = vec![0; lanes.len()];
        let mut left: BTreeMap<&str, usize> =
            lanes.iter().map(|lane| (lane.queue.as_str(), free(&lane.queue))).collect();
        for _ in 0..room {
            let open = |index: &usize| given[*index] < lanes[*index].due && left[lanes[*index].queue.as_str()] > 0;
            // The queue that waited longest, then the run that stands first in its line.
            let next = (0..lanes.len()).filter(open).min_by_key(|index| {
                let lane = &lanes[*index];
                let line = self.lines.get(&lane.queue);
                let place = line.map_or(0, |line| line.place(&lane.run));
                (line.map_or(0, |line| line.last), &lane.queue, place, &lane.run)
            });
            let Some(index) = next else { break };
            let lane = &lanes[index];
            self.turns += 1;
            let line = self.lines.entry(lane.queue.clone()).or_default();
            line.last = self.turns;
            line.serve(lane);
            given[index] += 1;
            left.entry(&lane.queue).and_modify(|free| *free -= 1);
        }
        // Who stands at the head or before it would enter there anyway.
        for line in self.lines.values_mut() {
            let head = line.head;
            line.behind.retain(|_, place| *place > head);
        }
        given
    }
}

#[cfg(test)]
mod tests;
