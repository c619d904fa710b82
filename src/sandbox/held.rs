//! Calls that are kept on order, so that who called can be killed at exactly that moment.
use std::time::Duration;

use serde::Serialize;
use tokio::sync::watch;

use crate::sandbox::faults::Kind;

#[derive(Serialize, Clone, Debug)]
pub struct HeldCall {
    id: u64,
    vendor: String,
    call: String,
    kind: Kind,
}

/// What becomes of a kept call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LetGo {
    /// The vendor acts, if it has not, and answers.
    Done,
    /// A vendor that has not acted never does; nothing is answered.
    Undone,
}

#[derive(Default)]
struct Calls {
    next: u64,
    kept: Vec<HeldCall>,
    /// Let go and not over yet.
    let_go: Vec<(u64, LetGo)>,
}

pub struct Held {
    calls: watch::Sender<Calls>,
}

impl Default for Held {
    fn default() -> Self {
        Self { calls: watch::Sender::new(Calls::default()) }
    }
}

impl Held {
    /// Keeps a call until somebody lets it go; `over` must follow.
    pub async fn keep(&self, kind: Kind, vendor: &str, call: &str) -> (u64, LetGo) {
        let mut changes = self.calls.subscribe();
        let mut id = 0;
        self.calls.send_modify(|calls| {
            id = calls.next;
            calls.next += 1;
            calls.kept.push(HeldCall { id, vendor: vendor.to_owned(), call: call.to_owned(), kind });
        });
        loop {
            let ours = changes.borrow_and_update().let_go.iter().find(|(gone, _)| *gone == id).map(|(_, how)| *how);
            if let Some(how) = ours {
                return (id, how);
            }
            if changes.changed().await.is_err() {
                return (id, LetGo::Undone);
            }
        }
    }

    /// Whatever was to become of it has become.
    pub fn over(&self, id: u64) {
        self.calls.send_modify(|calls| calls.let_go.retain(|(gone, _)| *gone != id));
    }

    /// Until nothing is left of what was let go.
    pub async fn settled(&self, patience: Duration) {
        let mut changes = self.calls.subscribe();
        let none = tokio::time::timeout(patience, changes.wait_for(|calls| calls.let_go.is_empty()));
        let _in_time = none.await.is_ok();
    }

    /// How many were kept.
    pub fn release(&self, how: LetGo) -> usize {
        let mut released = 0;
        self.calls.send_modify(|calls| {
            let kept = std::mem::take(&mut calls.kept);
            released = kept.len();
            calls.let_go.extend(kept.into_iter().map(|call| (call.id, how)));
        });
        released
    }

    /// What is kept, as soon as anything is.
    pub async fn seen(&self, patience: Duration) -> Vec<HeldCall> {
        let mut changes = self.calls.subscribe();
        let any = tokio::time::timeout(patience, changes.wait_for(|calls| !calls.kept.is_empty()));
        let _in_time = any.await.is_ok();
        self.calls.borrow().kept.clone()
    }
}
