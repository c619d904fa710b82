//! Vendor limits over all workers: rows in the store, waited for in business time.
use std::sync::Arc;

use crate::domain::time::Millis;
use crate::engine::charge;
use crate::ports::clock::Clock;
use crate::ports::error::PortError;
use crate::ports::error::PortResult;
use crate::ports::error::WAIT_MAX_MS;
use crate::ports::limiter::Limiter;
use crate::ports::limiter::RateClass;
use crate::store::cost;
use crate::store::limiter;
use crate::store::open::Store;
use crate::store::open::StoreResult;

/// A call does not wait longer than this for its slot: its item goes back instead.
const SLOT_WAIT_MAX_MS: i64 = 15_000;

pub struct SharedLimiter {
    store: Store,
    clock: Arc<dyn Clock>,
}

impl SharedLimiter {
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
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

    async fn slot(&self, key: &str, now: Millis) -> StoreResult<Option<Millis>> {
        let mut tx = self.store.begin().await?;
        let free = limiter::take(&mut tx, key, now).await?;
        if let (None, Some(run)) = (free, charge::current()) {
            cost::count_call(&mut tx, &run, key.split(':').next().unwrap_or(key)).await?;
        }
        tx.commit().await?;
        Ok(free)
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Pace {
    interval_us: i64,
    burst_us: i64,
}

/// A burst and what is refilled after it fall into one stretch of the vendor's: together they stay within the budget.
fn pace_of(limit: &RateClass) -> Pace {
    let burst = limit.burst.clamp(1, limit.calls.max(2) - 1);
    let refilled = i64::from(limit.calls.max(2) - burst);
    let interval_us = (limit.per_ms.saturating_mul(1_000) + refilled - 1) / refilled;
    Pace { interval_us, burst_us: interval_us.saturating_mul(i64::from(burst - 1)) }
}

#[async_trait::async_trait]
impl Limiter for SharedLimiter {
    async fn acquire(&self, key: &str) -> PortResult<()> {
        let vendor = || key.split(':').next().unwrap_or(key).to_owned();
        let started = self.clock.now();
        loop {
            let now = self.clock.now();
            let slot = self
                .slot(key, now)
                .await
                .map_err(|error| PortError::Unreachable { vendor: vendor(), why: error.to_string() })?;
            let Some(free) = slot else { return Ok(()) };
            if free.since(started) > SLOT_WAIT_MAX_MS {
                return Err(PortError::Throttled { vendor: vendor(), wait_ms: free.since(now) });
            }
            self.clock.wait(free).await;
        }
    }

    async fn block(&self, key: &str, wait_ms: i64) {
        let until = self.clock.now().plus(wait_ms.clamp(0, WAIT_MAX_MS));
        let blocked = async {
            let mut tx = self.store.begin().await?;
            limiter::block(&mut tx, key, until).await?;
            tx.commit().await?;
            StoreResult::Ok(())
        };
        if let Err(error) = blocked.await {
            tracing::warn!(error = %error, limit = key, "could not note that a vendor asked us to wait");
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
        #[test]
        fn no_stretch_holds_more_than_the_budget(calls in 2_u32..300, burst in 1_u32..300, per_ms in 100_i64..60_000) {
            let pace = pace_of(&RateClass { key: "k", calls, per_ms, burst });
            let times = admitted(&pace, per_ms * 3_000);
            for (index, start) in times.iter().enumerate() {
                let within = times[index..].iter().take_while(|at| *at - start < per_ms * 1_000).count();
                prop_assert!(within <= calls as usize, "{within} of {calls}");
            }
        }
    }
}
