//! What people did, stored before it is acknowledged, worked off one at a time per thread.
use serde_json::Value;
use sqlx::Row;

use crate::domain::ids::ThreadId;
use crate::domain::person::Person;
use crate::domain::time::Millis;
use crate::store::open::Conn;
use crate::store::open::StoreResult;
use crate::store::open::json;
use crate::store::open::parsed;

#[derive(Clone, Debug, PartialEq)]
pub struct Inbound {
    pub id: String,
    pub source: String,
    /// The platform's id: the same event twice is one row.
    pub event: String,
    pub thread: ThreadId,
    pub person: Person,
    /// said | pressed
    pub kind: String,
    pub payload: Value,
    pub attempts: i64,
    pub received_at: Millis,
}

/// `false` when this event was stored before.
pub async fn store(c: &mut Conn, inbound: &Inbound) -> StoreResult<bool> {
    let done = sqlx::query(
        "INSERT INTO inbox (id, source, event, thread, person, kind, payload, state, attempts, received_at) \
         VALUES ($1,$2,$3,$4,$5,$6,$7,'open',0,$8) ON CONFLICT (source, event) DO NOTHING",
    )
    .bind(&inbound.id)
    .bind(&inbound.source)
    .bind(&inbound.event)
    .bind(inbound.thread.as_str())
    .bind(json(&inbound.person)?)
    .bind(&inbound.kind)
    .bind(inbound.payload.to_string())
    .bind(inbound.received_at.0)
    .execute(c)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn thread_of_event(c: &mut Conn, source: &str, event: &str) -> StoreResult<Option<ThreadId>> {
    let sql = "SELECT thread FROM inbox WHERE source = $1 AND event = $2";
    let row = sqlx::query(sql).bind(source).bind(event).fetch_optional(c).await?;
    row.map(|row| Ok(ThreadId(row.try_get(0)?))).transpose()
}

/// The oldest open inbound of each thread.
pub async fn open(c: &mut Conn, limit: i64) -> StoreResult<Vec<Inbound>> {
    let sql = "SELECT id, source, event, thread, person, kind, payload, attempts, received_at FROM inbox i \
               WHERE state = 'open' AND NOT EXISTS (SELECT 1 FROM inbox o WHERE o.thread = i.thread AND o.state = 'open' \
               AND (o.received_at < i.received_at OR (o.received_at = i.received_at AND o.id < i.id))) \
               ORDER BY received_at, id LIMIT $1";
    let rows = sqlx::query(sql).bind(limit).fetch_all(c).await?;
    rows.iter()
        .map(|row| {
            Ok(Inbound {
                id: row.try_get(0)?,
                source: row.try_get(1)?,
                event: row.try_get(2)?,
                thread: ThreadId(row.try_get(3)?),
                person: parsed(row, "person")?,
                kind: row.try_get(5)?,
                payload: parsed(row, "payload")?,
                attempts: row.try_get(7)?,
                received_at: Millis(row.try_get(8)?),
            })
        })
        .collect()
}

/// Counts a try before the work, so that an inbound that kills its worker ends.
pub async fn tried(c: &mut Conn, id: &str) -> StoreResult<()> {
    sqlx::query("UPDATE inbox SET attempts = attempts + 1 WHERE id = $1").bind(id).execute(c).await?;
    Ok(())
}

pub async fn close(c: &mut Conn, id: &str, state: &str, now: Millis) -> StoreResult<()> {
    sqlx::query("UPDATE inbox SET state = $2, done_at = $3 WHERE id = $1")
        .bind(id)
        .bind(state)
        .bind(now.0)
        .execute(c)
        .await?;
    Ok(())
}

/// A person pressed Retry: a failed inbound is tried anew. `false` when it is open or done.
pub async fn reopen(c: &mut Conn, id: &str) -> StoreResult<bool> {
    let sql = "UPDATE inbox SET state = 'open', attempts = 0, done_at = NULL WHERE id = $1 AND state = 'failed'";
    Ok(sqlx::query(sql).bind(id).execute(c).await?.rows_affected() == 1)
}

pub async fn open_count(c: &mut Conn) -> StoreResult<i64> {
    let row = sqlx::query("SELECT COUNT(*) FROM inbox WHERE state = 'open'").fetch_one(c).await?;
    Ok(row.try_get(0)?)
}
