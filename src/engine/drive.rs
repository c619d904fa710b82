//! Moving one run on: rows → `advance` → acts, stored in one transaction under the run's lease.
use crate::cards::cost::Used;
use crate::cards::post;
use crate::cards::post::Place;
use crate::cards::progress;
use crate::cards::progress::Shown;
use crate::cards::result;
use crate::cards::undo;
use crate::domain::ids::CardId;
use crate::domain::ids::RunId;
use crate::domain::time::DAY;
use crate::domain::time::Millis;
use crate::engine::context::Engine;
use crate::engine::executor::Next;
use crate::engine::executor::StepCx;
use crate::engine::executor::WorkError;
use crate::engine::executor::WorkResult;
use crate::engine::failpoint::Point;
use crate::engine::gating::expire;
use crate::engine::gating::open_gate;
use crate::engine::gating::remind;
use crate::engine::gating::send_back;
use crate::engine::hold::LEASE_MS;
use crate::engine::review::held_by_review;
use crate::run::advance::Act;
use crate::run::advance::GateRows;
use crate::run::advance::RunRows;
use crate::run::advance::StepRows;
use crate::run::advance::advance;
use crate::run::card::CardState;
use crate::run::gate::Gate;
use crate::run::state::GateState;
use crate::run::state::RunState;
use crate::run::state::StepState;
use crate::store::audit;
use crate::store::before_image;
use crate::store::cost;
use crate::store::effects;
use crate::store::gates as gate_rows;
use crate::store::items;
use crate::store::open::Conn;
use crate::store::open::StoreError;
use crate::store::runs;
use crate::store::runs::RunRow;
use crate::store::runs::StepRow;

/// Acts of one visit; the rest waits for the next.
const ACTS_MAX: usize = 16;
const FAR_MS: i64 = 3_650 * DAY;

/// One visit. `false` when another worker is at the run, or was.
pub async fn drive(engine: &Engine, id: &RunId) -> WorkResult<bool> {
    let now = engine.clock.now();
    let mut tx = engine.store.begin().await?;
    let from = engine.store.lease_now(&mut tx, engine.clock.wall()).await?;
    let at = (now, from, from.plus(LEASE_MS));
    let Some(fence) = runs::claim(&mut tx, engine.store.backend(), id, &engine.owner, at).await? else {
        return Ok(false);
    };
    let Some(mut run) = runs::get(&mut tx, id).await? else { return Ok(false) };
    run.fence = fence;
    let mut steps = runs::steps(&mut tx, id).await?;
    let mut acts = Vec::new();
    for _ in 0..ACTS_MAX {
        let rows = rows_of(&mut tx, &run, &steps).await?;
        let Some(act) = advance(&rows, now) else { break };
        acts.push(moment(act, &steps));
        if !perform(engine, &mut tx, (&mut run, &mut steps), act, now).await? {
            break;
        }
    }
    run.wake_at = next_wake(&mut tx, &run, &steps, now).await?;
    run.state = state_of(&run, &steps);
    runs::save(&mut tx, &run).await?;
    if !run.state.is_over() {
        progress::refresh(
            &mut tx,
            &shown(engine, &|id| engine.rules.name_of(id)),
            place(engine, &run, now),
            (&run, !acts.is_empty()),
        )
        .await
        .map_err(card_error)?;
    }
    acts.iter().for_each(|act| engine.failpoint.pass(Point::Moving, "run", act));
    tx.commit().await.map_err(StoreError::from)?;
    acts.iter().for_each(|act| engine.failpoint.pass(Point::Moved, "run", act));
    Ok(true)
}

/// An act as the fault suite names it: "begin enrich".
fn moment(act: Act, steps: &[StepRow]) -> String {
    let of_step = |verb: &str, index: usize| format!("{verb} {}", steps[index].kind.word());
    match act {
        Act::Begin(index) => of_step("begin", index),
        Act::Settle(index) => of_step("settle", index),
        Act::Decided(index) => of_step("decided", index),
        Act::Expire(index) => of_step("expire", index),
        Act::Remind(index) => of_step("remind", index),
        Act::Cancel => "cancel".to_owned(),
        Act::Finish => "finish".to_owned(),
        Act::Fail => "fail".to_owned(),
    }
}

async fn rows_of(c: &mut Conn, run: &RunRow, steps: &[StepRow]) -> WorkResult<RunRows> {
    let mut rows = Vec::with_capacity(steps.len());
    for step in steps {
        let items = items::counts(c, &run.id, step.idx, false).await?;
        let gate = match step.state {
            StepState::Waiting => gate_rows::newest(c, &run.id, step.idx).await?,
            _ => None,
        };
        let gate = gate.map(|(gate, _)| GateRows {
            state: gate.state,
            remind_at: gate.next_reminder(),
            expires_at: gate.expires_at,
        });
        rows.push(StepRows { state: step.state, items, gate });
    }
    Ok(RunRows { state: run.state, steps: rows })
}

/// Carries one act out; `false` means that nothing more can be done now.
async fn perform(
    engine: &Engine,
    c: &mut Conn,
    subject: (&mut RunRow, &mut [StepRow]),
    act: Act,
    now: Millis,
) -> WorkResult<bool> {
    let (run, steps) = subject;
    match act {
        Act::Begin(index) => {
            steps[index].started_at = Some(now);
            steps[index].state = StepState::Running;
            let next = ask(engine, c, (run, &mut steps[index]), Question::Begin, now).await?;
            follow(engine, c, (run, &mut steps[index]), next, now).await?;
        }
        Act::Settle(index) => {
            if held_by_review(engine, c, (run, &steps[index]), now).await? {
                return Ok(false);
            }
            let next = ask(engine, c, (run, &mut steps[index]), Question::Settle, now).await?;
            follow(engine, c, (run, &mut steps[index]), next, now).await?;
        }
        Act::Decided(index) => {
            let Some((gate, _)) = gate_rows::newest(c, &run.id, steps[index].idx).await? else { return Ok(false) };
            steps[index].state = StepState::Running;
            let next = ask(engine, c, (run, &mut steps[index]), Question::Decided(&gate), now).await?;
            follow(engine, c, (run, &mut steps[index]), next, now).await?;
        }
        Act::Remind(index) => {
            let Some((gate, card)) = gate_rows::newest(c, &run.id, steps[index].idx).await? else { return Ok(false) };
            remind(engine, c, run, (gate, &card), now).await?;
        }
        Act::Expire(index) => {
            let Some((gate, card)) = gate_rows::newest(c, &run.id, steps[index].idx).await? else { return Ok(false) };
            if gate_rows::expire(c, &gate.id, now).await? {
                expire(engine, c, run, (&gate, &card), now).await?;
            }
            return Ok(false);
        }
        Act::Cancel => cancel(engine, c, (run, steps), now).await?,
        Act::Finish => finish(engine, c, run, RunState::Done, now).await?,
        Act::Fail => finish(engine, c, run, RunState::Failed, now).await?,
    }
    Ok(true)
}

enum Question<'a> {
    Begin,
    Settle,
    Decided(&'a Gate),
}

async fn ask(
    engine: &Engine,
    c: &mut Conn,
    at: (&RunRow, &mut StepRow),
    question: Question<'_>,
    now: Millis,
) -> WorkResult<Next> {
    let (run, step) = at;
    let executor = engine.executor_of(step.kind);
    let mut cx = StepCx { engine, conn: c, run, step, now };
    match question {
        Question::Begin => executor.begin(&mut cx).await,
        Question::Settle => executor.settle(&mut cx).await,
        Question::Decided(gate) => executor.decided(&mut cx, gate).await,
    }
}

async fn follow(
    engine: &Engine,
    c: &mut Conn,
    at: (&mut RunRow, &mut StepRow),
    next: Next,
    now: Millis,
) -> WorkResult<()> {
    let (run, step) = at;
    match next {
        Next::Items(new) => {
            step.stage += 1;
            step.state = StepState::Running;
            items::insert(c, (&run.id, step.idx, step.stage), &new, now).await?;
        }
        Next::Gate(gate) => {
            step.state = StepState::Waiting;
            open_gate(engine, c, (run, step), gate, now).await?;
        }
        Next::Done => {
            step.state = StepState::Done;
            step.ended_at = Some(now);
        }
        Next::Failed(why) => {
            step.state = StepState::Failed;
            step.ended_at = Some(now);
            run.error = Some(why);
        }
    }
    runs::save_step(c, &run.id, step).await?;
    Ok(())
}

async fn cancel(engine: &Engine, c: &mut Conn, at: (&mut RunRow, &mut [StepRow]), now: Millis) -> WorkResult<()> {
    let (run, steps) = at;
    for step in steps.iter_mut().filter(|step| !step.state.is_over()) {
        step.state = StepState::Cancelled;
        step.ended_at = Some(now);
        runs::save_step(c, &run.id, step).await?;
    }
    let rejected = rejected_gate(c, run, steps).await?;
    if run.cancelled_by.is_none() {
        run.cancelled_by = rejected.as_ref().and_then(|gate| gate.decided_by.clone()).map(|voice| voice.person);
    }
    finish(engine, c, run, RunState::Cancelled, now).await?;
    // After the result, so that the next version is the newest card; in one transaction with the end of this run, so
    // that the planner finds the conversation free.
    match rejected {
        Some(gate) => send_back(engine, c, run, &gate, now).await,
        None => Ok(()),
    }
}

/// The gate at which somebody cancelled or refused.
async fn rejected_gate(c: &mut Conn, run: &RunRow, steps: &[StepRow]) -> WorkResult<Option<Gate>> {
    for step in steps {
        if let Some((gate, _)) = gate_rows::newest(c, &run.id, step.idx).await?
            && gate.state == GateState::Rejected
        {
            return Ok(Some(gate));
        }
    }
    Ok(None)
}

async fn finish(engine: &Engine, c: &mut Conn, run: &mut RunRow, state: RunState, now: Millis) -> WorkResult<()> {
    run.state = state;
    run.ended_at = Some(now);
    items::close(c, &run.id, now).await?;
    let cancelled_by = run.cancelled_by.as_deref().map(|id| engine.rules.name_of(id));
    let content = match &run.plan.undo {
        Some(_) => undo::result(&engine.words, run, &runs::steps(c, &run.id).await?, cancelled_by.as_deref())?,
        None => result::card(&engine.words, run, &facts(engine, c, run).await?)?,
    };
    post::post(c, engine.ids.as_ref(), place(engine, run, now), content, Some(&format!("result:{}", run.id))).await?;
    progress::refresh(c, &shown(engine, &|id| engine.rules.name_of(id)), place(engine, run, now), (run, true))
        .await
        .map_err(card_error)?;
    post::settle(
        c,
        &CardId(run.card.clone()),
        &result::verdict(&engine.words, run, (cancelled_by.as_deref(), &engine.rules.zone))?,
        CardState::Decided,
        now,
    )
    .await?;
    audit::append(c, now, &engine.owner, &format!("run {}", state.word()), (run.id.as_str(), &run.plan_hash)).await?;
    Ok(())
}

async fn facts(engine: &Engine, c: &mut Conn, run: &RunRow) -> WorkResult<result::Facts> {
    Ok(result::Facts {
        steps: runs::steps(c, &run.id).await?,
        people: result::People::read(c, &run.id).await?,
        used: Used {
            calls: cost::calls(c, &run.id).await?,
            credits: cost::credits(c, &run.id).await?,
            tokens: cost::tokens(c, &run.id).await?,
        },
        effects: effects::summary(c, &run.id).await?,
        cancelled_by: run.cancelled_by.as_deref().map(|id| engine.rules.name_of(id)),
        zone: engine.rules.zone.clone(),
        crm_written: before_image::count(c, &run.id).await?,
    })
}

/// Where the run stands, from its steps.
fn state_of(run: &RunRow, steps: &[StepRow]) -> RunState {
    if run.state.is_over() || matches!(run.state, RunState::Cancelling | RunState::Paused) {
        return run.state;
    }
    let waits = steps.iter().find(|step| !step.state.is_over()).is_some_and(|step| step.state == StepState::Waiting);
    if waits { RunState::Waiting } else { RunState::Running }
}

/// A waiting gate wakes the run when people are to be reminded and when it expires; all else wakes it by writing
/// `wake_at`.
async fn next_wake(c: &mut Conn, run: &RunRow, steps: &[StepRow], now: Millis) -> WorkResult<Millis> {
    let waiting = steps.iter().find(|step| step.state == StepState::Waiting);
    if let Some(step) = waiting
        && let Some((gate, _)) = gate_rows::newest(c, &run.id, step.idx).await?
        && gate.state == GateState::Waiting
    {
        return Ok(gate.next_reminder().unwrap_or(gate.expires_at).min(gate.expires_at));
    }
    Ok(now.plus(FAR_MS))
}

pub fn place<'a>(engine: &Engine, run: &'a RunRow, now: Millis) -> Place<'a> {
    Place { thread: &run.thread, run: Some(&run.id), now, sandbox: engine.sandbox() }
}

fn shown<'a>(engine: &'a Engine, name_of: &'a (dyn Fn(&str) -> String + Sync)) -> Shown<'a> {
    Shown { words: &engine.words, zone: &engine.rules.zone, name_of }
}

fn card_error(error: progress::CardError) -> WorkError {
    match error {
        progress::CardError::Store(error) => error.into(),
        progress::CardError::Words(error) => error.into(),
    }
}
