//! Cards and the actions under them.
use serde_json::Value;
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::domain::ids::CardId;
use crate::domain::ids::GateId;
use crate::domain::ids::RunId;
use crate::domain::ids::ThreadId;
use crate::domain::person::Role;
use crate::domain::time::Millis;
use crate::run::card::Card;
use crate::run::card::Verb;
use crate::store::open::Conn;
use crate::store::open::StoreError;
use crate::store::open::StoreResult;
use crate::store::open::json;
use crate::store::open::parsed;
use crate::store::outbox;

/// What an action's opaque token stands for.
#[derive(Clone, Debug, PartialEq)]
pub struct ActionRow {
    pub token: String,
    pub card: CardId,
    pub thread: ThreadId,
    pub verb: Verb,
    pub run: Option<RunId>,
    pub gate: Option<GateId>,
    /// Who may press; the thread's owner is judged by role as well.
    pub roles: Vec<Role>,
    pub data: Value,
    pub used_by: Option<String>,
    pub used_at: Option<Millis>,
    pub outcome: Option<String>,
}

pub async fn insert(c: &mut Conn, thread: &ThreadId, run: Option<&RunId>, card: &Card, now: Millis) -> StoreResult<()> {
    sqlx::query(
        "INSERT INTO card (id, thread, run, kind, version, state, body, updated_at) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)",
    )
    .bind(&card.id)
    .bind(thread.as_str())
    .bind(run.map(|run| run.0.clone()))
    .bind(word_of(&card.kind)?)
    .bind(card.version)
    .bind(word_of(&card.state)?)
    .bind(json(card)?)
    .bind(now.0)
    .execute(c)
    .await?;
    Ok(())
}

/// Writes the card as its next version and tells readers.
pub async fn update(c: &mut Conn, thread: &ThreadId, card: &mut Card, now: Millis) -> StoreResult<()> {
    card.version += 1;
    sqlx::query("UPDATE card SET version = $2, state = $3, body = $4, updated_at = $5 WHERE id = $1")
        .bind(&card.id)
        .bind(card.version)
        .bind(word_of(&card.state)?)
        .bind(json(card)?)
        .bind(now.0)
        .execute(&mut *c)
        .await?;
    outbox::note(c, thread, "card", &card.id, now).await?;
    Ok(())
}

pub async fn get(c: &mut Conn, id: &str) -> StoreResult<Option<(ThreadId, Card)>> {
    let row = sqlx::query("SELECT thread, body FROM card WHERE id = $1").bind(id).fetch_optional(c).await?;
    row.map(|row| Ok((ThreadId(row.try_get(0)?), parsed(&row, "body")?))).transpose()
}

/// When it was last edited.
pub async fn updated_at(c: &mut Conn, id: &str) -> StoreResult<Option<Millis>> {
    let row = sqlx::query("SELECT updated_at FROM card WHERE id = $1").bind(id).fetch_optional(c).await?;
    row.map(|row| Ok(Millis(row.try_get(0)?))).transpose()
}

pub async fn of_thread(c: &mut Conn, thread: &ThreadId) -> StoreResult<Vec<Card>> {
    let rows = sqlx::query("SELECT body FROM card WHERE thread = $1").bind(thread.as_str()).fetch_all(c).await?;
    rows.iter().map(|row| parsed(row, "body")).collect()
}

pub async fn add_action(c: &mut Conn, action: &ActionRow) -> StoreResult<()> {
    sqlx::query(
        "INSERT INTO action (token, card, thread, verb, run, gate, roles, data) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)",
    )
    .bind(&action.token)
    .bind(action.card.as_str())
    .bind(action.thread.as_str())
    .bind(action.verb.word())
    .bind(action.run.as_ref().map(|run| run.0.clone()))
    .bind(action.gate.as_ref().map(|gate| gate.0.clone()))
    .bind(json(&action.roles)?)
    .bind(action.data.to_string())
    .execute(c)
    .await?;
    Ok(())
}

pub async fn action(c: &mut Conn, token: &str) -> StoreResult<Option<ActionRow>> {
    let sql = "SELECT token, card, thread, verb, run, gate, roles, data, used_by, used_at, outcome FROM action WHERE token = $1";
    let row = sqlx::query(sql).bind(token).fetch_optional(c).await?;
    row.map(|row| read_action(&row)).transpose()
}

/// Marks the whole card's actions as used: the first caller wins, everyone else learns who.
pub async fn use_card(c: &mut Conn, card: &CardId, who: &str, outcome: &str, now: Millis) -> StoreResult<bool> {
    let sql = "UPDATE action SET used_by = $2, used_at = $3, outcome = $4 WHERE card = $1 AND used_at IS NULL";
    let done = sqlx::query(sql).bind(card.as_str()).bind(who).bind(now.0).bind(outcome).execute(c).await?;
    Ok(done.rows_affected() > 0)
}

fn read_action(row: &AnyRow) -> StoreResult<ActionRow> {
    let verb: String = row.try_get(3)?;
    let verb = serde_json::from_value(Value::String(verb))
        .map_err(|why| StoreError::Corrupt { what: "verb", why: why.to_string() })?;
    Ok(ActionRow {
        token: row.try_get(0)?,
        card: CardId(row.try_get(1)?),
        thread: ThreadId(row.try_get(2)?),
        verb,
        run: row.try_get::<Option<String>, _>(4)?.map(RunId),
        gate: row.try_get::<Option<String>, _>(5)?.map(GateId),
        roles: parsed(row, "roles")?,
        data: parsed(row, "data")?,
        used_by: row.try_get(8)?,
        used_at: row.try_get::<Option<i64>, _>(9)?.map(Millis),
        outcome: row.try_get(10)?,
    })
}

/// The word serde writes for a unit enum.
fn word_of<T: serde::Serialize>(value: &T) -> StoreResult<String> {
    Ok(json(value)?.trim_matches('"').to_owned())
}
