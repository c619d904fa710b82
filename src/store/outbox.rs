//! What changed for readers, in one gapless order: surfaces follow it with a cursor of their own.
use sqlx::Row;

use crate::domain::ids::ThreadId;
use crate::domain::time::Millis;
use crate::store::open::Conn;
use crate::store::open::StoreResult;

const CHANGES_MAX: i64 = 500;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub seq: i64,
    pub thread: ThreadId,
    /// message | card | thread
    pub kind: String,
    pub id: String,
}

/// Next number of a named counter; its row lock makes the order that of the commits.
pub(in crate::store) async fn next_number(c: &mut Conn, name: &str) -> StoreResult<i64> {
    let row = sqlx::query("UPDATE counter SET value = value + 1 WHERE name = $1 RETURNING value")
        .bind(name)
        .fetch_one(c)
        .await?;
    Ok(row.try_get(0)?)
}

/// Takes the outbox's turn before other rows that many transactions share (threads, the audit's counter): all take it
/// first, so that no two of them wait for each other. Rows of one run are locked before it.
pub(in crate::store) async fn in_turn(c: &mut Conn) -> StoreResult<()> {
    sqlx::query("UPDATE counter SET value = value WHERE name = 'outbox'").execute(c).await?;
    Ok(())
}

pub async fn note(c: &mut Conn, thread: &ThreadId, kind: &str, id: &str, at: Millis) -> StoreResult<i64> {
    let seq = next_number(c, "outbox").await?;
    sqlx::query("INSERT INTO outbox (seq, thread, kind, ref, at) VALUES ($1, $2, $3, $4, $5)")
        .bind(seq)
        .bind(thread.as_str())
        .bind(kind)
        .bind(id)
        .bind(at.0)
        .execute(c)
        .await?;
    Ok(seq)
}

pub async fn after(c: &mut Conn, thread: Option<&ThreadId>, seq: i64) -> StoreResult<Vec<Change>> {
    let sql =
        "SELECT seq, thread, kind, ref FROM outbox WHERE seq > $1 AND ($2 = '' OR thread = $2) ORDER BY seq LIMIT $3";
    let rows =
        sqlx::query(sql).bind(seq).bind(thread.map_or("", ThreadId::as_str)).bind(CHANGES_MAX).fetch_all(c).await?;
    rows.iter()
        .map(|row| {
            Ok(Change {
                seq: row.try_get(0)?,
                thread: ThreadId(row.try_get(1)?),
                kind: row.try_get(2)?,
                id: row.try_get(3)?,
            })
        })
        .collect()
}

pub async fn newest(c: &mut Conn) -> StoreResult<i64> {
    let row = sqlx::query("SELECT value FROM counter WHERE name = 'outbox'").fetch_one(c).await?;
    Ok(row.try_get(0)?)
}
