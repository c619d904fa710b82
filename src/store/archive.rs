//! Items that are over and old, of runs that are over, leave the table that workers look through: their payloads go,
//! their counts stay.
use sqlx::Row;

use crate::domain::ids::RunId;
use crate::domain::time::Millis;
use crate::store::open::Conn;
use crate::store::open::StoreResult;

/// Items of one transaction: short enough that nobody waits for it.
pub const CHUNK: i64 = 500;
const RUNS_MAX: i64 = 100;

/// Runs that are over and still have items that ended before `before`.
pub async fn runs(c: &mut Conn, before: Millis) -> StoreResult<Vec<RunId>> {
    let sql = "SELECT id FROM run WHERE state IN ('done', 'failed', 'cancelled') AND created_at < $1 \
               AND EXISTS (SELECT 1 FROM item WHERE item.run = run.id AND item.ended_at < $1) ORDER BY id LIMIT $2";
    let rows = sqlx::query(sql).bind(before.0).bind(RUNS_MAX).fetch_all(c).await?;
    rows.iter().map(|row| Ok(RunId(row.try_get(0)?))).collect()
}

/// Moves up to a chunk of a run's items that ended before `before`; returns how many went. Any number of workers may do it
/// at once: what one has moved, the other does not find.
pub async fn chunk(c: &mut Conn, run: &RunId, before: Millis, now: Millis) -> StoreResult<u64> {
    let sql = "SELECT id FROM item WHERE run = $1 AND ended_at < $2 ORDER BY id LIMIT $3";
    let rows = sqlx::query(sql).bind(run.as_str()).bind(before.0).bind(CHUNK).fetch_all(&mut *c).await?;
    let Some(last) = rows.last() else { return Ok(0) };
    let last: String = last.try_get(0)?;
    let copy = "INSERT INTO item_archive (id, run, step, stage, queue, state, attempt, dedupe_key, weight, error, created_at, \
                ended_at, archived_at) SELECT id, run, step, stage, queue, state, attempt, dedupe_key, weight, error, \
                created_at, ended_at, $4 FROM item WHERE run = $1 AND ended_at < $2 AND id <= $3 ON CONFLICT (id) DO NOTHING";
    sqlx::query(copy).bind(run.as_str()).bind(before.0).bind(&last).bind(now.0).execute(&mut *c).await?;
    // Only what has its copy goes.
    let gone = "DELETE FROM item WHERE run = $1 AND ended_at < $2 AND id <= $3 \
                AND id IN (SELECT id FROM item_archive WHERE run = $1)";
    let done = sqlx::query(gone).bind(run.as_str()).bind(before.0).bind(&last).execute(c).await?;
    Ok(done.rows_affected())
}
