//! Workflow 2, ICP bulk: criteria and a count become discover, pre-filter, enrich, validate, CRM, preview, launch.
use crate::domain::criteria::Criteria;
use crate::run::plan::Plan;
use crate::run::plan::PlannedStep;
use crate::run::plan::Range;
use crate::run::state::GateKind;
use crate::run::state::StepKind;
use crate::run::turn::Price;
use crate::run::turn::Usage;
use crate::workflows::pace;
use crate::workflows::pace::HISTORY_MIN;
use crate::workflows::pace::History;
use crate::workflows::pace::Lane;
use crate::workflows::words;

/// So many more are looked for than asked, in percent: filters take some away.
const OVERSOURCE_PERCENT: i64 = 130;
/// Share of leads the pre-filter usually leaves, in percent: the low end of costs.
const KEPT_PERCENT: i64 = 80;
/// Share of leads that the next source is asked for after the first, in percent: the high end.
const GAP_PERCENT: i64 = 35;
/// The hard cap lies this far above the highest estimate, in percent.
const CAP_PERCENT: i64 = 115;
/// Tokens of one drafted mail: instructions and facts in, a short JSON object out.
const DRAFT_USAGE: Usage = Usage { prompt_tokens: 900, completion_tokens: 180 };
/// Companies of a hundred leads at the least: fewer are rarely worth a list.
const COMPANIES_PERCENT: i64 = 50;
/// Some drafts are asked for twice, in percent.
const REDRAFT_PERCENT: i64 = 150;

/// What the vendors let us do, by step, in the order they are asked. Filled from their limits, never by the model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Estimates {
    pub discover: Vec<Lane>,
    pub enrich: Vec<Lane>,
    /// Most credits one lead costs at each enrichment vendor, in the order they are asked.
    pub credits_each: Vec<i64>,
    /// Most credits one company costs at the first of them, which alone is asked for companies.
    pub company_credits_each: i64,
    pub crm: Vec<Lane>,
    pub draft: Vec<Lane>,
    pub launch: Vec<Lane>,
    /// Zero for the sandbox model.
    pub price: Price,
    /// Most credits that one run may spend, as configured.
    pub credits_max: i64,
}

/// What a plan is made with beside the criteria.
#[derive(Clone, Debug)]
pub struct Setting<'a> {
    pub version: i64,
    pub estimates: &'a Estimates,
    pub history: &'a History,
    pub playbook: Option<String>,
    pub profile: String,
    pub sequence: String,
}

/// The same request in the same setting is the same plan.
pub fn plan(criteria: &Criteria, setting: &Setting<'_>) -> Plan {
    let steps: Vec<PlannedStep> = kinds(criteria).into_iter().map(|kind| step(kind, criteria, setting)).collect();
    let credits = steps
        .iter()
        .fold(Range::default(), |sum, step| Range { min: sum.min + step.credits.min, max: sum.max + step.credits.max });
    Plan {
        version: setting.version,
        criteria: criteria.clone(),
        credits,
        credits_cap: share(credits.max, CAP_PERCENT).min(setting.estimates.credits_max),
        model_cost_micro_usd: model_cost(criteria, setting.estimates.price),
        campaign: words::campaign(criteria),
        playbook: setting.playbook.clone(),
        profile: setting.profile.clone(),
        sequence: setting.sequence.clone(),
        estimate_basis: basis(&steps, setting.history),
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
    let sourced = share(count, OVERSOURCE_PERCENT);
    let estimates = setting.estimates;
    let (leads, lanes) = match kind {
        StepKind::Discover => (sourced, estimates.discover.as_slice()),
        StepKind::Prefilter => (sourced, &[][..]),
        StepKind::Enrich => (count, estimates.enrich.as_slice()),
        StepKind::Validate => (count, &[][..]),
        StepKind::Crm => (count, estimates.crm.as_slice()),
        StepKind::Preview => (count, estimates.draft.as_slice()),
        StepKind::Launch => (count, estimates.launch.as_slice()),
    };
    PlannedStep {
        kind,
        seconds: pace::seconds(kind, leads, lanes, setting.history),
        credits: if kind == StepKind::Enrich { credits(count, estimates) } else { Range::default() },
        stops: match kind {
            StepKind::Validate if criteria.launch => Some((GateKind::Compliance, false)),
            StepKind::Preview => Some((GateKind::Launch, true)),
            _ => None,
        },
    }
}

/// From "the filters take some and the first source knows the rest" to "all are bought, and the gaps once more".
fn credits(count: i64, estimates: &Estimates) -> Range {
    let (each, company) = (&estimates.credits_each, estimates.company_credits_each);
    let first = each.first().copied().unwrap_or_default();
    let later: i64 = each.iter().skip(1).sum();
    // At most a company for each lead, and often several leads of one company.
    Range {
        min: share(count, KEPT_PERCENT) * first + share(count, COMPANIES_PERCENT) * company,
        max: count * (first + company) + share(count, GAP_PERCENT) * later,
    }
}

fn model_cost(criteria: &Criteria, price: Price) -> Range {
    if !criteria.launch {
        return Range::default();
    }
    let each = price.of(DRAFT_USAGE);
    let count = i64::from(criteria.count);
    Range { min: share(count, KEPT_PERCENT) * each, max: share(count, REDRAFT_PERCENT) * each }
}

fn basis(steps: &[PlannedStep], history: &History) -> String {
    let runs = |step: &PlannedStep| history.get(&step.kind).map_or(0, |past| pace::usable(past));
    match steps.iter().map(runs).min().unwrap_or_default() {
        few if few < HISTORY_MIN => "vendor limits".to_owned(),
        many => format!("{many} earlier runs"),
    }
}

/// Rounded up.
fn share(count: i64, percent: i64) -> i64 {
    (count * percent + 99) / 100
}

#[cfg(test)]
#[path = "bulk/tests.rs"]
mod tests;
