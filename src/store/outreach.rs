//! Drafts, campaigns and who is in them.
use serde_json::Value;
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::domain::ids::CampaignId;
use crate::domain::ids::LeadId;
use crate::domain::ids::RunId;
use crate::domain::ids::ThreadId;
use crate::domain::time::Millis;
use crate::store::open::Conn;
use crate::store::open::StoreResult;
use crate::store::open::json;
use crate::store::open::parsed;

pub async fn put_draft<T: serde::Serialize>(
    c: &mut Conn,
    run: &RunId,
    lead: &LeadId,
    version: i64,
    body: &T,
) -> StoreResult<()> {
    sqlx::query(
        "INSERT INTO draft (run, lead, version, body) VALUES ($1,$2,$3,$4) \
         ON CONFLICT (run, lead, version) DO UPDATE SET body = excluded.body",
    )
    .bind(run.as_str())
    .bind(lead.as_str())
    .bind(version)
    .bind(json(body)?)
    .execute(c)
    .await?;
    Ok(())
}

/// The newest draft of a lead up to a version.
pub async fn draft<T: serde::de::DeserializeOwned>(
    c: &mut Conn,
    run: &RunId,
    lead: &LeadId,
    version: i64,
) -> StoreResult<Option<T>> {
    let sql = "SELECT body FROM draft WHERE run = $1 AND lead = $2 AND version <= $3 ORDER BY version DESC LIMIT 1";
    let row = sqlx::query(sql).bind(run.as_str()).bind(lead.as_str()).bind(version).fetch_optional(c).await?;
    row.map(|row| parsed(&row, "body")).transpose()
}

#[derive(Clone, Debug, PartialEq)]
pub struct CampaignRow {
    pub id: CampaignId,
    pub run: RunId,
    pub thread: ThreadId,
    pub name: String,
    pub vendor: String,
    pub vendor_id: Option<String>,
    /// created | running | halted | paused | ended
    pub state: String,
    pub gate: String,
    pub setup: Value,
    pub at: Millis,
    pub started_at: Option<Millis>,
}

pub async fn put_campaign(c: &mut Conn, row: &CampaignRow) -> StoreResult<()> {
    sqlx::query(
        "INSERT INTO campaign (id, run, thread, name, vendor, vendor_id, state, gate, setup, at, started_at) \
         VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11) ON CONFLICT (id) DO UPDATE SET vendor_id = excluded.vendor_id, \
         state = excluded.state, gate = excluded.gate, setup = excluded.setup, started_at = excluded.started_at",
    )
    .bind(row.id.as_str())
    .bind(row.run.as_str())
    .bind(row.thread.as_str())
    .bind(&row.name)
    .bind(&row.vendor)
    .bind(row.vendor_id.clone())
    .bind(&row.state)
    .bind(&row.gate)
    .bind(row.setup.to_string())
    .bind(row.at.0)
    .bind(row.started_at.map(|at| at.0))
    .execute(c)
    .await?;
    Ok(())
}

/// A run has one campaign.
pub fn campaign_id(run: &RunId) -> CampaignId {
    CampaignId(format!("camp_{run}"))
}

/// Our key is part of it: after a crash or a restore it is found by its name.
pub fn name_at_vendor(campaign: &str, code: &str) -> String {
    format!("{campaign} · {code}")
}

pub async fn campaign_of_run(c: &mut Conn, run: &RunId) -> StoreResult<Option<CampaignRow>> {
    let sql = "SELECT id, run, thread, name, vendor, vendor_id, state, gate, setup, at, started_at FROM campaign WHERE run = $1";
    let row = sqlx::query(sql).bind(run.as_str()).fetch_optional(c).await?;
    row.map(|row| read_campaign(&row)).transpose()
}

pub async fn campaign(c: &mut Conn, id: &CampaignId) -> StoreResult<Option<CampaignRow>> {
    let sql = "SELECT id, run, thread, name, vendor, vendor_id, state, gate, setup, at, started_at FROM campaign WHERE id = $1";
    let row = sqlx::query(sql).bind(id.as_str()).fetch_optional(c).await?;
    row.map(|row| read_campaign(&row)).transpose()
}

pub async fn campaign_by_vendor_id(c: &mut Conn, vendor: &str, id: &str) -> StoreResult<Option<CampaignRow>> {
    let sql = "SELECT id, run, thread, name, vendor, vendor_id, state, gate, setup, at, started_at FROM campaign \
               WHERE vendor = $1 AND vendor_id = $2";
    let row = sqlx::query(sql).bind(vendor).bind(id).fetch_optional(c).await?;
    row.map(|row| read_campaign(&row)).transpose()
}

/// Newest first.
pub async fn campaigns(c: &mut Conn, limit: i64) -> StoreResult<Vec<CampaignRow>> {
    let sql = "SELECT id, run, thread, name, vendor, vendor_id, state, gate, setup, at, started_at FROM campaign ORDER BY at DESC, id LIMIT $1";
    let rows = sqlx::query(sql).bind(limit).fetch_all(c).await?;
    rows.iter().map(read_campaign).collect()
}

#[derive(Clone, Debug, PartialEq)]
pub struct Enrolment {
    pub campaign: CampaignId,
    pub lead: LeadId,
    pub email_key: String,
    pub company_key: String,
    pub vendor_lead: Option<String>,
    pub payload_hash: String,
    /// The ruling at hand-over, kept with the send.
    pub ruling: Value,
    /// sending | enrolled | replied | bounced | unsubscribed | ended
    pub state: String,
    pub at: Millis,
}

/// Who is at the vendor stays so: somebody who is about to send may not know of it yet.
pub async fn put_enrolment(c: &mut Conn, row: &Enrolment) -> StoreResult<()> {
    sqlx::query(
        "INSERT INTO enrolment (campaign, lead, email_key, company_key, vendor_lead, payload_hash, ruling, state, at) \
         VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9) ON CONFLICT (campaign, lead) DO UPDATE SET \
         vendor_lead = COALESCE(excluded.vendor_lead, enrolment.vendor_lead), ruling = excluded.ruling, \
         state = CASE WHEN excluded.state = 'sending' AND enrolment.vendor_lead IS NOT NULL THEN enrolment.state \
         ELSE excluded.state END",
    )
    .bind(row.campaign.as_str())
    .bind(row.lead.as_str())
    .bind(&row.email_key)
    .bind(&row.company_key)
    .bind(row.vendor_lead.clone())
    .bind(&row.payload_hash)
    .bind(row.ruling.to_string())
    .bind(&row.state)
    .bind(row.at.0)
    .execute(c)
    .await?;
    Ok(())
}

pub async fn enrolments(c: &mut Conn, campaign: &CampaignId) -> StoreResult<Vec<Enrolment>> {
    let sql = "SELECT campaign, lead, email_key, company_key, vendor_lead, payload_hash, ruling, state, at FROM enrolment \
               WHERE campaign = $1 ORDER BY lead";
    let rows = sqlx::query(sql).bind(campaign.as_str()).fetch_all(c).await?;
    rows.iter().map(read_enrolment).collect()
}

pub async fn enrolment(c: &mut Conn, campaign: &CampaignId, lead: &LeadId) -> StoreResult<Option<Enrolment>> {
    let sql = "SELECT campaign, lead, email_key, company_key, vendor_lead, payload_hash, ruling, state, at FROM enrolment \
               WHERE campaign = $1 AND lead = $2";
    let row = sqlx::query(sql).bind(campaign.as_str()).bind(lead.as_str()).fetch_optional(c).await?;
    row.map(|row| read_enrolment(&row)).transpose()
}

/// How a hand-over came out, for one person; who answered or left meanwhile stays as it is.
pub async fn handed_over(
    c: &mut Conn,
    campaign: &CampaignId,
    lead: &LeadId,
    out: (Option<String>, &Value, &str),
) -> StoreResult<()> {
    let (vendor_lead, ruling, state) = out;
    let sql = "UPDATE enrolment SET vendor_lead = $3, ruling = $4, \
         state = CASE WHEN state = 'sending' THEN $5 ELSE state END WHERE campaign = $1 AND lead = $2";
    sqlx::query(sql)
        .bind(campaign.as_str())
        .bind(lead.as_str())
        .bind(vendor_lead)
        .bind(ruling.to_string())
        .bind(state)
        .execute(c)
        .await?;
    Ok(())
}

/// The vendor's ids of the campaigns that we filled: who is in them stands in our own rows.
pub async fn vendor_ids(c: &mut Conn, vendor: &str) -> StoreResult<Vec<String>> {
    let sql = "SELECT vendor_id FROM campaign WHERE vendor = $1 AND vendor_id IS NOT NULL ORDER BY vendor_id";
    let rows = sqlx::query(sql).bind(vendor).fetch_all(c).await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// Live enrolments of this address in campaigns other than `run`'s, by campaign name.
pub async fn running_for(c: &mut Conn, email_key: &str, run: &RunId) -> StoreResult<Vec<String>> {
    let sql = "SELECT DISTINCT g.name FROM enrolment e JOIN campaign g ON g.id = e.campaign \
               WHERE e.email_key = $1 AND g.run <> $2 AND e.state IN ('sending', 'enrolled')";
    let rows = sqlx::query(sql).bind(email_key).bind(run.as_str()).fetch_all(c).await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// Was this address ever handed over? What only began and was held back does not count.
pub async fn was_enrolled(c: &mut Conn, email_key: &str) -> StoreResult<bool> {
    let sql = "SELECT 1 FROM enrolment WHERE email_key = $1 AND (vendor_lead IS NOT NULL OR state IN ('sending', 'enrolled')) LIMIT 1";
    Ok(sqlx::query(sql).bind(email_key).fetch_optional(c).await?.is_some())
}

/// (people of this company in live enrolments, touches of this person since `since`).
pub async fn load_of(c: &mut Conn, company_key: &str, email_key: &str, since: Millis) -> StoreResult<(i64, i64)> {
    let company = "SELECT COUNT(DISTINCT email_key) FROM enrolment WHERE company_key = $1 AND email_key <> $2 AND state IN ('sending', 'enrolled')";
    let people = sqlx::query(company).bind(company_key).bind(email_key).fetch_one(&mut *c).await?.try_get(0)?;
    let touches = "SELECT COUNT(*) FROM event WHERE email_key = $1 AND kind = 'sent' AND at >= $2";
    let sent = sqlx::query(touches).bind(email_key).bind(since.0).fetch_one(c).await?.try_get(0)?;
    Ok((people, sent))
}

/// Every live enrolment of the address ends.
pub async fn leave_all(c: &mut Conn, email_key: &str, state: &str) -> StoreResult<u64> {
    let sql = "UPDATE enrolment SET state = $2 WHERE email_key = $1 AND state IN ('sending', 'enrolled')";
    Ok(sqlx::query(sql).bind(email_key).bind(state).execute(c).await?.rows_affected())
}

/// This address leaves one campaign; what ended stays as it is.
pub async fn leave(c: &mut Conn, campaign: &CampaignId, who: (&str, &str)) -> StoreResult<u64> {
    let (email_key, state) = who;
    let sql =
        "UPDATE enrolment SET state = $3 WHERE campaign = $1 AND email_key = $2 AND state IN ('sending', 'enrolled')";
    Ok(sqlx::query(sql).bind(campaign.as_str()).bind(email_key).bind(state).execute(c).await?.rows_affected())
}

/// Those that run become halted: a lift starts exactly these again.
pub async fn halt_running(c: &mut Conn) -> StoreResult<Vec<CampaignId>> {
    let sql = "UPDATE campaign SET state = 'halted' WHERE state = 'running' AND vendor_id IS NOT NULL RETURNING id";
    let rows = sqlx::query(sql).fetch_all(c).await?;
    rows.iter().map(|row| Ok(CampaignId(row.try_get(0)?))).collect()
}

pub async fn halted(c: &mut Conn) -> StoreResult<Vec<CampaignId>> {
    let rows = sqlx::query("SELECT id FROM campaign WHERE state = 'halted' ORDER BY at, id").fetch_all(c).await?;
    rows.iter().map(|row| Ok(CampaignId(row.try_get(0)?))).collect()
}

/// `false` when it left `from` meanwhile.
pub async fn move_on(c: &mut Conn, campaign: &CampaignId, step: (&str, &str)) -> StoreResult<bool> {
    let sql = "UPDATE campaign SET state = $3 WHERE id = $1 AND state = $2";
    Ok(sqlx::query(sql).bind(campaign.as_str()).bind(step.0).bind(step.1).execute(c).await?.rows_affected() == 1)
}

/// `false` when it is paused or ended already.
pub async fn pause(c: &mut Conn, campaign: &CampaignId) -> StoreResult<bool> {
    let sql = "UPDATE campaign SET state = 'paused' WHERE id = $1 AND state IN ('created', 'running', 'halted')";
    Ok(sqlx::query(sql).bind(campaign.as_str()).execute(c).await?.rows_affected() == 1)
}

fn read_campaign(row: &AnyRow) -> StoreResult<CampaignRow> {
    Ok(CampaignRow {
        id: CampaignId(row.try_get(0)?),
        run: RunId(row.try_get(1)?),
        thread: ThreadId(row.try_get(2)?),
        name: row.try_get(3)?,
        vendor: row.try_get(4)?,
        vendor_id: row.try_get(5)?,
        state: row.try_get(6)?,
        gate: row.try_get(7)?,
        setup: parsed(row, "setup")?,
        at: Millis(row.try_get(9)?),
        started_at: row.try_get::<Option<i64>, _>(10)?.map(Millis),
    })
}

fn read_enrolment(row: &AnyRow) -> StoreResult<Enrolment> {
    Ok(Enrolment {
        campaign: CampaignId(row.try_get(0)?),
        lead: LeadId(row.try_get(1)?),
        email_key: row.try_get(2)?,
        company_key: row.try_get(3)?,
        vendor_lead: row.try_get(4)?,
        payload_hash: row.try_get(5)?,
        ruling: parsed(row, "ruling")?,
        state: row.try_get(7)?,
        at: Millis(row.try_get(8)?),
    })
}
