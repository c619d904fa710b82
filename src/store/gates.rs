//! Gates: what waits for a person. A decision is one conditional UPDATE; whoever commits first has decided.
use serde_json::Value;
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::domain::ids::GateId;
use crate::domain::ids::RunId;
use crate::domain::time::Millis;
use crate::run::gate::Approved;
use crate::run::gate::Gate;
use crate::run::state::GateState;
use crate::store::open::Conn;
use crate::store::open::StoreResult;
use crate::store::open::json;
use crate::store::open::parsed;
use crate::store::open::word;
use crate::store::runs;

pub async fn insert(c: &mut Conn, gate: &Gate, card: &str) -> StoreResult<()> {
    sqlx::query(
        "INSERT INTO gate (id, run, step, kind, version, payload, payload_hash, roles, state, card, decision, created_at, expires_at) \
         VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,'{}',$11,$12)",
    )
    .bind(gate.id.as_str())
    .bind(gate.run.as_str())
    .bind(gate.step)
    .bind(gate.kind.word())
    .bind(gate.version)
    .bind(gate.payload.to_string())
    .bind(&gate.payload_hash)
    .bind(json(&gate.roles)?)
    .bind(gate.state.word())
    .bind(card)
    .bind(gate.created_at.0)
    .bind(gate.expires_at.0)
    .execute(c)
    .await?;
    Ok(())
}

pub async fn get(c: &mut Conn, id: &GateId) -> StoreResult<Option<Gate>> {
    let sql = "SELECT id, run, step, kind, version, payload, payload_hash, roles, state, decided_by, decided_at, decision, \
               created_at, expires_at FROM gate WHERE id = $1";
    let row = sqlx::query(sql).bind(id.as_str()).fetch_optional(c).await?;
    row.map(|row| read(&row)).transpose()
}

/// The newest gate of a step, with its card.
pub async fn newest(c: &mut Conn, run: &RunId, step: i64) -> StoreResult<Option<(Gate, String)>> {
    let sql = "SELECT id, run, step, kind, version, payload, payload_hash, roles, state, decided_by, decided_at, decision, \
               created_at, expires_at, card FROM gate WHERE run = $1 AND step = $2 ORDER BY version DESC LIMIT 1";
    let row = sqlx::query(sql).bind(run.as_str()).bind(step).fetch_optional(c).await?;
    row.map(|row| Ok((read(&row)?, row.try_get::<String, _>(14)?))).transpose()
}

/// Cards of the gates of a run that wait.
pub async fn waiting_cards(c: &mut Conn, run: &RunId) -> StoreResult<Vec<String>> {
    let sql = "SELECT card FROM gate WHERE run = $1 AND state = 'waiting' ORDER BY created_at, id";
    let rows = sqlx::query(sql).bind(run.as_str()).fetch_all(c).await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// What was decided and by whom, exactly once: `false` means somebody was first (or time was).
pub async fn decide(c: &mut Conn, gate: &Gate, state: GateState, by: (&str, &Value), now: Millis) -> StoreResult<bool> {
    let (who, decision) = by;
    // The run's row is locked before the gate's, in the order in which a visit locks them.
    runs::wake(c, &gate.run, now).await?;
    let done = sqlx::query(
        "UPDATE gate SET state = $2, decided_by = $3, decided_at = $4, decision = $5 \
         WHERE id = $1 AND state = 'waiting' AND payload_hash = $6 AND expires_at > $4",
    )
    .bind(gate.id.as_str())
    .bind(state.word())
    .bind(who)
    .bind(now.0)
    .bind(decision.to_string())
    .bind(&gate.payload_hash)
    .execute(&mut *c)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    Ok(true)
}

pub async fn expire(c: &mut Conn, id: &GateId, now: Millis) -> StoreResult<bool> {
    let sql =
        "UPDATE gate SET state = 'expired', decided_at = $2 WHERE id = $1 AND state = 'waiting' AND expires_at <= $2";
    let done = sqlx::query(sql).bind(id.as_str()).bind(now.0).execute(c).await?;
    Ok(done.rows_affected() == 1)
}

/// Gates that wait, oldest first, with their thread.
pub async fn waiting(c: &mut Conn) -> StoreResult<Vec<(Gate, String)>> {
    let sql = "SELECT g.id, g.run, g.step, g.kind, g.version, g.payload, g.payload_hash, g.roles, g.state, g.decided_by, \
               g.decided_at, g.decision, g.created_at, g.expires_at, r.thread FROM gate g JOIN run r ON r.id = g.run \
               WHERE g.state = 'waiting' AND r.state NOT IN ('cancelled', 'cancelling', 'done', 'failed') ORDER BY g.created_at LIMIT 200";
    let rows = sqlx::query(sql).fetch_all(c).await?;
    rows.iter().map(|row| Ok((read(row)?, row.try_get::<String, _>(14)?))).collect()
}

/// The first key of a send: from the stored decision, and from nowhere else.
pub async fn approval(c: &mut Conn, id: &GateId) -> StoreResult<Option<Approved>> {
    Ok(get(c, id).await?.as_ref().and_then(Approved::from_stored))
}

fn read(row: &AnyRow) -> StoreResult<Gate> {
    Ok(Gate {
        id: GateId(row.try_get(0)?),
        run: RunId(row.try_get(1)?),
        step: row.try_get(2)?,
        kind: word(row, "kind")?,
        version: row.try_get(4)?,
        payload: parsed(row, "payload")?,
        payload_hash: row.try_get(6)?,
        roles: parsed(row, "roles")?,
        state: word(row, "state")?,
        decided_by: row.try_get(9)?,
        decided_at: row.try_get::<Option<i64>, _>(10)?.map(Millis),
        decision: parsed(row, "decision")?,
        created_at: Millis(row.try_get(12)?),
        expires_at: Millis(row.try_get(13)?),
    })
}
