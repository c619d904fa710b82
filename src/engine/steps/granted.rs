//! What people's yes allows, read again where it is used.
use crate::domain::ids::GateId;
use crate::engine::context::Engine;
use crate::engine::executor::WorkError;
use crate::engine::executor::WorkResult;
use crate::run::gate::Approved;
use crate::run::gate::Gate;
use crate::store::gates;
use crate::store::runs;

/// The stored decision, the same bytes, and all who decided still may (their roles are read again).
pub async fn granted(engine: &Engine, id: &GateId) -> WorkResult<(Approved, Gate)> {
    let mut conn = engine.store.conn().await?;
    let approved = gates::approval(&mut conn, id).await?;
    let gate = gates::get(&mut conn, id).await?;
    let (Some(approved), Some(gate)) = (approved, gate) else {
        return Err(WorkError::Refused("do this: there is no valid approval for exactly this".to_owned()));
    };
    let starter = runs::get(&mut conn, &gate.run).await?.map(|run| run.started_by).unwrap_or_default();
    let deciders = engine.rules.deciders(&[], &starter, engine.clock.now());
    if !approved.voices().iter().all(|voice| deciders.still_stands(voice, &gate.roles)) {
        return Err(WorkError::Refused("do this: the person who approved it may not approve it any more".to_owned()));
    }
    Ok((approved, gate))
}
