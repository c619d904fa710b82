//! What every handler needs: the desk, the clock, the ids and the options, behind one `Arc`.
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::domain::time::Millis;
use crate::ports::clock::Clock;
use crate::ports::clock::Ids;
use crate::ports::desk::Desk;

use super::login::Throttle;
use super::options::WebOptions;
use super::server::Parts;

/// Open event streams at once; one more is told to come back.
pub const STREAMS_MAX: usize = 512;

pub struct Site {
    pub options: WebOptions,
    pub desk: Arc<dyn Desk>,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
    pub throttle: Throttle,
    pub streams: Arc<Semaphore>,
    pub shutdown: CancellationToken,
}

pub type Shared = Arc<Site>;

impl Site {
    pub fn new(options: WebOptions, parts: Parts, shutdown: CancellationToken) -> Shared {
        Arc::new(Self {
            options,
            desk: parts.desk,
            clock: parts.clock,
            ids: parts.ids,
            throttle: Throttle::default(),
            streams: Arc::new(Semaphore::new(STREAMS_MAX)),
            shutdown,
        })
    }

    /// Business time: what cards and the thread list speak of.
    pub fn now(&self) -> Millis {
        self.clock.now()
    }

    /// This machine's time: sessions and throttles.
    pub fn wall(&self) -> Millis {
        self.clock.wall()
    }
}
