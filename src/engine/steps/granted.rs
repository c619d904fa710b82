//! What people's yes allows, read again where it is used.
use crate::domain::ids::GateId;
use crate::engine::context::Engine;
use crate::engine::executor::WorkError;
use crate::engine::executor::WorkResult;
use crate::run::gate::Approved;
use crate::run::gate::Gate;
use crate::store::gates;
use crate::store::open::Conn;
use crate::store::runs;

/// A stored decision in favour.
pub struct Decided {
    pub approved: Approved,
    pub gate: Gate,
    /// Who started the run.
    pub starter: String,
}

/// The stored decision, the same bytes, and all who decided still may (their roles are read again).
pub async fn granted(engine: &Engine, id: &GateId) -> WorkResult<(Approved, Gate)> {
    let decided = {
        let mut conn = engine.store.conn().await?;
        decided(&mut conn, id, "do this").await?
    };
    entitled(engine, &decided, "do this")?;
    Ok((decided.approved, decided.gate))
}

/// The decision as stored, over the same bytes; refused when there is none. `what` begins the refusal.
pub async fn decided(c: &mut Conn, id: &GateId, what: &str) -> WorkResult<Decided> {
    let approved = gates::approval(c, id).await?;
    let gate = gates::get(c, id).await?;
    let (Some(approved), Some(gate)) = (approved, gate) else { return Err(no_approval(what)) };
    let starter = runs::get(c, &gate.run).await?.map(|run| run.started_by).unwrap_or_default();
    Ok(Decided { approved, gate, starter })
}

/// All who decided still may, by their roles as they are now.
pub fn entitled(engine: &Engine, decided: &Decided, what: &str) -> WorkResult<()> {
    let deciders = engine.rules.deciders(&[], &decided.starter, engine.clock.now());
    if decided.approved.voices().iter().all(|voice| deciders.still_stands(voice, &decided.gate.roles)) {
        return Ok(());
    }
    Err(WorkError::Refused(format!("{what}: the person who approved it may not approve it any more")))
}

pub fn no_approval(what: &str) -> WorkError {
    WorkError::Refused(format!("{what}: there is no valid approval for exactly this"))
}
