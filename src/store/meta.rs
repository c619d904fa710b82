//! Facts about the database itself: what it was used with.
use sqlx::Row;

use crate::store::open::Conn;
use crate::store::open::StoreResult;

pub async fn get(c: &mut Conn, key: &str) -> StoreResult<Option<String>> {
    let row = sqlx::query("SELECT value FROM meta WHERE key = $1").bind(key).fetch_optional(c).await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}

/// Keys that begin like this.
pub async fn keys(c: &mut Conn, prefix: &str) -> StoreResult<Vec<String>> {
    let sql = "SELECT key FROM meta WHERE SUBSTR(key, 1, LENGTH($1)) = $1 ORDER BY key";
    let rows = sqlx::query(sql).bind(prefix).fetch_all(c).await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// `false` when there is one already.
pub async fn put_new(c: &mut Conn, key: &str, value: &str) -> StoreResult<bool> {
    let sql = "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING";
    Ok(sqlx::query(sql).bind(key).bind(value).execute(c).await?.rows_affected() == 1)
}

/// Takes it away and says what it was.
pub async fn take(c: &mut Conn, key: &str) -> StoreResult<Option<String>> {
    let row = sqlx::query("DELETE FROM meta WHERE key = $1 RETURNING value").bind(key).fetch_optional(c).await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}

pub async fn put(c: &mut Conn, key: &str, value: &str) -> StoreResult<()> {
    sqlx::query("INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value")
        .bind(key)
        .bind(value)
        .execute(c)
        .await?;
    Ok(())
}
