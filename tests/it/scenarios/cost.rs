//! What a run costs: quoted before, capped during, told after, and the vendors' own books say the same.
use serde_json::Value;
use serde_json::json;

use crate::support::desk::Desk;
use crate::support::desk::FLAGSHIP;
use crate::support::desk::words;
use crate::support::world::World;

const SEEDS: [&str; 3] = ["20261121", "7", "4242"];
const LIST: &str =
    "Find 60 VP Finance prospects at fintech companies (200-1000 employees) using Snowflake and enrich them.";

async fn seeded(seed: &str) -> World {
    World::with(vec![("QUARTERDECK_SANDBOX_SEED", seed.to_owned())]).await
}

/// The run as the API shows it.
async fn run_of(desk: &Desk, thread: &str) -> Value {
    let run = desk.thread(thread).await.unwrap()["run"].as_str().unwrap().to_owned();
    desk.ask("ava", ("GET", &format!("/api/runs/{run}")), None).await.unwrap().body
}

async fn launched(desk: &Desk) -> (String, Value) {
    let thread = desk.says("ava", FLAGSHIP).await;
    let plan = desk.waits_for(&thread, &["plan"]).await;
    assert!(words(&plan).contains("By vendor: Explorium"), "{}", words(&plan));
    assert_eq!(desk.presses("ava", &plan, "start", json!({})).await.status, 202);
    let mut gate = desk.waits_for(&thread, &["gate_compliance", "gate_launch"]).await;
    if gate["kind"] == "gate_compliance" {
        assert_eq!(desk.presses("cora", &gate, "exclude_flagged", json!({})).await.status, 202);
        gate = desk.waits_for(&thread, &["gate_launch"]).await;
    }
    assert_eq!(desk.presses("mona", &gate, "launch", json!({})).await.status, 202);
    let result = desk.waits_for(&thread, &["result"]).await;
    (thread, result)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_quote_holds_what_the_flagship_took_whatever_the_world() {
    for seed in SEEDS {
        let world = seeded(seed).await;
        let (thread, result) = launched(&world.desk).await;
        let run = run_of(&world.desk, &thread).await;
        let quotes = run["quotes"].as_array().unwrap();
        assert_eq!(quotes.len(), 5, "{quotes:?}");
        println!("seed {seed}: {} calls, {} credits, {} tokens", run["calls"], run["credits"], run["tokens"]);
        let ledger = world.desk.ledger().await;
        for quote in quotes {
            let vendor = quote["vendor"].as_str().unwrap();
            // At ten minutes a second a call that is a little late on its way may be refused for its rate, and is made again.
            let refused = ledger[vendor]["refused"]["429"].as_i64().unwrap_or(0);
            let tokens = if vendor == "model" { run["tokens"].as_i64().unwrap() } else { 0 };
            for (used, range) in [
                (run["calls"][vendor].as_i64().unwrap_or(0) - refused, &quote["calls"]),
                (run["credits"][vendor].as_i64().unwrap_or(0), &quote["credits"]),
                (tokens, &quote["tokens"]),
            ] {
                let (min, max) = (range["min"].as_i64().unwrap(), range["max"].as_i64().unwrap());
                assert!((min..=max).contains(&used), "seed {seed}, {vendor}: {used} is not within {min}-{max}");
            }
        }
        assert!(words(&result).contains("(quoted "), "{}", words(&result));
        the_books_agree(&world.desk, &run).await;
        world.ends().await;
    }
}

/// Sources are called by runs alone: each of their calls and credits is counted for it.
async fn the_books_agree(desk: &Desk, run: &Value) {
    let ledger = desk.ledger().await;
    for vendor in ["apollo", "explorium"] {
        let book = &ledger[vendor];
        let calls: i64 = book["calls"].as_object().unwrap().values().map(|n| n.as_i64().unwrap()).sum();
        assert_eq!(run["calls"][vendor].as_i64().unwrap_or(0), calls, "{vendor}: {}", book["calls"]);
        assert_eq!(run["credits"][vendor].as_i64().unwrap_or(0), book["credits"].as_i64().unwrap(), "{vendor}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_cap_of_credits_is_not_passed_and_reaching_it_is_told() {
    const CAP: i64 = 90;
    let world = World::with(vec![("QUARTERDECK_CREDITS_PER_RUN", CAP.to_string())]).await;
    let thread = world.desk.says("ava", LIST).await;
    let plan = world.desk.waits_for(&thread, &["plan"]).await;
    assert_eq!(world.desk.presses("ava", &plan, "start", json!({})).await.status, 202);
    // A stop in the middle does not make room.
    let world = world.restart().await;
    let result = world.desk.waits_for(&thread, &["result"]).await;
    let ledger = world.desk.ledger().await;
    let credits = ["apollo", "explorium"].iter().map(|vendor| ledger[vendor]["credits"].as_i64().unwrap()).sum::<i64>();
    assert!(credits > 0 && credits <= CAP, "{credits} of {CAP}");
    let text = words(&result);
    assert!(text.contains("Cap reached: 90 credits"), "{text}");
    the_books_agree(&world.desk, &run_of(&world.desk, &thread).await).await;
    world.ends().await;
}
