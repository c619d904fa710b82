//! kill -9 of the real binary at random moments of the journey: afterwards nothing was done twice and the run ends.
use std::hash::BuildHasher;
use std::path::Path;
use std::time::Duration;

use quarterdeck::store::open::Store;
use serde_json::Value;
use serde_json::json;

use crate::support::books;
use crate::support::checks;
use crate::support::desk::Desk;
use crate::support::desk::SMALL;
use crate::support::desk::action;
use crate::support::desk::cards;
use crate::support::process::Process;

const KILLS: u64 = 6;
/// A life is at most this long, so that the kills fall within the journey.
const LIFE_MS_MAX: u64 = 1_500;
const SEED: &str = "QUARTERDECK_TEST_SEED";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_nothing_is_done_twice() {
    let seed = seed();
    println!("seed {seed}: repeat with {SEED}={seed}");
    let folder = tempfile::tempdir().unwrap();
    let mut told = String::new();
    let mut ended = None;
    for n in 0..KILLS {
        let process = Process::start(folder.path()).await;
        let life = Duration::from_millis(200 + mix(seed.wrapping_add(n)) % LIFE_MS_MAX);
        let lived = tokio::time::timeout(life, to_the_end(process.desk)).await;
        told.push_str(&format!("life {n}: {life:?}, ended {}\n", lived.is_ok()));
        process.kill().await;
        ended = ended.or(lived.ok());
    }
    let process = Process::start(folder.path()).await;
    let result = tokio::time::timeout(Duration::from_secs(100), to_the_end(process.desk)).await;
    println!("{told}");
    let result = result.unwrap_or_else(|_| panic!("the run did not end after seed {seed}"));
    assert_eq!(result["kind"], "result", "{result:#}");
    // The first mails leave.
    process.desk.advance(2 * 86_400).await;
    let ledger = process.desk.ledger().await;
    process.kill().await;
    assert!(!books::enrolled(&ledger).is_empty(), "people were enrolled");
    assert!(!books::mails(&ledger).is_empty(), "mails were sent");
    let store = open(folder.path()).await;
    checks::all(&store, &ledger).await;
}

async fn open(folder: &Path) -> Store {
    Store::open(&Store::sqlite_url(&folder.join("data/quarterdeck.db"))).await.unwrap()
}

/// Does what a patient person would: says it once, presses what waits, tries again what failed.
async fn to_the_end(desk: Desk) -> Value {
    let thread = loop {
        // The same key makes a repeated request one message.
        if let Some(thread) = said(&desk).await {
            break thread;
        }
    };
    loop {
        let waiting = desk.until(&thread, |view| {
            let all = cards(view, "");
            let mut open = all.iter().filter(|card| card["state"] == "open" && card["past"] != true);
            open.rfind(|card| card["kind"] == "result" || choice(card).is_some()).cloned()
        });
        let card = waiting.await;
        let Some((verb, who)) = choice(&card) else { return card };
        // A review asks for a reason.
        let values = if card["kind"] == "review" { json!({"reason": "it was killed"}) } else { json!({}) };
        let token = crate::support::desk::token(&card, verb);
        if let Ok(pressed) = desk.press(who, &token, values).await {
            assert!([202, 409].contains(&pressed.status), "{verb}: {}", pressed.body);
        }
    }
}

async fn said(desk: &Desk) -> Option<String> {
    use crate::support::client;
    let headers = vec![
        ("X-Person", "ava".to_owned()),
        ("Content-Type", "application/json".to_owned()),
        ("Idempotency-Key", "the-one-request".to_owned()),
    ];
    let body = json!({"text": SMALL}).to_string().into_bytes();
    let request = client::Request { line: ("POST", "/api/threads"), headers, body };
    let answer = client::send(desk.api, &request).await.ok()?;
    answer.body["thread"].as_str().map(str::to_owned)
}

fn choice(card: &Value) -> Option<(&'static str, &'static str)> {
    let choice = match card["kind"].as_str()? {
        "plan" => ("start", "ava"),
        "gate_compliance" => ("exclude_flagged", "cora"),
        "gate_launch" => ("launch", "mona"),
        // What may have been bought is not bought again.
        "review" if action(card, "mark_done").is_some() => ("mark_done", "ava"),
        "error" | "review" => ("retry", "ava"),
        _ => return None,
    };
    action(card, choice.0).map(|_| choice)
}

fn seed() -> u64 {
    let given = std::env::vars_os().find(|(name, _)| name == SEED);
    let given = given.and_then(|(_, value)| value.to_str()?.parse().ok());
    given.unwrap_or_else(|| std::collections::hash_map::RandomState::new().hash_one(0_u8))
}

fn mix(n: u64) -> u64 {
    let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}
