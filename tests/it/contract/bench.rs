//! What every vendor's suite stands on: a sandbox, a tap in front of it, a clock that stands still.
use std::sync::Arc;

use quarterdeck::connectors::http::Endpoint;
use quarterdeck::domain::time::Millis;
use quarterdeck::ports::clock::Clock;
use quarterdeck::ports::secret::Secret;
use quarterdeck::sandbox;
use quarterdeck::sandbox::clock::WorldClock;

use super::proxy::Proxy;
use super::spec::Spec;

/// 2026-11-23 10:00 UTC, a Monday.
pub const NOW: Millis = Millis(1_795_428_000_000);

struct Still;

#[async_trait::async_trait]
impl Clock for Still {
    fn now(&self) -> Millis {
        NOW
    }

    fn wall(&self) -> Millis {
        NOW
    }

    async fn wait(&self, _until: Millis) {}
}

pub struct Bench {
    pub world: WorldClock,
    _sandbox: sandbox::Sandbox,
    proxy: Proxy,
}

impl Bench {
    pub async fn start() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let world = WorldClock::new(NOW.0, 0.0);
        let options = sandbox::Options { seed: 20_261_121, companies: 0, port: 0, dir: None, clock: world.clone() };
        let sandbox = sandbox::start(options).await.unwrap();
        let proxy = Proxy::start(sandbox.addr()).await;
        Self { world, _sandbox: sandbox, proxy }
    }

    pub fn endpoint(&self, path: &str, key: &str) -> Endpoint {
        Endpoint {
            base_url: Some(format!("{}{path}", self.proxy.url)),
            key: Secret::new(key),
            sandbox: true,
            limiter: None,
        }
    }

    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(Still)
    }

    /// Lets the vendors' windows of seconds pass.
    pub fn breathe(&self) {
        self.world.advance_ms(15_000);
    }

    /// Holds all that was said against the vendor's description; the calls must at least be these.
    pub fn check(&self, spec: &Spec, at_least: &[&str]) {
        let seen = self.proxy.seen();
        let broken: Vec<String> = seen.iter().flat_map(|exchange| spec.broken_by(exchange)).collect();
        assert!(broken.is_empty(), "{} of {} exchanges:\n{}", broken.len(), seen.len(), broken.join("\n"));
        for wanted in at_least {
            let called = seen.iter().any(|exchange| format!("{} {}", exchange.method, exchange.path).contains(wanted));
            assert!(called, "{wanted} was never called");
        }
    }
}
