//! Plans by version, and what the model cost.
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::domain::ids::ThreadId;
use crate::domain::time::Millis;
use crate::run::plan::Plan;
use crate::store::open::Conn;
use crate::store::open::StoreResult;
use crate::store::open::json;
use crate::store::open::parsed;

#[derive(Clone, Debug, PartialEq)]
pub struct PlanRow {
    pub thread: ThreadId,
    pub plan: Plan,
    pub hash: String,
    /// shown | started | replaced | cancelled
    pub state: String,
    pub card: String,
    pub at: Millis,
}

pub async fn insert(c: &mut Conn, row: &PlanRow) -> StoreResult<()> {
    sqlx::query("INSERT INTO plan (thread, version, body, hash, state, card, at) VALUES ($1,$2,$3,$4,$5,$6,$7)")
        .bind(row.thread.as_str())
        .bind(row.plan.version)
        .bind(json(&row.plan)?)
        .bind(&row.hash)
        .bind(&row.state)
        .bind(&row.card)
        .bind(row.at.0)
        .execute(c)
        .await?;
    Ok(())
}

pub async fn newest(c: &mut Conn, thread: &ThreadId) -> StoreResult<Option<PlanRow>> {
    let sql = "SELECT thread, body, hash, state, card, at FROM plan WHERE thread = $1 ORDER BY version DESC LIMIT 1";
    let row = sqlx::query(sql).bind(thread.as_str()).fetch_optional(c).await?;
    row.map(|row| read(&row)).transpose()
}

pub async fn get(c: &mut Conn, thread: &ThreadId, version: i64) -> StoreResult<Option<PlanRow>> {
    let sql = "SELECT thread, body, hash, state, card, at FROM plan WHERE thread = $1 AND version = $2";
    let row = sqlx::query(sql).bind(thread.as_str()).bind(version).fetch_optional(c).await?;
    row.map(|row| read(&row)).transpose()
}

/// Moves a plan on from `shown`; `false` when somebody was first.
pub async fn leave_shown(c: &mut Conn, thread: &ThreadId, version: i64, state: &str) -> StoreResult<bool> {
    let sql = "UPDATE plan SET state = $3 WHERE thread = $1 AND version = $2 AND state = 'shown'";
    let done = sqlx::query(sql).bind(thread.as_str()).bind(version).bind(state).execute(c).await?;
    Ok(done.rows_affected() == 1)
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageRow {
    pub id: String,
    pub thread: ThreadId,
    pub run: Option<String>,
    /// plan | draft
    pub purpose: String,
    pub model: String,
    pub prompt_tokens: i64,
    pub completion_tokens: i64,
    pub cost_micro_usd: i64,
    pub at: Millis,
}

pub async fn add_usage(c: &mut Conn, row: &UsageRow) -> StoreResult<()> {
    sqlx::query(
        "INSERT INTO usage (id, thread, run, purpose, model, prompt_tokens, completion_tokens, cost_micro_usd, at) \
         VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)",
    )
    .bind(&row.id)
    .bind(row.thread.as_str())
    .bind(row.run.clone())
    .bind(&row.purpose)
    .bind(&row.model)
    .bind(row.prompt_tokens)
    .bind(row.completion_tokens)
    .bind(row.cost_micro_usd)
    .bind(row.at.0)
    .execute(c)
    .await?;
    Ok(())
}

fn read(row: &AnyRow) -> StoreResult<PlanRow> {
    Ok(PlanRow {
        thread: ThreadId(row.try_get(0)?),
        plan: parsed(row, "body")?,
        hash: row.try_get(2)?,
        state: row.try_get(3)?,
        card: row.try_get(4)?,
        at: Millis(row.try_get(5)?),
    })
}
