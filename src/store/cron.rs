//! What recurs: when it is due, and who is at it. A tick is taken under a lease and finished in the transaction that
//! holds what it made: once over any number of workers, and tried again when a worker died or failed in the middle.
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::domain::schedule::Schedule;
use crate::domain::time::Millis;
use crate::store::open::Conn;
use crate::store::open::StoreError;
use crate::store::open::StoreResult;

/// A time that never comes: for what runs only when asked.
const NEVER: Millis = Millis(i64::MAX);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CronRow {
    pub name: String,
    pub expr: String,
    pub zone: String,
    /// `None`: only when asked.
    pub next_at: Option<Millis>,
    pub last_at: Option<Millis>,
    pub enabled: bool,
    /// Tries since the last good one, and why the newest failed.
    pub failures: i64,
    pub error: Option<String>,
}

/// A tick that is ours until the lease ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    pub name: String,
    owner: String,
    /// As the row had it; a later time is not overwritten.
    due: i64,
    pub failures: i64,
}

/// Writes the job as it is configured. Another expression or zone begins anew from `now`; the same one keeps its time.
pub async fn declare(c: &mut Conn, name: &str, schedule: &Schedule, now: Millis) -> StoreResult<()> {
    let sql = "INSERT INTO cron (name, next_at, enabled, expr, zone) VALUES ($1, $2, 1, $3, $4) \
               ON CONFLICT (name) DO UPDATE SET expr = excluded.expr, zone = excluded.zone, \
               next_at = CASE WHEN cron.expr = '' OR (cron.expr = excluded.expr AND cron.zone = excluded.zone) \
               THEN cron.next_at ELSE excluded.next_at END";
    let next = schedule.next(now).unwrap_or(NEVER);
    sqlx::query(sql).bind(name).bind(next.0).bind(schedule.expr()).bind(schedule.zone()).execute(c).await?;
    Ok(())
}

/// Takes the tick if it is due (or asked for, or left by a worker that died) and nobody has it. `at` is business time,
/// machine time, and when the lease ends.
pub async fn take(c: &mut Conn, name: &str, owner: &str, at: (Millis, Millis, Millis)) -> StoreResult<Option<Taken>> {
    let (now, wall, until) = at;
    let sql = "UPDATE cron SET lease_owner = $2, lease_until = $5, asked = 0 WHERE name = $1 AND enabled = 1 \
               AND lease_until <= $4 AND not_before <= $3 AND (next_at <= $3 OR asked = 1 OR lease_until > 0) \
               RETURNING next_at, failures";
    let query = sqlx::query(sql).bind(name).bind(owner).bind(now.0).bind(wall.0).bind(until.0);
    let row = query.fetch_optional(c).await?;
    row.map(|row| {
        let (due, failures) = (row.try_get(0)?, row.try_get(1)?);
        Ok(Taken { name: name.to_owned(), owner: owner.to_owned(), due, failures })
    })
    .transpose()
}

/// The tick is over and the next one is set; belongs into the transaction that holds what the tick made.
pub async fn finish(c: &mut Conn, taken: &Taken, next: Option<Millis>, now: Millis) -> StoreResult<()> {
    let sql = "UPDATE cron SET next_at = CASE WHEN next_at = $3 THEN $4 ELSE next_at END, last_at = $5, lease_until = 0, \
               lease_owner = NULL, not_before = 0, failures = 0, error = NULL \
               WHERE name = $1 AND lease_owner = $2 AND lease_until > 0";
    let next = next.unwrap_or(NEVER);
    let query = sqlx::query(sql).bind(&taken.name).bind(&taken.owner).bind(taken.due).bind(next.0).bind(now.0);
    lost_if_none(query.execute(c).await?.rows_affected(), taken)
}

/// Not done: it stays due and is tried again from `again` on. Who asked for it is not forgotten.
pub async fn failed(c: &mut Conn, taken: &Taken, again: Millis, error: &str) -> StoreResult<()> {
    let sql = "UPDATE cron SET asked = 1, lease_until = 0, lease_owner = NULL, not_before = $3, failures = failures + 1, \
               error = $4 WHERE name = $1 AND lease_owner = $2 AND lease_until > 0";
    let query = sqlx::query(sql).bind(&taken.name).bind(&taken.owner).bind(again.0).bind(error);
    lost_if_none(query.execute(c).await?.rows_affected(), taken)
}

fn lost_if_none(rows: u64, taken: &Taken) -> StoreResult<()> {
    if rows == 0 { Err(StoreError::Lost(taken.name.clone())) } else { Ok(()) }
}

/// Due at once, whatever its schedule says and whatever failed before.
pub async fn ask(c: &mut Conn, name: &str) -> StoreResult<()> {
    sqlx::query("UPDATE cron SET asked = 1, not_before = 0 WHERE name = $1").bind(name).execute(c).await?;
    Ok(())
}

/// Ticks of a process that is gone; of every process, when there can be no other.
pub async fn free(c: &mut Conn, owner: Option<&str>) -> StoreResult<()> {
    let sql = "UPDATE cron SET asked = 1, lease_until = 0, lease_owner = NULL WHERE lease_until > 0 \
               AND ($1 = '' OR lease_owner = $1)";
    sqlx::query(sql).bind(owner.unwrap_or("")).execute(c).await?;
    Ok(())
}

/// When to look again for this job; `None` when only somebody's asking makes it due.
pub async fn next(c: &mut Conn, name: &str) -> StoreResult<Option<Millis>> {
    let sql = "SELECT CASE WHEN asked = 1 THEN not_before WHEN next_at < not_before THEN not_before ELSE next_at END \
               FROM cron WHERE name = $1 AND enabled = 1";
    let row = sqlx::query(sql).bind(name).fetch_optional(c).await?;
    let at: Option<i64> = row.map(|row| row.try_get(0)).transpose()?;
    Ok(at.map(Millis).filter(|at| *at < NEVER))
}

pub async fn all(c: &mut Conn) -> StoreResult<Vec<CronRow>> {
    let sql = "SELECT name, expr, zone, next_at, last_at, enabled, failures, error FROM cron ORDER BY name";
    let rows = sqlx::query(sql).fetch_all(c).await?;
    rows.iter().map(read).collect()
}

fn read(row: &AnyRow) -> StoreResult<CronRow> {
    let next = Millis(row.try_get(3)?);
    Ok(CronRow {
        name: row.try_get(0)?,
        expr: row.try_get(1)?,
        zone: row.try_get(2)?,
        next_at: (next < NEVER).then_some(next),
        last_at: row.try_get::<Option<i64>, _>(4)?.map(Millis),
        enabled: row.try_get::<i64, _>(5)? == 1,
        failures: row.try_get(6)?,
        error: row.try_get(7)?,
    })
}
