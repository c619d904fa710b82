//! A database of the level before, with a run that waits at its launch gate: the program of today goes on with it.
use std::path::Path;

use quarterdeck::store::open::Store;
use serde_json::json;
use sqlx::Connection;
use sqlx::Executor;

use crate::support::books;
use crate::support::world::World;
use crate::support::world::postgres;

const THREAD: &str = "th_37e4ka5yrfgpbx5vksf6";
const LEVEL: i64 = 1;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What a stopped program of that level left: its rows, and the vendors' memory beside them.
async fn as_it_was_left() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    std::fs::create_dir_all(data.join("sandbox")).unwrap();
    let kept = root().join("tests/data/upgrade");
    std::fs::copy(kept.join("waiting_at_gate.journal.jsonl"), data.join("sandbox/journal.jsonl")).unwrap();
    let url = match postgres(&folder).await {
        Some(url) => url,
        None => Store::sqlite_url(&data.join("quarterdeck.db")),
    };
    sqlx::any::install_default_drivers();
    let mut conn = sqlx::AnyConnection::connect(&url).await.unwrap();
    sqlx::migrate::Migrator::new(root().join("migrations")).await.unwrap().run_to(LEVEL, &mut conn).await.unwrap();
    let rows = std::fs::read_to_string(kept.join("waiting_at_gate.sql")).unwrap();
    conn.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(rows))).await.unwrap();
    conn.close().await.unwrap();
    folder
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_waits_at_its_gate_goes_on_after_an_upgrade() {
    let world = World::on(as_it_was_left().await).await;
    let desk = world.desk;
    let gate = desk.waits_for(THREAD, &["gate_launch"]).await;
    let people = gate["title"].as_str().unwrap().to_owned();
    assert!(people.contains("8 people"), "{people}");
    assert!(books::enrolled(&desk.ledger().await).is_empty(), "nothing left before the decision");
    assert_eq!(desk.presses("mona", &gate, "launch", json!({})).await.status, 202);
    desk.waits_for(THREAD, &["result"]).await;
    assert_eq!(books::enrolled(&desk.ledger().await).len(), 8);
    world.ends().await;
}
