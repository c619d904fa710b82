//! The effect ledger: intent before the call, done after it. What stays an intent is asked about, never guessed.
use serde_json::Value;
use sqlx::Row;

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
    let row = sqlx::query("SELECT state, response FROM effect WHERE key = $1").bind(&effect.key).fetch_one(c).await?;
    Ok(match word::<EffectState>(&row, "state")? {
        EffectState::Intent => Known::Intent,
        EffectState::Unknown => Known::Unknown,
        EffectState::Done => Known::Done(parsed(&row, "response")?),
    })
}

/// Whether this effect was begun, however it went on.
pub async fn began(c: &mut Conn, key: &str) -> StoreResult<bool> {
    Ok(sqlx::query("SELECT 1 FROM effect WHERE key = $1").bind(key).fetch_optional(c).await?.is_some())
}

/// Not fenced: what was made was made, whoever holds the item now.
pub async fn done(c: &mut Conn, key: &str, response: &Value, now: Millis) -> StoreResult<()> {
    let sql = "UPDATE effect SET state = 'done', response = $2, done_at = $3 WHERE key = $1 AND state <> 'done'";
    sqlx::query(sql).bind(key).bind(response.to_string()).bind(now.0).execute(c).await?;
    Ok(())
}

/// Fenced: whoever holds the item now may be in the middle of finding out.
pub async fn unknown(c: &mut Conn, item: &ItemRow, key: &str) -> StoreResult<()> {
    if !claims::ours(c, item).await? {
        return Err(StoreError::Lost(item.id.0.clone()));
    }
    sqlx::query("UPDATE effect SET state = 'unknown' WHERE key = $1 AND state = 'intent'").bind(key).execute(c).await?;
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

/// (vendor, operation, state, how many), for reports of what was done when a run is stopped.
pub async fn summary(c: &mut Conn, run: &RunId) -> StoreResult<Vec<(String, String, String, i64)>> {
    let sql = "SELECT vendor, op, state, COUNT(*) FROM effect WHERE run = $1 GROUP BY vendor, op, state ORDER BY vendor, op, state";
    let rows = sqlx::query(sql).bind(run.as_str()).fetch_all(c).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?))).collect()
}
