//! What people did, stored before it is acknowledged, worked off one at a time per thread.
use serde_json::Value;
use sqlx::Row;

use crate::domain::ids::ThreadId;
use crate::domain::person::Person;
use crate::domain::time::Millis;
use crate::domain::time::SECOND;
use crate::store::open::Conn;
use crate::store::open::StoreError;
use crate::store::open::StoreResult;
use crate::store::open::json;
use crate::store::open::parsed;

/// What is worked on by nobody for this long is taken up by another.
pub const LEASE_MS: i64 = 30 * SECOND;

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

/// Who works on it, at business time and machine time.
#[derive(Clone, Copy, Debug)]
pub struct Taker<'a> {
    pub owner: &'a str,
    pub now: Millis,
    pub wall: Millis,
}

/// The oldest open inbound of each thread, if its time has come and nobody else works on it.
pub async fn due(c: &mut Conn, taker: Taker<'_>, limit: i64) -> StoreResult<Vec<Inbound>> {
    let sql = "SELECT id, source, event, thread, person, kind, payload, attempts, received_at FROM inbox i \
               WHERE state = 'open' AND not_before <= $2 AND (lease_until <= $3 OR lease_owner = $4) \
               AND NOT EXISTS (SELECT 1 FROM inbox o WHERE o.thread = i.thread AND o.state = 'open' \
               AND (o.received_at < i.received_at OR (o.received_at = i.received_at AND o.id < i.id))) \
               ORDER BY received_at, id LIMIT $1";
    let rows = sqlx::query(sql).bind(limit).bind(taker.now.0).bind(taker.wall.0).bind(taker.owner).fetch_all(c).await?;
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

/// Ours for [`LEASE_MS`] from now on, or `false`: somebody else works on it, or it is over. Counts a try before the work, so that
/// an inbound that kills its worker ends.
pub async fn take(c: &mut Conn, id: &str, taker: Taker<'_>) -> StoreResult<bool> {
    let sql = "UPDATE inbox SET lease_owner = $2, lease_until = $4, attempts = attempts + 1 \
               WHERE id = $1 AND state = 'open' AND (lease_until <= $3 OR lease_owner = $2)";
    let done = sqlx::query(sql)
        .bind(id)
        .bind(taker.owner)
        .bind(taker.wall.0)
        .bind(taker.wall.plus(LEASE_MS).0)
        .execute(c)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Still ours? In the transaction of every write for it: what another took over is not written to. Renews the lease.
pub async fn hold(c: &mut Conn, id: &str, taker: Taker<'_>) -> StoreResult<()> {
    let sql = "UPDATE inbox SET lease_until = $3 WHERE id = $1 AND state = 'open' AND lease_owner = $2";
    let until = taker.wall.plus(LEASE_MS).0;
    if sqlx::query(sql).bind(id).bind(taker.owner).bind(until).execute(c).await?.rows_affected() == 0 {
        return Err(StoreError::Lost(id.to_owned()));
    }
    Ok(())
}

/// Keeps what an owner works on.
pub async fn beat(c: &mut Conn, taker: Taker<'_>) -> StoreResult<()> {
    let sql = "UPDATE inbox SET lease_until = $2 WHERE lease_owner = $1 AND state = 'open' AND lease_until > $3";
    sqlx::query(sql).bind(taker.owner).bind(taker.wall.plus(LEASE_MS).0).bind(taker.wall.0).execute(c).await?;
    Ok(())
}

/// Given back until `at` (business time): what it needs is not there now.
pub async fn defer(c: &mut Conn, id: &str, owner: &str, at: Millis) -> StoreResult<()> {
    let sql = "UPDATE inbox SET not_before = $3, lease_until = 0 WHERE id = $1 AND state = 'open' AND lease_owner = $2";
    sqlx::query(sql).bind(id).bind(owner).bind(at.0).execute(c).await?;
    Ok(())
}

/// What owners that are gone worked on is free at once.
pub async fn free(c: &mut Conn, owner: &str) -> StoreResult<u64> {
    let sql = "UPDATE inbox SET lease_until = 0 WHERE state = 'open' AND lease_owner = $1 AND lease_until > 0";
    Ok(sqlx::query(sql).bind(owner).execute(c).await?.rows_affected())
}

pub async fn close(c: &mut Conn, id: &str, state: &str, now: Millis) -> StoreResult<()> {
    sqlx::query("UPDATE inbox SET state = $2, done_at = $3, lease_until = 0 WHERE id = $1")
        .bind(id)
        .bind(state)
        .bind(now.0)
        .execute(c)
        .await?;
    Ok(())
}

/// A person pressed Retry: a failed inbound is tried anew. `false` when it is open or done.
pub async fn reopen(c: &mut Conn, id: &str) -> StoreResult<bool> {
    let sql = "UPDATE inbox SET state = 'open', attempts = 0, done_at = NULL, not_before = 0 WHERE id = $1 AND state = 'failed'";
    Ok(sqlx::query(sql).bind(id).execute(c).await?.rows_affected() == 1)
}

/// What a person wrote last in a thread.
pub async fn newest_said(c: &mut Conn, thread: &ThreadId, person: &str) -> StoreResult<Option<Value>> {
    let sql = "SELECT person, payload FROM inbox WHERE thread = $1 AND kind = 'said' ORDER BY received_at DESC, id DESC LIMIT 20";
    for row in sqlx::query(sql).bind(thread.as_str()).fetch_all(c).await? {
        if parsed::<Person>(&row, "person")?.id == person {
            return Ok(Some(parsed(&row, "payload")?));
        }
    }
    Ok(None)
}

pub async fn open_count(c: &mut Conn) -> StoreResult<i64> {
    let row = sqlx::query("SELECT COUNT(*) FROM inbox WHERE state = 'open'").fetch_one(c).await?;
    Ok(row.try_get(0)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::open::Store;
    use serde_json::json;

    fn inbound(event: &str, at: i64) -> Inbound {
        Inbound {
            id: format!("in_{event}"),
            source: "said".into(),
            event: event.into(),
            thread: ThreadId::from("th_1"),
            person: Person { id: "ava".into(), name: "Ava".into(), roles: Vec::new(), zone: "UTC".into() },
            kind: "said".into(),
            payload: json!({"text": "find 10"}),
            attempts: 0,
            received_at: Millis(at),
        }
    }

    fn taker(owner: &str, at: i64) -> Taker<'_> {
        Taker { owner, now: Millis(at), wall: Millis(at) }
    }

    #[tokio::test]
    async fn one_process_works_on_an_inbound_and_a_lost_one_writes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let db = Store::open(&Store::sqlite_url(&dir.path().join("t.db"))).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        for row in [inbound("a", 1), inbound("b", 2)] {
            assert!(store(&mut tx, &row).await.unwrap());
        }
        let (one, two) = (taker("one", 10), taker("two", 10));
        // The second of a thread waits for the first, also while another works on that one.
        assert_eq!(due(&mut tx, one, 9).await.unwrap().iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["in_a"]);
        assert!(take(&mut tx, "in_a", one).await.unwrap());
        assert!(due(&mut tx, two, 9).await.unwrap().is_empty());
        assert!(!take(&mut tx, "in_a", two).await.unwrap());
        // Its lease ends: the other takes it, and the first may not write any more.
        let late = taker("two", 10 + LEASE_MS);
        assert_eq!(due(&mut tx, late, 9).await.unwrap()[0].attempts, 1);
        assert!(take(&mut tx, "in_a", late).await.unwrap());
        assert!(matches!(hold(&mut tx, "in_a", one).await, Err(StoreError::Lost(_))));
        hold(&mut tx, "in_a", late).await.unwrap();
        // Put off: nobody takes it before its time, and what waits behind it waits on.
        defer(&mut tx, "in_a", "two", Millis(99_000)).await.unwrap();
        assert!(due(&mut tx, taker("one", 98_999), 9).await.unwrap().is_empty());
        assert_eq!(due(&mut tx, taker("one", 99_000), 9).await.unwrap().len(), 1);
        // Whoever is known to be gone gives it back at once.
        assert!(take(&mut tx, "in_a", taker("two", 99_000)).await.unwrap());
        assert_eq!(free(&mut tx, "two").await.unwrap(), 1);
        assert!(take(&mut tx, "in_a", taker("one", 99_001)).await.unwrap());
    }
}
