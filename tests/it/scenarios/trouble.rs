//! Vendors in trouble: a lost answer goes to a person, a vendor that is down is left alone, a used-up day is waited for.
use serde_json::Value;
use serde_json::json;
use sqlx::Row;

use crate::support::books;
use crate::support::desk::SMALL;
use crate::support::desk::action;
use crate::support::desk::cards;
use crate::support::desk::words;
use crate::support::world::World;

async fn fault(world: &World, fault: Value) {
    world.desk.sandbox(("POST", "/_sandbox/faults"), Some(&fault)).await;
}

async fn start(world: &World) -> String {
    let desk = world.desk;
    let thread = desk.says("ava", SMALL).await;
    let plan = desk.waits_for(&thread, &["plan"]).await;
    assert_eq!(desk.presses("ava", &plan, "start", json!({})).await.status, 202);
    thread
}

/// Goes on to the preview.
async fn to_preview(world: &World, thread: &str) -> Value {
    let desk = world.desk;
    let gate = desk.waits_for(thread, &["gate_compliance", "gate_launch"]).await;
    if gate["kind"] == "gate_launch" {
        return gate;
    }
    assert_eq!(desk.presses("cora", &gate, "exclude_flagged", json!({})).await.status, 202);
    desk.waits_for(thread, &["gate_launch"]).await
}

async fn texts(world: &World, sql: &'static str) -> Vec<String> {
    let mut conn = world.store().conn().await.unwrap();
    sqlx::query(sql).fetch_all(&mut *conn).await.unwrap().iter().map(|row| row.get(0)).collect()
}

/// A purchase whose answer is lost; before or after the vendor did it.
async fn lost_purchase(kind: &str) -> (World, String, Value) {
    let world = World::new().await;
    let lost = json!({"vendor": "explorium", "match": "contacts_information/bulk_enrich", "kind": kind, "times": 1});
    fault(&world, lost).await;
    let thread = start(&world).await;
    let card = world.desk.waits_for(&thread, &["review"]).await;
    let said = words(&card);
    assert!(said.contains("it may have happened and cost"), "{said}");
    assert_eq!(texts(&world, "SELECT state FROM effect WHERE op = 'enrich people'").await, ["unknown"]);
    (world, thread, card)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_purchase_is_made_again_only_by_a_person_with_a_reason() {
    let (world, thread, card) = lost_purchase("reset").await;
    let desk = world.desk;
    assert_eq!(desk.presses("remy", &card, "retry", json!({"reason": "why not"})).await.status, 403);
    assert_eq!(desk.presses("ava", &card, "retry", json!({})).await.status, 400);
    let button = crate::support::desk::token(&card, "retry");
    let reason = json!({"reason": "explorium shows no charge"});
    let (one, two) = tokio::join!(desk.press("ava", &button, reason.clone()), desk.press("mona", &button, reason));
    let mut answers = [one.unwrap().status, two.unwrap().status];
    answers.sort_unstable();
    assert_eq!(answers, [202, 409]);
    to_preview(&world, &thread).await;
    let sql = "SELECT state || ' ' || resolution || ' ' || reason FROM effect WHERE key LIKE '%people:explorium:%'";
    assert_eq!(texts(&world, sql).await, ["done retry explorium shows no charge"]);
    assert_eq!(texts(&world, "SELECT action FROM audit WHERE action = 'review.retry'").await.len(), 1);
    world.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_purchase_marked_as_done_is_paid_and_not_made_again() {
    let (world, thread, card) = lost_purchase("half_body").await;
    let reason = json!({"reason": "the bill shows it"});
    assert_eq!(world.desk.presses("ava", &card, "mark_done", reason).await.status, 202);
    to_preview(&world, &thread).await;
    let sql =
        "SELECT state || ' ' || resolution || ' ' || resolved_by FROM effect WHERE key LIKE '%people:explorium:%'";
    assert_eq!(texts(&world, sql).await, ["done marked_done ava"]);
    let spent = texts(&world, "SELECT CAST(SUM(credits) AS TEXT) FROM spend WHERE vendor = 'explorium'").await;
    assert!(spent[0].parse::<i64>().unwrap() > 0, "its credits are counted");
    assert!(!texts(&world, "SELECT key FROM effect WHERE key LIKE '%people:apollo:%'").await.is_empty());
    world.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dropped_purchase_falls_to_the_next_source() {
    let (world, thread, card) = lost_purchase("half_body").await;
    let reason = json!({"reason": "apollo has them too"});
    assert_eq!(world.desk.presses("ava", &card, "drop", reason).await.status, 202);
    to_preview(&world, &thread).await;
    let sql = "SELECT state || ' ' || resolution FROM effect WHERE key LIKE '%people:explorium:%'";
    assert_eq!(texts(&world, sql).await, ["unknown dropped"]);
    assert!(!texts(&world, "SELECT key FROM effect WHERE key LIKE '%people:apollo:%'").await.is_empty());
    assert_eq!(texts(&world, "SELECT id FROM item WHERE state = 'review'").await, Vec::<String>::new());
    world.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_vendor_that_is_down_is_left_alone_until_it_answers() {
    let world = World::new().await;
    let desk = world.desk;
    let thread = start(&world).await;
    let gate = to_preview(&world, &thread).await;
    // Slow enough that it goes down in the middle of the launch.
    fault(&world, json!({"vendor": "lemlist", "match": "/campaigns/", "kind": "delay", "ms": 60, "times": 1000})).await;
    assert_eq!(desk.presses("mona", &gate, "launch", json!({})).await.status, 202);
    desk.until_ledger(|ledger| (books::enrolled(ledger).len() > 2).then_some(())).await;
    desk.sandbox(("DELETE", "/_sandbox/faults"), None).await;
    fault(&world, json!({"vendor": "lemlist", "match": "", "kind": "status", "status": 503, "times": 100_000})).await;
    let notice = desk.until(&thread, |view| {
        cards(view, "notice").into_iter().find(|card| card["title"] == "lemlist does not answer")
    });
    let notice = notice.await;
    assert!(words(&notice).contains("503"), "{notice:#}");
    let waits = |view: &Value| {
        let all = cards(view, "progress");
        all.iter().any(|card| words(card).contains("failed several times in a row")).then_some(())
    };
    desk.until(&thread, waits).await;
    let status = desk.ask("ava", ("GET", "/api/status"), None).await.unwrap().body;
    let row = books::list(&status["vendors"]).iter().find(|row| row["name"] == "lemlist").cloned().unwrap();
    assert!(row["state"] == "down" || row["state"] == "degraded", "{row:#}");
    assert!(!books::list(&status["alerts"]).is_empty(), "{status:#}");
    let metrics = desk.ask_text("ava", "/metrics").await;
    assert!(metrics.contains("quarterdeck_breaker{vendor=\"lemlist\"} "), "{metrics}");
    assert!(metrics.contains("quarterdeck_queue_oldest_seconds{queue=\"lemlist\"} "), "{metrics}");

    // It is up again: everything goes on by itself, and nobody had to look at anything.
    let answer = desk.sandbox(("DELETE", "/_sandbox/faults"), None).await;
    assert_eq!(answer["cleared"], true);
    desk.advance(1_200).await;
    desk.waits_for(&thread, &["result"]).await;
    assert!(desk.cards(&thread, "review").await.is_empty(), "an outage uses up no tries");
    let settled = |view: &Value| {
        let all = cards(view, "notice");
        let found = all.into_iter().find(|card| card["id"] == notice["id"])?;
        found["verdict"].as_str().unwrap_or_default().contains("answers again").then_some(())
    };
    desk.until(&thread, settled).await;
    world.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_used_up_day_is_waited_for() {
    const A_DAY: u64 = 1;
    let world = World::with(vec![("QUARTERDECK_HUBSPOT_CALLS_PER_DAY", A_DAY.to_string())]).await;
    let desk = world.desk;
    let thread = start(&world).await;
    let waits = |view: &Value| {
        let all = cards(view, "progress");
        all.iter().any(|card| words(card).contains("its calls of today are used up")).then_some(())
    };
    desk.until(&thread, waits).await;
    let calls = |ledger: &Value| -> u64 {
        ledger["hubspot"]["calls"].as_object().into_iter().flatten().filter_map(|(_, n)| n.as_u64()).sum()
    };
    assert_eq!(calls(&desk.ledger().await), A_DAY);
    // World time runs: a day begins by itself sooner or later, and brings its calls, not more.
    desk.advance(86_400).await;
    desk.until_ledger(|ledger| (calls(ledger) >= 2 * A_DAY).then_some(())).await;
    assert!(action(&desk.cards(&thread, "progress").await[0], "stop").is_some());
    assert!(desk.cards(&thread, "review").await.is_empty(), "waiting uses up no tries");
    world.running.drain().await.unwrap();
}
