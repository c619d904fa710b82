//! How steps, roles and reasons are called on cards.
use crate::domain::person::Role;
use crate::run::gate::Gate;
use crate::run::state::GateKind;
use crate::run::state::StepKind;

pub fn step_title(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Discover => "Discover",
        StepKind::Prefilter => "Pre-filter",
        StepKind::Enrich => "Enrich",
        StepKind::Validate => "Validate",
        StepKind::Crm => "CRM",
        StepKind::Preview => "Preview",
        StepKind::Launch => "Launch",
        StepKind::Compare => "Compare",
        StepKind::Revert => "Take back",
    }
}

/// What is decided on, in a sentence: "preview 2".
pub fn gate_noun(gate: &Gate) -> String {
    match gate.kind {
        GateKind::Launch => format!("preview {}", gate.version),
        GateKind::Compliance => "the list of flagged leads".to_owned(),
        GateKind::Undo => "the list of what goes back".to_owned(),
    }
}

/// "compliance or a manager".
pub fn roles(roles: &[Role]) -> String {
    let names: Vec<&str> = roles
        .iter()
        .map(|role| match role {
            Role::Rep => "a rep",
            Role::Manager => "a manager",
            Role::Revops => "RevOps",
            Role::Compliance => "compliance",
            Role::Operator => "the operator",
        })
        .collect();
    match names.as_slice() {
        [] => "nobody: no approver is configured".to_owned(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}

/// Millionths → "0.86".
pub fn score(millionths: i64) -> String {
    format!("{:.2}", millionths as f64 / 1_000_000.0)
}
