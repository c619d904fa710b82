//! After a restore nothing that cannot be taken back begins before the vendors were compared and a person said go on.
use std::collections::BTreeSet;
use std::path::Path;

use quarterdeck::app::backup::backup;
use quarterdeck::app::restore::restore;
use quarterdeck::domain::time::Millis;
use serde_json::Value;
use serde_json::json;
use sqlx::Row;

use crate::data::place::config;
use crate::data::place::number;
use crate::support::books;
use crate::support::desk::Desk;
use crate::support::desk::SMALL;
use crate::support::desk::action;
use crate::support::desk::token;
use crate::support::desk::words;
use crate::support::world::World;
use crate::support::world::postgres;

const NEWS: &str = "th_daily_digest";
const DAY_S: i64 = 86_400;
const MADE: Millis = Millis(1_795_500_000_000);

fn copied(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() && entry.file_name() != "lock" {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// Goes on to the launch and slows it down, so that it can be met in the middle.
async fn launching(world: &World) -> String {
    let desk = world.desk;
    let thread = desk.says("ava", SMALL).await;
    let plan = desk.waits_for(&thread, &["plan"]).await;
    assert_eq!(desk.presses("ava", &plan, "start", json!({})).await.status, 202);
    let mut gate = desk.waits_for(&thread, &["gate_compliance", "gate_launch"]).await;
    if gate["kind"] == "gate_compliance" {
        assert_eq!(desk.presses("cora", &gate, "exclude_flagged", json!({})).await.status, 202);
        gate = desk.waits_for(&thread, &["gate_launch"]).await;
    }
    let slow = json!({"vendor": "lemlist", "match": "/leads/", "kind": "delay", "ms": 300, "times": 200});
    desk.sandbox(("POST", "/_sandbox/faults"), Some(&slow)).await;
    assert_eq!(desk.presses("mona", &gate, "launch", json!({})).await.status, 202);
    thread
}

/// A backup of the moment in which some of the people are handed over.
async fn backup_in_the_middle(world: &World, file: &Path) -> usize {
    while books::enrolled(&world.desk.ledger().await).len() < 5 {
        tokio::task::yield_now().await;
    }
    let data = world.folder.path().join("data");
    backup(&config(&data, world.database_url().as_deref()), file, MADE).await.unwrap();
    books::enrolled(&world.desk.ledger().await).len()
}

async fn enrolled_by_our_rows(world: &World) -> BTreeSet<String> {
    let mut c = world.store().conn().await.unwrap();
    let rows = sqlx::query("SELECT email_key FROM enrolment WHERE vendor_lead IS NOT NULL").fetch_all(&mut *c).await;
    rows.unwrap().iter().map(|row| row.get(0)).collect()
}

async fn alert(desk: &Desk, wanted: impl Fn(&Value) -> bool) -> Value {
    desk.until(NEWS, |view| crate::support::desk::cards(view, "alert").into_iter().find(|card| wanted(card))).await
}

fn is_compared(card: &Value) -> bool {
    card["state"] == "open" && action(card, "lift").is_some()
}

fn is_not_compared(card: &Value) -> bool {
    card["state"] == "open" && action(card, "lift").is_none() && action(card, "compare").is_some()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_backup_hands_nobody_over_twice() {
    let first = World::new().await;
    let desk = first.desk;
    let thread = launching(&first).await;
    let file = first.folder.path().join("desk.backup");
    let early = backup_in_the_middle(&first, &file).await;
    desk.sandbox(("DELETE", "/_sandbox/faults"), None).await;
    desk.waits_for(&thread, &["result"]).await;
    for _ in 0..3 {
        desk.advance(DAY_S).await;
        first.running.stage.as_ref().unwrap().world.settled().await.unwrap();
    }
    let before = desk.ledger().await;
    let all = books::enrolled(&before);
    assert!(early < all.len(), "the backup was to come in the middle: {early} of {}", all.len());
    assert!(!books::mails(&before).is_empty());
    let world = first.folder.path().join("data/sandbox");
    first.running.drain().await.unwrap();

    let folder = tempfile::tempdir().unwrap();
    copied(&world, &folder.path().join("data/sandbox"));
    let url = postgres(&folder).await;
    restore(&config(&folder.path().join("data"), url.as_deref()), &file, Millis(MADE.0 + 1)).await.unwrap();
    let second = World::on(folder).await;
    let desk = second.desk;
    let card = alert(&desk, is_compared).await;
    let said = words(&card);
    assert!(said.contains("taken over: they are not handed over again"), "{said}");
    assert!(said.contains("Nobody is handed over"), "{said}");
    assert_eq!(enrolled_by_our_rows(&second).await, all, "what the backup lost is taken over");

    // The run is live, its work is due, and nothing of it leaves.
    assert_eq!(number(second.store(), "SELECT COUNT(*) FROM run WHERE state IN ('running', 'waiting')").await, 1);
    let intents = "SELECT COUNT(*) FROM effect WHERE gate IS NOT NULL";
    let known = number(second.store(), intents).await;
    desk.advance(3_600).await;
    second.running.stage.as_ref().unwrap().world.settled().await.unwrap();
    assert_eq!(books::enrolled(&desk.ledger().await), all);
    assert_eq!(number(second.store(), intents).await, known, "no effect under a gate began");

    vendor_away(&desk, &card).await;
    for who in ["ava", "mona", "cora"] {
        let card = alert(&desk, is_compared).await;
        assert_eq!(desk.presses(who, &card, "lift", json!({})).await.status, 403, "{who}");
    }
    let card = alert(&desk, is_compared).await;
    let button = token(&card, "lift");
    assert_eq!(desk.press("otto", &button, json!({})).await.unwrap().status, 202);
    assert_eq!(desk.press("otto", &button, json!({})).await.unwrap().status, 409, "once");
    desk.waits_for(&thread, &["result"]).await;
    let after = desk.ledger().await;
    assert_eq!(books::enrolled(&after), all);
    assert_eq!(after["lemlist"]["leads_added"], before["lemlist"]["leads_added"], "no second hand-over");
    assert_eq!(enrolled_by_our_rows(&second).await, all);
    let audited = "SELECT COUNT(*) FROM audit WHERE actor = 'otto' AND action = 'restore.go_on'";
    assert_eq!(number(second.store(), audited).await, 1);
    second.ends().await;
}

/// A vendor that cannot be read is named, nothing can be gone on with, and it is tried again by itself.
async fn vendor_away(desk: &Desk, card: &Value) {
    let away =
        json!({"vendor": "lemlist", "match": "GET /api/campaigns", "kind": "status", "status": 503, "times": 100_000});
    desk.sandbox(("POST", "/_sandbox/faults"), Some(&away)).await;
    let old = token(card, "lift");
    assert_eq!(desk.presses("ava", card, "compare", json!({})).await.status, 403);
    assert_eq!(desk.presses("otto", card, "compare", json!({})).await.status, 202);
    let card = alert(desk, is_not_compared).await;
    let said = words(&card);
    assert!(said.contains("not compared yet") && said.contains("lemlist"), "{said}");
    assert_ne!(desk.press("otto", &old, json!({})).await.unwrap().status, 202, "the button of an old comparison");
    desk.sandbox(("DELETE", "/_sandbox/faults"), None).await;
    alert(desk, is_compared).await;
}
