//! Processes that stop, die and share: who takes the work over, how soon, and that a limit is one limit for all.
use std::collections::BTreeMap;
use std::time::Duration;
use std::time::Instant;

use serde_json::Value;
use serde_json::json;
use sqlx::Row;

use crate::support::books;
use crate::support::fleet::Fleet;
use crate::support::player::Player;

const DATABASE: &str = "QUARTERDECK_TEST_DATABASE_URL";
const RUN_MAX: Duration = Duration::from_secs(170);
/// A call that hands a person over.
const HAND_OVER: &str = "POST /api/campaigns/";

fn postgres() -> String {
    let given = std::env::vars_os().find(|(name, _)| name == DATABASE);
    let given = given.expect("QUARTERDECK_TEST_DATABASE_URL names a Postgres");
    given.1.into_string().unwrap()
}

/// The next call that hands a person over is kept at the vendor, before it acts.
async fn keeps_a_hand_over(fleet: &Fleet) {
    fleet.orders(&json!({"vendor": "lemlist", "match": HAND_OVER, "kind": "hold_before"})).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_works_again_soon_after_it_was_killed() {
    /// Asserted generously: the machine has other things to do.
    const SOON: Duration = Duration::from_secs(5);
    let fleet = Fleet::on_sqlite().await;
    let player = Player::new("soon");
    keeps_a_hand_over(&fleet).await;
    let (mut program, desk) = fleet.desk(None).await;
    tokio::select! {
        _held = fleet.held() => {}
        (_, card) = player.plays(&desk) => panic!("nobody was handed over: {}", card["title"]),
    }
    program.kill().await;
    fleet.lets_go(false).await;
    keeps_a_hand_over(&fleet).await;
    let since = Instant::now();
    let (mut program, desk) = fleet.desk(None).await;
    let up = since.elapsed();
    fleet.held().await;
    let works = since.elapsed();
    println!("answers after {up:?}, goes on with the interrupted hand-over after {works:?}");
    assert!(works < SOON, "{works:?}");
    fleet.lets_go(true).await;
    let (thread, _) = tokio::time::timeout(RUN_MAX, player.plays(&desk)).await.expect("the run ends");
    fleet.judge(&desk, &thread).await;
    program.kill().await;
}

/// A worker that is gone is noticed by its lease elsewhere, and at once on its own machine.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs Postgres, half a minute: .ci/run calls it by name"]
async fn an_orphaned_item_is_taken_again() {
    const ELSEWHERE: Duration = Duration::from_secs(45);
    const HERE: Duration = Duration::from_secs(5);
    let fleet = Fleet::on_postgres(&postgres()).await;
    let player = Player::new("orphan");
    let mut serves = fleet.desk_spawned(&["--no-worker"], None);
    assert!(serves.is_up().await);
    let desk = fleet.at(&serves);
    let mut one = fleet.worker("one").await;
    keeps_a_hand_over(&fleet).await;
    tokio::select! {
        _held = fleet.held() => {}
        (_, card) = player.plays(&desk) => panic!("nobody was handed over: {}", card["title"]),
    }
    // The same machine: the next worker in its folder sees that nobody holds the lock any more.
    one.kill().await;
    fleet.lets_go(false).await;
    keeps_a_hand_over(&fleet).await;
    let since = Instant::now();
    let mut again = fleet.worker("one").await;
    fleet.held().await;
    let here = since.elapsed();
    println!("the same machine took it again after {here:?}");
    assert!(here < HERE, "{here:?}");
    // Another machine: the lease says so.
    let _other = fleet.worker("two").await;
    again.kill().await;
    fleet.lets_go(false).await;
    keeps_a_hand_over(&fleet).await;
    let since = Instant::now();
    fleet.held().await;
    let elsewhere = since.elapsed();
    println!("another machine took it after {elsewhere:?}");
    assert!(elsewhere < ELSEWHERE, "{elsewhere:?}");
    fleet.lets_go(true).await;
    let (thread, _) = tokio::time::timeout(RUN_MAX, player.plays(&desk)).await.expect("the run ends");
    fleet.judge(&desk, &thread).await;
}

/// Stopped in the middle of a hand-over, past its lease: the other takes it over, and the first writes nothing when it wakes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs Postgres, a minute: .ci/run calls it by name"]
async fn a_stopped_worker_is_fenced_off() {
    let fleet = Fleet::on_postgres(&postgres()).await;
    let player = Player::new("stopped");
    let mut serves = fleet.desk_spawned(&["--no-worker"], None);
    assert!(serves.is_up().await);
    let desk = fleet.at(&serves);
    let mut first = fleet.worker("one").await;
    keeps_a_hand_over(&fleet).await;
    tokio::select! {
        _held = fleet.held() => {}
        (_, card) = player.plays(&desk) => panic!("nobody was handed over: {}", card["title"]),
    }
    first.signal("STOP").await;
    // The vendor acts; the answer waits unread in the stopped process.
    fleet.lets_go(true).await;
    let _second = fleet.worker("two").await;
    let (thread, _) = tokio::time::timeout(RUN_MAX, player.plays(&desk)).await.expect("the other worker ends the run");
    let before = books_of(&fleet).await;
    first.signal("CONT").await;
    // It ends in order, and with it whatever it still had in hand.
    first.signal("TERM").await;
    first.ended().await;
    assert_eq!(books_of(&fleet).await, before, "the stopped worker wrote after its lease was gone");
    fleet.judge(&desk, &thread).await;
}

/// What the stopped worker could have changed: how many rows of a kind are in which state, and entries of the audit.
async fn books_of(fleet: &Fleet) -> BTreeMap<String, i64> {
    let store = fleet.store().await;
    let mut conn = store.conn().await.unwrap();
    let mut books = BTreeMap::new();
    for sql in [
        "SELECT 'item ' || state || ' ' || queue, COUNT(*) FROM item GROUP BY state, queue",
        "SELECT 'effect ' || state || ' ' || op, COUNT(*) FROM effect GROUP BY state, op",
        "SELECT 'lead ' || state, COUNT(*) FROM run_lead GROUP BY state",
        "SELECT 'audit ' || action, COUNT(*) FROM audit GROUP BY action",
    ] {
        for row in sqlx::query(sql).fetch_all(&mut *conn).await.unwrap() {
            books.insert(row.get::<String, _>(0), row.get::<i64, _>(1));
        }
    }
    drop(conn);
    store.close().await;
    books
}

/// Three workers hand many people over: together they call no more than one may.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs Postgres, a minute: .ci/run calls it by name"]
async fn three_workers_keep_one_limit() {
    /// lemlist's published limit: 20 calls in 2 s of the world.
    const LIMIT: (usize, i64) = (20, 2_000);
    /// The world's time is ours: what a busy machine delays is not multiplied.
    const SPEED: &str = "1";
    let fleet = Fleet::on_postgres_at(&postgres(), SPEED).await;
    let player = Player { text: MANY, ..Player::new("limit") };
    let mut serves = fleet.desk_spawned(&["--no-worker"], None);
    assert!(serves.is_up().await);
    let desk = fleet.at(&serves);
    let _workers = [fleet.worker("one").await, fleet.worker("two").await, fleet.worker("three").await];
    let (thread, _) = tokio::time::timeout(RUN_MAX, player.plays(&desk)).await.expect("the run ends");
    let ledger = desk.ledger().await;
    for vendor in ["apollo", "explorium", "hubspot", "lemlist"] {
        assert_eq!(ledger[vendor]["refused"]["429"], Value::Null, "{vendor} had to refuse");
    }
    let mut times: Vec<i64> = books::list(&ledger["lemlist"]["leads_added"])
        .iter()
        .map(|lead| lead["at"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_millisecond())
        .collect();
    times.sort_unstable();
    let most = (0..times.len())
        .map(|from| times[from..].iter().take_while(|at| **at - times[from] < LIMIT.1).count())
        .max()
        .unwrap_or(0);
    let took_ms = times.last().unwrap() - times[0];
    println!("{} people in {took_ms} ms of the world, at most {most} in {} ms, 0 x 429", times.len(), LIMIT.1);
    assert!(most <= LIMIT.0);
    let hands = hands(&fleet).await;
    println!("hand-overs by worker: {hands:?}");
    assert_eq!(hands.len(), 3, "all three took part");
    fleet.judge(&desk, &thread).await;
}

const MANY: &str = "Find 60 VP Finance prospects at fintech companies (200-1000 employees) using Snowflake, enrich them, \
                    and launch a personalized outreach campaign.";

async fn hands(fleet: &Fleet) -> BTreeMap<String, i64> {
    let store = fleet.store().await;
    let mut conn = store.conn().await.unwrap();
    let sql = "SELECT actor, COUNT(*) FROM audit WHERE action = 'lemlist enrol' GROUP BY actor";
    let rows = sqlx::query(sql).fetch_all(&mut *conn).await.unwrap();
    let hands = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    drop(conn);
    store.close().await;
    hands
}
