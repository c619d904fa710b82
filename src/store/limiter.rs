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
