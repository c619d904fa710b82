//! kill -9 in the middle of an undo: the next start goes on, and in the end everything is taken back once.
use std::time::Duration;

use quarterdeck::store::open::Store;
use serde_json::Value;
use serde_json::json;

use crate::support::books;
use crate::support::checks;
use crate::support::crm;
use crate::support::desk::Desk;
use crate::support::desk::action;
use crate::support::desk::cards;
use crate::support::desk::token;
use crate::support::process::Process;

const LIST: &str =
    "Find 40 VP Finance prospects at fintech companies (200-1000 employees) using Snowflake and enrich them.";
/// Lives of the process, each a little longer: kills fall before, into and after each stage.
const LIVES_MS: [u64; 6] = [40, 120, 200, 280, 400, 600];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_in_an_undo_it_goes_on_and_nothing_is_taken_back_twice() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path()).await;
    let thread = process.desk.says("ava", LIST).await;
    let plan = process.desk.waits_for(&thread, &["plan"]).await;
    assert_eq!(process.desk.presses("ava", &plan, "start", json!({})).await.status, 202);
    process.desk.waits_for(&thread, &["result"]).await;
    process.kill().await;
    let mut told = Vec::new();
    for life in LIVES_MS {
        let process = Process::start(folder.path()).await;
        let ended = tokio::time::timeout(Duration::from_millis(life), to_the_end(process.desk, &thread)).await;
        told.push((life, ended.is_ok()));
        process.kill().await;
    }
    println!("lives (ms, ended): {told:?}");
    let process = Process::start(folder.path()).await;
    let done = tokio::time::timeout(Duration::from_secs(100), to_the_end(process.desk, &thread)).await;
    done.expect("the undo comes to its end");
    let store = Store::open(&Store::sqlite_url(&folder.path().join("data/quarterdeck.db"))).await.unwrap();
    let images = crm::images(&store).await;
    let created: Vec<_> = images.iter().filter(|image| image.is("contacts", true)).collect();
    assert!(!created.is_empty());
    for image in &images {
        let now = crm::read(&process.desk, image).await;
        if image.created {
            assert!(now.is_none(), "{} is still there", image.key);
            continue;
        }
        let now = now.expect("what was there before is there");
        for field in image.after.keys() {
            let was = image.before.get(field).cloned().unwrap_or_default();
            assert_eq!(now.get(crm::theirs(field)).cloned().unwrap_or_default(), was, "{} {field}", image.key);
        }
    }
    let ledger = process.desk.ledger().await;
    assert_eq!(books::wrote(&ledger, "contacts_archived"), created.len() as u64, "each once");
    process.kill().await;
    checks::all(&store, &ledger).await;
}

/// Presses what a patient person would, until the undo is done.
async fn to_the_end(desk: Desk, thread: &str) -> Value {
    loop {
        let next = desk.until(thread, |view| {
            let all = cards(view, "");
            let title = |card: &Value| card["title"].as_str().unwrap_or_default().to_owned();
            let done = all.iter().find(|card| title(card).contains("are taken back"));
            let gate = all.iter().find(|card| card["kind"] == "gate_undo" && action(card, "undo").is_some());
            let begun = all.iter().any(|card| title(card).starts_with("Run ") && words_of_undo(card));
            let result = all.iter().find(|card| card["kind"] == "result" && action(card, "undo").is_some());
            done.or(gate).or(result.filter(|_| !begun)).cloned()
        });
        let card = next.await;
        let who = match card["kind"].as_str() {
            Some("gate_undo") => "remy",
            _ if action(&card, "undo").is_some() => "ava",
            _ => return card,
        };
        if let Ok(pressed) = desk.press(who, &token(&card, "undo"), json!({})).await {
            assert!([202, 409].contains(&pressed.status), "{}", pressed.body);
        }
    }
}

/// The progress card of an undo.
fn words_of_undo(card: &Value) -> bool {
    card["kind"] == "progress" && card["body"].as_str().unwrap_or_default().starts_with("Undo of run")
}
