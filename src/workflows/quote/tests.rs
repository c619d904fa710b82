//! Quotes from limits and from earlier runs.
use proptest::prelude::*;

use super::*;
use crate::workflows::bulk::Estimates;
use crate::workflows::bulk::Hits;
use crate::workflows::bulk::Source;
use crate::workflows::pace::History;

fn with<T>(hits: &Hits, then: impl FnOnce(&Setting<'_>) -> T) -> T {
    let source = |vendor: &str, credits_each, company_credits_each| Source {
        vendor: vendor.into(),
        credits_each,
        company_credits_each,
    };
    let estimates =
        Estimates { sources: vec![source("explorium", 3, 3), source("apollo", 1, 0)], ..Estimates::default() };
    then(&Setting {
        version: 1,
        estimates: &estimates,
        history: &History::new(),
        hits,
        playbook: None,
        profile: String::new(),
        sequence: String::new(),
    })
}

#[test]
fn three_earlier_runs_say_what_a_lead_costs_and_two_do_not() {
    let two = Hits::from([("explorium".to_owned(), vec![(200, 100), (50, 25)])]);
    with(&two, |setting| {
        assert_eq!(credits(100, setting)["explorium"], Range { min: 270, max: 600 });
        assert_eq!(basis(setting), "batch sizes and usual hit rates");
    });
    let three = Hits::from([
        ("explorium".to_owned(), vec![(200, 100), (60, 25), (40, 20)]),
        ("apollo".to_owned(), vec![(5, 100), (5, 25), (0, 20)]),
    ]);
    with(&three, |setting| {
        let quoted = credits(100, setting);
        assert_eq!(quoted["explorium"], Range { min: 150, max: 300 });
        assert_eq!(quoted["apollo"], Range { min: 0, max: 25 });
        assert_eq!(basis(setting), "batch sizes and hit rates of 3 earlier runs");
    });
}

proptest! {
    #[test]
    fn a_quote_is_in_order_and_never_above_what_leads_can_cost(
        count in 1_i64..10_000,
        past in prop::collection::vec((0_i64..100_000, 1_i64..10_000), 0..6),
    ) {
        let hits = Hits::from([("explorium".to_owned(), past)]);
        with(&hits, |setting| {
            let range = credits(count, setting)["explorium"];
            prop_assert!(range.min <= range.max && range.max <= count * 6);
            Ok(())
        })?;
    }
}
