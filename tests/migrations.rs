//! Each migration is tried on data: applied, then rows as they were written in its time are put in, then the next one.
//! What is stored at the end must be readable by the program of today, on SQLite and on Postgres.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]
use std::path::Path;
use std::path::PathBuf;

use quarterdeck::domain::ids::LeadId;
use quarterdeck::domain::ids::ListId;
use quarterdeck::domain::ids::ThreadId;
use quarterdeck::domain::time::Millis;
use quarterdeck::run::state::LeadState;
use quarterdeck::run::state::RunState;
use quarterdeck::store;
use quarterdeck::store::open::Conn;
use quarterdeck::store::open::Store;
use quarterdeck::store::totals::Span;
use sqlx::Connection;
use sqlx::Executor;

const THREAD: &str = "th_6zr2wiqzs5ofug4frrvt";

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Number and name of each migration, oldest first.
fn migrations() -> Vec<(i64, String)> {
    let names = std::fs::read_dir(folder("migrations")).unwrap();
    let mut found: Vec<(i64, String)> = names
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .map(|name| (name.split('_').next().unwrap().parse().unwrap(), name))
        .collect();
    found.sort();
    found
}

/// A database filled level by level, closed again.
async fn fill(url: &str) {
    sqlx::any::install_default_drivers();
    let mut conn = sqlx::AnyConnection::connect(url).await.unwrap();
    let migrator = sqlx::migrate::Migrator::new(folder("migrations")).await.unwrap();
    for (number, name) in migrations() {
        migrator.run_to(number, &mut conn).await.unwrap();
        let sample = std::fs::read_to_string(folder("tests/data").join(&name));
        let rows = sample.unwrap_or_else(|_| panic!("tests/data/{name} is missing: a migration comes with its rows"));
        conn.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(rows))).await.unwrap();
    }
    conn.close().await.unwrap();
}

#[tokio::test]
async fn rows_of_each_level_are_readable_on_sqlite() {
    let dir = tempfile::tempdir().unwrap();
    let url = Store::sqlite_url(&dir.path().join("quarterdeck.db"));
    fill(&url).await;
    let store = Store::open(&url).await.unwrap();
    everything_is_readable(&mut store.conn().await.unwrap()).await;
}

/// In a schema of its own; without QUARTERDECK_TEST_DATABASE_URL there is no Postgres to try.
#[tokio::test]
async fn rows_of_each_level_are_readable_on_postgres() {
    const FRESH: &str = "DROP SCHEMA IF EXISTS quarterdeck_migrations CASCADE; CREATE SCHEMA quarterdeck_migrations";
    #[expect(clippy::disallowed_methods, reason = "where the Postgres of the tests is comes from outside")]
    let Ok(base) = std::env::var("QUARTERDECK_TEST_DATABASE_URL") else { return };
    sqlx::any::install_default_drivers();
    let mut conn = sqlx::AnyConnection::connect(&base).await.unwrap();
    conn.execute(sqlx::raw_sql(FRESH)).await.unwrap();
    let sign = if base.contains('?') { '&' } else { '?' };
    let url = format!("{base}{sign}options[search_path]=quarterdeck_migrations");
    fill(&url).await;
    let store = Store::open(&url).await.unwrap();
    everything_is_readable(&mut store.conn().await.unwrap()).await;
}

async fn everything_is_readable(c: &mut Conn) {
    conversation(c).await;
    run(c).await;
    outreach(c).await;
    assert_eq!(store::audit::verify(c).await.unwrap(), 17);
}

async fn conversation(c: &mut Conn) {
    let thread = ThreadId::from(THREAD);
    let all = store::conversation::threads(c).await.unwrap();
    assert!(all.iter().any(|row| row.id == thread));
    assert!(!store::conversation::messages(c, &thread).await.unwrap().is_empty());
    assert!(!store::conversation::entries(c, &thread).await.unwrap().is_empty());
    assert!(!store::cards::of_thread(c, &thread).await.unwrap().is_empty());
    let plan = store::plans::newest(c, &thread).await.unwrap().unwrap();
    assert_eq!(plan.plan.criteria.count, 6);
    let list = store::lists::get(c, &ListId::from("list_1")).await.unwrap().unwrap();
    assert_eq!(list.rows, 1);
    let file = store::lists::file(c, "file_1").await.unwrap().unwrap();
    assert_eq!(file.name, "companies.csv");
}

async fn run(c: &mut Conn) {
    let run = store::runs::newest(c, 10).await.unwrap().remove(0);
    assert_eq!(run.state, RunState::Done);
    assert_eq!(store::runs::steps(c, &run.id).await.unwrap().len(), run.plan.steps.len());
    let leads = store::leads::of_run(c, &run.id, None).await.unwrap();
    assert_eq!(leads.iter().filter(|row| row.state == LeadState::Enrolled).count(), 1);
    assert_eq!(store::cost::credits(c, &run.id).await.unwrap()["explorium"], 12);
    assert_eq!(store::items::in_review(c, &run.id).await.unwrap().len(), 1);
    assert!(!store::effects::summary(c, &run.id).await.unwrap().is_empty());
    let launch = run.plan.steps.len() as i64 - 2;
    let (gate, _) = store::gates::newest(c, &run.id, launch).await.unwrap().unwrap();
    assert!(store::gates::approval(c, &gate.id).await.unwrap().is_some(), "an approval stays an approval");
}

async fn outreach(c: &mut Conn) {
    let campaign = store::outreach::campaigns(c, 10).await.unwrap().remove(0);
    let enrolled = store::outreach::enrolments(c, &campaign.id).await.unwrap();
    assert_eq!(enrolled.len(), 1);
    let lead = LeadId::from("lead_3qm7tl7g5ai4meyswhot");
    let draft = store::outreach::draft::<serde_json::Value>(c, &campaign.run, &lead, 1).await.unwrap().unwrap();
    assert!(draft["mails"].as_array().is_some_and(|mails| !mails.is_empty()));
    let span = Span { from: Millis(0), to: Millis(i64::MAX) };
    assert!(store::totals::engagement(c, span).await.unwrap().contains_key("sent"));
    assert_eq!(store::suppression::reason(c, "nobody@acme.example").await.unwrap().as_deref(), Some("unsubscribed"));
    assert_eq!(store::suppression::consent(c, "yes@acme.example").await.unwrap().unwrap().basis, "consent");
}
