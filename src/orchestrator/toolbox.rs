//! What the planning loop needs of the tools: what to offer, which are reads, one call.
use std::sync::Arc;

use serde_json::Value;

use crate::domain::ids::ThreadId;
use crate::domain::person::Person;
use crate::run::turn::Returned;
use crate::run::turn::ToolCall;
use crate::store::open::StoreResult;
use crate::tools::entry::Phase;

#[async_trait::async_trait]
pub trait Toolbox: Send + Sync {
    /// The stable prefix of every conversation: byte-identical over threads and people.
    fn prefix(&self) -> &str;
    /// Specs in the chat-completions form: only what the role and the phase need.
    fn specs(&self, who: &Person, phase: Phase) -> Arc<[Value]>;
    /// Reads of one answer run at the same time; everything else in order.
    fn is_read(&self, name: &str) -> bool;
    /// Fails only when the database is away: the turn goes on from where it was saved.
    async fn call(&self, at: (&Person, &ThreadId), call: &ToolCall) -> StoreResult<Returned>;
}
