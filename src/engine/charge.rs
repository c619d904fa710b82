//! Which run a vendor's call is made for: set where an item is worked off, read where the call takes its slot.
use std::future::Future;

use crate::domain::ids::RunId;

tokio::task_local! {
    static RUN: RunId;
}

/// Calls of this work count for the run.
pub async fn to<F: Future>(run: &RunId, work: F) -> F::Output {
    RUN.scope(run.clone(), work).await
}

/// None for calls that belong to no run: what is fetched every few minutes, what a tool reads.
pub fn current() -> Option<RunId> {
    RUN.try_with(Clone::clone).ok()
}
