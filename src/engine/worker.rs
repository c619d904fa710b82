//! The worker: moves due runs on, works due items off with bounded concurrency, beats its leases, drains when asked.
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::domain::time::Millis;
use crate::domain::time::SECOND;
use crate::engine::context::Engine;
use crate::engine::drive::drive;
use crate::engine::executor::WorkError;
use crate::engine::executor::WorkResult;
use crate::engine::work::work_off;
use crate::store::items;
use crate::store::items::ItemRow;
use crate::store::open::Backend;
use crate::store::open::StoreError;
use crate::store::runs;

const LEASE_MS: i64 = 30 * SECOND;
const BEAT: Duration = Duration::from_secs(5);
const IDLE_MS: i64 = SECOND;
const RUNS_PER_PASS: i64 = 32;
/// Items at work at once, over all queues and per queue.
const ITEMS_MAX: usize = 16;
const ITEMS_PER_QUEUE: usize = 6;

pub struct Worker {
    engine: Engine,
    at_work: JoinSet<(String, Result<(), WorkError>)>,
    busy: BTreeMap<String, usize>,
}

impl Worker {
    pub fn new(engine: Engine) -> Self {
        Self { engine, at_work: JoinSet::new(), busy: BTreeMap::new() }
    }

    /// Before the first pass: what an earlier process left claimed on this machine goes back at once.
    pub async fn recover(&self) -> WorkResult<u64> {
        let mut tx = self.engine.store.begin().await?;
        let alone = (self.engine.store.backend() == Backend::Sqlite).then_some(self.engine.owner.as_str());
        let freed = items::free_orphans(&mut tx, self.engine.clock.wall(), alone).await?;
        tx.commit().await.map_err(StoreError::from)?;
        Ok(freed)
    }

    /// Runs until `shutdown`, then lets what is at work come to its end.
    pub async fn run(mut self, shutdown: CancellationToken) {
        let beating = tokio::spawn(beat(self.engine.clone(), shutdown.clone()));
        while !shutdown.is_cancelled() {
            match self.pass().await {
                Ok(true) => continue,
                Ok(false) => self.rest(&shutdown).await,
                Err(error) => {
                    tracing::error!(error = %error, "the worker could not read its work; it looks again");
                    self.rest(&shutdown).await;
                }
            }
        }
        while let Some(joined) = self.at_work.join_next().await {
            self.reap(joined);
        }
        beating.abort();
    }

    /// One look at what is due; `true` when something was found to do.
    async fn pass(&mut self) -> WorkResult<bool> {
        let mut found = false;
        while let Some(joined) = self.at_work.try_join_next() {
            self.reap(joined);
            found = true;
        }
        let now = self.engine.clock.now();
        let due = {
            let mut conn = self.engine.store.conn().await?;
            runs::due(&mut conn, now, RUNS_PER_PASS).await?
        };
        for run in due {
            match drive(&self.engine, &run).await {
                Ok(moved) => found |= moved,
                Err(WorkError::Lost(_)) => {}
                Err(error) => {
                    tracing::error!(run.id = %run, error = %error, "a run could not be moved on; it is tried again");
                    self.postpone(&run).await?;
                }
            }
        }
        if found {
            self.engine.changed.notify_waiters();
        }
        for item in self.claim(now).await? {
            found = true;
            self.start(item);
        }
        Ok(found)
    }

    async fn claim(&self, now: Millis) -> WorkResult<Vec<ItemRow>> {
        let mut room = ITEMS_MAX.saturating_sub(self.at_work.len());
        if room == 0 {
            return Ok(Vec::new());
        }
        let until = self.engine.clock.wall().plus(LEASE_MS);
        let mut claimed = Vec::new();
        let mut tx = self.engine.store.begin().await?;
        for queue in items::due_queues(&mut tx, now).await? {
            let free = ITEMS_PER_QUEUE.saturating_sub(self.busy.get(&queue).copied().unwrap_or(0)).min(room);
            if free == 0 {
                continue;
            }
            let backend = self.engine.store.backend();
            let items = items::claim(&mut tx, backend, (&queue, free as i64), &self.engine.owner, (now, until)).await?;
            room -= items.len();
            claimed.extend(items);
        }
        tx.commit().await.map_err(StoreError::from)?;
        Ok(claimed)
    }

    fn start(&mut self, item: ItemRow) {
        *self.busy.entry(item.queue.clone()).or_default() += 1;
        let engine = self.engine.clone();
        self.at_work.spawn(async move {
            let result = work_off(&engine, &item).await;
            (item.queue, result)
        });
    }

    fn reap(&mut self, joined: Result<(String, Result<(), WorkError>), tokio::task::JoinError>) {
        match joined {
            Ok((queue, result)) => {
                if let Some(count) = self.busy.get_mut(&queue) {
                    *count = count.saturating_sub(1);
                }
                if let Err(error) = result {
                    tracing::warn!(vendor = %queue, error = %error, "an item's end was not written; its lease brings it back");
                }
            }
            Err(error) => tracing::error!(error = %error, "an item's task broke off; its lease brings it back"),
        }
    }

    /// Until something wakes us, something ends, or the next row is due.
    async fn rest(&mut self, shutdown: &CancellationToken) {
        let engine = self.engine.clone();
        let until = self.next_due().await.unwrap_or(Millis(0)).max(engine.clock.now());
        let next = tokio::time::timeout(Duration::from_millis(IDLE_MS.unsigned_abs()), engine.clock.wait(until));
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = engine.wake.notified() => {}
            _ = next => {}
            Some(joined) = self.at_work.join_next() => self.reap(joined),
        }
    }

    async fn next_due(&self) -> WorkResult<Millis> {
        let mut conn = self.engine.store.conn().await?;
        let run = runs::next_due(&mut conn).await?;
        let item = items::next_due(&mut conn).await?;
        let far = self.engine.clock.now().plus(IDLE_MS);
        // Ready items that could not be claimed wait for a free place, not for a time.
        Ok(run.into_iter().chain(item).min().unwrap_or(far).max(self.engine.clock.now().plus(1)))
    }

    async fn postpone(&self, run: &crate::domain::ids::RunId) -> WorkResult<()> {
        let mut tx = self.engine.store.begin().await?;
        runs::postpone(&mut tx, run, self.engine.clock.now().plus(IDLE_MS)).await?;
        tx.commit().await.map_err(StoreError::from)?;
        Ok(())
    }
}

/// Keeps this worker's leases, and frees those of workers that are gone; from a task of its own, never from a step's.
async fn beat(engine: Engine, shutdown: CancellationToken) {
    let engine = Arc::new(engine);
    loop {
        let wall = engine.clock.wall();
        let kept = async {
            let mut tx = engine.store.begin().await?;
            items::beat(&mut tx, &engine.owner, wall.plus(LEASE_MS)).await?;
            items::free_orphans(&mut tx, wall, None).await?;
            tx.commit().await?;
            Ok::<(), StoreError>(())
        };
        if let Err(error) = kept.await {
            tracing::warn!(error = %error, "the worker could not renew its leases");
        }
        if tokio::time::timeout(BEAT, shutdown.cancelled()).await.is_ok() {
            return;
        }
    }
}
