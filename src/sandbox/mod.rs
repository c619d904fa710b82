//! The vendors, played over loopback HTTP; knows nothing of ours.
//!
//! 1. `world` is made from a seed and never changes.
//! 2. Each vendor folder answers calls as that vendor does: `gate.rs` is its door (key, limits, headers), the rest its
//!    objects.
//! 3. `core` joins them: a call and its time go in, an answer comes out, what changed is written to `journal`.
//! 4. `wire` carries it over HTTP, with `faults` on demand; `control` is for tests and the demo.
mod apollo;
pub mod clock;
mod control;
mod core;
mod explorium;
mod faults;
mod held;
mod http;
mod hubspot;
mod journal;
mod ledger;
mod lemlist;
mod limits;
pub mod model;
mod outbox;
mod plant;
mod random;
mod wire;
mod world;

#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::sandbox::clock::WorldClock;

pub const HUBSPOT_TOKEN: &str = "pat-sandbox-hubspot";
pub const APOLLO_KEY: &str = "sandbox-apollo-key";
pub const EXPLORIUM_KEY: &str = "sandbox-explorium-key";
pub const LEMLIST_KEY: &str = "sandbox-lemlist-key";
pub const MODEL_KEY: &str = "sandbox-model-key";

/// The seed of the world everyone knows.
pub const DEFAULT_SEED: u64 = 20_261_121;

pub struct Options {
    pub seed: u64,
    /// How many there are at least; the world everyone knows is the smallest.
    pub companies: usize,
    /// 0 takes any free port.
    pub port: u16,
    /// Where the state is kept; `None` keeps it in memory.
    pub dir: Option<PathBuf>,
    pub clock: WorldClock,
}

/// A running sandbox.
pub struct Sandbox {
    running: wire::Running,
}

/// Binds 127.0.0.1, replays the journal, and serves in background tasks.
pub async fn start(o: Options) -> std::io::Result<Sandbox> {
    let running = wire::start(o).await?;
    Ok(Sandbox { running })
}

impl Sandbox {
    pub fn base_url(&self) -> String {
        format!("http://{}", self.running.addr)
    }

    pub fn addr(&self) -> SocketAddr {
        self.running.addr
    }

    pub async fn stop(self) {
        self.running.stop().await;
    }
}
