//! What recurs, carried out: each job waits for its own time, takes its tick under a lease, and is tried again after a
//! failure. Any number of processes may have the same jobs.
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::domain::schedule::Schedule;
use crate::domain::time::MINUTE;
use crate::domain::time::Millis;
use crate::domain::time::SECOND;
use crate::ports::clock::Clock;
use crate::store::cron;
use crate::store::cron::Taken;
use crate::store::open::Backend;
use crate::store::open::Store;
use crate::store::open::StoreError;
use crate::store::open::StoreResult;
use crate::store::open::Tx;

/// Longer than any job may take; a tick of a process that died is free again after it.
const LEASE_MS: i64 = 3 * MINUTE;
/// A time moved by hand, a tick left by another process: nobody tells us, so look.
const LOOK_AGAIN: Duration = Duration::from_secs(10);
const AGAIN_MS: i64 = 5 * SECOND;
const AGAIN_MS_MAX: i64 = 10 * MINUTE;

/// A tick as its job sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tick {
    /// The newest time of the schedule: those that were missed before it are part of it.
    pub at: Millis,
    pub now: Millis,
}

/// Something that recurs. What it returns is open: the tick ends in the transaction that holds what it made.
#[async_trait::async_trait]
pub trait Job: Send + Sync {
    fn name(&self) -> &'static str;
    async fn run(&self, tick: Tick) -> anyhow::Result<Tx>;
}

/// A job and its time.
#[derive(Clone)]
pub struct Entry {
    pub job: Arc<dyn Job>,
    pub schedule: Schedule,
    /// Somebody wants it now.
    pub hint: Arc<Notify>,
}

#[derive(Clone)]
pub struct Scheduler {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    /// This process in leases.
    pub owner: String,
    /// Readers may have something to see.
    pub changed: Arc<Notify>,
}

/// How one look came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    Ran,
    Failed,
    NotDue,
}

impl Scheduler {
    /// Writes the jobs as they are configured, and frees what processes that are gone were at.
    pub async fn declare(&self, entries: &[Entry], gone: &[String]) -> StoreResult<()> {
        let mut tx = self.store.begin().await?;
        if self.store.backend() == Backend::Sqlite {
            cron::free(&mut tx, None).await?;
        }
        for owner in gone {
            cron::free(&mut tx, Some(owner)).await?;
        }
        for entry in entries {
            cron::declare(&mut tx, entry.job.name(), &entry.schedule, self.clock.now()).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Runs one job whenever it is due, until shutdown.
    pub async fn run(&self, entry: Entry, shutdown: CancellationToken) {
        while !shutdown.is_cancelled() {
            match self.look(&entry).await {
                Ok(Look::Ran) => continue,
                Ok(Look::Failed | Look::NotDue) => {}
                Err(error) => tracing::error!(job = entry.job.name(), error = %error, "could not look what is due"),
            }
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = entry.hint.notified() => self.ask(entry.job.name()).await,
                _ = tokio::time::timeout(LOOK_AGAIN, self.until_due(entry.job.name())) => {}
            }
        }
    }

    /// Takes the tick if it is due, and does it.
    pub async fn look(&self, entry: &Entry) -> StoreResult<Look> {
        let (name, now, wall) = (entry.job.name(), self.clock.now(), self.clock.wall());
        let taken = {
            let mut tx = self.store.begin().await?;
            let taken = cron::take(&mut tx, name, &self.owner, (now, wall, wall.plus(LEASE_MS))).await?;
            tx.commit().await?;
            taken
        };
        let Some(taken) = taken else { return Ok(Look::NotDue) };
        match self.tick(entry, &taken, now).await {
            Ok(()) => {
                self.changed.notify_waiters();
                Ok(Look::Ran)
            }
            Err(error) => {
                tracing::warn!(job = name, failures = taken.failures + 1, error = %error, "a job failed; it is tried again");
                self.failed(&taken, &error).await?;
                Ok(Look::Failed)
            }
        }
    }

    async fn tick(&self, entry: &Entry, taken: &Taken, now: Millis) -> anyhow::Result<()> {
        let mut tx = entry.job.run(Tick { at: entry.schedule.last(now), now }).await?;
        // From now on, not from when it was due: what was missed meanwhile is part of this one.
        cron::finish(&mut tx, taken, entry.schedule.next(now), now).await?;
        tx.commit().await.map_err(StoreError::from)?;
        Ok(())
    }

    async fn failed(&self, taken: &Taken, error: &anyhow::Error) -> StoreResult<()> {
        let wait = (AGAIN_MS << taken.failures.clamp(0, 16)).min(AGAIN_MS_MAX);
        let mut tx = self.store.begin().await?;
        match cron::failed(&mut tx, taken, self.clock.now().plus(wait), &format!("{error:#}")).await {
            // It took longer than its lease: whoever has the tick now says how it goes.
            Ok(()) | Err(StoreError::Lost(_)) => Ok(tx.commit().await?),
            Err(other) => Err(other),
        }
    }

    /// Kept as a row: the wish outlives this process, and the process that is at the job meanwhile does it again.
    async fn ask(&self, name: &str) {
        let asked = async {
            let mut tx = self.store.begin().await?;
            cron::ask(&mut tx, name).await?;
            tx.commit().await?;
            Ok::<(), StoreError>(())
        };
        if let Err(error) = asked.await {
            tracing::warn!(job = name, error = %error, "could not ask for a job at once; it comes at its time");
        }
    }

    async fn until_due(&self, name: &str) {
        let next = async { cron::next(&mut *self.store.conn().await?, name).await };
        match next.await {
            Ok(Some(at)) if at > self.clock.now() => self.clock.wait(at).await,
            // Due and another process is at it, or nothing is known: look again after a while.
            _ => std::future::pending().await,
        }
    }
}
