//! The inbox worker: the oldest open inbound of each thread, one at a time per thread, several threads at once.
use std::collections::HashSet;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use tokio_util::sync::CancellationToken;

use crate::domain::ids::ThreadId;
use crate::domain::time::Millis;
use crate::domain::time::SECOND;
use crate::orchestrator::desk::Orchestrator;
use crate::orchestrator::errands;
use crate::orchestrator::refuse::Outcome;
use crate::orchestrator::think;
use crate::store::inbox;
use crate::store::inbox::Inbound;

/// Threads that are worked on at the same time.
const THREADS_AT_ONCE: usize = 8;
/// Inbound looked at in one pass: those that wait for a time do not hide the others.
const OPEN_PAGE: i64 = 200;
/// Another process may have stored something: look this often, unasked.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
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
    pub async fn run_inbox(&self, shutdown: CancellationToken) {
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
        let open = match self.open_inbound().await {
            Ok(open) => open,
            Err(stop) => {
                tracing::error!(error = %stop, "could not look into the inbox");
                return Vec::new();
            }
        };
        let now = self.clock.now();
        open.into_iter()
            .filter(|inbound| !busy.contains(&inbound.thread) && !self.is_paused(&inbound.id, now))
            .collect()
    }

    async fn open_inbound(&self) -> Outcome<Vec<Inbound>> {
        let mut c = self.store.conn().await?;
        Ok(inbox::open(&mut c, OPEN_PAGE).await?)
    }

    async fn work(&self, inbound: &Inbound) {
        let done = if errands::is_errand(&inbound.kind) {
            errands::work(self, inbound).await
        } else {
            think::work(self, inbound).await
        };
        if let Err(stop) = done {
            tracing::error!(inbox.id = %inbound.id, thread.id = %inbound.thread, error = %stop, "could not work on an inbound");
            self.pause(&inbound.id, self.clock.now().plus(STORE_PAUSE_MS));
        }
        self.tell_readers();
    }

    /// Not before `until`. In memory only: after a restart it is simply tried again, and tries are counted in the row.
    pub fn pause(&self, id: &str, until: Millis) {
        if let Ok(mut pauses) = self.pauses.lock() {
            pauses.insert(id.to_owned(), until);
        }
    }

    fn is_paused(&self, id: &str, now: Millis) -> bool {
        let Ok(mut pauses) = self.pauses.lock() else { return false };
        pauses.retain(|_, until| *until > now);
        pauses.contains_key(id)
    }
}
