//! Gates of a run: opened, reminded of, closed when their time is over, sent back when somebody refused.
use crate::cards::decisions;
use crate::cards::decisions::Around;
use crate::cards::gates;
use crate::cards::names;
use crate::cards::post;
use crate::cards::result;
use crate::domain::ids::CardId;
use crate::domain::ids::GateId;
use crate::domain::time::Millis;
use crate::engine::context::Engine;
use crate::engine::drive::place;
use crate::engine::executor::NewGate;
use crate::engine::executor::WorkResult;
use crate::run::canonical::hash_text;
use crate::run::card::CardState;
use crate::run::gate::Asked;
use crate::run::gate::Gate;
use crate::run::state::GateState;
use crate::store::audit;
use crate::store::gates as gate_rows;
use crate::store::inbox;
use crate::store::inbox::Inbound;
use crate::store::open::Conn;
use crate::store::runs::RunRow;
use crate::store::runs::StepRow;

/// Stores what a person decides on, with its card; an earlier version of it folds.
pub async fn open_gate(
    engine: &Engine,
    c: &mut Conn,
    at: (&RunRow, &StepRow),
    new: NewGate,
    now: Millis,
) -> WorkResult<()> {
    let (run, step) = at;
    let earlier = gate_rows::newest(c, &run.id, step.idx).await?;
    let id = new.id.unwrap_or_else(|| GateId(engine.ids.fresh("gate")));
    let asked = Asked {
        version: earlier.as_ref().map_or(1, |(gate, _)| gate.version + 1),
        payload: new.payload,
        roles: new.roles,
        quorum: new.quorum,
    };
    let gate = Gate::waiting(id, (&run.id, step.idx), new.kind, asked, now);
    let absences = engine.rules.absences(c).await?;
    let deciders = engine.rules.deciders(&absences, &run.started_by, now);
    let around = Around { deciders: &deciders, zone: &engine.rules.zone };
    let content = gates::card(&engine.words, &gate, 0, around)?;
    let key = format!("gate:{}:{}:{}", run.id, step.idx, gate.version);
    let card = post::post(c, engine.ids.as_ref(), place(engine, run, now), content, Some(&key)).await?;
    gate_rows::insert(c, &gate, card.as_str()).await?;
    if let Some((old, old_card)) = earlier
        && old.state == GateState::Modified
    {
        let verdict = engine.words.text(&crate::prompts::engine::Superseded {
            version: old.version,
            by: old.decided_by.as_ref().map(|voice| deciders.words(voice)).unwrap_or_default(),
        })?;
        post::supersede(c, &CardId(old_card), &verdict, now).await?;
    }
    let what = (gate.id.as_str(), gate.payload_hash.as_str());
    audit::append(c, now, &engine.owner, "open gate", what).await?;
    Ok(())
}

/// The gate's time is over: nothing happens, and one press asks again.
pub async fn expire(engine: &Engine, c: &mut Conn, run: &RunRow, at: (&Gate, &str), now: Millis) -> WorkResult<()> {
    let (gate, card) = at;
    audit::append(c, now, &engine.owner, "gate expired", (gate.id.as_str(), &gate.payload_hash)).await?;
    post::settle(
        c,
        &CardId(card.to_owned()),
        &gates::expired_line(&engine.words, gate, &engine.rules.zone)?,
        CardState::Expired,
        now,
    )
    .await?;
    let content = result::ask_again(&engine.words, run, gate)?;
    post::post(c, engine.ids.as_ref(), place(engine, run, now), content, Some(&format!("expired:{}", gate.id))).await?;
    Ok(())
}

/// Those who may decide are told once for each time that has come; what was missed meanwhile is told together.
pub async fn remind(engine: &Engine, c: &mut Conn, run: &RunRow, at: (Gate, &str), now: Millis) -> WorkResult<()> {
    let (mut gate, card) = at;
    let due = gate.reminders_due(now);
    if !gate_rows::remind(c, &gate, due).await? {
        return Ok(());
    }
    gate.reminders = due;
    let absences = engine.rules.absences(c).await?;
    let deciders = engine.rules.deciders(&absences, &run.started_by, now);
    let around = Around { deciders: &deciders, zone: &engine.rules.zone };
    let content = decisions::reminder(&engine.words, &gate, (&run.code, card), around)?;
    let key = format!("reminder:{}:{due}", gate.id);
    post::post(c, engine.ids.as_ref(), place(engine, run, now), content, Some(&key)).await?;
    Ok(())
}

/// A refusal with a reason is said in the thread under the name of who refused, and worked on as a request of whose
/// run it was: they get a next version, within their own rights.
pub async fn send_back(engine: &Engine, c: &mut Conn, run: &RunRow, gate: &Gate, now: Millis) -> WorkResult<()> {
    let (Some(reason), Some(by)) = (gate.reason(), &gate.decided_by) else { return Ok(()) };
    let starter = engine.rules.person(&run.started_by).or_else(|| engine.rules.person(&by.person));
    let Some(starter) = starter.cloned() else { return Ok(()) };
    let inbound = Inbound {
        id: engine.ids.fresh("in"),
        source: "refused".to_owned(),
        event: gate.id.0.clone(),
        thread: run.thread.clone(),
        person: starter,
        kind: "said".to_owned(),
        payload: serde_json::json!({"text": reason, "lists": [], "refused": names::gate_noun(gate)}),
        attempts: 0,
        received_at: now,
    };
    if !inbox::store(c, &inbound).await? {
        return Ok(());
    }
    let author = engine.rules.deciders(&[], &run.started_by, now).words(by);
    let key = format!("refused:{}", gate.id);
    post::say(c, engine.ids.as_ref(), place(engine, run, now), (&author, reason), Some(&key)).await?;
    audit::append(c, now, &by.person, "said", (&inbound.id, &hash_text(reason))).await?;
    Ok(())
}
