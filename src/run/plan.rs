//! A plan: what was understood, the steps, what they are expected to cost. Frozen and hashed when a rep starts it.
use serde::Deserialize;
use serde::Serialize;

use crate::domain::criteria::Criteria;
use crate::run::state::GateKind;
use crate::run::state::StepKind;

/// An expected range; `min == max` is exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    pub min: i64,
    pub max: i64,
}

impl Range {
    pub fn exact(value: i64) -> Self {
        Self { min: value, max: value }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedStep {
    pub kind: StepKind,
    pub seconds: Range,
    pub credits: Range,
    /// The gate that this step may open, and whether it always does.
    pub stops: Option<(GateKind, bool)>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    pub version: i64,
    pub criteria: Criteria,
    pub steps: Vec<PlannedStep>,
    pub credits: Range,
    /// Hard cap: the run stops before it spends more.
    pub credits_cap: i64,
    /// In micro-USD, so that hashes are exact.
    pub model_cost_micro_usd: Range,
    pub campaign: String,
    pub playbook: Option<String>,
    pub profile: String,
    pub sequence: String,
    /// What the estimate of time rests on: "vendor limits" or "3 earlier runs".
    pub estimate_basis: String,
}

impl Plan {
    pub fn step_index(&self, kind: StepKind) -> Option<usize> {
        self.steps.iter().position(|step| step.kind == kind)
    }
}
