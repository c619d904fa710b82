//! Vendor limits as rows, shared by all workers (GCRA: a theoretical arrival time per key).
use sqlx::Row;

use crate::domain::time::Millis;
use crate::store::open::Conn;
use crate::store::open::StoreResult;

/// Sets up a limit: one call per `interval_us`, up to `burst_us` ahead of time.
pub async fn define(c: &mut Conn, key: &str, interval_us: i64, burst_us: i64) -> StoreResult<()> {
    sqlx::query(
        "INSERT INTO limiter (key, tat, interval_us, burst_us, blocked_until) VALUES ($1, 0, $2, $3, 0) \
         ON CONFLICT (key) DO UPDATE SET interval_us = excluded.interval_us, burst_us = excluded.burst_us",
    )
    .bind(key)
    .bind(interval_us)
    .bind(burst_us)
    .execute(c)
    .await?;
    Ok(())
}

/// Calls that a vendor allows in one of its days; 0 is as many as one likes.
pub async fn define_day(c: &mut Conn, key: &str, max: i64) -> StoreResult<()> {
    sqlx::query("UPDATE limiter SET day_max = $2 WHERE key = $1").bind(key).bind(max).execute(c).await?;
    Ok(())
}

/// Waits for the row: whoever has it decides about the next slot.
pub async fn lock(c: &mut Conn, key: &str) -> StoreResult<()> {
    sqlx::query("UPDATE limiter SET tat = tat WHERE key = $1").bind(key).execute(c).await?;
    Ok(())
}

/// `None`: go. `Some(t)`: not before `t`; nothing was taken.
pub async fn take(c: &mut Conn, key: &str, now: Millis) -> StoreResult<Option<Millis>> {
    let now_us = now.0.saturating_mul(1_000);
    let sql = "UPDATE limiter SET tat = CASE WHEN tat > $2 THEN tat ELSE $2 END + interval_us \
               WHERE key = $1 AND tat <= $2 + burst_us AND blocked_until <= $3 RETURNING tat";
    if sqlx::query(sql).bind(key).bind(now_us).bind(now.0).fetch_optional(&mut *c).await?.is_some() {
        return Ok(None);
    }
    let row = sqlx::query("SELECT tat - burst_us, blocked_until FROM limiter WHERE key = $1")
        .bind(key)
        .fetch_optional(c)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let free_us: i64 = row.try_get(0)?;
    let blocked: i64 = row.try_get(1)?;
    let free_ms = (free_us + 999).div_euclid(1_000);
    Ok(Some(Millis(free_ms.max(blocked).max(now.0 + 1))))
}

/// Counts a call of `day` (the number of the vendor's day) under the vendor's own key, whichever limit it goes by.
/// `false`: the calls of this day are used up.
pub async fn take_day(c: &mut Conn, vendor: &str, day: i64) -> StoreResult<bool> {
    let sql = "UPDATE limiter SET day_used = CASE WHEN day = $2 THEN day_used + 1 ELSE 1 END, day = $2 \
               WHERE key = $1 AND day_max > 0 AND (day <> $2 OR day_used < day_max)";
    if sqlx::query(sql).bind(vendor).bind(day).execute(&mut *c).await?.rows_affected() == 1 {
        return Ok(true);
    }
    let row = sqlx::query("SELECT day_max FROM limiter WHERE key = $1").bind(vendor).fetch_optional(c).await?;
    let max: i64 = row.map(|row| row.try_get(0)).transpose()?.unwrap_or(0);
    Ok(max == 0)
}

/// A call waited, and how long.
pub async fn waited(c: &mut Conn, key: &str, ms: i64) -> StoreResult<()> {
    let sql = "UPDATE limiter SET waits = waits + 1, waited_ms = waited_ms + $2 WHERE key = $1";
    sqlx::query(sql).bind(key).bind(ms).execute(c).await?;
    Ok(())
}

/// The vendor said "not before": nobody calls until then.
pub async fn block(c: &mut Conn, key: &str, until: Millis) -> StoreResult<()> {
    let sql = "UPDATE limiter SET blocked_until = $2 WHERE key = $1 AND blocked_until < $2";
    sqlx::query(sql).bind(key).bind(until.0).execute(c).await?;
    Ok(())
}

pub async fn blocked(c: &mut Conn, now: Millis) -> StoreResult<Vec<(String, Millis)>> {
    let sql = "SELECT key, blocked_until FROM limiter WHERE blocked_until > $1 ORDER BY key";
    let rows = sqlx::query(sql).bind(now.0).fetch_all(c).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, Millis(row.try_get(1)?)))).collect()
}

/// A limit as the status page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitRow {
    pub key: String,
    pub blocked_until: Millis,
    pub waits: i64,
    pub waited_ms: i64,
    /// Used of the day `day`.
    pub day: i64,
    pub day_used: i64,
    pub day_max: i64,
}

pub async fn all(c: &mut Conn) -> StoreResult<Vec<LimitRow>> {
    let sql = "SELECT key, blocked_until, waits, waited_ms, day, day_used, day_max FROM limiter ORDER BY key";
    let rows = sqlx::query(sql).fetch_all(c).await?;
    rows.iter()
        .map(|row| {
            Ok(LimitRow {
                key: row.try_get(0)?,
                blocked_until: Millis(row.try_get(1)?),
                waits: row.try_get(2)?,
                waited_ms: row.try_get(3)?,
                day: row.try_get(4)?,
                day_used: row.try_get(5)?,
                day_max: row.try_get(6)?,
            })
        })
        .collect()
}
