//! The jobs that recur. A new one is a struct here, a line in `schedules` and one in `job`.
use std::sync::Arc;

use tokio::sync::Notify;

use crate::app::schedule::Entry;
use crate::app::schedule::Job;
use crate::app::schedule::Tick;
use crate::app::services::Services;
use crate::config::model::Config;
use crate::domain::schedule::Schedule;
use crate::domain::time::DAY;
use crate::engine::context::Engine;
use crate::intake::lemlist::Poller;
use crate::orchestrator::reconcile;
use crate::reports::daily::Daily;
use crate::store::archive;
use crate::store::open::Store;
use crate::store::open::StoreError;
use crate::store::open::Tx;

pub const DIGEST: &str = "daily digest";
pub const ARCHIVE: &str = "archive";
pub const POLL: &str = "campaign events";
pub const COMPARE: &str = reconcile::JOB;
/// Chunks of one tick: they take less time than its lease, and the next tick goes on.
const CHUNKS_MAX: usize = 200;

/// What each job is called and when it is due, as configured.
pub fn schedules(config: &Config) -> Vec<(&'static str, Schedule)> {
    vec![
        (DIGEST, config.digest.schedule.clone()),
        (ARCHIVE, config.archive.schedule.clone()),
        (POLL, Schedule::every(config.poll_minutes)),
        (COMPARE, Schedule::when_asked()),
    ]
}

pub fn all(config: &Config, desk: &Services) -> Vec<Entry> {
    let entry = |(name, schedule)| Entry { job: job(name, config, desk), schedule, hint: hint(name, desk) };
    schedules(config).into_iter().map(entry).collect()
}

fn job(name: &'static str, config: &Config, desk: &Services) -> Arc<dyn Job> {
    match name {
        DIGEST => Arc::new(Digest(desk.engine.clone())),
        ARCHIVE => Arc::new(Archive { store: desk.engine.store.clone(), keep_ms: config.archive.days * DAY }),
        reconcile::JOB => Arc::new(Compare(desk.clone())),
        _ => Arc::new(Poll(Arc::clone(&desk.poller))),
    }
}

/// What happened while nobody looked is fetched at once, and a restored backup is compared at once.
pub fn at_start(entries: &[Entry]) {
    for entry in entries.iter().filter(|entry| [POLL, COMPARE].contains(&entry.job.name())) {
        entry.hint.notify_one();
    }
}

fn hint(name: &str, desk: &Services) -> Arc<Notify> {
    if name == POLL { Arc::clone(&desk.poller.hint) } else { Arc::new(Notify::new()) }
}

struct Digest(Engine);

#[async_trait::async_trait]
impl Job for Digest {
    fn name(&self) -> &'static str {
        DIGEST
    }

    async fn run(&self, tick: Tick) -> anyhow::Result<Tx> {
        let engine = &self.0;
        let daily = Daily {
            words: &engine.words,
            ids: engine.ids.as_ref(),
            zone: &engine.rules.zone,
            sandbox: engine.sandbox(),
        };
        let mut tx = engine.store.begin().await?;
        daily.post(&mut tx, tick.at, tick.now).await?;
        Ok(tx)
    }
}

/// Takes finished items out of the way, chunk by chunk.
pub struct Archive {
    pub store: Store,
    pub keep_ms: i64,
}

#[async_trait::async_trait]
impl Job for Archive {
    fn name(&self) -> &'static str {
        ARCHIVE
    }

    async fn run(&self, tick: Tick) -> anyhow::Result<Tx> {
        let before = tick.now.plus(-self.keep_ms);
        let runs = {
            let mut c = self.store.conn().await?;
            archive::runs(&mut c, before).await?
        };
        let (mut moved, mut chunks) = (0, 0);
        for run in &runs {
            let mut more = true;
            while more && chunks < CHUNKS_MAX {
                let mut tx = self.store.begin().await?;
                let gone = archive::chunk(&mut tx, run, before, tick.now).await?;
                tx.commit().await.map_err(StoreError::from)?;
                more = gone > 0;
                moved += gone;
                chunks += 1;
            }
        }
        if moved > 0 {
            tracing::info!(count = moved, "archived finished items");
        }
        Ok(self.store.begin().await?)
    }
}

struct Poll(Arc<Poller>);

#[async_trait::async_trait]
impl Job for Poll {
    fn name(&self) -> &'static str {
        POLL
    }

    async fn run(&self, _tick: Tick) -> anyhow::Result<Tx> {
        self.0.step().await?;
        Ok(self.0.store.begin().await?)
    }
}

/// After a restore only; as long as a vendor cannot be read it is tried again.
struct Compare(Services);

#[async_trait::async_trait]
impl Job for Compare {
    fn name(&self) -> &'static str {
        COMPARE
    }

    async fn run(&self, _tick: Tick) -> anyhow::Result<Tx> {
        let desk = &self.0.orchestrator;
        let Some(mark) = desk.restored().await.map_err(|stop| anyhow::anyhow!("{stop}"))? else {
            return Ok(self.0.engine.store.begin().await?);
        };
        let fetched = self.0.poller.step().await.map_err(|why| why.to_string());
        while desk.step_events().await {}
        desk.compare_after_restore(mark, fetched.map(|_| ())).await
    }
}
