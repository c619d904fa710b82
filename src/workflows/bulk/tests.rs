//! Plans of the bulk workflow.
use proptest::prelude::*;

use super::*;
use crate::workflows::pace::Pace;

fn estimates() -> Estimates {
    let lane = |vendor, batch, calls, per_ms| Lane::new(vendor, batch, Pace { calls, per_ms });
    let source = |vendor: &str, credits_each| Source { vendor: vendor.into(), credits_each, company_credits_each: 0 };
    Estimates {
        discover: vec![lane("explorium", 100, 200, 60_000)],
        enrich: vec![lane("explorium", 50, 200, 60_000), lane("apollo", 10, 200, 60_000)],
        sources: vec![source("explorium", 2), source("apollo", 1)],
        validate: Vec::new(),
        crm: vec![lane("hubspot", 100, 100, 10_000)],
        draft: vec![lane("model", 1, 4, 1_000)],
        launch: vec![lane("lemlist", 1, 20, 2_000)],
        price: Price { prompt_nano_usd: 400, completion_nano_usd: 1_600 },
        credits_max: 100_000,
    }
}

const BULK: [StepKind; 7] = [
    StepKind::Discover,
    StepKind::Prefilter,
    StepKind::Enrich,
    StepKind::Validate,
    StepKind::Crm,
    StepKind::Preview,
    StepKind::Launch,
];

fn made(criteria: &Criteria, history: &History) -> Plan {
    let estimates = estimates();
    let setting = Setting {
        version: 1,
        estimates: &estimates,
        history,
        hits: &Hits::new(),
        playbook: None,
        profile: "fintech-finance".into(),
        sequence: "standard".into(),
    };
    plan(criteria, &setting)
}

fn asked(count: u32, enrich: bool, launch: bool) -> Criteria {
    Criteria { count, titles: vec!["CFO".into()], enrich, launch, ..Criteria::default() }
}

#[test]
fn the_wish_decides_the_steps() {
    let kinds = |enrich, launch| -> Vec<StepKind> {
        made(&asked(10, enrich, launch), &History::new()).steps.iter().map(|step| step.kind).collect()
    };
    assert_eq!(kinds(false, false), [StepKind::Discover, StepKind::Prefilter]);
    assert_eq!(kinds(true, false).last(), Some(&StepKind::Crm));
    assert_eq!(kinds(true, true), BULK);
    assert_eq!(kinds(false, true), BULK, "a mail needs an address, so launch implies enrich");
}

#[test]
fn costs_are_ranges_with_a_cap() {
    let plan = made(&asked(100, true, true), &History::new());
    assert_eq!(plan.credits, Range { min: 120, max: 235 });
    let quoted = |vendor: &str| plan.quotes.iter().find(|quote| quote.vendor == vendor).cloned().unwrap();
    assert_eq!(quoted("explorium").credits, Range { min: 120, max: 200 });
    assert_eq!((quoted("explorium").calls, quoted("apollo").calls), (Range::exact(3), Range::exact(10)));
    assert_eq!(quoted("apollo").credits, Range { min: 0, max: 35 });
    assert_eq!(quoted("model").tokens, Range { min: 25 * 290, max: 150 * 1_080 });
    assert_eq!(plan.tokens_cap, Some(800_000));
    assert_eq!(plan.credits_cap, 271);
    assert_eq!(plan.model_cost_micro_usd, Range { min: 25 * 164, max: 150 * 648 });
    assert_eq!(plan.estimate_basis, "vendor limits");
    let gates: Vec<_> = plan.steps.iter().filter_map(|step| step.stops).collect();
    assert_eq!(gates, [(GateKind::Compliance, false), (GateKind::Launch, true)]);
    let list = made(&asked(100, false, false), &History::new());
    assert_eq!((list.credits, list.credits_cap), (Range::default(), 0));
}

#[test]
fn three_earlier_runs_of_every_step_are_the_basis() {
    let history: History = BULK.iter().map(|kind| (*kind, vec![(60_000, 100); 3])).collect();
    let plan = made(&asked(100, true, true), &history);
    assert_eq!(plan.estimate_basis, "3 earlier runs");
    assert_eq!(plan.steps[2].seconds, Range { min: 45, max: 75 });
}

proptest! {
    #[test]
    fn same_request_same_plan_and_ranges_are_in_order(count in 1u32..=10_000, enrich: bool, launch: bool) {
        let criteria = asked(count, enrich, launch);
        let plan = made(&criteria, &History::new());
        prop_assert_eq!(&plan, &made(&criteria, &History::new()));
        prop_assert!(plan.credits.min <= plan.credits.max && plan.credits.max <= plan.credits_cap);
        prop_assert!(plan.model_cost_micro_usd.min <= plan.model_cost_micro_usd.max);
        prop_assert!(plan.steps.iter().all(|step| step.seconds.min <= step.seconds.max));
        let more = made(&asked(count + 1, enrich, launch), &History::new());
        prop_assert!(more.credits.max >= plan.credits.max);
    }
}

#[test]
fn the_cap_is_never_above_what_the_operator_allows() {
    let tight = Estimates { credits_max: 40, ..estimates() };
    let history = History::default();
    let setting = Setting {
        version: 1,
        estimates: &tight,
        history: &history,
        hits: &Hits::new(),
        playbook: None,
        profile: "p".to_owned(),
        sequence: "s".to_owned(),
    };
    let asked = Criteria { count: 100, enrich: true, ..Criteria::default() };
    let made = plan(&asked, &setting);
    assert_eq!(made.credits_cap, 40);
    assert!(made.credits.max > 40);
}
