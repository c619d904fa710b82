//! Stopping and going on: halt, lift, pause, resume, and what a stopped run had done.
use serde_json::Value;
use serde_json::json;
use sqlx::Row;

use crate::support::books;
use crate::support::client;
use crate::support::client::Request;
use crate::support::desk::SMALL;
use crate::support::desk::action;
use crate::support::desk::cards;
use crate::support::desk::words;
use crate::support::world::World;

/// Calls that may be inside the vendor when a halt comes: items at work at once for one vendor.
const IN_FLIGHT_MAX: usize = 16;

/// Goes on to the preview.
async fn to_preview(world: &World) -> (String, Value) {
    let desk = world.desk;
    let thread = desk.says("ava", SMALL).await;
    let plan = desk.waits_for(&thread, &["plan"]).await;
    assert_eq!(desk.presses("ava", &plan, "start", json!({})).await.status, 202);
    let mut gate = desk.waits_for(&thread, &["gate_compliance", "gate_launch"]).await;
    if gate["kind"] == "gate_compliance" {
        assert_eq!(desk.presses("cora", &gate, "exclude_flagged", json!({})).await.status, 202);
        gate = desk.waits_for(&thread, &["gate_launch"]).await;
    }
    (thread, gate)
}

async fn number(world: &World, sql: &'static str) -> i64 {
    let mut conn = world.store().conn().await.unwrap();
    sqlx::query(sql).fetch_one(&mut *conn).await.unwrap().get(0)
}

/// Some people are handed over, and most are not yet.
async fn to_the_middle_of_a_launch(world: &World) -> String {
    let desk = world.desk;
    let (thread, gate) = to_preview(world).await;
    slow_enrolments(world).await;
    assert_eq!(desk.presses("mona", &gate, "launch", json!({})).await.status, 202);
    desk.until_ledger(|ledger| (books::enrolled(ledger).len() > 2).then_some(())).await;
    thread
}

/// Slow enough that a person can come between two of them.
async fn slow_enrolments(world: &World) {
    let fault = json!({"vendor": "lemlist", "match": "/campaigns/", "kind": "delay", "ms": 60, "times": 1000});
    world.desk.sandbox(("POST", "/_sandbox/faults"), Some(&fault)).await;
}

/// What lemlist itself says of our campaign.
async fn until_campaign(world: &World, thread: &str, state: &str) {
    for _ in 0..400 {
        // ":sandbox-lemlist-key"
        let key = "Basic OnNhbmRib3gtbGVtbGlzdC1rZXk=".to_owned();
        let line = ("GET", "/lemlist/api/campaigns?version=v2&limit=100");
        let request = Request { line, headers: vec![("Authorization", key)], body: Vec::new() };
        let answer = client::send(world.desk.world, &request).await.unwrap();
        let rows = if answer.body.is_array() { &answer.body } else { &answer.body["campaigns"] };
        // The vendor holds campaigns of others as well.
        let is_ours = |row: &&Value| row["name"].as_str().unwrap_or_default().starts_with("Fintech finance");
        if books::list(rows).iter().filter(is_ours).any(|row| row["status"] == state) {
            return;
        }
        world.desk.look(thread).await;
    }
    panic!("the campaign is not {state}");
}

async fn progress_says(world: &World, thread: &str, text: &str) {
    let look = |view: &Value| cards(view, "progress").iter().any(|card| words(card).contains(text)).then_some(());
    world.desk.until(thread, look).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p14_a_halt_stops_a_launch_in_the_middle_across_a_restart_until_it_is_lifted() {
    let world = World::new().await;
    let desk = world.desk;
    let (thread, gate) = to_preview(&world).await;
    slow_enrolments(&world).await;
    assert_eq!(desk.presses("mona", &gate, "launch", json!({})).await.status, 202);
    let some = |view: &Value| {
        let all = cards(view, "progress");
        let mut steps = all.iter().filter_map(|card| card["steps"].as_array()).flatten();
        steps.any(|step| step["title"] == "Launch" && step["done"].as_u64() > Some(2)).then_some(())
    };
    desk.until(&thread, some).await;

    let refused = desk.ask("ava", ("POST", "/api/halt"), Some(&json!({"why": "I want to"}))).await.unwrap();
    assert_eq!(refused.status, 403, "{}", refused.body);
    assert!(refused.refusal().join(" ").contains("Otto"), "{}", refused.body);
    let halted = desk.ask("cora", ("POST", "/api/halt"), Some(&json!({"why": "wrong list"}))).await.unwrap();
    assert_eq!(halted.status, 202, "{}", halted.body);
    let at_halt = books::enrolled(&desk.ledger().await).len();
    let again = desk.ask("mona", ("POST", "/api/halt"), None).await.unwrap();
    assert_eq!(again.status, 409, "{}", again.body);
    assert!(again.refusal().join(" ").contains("Cora"), "{}", again.body);
    progress_says(&world, &thread, "halted by Cora").await;
    assert_eq!(number(&world, "SELECT COUNT(*) FROM audit WHERE action = 'refused' AND actor = 'ava'").await, 1);

    // Nothing more than what was inside a call, however long it stands and whatever restarts.
    let world = world.restart().await;
    let desk = world.desk;
    desk.advance(3_600).await;
    let after = books::enrolled(&desk.ledger().await).len();
    assert!(after <= at_halt + IN_FLIGHT_MAX, "{at_halt} at the halt, {after} after it");
    let all = number(&world, "SELECT COUNT(*) FROM item WHERE dedupe_key LIKE '%enrol:%'").await;
    assert!((after as i64) < all, "the halt came in the middle: {after} of {all}");
    assert_eq!(number(&world, "SELECT COUNT(*) FROM item WHERE state = 'review'").await, 0, "no try was used up");
    let status = desk.ask("ava", ("GET", "/api/status"), None).await.unwrap().body;
    assert_eq!(status["halt"]["by"], "Cora", "{status:#}");

    // Lifting is for an operator.
    let refused = desk.ask("cora", ("POST", "/api/lift"), None).await.unwrap();
    assert_eq!(refused.status, 403, "{}", refused.body);
    let card = desk.waits_for(&thread, &["alert"]).await;
    assert!(words(&card).contains("wrong list"), "{card:#}");
    assert_eq!(desk.presses("otto", &card, "lift", json!({})).await.status, 202);
    desk.waits_for(&thread, &["result"]).await;
    assert_eq!(books::enrolled(&desk.ledger().await).len() as i64, all, "all went on by themselves");
    world.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_halt_said_in_chat_rests_running_campaigns_and_the_lift_starts_them_again() {
    let world = World::new().await;
    let desk = world.desk;
    let (thread, gate) = to_preview(&world).await;
    assert_eq!(desk.presses("mona", &gate, "launch", json!({})).await.status, 202);
    desk.waits_for(&thread, &["result"]).await;
    desk.adds("mona", &thread, "halt: complaint").await;
    until_campaign(&world, &thread, "paused").await;
    let sent = books::mails(&desk.ledger().await).len();
    desk.advance(4 * 86_400).await;
    assert_eq!(books::mails(&desk.ledger().await).len(), sent, "a halted campaign sends nothing");
    // The model is not asked: a word of an operator is enough.
    desk.adds("otto", &thread, "/resume").await;
    until_campaign(&world, &thread, "running").await;
    desk.advance(4 * 86_400).await;
    assert!(books::mails(&desk.ledger().await).len() > sent);
    assert_eq!(number(&world, "SELECT COUNT(*) FROM campaign WHERE state = 'running'").await, 1);
    world.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paused_run_goes_on_exactly_where_it_was() {
    let world = World::new().await;
    let desk = world.desk;
    let thread = to_the_middle_of_a_launch(&world).await;
    let progress = desk.cards(&thread, "progress").await.remove(0);
    assert_eq!(desk.presses("ben", &progress, "pause", json!({})).await.status, 403);
    assert_eq!(desk.presses("ava", &progress, "pause", json!({})).await.status, 202);
    let paused =
        desk.until(&thread, |view| cards(view, "progress").into_iter().find(|card| action(card, "resume").is_some()));
    assert!(words(&paused.await).contains("paused by Ava"));

    let world = world.restart().await;
    let desk = world.desk;
    desk.advance(3_600).await;
    assert_eq!(number(&world, "SELECT COUNT(*) FROM item WHERE state IN ('ready', 'running', 'cancelled')").await, 0);
    let waiting = number(&world, "SELECT COUNT(*) FROM item WHERE state = 'paused'").await;
    assert!(waiting > 0, "it was paused in the middle");
    let enrolled = books::enrolled(&desk.ledger().await).len();
    let progress = desk.cards(&thread, "progress").await.remove(0);
    assert_eq!(desk.presses("ava", &progress, "resume", json!({})).await.status, 202);
    desk.waits_for(&thread, &["result"]).await;
    assert_eq!(books::enrolled(&desk.ledger().await).len(), enrolled + waiting as usize);
    world.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_run_says_what_it_had_done() {
    let world = World::new().await;
    let desk = world.desk;
    let thread = to_the_middle_of_a_launch(&world).await;
    let progress = desk.cards(&thread, "progress").await.remove(0);
    assert_eq!(desk.presses("ava", &progress, "stop", json!({})).await.status, 202);
    let result = desk.waits_for(&thread, &["result"]).await;
    let enrolled = books::enrolled(&desk.ledger().await).len();
    let said = words(&result);
    for part in [format!("{enrolled} people enrolled at lemlist"), "campaign created at lemlist".to_owned()] {
        assert!(said.contains(&part), "{part} in {said}");
    }
    assert!(said.contains("written to hubspot") && said.contains("enriched at explorium"), "{said}");
    world.ends().await;
}
