//! What came back from the vendors: stored once, applied once.
use serde_json::Value;
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::domain::time::Millis;
use crate::store::meta;
use crate::store::open::Conn;
use crate::store::open::StoreResult;
use crate::store::open::parsed;

#[derive(Clone, Debug, PartialEq)]
pub struct EventRow {
    pub id: String,
    pub source: String,
    /// The vendor's event id.
    pub event: String,
    /// sent | opened | clicked | replied | bounced | unsubscribed | failed | task
    pub kind: String,
    /// The vendor's campaign id.
    pub campaign: Option<String>,
    pub lead: Option<String>,
    pub email_key: String,
    /// Index of the touch, below zero when none.
    pub step: i64,
    pub at: Millis,
    /// Untrusted text of a reply lives here and is shown to people only.
    pub detail: Value,
    pub received_at: Millis,
}

/// `false` when this event was stored before.
pub async fn store(c: &mut Conn, event: &EventRow) -> StoreResult<bool> {
    let done = sqlx::query(
        "INSERT INTO event (id, source, event, kind, campaign, lead, email_key, step, at, detail, received_at) \
         VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11) ON CONFLICT (source, event) DO NOTHING",
    )
    .bind(&event.id)
    .bind(&event.source)
    .bind(&event.event)
    .bind(&event.kind)
    .bind(event.campaign.clone())
    .bind(event.lead.clone())
    .bind(&event.email_key)
    .bind(event.step)
    .bind(event.at.0)
    .bind(event.detail.to_string())
    .bind(event.received_at.0)
    .execute(c)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Not yet applied, oldest first.
pub async fn open(c: &mut Conn, limit: i64) -> StoreResult<Vec<EventRow>> {
    let sql = "SELECT id, source, event, kind, campaign, lead, email_key, step, at, detail, received_at FROM event \
               WHERE applied_at IS NULL ORDER BY at, id LIMIT $1";
    let rows = sqlx::query(sql).bind(limit).fetch_all(c).await?;
    rows.iter().map(read).collect()
}

/// What came back from one person of a campaign, oldest first.
pub async fn of_person(c: &mut Conn, source: &str, campaign: &str, email_key: &str) -> StoreResult<Vec<EventRow>> {
    let sql = "SELECT id, source, event, kind, campaign, lead, email_key, step, at, detail, received_at FROM event \
               WHERE source = $1 AND campaign = $2 AND email_key = $3 ORDER BY at, id";
    let rows = sqlx::query(sql).bind(source).bind(campaign).bind(email_key).fetch_all(c).await?;
    rows.iter().map(read).collect()
}

/// How many happened after `since`.
pub async fn count_after(c: &mut Conn, since: Millis) -> StoreResult<i64> {
    Ok(sqlx::query("SELECT COUNT(*) FROM event WHERE at > $1").bind(since.0).fetch_one(c).await?.try_get(0)?)
}

/// `false` when it was applied before: then nothing follows from it again.
pub async fn applied(c: &mut Conn, id: &str, now: Millis) -> StoreResult<bool> {
    let sql = "UPDATE event SET applied_at = $2 WHERE id = $1 AND applied_at IS NULL";
    Ok(sqlx::query(sql).bind(id).bind(now.0).execute(c).await?.rows_affected() == 1)
}

/// Where polling of a source stands.
pub async fn cursor(c: &mut Conn, source: &str) -> StoreResult<Option<Millis>> {
    let value = meta::get(c, &format!("cursor:{source}")).await?;
    Ok(value.and_then(|value| value.parse().ok()).map(Millis))
}

pub async fn set_cursor(c: &mut Conn, source: &str, at: Millis) -> StoreResult<()> {
    meta::put(c, &format!("cursor:{source}"), &at.0.to_string()).await
}

fn read(row: &AnyRow) -> StoreResult<EventRow> {
    Ok(EventRow {
        id: row.try_get(0)?,
        source: row.try_get(1)?,
        event: row.try_get(2)?,
        kind: row.try_get(3)?,
        campaign: row.try_get(4)?,
        lead: row.try_get(5)?,
        email_key: row.try_get(6)?,
        step: row.try_get(7)?,
        at: Millis(row.try_get(8)?),
        detail: parsed(row, "detail")?,
        received_at: Millis(row.try_get(10)?),
    })
}
