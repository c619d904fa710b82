//! Runs and their steps.
use serde_json::Value;
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::domain::ids::RunId;
use crate::domain::ids::ThreadId;
use crate::domain::time::Millis;
use crate::run::plan::Plan;
use crate::run::state::RunState;
use crate::run::state::StepKind;
use crate::run::state::StepState;
use crate::store::open::Backend;
use crate::store::open::Conn;
use crate::store::open::StoreError;
use crate::store::open::StoreResult;
use crate::store::open::json;
use crate::store::open::parsed;
use crate::store::open::word;

#[derive(Clone, Debug, PartialEq)]
pub struct RunRow {
    pub id: RunId,
    pub code: String,
    pub thread: ThreadId,
    pub plan: Plan,
    pub plan_hash: String,
    pub state: RunState,
    pub started_by: String,
    /// The progress card.
    pub card: String,
    pub wake_at: Millis,
    pub fence: i64,
    pub cancelled_by: Option<String>,
    pub error: Option<String>,
    pub created_at: Millis,
    pub ended_at: Option<Millis>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct StepRow {
    pub idx: i64,
    pub kind: StepKind,
    pub state: StepState,
    /// Rounds of items so far: enrichment first at one source, then at the next.
    pub stage: i64,
    /// What the step brought, in numbers; cards are made from it.
    pub output: Value,
    pub started_at: Option<Millis>,
    pub ended_at: Option<Millis>,
}

/// `false` when the same start was stored before.
pub async fn insert(c: &mut Conn, run: &RunRow, dedupe_key: &str) -> StoreResult<bool> {
    let done = sqlx::query(
        "INSERT INTO run (id, code, thread, plan, plan_hash, state, priority, started_by, card, wake_at, fence, lease_until, \
         dedupe_key, created_at) VALUES ($1,$2,$3,$4,$5,$6,0,$7,$8,$9,0,0,$10,$11) ON CONFLICT (dedupe_key) DO NOTHING",
    )
    .bind(run.id.as_str())
    .bind(&run.code)
    .bind(run.thread.as_str())
    .bind(json(&run.plan)?)
    .bind(&run.plan_hash)
    .bind(run.state.word())
    .bind(&run.started_by)
    .bind(&run.card)
    .bind(run.wake_at.0)
    .bind(dedupe_key)
    .bind(run.created_at.0)
    .execute(&mut *c)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    for (idx, step) in run.plan.steps.iter().enumerate() {
        sqlx::query("INSERT INTO step (run, idx, kind, state, stage, output) VALUES ($1,$2,$3,'pending',0,'{}')")
            .bind(run.id.as_str())
            .bind(idx as i64)
            .bind(step.kind.word())
            .execute(&mut *c)
            .await?;
    }
    Ok(true)
}

const GET: &str = "SELECT id, code, thread, plan, plan_hash, state, started_by, card, wake_at, fence, cancelled_by, error, \
                   created_at, ended_at FROM run WHERE id = $1";
const OF_THREAD: &str = "SELECT id, code, thread, plan, plan_hash, state, started_by, card, wake_at, fence, cancelled_by, error, \
                         created_at, ended_at FROM run WHERE thread = $1 ORDER BY created_at DESC, id LIMIT 50";
const NEWEST: &str = "SELECT id, code, thread, plan, plan_hash, state, started_by, card, wake_at, fence, cancelled_by, error, \
                      created_at, ended_at FROM run ORDER BY created_at DESC, id LIMIT $1";

const LIVE: &str = "SELECT id, code, thread, plan, plan_hash, state, started_by, card, wake_at, fence, cancelled_by, error, \
                    created_at, ended_at FROM run WHERE state NOT IN ('done', 'failed', 'cancelled') \
                    ORDER BY created_at DESC, id LIMIT $1";

pub async fn get(c: &mut Conn, id: &RunId) -> StoreResult<Option<RunRow>> {
    let row = sqlx::query(GET).bind(id.as_str()).fetch_optional(c).await?;
    row.map(|row| read(&row)).transpose()
}

/// Newest first.
pub async fn of_thread(c: &mut Conn, thread: &ThreadId) -> StoreResult<Vec<RunRow>> {
    let rows = sqlx::query(OF_THREAD).bind(thread.as_str()).fetch_all(c).await?;
    rows.iter().map(read).collect()
}

pub async fn newest(c: &mut Conn, limit: i64) -> StoreResult<Vec<RunRow>> {
    let rows = sqlx::query(NEWEST).bind(limit).fetch_all(c).await?;
    rows.iter().map(read).collect()
}

pub async fn steps(c: &mut Conn, run: &RunId) -> StoreResult<Vec<StepRow>> {
    let sql = "SELECT idx, kind, state, stage, output, started_at, ended_at FROM step WHERE run = $1 ORDER BY idx";
    let rows = sqlx::query(sql).bind(run.as_str()).fetch_all(c).await?;
    rows.iter()
        .map(|row| {
            Ok(StepRow {
                idx: row.try_get(0)?,
                kind: word(row, "kind")?,
                state: word(row, "state")?,
                stage: row.try_get(3)?,
                output: parsed(row, "output")?,
                started_at: row.try_get::<Option<i64>, _>(5)?.map(Millis),
                ended_at: row.try_get::<Option<i64>, _>(6)?.map(Millis),
            })
        })
        .collect()
}

/// Live runs that are due, oldest wish first.
pub async fn due(c: &mut Conn, now: Millis, limit: i64) -> StoreResult<Vec<RunId>> {
    let sql = "SELECT id FROM run WHERE state IN ('queued', 'running', 'waiting', 'paused', 'cancelling') AND wake_at <= $1 \
               ORDER BY priority DESC, wake_at, id LIMIT $2";
    let rows = sqlx::query(sql).bind(now.0).bind(limit).fetch_all(c).await?;
    rows.iter().map(|row| Ok(RunId(row.try_get(0)?))).collect()
}

/// When the next live run that is not due yet will be.
pub async fn next_due(c: &mut Conn, now: Millis) -> StoreResult<Option<Millis>> {
    let sql = "SELECT MIN(wake_at) FROM run WHERE state IN ('queued', 'running', 'waiting', 'paused', 'cancelling') AND wake_at > $1";
    let row = sqlx::query(sql).bind(now.0).fetch_one(c).await?;
    Ok(row.try_get::<Option<i64>, _>(0)?.map(Millis))
}

macro_rules! claim_sql {
    ($lock:literal) => {
        concat!(
            "WITH c AS MATERIALIZED (SELECT id FROM run WHERE id = $1 AND wake_at <= $2 ",
            "AND (lease_until <= $3 OR lease_owner = $4)",
            $lock,
            ") UPDATE run SET fence = fence + 1, lease_owner = $4, lease_until = $5 WHERE id IN (SELECT id FROM c) RETURNING fence"
        )
    };
}

/// Takes a run that is due at `at.0` for `owner`, from `at.1` until `at.2` in lease time. `None` when another worker is
/// at it. The returned fence must be in every later write.
pub async fn claim(
    c: &mut Conn,
    backend: Backend,
    id: &RunId,
    owner: &str,
    at: (Millis, Millis, Millis),
) -> StoreResult<Option<i64>> {
    let sql = match backend {
        Backend::Sqlite => claim_sql!(""),
        Backend::Postgres => claim_sql!(" FOR UPDATE SKIP LOCKED"),
    };
    let (now, from, until) = at;
    let query = sqlx::query(sql).bind(id.as_str()).bind(now.0).bind(from.0).bind(owner).bind(until.0);
    query.fetch_optional(c).await?.map(|row| Ok(row.try_get(0)?)).transpose()
}

/// Locks the run's row, which on Postgres comes before its items' rows, and says where it stands: a visit under way either
/// ends before or sees what is written now. `None` when there is no such run.
pub async fn hold(c: &mut Conn, id: &RunId) -> StoreResult<Option<RunState>> {
    let sql = "UPDATE run SET wake_at = wake_at WHERE id = $1 RETURNING state";
    let row = sqlx::query(sql).bind(id.as_str()).fetch_optional(c).await?;
    row.map(|row| word(&row, "state")).transpose()
}

/// New state, next wake-up, lease given back; nothing is written when the fence moved on.
pub async fn save(c: &mut Conn, run: &RunRow) -> StoreResult<()> {
    let sql = "UPDATE run SET state = $3, wake_at = $4, error = $5, ended_at = $6, lease_until = 0 WHERE id = $1 AND fence = $2";
    let done = sqlx::query(sql)
        .bind(run.id.as_str())
        .bind(run.fence)
        .bind(run.state.word())
        .bind(run.wake_at.0)
        .bind(run.error.clone())
        .bind(run.ended_at.map(|at| at.0))
        .execute(c)
        .await?;
    if done.rows_affected() == 0 {
        return Err(StoreError::Lost(run.id.0.clone()));
    }
    Ok(())
}

/// Only under the run's row: after `claim` or `hold` in the same transaction.
pub async fn save_step(c: &mut Conn, run: &RunId, step: &StepRow) -> StoreResult<()> {
    let sql = "UPDATE step SET state = $3, stage = $4, output = $5, started_at = $6, ended_at = $7 WHERE run = $1 AND idx = $2";
    sqlx::query(sql)
        .bind(run.as_str())
        .bind(step.idx)
        .bind(step.state.word())
        .bind(step.stage)
        .bind(step.output.to_string())
        .bind(step.started_at.map(|at| at.0))
        .bind(step.ended_at.map(|at| at.0))
        .execute(c)
        .await?;
    Ok(())
}

/// Due at `at` or earlier. Always writes the row: without its lock a visit that is under way on Postgres could put
/// the wake-up off that this is for.
pub async fn wake(c: &mut Conn, id: &RunId, at: Millis) -> StoreResult<()> {
    let sql = "UPDATE run SET wake_at = CASE WHEN wake_at > $2 THEN $2 ELSE wake_at END WHERE id = $1";
    sqlx::query(sql).bind(id.as_str()).bind(at.0).execute(c).await?;
    Ok(())
}

/// Not before `at`: its last visit failed.
pub async fn postpone(c: &mut Conn, id: &RunId, at: Millis) -> StoreResult<()> {
    sqlx::query("UPDATE run SET wake_at = $2, lease_until = 0 WHERE id = $1")
        .bind(id.as_str())
        .bind(at.0)
        .execute(c)
        .await?;
    Ok(())
}

/// Asks a live run to stop: its ready items are cancelled in the same transaction. `false` when it is over already.
pub async fn cancel(c: &mut Conn, id: &RunId, who: &str, now: Millis) -> StoreResult<bool> {
    let sql = "UPDATE run SET state = 'cancelling', cancelled_by = $2, wake_at = $3 \
               WHERE id = $1 AND state IN ('queued', 'running', 'waiting', 'paused')";
    let done = sqlx::query(sql).bind(id.as_str()).bind(who).bind(now.0).execute(&mut *c).await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    let items = "UPDATE item SET state = 'cancelled', ended_at = $2 WHERE run = $1 AND state IN ('ready', 'paused')";
    sqlx::query(items).bind(id.as_str()).bind(now.0).execute(&mut *c).await?;
    let gates =
        "UPDATE gate SET state = 'rejected', decided_by = $2, decided_at = $3 WHERE run = $1 AND state = 'waiting'";
    sqlx::query(gates).bind(id.as_str()).bind(who).bind(now.0).execute(c).await?;
    Ok(true)
}

/// Nothing new begins; what is in a call ends. `false` when it is over, stopping or paused already.
pub async fn pause(c: &mut Conn, id: &RunId, who: &str, now: Millis) -> StoreResult<bool> {
    let sql = "UPDATE run SET state = 'paused', paused_by = $2, wake_at = $3 \
               WHERE id = $1 AND state IN ('queued', 'running', 'waiting')";
    let done = sqlx::query(sql).bind(id.as_str()).bind(who).bind(now.0).execute(&mut *c).await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    let items = "UPDATE item SET state = 'paused' WHERE run = $1 AND state = 'ready'";
    sqlx::query(items).bind(id.as_str()).execute(c).await?;
    Ok(true)
}

/// Goes on where it was; a visit finds out whether it runs or waits.
pub async fn resume(c: &mut Conn, id: &RunId, now: Millis) -> StoreResult<bool> {
    let sql = "UPDATE run SET state = 'running', paused_by = NULL, wake_at = $2 WHERE id = $1 AND state = 'paused'";
    let done = sqlx::query(sql).bind(id.as_str()).bind(now.0).execute(&mut *c).await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    let items = "UPDATE item SET state = 'ready' WHERE run = $1 AND state = 'paused'";
    sqlx::query(items).bind(id.as_str()).execute(c).await?;
    Ok(true)
}

pub async fn paused_by(c: &mut Conn, id: &RunId) -> StoreResult<Option<String>> {
    let row = sqlx::query("SELECT paused_by FROM run WHERE id = $1").bind(id.as_str()).fetch_optional(c).await?;
    row.map(|row| Ok(row.try_get(0)?)).transpose().map(Option::flatten)
}

/// Runs that are not over, newest first.
pub async fn live(c: &mut Conn, limit: i64) -> StoreResult<Vec<RunRow>> {
    let rows = sqlx::query(LIVE).bind(limit).fetch_all(c).await?;
    rows.iter().map(read).collect()
}

/// Milliseconds that finished steps of this kind took, with the number of items, newest first: what estimates rest on.
pub async fn history(c: &mut Conn, kind: StepKind, limit: i64) -> StoreResult<Vec<(i64, i64)>> {
    let sql = "SELECT s.ended_at - s.started_at, (SELECT COUNT(*) FROM run_lead l WHERE l.run = s.run) FROM step s \
               WHERE s.kind = $1 AND s.state = 'done' AND s.started_at IS NOT NULL AND s.ended_at IS NOT NULL \
               ORDER BY s.ended_at DESC LIMIT $2";
    let rows = sqlx::query(sql).bind(kind.word()).bind(limit).fetch_all(c).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

fn read(row: &AnyRow) -> StoreResult<RunRow> {
    Ok(RunRow {
        id: RunId(row.try_get(0)?),
        code: row.try_get(1)?,
        thread: ThreadId(row.try_get(2)?),
        plan: parsed(row, "plan")?,
        plan_hash: row.try_get(4)?,
        state: word(row, "state")?,
        started_by: row.try_get(6)?,
        card: row.try_get(7)?,
        wake_at: Millis(row.try_get(8)?),
        fence: row.try_get(9)?,
        cancelled_by: row.try_get(10)?,
        error: row.try_get(11)?,
        created_at: Millis(row.try_get(12)?),
        ended_at: row.try_get::<Option<i64>, _>(13)?.map(Millis),
    })
}
