//! Items: the units of work of a step, claimed with a lease and a fencing number.
use serde_json::Value;
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::domain::ids::ItemId;
use crate::domain::ids::RunId;
use crate::domain::time::Millis;
use crate::run::advance::ItemCounts;
use crate::store::open::Conn;
use crate::store::open::StoreError;
use crate::store::open::StoreResult;
use crate::store::open::parsed;

#[derive(Clone, Debug, PartialEq)]
pub struct NewItem {
    pub id: ItemId,
    /// Vendor or `model` or `own`: bounded concurrency per queue.
    pub queue: String,
    /// Unique within run, step and stage.
    pub key: String,
    /// How many leads it stands for: progress counts these.
    pub weight: i64,
    pub run_at: Millis,
    pub payload: Value,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ItemRow {
    pub id: ItemId,
    pub run: RunId,
    pub step: i64,
    pub stage: i64,
    pub queue: String,
    pub attempt: i64,
    pub fence: i64,
    pub key: String,
    pub weight: i64,
    pub payload: Value,
    pub result: Option<Value>,
    pub error: Option<String>,
}

pub async fn insert(c: &mut Conn, at: (&RunId, i64, i64), items: &[NewItem], now: Millis) -> StoreResult<()> {
    let (run, step, stage) = at;
    for item in items {
        sqlx::query(
            "INSERT INTO item (id, run, step, stage, queue, state, priority, run_at, attempt, fence, lease_until, dedupe_key, \
             weight, payload, created_at) VALUES ($1,$2,$3,$4,$5,'ready',0,$6,0,0,0,$7,$8,$9,$10) ON CONFLICT (dedupe_key) DO NOTHING",
        )
        .bind(item.id.as_str())
        .bind(run.as_str())
        .bind(step)
        .bind(stage)
        .bind(&item.queue)
        .bind(item.run_at.0)
        .bind(format!("{run}:{step}:{stage}:{}", item.key))
        .bind(item.weight)
        .bind(item.payload.to_string())
        .bind(now.0)
        .execute(&mut *c)
        .await?;
    }
    Ok(())
}

/// How an item's try came out.
#[derive(Clone, Debug, PartialEq)]
pub enum Ended {
    Done(Value),
    /// Again at this time; a throttled try is not counted.
    Again {
        at: Millis,
        counts: bool,
        error: String,
    },
    /// Held back on our side: again at this time, or when what it waits for is over. Not counted.
    Waits {
        at: Millis,
        on: String,
        error: String,
    },
    /// Its run was paused.
    Paused,
    /// A person has to look.
    Review(String),
    Cancelled,
}

/// Fenced: 0 rows means the lease was lost, and nothing may be written. The caller holds the run's row (`runs::hold`).
pub async fn end(c: &mut Conn, item: &ItemRow, ended: &Ended, now: Millis) -> StoreResult<()> {
    let (state, run_at, uncount, result, error, over) = match ended {
        Ended::Done(result) => ("done", now, 0, Some(result.to_string()), None, true),
        Ended::Again { at, counts, error } => ("ready", *at, i64::from(!counts), None, Some(error.clone()), false),
        Ended::Waits { at, error, .. } => ("ready", *at, 1, None, Some(error.clone()), false),
        Ended::Paused => ("paused", now, 1, None, None, false),
        Ended::Review(error) => ("review", now, 0, None, Some(error.clone()), true),
        Ended::Cancelled => ("cancelled", now, 0, None, None, true),
    };
    let waits = match ended {
        Ended::Waits { on, .. } => Some(on.clone()),
        _ => None,
    };
    let done = sqlx::query(
        "UPDATE item SET state = $3, run_at = $4, attempt = attempt - $5, result = $6, error = $7, ended_at = $8, lease_until = 0, \
         waits = $9 WHERE id = $1 AND fence = $2 AND state = 'running'",
    )
    .bind(item.id.as_str())
    .bind(item.fence)
    .bind(state)
    .bind(run_at.0)
    .bind(uncount)
    .bind(result)
    .bind(error)
    .bind(over.then_some(now.0))
    .bind(waits)
    .execute(&mut *c)
    .await?;
    if done.rows_affected() == 0 {
        return Err(StoreError::Lost(item.id.0.clone()));
    }
    Ok(())
}

/// Still ours? Checked before an effect begins.
pub async fn holds(c: &mut Conn, item: &ItemRow) -> StoreResult<bool> {
    let sql = "SELECT 1 FROM item i JOIN run r ON r.id = i.run WHERE i.id = $1 AND i.fence = $2 AND i.state = 'running' \
               AND r.state NOT IN ('cancelling', 'cancelled', 'paused')";
    let row = sqlx::query(sql).bind(item.id.as_str()).bind(item.fence).fetch_optional(c).await?;
    Ok(row.is_some())
}

/// Rows by step and state; `weighted` counts the leads they stand for.
pub async fn counts(c: &mut Conn, run: &RunId, step: i64, weighted: bool) -> StoreResult<ItemCounts> {
    // What was archived counts as before.
    let sql = "SELECT state, COUNT(*), CAST(SUM(weight) AS BIGINT) FROM (SELECT state, weight FROM item WHERE run = $1 AND step = $2 \
               UNION ALL SELECT state, weight FROM item_archive WHERE run = $1 AND step = $2) AS of_step GROUP BY state";
    let rows = sqlx::query(sql).bind(run.as_str()).bind(step).fetch_all(c).await?;
    let mut counts = ItemCounts::default();
    for row in &rows {
        let state: String = row.try_get(0)?;
        let number: i64 = row.try_get(if weighted { 2 } else { 1 })?;
        match state.as_str() {
            "ready" => counts.ready = number,
            "running" => counts.running = number,
            "paused" => counts.paused = number,
            "done" => counts.done = number,
            "review" => counts.review = number,
            _ => counts.cancelled = number,
        }
    }
    Ok(counts)
}

/// Is anything of the step still to be done?
pub async fn live(c: &mut Conn, run: &RunId, step: i64) -> StoreResult<bool> {
    let sql = "SELECT id FROM item WHERE run = $1 AND step = $2 AND state IN ('ready', 'running') LIMIT 1";
    Ok(sqlx::query(sql).bind(run.as_str()).bind(step).fetch_optional(c).await?.is_some())
}

/// A run that is over leaves nothing to claim.
pub async fn close(c: &mut Conn, run: &RunId, now: Millis) -> StoreResult<()> {
    let sql = "UPDATE item SET state = 'cancelled', ended_at = $2 WHERE run = $1 AND state IN ('ready', 'paused')";
    sqlx::query(sql).bind(run.as_str()).bind(now.0).execute(c).await?;
    Ok(())
}

pub async fn in_review(c: &mut Conn, run: &RunId) -> StoreResult<Vec<ItemRow>> {
    let sql = "SELECT id, run, step, stage, queue, attempt, fence, dedupe_key, weight, payload, result, error FROM item \
               WHERE run = $1 AND state = 'review' ORDER BY dedupe_key LIMIT 100";
    let rows = sqlx::query(sql).bind(run.as_str()).fetch_all(c).await?;
    rows.iter().map(read).collect()
}

/// Puts an item that waits for a person back to work.
pub async fn retry(c: &mut Conn, id: &ItemId, now: Millis) -> StoreResult<bool> {
    let sql = "UPDATE item SET state = 'ready', attempt = 0, run_at = $2, ended_at = NULL, waits = NULL \
               WHERE id = $1 AND state = 'review'";
    Ok(sqlx::query(sql).bind(id.as_str()).bind(now.0).execute(c).await?.rows_affected() == 1)
}

/// A person decided to go on without it.
pub async fn drop(c: &mut Conn, id: &ItemId, now: Millis) -> StoreResult<bool> {
    let sql = "UPDATE item SET state = 'cancelled', ended_at = $2 WHERE id = $1 AND state = 'review'";
    Ok(sqlx::query(sql).bind(id.as_str()).bind(now.0).execute(c).await?.rows_affected() == 1)
}

/// What ready items of a run wait for besides their time: word, items, the earliest time.
pub async fn waits_of(c: &mut Conn, run: &RunId) -> StoreResult<Vec<(String, i64, Millis)>> {
    let sql = "SELECT waits, COUNT(*), MIN(run_at) FROM item WHERE run = $1 AND state = 'ready' AND waits IS NOT NULL \
               GROUP BY waits ORDER BY waits";
    let rows = sqlx::query(sql).bind(run.as_str()).fetch_all(c).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?, Millis(row.try_get(2)?)))).collect()
}

/// Runs with items that wait for this.
pub async fn runs_waiting_for(c: &mut Conn, on: &str) -> StoreResult<Vec<RunId>> {
    let sql = "SELECT DISTINCT run FROM item WHERE state = 'ready' AND waits = $1 ORDER BY run LIMIT 200";
    let rows = sqlx::query(sql).bind(on).fetch_all(c).await?;
    rows.iter().map(|row| Ok(RunId(row.try_get(0)?))).collect()
}

/// What they waited for is over: they are due.
pub async fn let_go(c: &mut Conn, on: &str, now: Millis) -> StoreResult<u64> {
    let sql = "UPDATE item SET run_at = $2, waits = NULL WHERE state = 'ready' AND waits = $1";
    Ok(sqlx::query(sql).bind(on).bind(now.0).execute(c).await?.rows_affected())
}

pub(in crate::store) fn read(row: &AnyRow) -> StoreResult<ItemRow> {
    let result: Option<String> = row.try_get(10)?;
    Ok(ItemRow {
        id: ItemId(row.try_get(0)?),
        run: RunId(row.try_get(1)?),
        step: row.try_get(2)?,
        stage: row.try_get(3)?,
        queue: row.try_get(4)?,
        attempt: row.try_get(5)?,
        fence: row.try_get(6)?,
        key: row.try_get(7)?,
        weight: row.try_get(8)?,
        payload: parsed(row, "payload")?,
        result: result.map(|text| serde_json::from_str(&text).unwrap_or(Value::Null)),
        error: row.try_get(11)?,
    })
}
