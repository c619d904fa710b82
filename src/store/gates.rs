//! Gates: what waits for a person. A decision is one conditional UPDATE; whoever commits first has decided.
use serde_json::Value;
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::domain::ids::GateId;
use crate::domain::ids::RunId;
use crate::domain::ids::ThreadId;
use crate::domain::time::Millis;
use crate::run::deciders::Voice;
use crate::run::gate::Approved;
use crate::run::gate::Gate;
use crate::run::gate::Vote;
use crate::run::gate::counted;
use crate::run::state::GateState;
use crate::store::open::Conn;
use crate::store::open::StoreResult;
use crate::store::open::json;
use crate::store::open::parsed;
use crate::store::open::word;
use crate::store::runs;

pub async fn insert(c: &mut Conn, gate: &Gate, card: &str) -> StoreResult<()> {
    sqlx::query(
        "INSERT INTO gate (id, run, step, kind, version, payload, payload_hash, roles, state, card, decision, created_at, \
         expires_at, quorum) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,'{}',$11,$12,$13)",
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
    .bind(gate.quorum)
    .execute(c)
    .await?;
    Ok(())
}

pub async fn get(c: &mut Conn, id: &GateId) -> StoreResult<Option<Gate>> {
    let sql = "SELECT id, run, step, kind, version, payload, payload_hash, roles, state, decided_by, decided_at, decision, \
               created_at, expires_at, quorum, reminders, decided_for FROM gate WHERE id = $1";
    let row = sqlx::query(sql).bind(id.as_str()).fetch_optional(&mut *c).await?;
    match row {
        Some(row) => Ok(Some(with_votes(c, read(&row)?).await?)),
        None => Ok(None),
    }
}

/// The newest gate of a step, with its card.
pub async fn newest(c: &mut Conn, run: &RunId, step: i64) -> StoreResult<Option<(Gate, String)>> {
    let sql = "SELECT id, run, step, kind, version, payload, payload_hash, roles, state, decided_by, decided_at, decision, \
               created_at, expires_at, quorum, reminders, decided_for, card FROM gate WHERE run = $1 AND step = $2 \
               ORDER BY version DESC LIMIT 1";
    let row = sqlx::query(sql).bind(run.as_str()).bind(step).fetch_optional(&mut *c).await?;
    match row {
        Some(row) => Ok(Some((with_votes(c, read(&row)?).await?, row.try_get(17)?))),
        None => Ok(None),
    }
}

/// Cards of the gates of a run that wait.
pub async fn waiting_cards(c: &mut Conn, run: &RunId) -> StoreResult<Vec<String>> {
    let sql = "SELECT card FROM gate WHERE run = $1 AND state = 'waiting' ORDER BY created_at, id";
    let rows = sqlx::query(sql).bind(run.as_str()).fetch_all(c).await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// Only a gate that waits, with these bytes, in its time. Its run's row is locked before it, in the order in which a
/// visit locks them: two decisions on one gate take turns.
pub async fn decide(
    c: &mut Conn,
    gate: &Gate,
    state: GateState,
    by: (&Voice, &Value),
    now: Millis,
) -> StoreResult<bool> {
    let (voice, decision) = by;
    runs::wake(c, &gate.run, now).await?;
    let done = sqlx::query(
        "UPDATE gate SET state = $2, decided_by = $3, decided_at = $4, decision = $5, decided_for = $7 \
         WHERE id = $1 AND state = 'waiting' AND payload_hash = $6 AND expires_at > $4",
    )
    .bind(gate.id.as_str())
    .bind(state.word())
    .bind(&voice.person)
    .bind(now.0)
    .bind(decision.to_string())
    .bind(&gate.payload_hash)
    .bind(voice.acts_for.clone())
    .execute(c)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// What an approval came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Approval {
    /// Somebody was first, or time was, or this right is used.
    Lost,
    /// It counts; others are still needed.
    Counted(Vec<Vote>),
    /// It was the last one needed.
    Decided(Vec<Vote>),
}

/// One approval; the one that makes the quorum decides, in the same transaction.
pub async fn approve(c: &mut Conn, gate: &Gate, by: (&Voice, &Value), now: Millis) -> StoreResult<Approval> {
    let (voice, decision) = by;
    // Votes are read under the lock of the run's row: two people at once see each other.
    runs::wake(c, &gate.run, now).await?;
    let mut all = votes(c, &gate.id).await?;
    if all.iter().any(|vote| vote.voice.is_like(voice)) {
        return Ok(Approval::Lost);
    }
    let done = sqlx::query(
        "INSERT INTO vote (gate, person, acts_for, at) SELECT $1, $2, $3, $4 WHERE EXISTS \
         (SELECT 1 FROM gate WHERE id = $1 AND state = 'waiting' AND payload_hash = $5 AND expires_at > $4) \
         ON CONFLICT (gate, person) DO NOTHING",
    )
    .bind(gate.id.as_str())
    .bind(&voice.person)
    .bind(voice.acts_for.clone())
    .bind(now.0)
    .bind(&gate.payload_hash)
    .execute(&mut *c)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(Approval::Lost);
    }
    all.push(Vote { voice: voice.clone(), at: now });
    if counted(&all) < gate.quorum {
        return Ok(Approval::Counted(all));
    }
    let is_first = decide(c, gate, GateState::Approved, (voice, decision), now).await?;
    Ok(if is_first { Approval::Decided(all) } else { Approval::Lost })
}

/// In the order in which they were given.
async fn votes(c: &mut Conn, gate: &GateId) -> StoreResult<Vec<Vote>> {
    let sql = "SELECT person, acts_for, at FROM vote WHERE gate = $1 ORDER BY at, person";
    let rows = sqlx::query(sql).bind(gate.as_str()).fetch_all(c).await?;
    rows.iter()
        .map(|row| {
            let voice = Voice { person: row.try_get(0)?, acts_for: row.try_get(1)? };
            Ok(Vote { voice, at: Millis(row.try_get(2)?) })
        })
        .collect()
}

/// Reminders up to `due` are used: `false` when another worker was first or the gate waits no more.
pub async fn remind(c: &mut Conn, gate: &Gate, due: i64) -> StoreResult<bool> {
    let sql = "UPDATE gate SET reminders = $3 WHERE id = $1 AND reminders = $2 AND state = 'waiting'";
    let done = sqlx::query(sql).bind(gate.id.as_str()).bind(gate.reminders).bind(due).execute(c).await?;
    Ok(done.rows_affected() == 1)
}

pub async fn expire(c: &mut Conn, id: &GateId, now: Millis) -> StoreResult<bool> {
    let sql =
        "UPDATE gate SET state = 'expired', decided_at = $2 WHERE id = $1 AND state = 'waiting' AND expires_at <= $2";
    let done = sqlx::query(sql).bind(id.as_str()).bind(now.0).execute(c).await?;
    Ok(done.rows_affected() == 1)
}

/// A gate that waits, where, and whose run it is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiting {
    pub gate: Gate,
    pub thread: ThreadId,
    pub starter: String,
}

/// Gates that wait, oldest first.
pub async fn waiting(c: &mut Conn) -> StoreResult<Vec<Waiting>> {
    let sql = "SELECT g.id, g.run, g.step, g.kind, g.version, g.payload, g.payload_hash, g.roles, g.state, g.decided_by, \
               g.decided_at, g.decision, g.created_at, g.expires_at, g.quorum, g.reminders, g.decided_for, r.thread, \
               r.started_by FROM gate g JOIN run r ON r.id = g.run WHERE g.state = 'waiting' \
               AND r.state NOT IN ('cancelled', 'cancelling', 'done', 'failed') ORDER BY g.created_at LIMIT 200";
    let rows = sqlx::query(sql).fetch_all(&mut *c).await?;
    let mut waiting = Vec::with_capacity(rows.len());
    for row in rows {
        let gate = with_votes(c, read(&row)?).await?;
        waiting.push(Waiting { gate, thread: ThreadId(row.try_get(17)?), starter: row.try_get(18)? });
    }
    Ok(waiting)
}

/// What was refused with a reason in the newest run of the thread that began before `before`: the next version says so.
pub async fn refused_before(c: &mut Conn, thread: &ThreadId, before: Millis) -> StoreResult<Option<Gate>> {
    let sql = "SELECT g.id, g.run, g.step, g.kind, g.version, g.payload, g.payload_hash, g.roles, g.state, g.decided_by, \
               g.decided_at, g.decision, g.created_at, g.expires_at, g.quorum, g.reminders, g.decided_for FROM gate g \
               WHERE g.state = 'rejected' AND g.run = (SELECT id FROM run WHERE thread = $1 AND created_at < $2 \
               ORDER BY created_at DESC, id LIMIT 1) ORDER BY g.decided_at DESC LIMIT 1";
    let row = sqlx::query(sql).bind(thread.as_str()).bind(before.0).fetch_optional(c).await?;
    let gate = row.map(|row| read(&row)).transpose()?;
    Ok(gate.filter(|gate| gate.reason().is_some()))
}

/// The first key of a send: from the stored decision, and from nowhere else.
pub async fn approval(c: &mut Conn, id: &GateId) -> StoreResult<Option<Approved>> {
    Ok(get(c, id).await?.as_ref().and_then(Approved::from_stored))
}

/// The decision is still there as it was verified; the payload is not read again.
pub async fn stands(c: &mut Conn, approved: &Approved) -> StoreResult<bool> {
    let sql = "SELECT 1 FROM gate WHERE id = $1 AND state = 'approved' AND payload_hash = $2";
    let query = sqlx::query(sql).bind(approved.gate().as_str()).bind(approved.payload_hash());
    if query.fetch_optional(&mut *c).await?.is_none() {
        return Ok(false);
    }
    let votes = votes(c, approved.gate()).await?;
    Ok(votes.iter().map(|vote| &vote.voice).eq(approved.voices()))
}

/// A gate that one voice decides has no votes while it waits: most looks need no second query.
async fn with_votes(c: &mut Conn, mut gate: Gate) -> StoreResult<Gate> {
    if gate.quorum > 1 || gate.state == GateState::Approved {
        gate.votes = votes(c, &gate.id).await?;
    }
    Ok(gate)
}

fn read(row: &AnyRow) -> StoreResult<Gate> {
    let acts_for: Option<String> = row.try_get(16)?;
    let by: Option<String> = row.try_get(9)?;
    Ok(Gate {
        id: GateId(row.try_get(0)?),
        run: RunId(row.try_get(1)?),
        step: row.try_get(2)?,
        kind: word(row, "kind")?,
        version: row.try_get(4)?,
        payload: parsed(row, "payload")?,
        payload_hash: row.try_get(6)?,
        roles: parsed(row, "roles")?,
        quorum: row.try_get(14)?,
        state: word(row, "state")?,
        decided_by: by.map(|person| Voice { person, acts_for }),
        decided_at: row.try_get::<Option<i64>, _>(10)?.map(Millis),
        decision: parsed(row, "decision")?,
        votes: Vec::new(),
        reminders: row.try_get(15)?,
        created_at: Millis(row.try_get(12)?),
        expires_at: Millis(row.try_get(13)?),
    })
}
