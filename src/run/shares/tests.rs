//! Fairness, tried on lanes of any size and priority.
use super::*;
use proptest::prelude::*;

fn lane(queue: &str, run: usize, priority: i64, due: usize) -> Lane {
    Lane { queue: queue.to_owned(), run: RunId(format!("run_{run:03}")), priority, due }
}

/// Hands places out pass after pass as a worker does; the runs in the order in which they were served.
fn served(lanes: &mut [Lane], passes: &[usize]) -> Vec<RunId> {
    let mut shares = Shares::default();
    let mut order = Vec::new();
    for free in passes {
        let given = shares.allot(lanes, *free, |_| *free);
        for (lane, count) in lanes.iter_mut().zip(given) {
            lane.due -= count;
            order.extend(std::iter::repeat_n(lane.run.clone(), count));
        }
    }
    order
}

#[test]
fn five_thousand_items_do_not_starve_ten() {
    let mut lanes = vec![lane("apollo", 1, 0, 5_000), lane("apollo", 2, 0, 10)];
    let order = served(&mut lanes, &[1; 20]);
    assert_eq!(order.iter().filter(|run| run.0 == "run_002").count(), 10);
    assert_eq!(lanes[0].due, 4_990);
}

#[test]
fn who_comes_later_does_not_get_what_was_missed() {
    let mut shares = Shares::default();
    let old = lane("apollo", 1, 0, 5_000);
    assert_eq!(shares.allot(std::slice::from_ref(&old), 1_000, |_| 1_000), [1_000]);
    let both = [old, lane("apollo", 2, 0, 5_000)];
    assert_eq!(shares.allot(&both, 100, |_| 100), [50, 50]);
}

#[test]
fn coming_and_going_does_not_jump_the_line() {
    let mut shares = Shares::default();
    let (steady, now_and_then) = (lane("apollo", 2, 0, 1_000), lane("apollo", 1, 0, 1));
    let mut steady_got = 0;
    for _ in 0..100 {
        steady_got += shares.allot(&[now_and_then.clone(), steady.clone()], 1, |_| 1)[1];
    }
    assert_eq!(steady_got, 50);
}

#[test]
fn priority_gives_more_turns_not_all() {
    let mut lanes = vec![lane("apollo", 1, 2, 1_000), lane("apollo", 2, 0, 1_000)];
    let order = served(&mut lanes, &[1; 100]);
    assert_eq!(order.iter().filter(|run| run.0 == "run_001").count(), 80);
}

#[test]
fn queues_take_turns_when_the_room_is_short() {
    let mut shares = Shares::default();
    let lanes = [lane("apollo", 1, 0, 100), lane("hubspot", 1, 0, 100), lane("model", 1, 0, 1)];
    let mut got = [0; 3];
    for _ in 0..9 {
        for (sum, count) in got.iter_mut().zip(shares.allot(&lanes, 1, |_| 6)) {
            *sum += count;
        }
    }
    assert_eq!(got, [3, 3, 3]);
}

proptest! {
    /// Between two turns of a run no other has more turns than their priorities allow.
    #[test]
    fn nobody_waits_without_bound(priorities in prop::collection::vec(-6_i64..7, 2..8), many in 1_usize..600) {
        let mut lanes: Vec<Lane> =
            priorities.iter().enumerate().map(|(run, priority)| lane("apollo", run, *priority, many)).collect();
        let order = served(&mut lanes, &vec![1; many]);
        for lane in &lanes {
            let bound: u64 = lanes.iter().filter(|other| other.run != lane.run)
                .map(|other| stride(lane.priority).div_ceil(stride(other.priority)) + 1).sum();
            let longest = order.split(|run| *run == lane.run).map(<[RunId]>::len).max().unwrap_or(0);
            prop_assert!(longest as u64 <= bound, "{longest} turns of others, at most {bound}: {:?}", lane);
        }
    }

    /// Many places at once are shared out like one after the other.
    #[test]
    fn a_pass_may_be_of_any_size(priorities in prop::collection::vec(-6_i64..7, 1..8), passes in prop::collection::vec(1_usize..60, 1..10)) {
        let lanes: Vec<Lane> =
            priorities.iter().enumerate().map(|(run, priority)| lane("apollo", run, *priority, 1_000)).collect();
        let (mut at_once, mut singly) = (Shares::default(), Shares::default());
        for places in passes {
            let mut sum = vec![0; lanes.len()];
            for _ in 0..places {
                for (sum, count) in sum.iter_mut().zip(singly.allot(&lanes, 1, |_| 1)) {
                    *sum += count;
                }
            }
            prop_assert_eq!(at_once.allot(&lanes, places, |_| places), sum);
        }
    }

    /// No more than there is, and no place stays free while somebody could use it.
    #[test]
    fn places_are_used(due in prop::collection::vec((0_usize..4, 0_usize..20), 1..12), room in 0_usize..40, free in 0_usize..10) {
        let queues = ["apollo", "explorium", "hubspot", "lemlist"];
        let lanes: Vec<Lane> =
            due.iter().enumerate().map(|(run, (queue, due))| lane(queues[*queue], run, 0, *due)).collect();
        let given = Shares::default().allot(&lanes, room, |_| free);
        let all: usize = given.iter().sum();
        prop_assert!(all <= room);
        prop_assert!(lanes.iter().zip(&given).all(|(lane, count)| *count <= lane.due));
        let of = |queue: &str| -> (usize, usize) {
            lanes.iter().zip(&given).filter(|(lane, _)| lane.queue == queue).fold((0, 0), |sum, (lane, count)| (sum.0 + count, sum.1 + lane.due))
        };
        for queue in queues {
            let (got, wanted) = of(queue);
            prop_assert!(got <= free);
            prop_assert!(all == room || got == free.min(wanted), "{queue}: {got} of {wanted}");
        }
    }
}
