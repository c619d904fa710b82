//! The effect ledger: intent before the call, done after it. What stays an intent is asked about, never guessed.
use serde_json::Value;
use sqlx::Row;

use crate::domain::ids::ItemId;
use crate::domain::ids::RunId;
use crate::domain::time::Millis;
use crate::run::state::EffectClass;
use crate::run::state::EffectState;
use crate::store::claims;
use crate::store::items::ItemRow;
use crate::store::items::holds;
use crate::store::open::Conn;
use crate::store::open::StoreError;
use crate::store::open::StoreResult;
use crate::store::open::parsed;
use crate::store::open::word;

#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    /// Stable over tries: run, step, stage, item key, operation.
    pub key: String,
    pub vendor: String,
    /// "upsert contacts", "enrol".
    pub op: String,
    pub class: EffectClass,
    pub request_hash: String,
    /// The gate that approved it, for sends.
    pub gate: Option<String>,
}

/// What the ledger knows of an effect before the call.
#[derive(Clone, Debug, PartialEq)]
pub enum Known {
    /// Never begun: it is an intent now, call.
    New,
    /// Begun and not finished by an earlier try.
    Intent,
    Done(Value),
    Unknown,
    /// A person marked it as done: it is not made again, and there is no answer.
    Marked,
}

/// Writes the intent if there is none; fenced, and refused when the run was stopped.
pub async fn intend(c: &mut Conn, item: &ItemRow, effect: &Effect, now: Millis) -> StoreResult<Known> {
    if !holds(c, item).await? {
        return Err(StoreError::Lost(item.id.0.clone()));
    }
    let inserted = sqlx::query(
        "INSERT INTO effect (key, run, item, vendor, op, class, state, request_hash, gate, at) \
         VALUES ($1,$2,$3,$4,$5,$6,'intent',$7,$8,$9) ON CONFLICT (key) DO NOTHING",
    )
    .bind(&effect.key)
    .bind(item.run.as_str())
    .bind(item.id.as_str())
    .bind(&effect.vendor)
    .bind(&effect.op)
    .bind(effect.class.word())
    .bind(&effect.request_hash)
    .bind(effect.gate.clone())
    .bind(now.0)
    .execute(&mut *c)
    .await?;
    if inserted.rows_affected() == 1 {
        return Ok(Known::New);
    }
    let again = "UPDATE effect SET state = 'intent', at = $2 WHERE key = $1 AND state = 'released'";
    if sqlx::query(again).bind(&effect.key).bind(now.0).execute(&mut *c).await?.rows_affected() == 1 {
        return Ok(Known::New);
    }
    known(c, &effect.key).await
}

/// What the ledger holds of it; `New` when nothing.
pub async fn known(c: &mut Conn, key: &str) -> StoreResult<Known> {
    let row = sqlx::query("SELECT state, response FROM effect WHERE key = $1").bind(key).fetch_optional(c).await?;
    let Some(row) = row else { return Ok(Known::New) };
    Ok(match word::<EffectState>(&row, "state")? {
        EffectState::Intent => Known::Intent,
        EffectState::Unknown => Known::Unknown,
        EffectState::Released => Known::New,
        EffectState::Done if row.try_get::<Option<String>, _>(1)?.is_none() => Known::Marked,
        EffectState::Done => Known::Done(parsed(&row, "response")?),
    })
}

/// Whether this effect was begun, however it went on.
pub async fn began(c: &mut Conn, key: &str) -> StoreResult<bool> {
    Ok(sqlx::query("SELECT 1 FROM effect WHERE key = $1").bind(key).fetch_optional(c).await?.is_some())
}

/// Not fenced: what was made was made, whoever holds the item now.
/// `false` when it was known before: then nothing is to be said of it again.
pub async fn done(c: &mut Conn, key: &str, response: &Value, now: Millis) -> StoreResult<bool> {
    let sql = "UPDATE effect SET state = 'done', response = $2, done_at = $3 WHERE key = $1 AND state <> 'done'";
    let done = sqlx::query(sql).bind(key).bind(response.to_string()).bind(now.0).execute(c).await?;
    Ok(done.rows_affected() == 1)
}

/// Fenced: whoever holds the item now may be in the middle of finding out.
pub async fn unknown(c: &mut Conn, item: &ItemRow, key: &str) -> StoreResult<()> {
    if !claims::ours(c, item).await? {
        return Err(StoreError::Lost(item.id.0.clone()));
    }
    sqlx::query("UPDATE effect SET state = 'unknown', resolution = NULL WHERE key = $1 AND state = 'intent'")
        .bind(key)
        .execute(c)
        .await?;
    Ok(())
}

/// The call did not happen (refused, not reached): the intent is taken back, the next try is new. Fenced: the intent may
/// be that of whoever holds the item now.
pub async fn withdraw(c: &mut Conn, item: &ItemRow, key: &str) -> StoreResult<()> {
    if !claims::ours(c, item).await? {
        return Err(StoreError::Lost(item.id.0.clone()));
    }
    sqlx::query("DELETE FROM effect WHERE key = $1 AND state = 'intent'").bind(key).execute(c).await?;
    Ok(())
}

/// An effect whose outcome nobody knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    pub item: ItemId,
    pub vendor: String,
    pub op: String,
}

/// Unresolved unknowns of a run.
pub async fn unknowns(c: &mut Conn, run: &RunId) -> StoreResult<Vec<Unknown>> {
    let sql =
        "SELECT item, vendor, op FROM effect WHERE run = $1 AND state = 'unknown' AND resolution IS NULL ORDER BY key";
    let rows = sqlx::query(sql).bind(run.as_str()).fetch_all(c).await?;
    rows.iter()
        .map(|row| Ok(Unknown { item: ItemId(row.try_get(0)?), vendor: row.try_get(1)?, op: row.try_get(2)? }))
        .collect()
}

/// What a person makes of effects whose outcome nobody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// Made again, although it may have happened.
    Retry,
    /// It happened; there is no answer to use.
    MarkedDone,
    /// Not made again, and nothing is known.
    Dropped,
}

impl Resolution {
    pub fn word(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::MarkedDone => "marked_done",
            Self::Dropped => "dropped",
        }
    }
}

/// Resolves the unknown effects of an item, once. How many there were.
pub async fn resolve(
    c: &mut Conn,
    item: &ItemId,
    resolution: Resolution,
    by: (&str, &str),
    now: Millis,
) -> StoreResult<u64> {
    let (who, reason) = by;
    let (state, done_at) = match resolution {
        Resolution::Retry => (EffectState::Released, None),
        Resolution::MarkedDone => (EffectState::Done, Some(now.0)),
        Resolution::Dropped => (EffectState::Unknown, None),
    };
    let sql = "UPDATE effect SET state = $2, resolution = $3, resolved_by = $4, reason = $5, done_at = $6 \
               WHERE item = $1 AND state = 'unknown' AND resolution IS NULL";
    let done = sqlx::query(sql)
        .bind(item.as_str())
        .bind(state.word())
        .bind(resolution.word())
        .bind(who)
        .bind(reason)
        .bind(done_at)
        .execute(c)
        .await?;
    Ok(done.rows_affected())
}

/// What a run did outside, by vendor and operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    pub vendor: String,
    pub op: String,
    pub state: String,
    pub calls: i64,
    /// Leads they were for; 0 for what is not about leads.
    pub leads: i64,
}

pub async fn summary(c: &mut Conn, run: &RunId) -> StoreResult<Vec<Deed>> {
    let sql = "SELECT e.vendor, e.op, e.state, COUNT(*), CAST(COALESCE(SUM(i.weight), 0) AS BIGINT) FROM effect e \
               LEFT JOIN item i ON i.id = e.item WHERE e.run = $1 \
               GROUP BY e.vendor, e.op, e.state ORDER BY e.vendor, e.op, e.state";
    let rows = sqlx::query(sql).bind(run.as_str()).fetch_all(c).await?;
    rows.iter()
        .map(|row| {
            Ok(Deed {
                vendor: row.try_get(0)?,
                op: row.try_get(1)?,
                state: row.try_get(2)?,
                calls: row.try_get(3)?,
                leads: row.try_get(4)?,
            })
        })
        .collect()
}
