//! The clocks there are: this machine's, and the sandbox world's. The only reader of the time.
use std::time::Duration;
use std::time::SystemTime;
use std::time::UNIX_EPOCH;

use crate::domain::time::Millis;
use crate::ports::clock::Clock;

/// This machine's time, in UTC.
#[expect(clippy::disallowed_methods, reason = "the home of the clock")]
pub fn wall() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Business time is machine time: any vendor is live.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

#[async_trait::async_trait]
impl Clock for SystemClock {
    fn now(&self) -> Millis {
        wall()
    }

    fn wall(&self) -> Millis {
        wall()
    }

    async fn wait(&self, until: Millis) {
        let left = until.since(wall());
        if left > 0 {
            pause(left as f64).await;
        }
    }
}

/// World time as the sandbox keeps it: it may run fast, stand still, or be moved by hand.
#[async_trait::async_trait]
pub trait WorldTime: Send + Sync {
    fn now_ms(&self) -> i64;
    /// World seconds per second; 0 stands still.
    fn speed(&self) -> f64;
    /// Wakes when the clock is moved by hand.
    async fn changed(&self);
}

/// Business time is world time; leases stay on machine time.
pub struct WorldClockAdapter<W> {
    world: W,
}

/// A move between a look at the clock and the wait for a move would be missed: look again this often.
const LOOK_AGAIN_MS: f64 = 250.0;

impl<W: WorldTime> WorldClockAdapter<W> {
    pub fn new(world: W) -> Self {
        Self { world }
    }
}

#[async_trait::async_trait]
impl<W: WorldTime> Clock for WorldClockAdapter<W> {
    fn now(&self) -> Millis {
        Millis(self.world.now_ms())
    }

    fn wall(&self) -> Millis {
        wall()
    }

    async fn wait(&self, until: Millis) {
        let start = self.now();
        let mut before = start;
        while before < until {
            let left = real_ms(until.since(before), self.world.speed()).min(LOOK_AGAIN_MS);
            let moved = tokio::time::timeout(duration(left), self.world.changed()).await.is_ok();
            let now = self.now();
            let expected = before.plus((left * self.world.speed()) as i64 + MOVED_BY_HAND_MS);
            if moved || (now > expected && now.since(before) > MOVED_BY_HAND_MS) {
                return;
            }
            before = now;
        }
    }
}

/// A step larger than running explains is a move by hand.
const MOVED_BY_HAND_MS: i64 = 60_000;

/// How long world milliseconds take; without end when the world stands still.
fn real_ms(world_ms: i64, speed: f64) -> f64 {
    if speed > 0.0 { world_ms as f64 / speed } else { f64::MAX }
}

fn duration(ms: f64) -> Duration {
    Duration::from_secs_f64((ms / 1_000.0).clamp(0.001, 86_400.0))
}

#[expect(clippy::disallowed_methods, reason = "the home of the clock: everybody else waits through it")]
async fn pause(ms: f64) {
    tokio::time::sleep(duration(ms)).await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::AtomicI64;
    use std::sync::atomic::Ordering;
    use tokio::sync::Notify;

    struct Still {
        at: AtomicI64,
        moved: Notify,
    }

    #[async_trait::async_trait]
    impl WorldTime for Arc<Still> {
        fn now_ms(&self) -> i64 {
            self.at.load(Ordering::SeqCst)
        }

        fn speed(&self) -> f64 {
            0.0
        }

        async fn changed(&self) {
            self.moved.notified().await;
        }
    }

    #[tokio::test]
    async fn a_world_that_stands_still_wakes_when_it_is_moved() {
        let world = Arc::new(Still { at: AtomicI64::new(1_000), moved: Notify::new() });
        let clock = WorldClockAdapter::new(Arc::clone(&world));
        clock.wait(Millis(900)).await;
        let waiting = tokio::spawn(async move { clock.wait(Millis(100_000_000)).await });
        tokio::task::yield_now().await;
        world.at.fetch_add(200_000_000, Ordering::SeqCst);
        world.moved.notify_waiters();
        waiting.await.unwrap();
        assert_eq!(world.now_ms(), 200_001_000);
    }

    #[test]
    fn real_time_is_world_time_by_speed() {
        assert!((real_ms(60_000, 60.0) - 1_000.0).abs() < 1e-9);
        assert!(real_ms(1, 0.0) > 1e300);
        assert!(wall().0 > 1_700_000_000_000);
    }
}
