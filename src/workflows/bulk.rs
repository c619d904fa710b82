//! Workflow 2, ICP bulk: criteria and a count become discover, pre-filter, enrich, validate, CRM, preview, launch.
use std::collections::BTreeMap;

use crate::domain::criteria::Criteria;
use crate::run::plan::Plan;
use crate::run::plan::PlannedStep;
use crate::run::plan::Range;
use crate::run::state::GateKind;
use crate::run::state::StepKind;
use crate::run::turn::Price;
use crate::workflows::pace;
use crate::workflows::pace::HISTORY_MIN;
use crate::workflows::pace::History;
use crate::workflows::pace::Lane;
use crate::workflows::quote;
use crate::workflows::words;

/// The hard cap lies this far above the highest estimate, in percent.
const CAP_PERCENT: i64 = 115;

/// What the vendors let us do, by step, in the order they are asked. Filled from their limits, never by the model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Estimates {
    pub discover: Vec<Lane>,
    pub enrich: Vec<Lane>,
    /// The enrichment vendors in the order they are asked.
    pub sources: Vec<Source>,
    pub validate: Vec<Lane>,
    pub crm: Vec<Lane>,
    pub draft: Vec<Lane>,
    pub launch: Vec<Lane>,
    /// Zero for the sandbox model.
    pub price: Price,
    /// Most credits that one run may spend, as configured.
    pub credits_max: i64,
}

/// What an enrichment vendor takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    pub vendor: String,
    /// Most credits one lead costs.
    pub credits_each: i64,
    /// Most credits one company costs; only the first source is asked for companies.
    pub company_credits_each: i64,
}

/// Credits of earlier runs by vendor: (credits, leads wanted), newest first.
pub type Hits = BTreeMap<String, Vec<(i64, i64)>>;

/// What a plan is made with beside the criteria.
#[derive(Clone, Debug)]
pub struct Setting<'a> {
    pub version: i64,
    pub estimates: &'a Estimates,
    pub history: &'a History,
    pub hits: &'a Hits,
    pub playbook: Option<String>,
    pub profile: String,
    pub sequence: String,
}

/// The same request in the same setting is the same plan.
pub fn plan(criteria: &Criteria, setting: &Setting<'_>) -> Plan {
    let steps: Vec<PlannedStep> = kinds(criteria).into_iter().map(|kind| step(kind, criteria, setting)).collect();
    let quotes = quote::quotes(criteria, &steps, setting);
    let credits = sum(quotes.iter().map(|quote| quote.credits));
    let tokens_cap = criteria.launch.then(|| quote::tokens_cap(criteria));
    Plan {
        version: setting.version,
        criteria: criteria.clone(),
        credits,
        credits_cap: quote::share(quote::most_credits(criteria, setting).max(credits.max), CAP_PERCENT)
            .min(setting.estimates.credits_max),
        model_cost_micro_usd: quote::model_cost(criteria, setting.estimates.price),
        campaign: words::campaign(criteria),
        playbook: setting.playbook.clone(),
        profile: setting.profile.clone(),
        sequence: setting.sequence.clone(),
        estimate_basis: basis(&steps, setting.history),
        quote_basis: quote::basis(setting),
        quotes,
        tokens_cap,
        undo: None,
        steps,
    }
}

/// A list needs no campaign, and names alone need no enrichment.
fn kinds(criteria: &Criteria) -> Vec<StepKind> {
    let mut kinds = vec![StepKind::Discover, StepKind::Prefilter];
    if criteria.enrich || criteria.launch {
        kinds.extend([StepKind::Enrich, StepKind::Validate, StepKind::Crm]);
    }
    if criteria.launch {
        kinds.extend([StepKind::Preview, StepKind::Launch]);
    }
    kinds
}

fn step(kind: StepKind, criteria: &Criteria, setting: &Setting<'_>) -> PlannedStep {
    let count = i64::from(criteria.count);
    let credits =
        if kind == StepKind::Enrich { sum(quote::credits(count, setting).into_values()) } else { Range::default() };
    PlannedStep {
        kind,
        seconds: pace::seconds(kind, count, lanes(kind, setting.estimates), setting.history),
        credits,
        stops: match kind {
            StepKind::Validate if criteria.launch => Some((GateKind::Compliance, false)),
            StepKind::Preview => Some((GateKind::Launch, true)),
            _ => None,
        },
    }
}

/// What a step calls, in the order in which it does.
pub fn lanes(kind: StepKind, estimates: &Estimates) -> &[Lane] {
    match kind {
        StepKind::Discover => &estimates.discover,
        StepKind::Enrich => &estimates.enrich,
        StepKind::Validate => &estimates.validate,
        StepKind::Crm => &estimates.crm,
        StepKind::Preview => &estimates.draft,
        StepKind::Launch => &estimates.launch,
        StepKind::Prefilter | StepKind::Compare | StepKind::Revert => &[],
    }
}

fn sum(ranges: impl Iterator<Item = Range>) -> Range {
    ranges.fold(Range::default(), |sum, one| Range { min: sum.min + one.min, max: sum.max + one.max })
}

fn basis(steps: &[PlannedStep], history: &History) -> String {
    let runs = |step: &PlannedStep| history.get(&step.kind).map_or(0, |past| pace::usable(past));
    match steps.iter().map(runs).min().unwrap_or_default() {
        few if few < HISTORY_MIN => "vendor limits".to_owned(),
        many => format!("{many} earlier runs"),
    }
}

#[cfg(test)]
#[path = "bulk/tests.rs"]
mod tests;
