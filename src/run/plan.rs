//! A plan: what was understood, the steps, what they are expected to cost. Frozen and hashed when a rep starts it.
use serde::Deserialize;
use serde::Serialize;

use crate::domain::criteria::Criteria;
use crate::domain::ids::RunId;
use crate::run::state::GateKind;
use crate::run::state::StepKind;

/// Most tokens that one draft uses, all tries together: what is set aside before the model is asked.
pub const DRAFT_TOKENS_MAX: i64 = 8_000;

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

/// What a run is expected to use of one vendor, or did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    pub vendor: String,
    pub calls: Range,
    pub credits: Range,
    /// Of the model.
    pub tokens: Range,
}

/// The run whose CRM changes are taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undone {
    pub run: RunId,
    pub code: String,
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
    /// By vendor. Absent, like what follows, from plans of an earlier release, whose hashes must not change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quotes: Vec<Quote>,
    /// What the shares behind the quotes rest on.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub quote_basis: String,
    /// Hard cap of the drafts' tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens_cap: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo: Option<Undone>,
}

impl Plan {
    pub fn step_index(&self, kind: StepKind) -> Option<usize> {
        self.steps.iter().position(|step| step.kind == kind)
    }
}
