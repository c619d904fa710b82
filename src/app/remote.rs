//! The clock of a sandbox world that another process of this machine plays: asked for often, carried on between two answers.
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

use anyhow::Context;
use tokio::sync::Notify;

use crate::app::clock::WorldTime;
use crate::app::loopback;

const ASK_EVERY: Duration = Duration::from_millis(100);
/// A difference that is more than this much real time was a move by hand.
const MOVED_MS: f64 = 1_000.0;
const SLACK: Duration = Duration::from_millis(2);
const PASSED_OVER_MAX: u32 = 20;

#[derive(Clone)]
pub struct RemoteWorld {
    inner: Arc<Inner>,
}

struct Inner {
    at: Mutex<Anchor>,
    /// The latest time that was read here: nobody sees it go backwards when an answer puts it right.
    read: AtomicI64,
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

    /// Somebody moved the clock since: told of a time far ahead.
    fn is_behind(&self, told: &Self) -> bool {
        told.world_ms.saturating_sub(self.read(told.real)) as f64 > MOVED_MS * told.speed.max(1.0)
    }

    /// What follows from an answer; `true` when somebody moved the clock.
    fn follow(&mut self, told: Self) -> bool {
        let moved = self.is_behind(&told);
        *self = told;
        moved
    }
}

/// How far answers may be off: one that took much longer than the quickest says less than what is known.
#[derive(Default)]
struct Quickest {
    took: Option<Duration>,
    passed_over: u32,
}

impl Quickest {
    /// Whether an answer is worth following; after many slow ones, any is.
    fn takes(&mut self, took: Duration) -> bool {
        let best = self.took.unwrap_or(took).min(took);
        let is_good = took <= best * 2 + SLACK || self.passed_over >= PASSED_OVER_MAX;
        // The quickest is forgotten little by little: the machine may have become slower.
        self.took = Some(best + best / 64);
        self.passed_over = if is_good { 0 } else { self.passed_over + 1 };
        is_good
    }
}

impl RemoteWorld {
    /// Asks once, and goes on asking in the background.
    pub async fn connect(address: SocketAddr) -> anyhow::Result<Self> {
        let (first, took) = ask(address).await?;
        let inner = Arc::new(Inner { at: Mutex::new(first), read: AtomicI64::new(i64::MIN), moved: Notify::new() });
        let mut quickest = Quickest::default();
        quickest.takes(took);
        let follower = Arc::downgrade(&inner);
        tokio::spawn(async move {
            let mut every = tokio::time::interval(ASK_EVERY);
            let mut away = false;
            loop {
                every.tick().await;
                let told = ask(address).await;
                let Some(inner) = follower.upgrade() else { return };
                match told {
                    Ok((told, took)) => {
                        away = false;
                        let is_moved = |inner: &Inner| inner.at().is_behind(&told);
                        if !quickest.takes(took) && !is_moved(&inner) {
                            continue;
                        }
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
}

impl Inner {
    fn at(&self) -> Anchor {
        *self.at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now_ms(&self) -> i64 {
        let now = self.at().read(Instant::now());
        self.read.fetch_max(now, Ordering::SeqCst).max(now)
    }
}

/// The answer holds for the middle of the time it took, which is told beside it.
async fn ask(address: SocketAddr) -> anyhow::Result<(Anchor, Duration)> {
    let before = Instant::now();
    let told = loopback::get_json(address, "/_sandbox/clock").await?;
    let took = before.elapsed();
    let real = before + took / 2;
    let world_ms = told["now_ms"].as_i64().context("read the time of the sandbox world")?;
    let speed = told["speed"].as_f64().context("read the speed of the sandbox world")?;
    Ok((Anchor { world_ms, real, speed }, took))
}

#[async_trait::async_trait]
impl WorldTime for RemoteWorld {
    fn now_ms(&self) -> i64 {
        self.inner.now_ms()
    }

    fn speed(&self) -> f64 {
        self.inner.at().speed
    }

    async fn changed(&self) {
        self.inner.moved.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_follows_what_it_is_told_and_never_goes_back_for_a_reader() {
        let start = Instant::now();
        let later = start + Duration::from_millis(100);
        let mut anchor = Anchor { world_ms: 1_000, real: start, speed: 10.0 };
        assert_eq!(anchor.read(later), 2_000);
        // A little ahead of what is told: put right.
        assert!(!anchor.follow(Anchor { world_ms: 1_900, real: later, speed: 10.0 }));
        assert_eq!(anchor.read(later), 1_900);
        // A day ahead: moved by hand.
        assert!(anchor.follow(Anchor { world_ms: 86_402_100, real: later, speed: 10.0 }));
        assert_eq!(anchor.read(later), 86_402_100);

        let still = |world_ms| Anchor { world_ms, real: start, speed: 0.0 };
        let inner = Inner { at: Mutex::new(still(5_000)), read: AtomicI64::new(i64::MIN), moved: Notify::new() };
        assert_eq!(inner.now_ms(), 5_000);
        *inner.at.lock().unwrap() = still(4_000);
        assert_eq!(inner.now_ms(), 5_000);
        *inner.at.lock().unwrap() = still(6_000);
        assert_eq!(inner.now_ms(), 6_000);
    }

    #[test]
    fn slow_answers_are_passed_over_unless_all_are_slow() {
        let ms = Duration::from_millis;
        let mut quickest = Quickest::default();
        assert!(quickest.takes(ms(1)));
        assert!(quickest.takes(ms(3)));
        assert!(!quickest.takes(ms(40)));
        assert!((0..PASSED_OVER_MAX + 1).any(|_| quickest.takes(ms(40))));
    }
}
