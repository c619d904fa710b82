//! kill -9 at every point of every effect of the run, and at every move of the run; then the run must end and the books
//! must agree. Each chain is one run that dies once in each of its effects.
use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;
use sqlx::Row;

use crate::faults::kills::DEATHS;
use crate::faults::kills::Death;
use crate::faults::kills::OPS;
use crate::faults::kills::Op;
use crate::faults::kills::SECOND_SOURCE;
use crate::faults::kills::dies_at;
use crate::faults::kills::dies_in;
use crate::faults::kills::dies_waiting;
use crate::faults::kills::op;
use crate::support::desk::SMALL;
use crate::support::fleet::Fleet;
use crate::support::player::Player;
use crate::support::player::TINY;

/// The last life of a chain has this long to bring the run to its end.
const END_MAX: Duration = Duration::from_secs(100);

/// How many of twelve can be mailed depends on who is found; who is lost on the way is for the checks.
const ENROLLED_MIN: u32 = 1;

type Kill = (&'static Op, Death, usize);

/// The run comes to its end and everything holds. Answers the effects made and the result card.
async fn ends(fleet: &Fleet, player: &Player) -> (BTreeSet<(String, String)>, Value) {
    let (mut program, desk) = fleet.desk(None).await;
    let played = tokio::time::timeout(END_MAX, player.plays(&desk)).await;
    let (thread, card) = played.expect("the run ends");
    fleet.judge(&desk, &thread).await;
    program.kill().await;
    let store = fleet.store().await;
    let mut conn = store.conn().await.unwrap();
    let rows = sqlx::query("SELECT DISTINCT vendor, op FROM effect").fetch_all(&mut *conn).await.unwrap();
    drop(conn);
    store.close().await;
    (rows.iter().map(|row| (row.get(0), row.get(1))).collect(), card)
}

/// Who was approved was enrolled: the checks compare them one by one.
fn assert_enrolled(card: &Value) {
    let title = card["title"].as_str().unwrap();
    let enrolled: u32 = title.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or_default();
    assert!(enrolled >= ENROLLED_MIN && title.contains("enrolled"), "{card:#}");
}

async fn chain(kills: &[Kill]) -> (BTreeSet<(String, String)>, Value) {
    let fleet = Fleet::on_sqlite().await;
    // Some later calls of an effect are made for few people only: more people make them certain.
    let text = if kills.iter().any(|(_, _, call)| *call > 0) { SMALL } else { TINY };
    let player = Player { text, ..Player::new("the-one-request") };
    for (op, death, call) in kills {
        println!("  {} {}: {death:?} {}", op.vendor, op.what, op.calls[*call]);
        dies_in(&fleet, &player, op, *death, *call).await;
    }
    ends(&fleet, &player).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_in_each_effect_nothing_is_done_twice() {
    let kills: Vec<Kill> = vec![
        (op("hubspot", "upsert contacts"), Death::Committed, 0),
        (op("lemlist", "create campaign"), Death::SentDoneLate, 0),
        (op("lemlist", "enrol"), Death::Committed, 0),
        (op("lemlist", "start campaign"), Death::Recorded, 0),
        (op("hubspot", "log activity"), Death::SentDoneLate, 0),
    ];
    let (_, card) = chain(&kills).await;
    assert_enrolled(&card);
}

/// The whole matrix: every (vendor, operation) that a clean run shows, at every point, at every call it is made of.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "minutes: .ci/run calls it by name"]
async fn every_point_of_every_effect() {
    let since = std::time::Instant::now();
    let clean = Fleet::on_sqlite().await;
    let (mut made, _) = ends(&clean, &Player::new("clean")).await;
    // Whether the first source knows everybody depends on who was found.
    made.remove(&(SECOND_SOURCE.vendor.to_owned(), SECOND_SOURCE.what.to_owned()));
    let listed: BTreeSet<(String, String)> = OPS.iter().map(|op| (op.vendor.to_owned(), op.what.to_owned())).collect();
    assert_eq!(made, listed, "the table of effects is that of the run");
    every_writing_call_is_listed(&clean.vendors().ledger().await);
    let mut killed = BTreeSet::new();
    for death in DEATHS {
        let rounds = if death.is_at_the_vendor() { OPS.iter().map(|op| op.calls.len()).max().unwrap_or(1) } else { 1 };
        for call in 0..rounds {
            // What was bought and lost leaves few people: the sends are tried in a run of their own.
            for bought in [true, false] {
                let ops = OPS.iter().filter(|op| call < op.calls.len() && op.what.starts_with("enrich") == bought);
                let kills: Vec<Kill> = ops.map(|op| (op, *death, call)).collect();
                println!("{death:?}, call {call}: {} kills", kills.len());
                let (_, card) = chain(&kills).await;
                if !bought {
                    assert_enrolled(&card);
                }
                killed.extend(kills.iter().map(|(op, death, call)| (op.vendor, op.what, *death, *call)));
            }
        }
        println!("{death:?} at the second source");
        let kills = [(op("explorium", "enrich people"), Death::BeforeCall, 0), (&SECOND_SOURCE, *death, 0)];
        chain(&kills).await;
        killed.insert((SECOND_SOURCE.vendor, SECOND_SOURCE.what, *death, 0));
    }
    for op in OPS.iter().chain([&SECOND_SOURCE]) {
        for death in DEATHS {
            for call in 0..if death.is_at_the_vendor() { op.calls.len() } else { 1 } {
                assert!(killed.contains(&(op.vendor, op.what, *death, call)), "{op:?} {death:?} {call} was not tried");
            }
        }
    }
    println!(
        "{} points of {} effects, 0 violations, {:.0} s",
        killed.len(),
        OPS.len() + 1,
        since.elapsed().as_secs_f64()
    );
}

/// Calls that change something at a vendor, as its own book has them, are all among those that are held.
fn every_writing_call_is_listed(ledger: &Value) {
    /// What asks, and what sets up the webhook.
    const READS: &[&str] = &[
        "GET ",
        "/search",
        "batch/read",
        "POST /v1/businesses",
        "POST /v1/prospects",
        "mixed_people",
        "/events",
        "POST /api/hooks",
    ];
    for vendor in ["apollo", "explorium", "hubspot", "lemlist"] {
        for call in ledger[vendor]["calls"].as_object().unwrap().keys() {
            let is_bought = call.contains("bulk_enrich");
            let is_read = !is_bought && READS.iter().any(|read| call.contains(read));
            let is_listed = OPS
                .iter()
                .chain([&SECOND_SOURCE])
                .any(|op| op.vendor == vendor && op.calls.iter().any(|part| call.contains(part)));
            assert!(is_read || is_listed, "{vendor} {call} is held nowhere");
        }
    }
}

/// Every move of a run, in its order. A visit makes several at once and commits them together.
const MOVES: &[&str] = &[
    "begin discover",
    "settle discover",
    "begin prefilter",
    "begin enrich",
    "settle enrich",
    "begin validate",
    "decided validate",
    "begin crm",
    "settle crm",
    "begin preview",
    "settle preview",
    "decided preview",
    "begin launch",
    "settle launch",
    "finish",
];

/// The first move of each visit: after its commit the others of the visit are made too.
const VISITS: &[&str] = &[
    "begin discover",
    "settle discover",
    "settle enrich",
    "decided validate",
    "settle crm",
    "settle preview",
    "decided preview",
    "settle launch",
    "finish",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a minute: .ci/run calls it by name"]
async fn every_move_of_a_run() {
    for (point, acts) in [("moving", MOVES), ("moved", VISITS)] {
        let fleet = Fleet::on_sqlite().await;
        // Among more people some have to be decided on by compliance.
        let player = Player { text: SMALL, ..Player::new("moves") };
        for act in acts {
            println!("  {point} {act}");
            dies_at(&fleet, &player, &format!("{point}:run:{act}:1")).await;
        }
        let (_, card) = ends(&fleet, &player).await;
        assert_enrolled(&card);
    }
}

/// The message is stored and nobody has answered it: the model is asked, has answered, is in the middle of the drafts.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "half a minute: .ci/run calls it by name"]
async fn killed_while_the_model_is_asked() {
    let fleet = Fleet::on_sqlite().await;
    // Enough people that some drafts are still to be written at the last kill.
    let player = Player { text: SMALL, ..Player::new("asked") };
    for (skip, death) in
        [(0, Death::SentNeverDone), (0, Death::Committed), (4, Death::SentDoneLate), (3, Death::Committed)]
    {
        dies_waiting(&fleet, &player, ("model", "chat/completions", skip), death).await;
    }
    let (_, card) = ends(&fleet, &player).await;
    assert_enrolled(&card);
}
