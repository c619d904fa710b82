//! A tick happens once over any number of workers, and is not lost when one of them fails or dies.
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering;

use quarterdeck::app::schedule::Entry;
use quarterdeck::app::schedule::Job;
use quarterdeck::app::schedule::Look;
use quarterdeck::app::schedule::Scheduler;
use quarterdeck::app::schedule::Tick;
use quarterdeck::domain::schedule::Schedule;
use quarterdeck::domain::time::DAY;
use quarterdeck::domain::time::MINUTE;
use quarterdeck::domain::time::Millis;
use quarterdeck::ports::clock::Clock;
use quarterdeck::store::cron;
use quarterdeck::store::cron::CronRow;
use quarterdeck::store::open::Store;
use quarterdeck::store::open::StoreError;
use quarterdeck::store::open::Tx;
use tokio::sync::Notify;

use crate::data::place::Place;

const NAME: &str = "report";
const NOON: i64 = 1_795_435_200_000;

struct Still(AtomicI64);

#[async_trait::async_trait]
impl Clock for Still {
    fn now(&self) -> Millis {
        Millis(self.0.load(Ordering::SeqCst))
    }

    fn wall(&self) -> Millis {
        self.now()
    }

    async fn wait(&self, _until: Millis) {
        std::future::pending().await
    }
}

/// Notes each of its ticks; fails when told to.
struct Report {
    store: Store,
    ticks: Mutex<Vec<Tick>>,
    fails: AtomicBool,
}

#[async_trait::async_trait]
impl Job for Report {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn run(&self, tick: Tick) -> anyhow::Result<Tx> {
        anyhow::ensure!(!self.fails.load(Ordering::SeqCst), "reach the vendor: it is away");
        let tx = self.store.begin().await?;
        self.ticks.lock().unwrap().push(tick);
        Ok(tx)
    }
}

struct Bench {
    _place: Place,
    store: Store,
    clock: Arc<Still>,
    job: Arc<Report>,
}

impl Bench {
    async fn new() -> Self {
        let place = Place::new().await;
        let store = Store::open(&place.url).await.unwrap();
        let clock = Arc::new(Still(AtomicI64::new(NOON)));
        let (ticks, fails) = (Mutex::default(), AtomicBool::new(false));
        let job = Arc::new(Report { store: store.clone(), ticks, fails });
        Self { _place: place, store, clock, job }
    }

    fn worker(&self, owner: &str) -> Scheduler {
        let clock: Arc<dyn Clock> = self.clock.clone();
        Scheduler { store: self.store.clone(), clock, owner: owner.to_owned(), changed: Arc::new(Notify::new()) }
    }

    fn entry(&self, expr: &str) -> Entry {
        let schedule = Schedule::parse(expr, "Europe/Berlin").unwrap();
        Entry { job: self.job.clone(), schedule, hint: Arc::new(Notify::new()) }
    }

    async fn declared(&self, expr: &str) -> Entry {
        let entry = self.entry(expr);
        self.worker("one").declare(std::slice::from_ref(&entry), &[]).await.unwrap();
        entry
    }

    fn ticks(&self) -> Vec<Tick> {
        self.job.ticks.lock().unwrap().clone()
    }

    fn later(&self, ms: i64) -> Millis {
        Millis(self.clock.0.fetch_add(ms, Ordering::SeqCst) + ms)
    }

    async fn row(&self) -> CronRow {
        let rows = cron::all(&mut self.store.conn().await.unwrap()).await.unwrap();
        rows.into_iter().find(|row| row.name == NAME).unwrap()
    }
}

#[tokio::test]
async fn many_workers_make_one_tick_and_missed_ones_are_one() {
    let bench = Bench::new().await;
    let entry = bench.declared("30 8 * * *").await;
    assert_eq!(bench.row().await.next_at.unwrap().rfc3339(), "2026-11-24T07:30:00Z");
    assert_eq!(bench.worker("one").look(&entry).await.unwrap(), Look::NotDue);
    let now = bench.later(10 * DAY);
    let workers: Vec<Scheduler> = (0..8).map(|n| bench.worker(&format!("worker_{n}"))).collect();
    let looks = futures::future::join_all(workers.iter().map(|worker| worker.look(&entry))).await;
    let ran = looks.into_iter().filter(|look| *look.as_ref().unwrap() == Look::Ran).count();
    assert_eq!(ran, 1);
    let newest: Millis = "2026-12-03T07:30:00Z".parse().unwrap();
    assert_eq!(bench.ticks(), [Tick { at: newest, now }]);
    let row = bench.row().await;
    assert_eq!(row.next_at.unwrap().rfc3339(), "2026-12-04T07:30:00Z");
    assert_eq!((row.last_at, row.error), (Some(now), None));
}

#[tokio::test]
async fn a_tick_that_fails_is_shown_and_tried_again() {
    let bench = Bench::new().await;
    let (entry, worker) = (bench.declared("30 8 * * *").await, bench.worker("one"));
    bench.later(DAY);
    bench.job.fails.store(true, Ordering::SeqCst);
    assert_eq!(worker.look(&entry).await.unwrap(), Look::Failed);
    let row = bench.row().await;
    assert_eq!((row.failures, row.error.as_deref()), (1, Some("reach the vendor: it is away")));
    assert_eq!(worker.look(&entry).await.unwrap(), Look::NotDue, "not at once");
    bench.later(MINUTE);
    assert_eq!(worker.look(&entry).await.unwrap(), Look::Failed);
    assert_eq!(bench.row().await.failures, 2);
    bench.job.fails.store(false, Ordering::SeqCst);
    bench.later(MINUTE);
    assert_eq!(worker.look(&entry).await.unwrap(), Look::Ran);
    let row = bench.row().await;
    assert_eq!((row.failures, row.error), (0, None));
    assert_eq!(worker.look(&entry).await.unwrap(), Look::NotDue);
    assert_eq!(bench.ticks().len(), 1);
}

#[tokio::test]
async fn the_tick_of_a_dead_worker_is_taken_over_and_its_late_end_counts_nothing() {
    let bench = Bench::new().await;
    let (entry, other) = (bench.declared("30 8 * * *").await, bench.worker("other"));
    let now = bench.later(DAY);
    let mut tx = bench.store.begin().await.unwrap();
    let taken = cron::take(&mut tx, NAME, "dead", (now, now, now.plus(MINUTE))).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    assert_eq!(other.look(&entry).await.unwrap(), Look::NotDue, "somebody is at it");
    bench.later(MINUTE);
    assert_eq!(other.look(&entry).await.unwrap(), Look::Ran);
    let mut tx = bench.store.begin().await.unwrap();
    let late = cron::finish(&mut tx, &taken, None, now).await;
    assert!(matches!(late, Err(StoreError::Lost(_))), "{late:?}");
    tx.rollback().await.unwrap();

    // A process that starts on the same machine frees what those that are gone were at.
    let now = bench.later(DAY);
    let mut tx = bench.store.begin().await.unwrap();
    assert!(cron::take(&mut tx, NAME, "dead", (now, now, now.plus(MINUTE))).await.unwrap().is_some());
    tx.commit().await.unwrap();
    other.declare(std::slice::from_ref(&entry), &["dead".to_owned()]).await.unwrap();
    assert_eq!(other.look(&entry).await.unwrap(), Look::Ran);
    assert_eq!(bench.ticks().len(), 2);
}

#[tokio::test]
async fn who_asks_is_served_at_once_and_a_wish_during_the_work_is_not_lost() {
    let bench = Bench::new().await;
    let (entry, worker) = (bench.declared("30 8 * * *").await, bench.worker("one"));
    let next = bench.row().await.next_at;
    let ask = async || {
        let mut tx = bench.store.begin().await.unwrap();
        cron::ask(&mut tx, NAME).await.unwrap();
        tx.commit().await.unwrap();
    };
    ask().await;
    assert_eq!(worker.look(&entry).await.unwrap(), Look::Ran);
    assert_eq!(worker.look(&entry).await.unwrap(), Look::NotDue);
    assert!(bench.row().await.next_at >= next, "its own time stays");
    let now = bench.clock.now();
    ask().await;
    let mut tx = bench.store.begin().await.unwrap();
    let taken = cron::take(&mut tx, NAME, "one", (now, now, now.plus(MINUTE))).await.unwrap().unwrap();
    cron::ask(&mut tx, NAME).await.unwrap();
    cron::finish(&mut tx, &taken, entry.schedule.next(now), now).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(worker.look(&entry).await.unwrap(), Look::Ran, "asked for while it was at work");
}

#[tokio::test]
async fn another_expression_begins_anew_and_the_same_one_keeps_its_time() {
    let bench = Bench::new().await;
    bench.declared("30 8 * * *").await;
    let next = bench.row().await.next_at;
    bench.later(2 * DAY);
    bench.declared("30 8 * * *").await;
    assert_eq!(bench.row().await.next_at, next, "a restart does not skip a tick that is due");
    bench.declared("0 9 * * MON").await;
    let row = bench.row().await;
    assert_eq!((row.expr.as_str(), row.zone.as_str()), ("0 9 * * MON", "Europe/Berlin"));
    assert_eq!(row.next_at.unwrap().rfc3339(), "2026-11-30T08:00:00Z");
}
