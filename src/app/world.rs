//! The sandbox world of this process, if any part needs it, and the clock that follows it.
use std::sync::Arc;

use serde_json::Value;

use crate::app::account;
use crate::app::account::Account;
use crate::app::clock::SystemClock;
use crate::app::clock::WorldClockAdapter;
use crate::app::clock::WorldTime;
use crate::app::clock::wall;
use crate::app::error::StartError;
use crate::app::lock;
use crate::app::lock::DataLock;
use crate::app::loopback;
use crate::app::remote::RemoteWorld;
use crate::app::start::port_words;
use crate::config::model::Config;
use crate::domain::ids::RunId;
use crate::domain::time::Millis;
use crate::ports::clock::Clock;
use crate::sandbox;
use crate::sandbox::Sandbox;
use crate::sandbox::clock::WorldClock;
use crate::store::open::Store;

/// The invented world begins on a Monday morning: Mon 23 Nov 2026, 08:55 UTC. Its records are dated round that day.
const WORLD_START_MS: i64 = 1_795_424_100_000;

pub struct Ground {
    pub clock: Arc<dyn Clock>,
    /// Where the vendors are played, if any is.
    pub base_url: Option<String>,
    /// When it is this process that plays them.
    pub sandbox: Option<(Sandbox, WorldClock)>,
}

/// With a live vendor the sandbox parts live in real time; else the world has a time of its own.
pub async fn open(config: &Config) -> Result<Ground, StartError> {
    if !config.parts.needs_sandbox() {
        return Ok(Ground { clock: Arc::new(SystemClock), base_url: None, sandbox: None });
    }
    if let Some(address) = config.sandbox.elsewhere {
        let world = RemoteWorld::connect(address).await.map_err(|why| {
            StartError::Wrong(format!(
                "no sandbox answers at http://{address}: {why:#}; start one with `quarterdeck sandbox`, or mend --sandbox-url"
            ))
        })?;
        let clock = Arc::new(WorldClockAdapter::new(world));
        return Ok(Ground { clock, base_url: Some(format!("http://{address}")), sandbox: None });
    }
    let live = config.parts.any_vendor_live();
    let world =
        if live { WorldClock::new(wall().0, 1.0) } else { WorldClock::new(WORLD_START_MS, config.sandbox.speed) };
    let sandbox = start(config, world.clone()).await?;
    let clock: Arc<dyn Clock> =
        if live { Arc::new(SystemClock) } else { Arc::new(WorldClockAdapter::new(Shared(world.clone()))) };
    Ok(Ground { clock, base_url: Some(sandbox.base_url()), sandbox: Some((sandbox, world)) })
}

/// A sandbox world alone, for processes that name it.
pub async fn play(config: &Config) -> Result<Played, StartError> {
    let lock = lock::take_world(&config.place.sandbox_dir())?;
    let sandbox = start(config, WorldClock::new(WORLD_START_MS, config.sandbox.speed)).await?;
    Ok(Played { sandbox, _lock: lock })
}

pub struct Played {
    sandbox: Sandbox,
    _lock: DataLock,
}

impl Played {
    pub fn base_url(&self) -> String {
        self.sandbox.base_url()
    }

    pub async fn stop(self) {
        self.sandbox.stop().await;
    }
}

async fn start(config: &Config, clock: WorldClock) -> Result<Sandbox, StartError> {
    let port = config.sandbox.port;
    let (seed, companies) = (config.sandbox.seed, config.sandbox.companies);
    let options = sandbox::Options { seed, companies, port, dir: Some(config.place.sandbox_dir()), clock };
    let address = format!("127.0.0.1:{port}");
    sandbox::start(options).await.map_err(|why| StartError::Wrong(port_words(&address, "--sandbox-port", &why)))
}

struct Shared(WorldClock);

#[async_trait::async_trait]
impl WorldTime for Shared {
    fn now_ms(&self) -> i64 {
        self.0.now_ms()
    }

    fn speed(&self) -> f64 {
        self.0.speed()
    }

    async fn changed(&self) {
        self.0.changed().await;
    }
}

/// The world as the demo plays on it.
pub struct Outside {
    pub clock: WorldClock,
    pub address: std::net::SocketAddr,
    pub store: Store,
    pub settle: Arc<dyn Settle>,
}

/// Fetches and applies all that is due.
#[async_trait::async_trait]
pub trait Settle: Send + Sync {
    async fn settle(&self) -> anyhow::Result<()>;
}

#[async_trait::async_trait]
impl crate::app::stage::World for Outside {
    fn now(&self) -> Millis {
        Millis(self.clock.now_ms())
    }

    fn advance(&self, ms: i64) {
        self.clock.advance_ms(ms);
    }

    async fn settled(&self) -> anyhow::Result<()> {
        self.settle.settle().await
    }

    async fn ledger(&self) -> anyhow::Result<Value> {
        loopback::get_json(self.address, "/_sandbox/ledger").await
    }

    async fn account(&self, run: &RunId) -> anyhow::Result<Account> {
        account::of(&self.store, run).await
    }
}
