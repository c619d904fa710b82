//! Gates of a run: opened, and closed when their time is over.
use crate::cards::gates;
use crate::cards::post;
use crate::cards::result;
use crate::domain::ids::CardId;
use crate::domain::ids::GateId;
use crate::domain::time::Millis;
use crate::engine::context::Engine;
use crate::engine::drive::place;
use crate::engine::executor::NewGate;
use crate::engine::executor::WorkResult;
use crate::run::canonical::hash_of;
use crate::run::card::CardState;
use crate::run::gate::GATE_LIFE_MS;
use crate::run::gate::Gate;
use crate::run::state::GateState;
use crate::store::audit;
use crate::store::gates as gate_rows;
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
    let gate = Gate {
        id: GateId(engine.ids.fresh("gate")),
        run: run.id.clone(),
        step: step.idx,
        kind: new.kind,
        version: earlier.as_ref().map_or(1, |(gate, _)| gate.version + 1),
        payload_hash: hash_of(&new.payload),
        payload: new.payload,
        roles: new.roles,
        state: GateState::Waiting,
        decided_by: None,
        decided_at: None,
        decision: serde_json::json!({}),
        created_at: now,
        expires_at: now.plus(GATE_LIFE_MS),
    };
    let content = gates::card(&engine.words, &gate, 0, &engine.rules.zone)?;
    let key = format!("gate:{}:{}:{}", run.id, step.idx, gate.version);
    let card = post::post(c, engine.ids.as_ref(), place(engine, run, now), content, Some(&key)).await?;
    gate_rows::insert(c, &gate, card.as_str()).await?;
    if let Some((old, old_card)) = earlier
        && old.state == GateState::Modified
    {
        let verdict = engine.words.text(&crate::prompts::engine::Superseded {
            version: old.version,
            by: engine.rules.name_of(old.decided_by.as_deref().unwrap_or_default()),
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
