//! The control centre's numbers: live or sandbox by part, what is queued, what waits, who makes us wait.
use std::collections::BTreeMap;

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::domain::time::HOUR;
use crate::domain::time::Millis;
use crate::domain::time::SECOND;
use crate::orchestrator::desk::Orchestrator;
use crate::orchestrator::refuse::Outcome;
use crate::orchestrator::watch::STUCK;
use crate::orchestrator::watch::WORKER_SILENT_MS;
use crate::run::breaker::Breaker;
use crate::run::breaker::BreakerState;
use crate::store::brake;
use crate::store::breaker;
use crate::store::cron;
use crate::store::cron::CronRow;
use crate::store::gates;
use crate::store::inbox;
use crate::store::limiter;
use crate::store::meta;
use crate::store::open::Conn;
use crate::store::runs;
use crate::store::suppression;
use crate::store::totals;

const RUNS_SHOWN: i64 = 20;

pub async fn status(desk: &Orchestrator) -> Outcome<Value> {
    let now = desk.clock.now();
    let mut c = desk.store.conn().await?;
    let runs: Vec<Value> = runs::newest(&mut c, RUNS_SHOWN)
        .await?
        .iter()
        .map(|run| {
            json!({
                "id": run.id,
                "code": run.code,
                "thread": run.thread,
                "state": run.state.word(),
                "goal": run.plan.criteria.goal,
                "started_by": desk.name_of(&run.started_by),
                "created_at": run.created_at.rfc3339(),
            })
        })
        .collect();
    let waiting: Vec<Value> = gates::waiting(&mut c)
        .await?
        .iter()
        .map(|gates::Waiting { gate, thread, .. }| {
            json!({
                "gate": gate.id,
                "kind": gate.kind.word(),
                "thread": thread,
                "run": gate.run,
                "roles": gate.roles,
                "expires_at": gate.expires_at.rfc3339(),
            })
        })
        .collect();
    let blocked: Vec<Value> = limiter::blocked(&mut c, now)
        .await?
        .into_iter()
        .map(|(key, until)| json!({"limit": key, "until": until.rfc3339()}))
        .collect();
    let mut status = json!({
        "mode": mode(desk),
        "draining": desk.shutdown.is_cancelled(),
        "model": desk.llm.name(),
        "parts": desk.config.parts,
        "inbox_open": inbox::open_count(&mut c).await?,
        "queue": totals::queue(&mut c).await?,
        "runs": runs,
        "runs_by_state": totals::runs(&mut c).await?,
        "gates_waiting": waiting,
        "limits_blocked": blocked,
        "schedule": schedule(&mut c).await?,
        "suppressed": suppression::count(&mut c).await?,
        "world_time": now.rfc3339(),
        "work": work(&mut c, now).await?,
        "vendors": vendors(desk, &mut c, now).await?,
        "workers": workers(desk, &mut c).await?,
        "last_hour": last_hour(&mut c, now).await?,
        "alerts": alerts(&mut c, now).await?,
    });
    if let Some(brake) = brake::standing(&mut c).await? {
        let halt = json!({"kind": brake.kind.word(), "by": brake.name, "at": brake.at.rfc3339(), "why": brake.why});
        status["halt"] = halt;
    }
    Ok(status)
}

/// Live work by queue, with how long the oldest is due.
async fn work(c: &mut Conn, now: Millis) -> Outcome<Vec<Value>> {
    let mut queues: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for (queue, state, number, oldest) in totals::queues(c).await? {
        let row = queues.entry(queue).or_insert_with(|| {
            let new = |key: &str| (key.to_owned(), json!(0));
            Map::from_iter(["waits", "at_work", "paused", "for_a_person", "oldest_due_s"].map(new))
        });
        let key = match state.as_str() {
            "ready" => "waits",
            "running" => "at_work",
            "review" => "for_a_person",
            _ => "paused",
        };
        row.insert(key.to_owned(), json!(number));
        if key == "waits" {
            row.insert("oldest_due_s".to_owned(), json!(now.since(oldest).max(0) / SECOND));
        }
    }
    let named = |(queue, mut row): (String, Map<String, Value>)| {
        row.insert("name".to_owned(), json!(queue));
        Value::Object(row)
    };
    Ok(queues.into_iter().map(named).collect())
}

/// Each limit with its vendor's breaker: who makes us wait, and until when.
async fn vendors(desk: &Orchestrator, c: &mut Conn, now: Millis) -> Outcome<Vec<Value>> {
    let breakers: BTreeMap<String, Breaker> = breaker::all(c).await?.into_iter().collect();
    let today = now.day_number(&desk.config.zone);
    let closed = Breaker::closed();
    let limits = limiter::all(c).await?;
    Ok(limits
        .into_iter()
        .map(|limit| {
            let vendor = limit.key.split(':').next().unwrap_or_default();
            let breaker = breakers.get(vendor).unwrap_or(&closed);
            let mut row = json!({
                "name": limit.key.replace(':', ", "),
                "state": health(breaker.state),
                "failures_in_a_row": breaker.failures,
                "waits": limit.waits,
                "waited_s": limit.waited_ms / SECOND,
                "calls_today": "no daily limit",
                "not_before": "free",
            });
            if limit.day_max > 0 {
                let used = if limit.day == today { limit.day_used } else { 0 };
                row["calls_today"] = json!({"used": used, "limit": limit.day_max});
            }
            let until = if breaker.state == BreakerState::Closed { limit.blocked_until } else { breaker.probe_at };
            if until > now {
                row["not_before"] = json!(until.rfc3339());
            }
            row
        })
        .collect())
}

/// What a breaker's state means for the reader.
fn health(state: BreakerState) -> &'static str {
    match state {
        BreakerState::Closed => "ok",
        BreakerState::Open => "down",
        BreakerState::HalfOpen => "degraded",
    }
}

async fn workers(desk: &Orchestrator, c: &mut Conn) -> Outcome<Value> {
    let live = totals::workers(c, desk.clock.wall().plus(-WORKER_SILENT_MS)).await?;
    Ok(json!({"alive": live, "leases_lost": totals::leases_lost(c).await?}))
}

async fn last_hour(c: &mut Conn, now: Millis) -> Outcome<Value> {
    let (review, failed) = totals::troubles(c, now.plus(-HOUR)).await?;
    Ok(json!({"handed_to_a_person": review, "requests_failed": failed}))
}

/// What needs somebody, or will pass by itself and should be known.
async fn alerts(c: &mut Conn, now: Millis) -> Outcome<Vec<Value>> {
    let mut alerts = Vec::new();
    for key in meta::keys(c, STUCK).await? {
        let queue = key.trim_start_matches(STUCK);
        alerts.push(json!({"name": format!("Work for {queue} does not move"), "state": "error"}));
    }
    for (vendor, breaker) in breaker::all(c).await?.iter().filter(|(_, row)| row.state != BreakerState::Closed) {
        let next = if breaker.probe_at > now { breaker.probe_at.rfc3339() } else { "now".to_owned() };
        alerts.push(json!({
            "name": format!("{vendor} does not answer: {}", breaker.why),
            "state": "down",
            "since": breaker.opened_at.rfc3339(),
            "next_try": next,
        }));
    }
    Ok(alerts)
}

/// What recurs: when it is due, when it last was, and what went wrong since.
async fn schedule(c: &mut Conn) -> Outcome<Vec<Value>> {
    let job = |row: CronRow| {
        let when = if row.expr.starts_with('@') { row.expr } else { format!("{} {}", row.expr, row.zone) };
        let state = match (row.enabled, row.failures) {
            (false, _) => "off",
            (true, 0) => "ok",
            (true, _) => "failed",
        };
        json!({
            "name": row.name,
            "state": state,
            "when": when,
            "next_at": row.next_at.map(Millis::rfc3339),
            "last_at": row.last_at.map(Millis::rfc3339),
            "failures": row.failures,
            "problem": row.error.map_or_else(|| "none".to_owned(), |error| format!("could not {error}")),
        })
    };
    Ok(cron::all(c).await?.into_iter().map(job).collect())
}

/// live, sandbox, or mixed.
fn mode(desk: &Orchestrator) -> &'static str {
    let live = desk.config.parts.iter().filter(|part| part.live).count();
    match live {
        0 => "sandbox",
        n if n == desk.config.parts.len() => "live",
        _ => "mixed",
    }
}
