//! Workers over one store with a clock that is moved by hand and steps of a test's own: no vendor, no chat.
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering;

use quarterdeck::app::ground;
use quarterdeck::app::ground::Ground;
use quarterdeck::app::services;
use quarterdeck::config::environment::Given;
use quarterdeck::config::load::load;
use quarterdeck::config::model::Config;
use quarterdeck::domain::ids::RunId;
use quarterdeck::domain::ids::ThreadId;
use quarterdeck::domain::time::Millis;
use quarterdeck::engine::beat::Seat;
use quarterdeck::engine::context::Engine;
use quarterdeck::engine::executor::Executor;
use quarterdeck::engine::executor::Next;
use quarterdeck::engine::executor::StepCx;
use quarterdeck::engine::executor::WorkResult;
use quarterdeck::engine::worker::Places;
use quarterdeck::engine::worker::Worker;
use quarterdeck::ports::clock::Clock;
use quarterdeck::ports::clock::Ids;
use quarterdeck::run::state::RunState;
use quarterdeck::run::state::StepState;
use quarterdeck::store::items;
use quarterdeck::store::items::ItemRow;
use quarterdeck::store::items::NewItem;
use quarterdeck::store::open::Store;
use quarterdeck::store::runs;
use quarterdeck::store::runs::RunRow;
use serde_json::Value;
use serde_json::json;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::support::world::postgres;

/// Business and machine time in one; stands still until it is moved.
pub struct HandClock {
    at: AtomicI64,
    moved: Notify,
}

impl HandClock {
    pub fn advance(&self, ms: i64) {
        self.at.fetch_add(ms, Ordering::SeqCst);
        self.moved.notify_waiters();
    }
}

#[async_trait::async_trait]
impl Clock for HandClock {
    fn now(&self) -> Millis {
        Millis(self.at.load(Ordering::SeqCst))
    }

    fn wall(&self) -> Millis {
        self.now()
    }

    async fn wait(&self, until: Millis) {
        let moved = self.moved.notified();
        if self.now() < until {
            moved.await;
        }
    }
}

type Working = Pin<Box<dyn Future<Output = WorkResult<Value>> + Send>>;

/// A step whose items do what the test says; it keeps whose answers were taken into rows, in order.
pub struct Step {
    work: Box<dyn Fn(Engine, ItemRow) -> Working + Send + Sync>,
    /// Refuses to take this item's answer into rows.
    pub refused: Option<&'static str>,
    pub absorbed: Mutex<Vec<(String, String)>>,
}

impl Step {
    /// Lives as long as the test's process, as the desk's own steps do.
    pub fn new<F>(
        work: impl Fn(Engine, ItemRow) -> F + Send + Sync + 'static,
        refused: Option<&'static str>,
    ) -> &'static Self
    where
        F: Future<Output = WorkResult<Value>> + Send + 'static,
    {
        let work: Box<dyn Fn(Engine, ItemRow) -> Working + Send + Sync> =
            Box::new(move |engine, item| Box::pin(work(engine, item)));
        Box::leak(Box::new(Self { work, refused, absorbed: Mutex::default() }))
    }

    /// Answers at once.
    pub fn trivial() -> &'static Self {
        Self::new(async |_, _| Ok(json!({})), None)
    }

    /// Runs whose items were absorbed, in order.
    pub fn runs(&self) -> Vec<String> {
        self.absorbed.lock().unwrap().iter().map(|(run, _)| run.clone()).collect()
    }

    /// Last parts of the keys of absorbed items, sorted.
    pub fn keys(&self) -> Vec<String> {
        let mut keys: Vec<String> = self.absorbed.lock().unwrap().iter().map(|(_, key)| key.clone()).collect();
        keys.sort();
        keys
    }
}

#[async_trait::async_trait]
impl Executor for Step {
    async fn begin(&self, _cx: &mut StepCx<'_>) -> WorkResult<Next> {
        Ok(Next::Done)
    }

    async fn work(&self, engine: &Engine, _run: &RunRow, item: &ItemRow) -> WorkResult<Value> {
        (self.work)(engine.clone(), item.clone()).await
    }

    async fn absorb(&self, cx: &mut StepCx<'_>, item: &ItemRow, _answer: &Value) -> WorkResult<Vec<NewItem>> {
        let key = item.key.rsplit(':').next().unwrap_or_default().to_owned();
        if self.refused == Some(key.as_str()) {
            return Err(quarterdeck::engine::executor::WorkError::Refused("take it".to_owned()));
        }
        cx.add("absorbed", 1);
        self.absorbed.lock().unwrap().push((cx.run.id.0.clone(), key));
        Ok(Vec::new())
    }

    async fn settle(&self, _cx: &mut StepCx<'_>) -> WorkResult<Next> {
        Ok(Next::Done)
    }
}

pub struct Workshop {
    pub clock: Arc<HandClock>,
    ground: Ground,
    config: Config,
    _folder: Arc<tempfile::TempDir>,
}

impl Workshop {
    pub async fn open() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let env = postgres(&folder).await.map(|url| ("DATABASE_URL".to_owned(), url)).into_iter().collect();
        let flags = vec![("--data-dir", folder.path().join("data").display().to_string())];
        let config = load(&Given { flags, env, shipped: true, ..Given::default() }).unwrap();
        let ids = ground::ids().unwrap();
        let locks = ground::locks(&config, "worker_shop").unwrap();
        let ground = ground::open(&config, (ids, "worker_shop".to_owned()), locks).await.unwrap();
        let clock = Arc::new(HandClock { at: AtomicI64::new(1_795_424_400_000), moved: Notify::new() });
        Self { clock, ground, config, _folder: folder }
    }

    pub fn store(&self) -> &Store {
        &self.ground.store
    }

    /// A process of its own, as far as the engine knows.
    pub async fn engine(&self, owner: &str, step: &'static Step) -> Engine {
        let clock: Arc<dyn Clock> = self.clock.clone();
        // Nothing listens there: whoever calls a vendor fails.
        let services = services::build(&self.config, &self.ground, &clock, Some("http://127.0.0.1:9")).await.unwrap();
        let mut engine = services.engine;
        engine.owner = owner.to_owned();
        engine.executors = Arc::new(move |_| step);
        engine
    }

    /// A run in the middle of its only step, with items of these keys.
    pub async fn run(&self, code: &str, items: &[&str]) -> RunId {
        let now = self.clock.now();
        let id = RunId(format!("run_{code}"));
        let run = RunRow {
            id: id.clone(),
            code: code.to_owned(),
            thread: ThreadId::from("th_shop"),
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
        let new: Vec<NewItem> = items.iter().map(|key| self.item(key)).collect();
        let mut tx = self.store().begin().await.unwrap();
        assert!(runs::insert(&mut tx, &run, code).await.unwrap());
        let mut step = runs::steps(&mut tx, &id).await.unwrap().remove(0);
        step.state = StepState::Running;
        step.stage = 1;
        step.started_at = Some(now);
        runs::save_step(&mut tx, &id, &step).await.unwrap();
        items::insert(&mut tx, (&id, 0, 1), &new, now).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    fn item(&self, key: &str) -> NewItem {
        NewItem {
            id: quarterdeck::domain::ids::ItemId(self.ground.ids.fresh("item")),
            queue: "own".to_owned(),
            key: key.to_owned(),
            weight: 1,
            run_at: self.clock.now(),
            payload: json!({}),
        }
    }

    /// A number from the database.
    pub async fn number(&self, sql: &'static str) -> i64 {
        use sqlx::Row;
        let mut conn = self.store().conn().await.unwrap();
        sqlx::query(sql).fetch_one(&mut *conn).await.unwrap().try_get(0).unwrap()
    }

    pub async fn execute(&self, sql: &'static str) {
        let mut conn = self.store().conn().await.unwrap();
        sqlx::query(sql).execute(&mut *conn).await.unwrap();
    }

    pub async fn state(&self, run: &RunId) -> RunState {
        let mut conn = self.store().conn().await.unwrap();
        runs::get(&mut conn, run).await.unwrap().unwrap().state
    }

    /// Works until these runs are done.
    pub async fn until_done(&self, engine: Engine, places: Places, runs: &[&RunId]) {
        let (stop, changed) = (CancellationToken::new(), Arc::clone(&engine.changed));
        let working = tokio::spawn(Worker::new(engine, seat(), places).run(stop.clone()));
        for run in runs {
            loop {
                let changed = changed.notified();
                if self.state(run).await == RunState::Done {
                    break;
                }
                // A look every now and then: the last change may lie before the first look.
                let _ = tokio::time::timeout(std::time::Duration::from_millis(50), changed).await;
            }
        }
        stop.cancel();
        working.await.unwrap();
    }
}

pub fn seat() -> Seat {
    Seat { kind: "serve", host: "shop".to_owned(), process: 1 }
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
