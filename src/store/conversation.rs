//! Threads, their messages, and the conversation with the model.
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::domain::ids::ThreadId;
use crate::domain::time::Millis;
use crate::run::turn::Message as ModelMessage;
use crate::run::turn::Turn;
use crate::store::open::Conn;
use crate::store::open::StoreResult;
use crate::store::open::json;
use crate::store::open::parsed;
use crate::store::outbox;

const THREADS_MAX: i64 = 200;
const MESSAGES_MAX: i64 = 500;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThreadRow {
    pub id: ThreadId,
    pub title: String,
    pub owner: String,
    pub surface: String,
    /// The model is at work.
    pub busy: bool,
    pub created_at: Millis,
    pub updated_at: Millis,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageRow {
    pub id: String,
    pub thread: ThreadId,
    pub at: Millis,
    pub author: String,
    pub text: String,
    pub card: Option<String>,
    /// A second post with the same key is the same post.
    pub dedupe_key: Option<String>,
}

pub async fn open_thread(c: &mut Conn, thread: &ThreadRow) -> StoreResult<()> {
    sqlx::query(
        "INSERT INTO thread (id, title, owner, surface, busy, created_at, updated_at) VALUES ($1,$2,$3,$4,0,$5,$5)",
    )
    .bind(thread.id.as_str())
    .bind(&thread.title)
    .bind(&thread.owner)
    .bind(&thread.surface)
    .bind(thread.created_at.0)
    .execute(c)
    .await?;
    Ok(())
}

pub async fn thread(c: &mut Conn, id: &ThreadId) -> StoreResult<Option<ThreadRow>> {
    let sql = "SELECT id, title, owner, surface, busy, created_at, updated_at FROM thread WHERE id = $1";
    let row = sqlx::query(sql).bind(id.as_str()).fetch_optional(c).await?;
    row.map(|row| read_thread(&row)).transpose()
}

pub async fn threads(c: &mut Conn) -> StoreResult<Vec<ThreadRow>> {
    let sql = "SELECT id, title, owner, surface, busy, created_at, updated_at FROM thread ORDER BY updated_at DESC, id LIMIT $1";
    let rows = sqlx::query(sql).bind(THREADS_MAX).fetch_all(c).await?;
    rows.iter().map(read_thread).collect()
}

pub async fn set_busy(c: &mut Conn, id: &ThreadId, busy: bool, now: Millis) -> StoreResult<()> {
    outbox::in_turn(c).await?;
    sqlx::query("UPDATE thread SET busy = $2, updated_at = $3 WHERE id = $1")
        .bind(id.as_str())
        .bind(i64::from(busy))
        .bind(now.0)
        .execute(&mut *c)
        .await?;
    outbox::note(c, id, "thread", id.as_str(), now).await?;
    Ok(())
}

pub async fn set_title(c: &mut Conn, id: &ThreadId, title: &str) -> StoreResult<()> {
    outbox::in_turn(c).await?;
    sqlx::query("UPDATE thread SET title = $2 WHERE id = $1").bind(id.as_str()).bind(title).execute(c).await?;
    Ok(())
}

/// `false` when a message with this key is there already.
pub async fn post(c: &mut Conn, message: &MessageRow) -> StoreResult<bool> {
    outbox::in_turn(c).await?;
    let done = sqlx::query(
        "INSERT INTO message (id, thread, at, seq, author, text, card, dedupe_key) \
         SELECT $1, $2, $3, COALESCE(MAX(seq), 0) + 1, $4, $5, $6, $7 FROM message WHERE thread = $2 \
         ON CONFLICT (dedupe_key) DO NOTHING",
    )
    .bind(&message.id)
    .bind(message.thread.as_str())
    .bind(message.at.0)
    .bind(&message.author)
    .bind(&message.text)
    .bind(message.card.clone())
    .bind(message.dedupe_key.clone())
    .execute(&mut *c)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query("UPDATE thread SET updated_at = $2 WHERE id = $1")
        .bind(message.thread.as_str())
        .bind(message.at.0)
        .execute(&mut *c)
        .await?;
    outbox::note(c, &message.thread, "message", &message.id, message.at).await?;
    Ok(true)
}

pub async fn messages(c: &mut Conn, thread: &ThreadId) -> StoreResult<Vec<MessageRow>> {
    let sql = "SELECT id, thread, at, author, text, card FROM message WHERE thread = $1 ORDER BY seq LIMIT $2";
    let rows = sqlx::query(sql).bind(thread.as_str()).bind(MESSAGES_MAX).fetch_all(c).await?;
    rows.iter()
        .map(|row| {
            Ok(MessageRow {
                id: row.try_get(0)?,
                thread: ThreadId(row.try_get(1)?),
                at: Millis(row.try_get(2)?),
                author: row.try_get(3)?,
                text: row.try_get(4)?,
                card: row.try_get(5)?,
                dedupe_key: None,
            })
        })
        .collect()
}

/// Conversation with the model so far, oldest first.
pub async fn entries(c: &mut Conn, thread: &ThreadId) -> StoreResult<Vec<ModelMessage>> {
    let rows =
        sqlx::query("SELECT body FROM entry WHERE thread = $1 ORDER BY seq").bind(thread.as_str()).fetch_all(c).await?;
    rows.iter().map(|row| parsed(row, "body")).collect()
}

pub async fn append_entries(c: &mut Conn, thread: &ThreadId, entries: &[ModelMessage]) -> StoreResult<()> {
    for entry in entries {
        sqlx::query("INSERT INTO entry (thread, seq, body) SELECT $1, COALESCE(MAX(seq), 0) + 1, $2 FROM entry WHERE thread = $1")
            .bind(thread.as_str())
            .bind(json(entry)?)
            .execute(&mut *c)
            .await?;
    }
    Ok(())
}

/// The planning turn of an inbound, as far as it came.
pub async fn turn(c: &mut Conn, inbox: &str) -> StoreResult<Option<Turn>> {
    let row = sqlx::query("SELECT state FROM turn WHERE inbox = $1 AND over = 0").bind(inbox).fetch_optional(c).await?;
    row.map(|row| parsed(&row, "state")).transpose()
}

pub async fn save_turn(
    c: &mut Conn,
    inbox: &str,
    thread: &ThreadId,
    turn: &Turn,
    at: (Millis, bool),
) -> StoreResult<()> {
    let (now, over) = at;
    sqlx::query(
        "INSERT INTO turn (inbox, thread, state, over, updated_at) VALUES ($1,$2,$3,$4,$5) \
         ON CONFLICT (inbox) DO UPDATE SET state = excluded.state, over = excluded.over, updated_at = excluded.updated_at",
    )
    .bind(inbox)
    .bind(thread.as_str())
    .bind(json(turn)?)
    .bind(i64::from(over))
    .bind(now.0)
    .execute(c)
    .await?;
    Ok(())
}

/// The turn came to an end; a later try of the same inbound begins anew.
pub async fn end_turn(c: &mut Conn, inbox: &str, now: Millis) -> StoreResult<()> {
    sqlx::query("UPDATE turn SET over = 1, updated_at = $2 WHERE inbox = $1")
        .bind(inbox)
        .bind(now.0)
        .execute(c)
        .await?;
    Ok(())
}

fn read_thread(row: &AnyRow) -> StoreResult<ThreadRow> {
    Ok(ThreadRow {
        id: ThreadId(row.try_get(0)?),
        title: row.try_get(1)?,
        owner: row.try_get(2)?,
        surface: row.try_get(3)?,
        busy: row.try_get::<i64, _>(4)? != 0,
        created_at: Millis(row.try_get(5)?),
        updated_at: Millis(row.try_get(6)?),
    })
}
