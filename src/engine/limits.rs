//! Before a call leaves: brake, breaker of the vendor, daily quota, slot. All are rows, so that they hold over all workers.
//! Time is business time throughout: items wait in it, and with live vendors it is the machine's.
use std::sync::Arc;

use crate::domain::time::MINUTE;
use crate::domain::time::Millis;
use crate::engine::charge;
use crate::ports::clock::Clock;
use crate::ports::error::Hold;
use crate::ports::error::PortError;
use crate::ports::error::PortResult;
use crate::ports::error::WAIT_MAX_MS;
use crate::ports::limiter::Heard;
use crate::ports::limiter::Limiter;
use crate::ports::limiter::Pass;
use crate::ports::limiter::RateClass;
use crate::run::breaker::BreakerState;
use crate::run::breaker::Leave;
use crate::store::brake;
use crate::store::brake::Brake;
use crate::store::brake::BrakeKind;
use crate::store::breaker;
use crate::store::cost;
use crate::store::items;
use crate::store::limiter;
use crate::store::open::Backend;
use crate::store::open::Store;
use crate::store::open::StoreResult;

/// A call does not wait longer than this for its slot: its item goes back instead.
const SLOT_WAIT_MAX_MS: i64 = 15_000;
/// Items that meet a brake are let go by the lift; this is for a lift that was lost.
const BRAKE_WAIT_MS: i64 = 10 * MINUTE;

tokio::task_local! {
    /// Calls of this task are made under a gate: none leaves while a brake stands. A connector cannot say it, since the
    /// same call is an ordinary write in one effect and the taking back of approved work in another.
    static UNDER_GATE: ();
}

/// Runs an effect's calls as what they are: under a gate, or not.
pub async fn calling<F: Future>(is_gated: bool, calls: F) -> F::Output {
    if is_gated { UNDER_GATE.scope((), calls).await } else { calls.await }
}

/// The error of work that meets a brake.
pub fn braked(vendor: &str, brake: &Brake) -> PortError {
    let by = match brake.kind {
        BrakeKind::Halt => Hold::Halt,
        BrakeKind::Reconcile => Hold::Reconcile,
    };
    PortError::Held { vendor: vendor.to_owned(), by, wait_ms: BRAKE_WAIT_MS }
}

pub struct SharedLimiter {
    store: Store,
    clock: Arc<dyn Clock>,
    /// Zone of the vendors' accounts: their day begins at its midnight.
    zone: String,
}

enum Asked {
    Go(Pass),
    Later(Millis),
    No(PortError),
}

impl SharedLimiter {
    pub fn new(store: Store, clock: Arc<dyn Clock>, zone: &str) -> Self {
        Self { store, clock, zone: zone.to_owned() }
    }

    pub async fn define(&self, limits: &[RateClass]) -> StoreResult<()> {
        let mut tx = self.store.begin().await?;
        for limit in limits {
            let pace = pace_of(limit);
            limiter::define(&mut tx, limit.key, pace.interval_us, pace.burst_us).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// How many calls under this key a day of the vendor has; 0 is no limit.
    pub async fn define_day(&self, key: &str, calls: i64) -> StoreResult<()> {
        let mut tx = self.store.begin().await?;
        limiter::define_day(&mut tx, key, calls).await?;
        tx.commit().await?;
        Ok(())
    }

    /// One look at all that may stand in the way, in one transaction.
    async fn ask(&self, key: &str, now: Millis) -> StoreResult<Asked> {
        let vendor = vendor_of(key);
        let mut tx = self.store.begin().await?;
        if UNDER_GATE.try_with(|()| ()).is_ok()
            && let Some(brake) = brake::standing(&mut tx).await?
        {
            return Ok(Asked::No(braked(vendor, &brake)));
        }
        let mut health = breaker::get(&mut tx, vendor).await?;
        let was_well = health.is_clean();
        if health.leave(now) != Leave::Go {
            health = breaker::lock(&mut tx, vendor).await?;
            if let Leave::Wait(until) = health.leave(now) {
                let held = PortError::Held { vendor: vendor.to_owned(), by: Hold::Breaker, wait_ms: until.since(now) };
                return Ok(Asked::No(held));
            }
        }
        // A slot is stamped when its row is ours: others may have held it for a while.
        let now = match self.store.backend() {
            Backend::Sqlite => now,
            Backend::Postgres => {
                limiter::lock(&mut tx, key).await?;
                self.clock.now()
            }
        };
        if let Some(free) = limiter::take(&mut tx, key, now).await? {
            limiter::waited(&mut tx, key, free.since(now)).await?;
            tx.commit().await?;
            return Ok(Asked::Later(free));
        }
        if !limiter::take_day(&mut tx, vendor, now.day_number(&self.zone)).await? {
            // Nothing is committed: the slot stays free for another day.
            let wait_ms = now.next_day(&self.zone).since(now);
            return Ok(Asked::No(PortError::Held { vendor: vendor.to_owned(), by: Hold::Daily, wait_ms }));
        }
        if health.state == BreakerState::HalfOpen {
            breaker::put(&mut tx, vendor, &health).await?;
        }
        if let Some(run) = charge::current() {
            cost::count_call(&mut tx, &run, vendor).await?;
        }
        tx.commit().await?;
        Ok(Asked::Go(Pass { was_well }))
    }

    async fn note(&self, key: &str, pass: Pass, heard: Heard<'_>) -> StoreResult<()> {
        let vendor = vendor_of(key);
        if pass.was_well && heard == Heard::Answered {
            return Ok(());
        }
        let now = self.clock.now();
        let mut tx = self.store.begin().await?;
        // The breaker's row before the limit's, as in `ask`.
        let mut health = breaker::lock(&mut tx, vendor).await?;
        if let Heard::Throttled { wait_ms } = heard {
            limiter::block(&mut tx, key, now.plus(wait_ms.clamp(0, WAIT_MAX_MS))).await?;
        }
        let before = health.state;
        match heard {
            Heard::Failed(why) => health.failed(why, now),
            Heard::Answered | Heard::Throttled { .. } => health.answered(),
        }
        breaker::put(&mut tx, vendor, &health).await?;
        if before != BreakerState::Closed && health.state == BreakerState::Closed {
            items::let_go(&mut tx, &Hold::Breaker.key(vendor), now).await?;
        }
        tx.commit().await?;
        if before != health.state {
            tracing::warn!(vendor, state = health.state.word(), "the breaker of a vendor moved");
        }
        Ok(())
    }
}

fn vendor_of(key: &str) -> &str {
    key.split(':').next().unwrap_or(key)
}

#[derive(Debug, PartialEq, Eq)]
struct Pace {
    interval_us: i64,
    burst_us: i64,
}

/// The share of the vendor's stretch that is given away, per mille, and how much it is at least: a machine that is busy delays
/// a call by as much however short the stretch is.
const MARGIN_PERMILLE: i64 = 25;
const MARGIN_MIN_US: i64 = 90_000;

/// A third of it lets a caller that woke up late catch up, the rest lets a call be on its way for a while before the
/// vendor counts it.
fn margin_us(per_us: i64) -> i64 {
    (per_us.saturating_mul(MARGIN_PERMILLE) / 1_000).max(MARGIN_MIN_US.min(per_us / 4))
}

/// A burst and what is refilled after it fall into one stretch of the vendor's: together they stay within the budget.
fn pace_of(limit: &RateClass) -> Pace {
    let burst = i64::from(limit.burst.clamp(1, limit.calls.max(1)));
    let refilled = i64::from(limit.calls.max(1)) - burst + 1;
    let per_us = limit.per_ms.saturating_mul(1_000);
    let margin_us = margin_us(per_us);
    let interval_us = (per_us + margin_us + refilled - 1) / refilled;
    Pace { interval_us, burst_us: interval_us.saturating_mul(burst - 1) + margin_us / 3 }
}

#[async_trait::async_trait]
impl Limiter for SharedLimiter {
    async fn acquire(&self, key: &str) -> PortResult<Pass> {
        let vendor = || vendor_of(key).to_owned();
        let started = self.clock.now();
        loop {
            let now = self.clock.now();
            let asked = self
                .ask(key, now)
                .await
                .map_err(|error| PortError::Unreachable { vendor: vendor(), why: error.to_string() })?;
            let free = match asked {
                Asked::Go(pass) => return Ok(pass),
                Asked::No(error) => return Err(error),
                Asked::Later(free) => free,
            };
            if free.since(started) > SLOT_WAIT_MAX_MS {
                return Err(PortError::Throttled { vendor: vendor(), wait_ms: free.since(now) });
            }
            self.clock.wait(free).await;
        }
    }

    async fn heard(&self, key: &str, pass: Pass, heard: Heard<'_>) {
        if let Err(error) = self.note(key, pass, heard).await {
            tracing::warn!(error = %error, limit = key, "could not note how a vendor answered");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The arrivals that the row of the limiter lets through when somebody asks all the time.
    fn admitted(pace: &Pace, until_us: i64) -> Vec<i64> {
        let mut arrival = 0;
        let mut times = Vec::new();
        let mut now = 0;
        while now < until_us {
            if arrival <= now + pace.burst_us {
                arrival = arrival.max(now) + pace.interval_us;
                times.push(now);
            } else {
                now = arrival - pace.burst_us;
            }
        }
        times
    }

    proptest! {
        /// Also when each call takes its time to arrive, as long as that is within the rest of the margin.
        #[test]
        fn no_stretch_holds_more_than_the_budget(
            calls in 2_u32..300,
            burst in 1_u32..300,
            per_ms in 100_i64..60_000,
            late in proptest::collection::vec(0_i64..=1_000, 1..50),
        ) {
            let pace = pace_of(&RateClass { key: "k", calls, per_ms, burst });
            let late_max = margin_us(per_ms * 1_000) * 2 / 3;
            let arrived = |(number, at): (usize, i64)| at + late[number % late.len()] * late_max / 1_000;
            let mut times: Vec<i64> = admitted(&pace, per_ms * 3_000).into_iter().enumerate().map(arrived).collect();
            times.sort_unstable();
            for (index, start) in times.iter().enumerate() {
                let within = times[index..].iter().take_while(|at| *at - start < per_ms * 1_000).count();
                prop_assert!(within <= calls as usize, "{within} of {calls}");
            }
        }

        #[test]
        fn a_long_run_without_a_burst_gets_almost_all_of_the_budget(calls in 2_u32..300, per_ms in 1_000_i64..60_000) {
            let pace = pace_of(&RateClass { key: "k", calls, per_ms, burst: 1 });
            let stretches = 100;
            let got = admitted(&pace, per_ms * 1_000 * stretches).len() as i64;
            let per_us = per_ms * 1_000;
            let due = i64::from(calls) * stretches * per_us / (per_us + margin_us(per_us));
            prop_assert!(got * 1_000 >= due * 999 - 1_000, "{got} of {due}");
        }
    }
}
