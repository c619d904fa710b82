//! What the demo plays on: the desk as surfaces see it, the sandbox world beside it, and the books to compare.
use std::sync::Arc;

use serde_json::Value;

use crate::app::account::Account;
use crate::domain::ids::RunId;
use crate::domain::time::Millis;
use crate::ports::desk::Desk;

#[derive(Clone)]
pub struct Stage {
    pub desk: Arc<dyn Desk>,
    pub world: Arc<dyn World>,
}

/// The sandbox from outside: its clock and its ledger, never used by the product itself.
#[async_trait::async_trait]
pub trait World: Send + Sync {
    fn now(&self) -> Millis;
    fn advance(&self, ms: i64);
    /// Returns when everything due by now has been fetched, stored and applied.
    async fn settled(&self) -> anyhow::Result<()>;
    /// `GET /_sandbox/ledger`.
    async fn ledger(&self) -> anyhow::Result<Value>;
    /// The same matters as our own rows tell them.
    async fn account(&self, run: &RunId) -> anyhow::Result<Account>;
}
