//! The numbers of reports: each is one query over rows, so each can be opened.
use std::collections::BTreeMap;

use sqlx::Row;

use crate::domain::time::Millis;
use crate::store::open::Conn;
use crate::store::open::StoreResult;

/// A half-open span of business time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub from: Millis,
    pub to: Millis,
}

async fn number(c: &mut Conn, sql: &'static str, span: Span) -> StoreResult<i64> {
    Ok(sqlx::query(sql).bind(span.from.0).bind(span.to.0).fetch_one(c).await?.try_get(0)?)
}

/// Events of a kind, and how many different mails they concern.
pub async fn engagement(c: &mut Conn, span: Span) -> StoreResult<BTreeMap<String, (i64, i64)>> {
    let sql = "SELECT kind, COUNT(*), COUNT(DISTINCT COALESCE(campaign, '') || ' ' || email_key || ' ' || CAST(step AS TEXT)) \
               FROM event WHERE at >= $1 AND at < $2 GROUP BY kind";
    let rows = sqlx::query(sql).bind(span.from.0).bind(span.to.0).fetch_all(c).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, (row.try_get(1)?, row.try_get(2)?)))).collect()
}

/// Different people with an event of this kind.
pub async fn people_with(c: &mut Conn, kind: &str, span: Span) -> StoreResult<i64> {
    let sql = "SELECT COUNT(DISTINCT email_key) FROM event WHERE kind = $1 AND at >= $2 AND at < $3";
    Ok(sqlx::query(sql).bind(kind).bind(span.from.0).bind(span.to.0).fetch_one(c).await?.try_get(0)?)
}

/// Events of a kind by UTC day.
pub async fn by_day(c: &mut Conn, kind: &str, span: Span) -> StoreResult<Vec<(i64, i64)>> {
    let sql = "SELECT at / 86400000, COUNT(*) FROM event WHERE kind = $1 AND at >= $2 AND at < $3 GROUP BY at / 86400000 ORDER BY 1";
    let rows = sqlx::query(sql).bind(kind).bind(span.from.0).bind(span.to.0).fetch_all(c).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// Enrolments that began in the span.
pub async fn started(c: &mut Conn, span: Span) -> StoreResult<i64> {
    number(c, "SELECT COUNT(*) FROM enrolment WHERE at >= $1 AND at < $2 AND state <> 'sending'", span).await
}

/// (state, leads) of the runs that were started in the span.
pub async fn leads_by_state(c: &mut Conn, span: Span) -> StoreResult<BTreeMap<String, i64>> {
    let sql = "SELECT l.state, COUNT(*) FROM run_lead l JOIN run r ON r.id = l.run WHERE r.created_at >= $1 AND r.created_at < $2 GROUP BY l.state";
    let rows = sqlx::query(sql).bind(span.from.0).bind(span.to.0).fetch_all(c).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// (leads, sum of fit in millionths) of runs that were started in the span.
pub async fn fit(c: &mut Conn, span: Span) -> StoreResult<(i64, i64)> {
    let sql = "SELECT COUNT(*), CAST(COALESCE(SUM(l.fit), 0) AS BIGINT) FROM run_lead l JOIN run r ON r.id = l.run \
               WHERE r.created_at >= $1 AND r.created_at < $2 AND l.fit >= 0";
    let row = sqlx::query(sql).bind(span.from.0).bind(span.to.0).fetch_one(c).await?;
    Ok((row.try_get(0)?, row.try_get(1)?))
}

/// Outputs of finished steps of a kind in the span, as stored.
pub async fn step_outputs(c: &mut Conn, kind: &str, span: Span) -> StoreResult<Vec<serde_json::Value>> {
    let sql = "SELECT output FROM step WHERE kind = $1 AND ended_at >= $2 AND ended_at < $3 AND state = 'done'";
    let rows = sqlx::query(sql).bind(kind).bind(span.from.0).bind(span.to.0).fetch_all(c).await?;
    rows.iter().map(|row| crate::store::open::parsed(row, "output")).collect()
}

pub async fn credits(c: &mut Conn, span: Span) -> StoreResult<BTreeMap<String, i64>> {
    let sql = "SELECT vendor, CAST(SUM(credits) AS BIGINT) FROM spend WHERE at >= $1 AND at < $2 GROUP BY vendor";
    let rows = sqlx::query(sql).bind(span.from.0).bind(span.to.0).fetch_all(c).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

pub async fn model_cost(c: &mut Conn, span: Span) -> StoreResult<i64> {
    number(c, "SELECT CAST(COALESCE(SUM(cost_micro_usd), 0) AS BIGINT) FROM usage WHERE at >= $1 AND at < $2", span)
        .await
}

/// Items by state, over everything: the queue of the status page.
pub async fn queue(c: &mut Conn) -> StoreResult<BTreeMap<String, i64>> {
    let rows = sqlx::query("SELECT state, COUNT(*) FROM item GROUP BY state").fetch_all(c).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// Effects by vendor and state, over everything.
pub async fn effects(c: &mut Conn) -> StoreResult<Vec<(String, String, i64)>> {
    let rows = sqlx::query("SELECT vendor, state, COUNT(*) FROM effect GROUP BY vendor, state ORDER BY vendor, state")
        .fetch_all(c)
        .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?))).collect()
}

/// Runs by state, over everything.
pub async fn runs(c: &mut Conn) -> StoreResult<BTreeMap<String, i64>> {
    let rows = sqlx::query("SELECT state, COUNT(*) FROM run GROUP BY state").fetch_all(c).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// Events by kind, over everything.
pub async fn events(c: &mut Conn) -> StoreResult<BTreeMap<String, i64>> {
    let rows = sqlx::query("SELECT kind, COUNT(*) FROM event GROUP BY kind").fetch_all(c).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// (prompt tokens, completion tokens, micro-USD), over everything.
pub async fn model(c: &mut Conn) -> StoreResult<(i64, i64, i64)> {
    let sql = "SELECT CAST(COALESCE(SUM(prompt_tokens), 0) AS BIGINT), CAST(COALESCE(SUM(completion_tokens), 0) AS BIGINT), \
               CAST(COALESCE(SUM(cost_micro_usd), 0) AS BIGINT) FROM usage";
    let row = sqlx::query(sql).fetch_one(c).await?;
    Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?))
}

/// Different mails of one campaign by kind of event; the vendor's id of the campaign.
pub async fn of_campaign(c: &mut Conn, campaign: &str) -> StoreResult<BTreeMap<String, i64>> {
    let sql = "SELECT kind, COUNT(DISTINCT email_key || ' ' || CAST(step AS TEXT)) FROM event WHERE campaign = $1 GROUP BY kind";
    let rows = sqlx::query(sql).bind(campaign).fetch_all(c).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// Due work of a queue that nothing holds up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    pub queue: String,
    pub number: i64,
    pub oldest: Millis,
    /// Changes whenever an item is taken or comes back.
    pub mark: i64,
}

/// Ready and due by queue, oldest first: not what waits for a halt, a quota or a breaker, nor what belongs to a paused run.
pub async fn due(c: &mut Conn, now: Millis) -> StoreResult<Vec<Due>> {
    let sql = "SELECT i.queue, COUNT(*), MIN(i.run_at), CAST(SUM(i.fence) + SUM(i.run_at / 1000) AS BIGINT) FROM item i \
               JOIN run r ON r.id = i.run WHERE i.state = 'ready' AND i.waits IS NULL AND i.run_at <= $1 \
               AND r.state NOT IN ('paused', 'cancelling', 'cancelled') GROUP BY i.queue ORDER BY MIN(i.run_at)";
    let rows = sqlx::query(sql).bind(now.0).fetch_all(c).await?;
    rows.iter()
        .map(|row| {
            Ok(Due {
                queue: row.try_get(0)?,
                number: row.try_get(1)?,
                oldest: Millis(row.try_get(2)?),
                mark: row.try_get(3)?,
            })
        })
        .collect()
}

/// Live items by queue and state, with the earliest time of the ready ones.
pub async fn queues(c: &mut Conn) -> StoreResult<Vec<(String, String, i64, Millis)>> {
    let sql = "SELECT queue, state, COUNT(*), MIN(run_at) FROM item WHERE state IN ('ready', 'running', 'paused', 'review') \
               GROUP BY queue, state ORDER BY queue, state";
    let rows = sqlx::query(sql).fetch_all(c).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, Millis(row.try_get(3)?)))).collect()
}

/// Workers that gave a sign since `since` (machine time).
pub async fn workers(c: &mut Conn, since: Millis) -> StoreResult<i64> {
    let sql = "SELECT COUNT(*) FROM worker WHERE stopped_at IS NULL AND beat_at >= $1";
    Ok(sqlx::query(sql).bind(since.0).fetch_one(c).await?.try_get(0)?)
}

/// Leases that a worker lost since the beginning.
pub async fn leases_lost(c: &mut Conn) -> StoreResult<i64> {
    let row = sqlx::query("SELECT value FROM counter WHERE name = 'leases_lost'").fetch_optional(c).await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?.unwrap_or(0))
}

/// (pieces of work that went to a person, requests that failed) since then.
pub async fn troubles(c: &mut Conn, since: Millis) -> StoreResult<(i64, i64)> {
    let review = "SELECT COUNT(*) FROM item WHERE state = 'review' AND ended_at >= $1";
    let review = sqlx::query(review).bind(since.0).fetch_one(&mut *c).await?.try_get(0)?;
    let failed = "SELECT COUNT(*) FROM inbox WHERE state = 'failed' AND done_at >= $1";
    Ok((review, sqlx::query(failed).bind(since.0).fetch_one(c).await?.try_get(0)?))
}
