//! The control centre's numbers: live or sandbox by part, what is queued, what waits, who makes us wait.
use serde_json::Value;
use serde_json::json;

use crate::domain::time::Millis;
use crate::orchestrator::desk::Orchestrator;
use crate::orchestrator::refuse::Outcome;
use crate::store::cron;
use crate::store::cron::CronRow;
use crate::store::gates;
use crate::store::inbox;
use crate::store::limiter;
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
    Ok(json!({
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
    }))
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
