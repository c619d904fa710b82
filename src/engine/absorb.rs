//! Ends of items, written in groups: one transaction for all that finished of a run. One that cannot be written does not
//! sink the others: then each is written alone, and the one that fails is judged by its error.
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde_json::Value;

use crate::domain::ids::RunId;
use crate::domain::time::Millis;
use crate::domain::time::SECOND;
use crate::engine::context::Engine;
use crate::engine::executor::StepCx;
use crate::engine::executor::WorkError;
use crate::engine::executor::WorkResult;
use crate::engine::hold::claim_of;
use crate::engine::work::Finished;
use crate::engine::work::Outcome;
use crate::engine::work::judge;
use crate::run::state::RunState;
use crate::store::claims;
use crate::store::claims::Claim;
use crate::store::items;
use crate::store::items::Ended;
use crate::store::items::ItemRow;
use crate::store::items::NewItem;
use crate::store::open::Conn;
use crate::store::open::StoreError;
use crate::store::runs;
use crate::store::runs::RunRow;
use crate::store::runs::StepRow;
use crate::store::workers;

/// Ends in one transaction: others wait for the run's row that long.
const GROUP_MAX: usize = 128;
/// As long as other items of the step are at work, the run is looked at only for its progress.
const LOOK_EVERY_MS: i64 = 2 * SECOND;

/// Writes all ends, and lets go of the claims.
pub async fn write(engine: &Engine, finished: Vec<Finished>) {
    let mut by_run: BTreeMap<RunId, Vec<Finished>> = BTreeMap::new();
    for one in finished {
        by_run.entry(one.item.run.clone()).or_default().push(one);
    }
    for (run, all) in by_run {
        for group in all.chunks(GROUP_MAX) {
            group_or_each(engine, &run, group).await;
            for one in group {
                engine.hold.release(&claim_of(&one.item));
            }
        }
    }
}

async fn group_or_each(engine: &Engine, run: &RunId, group: &[Finished]) {
    match together(engine, run, group).await {
        Ok(()) => return,
        Err(error) if group.len() > 1 => {
            tracing::debug!(run.id = %run, error = %error, "ends could not be written together; each is tried alone");
        }
        Err(error) => return alone_again(engine, run, &group[0], &error).await,
    }
    for one in group {
        if let Err(error) = together(engine, run, std::slice::from_ref(one)).await {
            alone_again(engine, run, one, &error).await;
        }
    }
}

/// An answer that cannot be taken into rows ends its item as the error says.
async fn alone_again(engine: &Engine, run: &RunId, one: &Finished, error: &WorkError) {
    let outcome = Outcome::Ended(judge(&one.item, error, engine.clock.now()));
    let judged = Finished { item: one.item.clone(), outcome };
    if let Err(error) = together(engine, run, &[judged]).await {
        tracing::warn!(run.id = %run, item.id = %one.item.id, error = %error, "an item's end was not written; it is freed and done again");
    }
}

/// A run whose row is held, and what is written under it.
struct Group {
    run: RunRow,
    steps: Vec<StepRow>,
    touched: BTreeSet<usize>,
    more: Vec<(i64, i64, Vec<NewItem>)>,
    lost: Vec<Claim>,
}

async fn together(engine: &Engine, id: &RunId, group: &[Finished]) -> WorkResult<()> {
    let now = engine.clock.now();
    let mut tx = engine.store.begin().await?;
    // The run's row first, and always: a visit under way then either sees these ends or is woken by them.
    if runs::hold(&mut tx, id).await?.is_none() {
        return Ok(());
    }
    let Some(run) = runs::get(&mut tx, id).await? else { return Ok(()) };
    let steps = runs::steps(&mut tx, id).await?;
    let mut open = Group { run, steps, touched: BTreeSet::new(), more: Vec::new(), lost: Vec::new() };
    for one in group {
        end(engine, &mut tx, &mut open, one, now).await?;
    }
    save(&mut tx, &open, now).await?;
    let fresh: Vec<&Claim> = open.lost.iter().filter(|claim| engine.hold.lose(claim)).collect();
    workers::add_lost(&mut tx, fresh.len()).await?;
    tx.commit().await.map_err(StoreError::from)?;
    for claim in fresh {
        tracing::warn!(run.id = %id, item.id = %claim.0, "the lease of an item was lost: nothing was written for it");
    }
    Ok(())
}

/// One item's end, and what follows from its answer. A lost lease writes nothing, and the others go on.
async fn end(engine: &Engine, c: &mut Conn, open: &mut Group, one: &Finished, now: Millis) -> WorkResult<()> {
    let Some(ended) = ended(&one.outcome, open.run.state, now) else {
        claims::give_back(c, &claim_of(&one.item)).await?;
        return Ok(());
    };
    match items::end(c, &one.item, &ended, now).await {
        Err(StoreError::Lost(_)) => {
            open.lost.push(claim_of(&one.item));
            return Ok(());
        }
        other => other?,
    }
    let step = usize::try_from(one.item.step).unwrap_or(usize::MAX);
    open.touched.insert(step);
    if let Ended::Review(error) = &ended {
        tracing::warn!(run.id = %one.item.run, item.id = %one.item.id, vendor = %one.item.queue, error = %error, "an item waits for a person");
    }
    if let Outcome::Answer(answer) = &one.outcome {
        let more = absorb(engine, c, (open, step), (&one.item, answer), now).await?;
        open.more.push((one.item.step, one.item.stage, more));
    }
    Ok(())
}

/// How the item ends, as its run stands now; `None` gives it back.
fn ended(outcome: &Outcome, run: RunState, now: Millis) -> Option<Ended> {
    let stops = run == RunState::Cancelling || run.is_over();
    match outcome {
        Outcome::Untouched => None,
        // The result itself stays in the rows that `absorb` writes; the item keeps only that it is done.
        Outcome::Answer(_) => Some(Ended::Done(Value::Null)),
        Outcome::Ended(Ended::Again { .. } | Ended::Waits { .. }) | Outcome::Stopped if stops => Some(Ended::Cancelled),
        Outcome::Ended(Ended::Again { .. } | Ended::Waits { .. }) | Outcome::Stopped if run == RunState::Paused => {
            Some(Ended::Paused)
        }
        Outcome::Stopped => Some(Ended::Again { at: now, counts: false, error: String::new() }),
        Outcome::Ended(ended) => Some(ended.clone()),
    }
}

async fn absorb(
    engine: &Engine,
    c: &mut Conn,
    at: (&mut Group, usize),
    answered: (&ItemRow, &Value),
    now: Millis,
) -> WorkResult<Vec<NewItem>> {
    let (open, index) = at;
    let (item, answer) = answered;
    let step = open.steps.get_mut(index).ok_or_else(|| WorkError::Lost(item.id.0.clone()))?;
    let executor = engine.executor_of(step.kind);
    let mut cx = StepCx { engine, conn: c, run: &open.run, step, now };
    executor.absorb(&mut cx, item, answer).await
}

/// The steps as they are now, items that follow, and when the run is looked at next.
async fn save(c: &mut Conn, open: &Group, now: Millis) -> WorkResult<()> {
    let id = &open.run.id;
    for step in open.touched.iter().filter_map(|index| open.steps.get(*index)) {
        runs::save_step(c, id, step).await?;
    }
    for (step, stage, more) in &open.more {
        items::insert(c, (id, *step, *stage), more, now).await?;
    }
    let mut goes_on = matches!(open.run.state, RunState::Queued | RunState::Running | RunState::Waiting);
    for step in &open.touched {
        goes_on = goes_on && items::live(c, id, *step as i64).await?;
    }
    runs::wake(c, id, if goes_on { now.plus(LOOK_EVERY_MS) } else { now }).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_a_try_depends_on_where_the_run_stands() {
        let now = Millis(5);
        let again = || Ended::Again { at: Millis(9), counts: true, error: "e".to_owned() };
        let back = Ended::Again { at: now, counts: false, error: String::new() };
        let cases = [
            (Outcome::Answer(Value::Null), RunState::Cancelling, Some(Ended::Done(Value::Null))),
            (Outcome::Ended(again()), RunState::Running, Some(again())),
            (Outcome::Ended(again()), RunState::Cancelling, Some(Ended::Cancelled)),
            (Outcome::Ended(again()), RunState::Failed, Some(Ended::Cancelled)),
            (Outcome::Stopped, RunState::Cancelling, Some(Ended::Cancelled)),
            (Outcome::Stopped, RunState::Running, Some(back)),
            (Outcome::Stopped, RunState::Paused, Some(Ended::Paused)),
            (Outcome::Untouched, RunState::Cancelling, None),
        ];
        for (outcome, run, expected) in cases {
            assert_eq!(ended(&outcome, run, now), expected, "{outcome:?} {run:?}");
        }
    }
}
