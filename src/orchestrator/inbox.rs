//! The inbox worker: the oldest open inbound of each thread, one at a time per thread, several threads at once.
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use tokio_util::sync::CancellationToken;

use crate::domain::ids::ThreadId;
use crate::domain::time::SECOND;
use crate::orchestrator::desk::Orchestrator;
use crate::orchestrator::errands;
use crate::orchestrator::refuse::Outcome;
use crate::orchestrator::refuse::Stop;
use crate::orchestrator::think;
use crate::store::inbox;
use crate::store::inbox::Inbound;
use crate::store::inbox::Taker;
use crate::store::open::StoreError;

/// Threads that are worked on at the same time.
const THREADS_AT_ONCE: usize = 8;
/// Inbound looked at in one pass: those that wait for a time do not hide the others.
const OPEN_PAGE: i64 = 200;
/// Another process may have stored something: look this often, unasked.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// Leases are renewed this often.
const BEAT: Duration = Duration::from_secs(5);
/// Wait after the store failed us.
const STORE_PAUSE_MS: i64 = 2 * SECOND;

impl Orchestrator {
    /// One pass over what is open and due. True when something was worked on.
    pub async fn step_inbox(&self) -> bool {
        let due = self.due_inbound(&HashSet::new()).await;
        let did = !due.is_empty();
        futures::future::join_all(due.iter().map(|inbound| self.work(inbound))).await;
        did
    }

    /// Works until shutdown; what is under way then stays open and goes on after the restart.
    pub async fn run_inbox(self: Arc<Self>, shutdown: CancellationToken) {
        let (beater, stop) = (Arc::clone(&self), shutdown.clone());
        let beating = tokio::spawn(async move { beater.beat_inbox(&stop).await });
        self.work_inbox(&shutdown).await;
        beating.abort();
    }

    async fn work_inbox(&self, shutdown: &CancellationToken) {
        let mut busy: HashSet<ThreadId> = HashSet::new();
        let mut jobs = FuturesUnordered::new();
        loop {
            for inbound in self.look(&mut busy, &mut jobs).await {
                if jobs.len() >= THREADS_AT_ONCE {
                    break;
                }
                busy.insert(inbound.thread.clone());
                jobs.push(async move {
                    self.work(&inbound).await;
                    inbound.thread
                });
            }
            tokio::select! {
                () = shutdown.cancelled() => return,
                Some(thread) = jobs.next(), if !jobs.is_empty() => { busy.remove(&thread); }
                _ = tokio::time::timeout(LOOK_AGAIN, self.wake.notified()) => {}
            }
        }
    }

    /// What is due, while the jobs go on: one of them may hold the connection that the look waits for.
    async fn look(
        &self,
        busy: &mut HashSet<ThreadId>,
        jobs: &mut FuturesUnordered<impl Future<Output = ThreadId>>,
    ) -> Vec<Inbound> {
        let mut ended: Vec<ThreadId> = Vec::new();
        let found = {
            let mut due = std::pin::pin!(self.due_inbound(busy));
            loop {
                tokio::select! {
                    found = &mut due => break found,
                    Some(thread) = jobs.next(), if !jobs.is_empty() => ended.push(thread),
                }
            }
        };
        for thread in ended {
            busy.remove(&thread);
        }
        found
    }

    async fn due_inbound(&self, busy: &HashSet<ThreadId>) -> Vec<Inbound> {
        match self.open_inbound().await {
            Ok(open) => open.into_iter().filter(|inbound| !busy.contains(&inbound.thread)).collect(),
            Err(stop) => {
                tracing::error!(error = %stop, "could not look into the inbox");
                Vec::new()
            }
        }
    }

    async fn open_inbound(&self) -> Outcome<Vec<Inbound>> {
        let mut c = self.store.conn().await?;
        Ok(inbox::due(&mut c, self.taker(), OPEN_PAGE).await?)
    }

    async fn work(&self, inbound: &Inbound) {
        let done = if errands::is_errand(&inbound.kind) {
            errands::work(self, inbound).await
        } else {
            think::work(self, inbound).await
        };
        match done {
            Ok(()) => {}
            Err(Stop::Store(StoreError::Lost(_))) => {
                tracing::info!(inbox.id = %inbound.id, "another process took an inbound over");
            }
            Err(stop) => {
                tracing::error!(inbox.id = %inbound.id, thread.id = %inbound.thread, error = %stop, "could not work on an inbound");
                self.defer(&inbound.id, STORE_PAUSE_MS).await;
            }
        }
        self.tell_readers();
    }

    /// As this process stands in leases now.
    pub fn taker(&self) -> Taker<'_> {
        Taker { owner: &self.owner, now: self.clock.now(), wall: self.clock.wall() }
    }

    /// Not again for this long. When even that cannot be stored, the lease ends by itself.
    pub async fn defer(&self, id: &str, wait_ms: i64) {
        let stored = async {
            let mut tx = self.store.begin().await?;
            inbox::defer(&mut tx, id, &self.owner, self.clock.now().plus(wait_ms)).await?;
            tx.commit().await?;
            Ok::<(), StoreError>(())
        };
        if let Err(error) = stored.await {
            tracing::warn!(inbox.id = %id, error = %error, "could not put an inbound off; it is taken up when its lease ends");
        }
    }

    /// Keeps the leases of what is under way; its own task, so that no long step delays it.
    async fn beat_inbox(&self, shutdown: &CancellationToken) {
        loop {
            let kept = async {
                let mut tx = self.store.begin().await?;
                inbox::beat(&mut tx, self.taker()).await?;
                tx.commit().await?;
                Ok::<(), StoreError>(())
            };
            if let Err(error) = kept.await {
                tracing::warn!(error = %error, "the inbox could not renew its leases");
            }
            if tokio::time::timeout(BEAT, shutdown.cancelled()).await.is_ok() {
                return;
            }
        }
    }
}
