//! The vendors' limits, shared by everyone who calls them.
use crate::ports::error::PortResult;

/// A budget that a vendor publishes: never more than `calls` in any stretch of `per_ms`, the burst among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateClass {
    pub key: &'static str,
    pub calls: u32,
    pub per_ms: i64,
    /// Calls that may go at once; fewer than `calls`, since they leave less for the rest of the stretch.
    pub burst: u32,
}

#[async_trait::async_trait]
pub trait Limiter: Send + Sync {
    /// Returns when one call under this key is allowed.
    async fn acquire(&self, key: &str) -> PortResult<()>;
    /// The vendor said "not before": nobody calls for this long.
    async fn block(&self, key: &str, wait_ms: i64);
}
