//! Facts about the database itself: what it was used with.
use sqlx::Row;

use crate::store::open::Conn;
use crate::store::open::StoreResult;

pub async fn get(c: &mut Conn, key: &str) -> StoreResult<Option<String>> {
    let row = sqlx::query("SELECT value FROM meta WHERE key = $1").bind(key).fetch_optional(c).await?;
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
