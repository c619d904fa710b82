//! Circuit breakers as rows, one a vendor, shared by all workers. The rules are in `run/breaker.rs`.
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::domain::time::Millis;
use crate::run::breaker::Breaker;
use crate::store::open::Conn;
use crate::store::open::StoreResult;
use crate::store::open::word;

/// As it stands; a vendor that never failed has no row.
pub async fn get(c: &mut Conn, vendor: &str) -> StoreResult<Breaker> {
    let sql = "SELECT vendor, state, failures, opened_at, probe_at, why FROM breaker WHERE vendor = $1";
    let row = sqlx::query(sql).bind(vendor).fetch_optional(c).await?;
    row.map_or_else(|| Ok(Breaker::closed()), |row| read(&row))
}

/// The same, with the row locked until the transaction ends: who changes it reads it this way.
pub async fn lock(c: &mut Conn, vendor: &str) -> StoreResult<Breaker> {
    let new = "INSERT INTO breaker (vendor, state, failures, opened_at, probe_at, why) \
               VALUES ($1, 'closed', 0, 0, 0, '') ON CONFLICT (vendor) DO NOTHING";
    sqlx::query(new).bind(vendor).execute(&mut *c).await?;
    let sql = "UPDATE breaker SET failures = failures WHERE vendor = $1 \
               RETURNING vendor, state, failures, opened_at, probe_at, why";
    read(&sqlx::query(sql).bind(vendor).fetch_one(c).await?)
}

pub async fn put(c: &mut Conn, vendor: &str, breaker: &Breaker) -> StoreResult<()> {
    let sql = "UPDATE breaker SET state = $2, failures = $3, opened_at = $4, probe_at = $5, why = $6 WHERE vendor = $1";
    sqlx::query(sql)
        .bind(vendor)
        .bind(breaker.state.word())
        .bind(breaker.failures)
        .bind(breaker.opened_at.0)
        .bind(breaker.probe_at.0)
        .bind(&breaker.why)
        .execute(c)
        .await?;
    Ok(())
}

/// All vendors that ever failed, by name.
pub async fn all(c: &mut Conn) -> StoreResult<Vec<(String, Breaker)>> {
    let sql = "SELECT vendor, state, failures, opened_at, probe_at, why FROM breaker ORDER BY vendor";
    let rows = sqlx::query(sql).fetch_all(c).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, read(row)?))).collect()
}

fn read(row: &AnyRow) -> StoreResult<Breaker> {
    Ok(Breaker {
        state: word(row, "state")?,
        failures: row.try_get(2)?,
        opened_at: Millis(row.try_get(3)?),
        probe_at: Millis(row.try_get(4)?),
        why: row.try_get(5)?,
    })
}
