//! The clock of a sandbox world that another process of this machine plays: asked for often, carried on between two answers.
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;
use std::time::Instant;

use anyhow::Context;
use tokio::sync::Notify;

use crate::app::clock::WorldTime;
use crate::app::loopback;

const ASK_EVERY: Duration = Duration::from_millis(100);
/// A difference that is more than this much real time was a move by hand.
const MOVED_MS: f64 = 1_000.0;

#[derive(Clone)]
pub struct RemoteWorld {
    inner: Arc<Inner>,
}

struct Inner {
    at: Mutex<Anchor>,
    moved: Notify,
}

#[derive(Clone, Copy)]
struct Anchor {
    world_ms: i64,
    real: Instant,
    speed: f64,
}

impl Anchor {
    fn read(&self, real: Instant) -> i64 {
        let ms = real.saturating_duration_since(self.real).as_secs_f64() * 1_000.0;
        self.world_ms.saturating_add((ms * self.speed) as i64)
    }

    /// What follows from an answer; `true` when somebody moved the clock. It never goes backwards.
    fn follow(&mut self, told: Self) -> bool {
        let ours = self.read(told.real);
        let moved = told.world_ms.saturating_sub(ours) as f64 > MOVED_MS * told.speed.max(1.0);
        *self = Self { world_ms: told.world_ms.max(ours), ..told };
        moved
    }
}

impl RemoteWorld {
    /// Asks once, and goes on asking in the background.
    pub async fn connect(address: SocketAddr) -> anyhow::Result<Self> {
        let first = ask(address).await?;
        let inner = Arc::new(Inner { at: Mutex::new(first), moved: Notify::new() });
        let follower = Arc::downgrade(&inner);
        tokio::spawn(async move {
            let mut every = tokio::time::interval(ASK_EVERY);
            let mut away = false;
            loop {
                every.tick().await;
                let told = ask(address).await;
                let Some(inner) = follower.upgrade() else { return };
                match told {
                    Ok(told) => {
                        away = false;
                        if inner.at.lock().unwrap_or_else(PoisonError::into_inner).follow(told) {
                            inner.moved.notify_waiters();
                        }
                    }
                    Err(error) if !away => {
                        away = true;
                        tracing::warn!(error = %error, "the sandbox world does not answer; its time is carried on");
                    }
                    Err(_) => {}
                }
            }
        });
        Ok(Self { inner })
    }

    fn at(&self) -> Anchor {
        *self.inner.at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The answer holds for the middle of the time it took.
async fn ask(address: SocketAddr) -> anyhow::Result<Anchor> {
    let before = Instant::now();
    let told = loopback::get_json(address, "/_sandbox/clock").await?;
    let real = before + before.elapsed() / 2;
    let world_ms = told["now_ms"].as_i64().context("read the time of the sandbox world")?;
    let speed = told["speed"].as_f64().context("read the speed of the sandbox world")?;
    Ok(Anchor { world_ms, real, speed })
}

#[async_trait::async_trait]
impl WorldTime for RemoteWorld {
    fn now_ms(&self) -> i64 {
        self.at().read(Instant::now())
    }

    fn speed(&self) -> f64 {
        self.at().speed
    }

    async fn changed(&self) {
        self.inner.moved.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_follows_what_it_is_told_and_never_goes_back() {
        let start = Instant::now();
        let mut anchor = Anchor { world_ms: 1_000, real: start, speed: 10.0 };
        let later = start + Duration::from_millis(100);
        assert_eq!(anchor.read(later), 2_000);
        // A little behind: the reading stays.
        assert!(!anchor.follow(Anchor { world_ms: 1_900, real: later, speed: 10.0 }));
        assert_eq!(anchor.read(later), 2_000);
        assert!(!anchor.follow(Anchor { world_ms: 2_100, real: later, speed: 10.0 }));
        assert_eq!(anchor.read(later), 2_100);
        // A day ahead: moved by hand.
        assert!(anchor.follow(Anchor { world_ms: 86_402_100, real: later, speed: 10.0 }));
        assert_eq!(anchor.read(later), 86_402_100);
    }
}
