//! Items a second through the real worker: claimed, worked, taken into rows, ended; each does nothing else. Beside it a
//! loop that only inserts the same rows, in groups as large as the worker's own.
use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;

use quarterdeck::app::clock::SystemClock;
use quarterdeck::app::ground;
use quarterdeck::app::ground::Ground;
use quarterdeck::app::services;
use quarterdeck::config::environment::Given;
use quarterdeck::config::load::load;
use quarterdeck::config::model::Config;
use quarterdeck::domain::ids::ItemId;
use quarterdeck::domain::ids::RunId;
use quarterdeck::domain::ids::ThreadId;
use quarterdeck::engine::beat::Seat;
use quarterdeck::engine::context::Engine;
use quarterdeck::engine::executor::Executor;
use quarterdeck::engine::executor::Next;
use quarterdeck::engine::executor::StepCx;
use quarterdeck::engine::executor::WorkResult;
use quarterdeck::engine::worker::Places;
use quarterdeck::engine::worker::Worker;
use quarterdeck::ports::clock::Clock;
use quarterdeck::run::state::RunState;
use quarterdeck::run::state::StepState;
use quarterdeck::store::items;
use quarterdeck::store::items::ItemRow;
use quarterdeck::store::items::NewItem;
use quarterdeck::store::runs;
use quarterdeck::store::runs::RunRow;
use serde_json::Value;
use serde_json::json;
use sqlx::Connection;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

pub const SQLITE_PER_S_MIN: f64 = 3_000.0;
pub const POSTGRES_PER_S_MIN: f64 = 1_500.0;
const ITEMS: usize = 20_000;
/// Rows the raw loop commits at once: what the worker writes in one transaction.
const GROUP: usize = 128;
const PATIENCE: Duration = Duration::from_secs(120);
const SCHEMA: &str = "quarterdeck_bench_items";

pub struct Figure {
    pub per_s: f64,
    pub raw_per_s: f64,
}

/// On the Postgres of the tests, when there is one.
pub fn on_postgres() -> Option<Figure> {
    let base = std::env::var("QUARTERDECK_TEST_DATABASE_URL").ok()?;
    let sign = if base.contains('?') { '&' } else { '?' };
    let url = format!("{base}{sign}options=-csearch_path%3D{SCHEMA}");
    Some(runtime().block_on(async {
        execute(&base, &format!("DROP SCHEMA IF EXISTS {SCHEMA} CASCADE; CREATE SCHEMA {SCHEMA}")).await;
        let figure = measure(Some(url)).await;
        execute(&base, &format!("DROP SCHEMA {SCHEMA} CASCADE")).await;
        figure
    }))
}

pub fn on_sqlite() -> Figure {
    runtime().block_on(measure(None))
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

async fn execute(url: &str, sql: &str) {
    sqlx::any::install_default_drivers();
    let mut conn = sqlx::AnyConnection::connect(url).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut conn).await.unwrap();
    conn.close().await.unwrap();
}

/// Does nothing, and tells when all of it is done.
struct Nothing(Arc<Notify>);

#[async_trait::async_trait]
impl Executor for Nothing {
    async fn begin(&self, _cx: &mut StepCx<'_>) -> WorkResult<Next> {
        Ok(Next::Done)
    }

    async fn work(&self, _engine: &Engine, _run: &RunRow, _item: &ItemRow) -> WorkResult<Value> {
        Ok(Value::Null)
    }

    async fn absorb(&self, _cx: &mut StepCx<'_>, _item: &ItemRow, _answer: &Value) -> WorkResult<Vec<NewItem>> {
        Ok(Vec::new())
    }

    async fn settle(&self, _cx: &mut StepCx<'_>) -> WorkResult<Next> {
        self.0.notify_one();
        Ok(Next::Done)
    }
}

async fn measure(database: Option<String>) -> Figure {
    let _first = rustls::crypto::ring::default_provider().install_default();
    let folder = tempfile::tempdir().unwrap();
    let env = database.map(|url| ("DATABASE_URL".to_owned(), url)).into_iter().collect();
    let flags = vec![("--data-dir", folder.path().join("data").display().to_string())];
    let config = load(&Given { flags, env, shipped: true, ..Given::default() }).unwrap();
    let owner = "worker_bench".to_owned();
    let locks = ground::locks(&config, &owner).unwrap();
    let ground = ground::open(&config, (ground::ids().unwrap(), owner), locks).await.unwrap();
    let done = Arc::new(Notify::new());
    let engine = engine(&config, &ground, Arc::clone(&done)).await;
    // First the raw loop: it pays for pages and caches, the worker gains nothing by it.
    let raw_per_s = raw(&engine).await;
    fill(&engine).await;
    let places = Places { in_all: config.engine.items_max, per_queue: config.engine.items_per_vendor };
    let seat = Seat { kind: "worker", host: "bench".to_owned(), process: std::process::id() };
    let stop = CancellationToken::new();
    let begun = Instant::now();
    let working = tokio::spawn(Worker::new(engine.clone(), seat, places).run(stop.clone()));
    tokio::time::timeout(PATIENCE, done.notified()).await.unwrap();
    let per_s = ITEMS as f64 / begun.elapsed().as_secs_f64();
    stop.cancel();
    working.await.unwrap();
    ground.store.close().await;
    Figure { per_s, raw_per_s }
}

async fn engine(config: &Config, ground: &Ground, done: Arc<Notify>) -> Engine {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let mut engine = services::build(config, ground, &clock, Some("http://127.0.0.1:9")).await.unwrap().engine;
    let nothing: &'static Nothing = Box::leak(Box::new(Nothing(done)));
    engine.executors = Arc::new(move |_| nothing);
    engine
}

fn rows(engine: &Engine, run: &str) -> Vec<NewItem> {
    let now = engine.clock.now();
    let item = |index: usize| NewItem {
        id: ItemId(format!("item_{run}_{index:06}")),
        queue: "own".to_owned(),
        key: format!("{index:06}"),
        weight: 1,
        run_at: now,
        payload: json!({"leads": [index]}),
    };
    (0..ITEMS).map(item).collect()
}

/// The same rows of a run that nobody works on.
async fn raw(engine: &Engine) -> f64 {
    let run = RunId::from("run_raw");
    let rows = rows(engine, "raw");
    let begun = Instant::now();
    for group in rows.chunks(GROUP) {
        let mut tx = engine.store.begin().await.unwrap();
        items::insert(&mut tx, (&run, 0, 1), group, engine.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
    }
    ITEMS as f64 / begun.elapsed().as_secs_f64()
}

/// A run in the middle of its only step.
async fn fill(engine: &Engine) {
    let now = engine.clock.now();
    let id = RunId::from("run_bench");
    let run = RunRow {
        id: id.clone(),
        code: "B".to_owned(),
        thread: ThreadId::from("th_bench"),
        plan: plan(),
        plan_hash: "hash".to_owned(),
        state: RunState::Running,
        started_by: "ava".to_owned(),
        card: "card_none".to_owned(),
        wake_at: now.plus(3_600_000),
        fence: 0,
        cancelled_by: None,
        error: None,
        created_at: now,
        ended_at: None,
    };
    let mut tx = engine.store.begin().await.unwrap();
    runs::insert(&mut tx, &run, "bench").await.unwrap();
    let mut step = runs::steps(&mut tx, &id).await.unwrap().remove(0);
    step.state = StepState::Running;
    step.stage = 1;
    step.started_at = Some(now);
    runs::save_step(&mut tx, &id, &step).await.unwrap();
    items::insert(&mut tx, (&id, 0, 1), &rows(engine, "bench"), now).await.unwrap();
    tx.commit().await.unwrap();
}

fn plan() -> quarterdeck::run::plan::Plan {
    let exact = json!({"min": 0, "max": 0});
    serde_json::from_value(json!({
        "version": 1,
        "criteria": quarterdeck::domain::criteria::Criteria::default(),
        "steps": [{"kind": "discover", "seconds": exact, "credits": exact, "stops": null}],
        "credits": exact, "credits_cap": 0, "model_cost_micro_usd": exact, "campaign": "c", "playbook": null,
        "profile": "p", "sequence": "s", "estimate_basis": "vendor limits",
    }))
    .unwrap()
}
