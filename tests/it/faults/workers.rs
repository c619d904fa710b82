//! Workers that share a store: who gets places, what a lost lease may still do, how one begins after a crash and ends.
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use quarterdeck::engine::absorb;
use quarterdeck::engine::beat;
use quarterdeck::engine::context::Engine;
use quarterdeck::engine::effects;
use quarterdeck::engine::hold::CALL_MAX_MS;
use quarterdeck::engine::hold::LEASE_MS;
use quarterdeck::engine::work::Claimed;
use quarterdeck::engine::work::Finished;
use quarterdeck::engine::work::Outcome;
use quarterdeck::engine::work::work_off;
use quarterdeck::engine::worker::Places;
use quarterdeck::engine::worker::Worker;
use quarterdeck::run::state::EffectClass;
use quarterdeck::run::state::RunState;
use quarterdeck::store::claims;
use quarterdeck::store::items::Ended;
use quarterdeck::store::queues;
use quarterdeck::store::runs;
use quarterdeck::store::workers;
use serde_json::json;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::support::workshop::Step;
use crate::support::workshop::Workshop;
use crate::support::workshop::seat;

const ONE: Places = Places { in_all: 1, per_queue: 1 };
const SIX: Places = Places { in_all: 16, per_queue: 6 };
const LEASES_LOST: &str = "SELECT value FROM counter WHERE name = 'leases_lost'";

/// Each item makes one effect; `calls` counts those that left.
fn calling(calls: &Arc<AtomicUsize>) -> &'static Step {
    let calls = Arc::clone(calls);
    Step::new(
        move |engine, item| {
            let calls = Arc::clone(&calls);
            async move {
                let effect = effects::effect(&item, "hubspot", "upsert", EffectClass::AtMostOnce, &json!({}));
                let call = || async {
                    calls.fetch_add(1, Ordering::SeqCst);
                    Ok(json!({"made": true}))
                };
                effects::perform(&engine, &item, &effect, call, effects::nothing_to_look_up).await
            }
        },
        None,
    )
}

/// One beat, and one item of the store claimed as a worker does it.
async fn claims_one(shop: &Workshop, engine: &Engine) -> Claimed {
    beat::beat(engine, &seat(), engine.clock.wall()).await.unwrap();
    let store = shop.store();
    let mut tx = store.begin().await.unwrap();
    let lane = claims::lanes(&mut tx, engine.clock.now(), 10).await.unwrap().remove(0);
    let until = store.lease_now(&mut tx, engine.clock.wall()).await.unwrap().plus(LEASE_MS);
    let owner = (engine.owner.as_str(), until);
    let item = claims::claim(&mut tx, store.backend(), (&lane, 1), engine.clock.now(), owner).await.unwrap().remove(0);
    let run = Arc::new(runs::get(&mut tx, &lane.run).await.unwrap().unwrap());
    engine.hold.take(&item);
    tx.commit().await.unwrap();
    Claimed { run, item }
}

/// Time goes by in which nobody beats. On Postgres leases are in the database's time, which no test moves.
async fn lease_ends(shop: &Workshop) {
    shop.clock.advance(LEASE_MS + 1);
    shop.execute("UPDATE item SET lease_until = 1 WHERE state = 'running'").await;
}

async fn ends(engine: &Engine, claimed: &Claimed, outcome: Outcome) {
    absorb::write(engine, vec![Finished { item: claimed.item.clone(), outcome }]).await;
}

#[tokio::test]
async fn after_a_lost_lease_nothing_is_written() {
    let shop = Workshop::open().await;
    let calls = Arc::new(AtomicUsize::new(0));
    let step = calling(&calls);
    let (late, next) = (shop.engine("worker_late", step).await, shop.engine("worker_next", step).await);
    let run = shop.run("A", &["only"]).await;

    let stale = claims_one(&shop, &late).await;
    lease_ends(&shop).await;
    let fresh = claims_one(&shop, &next).await;
    assert_eq!(fresh.item.id, stale.item.id);
    assert!(fresh.item.fence > stale.item.fence);

    // It wakes up inside its work, and then with an answer that it thinks good.
    assert_eq!(work_off(&late, &stale).await, Outcome::Stopped);
    assert_eq!(calls.load(Ordering::SeqCst), 0);
    ends(&late, &stale, Outcome::Answer(json!({}))).await;
    ends(&late, &stale, Outcome::Ended(Ended::Cancelled)).await;
    ends(&late, &stale, Outcome::Untouched).await;
    assert!(step.keys().is_empty());
    assert_eq!(
        shop.number("SELECT COUNT(*) FROM item WHERE state = 'running' AND lease_owner = 'worker_next'").await,
        1
    );
    assert_eq!(shop.number(LEASES_LOST).await, 1, "lost once, however often it tried");

    let outcome = work_off(&next, &fresh).await;
    ends(&next, &fresh, outcome).await;
    assert_eq!((step.keys(), calls.load(Ordering::SeqCst)), (vec!["only".to_owned()], 1));
    shop.until_done(next, ONE, &[&run]).await;
    assert_eq!(shop.number("SELECT COUNT(*) FROM effect WHERE state = 'done'").await, 1);
}

#[tokio::test]
async fn a_beat_tells_a_worker_what_it_lost() {
    let shop = Workshop::open().await;
    let step = Step::trivial();
    let (late, next) = (shop.engine("worker_late", step).await, shop.engine("worker_next", step).await);
    shop.run("A", &["only"]).await;
    let stale = claims_one(&shop, &late).await;
    lease_ends(&shop).await;
    claims_one(&shop, &next).await;
    assert!(!late.hold.held().is_empty());
    beat::beat(&late, &seat(), late.clock.wall()).await.unwrap();
    assert!(late.hold.held().is_empty());
    assert!(late.hold.stands(late.clock.wall()), "it may claim again");
    assert!(!late.hold.keeps(&stale.item, late.clock.wall()), "and has lost that item for good");
    assert_eq!(shop.number(LEASES_LOST).await, 1);
}

#[tokio::test]
async fn who_cannot_beat_begins_no_effect() {
    let shop = Workshop::open().await;
    let calls = Arc::new(AtomicUsize::new(0));
    let engine = shop.engine("worker_alone", calling(&calls)).await;
    shop.run("A", &["only"]).await;
    let claimed = claims_one(&shop, &engine).await;
    shop.clock.advance(LEASE_MS - CALL_MAX_MS);
    // Nobody took it over; it could only end after its lease.
    assert_eq!(work_off(&engine, &claimed).await, Outcome::Stopped);
    assert_eq!(shop.number("SELECT COUNT(*) FROM effect").await, 0);
    beat::beat(&engine, &seat(), engine.clock.wall()).await.unwrap();
    assert_eq!(work_off(&engine, &claimed).await, Outcome::Answer(json!({"made": true})));
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn an_intent_is_withdrawn_only_by_who_holds_the_item() {
    let shop = Workshop::open().await;
    let step = Step::trivial();
    let (late, next) = (shop.engine("worker_late", step).await, shop.engine("worker_next", step).await);
    shop.run("A", &["only"]).await;
    let stale = claims_one(&shop, &late).await;
    let effect = effects::effect(&stale.item, "lemlist", "enrol", EffectClass::LookUp, &json!({}));
    let mut tx = shop.store().begin().await.unwrap();
    quarterdeck::store::effects::intend(&mut tx, &stale.item, &effect, late.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    lease_ends(&shop).await;
    claims_one(&shop, &next).await;
    let mut tx = shop.store().begin().await.unwrap();
    assert!(quarterdeck::store::effects::withdraw(&mut tx, &stale.item, &effect.key).await.is_err());
    assert!(quarterdeck::store::effects::unknown(&mut tx, &stale.item, &effect.key).await.is_err());
    // What was made was made: that is written whoever holds the item.
    quarterdeck::store::effects::done(&mut tx, &effect.key, &json!({}), late.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(shop.number("SELECT COUNT(*) FROM effect WHERE state = 'done'").await, 1);
}

#[tokio::test]
async fn a_claim_that_nobody_works_on_comes_back_with_the_next_beat() {
    let shop = Workshop::open().await;
    let engine = shop.engine("worker_1", Step::trivial()).await;
    shop.run("A", &["only"]).await;
    let claimed = claims_one(&shop, &engine).await;
    // Its end could not be written: the database was away.
    engine.hold.release(&(claimed.item.id.clone(), claimed.item.fence));
    beat::beat(&engine, &seat(), engine.clock.wall()).await.unwrap();
    assert_eq!(shop.number("SELECT COUNT(*) FROM item WHERE state = 'ready'").await, 1);
}

#[tokio::test]
async fn one_refused_answer_does_not_sink_the_others() {
    let shop = Workshop::open().await;
    let step = Step::new(async |_, _| Ok(json!({})), Some("bad"));
    let engine = shop.engine("worker_1", step).await;
    let run = shop.run("A", &["a", "bad", "c"]).await;
    let mut group = Vec::new();
    for _ in 0..3 {
        let claimed = claims_one(&shop, &engine).await;
        group.push(Finished { item: claimed.item, outcome: Outcome::Answer(json!({})) });
    }
    absorb::write(&engine, group).await;
    assert_eq!(shop.number("SELECT COUNT(*) FROM item WHERE state = 'done'").await, 2);
    assert_eq!(shop.number("SELECT COUNT(*) FROM item WHERE state = 'review' AND error IS NOT NULL").await, 1);
    let mut conn = shop.store().conn().await.unwrap();
    assert_eq!(runs::steps(&mut conn, &run).await.unwrap()[0].output["absorbed"], 2, "nothing is counted twice");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reps_ten_are_done_long_before_the_five_hundred() {
    let shop = Workshop::open().await;
    let step = Step::trivial();
    let engine = shop.engine("worker_1", step).await;
    let keys: Vec<String> = (0..500).map(|index| format!("{index:04}")).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let many = shop.run("A", &keys).await;
    let ten = shop.run("B", &keys[..10]).await;
    shop.until_done(engine, ONE, &[&many, &ten]).await;
    let order = step.runs();
    assert_eq!(order.len(), 510);
    let last = order.iter().rposition(|run| *run == ten.0).unwrap();
    assert!(last < 100, "the last of the ten was number {last}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_workers_do_each_item_once() {
    let shop = Workshop::open().await;
    let calls = Arc::new(AtomicUsize::new(0));
    let step = calling(&calls);
    let keys: Vec<String> = (0..200).map(|index| format!("{index:04}")).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let run = shop.run("A", &keys).await;
    let (one, two) = (shop.engine("worker_1", step).await, shop.engine("worker_2", step).await);
    let runs = [&run];
    tokio::join!(shop.until_done(one, SIX, &runs), shop.until_done(two, SIX, &runs));
    assert_eq!(calls.load(Ordering::SeqCst), 200);
    assert_eq!(step.keys(), keys);
    assert_eq!(shop.number(LEASES_LOST).await, 0);
    assert_eq!(shop.number("SELECT COUNT(*) FROM worker WHERE stopped_at IS NOT NULL").await, 2, "both signed off");
}

#[tokio::test]
async fn what_the_dead_held_goes_back_at_once() {
    let shop = Workshop::open().await;
    let step = Step::trivial();
    let (dead, next) = (shop.engine("worker_dead", step).await, shop.engine("worker_next", step).await);
    let run = shop.run("A", &["a", "b"]).await;
    claims_one(&shop, &dead).await;
    let gone = ["worker_dead".to_owned()];
    shop.execute("UPDATE run SET lease_owner = 'worker_dead', lease_until = 9000000000000000").await;
    assert_eq!(beat::recover(&next, &gone).await.unwrap(), 1);
    assert_eq!(beat::recover(&next, &gone).await.unwrap(), 0);
    assert_eq!(shop.number("SELECT COUNT(*) FROM worker WHERE owner = 'worker_dead' AND stopped_at IS NULL").await, 0);
    shop.until_done(next, SIX, &[&run]).await;
    assert_eq!(step.keys(), ["a", "b"]);
}

#[tokio::test]
async fn an_orphan_of_a_stopped_run_is_not_begun_again() {
    let shop = Workshop::open().await;
    let step = Step::trivial();
    let (dead, next) = (shop.engine("worker_dead", step).await, shop.engine("worker_next", step).await);
    shop.run("A", &["a"]).await;
    claims_one(&shop, &dead).await;
    shop.execute("UPDATE run SET state = 'failed'").await;
    beat::recover(&next, &["worker_dead".to_owned()]).await.unwrap();
    assert_eq!(shop.number("SELECT COUNT(*) FROM item WHERE state = 'cancelled'").await, 1);
}

/// Asked to stop: what is at work ends, what was only claimed goes back without a try used, and the row says so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_drain_ends_what_was_begun_and_gives_back_the_rest() {
    let shop = Workshop::open().await;
    let (begun, may_end) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (says, waits) = (Arc::clone(&begun), Arc::clone(&may_end));
    let step = Step::new(
        move |_, item| {
            let (says, waits) = (Arc::clone(&says), Arc::clone(&waits));
            async move {
                if item.key.ends_with(":slow") {
                    says.notify_one();
                    waits.notified().await;
                }
                Ok(json!({}))
            }
        },
        None,
    );
    let engine = shop.engine("worker_1", step).await;
    // Quick ones let the worker claim ahead; then the slow one holds the only place.
    let quick: Vec<String> = (0..50).map(|index| format!("x{index:02}")).collect();
    let keys: Vec<&str> = ["a", "b", "c", "slow"].into_iter().chain(quick.iter().map(String::as_str)).collect();
    let run = shop.run("A", &keys).await;
    shop.execute(
        "UPDATE item SET priority = 2 WHERE dedupe_key LIKE '%:a' OR dedupe_key LIKE '%:b' OR dedupe_key LIKE '%:c'",
    )
    .await;
    shop.execute("UPDATE item SET priority = 1 WHERE dedupe_key LIKE '%:slow'").await;
    let stop = CancellationToken::new();
    let working = tokio::spawn(Worker::new(engine.clone(), seat(), ONE).run(stop.clone()));
    begun.notified().await;
    stop.cancel();
    may_end.notify_one();
    working.await.unwrap();
    let done = step.keys();
    assert!(done.contains(&"slow".to_owned()), "what was begun has ended: {done:?}");
    let left = shop.number("SELECT COUNT(*) FROM item WHERE state = 'ready' AND attempt = 0").await;
    assert!(left > 0 && left + done.len() as i64 == 54, "{left} untouched, {} done", done.len());
    assert_eq!(shop.number("SELECT COUNT(*) FROM item WHERE state = 'running'").await, 0);
    assert_eq!(shop.number("SELECT COUNT(*) FROM worker WHERE stopped_at IS NOT NULL").await, 1);
    assert_eq!(shop.state(&run).await, RunState::Running);
}

#[tokio::test]
async fn the_queues_are_shown_in_numbers() {
    let shop = Workshop::open().await;
    let engine = shop.engine("worker_1", Step::trivial()).await;
    let due = engine.clock.now();
    shop.run("A", &["a", "b", "c"]).await;
    claims_one(&shop, &engine).await;
    shop.clock.advance(60_000);
    let mut conn = shop.store().conn().await.unwrap();
    let depths = queues::depths(&mut conn).await.unwrap();
    let depths: Vec<_> = depths.iter().map(|depth| (depth.queue.as_str(), depth.state.as_str(), depth.items)).collect();
    assert_eq!(depths, [("own", "ready", 2), ("own", "running", 1)]);
    assert_eq!(queues::oldest(&mut conn, engine.clock.now()).await.unwrap(), [("own".to_owned(), due)]);
    let live = workers::live(&mut conn).await.unwrap();
    assert_eq!(
        live.iter().map(|row| (row.owner.as_str(), row.kind.as_str())).collect::<Vec<_>>(),
        [("worker_1", "serve")]
    );
    assert_eq!(workers::lost(&mut conn).await.unwrap(), 0);
}

/// Places are shared out without reading what waits: it must not matter how much that is.
#[tokio::test]
async fn lanes_are_found_without_counting_them_out() {
    let shop = Workshop::open().await;
    let keys: Vec<String> = (0..300).map(|index| format!("{index:04}")).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    shop.run("A", &keys).await;
    shop.run("B", &keys[..3]).await;
    shop.run("C", &keys[..5]).await;
    shop.execute("UPDATE run SET state = 'paused' WHERE id = 'run_C'").await;
    let now = quarterdeck::ports::clock::Clock::now(shop.clock.as_ref());
    let mut conn = shop.store().conn().await.unwrap();
    let lanes = claims::lanes(&mut conn, now, 50).await.unwrap();
    let lanes: Vec<_> = lanes.iter().map(|lane| (lane.queue.as_str(), lane.run.as_str(), lane.due)).collect();
    assert_eq!(lanes, [("own", "run_A", 50), ("own", "run_B", 3)]);
    assert!(claims::lanes(&mut conn, now.plus(-1), 50).await.unwrap().is_empty(), "none is due yet");
}
