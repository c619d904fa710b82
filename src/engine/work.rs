//! One item from claim to end.
use serde_json::Value;

use crate::engine::context::Engine;
use crate::engine::executor::StepCx;
use crate::engine::executor::WorkError;
use crate::engine::executor::WorkResult;
use crate::engine::steps::executor_of;
use crate::ports::error::Next;
use crate::ports::llm::LlmError;
use crate::store::items;
use crate::store::items::Ended;
use crate::store::items::ItemRow;
use crate::store::open::StoreError;
use crate::store::runs;

/// Tries of an item before a person has to look.
const ATTEMPTS_MAX: i64 = 4;
/// Starts of an item, whatever ended them: one that kills its worker ends up with a person.
const STARTS_MAX: i64 = 8;
const LLM_WAIT_MS: i64 = 2_000;

/// Works one claimed item off. An error here means that nothing more may be written for it.
pub async fn work_off(engine: &Engine, item: &ItemRow) -> WorkResult<()> {
    let Some((run, kind)) = load(engine, item).await? else {
        return finish(engine, item, &Ended::Cancelled).await;
    };
    if item.attempt > STARTS_MAX {
        let why = format!("do this: its worker stopped {} times in the middle", item.attempt - 1);
        return finish(engine, item, &Ended::Review(why)).await;
    }
    let executor = executor_of(kind);
    let ended = match executor.work(engine, &run, item).await {
        Ok(answer) => match absorb(engine, item, &answer).await {
            Ok(()) => return Ok(()),
            Err(WorkError::Lost(what)) => return Err(WorkError::Lost(what)),
            Err(error) => judge(engine, item, &error),
        },
        Err(WorkError::Lost(what)) => return stopped(engine, item, what).await,
        Err(error) => judge(engine, item, &error),
    };
    if let Ended::Review(error) = &ended {
        tracing::warn!(run.id = %item.run, job.id = %item.id, vendor = %item.queue, error = %error, "an item waits for a person");
    }
    finish(engine, item, &ended).await
}

async fn load(engine: &Engine, item: &ItemRow) -> WorkResult<Option<(runs::RunRow, crate::run::state::StepKind)>> {
    let mut conn = engine.store.conn().await?;
    let Some(run) = runs::get(&mut conn, &item.run).await? else { return Ok(None) };
    let kind = run.plan.steps.get(usize::try_from(item.step).unwrap_or(usize::MAX)).map(|step| step.kind);
    Ok(kind.map(|kind| (run, kind)))
}

/// The answer goes into rows and the item ends, in one transaction.
async fn absorb(engine: &Engine, item: &ItemRow, answer: &Value) -> WorkResult<()> {
    let now = engine.clock.now();
    let mut tx = engine.store.begin().await?;
    // The result itself stays in the rows that `absorb` writes; the item keeps only that it is done.
    items::end(&mut tx, item, &Ended::Done(Value::Null), now).await?;
    let run = runs::get(&mut tx, &item.run).await?.ok_or_else(|| WorkError::Lost(item.run.0.clone()))?;
    let mut steps = runs::steps(&mut tx, &item.run).await?;
    let step = usize::try_from(item.step)
        .ok()
        .and_then(|index| steps.get_mut(index))
        .ok_or_else(|| WorkError::Lost(item.id.0.clone()))?;
    let executor = executor_of(step.kind);
    let more = {
        let mut cx = StepCx { engine, conn: &mut tx, run: &run, step, now };
        executor.absorb(&mut cx, item, answer).await?
    };
    runs::save_step(&mut tx, &item.run, step).await?;
    items::insert(&mut tx, (&item.run, item.step, item.stage), &more, now).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(())
}

/// A stopped run cancels its items; a lost lease writes nothing.
async fn stopped(engine: &Engine, item: &ItemRow, what: String) -> WorkResult<()> {
    match finish(engine, item, &Ended::Cancelled).await {
        Ok(()) => Ok(()),
        Err(_) => Err(WorkError::Lost(what)),
    }
}

async fn finish(engine: &Engine, item: &ItemRow, ended: &Ended) -> WorkResult<()> {
    let mut tx = engine.store.begin().await?;
    items::end(&mut tx, item, ended, engine.clock.now()).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(())
}

/// What an error means for the item.
fn judge(engine: &Engine, item: &ItemRow, error: &WorkError) -> Ended {
    let text = error.to_string();
    let again = |wait_ms: i64, counts: bool| {
        if counts && item.attempt >= ATTEMPTS_MAX {
            Ended::Review(text.clone())
        } else {
            Ended::Again { at: engine.clock.now().plus(wait_ms), counts, error: text.clone() }
        }
    };
    match error {
        WorkError::Port(port) => match port.next(u32::try_from(item.attempt).unwrap_or(1)) {
            Next::Later { wait_ms, counts } => again(wait_ms, counts),
            Next::Reconcile => again(LLM_WAIT_MS, true),
            Next::Stop => Ended::Review(text),
        },
        WorkError::Llm(LlmError::Throttled(seconds)) => again(i64::try_from(*seconds).unwrap_or(1) * 1_000, true),
        WorkError::Llm(LlmError::Denied(_)) => Ended::Review(text),
        WorkError::Llm(_) => again(LLM_WAIT_MS << item.attempt.clamp(0, 6), true),
        WorkError::Store(_) => again(LLM_WAIT_MS, true),
        WorkError::Unknown(_) | WorkError::Refused(_) | WorkError::Lost(_) | WorkError::Words(_) => Ended::Review(text),
    }
}
