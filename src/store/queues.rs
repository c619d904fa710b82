//! The queues in numbers, for status, metrics and the watch: what waits, and for how long.
use sqlx::Row;

use crate::domain::time::Millis;
use crate::store::open::Conn;
use crate::store::open::StoreResult;

/// Items of a queue in a state; finished ones are not counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Depth {
    pub queue: String,
    pub state: String,
    pub items: i64,
}

pub async fn depths(c: &mut Conn) -> StoreResult<Vec<Depth>> {
    let sql = "SELECT queue, state, COUNT(*) FROM item WHERE state IN ('ready', 'running', 'paused', 'review') \
               GROUP BY queue, state ORDER BY queue, state";
    let rows = sqlx::query(sql).fetch_all(c).await?;
    rows.iter()
        .map(|row| Ok(Depth { queue: row.try_get(0)?, state: row.try_get(1)?, items: row.try_get(2)? }))
        .collect()
}

/// Since when the longest waiting due item of each queue is due.
pub async fn oldest(c: &mut Conn, now: Millis) -> StoreResult<Vec<(String, Millis)>> {
    let sql =
        "SELECT queue, MIN(run_at) FROM item WHERE state = 'ready' AND run_at <= $1 GROUP BY queue ORDER BY queue";
    let rows = sqlx::query(sql).bind(now.0).fetch_all(c).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, Millis(row.try_get(1)?)))).collect()
}
