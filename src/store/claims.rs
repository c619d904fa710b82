//! Claims on items: taken with a lease and a fencing number, kept by beats, given back, freed when their worker is gone.
//! Times are lease times (`Store::lease_now`). No function waits for a row that another worker is writing.
use sqlx::Row;

use crate::domain::ids::ItemId;
use crate::domain::ids::RunId;
use crate::domain::time::Millis;
use crate::run::shares::Lane;
use crate::store::items;
use crate::store::items::ItemRow;
use crate::store::open::Backend;
use crate::store::open::Conn;
use crate::store::open::StoreResult;

/// What a claim is: which item, and the fencing number it was taken with.
pub type Claim = (ItemId, i64);

/// Each queue and run with ready items is reached by one step along the index, however many items wait. The plus keeps
/// SQLite from reading all that is due by the index on time, here and in the claim: 77 ms with 50,000 items, not 0.2.
const LANES: &str = "WITH RECURSIVE q(queue) AS (\
    SELECT MIN(queue) FROM item WHERE state = 'ready' \
    UNION ALL SELECT (SELECT MIN(i.queue) FROM item i WHERE i.state = 'ready' AND i.queue > q.queue) FROM q WHERE q.queue IS NOT NULL\
    ), l(queue, run) AS (\
    SELECT q.queue, (SELECT MIN(i.run) FROM item i WHERE i.state = 'ready' AND i.queue = q.queue) FROM q WHERE q.queue IS NOT NULL \
    UNION ALL SELECT l.queue, (SELECT MIN(i.run) FROM item i WHERE i.state = 'ready' AND i.queue = l.queue AND i.run > l.run) \
    FROM l WHERE l.run IS NOT NULL) \
    SELECT l.queue, l.run, r.priority, (SELECT COUNT(*) FROM (SELECT 1 FROM item i WHERE i.state = 'ready' AND i.queue = l.queue \
    AND i.run = l.run AND +i.run_at <= $1 LIMIT $2) due) FROM l JOIN run r ON r.id = l.run \
    WHERE r.state IN ('queued', 'running', 'waiting', 'cancelling')";

/// Where work is due; no lane's items are counted beyond `most`.
pub async fn lanes(c: &mut Conn, now: Millis, most: usize) -> StoreResult<Vec<Lane>> {
    let rows = sqlx::query(LANES).bind(now.0).bind(most as i64).fetch_all(c).await?;
    let lane = |row: &sqlx::any::AnyRow| {
        let due: i64 = row.try_get(3)?;
        let due = usize::try_from(due).unwrap_or(0);
        Ok(Lane { queue: row.try_get(0)?, run: RunId(row.try_get(1)?), priority: row.try_get(2)?, due })
    };
    rows.iter().map(lane).filter(|lane| lane.as_ref().is_ok_and(|lane| lane.due > 0) || lane.is_err()).collect()
}

macro_rules! claim_sql {
    ($lock:literal) => {
        concat!(
            "WITH c AS MATERIALIZED (SELECT id FROM item WHERE state = 'ready' AND queue = $1 AND run = $2 AND +run_at <= $3 ",
            "ORDER BY priority DESC, run_at LIMIT $4",
            $lock,
            ") UPDATE item SET state = 'running', fence = fence + 1, attempt = attempt + 1, lease_owner = $5, lease_until = $6 ",
            "WHERE id IN (SELECT id FROM c) ",
            "RETURNING id, run, step, stage, queue, attempt, fence, dedupe_key, weight, payload, result, error"
        )
    };
}

/// Up to `count` due items of a lane, now the owner's until `until`.
pub async fn claim(
    c: &mut Conn,
    backend: Backend,
    lane: (&Lane, usize),
    now: Millis,
    owner: (&str, Millis),
) -> StoreResult<Vec<ItemRow>> {
    let sql = match backend {
        Backend::Sqlite => claim_sql!(""),
        Backend::Postgres => claim_sql!(" FOR UPDATE SKIP LOCKED"),
    };
    let ((lane, count), (owner, until)) = (lane, owner);
    let query = sqlx::query(sql).bind(&lane.queue).bind(lane.run.as_str()).bind(now.0).bind(count as i64);
    let rows = query.bind(owner).bind(until.0).fetch_all(c).await?;
    let mut items: Vec<ItemRow> = rows.iter().map(items::read).collect::<StoreResult<_>>()?;
    // RETURNING has no order on Postgres.
    items.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(items)
}

/// When the next ready item that is not due yet will be.
pub async fn next_due(c: &mut Conn, now: Millis) -> StoreResult<Option<Millis>> {
    let sql = "SELECT MIN(run_at) FROM item WHERE state = 'ready' AND run_at > $1";
    let row = sqlx::query(sql).bind(now.0).fetch_one(c).await?;
    Ok(row.try_get::<Option<i64>, _>(0)?.map(Millis))
}

macro_rules! beat_sql {
    ($lock:literal) => {
        concat!(
            "WITH c AS MATERIALIZED (SELECT id FROM item WHERE lease_owner = $1 AND state = 'running'",
            $lock,
            ") UPDATE item SET lease_until = $2 WHERE id IN (SELECT id FROM c) RETURNING id, fence"
        )
    };
}

/// Renews what the owner holds. A row that is being ended at this moment is passed over.
pub async fn beat(c: &mut Conn, backend: Backend, owner: &str, until: Millis) -> StoreResult<Vec<Claim>> {
    let sql = match backend {
        Backend::Sqlite => beat_sql!(""),
        Backend::Postgres => beat_sql!(" FOR UPDATE SKIP LOCKED"),
    };
    let rows = sqlx::query(sql).bind(owner).bind(until.0).fetch_all(c).await?;
    rows.iter().map(|row| Ok((ItemId(row.try_get(0)?), row.try_get(1)?))).collect()
}

/// Was the item taken away from who claimed it with this fence?
pub async fn is_taken(c: &mut Conn, claim: &Claim) -> StoreResult<bool> {
    let sql = "SELECT fence FROM item WHERE id = $1 AND fence <> $2";
    Ok(sqlx::query(sql).bind(claim.0.as_str()).bind(claim.1).fetch_optional(c).await?.is_some())
}

/// Does whoever claimed the item like this still hold it?
pub async fn ours(c: &mut Conn, item: &ItemRow) -> StoreResult<bool> {
    let sql = "SELECT id FROM item WHERE id = $1 AND fence = $2 AND state = 'running'";
    Ok(sqlx::query(sql).bind(item.id.as_str()).bind(item.fence).fetch_optional(c).await?.is_some())
}

/// Where an item goes that nobody works on any more: as its run stands.
macro_rules! back {
    () => {
        "state = COALESCE((SELECT CASE WHEN r.state = 'paused' THEN 'paused' \
         WHEN r.state IN ('done', 'failed', 'cancelled') THEN 'cancelled' ELSE 'ready' END FROM run r WHERE r.id = item.run), 'ready')"
    };
}

/// Claimed and not begun: as if it had never been claimed.
pub async fn give_back(c: &mut Conn, claim: &Claim) -> StoreResult<()> {
    let sql = concat!(
        "UPDATE item SET ",
        back!(),
        ", attempt = attempt - 1 WHERE id = $1 AND fence = $2 AND state = 'running'"
    );
    sqlx::query(sql).bind(claim.0.as_str()).bind(claim.1).execute(c).await?;
    Ok(())
}

/// Claimed, and whoever worked on it has gone: its try counts, and its old fence is worth nothing.
pub async fn free(c: &mut Conn, claim: &Claim) -> StoreResult<bool> {
    let sql =
        concat!("UPDATE item SET ", back!(), ", fence = fence + 1 WHERE id = $1 AND fence = $2 AND state = 'running'");
    Ok(sqlx::query(sql).bind(claim.0.as_str()).bind(claim.1).execute(c).await?.rows_affected() == 1)
}

macro_rules! orphans_sql {
    ($lock:literal) => {
        concat!(
            "WITH c AS MATERIALIZED (SELECT id FROM item WHERE state = 'running' AND lease_until < $1",
            $lock,
            ") UPDATE item SET ",
            back!(),
            ", fence = fence + 1 WHERE id IN (SELECT id FROM c)"
        )
    };
}

/// Items whose lease is over go back.
pub async fn free_orphans(c: &mut Conn, backend: Backend, now: Millis) -> StoreResult<u64> {
    let sql = match backend {
        Backend::Sqlite => orphans_sql!(""),
        Backend::Postgres => orphans_sql!(" FOR UPDATE SKIP LOCKED"),
    };
    Ok(sqlx::query(sql).bind(now.0).execute(c).await?.rows_affected())
}

/// All that an owner held, when it is known to be gone: items, runs, messages of the inbox. How many items.
pub async fn free_all_of(c: &mut Conn, owner: &str) -> StoreResult<u64> {
    let items =
        concat!("UPDATE item SET ", back!(), ", fence = fence + 1 WHERE state = 'running' AND lease_owner = $1");
    let freed = sqlx::query(items).bind(owner).execute(&mut *c).await?.rows_affected();
    sqlx::query("UPDATE run SET lease_until = 0 WHERE lease_owner = $1").bind(owner).execute(&mut *c).await?;
    let inbox = "UPDATE inbox SET lease_until = 0 WHERE lease_owner = $1 AND lease_until > 0";
    sqlx::query(inbox).bind(owner).execute(c).await?;
    Ok(freed)
}

/// Whoever holds something, except one.
pub async fn owners_but(c: &mut Conn, owner: &str) -> StoreResult<Vec<String>> {
    let sql = "SELECT lease_owner FROM item WHERE state = 'running' AND lease_owner IS NOT NULL AND lease_owner <> $1 \
               UNION SELECT lease_owner FROM run WHERE lease_until > 0 AND lease_owner IS NOT NULL AND lease_owner <> $1 \
               UNION SELECT lease_owner FROM inbox WHERE lease_until > 0 AND lease_owner IS NOT NULL AND lease_owner <> $1 \
               UNION SELECT owner FROM worker WHERE stopped_at IS NULL AND owner <> $1 ORDER BY 1";
    let rows = sqlx::query(sql).bind(owner).fetch_all(c).await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}
