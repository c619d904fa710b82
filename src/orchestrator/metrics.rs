//! Metrics in the Prometheus text form: read from rows when asked, so that they are true after a restart. No ids, no names.
use std::fmt::Write;

use crate::orchestrator::desk::Orchestrator;
use crate::orchestrator::refuse::Outcome;
use crate::store::gates;
use crate::store::inbox;
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
    let families = [
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
    Ok(written(&families))
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
