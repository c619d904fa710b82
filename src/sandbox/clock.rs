//! The one clock of the sandbox: world time, which may run fast, stand still or be moved by hand.
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Instant;

use tokio::sync::Notify;

/// A shared handle on world time. It never goes backwards.
#[derive(Clone)]
pub struct WorldClock {
    inner: Arc<Inner>,
}

struct Inner {
    speed: f64,
    at: Mutex<Anchor>,
    moved: Notify,
}

struct Anchor {
    world_ms: i64,
    real: Instant,
}

impl WorldClock {
    /// `speed` is world seconds per real second; 0.0 stands still and moves only by `advance_ms`.
    pub fn new(start_ms: i64, speed: f64) -> Self {
        let at = Anchor { world_ms: start_ms, real: Instant::now() };
        Self {
            inner: Arc::new(Inner {
                speed: if speed.is_finite() { speed.max(0.0) } else { 0.0 },
                at: Mutex::new(at),
                moved: Notify::new(),
            }),
        }
    }

    pub fn now_ms(&self) -> i64 {
        let at = self.inner.at.lock().unwrap_or_else(PoisonError::into_inner);
        self.read(&at)
    }

    pub fn advance_ms(&self, ms: i64) {
        self.shift(|now| now.saturating_add(ms.max(0)));
    }

    pub fn set_at_least(&self, ms: i64) {
        self.shift(|now| now.max(ms));
    }

    pub fn speed(&self) -> f64 {
        self.inner.speed
    }

    /// Wakes when the clock is moved by hand.
    pub async fn changed(&self) {
        self.inner.moved.notified().await;
    }

    fn shift(&self, to: impl FnOnce(i64) -> i64) {
        {
            let mut at = self.inner.at.lock().unwrap_or_else(PoisonError::into_inner);
            let now = self.read(&at);
            *at = Anchor { world_ms: to(now).max(now), real: Instant::now() };
        }
        self.inner.moved.notify_waiters();
    }

    fn read(&self, at: &Anchor) -> i64 {
        let real_ms = at.real.elapsed().as_secs_f64() * 1000.0;
        at.world_ms.saturating_add((real_ms * self.inner.speed) as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::WorldClock;

    #[test]
    fn a_standing_clock_moves_only_by_hand_and_never_back() {
        let clock = WorldClock::new(1_000, 0.0);
        assert_eq!(clock.now_ms(), 1_000);
        clock.advance_ms(500);
        clock.advance_ms(-900);
        clock.set_at_least(10);
        assert_eq!(clock.now_ms(), 1_500);
        clock.set_at_least(9_000);
        assert_eq!(clock.now_ms(), 9_000);
    }
}
