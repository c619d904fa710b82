//! Taking a run's CRM changes back: compare and ask, then write.
use crate::domain::criteria::Criteria;
use crate::run::plan::Plan;
use crate::run::plan::PlannedStep;
use crate::run::plan::Range;
use crate::run::plan::Undone;
use crate::run::state::GateKind;
use crate::run::state::StepKind;
use crate::workflows::pace;
use crate::workflows::pace::History;

/// `records` is how many the run wrote to or may have.
pub fn plan(of: Undone, campaign: &str, records: i64, history: &History) -> Plan {
    let step = |kind: StepKind, stops: Option<(GateKind, bool)>| PlannedStep {
        kind,
        seconds: pace::seconds(kind, records, &[], history),
        credits: Range::default(),
        stops,
    };
    Plan {
        version: 1,
        criteria: Criteria {
            goal: format!("Undo the CRM changes of run {}", of.code),
            count: u32::try_from(records).unwrap_or(u32::MAX),
            ..Criteria::default()
        },
        steps: vec![step(StepKind::Compare, Some((GateKind::Undo, true))), step(StepKind::Revert, None)],
        credits: Range::default(),
        credits_cap: 0,
        model_cost_micro_usd: Range::default(),
        campaign: format!("Undo of run {} · {campaign}", of.code),
        playbook: None,
        profile: String::new(),
        sequence: String::new(),
        estimate_basis: String::new(),
        quotes: Vec::new(),
        quote_basis: String::new(),
        tokens_cap: None,
        undo: Some(of),
    }
}
