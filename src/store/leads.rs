//! Leads, and where each lead of a run stands: in exactly one state, with the reason.
use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::domain::ids::LeadId;
use crate::domain::ids::RunId;
use crate::domain::lead::Lead;
use crate::domain::time::Millis;
use crate::run::state::LeadState;
use crate::store::open::Conn;
use crate::store::open::StoreResult;
use crate::store::open::json;
use crate::store::open::parsed;
use crate::store::open::word;

/// Keys by which a lead is found again; made by `domain::identity`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeadKeys {
    pub email: Option<String>,
    pub linkedin: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct RunLead {
    pub lead: Lead,
    pub state: LeadState,
    /// Why it is in this state, as a reader sees it.
    pub reason: String,
    /// Rank in the run.
    pub position: i64,
    /// Millionths.
    pub fit: i64,
    /// Millionths; below zero while there is none.
    pub score: i64,
    /// Score lines, ruling: what the cards show.
    pub detail: Value,
}

/// Where a lead stands after the ranking; `rank` is its place and its fit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    pub lead: LeadId,
    pub state: LeadState,
    pub reason: String,
    pub rank: Option<(i64, i64)>,
}

/// How far a walk through the leads of a run has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub position: i64,
    pub lead: LeadId,
}

impl Place {
    /// Before the first.
    pub fn start() -> Self {
        Self { position: i64::MIN, lead: LeadId(String::new()) }
    }

    pub fn of(row: &RunLead) -> Self {
        Self { position: row.position, lead: row.lead.id.clone() }
    }
}

pub async fn put(c: &mut Conn, lead: &Lead, keys: &LeadKeys, now: Millis) -> StoreResult<()> {
    sqlx::query(
        "INSERT INTO lead (id, email_key, linkedin_key, body, updated_at) VALUES ($1,$2,$3,$4,$5) \
         ON CONFLICT (id) DO UPDATE SET email_key = excluded.email_key, linkedin_key = excluded.linkedin_key, \
         body = excluded.body, updated_at = excluded.updated_at",
    )
    .bind(lead.id.as_str())
    .bind(keys.email.clone())
    .bind(keys.linkedin.clone())
    .bind(json(lead)?)
    .bind(now.0)
    .execute(&mut *c)
    .await?;
    for source in &lead.sources {
        sqlx::query("INSERT INTO lead_source (vendor, vendor_id, lead) VALUES ($1,$2,$3) ON CONFLICT (vendor, vendor_id) DO NOTHING")
            .bind(&source.vendor)
            .bind(&source.id)
            .bind(lead.id.as_str())
            .execute(&mut *c)
            .await?;
    }
    Ok(())
}

pub async fn get(c: &mut Conn, id: &LeadId) -> StoreResult<Option<Lead>> {
    let row = sqlx::query("SELECT body FROM lead WHERE id = $1").bind(id.as_str()).fetch_optional(c).await?;
    row.map(|row| parsed(&row, "body")).transpose()
}

pub async fn by_source(c: &mut Conn, vendor: &str, vendor_id: &str) -> StoreResult<Option<Lead>> {
    let sql = "SELECT l.body FROM lead_source s JOIN lead l ON l.id = s.lead WHERE s.vendor = $1 AND s.vendor_id = $2";
    let row = sqlx::query(sql).bind(vendor).bind(vendor_id).fetch_optional(c).await?;
    row.map(|row| parsed(&row, "body")).transpose()
}

pub async fn by_email(c: &mut Conn, email_key: &str) -> StoreResult<Option<Lead>> {
    let sql = "SELECT body FROM lead WHERE email_key = $1 ORDER BY id LIMIT 1";
    let row = sqlx::query(sql).bind(email_key).fetch_optional(c).await?;
    row.map(|row| parsed(&row, "body")).transpose()
}

pub async fn by_linkedin(c: &mut Conn, linkedin_key: &str) -> StoreResult<Option<Lead>> {
    let sql = "SELECT body FROM lead WHERE linkedin_key = $1 ORDER BY id LIMIT 1";
    let row = sqlx::query(sql).bind(linkedin_key).fetch_optional(c).await?;
    row.map(|row| parsed(&row, "body")).transpose()
}

/// Adds a lead to a run; a second time changes nothing.
pub async fn add_to_run(c: &mut Conn, run: &RunId, row: &RunLead) -> StoreResult<bool> {
    let done = sqlx::query(
        "INSERT INTO run_lead (run, lead, state, reason, position, fit, score, detail) VALUES ($1,$2,$3,$4,$5,$6,$7,$8) \
         ON CONFLICT (run, lead) DO NOTHING",
    )
    .bind(run.as_str())
    .bind(row.lead.id.as_str())
    .bind(row.state.word())
    .bind(&row.reason)
    .bind(row.position)
    .bind(row.fit)
    .bind(row.score)
    .bind(row.detail.to_string())
    .execute(c)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn update_in_run(c: &mut Conn, run: &RunId, row: &RunLead) -> StoreResult<()> {
    let sql = "UPDATE run_lead SET state = $3, reason = $4, position = $5, fit = $6, score = $7, detail = $8 WHERE run = $1 AND lead = $2";
    sqlx::query(sql)
        .bind(run.as_str())
        .bind(row.lead.id.as_str())
        .bind(row.state.word())
        .bind(&row.reason)
        .bind(row.position)
        .bind(row.fit)
        .bind(row.score)
        .bind(row.detail.to_string())
        .execute(c)
        .await?;
    Ok(())
}

pub async fn set_state(c: &mut Conn, run: &RunId, lead: &LeadId, state: LeadState, reason: &str) -> StoreResult<()> {
    sqlx::query("UPDATE run_lead SET state = $3, reason = $4 WHERE run = $1 AND lead = $2")
        .bind(run.as_str())
        .bind(lead.as_str())
        .bind(state.word())
        .bind(reason)
        .execute(c)
        .await?;
    Ok(())
}

pub async fn place(c: &mut Conn, run: &RunId, at: &Standing) -> StoreResult<()> {
    let Some((position, fit)) = at.rank else { return set_state(c, run, &at.lead, at.state, &at.reason).await };
    sqlx::query("UPDATE run_lead SET state = $3, reason = $4, position = $5, fit = $6 WHERE run = $1 AND lead = $2")
        .bind(run.as_str())
        .bind(at.lead.as_str())
        .bind(at.state.word())
        .bind(&at.reason)
        .bind(position)
        .bind(fit)
        .execute(c)
        .await?;
    Ok(())
}

/// Another state for the same reason.
pub async fn move_to(c: &mut Conn, run: &RunId, lead: &LeadId, state: LeadState) -> StoreResult<()> {
    let sql = "UPDATE run_lead SET state = $3 WHERE run = $1 AND lead = $2";
    sqlx::query(sql).bind(run.as_str()).bind(lead.as_str()).bind(state.word()).execute(c).await?;
    Ok(())
}

/// All leads of a run in rank order; `state` narrows.
pub async fn of_run(c: &mut Conn, run: &RunId, state: Option<LeadState>) -> StoreResult<Vec<RunLead>> {
    let sql = "SELECT l.body, r.state, r.reason, r.position, r.fit, r.score, r.detail FROM run_lead r JOIN lead l ON l.id = r.lead \
               WHERE r.run = $1 AND ($2 = '' OR r.state = $2) ORDER BY r.position, r.lead";
    let rows = sqlx::query(sql).bind(run.as_str()).bind(state.map_or("", LeadState::word)).fetch_all(c).await?;
    rows.iter().map(read).collect()
}

/// Leads of a run in rank order, a page at a time: a run of thousands is never in memory as a whole.
pub async fn page_of_run(
    c: &mut Conn,
    run: &RunId,
    state: Option<LeadState>,
    after: &Place,
    limit: i64,
) -> StoreResult<Vec<RunLead>> {
    let sql = "SELECT l.body, r.state, r.reason, r.position, r.fit, r.score, r.detail FROM run_lead r JOIN lead l ON l.id = r.lead \
               WHERE r.run = $1 AND ($2 = '' OR r.state = $2) AND (r.position > $3 OR (r.position = $3 AND r.lead > $4)) \
               ORDER BY r.position, r.lead LIMIT $5";
    let rows = sqlx::query(sql)
        .bind(run.as_str())
        .bind(state.map_or("", LeadState::word))
        .bind(after.position)
        .bind(after.lead.as_str())
        .bind(limit)
        .fetch_all(c)
        .await?;
    rows.iter().map(read).collect()
}

/// Only who they are, in rank order.
pub async fn ids_of_run(c: &mut Conn, run: &RunId, state: LeadState) -> StoreResult<Vec<LeadId>> {
    let sql = "SELECT lead FROM run_lead WHERE run = $1 AND state = $2 ORDER BY position, lead";
    let rows = sqlx::query(sql).bind(run.as_str()).bind(state.word()).fetch_all(c).await?;
    rows.iter().map(|row| Ok(LeadId(row.try_get(0)?))).collect()
}

/// The leads of a run in this state with this address.
pub async fn with_email(c: &mut Conn, run: &RunId, state: LeadState, email_key: &str) -> StoreResult<Vec<RunLead>> {
    let sql = "SELECT l.body, r.state, r.reason, r.position, r.fit, r.score, r.detail FROM lead l JOIN run_lead r ON r.lead = l.id \
               WHERE l.email_key = $3 AND r.run = $1 AND r.state = $2 ORDER BY r.position, r.lead";
    let rows = sqlx::query(sql).bind(run.as_str()).bind(state.word()).bind(email_key).fetch_all(c).await?;
    rows.iter().map(read).collect()
}

/// (state, reason, how many), most first: who is where, without reading anybody.
pub async fn reasons(c: &mut Conn, run: &RunId) -> StoreResult<Vec<(LeadState, String, i64)>> {
    let sql = "SELECT state, reason, COUNT(*) AS number FROM run_lead WHERE run = $1 GROUP BY state, reason \
               ORDER BY number DESC, state, reason";
    let rows = sqlx::query(sql).bind(run.as_str()).fetch_all(c).await?;
    rows.iter().map(|row| Ok((word(row, "state")?, row.try_get(1)?, row.try_get(2)?))).collect()
}

pub async fn count(c: &mut Conn, run: &RunId, state: LeadState) -> StoreResult<i64> {
    let sql = "SELECT COUNT(*) FROM run_lead WHERE run = $1 AND state = $2";
    Ok(sqlx::query(sql).bind(run.as_str()).bind(state.word()).fetch_one(c).await?.try_get(0)?)
}

pub async fn one_of_run(c: &mut Conn, run: &RunId, lead: &LeadId) -> StoreResult<Option<RunLead>> {
    let sql = "SELECT l.body, r.state, r.reason, r.position, r.fit, r.score, r.detail FROM run_lead r JOIN lead l ON l.id = r.lead \
               WHERE r.run = $1 AND r.lead = $2";
    let row = sqlx::query(sql).bind(run.as_str()).bind(lead.as_str()).fetch_optional(c).await?;
    row.map(|row| read(&row)).transpose()
}

pub async fn counts(c: &mut Conn, run: &RunId) -> StoreResult<BTreeMap<String, i64>> {
    let rows = sqlx::query("SELECT state, COUNT(*) FROM run_lead WHERE run = $1 GROUP BY state")
        .bind(run.as_str())
        .fetch_all(c)
        .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// What a vendor answered before, so that nothing is paid twice.
pub async fn cached(c: &mut Conn, vendor: &str, kind: &str, key: &str) -> StoreResult<Option<(Value, Millis)>> {
    let sql = "SELECT body, at FROM cache WHERE vendor = $1 AND kind = $2 AND key = $3";
    let row = sqlx::query(sql).bind(vendor).bind(kind).bind(key).fetch_optional(c).await?;
    row.map(|row| Ok((parsed(&row, "body")?, Millis(row.try_get(1)?)))).transpose()
}

pub async fn cache(c: &mut Conn, at: (&str, &str, &str), body: &Value, now: Millis) -> StoreResult<()> {
    let (vendor, kind, key) = at;
    sqlx::query(
        "INSERT INTO cache (vendor, kind, key, body, at) VALUES ($1,$2,$3,$4,$5) \
         ON CONFLICT (vendor, kind, key) DO UPDATE SET body = excluded.body, at = excluded.at",
    )
    .bind(vendor)
    .bind(kind)
    .bind(key)
    .bind(body.to_string())
    .bind(now.0)
    .execute(c)
    .await?;
    Ok(())
}

fn read(row: &AnyRow) -> StoreResult<RunLead> {
    Ok(RunLead {
        lead: parsed(row, "body")?,
        state: word(row, "state")?,
        reason: row.try_get(2)?,
        position: row.try_get(3)?,
        fit: row.try_get(4)?,
        score: row.try_get(5)?,
        detail: parsed(row, "detail")?,
    })
}
