//! One item at work, outside any transaction: what came out of it, and what an error means for it.
use std::sync::Arc;

use serde_json::Value;

use crate::domain::time::Millis;
use crate::engine::charge;
use crate::engine::context::Engine;
use crate::engine::executor::WorkError;
use crate::engine::executor::WorkResult;
use crate::ports::error::Hold;
use crate::ports::error::Next;
use crate::ports::error::PortError;
use crate::ports::llm::LlmError;
use crate::run::breaker::BreakerState;
use crate::store::breaker;
use crate::store::items::Ended;
use crate::store::items::ItemRow;
use crate::store::runs::RunRow;

/// Tries of an item before a person has to look.
const ATTEMPTS_MAX: i64 = 4;
/// Starts of an item, whatever ended them: one that kills its worker ends up with a person.
const STARTS_MAX: i64 = 8;
const LLM_WAIT_MS: i64 = 2_000;

/// A claimed item with its run, as they were at the claim.
#[derive(Clone, Debug)]
pub struct Claimed {
    pub run: Arc<RunRow>,
    pub item: ItemRow,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// To be taken into rows by the step's executor, in the transaction that ends the item.
    Answer(Value),
    Ended(Ended),
    /// The lease was lost, or the run was stopped: the run's row tells which.
    Stopped,
    /// Given back as it was claimed: the worker was asked to stop before it began.
    Untouched,
}

#[derive(Debug)]
pub struct Finished {
    pub item: ItemRow,
    pub outcome: Outcome,
}

pub async fn work_off(engine: &Engine, claimed: &Claimed) -> Outcome {
    let Claimed { run, item } = claimed;
    let step = usize::try_from(item.step).ok().and_then(|index| run.plan.steps.get(index));
    let Some(step) = step else { return Outcome::Ended(Ended::Cancelled) };
    if item.attempt > STARTS_MAX {
        let why = format!("do this: its worker stopped {} times in the middle", item.attempt - 1);
        return Outcome::Ended(Ended::Review(why));
    }
    match charge::to(&item.run, engine.executor_of(step.kind).work(engine, run, item)).await {
        Ok(answer) => Outcome::Answer(answer),
        Err(WorkError::Lost(_)) => Outcome::Stopped,
        Err(error) => Outcome::Ended(match excused(engine, &error).await {
            Ok(Some(waits)) => waits,
            Ok(None) | Err(_) => judge(item, &error, engine.clock.now()),
        }),
    }
}

/// While a vendor is down a failed call is the vendor's fault: it uses up no try of the item.
async fn excused(engine: &Engine, error: &WorkError) -> WorkResult<Option<Ended>> {
    let WorkError::Port(port @ (PortError::Unreachable { vendor, .. } | PortError::Unclear { vendor, .. })) = error
    else {
        return Ok(None);
    };
    let mut conn = engine.store.conn().await?;
    let health = breaker::get(&mut conn, vendor).await?;
    Ok((health.state != BreakerState::Closed).then(|| Ended::Waits {
        at: health.probe_at.max(engine.clock.now()),
        on: Hold::Breaker.key(vendor),
        error: port.to_string(),
    }))
}

/// What an error means for the item.
pub fn judge(item: &ItemRow, error: &WorkError, now: Millis) -> Ended {
    let text = error.to_string();
    let again = |wait_ms: i64, counts: bool| {
        if counts && item.attempt >= ATTEMPTS_MAX {
            Ended::Review(text.clone())
        } else {
            Ended::Again { at: now.plus(wait_ms), counts, error: text.clone() }
        }
    };
    match error {
        WorkError::Port(PortError::Held { vendor, by, wait_ms }) => {
            Ended::Waits { at: now.plus(*wait_ms), on: by.key(vendor), error: text }
        }
        WorkError::Port(port) => match port.next(u32::try_from(item.attempt).unwrap_or(1)) {
            Next::Later { wait_ms, counts } => again(wait_ms, counts),
            Next::Reconcile => again(LLM_WAIT_MS, true),
            Next::Stop => Ended::Review(text),
        },
        WorkError::Llm(LlmError::Throttled(seconds)) => again(i64::try_from(*seconds).unwrap_or(1) * 1_000, true),
        WorkError::Llm(LlmError::Denied(_)) => Ended::Review(text),
        WorkError::Llm(_) => again(LLM_WAIT_MS << item.attempt.clamp(0, 6), true),
        WorkError::Store(_) => again(LLM_WAIT_MS, true),
        WorkError::Unknown(_)
        | WorkError::Marked(_)
        | WorkError::Refused(_)
        | WorkError::Lost(_)
        | WorkError::Words(_) => Ended::Review(text),
    }
}
