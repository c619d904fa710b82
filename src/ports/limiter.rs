//! The vendors' limits, shared by everyone who calls them, and whether a vendor is called at all.
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

/// How a call came out, as far as the vendor's health goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard<'a> {
    /// An answer, whatever it says; a refusal is one.
    Answered,
    /// Not reached, timed out, or broken on its side.
    Failed(&'a str),
    /// It asks us to slow down: nobody calls under this key for this long.
    Throttled { wait_ms: i64 },
}

/// Leave for one call, to be handed back with what was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pass {
    /// The vendor was well when the call left: a good answer is no news.
    pub was_well: bool,
}

#[async_trait::async_trait]
pub trait Limiter: Send + Sync {
    /// Returns when one call under this key is allowed.
    async fn acquire(&self, key: &str) -> PortResult<Pass>;
    async fn heard(&self, key: &str, pass: Pass, heard: Heard<'_>);
}
