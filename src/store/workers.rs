//! Who works on this database: one row a process, beaten as long as it lives. Times are lease times.
use sqlx::Row;

use crate::domain::time::DAY;
use crate::domain::time::MINUTE;
use crate::domain::time::Millis;
use crate::store::open::Conn;
use crate::store::open::StoreResult;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerRow {
    pub owner: String,
    /// "serve" or "worker".
    pub kind: String,
    pub host: String,
    pub process: i64,
    pub started_at: Millis,
    pub beat_at: Millis,
}

/// A worker that was silent for so long is shown no more; should it wake up, its next beat brings it back.
const SILENT_MS: i64 = 5 * MINUTE;
/// How long rows of stopped workers are kept.
const KEPT_MS: i64 = 7 * DAY;

/// It lives. The first beat writes the row; later ones leave `started_at` as it is.
pub async fn beat(c: &mut Conn, row: &WorkerRow) -> StoreResult<()> {
    let sql = "INSERT INTO worker (owner, kind, host, process, started_at, beat_at, stopped_at) VALUES ($1,$2,$3,$4,$5,$6,NULL) \
               ON CONFLICT (owner) DO UPDATE SET beat_at = excluded.beat_at, stopped_at = NULL";
    sqlx::query(sql)
        .bind(&row.owner)
        .bind(&row.kind)
        .bind(&row.host)
        .bind(row.process)
        .bind(row.started_at.0)
        .bind(row.beat_at.0)
        .execute(c)
        .await?;
    Ok(())
}

pub async fn stopped(c: &mut Conn, owner: &str, at: Millis) -> StoreResult<()> {
    sqlx::query("UPDATE worker SET stopped_at = $2 WHERE owner = $1").bind(owner).bind(at.0).execute(c).await?;
    Ok(())
}

/// Those that fell silent count as stopped; rows of long ago go. Once a start is often enough.
pub async fn tidy(c: &mut Conn, now: Millis) -> StoreResult<()> {
    let silent = "UPDATE worker SET stopped_at = beat_at WHERE stopped_at IS NULL AND beat_at < $1";
    sqlx::query(silent).bind(now.plus(-SILENT_MS).0).execute(&mut *c).await?;
    let old = "DELETE FROM worker WHERE stopped_at < $1";
    sqlx::query(old).bind(now.plus(-KEPT_MS).0).execute(c).await?;
    Ok(())
}

/// Workers that are not known to have stopped, with their last beat.
pub async fn live(c: &mut Conn) -> StoreResult<Vec<WorkerRow>> {
    let sql = "SELECT owner, kind, host, process, started_at, beat_at FROM worker WHERE stopped_at IS NULL \
               ORDER BY started_at, owner LIMIT 200";
    let rows = sqlx::query(sql).fetch_all(c).await?;
    let read = |row: &sqlx::any::AnyRow| {
        Ok(WorkerRow {
            owner: row.try_get(0)?,
            kind: row.try_get(1)?,
            host: row.try_get(2)?,
            process: row.try_get(3)?,
            started_at: Millis(row.try_get(4)?),
            beat_at: Millis(row.try_get(5)?),
        })
    };
    rows.iter().map(read).collect()
}

/// Items that were taken away from a worker while it was at them.
pub async fn add_lost(c: &mut Conn, count: usize) -> StoreResult<()> {
    if count == 0 {
        return Ok(());
    }
    let sql = "UPDATE counter SET value = value + $1 WHERE name = 'leases_lost'";
    sqlx::query(sql).bind(count as i64).execute(c).await?;
    Ok(())
}

pub async fn lost(c: &mut Conn) -> StoreResult<i64> {
    let row = sqlx::query("SELECT value FROM counter WHERE name = 'leases_lost'").fetch_one(c).await?;
    Ok(row.try_get(0)?)
}
