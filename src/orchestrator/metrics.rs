//! Metrics in the Prometheus text form: read from rows when asked, so that they are true after a restart. No ids, no names.
use std::fmt::Write;

use crate::domain::time::SECOND;
use crate::orchestrator::desk::Orchestrator;
use crate::orchestrator::refuse::Outcome;
use crate::orchestrator::watch::WORKER_SILENT_MS;
use crate::run::breaker::BreakerState;
use crate::store::brake;
use crate::store::breaker;
use crate::store::gates;
use crate::store::inbox;
use crate::store::limiter;
use crate::store::limiter::LimitRow;
use crate::store::open::Conn;
use crate::store::suppression;
use crate::store::totals;

/// A family: name, help, samples (labels, value).
struct Family {
    name: &'static str,
    help: &'static str,
    samples: Vec<(Vec<(&'static str, String)>, i64)>,
}

pub async fn text(desk: &Orchestrator) -> Outcome<String> {
    let mut c = desk.store.conn().await?;
    let states = |rows: std::collections::BTreeMap<String, i64>| {
        rows.into_iter().map(|(state, n)| (vec![("state", state)], n)).collect::<Vec<_>>()
    };
    let waiting = gates::waiting(&mut c).await?;
    let mut by_kind = std::collections::BTreeMap::new();
    for waiting in &waiting {
        *by_kind.entry(waiting.gate.kind.word().to_owned()).or_insert(0) += 1;
    }
    let (prompt, completion, cost) = totals::model(&mut c).await?;
    let effects = totals::effects(&mut c).await?;
    let mut families = vec![
        Family {
            name: "quarterdeck_inbox_open",
            help: "Requests that wait or are worked on.",
            samples: vec![(Vec::new(), inbox::open_count(&mut c).await?)],
        },
        Family {
            name: "quarterdeck_items",
            help: "Units of work by state.",
            samples: states(totals::queue(&mut c).await?),
        },
        Family { name: "quarterdeck_runs", help: "Runs by state.", samples: states(totals::runs(&mut c).await?) },
        Family {
            name: "quarterdeck_effects",
            help: "Outside writes by vendor and state.",
            samples: effects
                .into_iter()
                .map(|(vendor, state, n)| (vec![("vendor", vendor), ("state", state)], n))
                .collect(),
        },
        Family {
            name: "quarterdeck_gates_waiting",
            help: "Decisions that wait for a person.",
            samples: by_kind.into_iter().map(|(kind, n)| (vec![("kind", kind)], n)).collect(),
        },
        Family {
            name: "quarterdeck_events",
            help: "Engagement events by kind.",
            samples: totals::events(&mut c).await?.into_iter().map(|(kind, n)| (vec![("kind", kind)], n)).collect(),
        },
        Family {
            name: "quarterdeck_suppressed",
            help: "Addresses and domains that are not contacted.",
            samples: vec![(Vec::new(), suppression::count(&mut c).await?)],
        },
        Family {
            name: "quarterdeck_model_tokens_total",
            help: "Tokens of the model.",
            samples: vec![
                (vec![("kind", "prompt".to_owned())], prompt),
                (vec![("kind", "completion".to_owned())], completion),
            ],
        },
        Family {
            name: "quarterdeck_model_cost_micro_usd_total",
            help: "Cost of the model.",
            samples: vec![(Vec::new(), cost)],
        },
    ];
    families.extend(engine(desk, &mut c).await?);
    families.extend(vendors(desk, &mut c).await?);
    Ok(written(&families))
}

fn family(name: &'static str, help: &'static str, label: &'static str, rows: Vec<(String, i64)>) -> Family {
    let samples = rows.into_iter().map(|(text, n)| (vec![(label, text)], n)).collect();
    Family { name, help, samples }
}

fn single(name: &'static str, help: &'static str, value: i64) -> Family {
    Family { name, help, samples: vec![(Vec::new(), value)] }
}

/// Queues, workers, halt.
async fn engine(desk: &Orchestrator, c: &mut Conn) -> Outcome<Vec<Family>> {
    let now = desk.clock.now();
    let queues = totals::queues(c).await?;
    let ready = queues.iter().filter(|(_, state, ..)| state == "ready");
    let oldest = ready.map(|(queue, _, _, at)| (queue.clone(), now.since(*at).max(0) / SECOND)).collect();
    let depth = queues.into_iter().map(|(queue, state, n, _)| (vec![("queue", queue), ("state", state)], n)).collect();
    let live = totals::workers(c, desk.clock.wall().plus(-WORKER_SILENT_MS)).await?;
    let halted = i64::from(brake::standing(c).await?.is_some());
    Ok(vec![
        Family { name: "quarterdeck_queue_items", help: "Live units of work by queue and state.", samples: depth },
        family("quarterdeck_queue_oldest_seconds", "How long the oldest ready unit is due.", "queue", oldest),
        single("quarterdeck_workers", "Workers that gave a sign in the last minute.", live),
        single(
            "quarterdeck_leases_lost_total",
            "Leases that ended before their work did.",
            totals::leases_lost(c).await?,
        ),
        single("quarterdeck_halted", "1 while nothing that cannot be taken back may begin.", halted),
    ])
}

/// Limits, daily quotas, breakers.
async fn vendors(desk: &Orchestrator, c: &mut Conn) -> Outcome<Vec<Family>> {
    let today = desk.clock.now().day_number(&desk.config.zone);
    let limits = limiter::all(c).await?;
    let of = |value: fn(&LimitRow) -> i64| limits.iter().map(|row| (row.key.clone(), value(row))).collect();
    let daily: Vec<_> = limits.iter().filter(|row| row.day_max > 0).collect();
    let used = |row: &&LimitRow| (row.key.clone(), if row.day == today { row.day_used } else { 0 });
    let breakers = breaker::all(c).await?.into_iter().map(|(vendor, breaker)| {
        let state = match breaker.state {
            BreakerState::Closed => 0,
            BreakerState::HalfOpen => 1,
            BreakerState::Open => 2,
        };
        (vendor, state)
    });
    Ok(vec![
        family("quarterdeck_limiter_waits_total", "Calls that waited for a limit.", "limit", of(|row| row.waits)),
        family("quarterdeck_limiter_waited_ms_total", "How long they waited.", "limit", of(|row| row.waited_ms)),
        family("quarterdeck_daily_calls", "Calls of the vendor's day.", "limit", daily.iter().map(used).collect()),
        family(
            "quarterdeck_daily_calls_max",
            "Calls that the vendor's day has.",
            "limit",
            daily.iter().map(|row| (row.key.clone(), row.day_max)).collect(),
        ),
        family("quarterdeck_breaker", "0 closed, 1 probing, 2 open.", "vendor", breakers.collect()),
    ])
}

fn written(families: &[Family]) -> String {
    let mut out = String::new();
    for family in families {
        let kind = if family.name.ends_with("_total") { "counter" } else { "gauge" };
        // Writing to a String does not fail.
        let _ = writeln!(out, "# HELP {} {}\n# TYPE {} {kind}", family.name, family.help, family.name);
        for (labels, value) in &family.samples {
            let labels: Vec<String> =
                labels.iter().map(|(name, text)| format!("{name}=\"{}\"", escaped(text))).collect();
            let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
            let _ = writeln!(out, "{}{labels} {value}", family.name);
        }
    }
    out
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_are_written_in_the_text_form() {
        let families = [
            Family { name: "a_total", help: "A.", samples: vec![(vec![("k", "x\"y".into())], 3)] },
            Family { name: "b", help: "B.", samples: vec![(Vec::new(), 0)] },
        ];
        let expected =
            "# HELP a_total A.\n# TYPE a_total counter\na_total{k=\"x\\\"y\"} 3\n# HELP b B.\n# TYPE b gauge\nb 0\n";
        assert_eq!(written(&families), expected);
    }
}
