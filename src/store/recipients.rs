//! Who a launch gate lets mails go to, one person a row. The gate's payload holds a digest over the rows' hashes.
use sqlx::Row;

use crate::domain::ids::GateId;
use crate::domain::ids::LeadId;
use crate::run::launch::Outgoing;
use crate::store::open::Conn;
use crate::store::open::StoreResult;
use crate::store::open::parsed;

/// Rows read at a time.
pub const PAGE: i64 = 500;

/// Their text is kept as it was hashed.
pub async fn add(c: &mut Conn, gate: &GateId, idx: i64, lead: &LeadId, row: (&str, &str)) -> StoreResult<()> {
    let (body, hash) = row;
    sqlx::query("INSERT INTO gate_recipient (gate, idx, lead, hash, body) VALUES ($1,$2,$3,$4,$5)")
        .bind(gate.as_str())
        .bind(idx)
        .bind(lead.as_str())
        .bind(hash)
        .bind(body)
        .execute(c)
        .await?;
    Ok(())
}

/// Rows of a question that was never put.
pub async fn clear(c: &mut Conn, gate: &GateId) -> StoreResult<()> {
    sqlx::query("DELETE FROM gate_recipient WHERE gate = $1").bind(gate.as_str()).execute(c).await?;
    Ok(())
}

/// The same question under a new gate.
pub async fn copy(c: &mut Conn, from: &GateId, to: &GateId) -> StoreResult<()> {
    let sql = "INSERT INTO gate_recipient (gate, idx, lead, hash, body) \
               SELECT $2, idx, lead, hash, body FROM gate_recipient WHERE gate = $1";
    sqlx::query(sql).bind(from.as_str()).bind(to.as_str()).execute(c).await?;
    Ok(())
}

/// The hashes in order, as stored: what the payload's digest is made of.
pub async fn hashes(c: &mut Conn, gate: &GateId) -> StoreResult<Vec<String>> {
    let sql = "SELECT hash FROM gate_recipient WHERE gate = $1 ORDER BY idx";
    let rows = sqlx::query(sql).bind(gate.as_str()).fetch_all(c).await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// A page of rows after `after`, in order: index, lead, text.
pub async fn page(c: &mut Conn, gate: &GateId, after: i64) -> StoreResult<Vec<(i64, LeadId, String)>> {
    let sql = "SELECT idx, lead, body FROM gate_recipient WHERE gate = $1 AND idx > $2 ORDER BY idx LIMIT $3";
    let rows = sqlx::query(sql).bind(gate.as_str()).bind(after).bind(PAGE).fetch_all(c).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, LeadId(row.try_get(1)?), row.try_get(2)?))).collect()
}

/// One person's text as stored.
pub async fn body(c: &mut Conn, gate: &GateId, lead: &LeadId) -> StoreResult<Option<String>> {
    let sql = "SELECT body FROM gate_recipient WHERE gate = $1 AND lead = $2";
    let row = sqlx::query(sql).bind(gate.as_str()).bind(lead.as_str()).fetch_optional(c).await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}

pub async fn at(c: &mut Conn, gate: &GateId, idx: i64) -> StoreResult<Option<Outgoing>> {
    let sql = "SELECT body FROM gate_recipient WHERE gate = $1 AND idx = $2";
    let row = sqlx::query(sql).bind(gate.as_str()).bind(idx).fetch_optional(c).await?;
    row.map(|row| parsed(&row, "body")).transpose()
}

pub async fn leads(c: &mut Conn, gate: &GateId) -> StoreResult<Vec<LeadId>> {
    let sql = "SELECT lead FROM gate_recipient WHERE gate = $1 ORDER BY idx";
    let rows = sqlx::query(sql).bind(gate.as_str()).fetch_all(c).await?;
    rows.iter().map(|row| Ok(LeadId(row.try_get(0)?))).collect()
}

/// Addresses of all of them, for an account of what was approved.
pub async fn addresses(c: &mut Conn, gate: &GateId) -> StoreResult<Vec<String>> {
    let sql = "SELECT body FROM gate_recipient WHERE gate = $1 ORDER BY idx";
    let rows = sqlx::query(sql).bind(gate.as_str()).fetch_all(c).await?;
    rows.iter().map(|row| Ok(parsed::<Outgoing>(row, "body")?.email)).collect()
}
