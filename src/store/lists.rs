//! Large results and attached files: rows stay here, the model gets a handle, a count and a few of them.
use serde_json::Value;
use sqlx::Row;

use crate::domain::ids::ListId;
use crate::domain::ids::ThreadId;
use crate::domain::time::Millis;
use crate::store::open::Conn;
use crate::store::open::StoreResult;
use crate::store::open::json;
use crate::store::open::parsed;

#[derive(Clone, Debug, PartialEq)]
pub struct List {
    pub id: ListId,
    pub thread: ThreadId,
    /// companies | leads | scores
    pub kind: String,
    pub title: String,
    pub rows: i64,
    /// Counts and gaps, for cards.
    pub summary: Value,
    pub at: Millis,
}

pub async fn insert<T: serde::Serialize>(c: &mut Conn, list: &List, rows: &[T]) -> StoreResult<()> {
    sqlx::query("INSERT INTO list (id, thread, kind, title, rows, summary, at) VALUES ($1,$2,$3,$4,$5,$6,$7)")
        .bind(list.id.as_str())
        .bind(list.thread.as_str())
        .bind(&list.kind)
        .bind(&list.title)
        .bind(list.rows)
        .bind(list.summary.to_string())
        .bind(list.at.0)
        .execute(&mut *c)
        .await?;
    for (idx, row) in rows.iter().enumerate() {
        sqlx::query("INSERT INTO list_row (list, idx, body) VALUES ($1, $2, $3)")
            .bind(list.id.as_str())
            .bind(idx as i64)
            .bind(json(row)?)
            .execute(&mut *c)
            .await?;
    }
    Ok(())
}

pub async fn get(c: &mut Conn, id: &ListId) -> StoreResult<Option<List>> {
    let sql = "SELECT id, thread, kind, title, rows, summary, at FROM list WHERE id = $1";
    let row = sqlx::query(sql).bind(id.as_str()).fetch_optional(c).await?;
    row.map(|row| {
        Ok(List {
            id: ListId(row.try_get(0)?),
            thread: ThreadId(row.try_get(1)?),
            kind: row.try_get(2)?,
            title: row.try_get(3)?,
            rows: row.try_get(4)?,
            summary: parsed(&row, "summary")?,
            at: Millis(row.try_get(6)?),
        })
    })
    .transpose()
}

pub async fn rows<T: serde::de::DeserializeOwned>(
    c: &mut Conn,
    id: &ListId,
    from: i64,
    limit: i64,
) -> StoreResult<Vec<T>> {
    let sql = "SELECT body FROM list_row WHERE list = $1 AND idx >= $2 ORDER BY idx LIMIT $3";
    let rows = sqlx::query(sql).bind(id.as_str()).bind(from).bind(limit).fetch_all(c).await?;
    rows.iter().map(|row| parsed(row, "body")).collect()
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRow {
    pub id: String,
    pub thread: ThreadId,
    pub name: String,
    pub bytes: i64,
    /// utf8 | base64
    pub encoding: String,
    pub body: String,
    pub at: Millis,
}

pub async fn add_file(c: &mut Conn, file: &FileRow) -> StoreResult<()> {
    sqlx::query("INSERT INTO file (id, thread, name, bytes, encoding, body, at) VALUES ($1,$2,$3,$4,$5,$6,$7)")
        .bind(&file.id)
        .bind(file.thread.as_str())
        .bind(&file.name)
        .bind(file.bytes)
        .bind(&file.encoding)
        .bind(&file.body)
        .bind(file.at.0)
        .execute(c)
        .await?;
    Ok(())
}

pub async fn file(c: &mut Conn, id: &str) -> StoreResult<Option<FileRow>> {
    let sql = "SELECT id, thread, name, bytes, encoding, body, at FROM file WHERE id = $1";
    let row = sqlx::query(sql).bind(id).fetch_optional(c).await?;
    row.map(|row| {
        Ok(FileRow {
            id: row.try_get(0)?,
            thread: ThreadId(row.try_get(1)?),
            name: row.try_get(2)?,
            bytes: row.try_get(3)?,
            encoding: row.try_get(4)?,
            body: row.try_get(5)?,
            at: Millis(row.try_get(6)?),
        })
    })
    .transpose()
}
