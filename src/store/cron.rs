//! What recurs: when it is due next. A tick is taken by one conditional UPDATE, so once over any number of workers.
use sqlx::Row;

use crate::domain::time::Millis;
use crate::store::open::Conn;
use crate::store::open::StoreResult;

/// When the job is due; `first` when it is new.
pub async fn ensure(c: &mut Conn, name: &str, first: Millis) -> StoreResult<Millis> {
    let sql = "INSERT INTO cron (name, next_at, enabled) VALUES ($1, $2, 1) ON CONFLICT (name) DO NOTHING";
    sqlx::query(sql).bind(name).bind(first.0).execute(&mut *c).await?;
    let row = sqlx::query("SELECT next_at FROM cron WHERE name = $1").bind(name).fetch_one(c).await?;
    Ok(Millis(row.try_get(0)?))
}

/// Takes the tick: `false` when somebody else did, or the job is switched off.
pub async fn advance(c: &mut Conn, name: &str, at: (Millis, Millis)) -> StoreResult<bool> {
    let (due, next) = at;
    let sql = "UPDATE cron SET next_at = $3 WHERE name = $1 AND next_at = $2 AND enabled = 1";
    let done = sqlx::query(sql).bind(name).bind(due.0).bind(next.0).execute(c).await?;
    Ok(done.rows_affected() == 1)
}
