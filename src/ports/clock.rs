//! Time and chance, handed in: nothing else reads a clock or makes an id.
use crate::domain::time::Millis;

#[async_trait::async_trait]
pub trait Clock: Send + Sync {
    /// Business time: what people and vendors live in. The sandbox world may speed it up.
    fn now(&self) -> Millis;

    /// This machine's time: leases and heartbeats.
    fn wall(&self) -> Millis;

    /// Returns when `until` (business time) is reached, or earlier when the clock was moved. Callers look again.
    async fn wait(&self, until: Millis);
}

pub trait Ids: Send + Sync {
    /// `prefix_` and 20 unguessable characters.
    fn fresh(&self, prefix: &str) -> String;

    /// The short code by which people speak of a run: `7K2`.
    fn code(&self) -> String;
}
