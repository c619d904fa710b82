//! The worker: moves due runs on, works due items off with bounded concurrency, drains when asked.
//!
//! One loop claims and writes ends, in groups; the items' own tasks call the outside. How many items are claimed beyond
//! the places of a queue follows from how many ended since the last look: none ahead of a slow vendor, many of quick work.
use std::collections::BTreeMap;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::Id;
use tokio::task::JoinError;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::domain::ids::RunId;
use crate::domain::time::Millis;
use crate::domain::time::SECOND;
use crate::engine::absorb;
use crate::engine::beat;
use crate::engine::beat::Seat;
use crate::engine::context::Engine;
use crate::engine::drive::drive;
use crate::engine::executor::WorkError;
use crate::engine::executor::WorkResult;
use crate::engine::hold;
use crate::engine::hold::claim_of;
use crate::engine::work::Claimed;
use crate::engine::work::Finished;
use crate::engine::work::Outcome;
use crate::engine::work::work_off;
use crate::run::shares::Lane;
use crate::run::shares::Shares;
use crate::store::claims;
use crate::store::claims::Claim;
use crate::store::open::Conn;
use crate::store::open::StoreError;
use crate::store::runs;
use crate::store::workers;

/// Others take over what was not renewed for so long.
pub const LEASE_MS: i64 = hold::LEASE_MS;
const IDLE_MS: i64 = SECOND;
const RUNS_PER_PASS: i64 = 32;
/// Items of a queue that are claimed beyond its places, however quickly they end.
const AHEAD_MAX: usize = 250;

/// Items at work at once.
#[derive(Clone, Copy, Debug)]
pub struct Places {
    pub in_all: usize,
    pub per_queue: usize,
}

pub struct Worker {
    engine: Engine,
    seat: Seat,
    places: Places,
    shares: Shares,
    at_work: JoinSet<Finished>,
    /// What each task has, for a task that breaks off.
    tasks: HashMap<Id, (String, Claim)>,
    queues: BTreeMap<String, Queue>,
    all: Arc<Semaphore>,
    /// Ended and not written yet: at most what was claimed.
    finished: Vec<Finished>,
}

struct Queue {
    places: Arc<Semaphore>,
    /// Claimed here and not ended.
    claimed: usize,
    /// Ended since the last claim.
    ended: usize,
}

impl Worker {
    pub fn new(engine: Engine, seat: Seat, places: Places) -> Self {
        Self {
            engine,
            seat,
            places,
            shares: Shares::default(),
            at_work: JoinSet::new(),
            tasks: HashMap::new(),
            queues: BTreeMap::new(),
            all: Arc::new(Semaphore::new(places.in_all)),
            finished: Vec::new(),
        }
    }

    /// Runs until `shutdown`, then lets what is at work come to its end and gives back what was not begun.
    pub async fn run(mut self, shutdown: CancellationToken) {
        let drained = CancellationToken::new();
        let beating = tokio::spawn(beat::keep(self.engine.clone(), self.seat.clone(), drained.clone()));
        while !shutdown.is_cancelled() {
            match self.pass(&shutdown).await {
                Ok(true) => continue,
                Ok(false) => self.rest(&shutdown).await,
                Err(error) => {
                    tracing::error!(error = %error, "the worker could not read its work; it looks again");
                    self.rest(&shutdown).await;
                }
            }
        }
        while let Some(joined) = self.at_work.join_next_with_id().await {
            self.reap(joined);
            self.write_ends().await;
        }
        self.write_ends().await;
        drained.cancel();
        if let Err(error) = beating.await {
            tracing::warn!(error = %error, "the heartbeat broke off");
        }
        if let Err(error) = self.sign_off().await {
            tracing::warn!(error = %error, "the worker could not sign off; it is shown until it counts as silent");
        }
    }

    /// One look at what is due; `true` when something was found to do.
    async fn pass(&mut self, shutdown: &CancellationToken) -> WorkResult<bool> {
        let mut found = self.write_ends().await;
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
        for claimed in self.claim(now).await? {
            found = true;
            self.start(claimed, shutdown);
        }
        Ok(found)
    }

    /// Writes what has ended since the last look. `true` when there was any.
    async fn write_ends(&mut self) -> bool {
        while let Some(joined) = self.at_work.try_join_next_with_id() {
            self.reap(joined);
        }
        if self.finished.is_empty() {
            return false;
        }
        absorb::write(&self.engine, std::mem::take(&mut self.finished)).await;
        true
    }

    async fn claim(&mut self, now: Millis) -> WorkResult<Vec<Claimed>> {
        let per_queue = self.places.per_queue;
        let free: BTreeMap<String, usize> =
            self.queues.iter_mut().map(|(name, queue)| (name.clone(), queue.room(per_queue))).collect();
        let ahead: usize = free.values().map(|free| free.saturating_sub(per_queue)).sum();
        let claimed: usize = self.queues.values().map(|queue| queue.claimed).sum();
        let room = (self.places.in_all + ahead).saturating_sub(claimed);
        if room == 0 || !self.engine.hold.stands(self.engine.clock.wall()) {
            return Ok(Vec::new());
        }
        let mut tx = self.engine.store.begin().await?;
        let lanes = claims::lanes(&mut tx, now, per_queue + AHEAD_MAX).await?;
        if lanes.is_empty() {
            return Ok(Vec::new());
        }
        let given = self.shares.allot(&lanes, room, |queue| free.get(queue).copied().unwrap_or(per_queue));
        let until = self.engine.store.lease_now(&mut tx, self.engine.clock.wall()).await?.plus(LEASE_MS);
        let mut all: Vec<Claimed> = Vec::new();
        for (lane, count) in lanes.iter().zip(given).filter(|(_, count)| *count > 0) {
            all.extend(self.claim_lane(&mut tx, (lane, count), (now, until)).await?);
        }
        for claimed in &all {
            self.engine.hold.take(&claimed.item);
        }
        if let Err(error) = tx.commit().await {
            all.iter().for_each(|claimed| self.engine.hold.release(&claim_of(&claimed.item)));
            return Err(StoreError::from(error).into());
        }
        Ok(all)
    }

    async fn claim_lane(&self, c: &mut Conn, lane: (&Lane, usize), at: (Millis, Millis)) -> WorkResult<Vec<Claimed>> {
        let (now, until) = at;
        let backend = self.engine.store.backend();
        let items = claims::claim(c, backend, lane, now, (&self.engine.owner, until)).await?;
        let Some(run) = runs::get(c, &lane.0.run).await? else { return Ok(Vec::new()) };
        let run = Arc::new(run);
        Ok(items.into_iter().map(|item| Claimed { run: Arc::clone(&run), item }).collect())
    }

    /// The task waits for a place of its queue, then for one of all; asked to stop before that, it begins nothing.
    fn start(&mut self, claimed: Claimed, shutdown: &CancellationToken) {
        let (name, claim) = (claimed.item.queue.clone(), claim_of(&claimed.item));
        let per_queue = self.places.per_queue;
        let queue = self.queues.entry(name.clone()).or_insert_with(|| Queue::new(per_queue));
        queue.claimed += 1;
        let (engine, stop) = (self.engine.clone(), shutdown.clone());
        let (place, any) = (Arc::clone(&queue.places), Arc::clone(&self.all));
        let task = self.at_work.spawn(async move {
            let places = async { (place.acquire().await, any.acquire().await) };
            let outcome = tokio::select! {
                biased;
                () = stop.cancelled() => Outcome::Untouched,
                _held = places => work_off(&engine, &claimed).await,
            };
            Finished { item: claimed.item, outcome }
        });
        self.tasks.insert(task.id(), (name, claim));
    }

    fn reap(&mut self, joined: Result<(Id, Finished), JoinError>) {
        let id = match &joined {
            Ok((id, _)) => *id,
            Err(error) => error.id(),
        };
        let task = self.tasks.remove(&id);
        if let Some(queue) = task.as_ref().and_then(|(name, _)| self.queues.get_mut(name)) {
            queue.claimed = queue.claimed.saturating_sub(1);
            queue.ended += 1;
        }
        match joined {
            Ok((_, finished)) => self.finished.push(finished),
            Err(error) => {
                tracing::error!(error = %error, "an item's task broke off; it is freed and done again");
                if let Some((_, claim)) = task {
                    self.engine.hold.release(&claim);
                }
            }
        }
    }

    /// Until something wakes us, something ends, or the next row is due.
    async fn rest(&mut self, shutdown: &CancellationToken) {
        let engine = self.engine.clone();
        let far = engine.clock.now().plus(IDLE_MS);
        let until = self.next_due().await.unwrap_or(far).min(far);
        let next = tokio::time::timeout(Duration::from_millis(IDLE_MS.unsigned_abs()), engine.clock.wait(until));
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = engine.wake.notified() => {}
            _ = next => {}
            Some(joined) = self.at_work.join_next_with_id() => self.reap(joined),
        }
    }

    /// What is due already and was not taken waits for a free place or another worker, not for a time.
    async fn next_due(&self) -> WorkResult<Millis> {
        let now = self.engine.clock.now();
        let mut conn = self.engine.store.conn().await?;
        let run = runs::next_due(&mut conn, now).await?;
        let item = claims::next_due(&mut conn, now).await?;
        Ok(run.into_iter().chain(item).min().unwrap_or(now.plus(IDLE_MS)))
    }

    async fn postpone(&self, run: &RunId) -> WorkResult<()> {
        let mut tx = self.engine.store.begin().await?;
        runs::postpone(&mut tx, run, self.engine.clock.now().plus(IDLE_MS)).await?;
        tx.commit().await.map_err(StoreError::from)?;
        Ok(())
    }

    async fn sign_off(&self) -> WorkResult<()> {
        let mut tx = self.engine.store.begin().await?;
        let now = self.engine.store.lease_now(&mut tx, self.engine.clock.wall()).await?;
        workers::stopped(&mut tx, &self.engine.owner, now).await?;
        tx.commit().await.map_err(StoreError::from)?;
        Ok(())
    }
}

impl Queue {
    fn new(places: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(places)), claimed: 0, ended: 0 }
    }

    /// Items that may be claimed now: free places, and as many ahead as ended since the last claim.
    fn room(&mut self, places: usize) -> usize {
        let ahead = std::mem::take(&mut self.ended).min(AHEAD_MAX);
        (places + ahead).saturating_sub(self.claimed)
    }
}
