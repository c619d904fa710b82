//! How many calls each step takes at each vendor, how fast they may go, what a lead can cost: from the vendors' limits and
//! batch sizes, never from the model. Whoever changes how a connector batches changes its line here.
use crate::app::rules::price;
use crate::config::model::Config;
use crate::connectors::apollo;
use crate::connectors::explorium;
use crate::connectors::hubspot;
use crate::connectors::lemlist;
use crate::ports::limiter::RateClass;
use crate::ports::vendors::Vendors;
use crate::run::plan::Range;
use crate::workflows::bulk::Estimates;
use crate::workflows::bulk::Source;
use crate::workflows::pace::Lane;
use crate::workflows::pace::Pace;
use crate::workflows::quote;

pub fn estimates(config: &Config, vendors: &Vendors) -> Estimates {
    let connected = |lane: &Lane| {
        vendors.prospecting.iter().any(|source| source.vendor() == lane.vendor)
            || vendors.enrichment.iter().any(|source| source.vendor() == lane.vendor)
    };
    let only_connected = |lanes: Vec<Lane>| lanes.into_iter().filter(connected).collect();
    let source = |(place, source): (usize, &std::sync::Arc<dyn crate::ports::vendors::Enrichment>)| Source {
        vendor: source.vendor().to_owned(),
        credits_each: source.credits_each(),
        company_credits_each: if place == 0 { source.company_credits_each() } else { 0 },
    };
    Estimates {
        discover: only_connected(discover()),
        enrich: only_connected(enrich()),
        sources: vendors.enrichment.iter().enumerate().map(source).collect(),
        validate: validate(),
        // Companies (read, search, update, upsert), contacts (read, upsert), links; the own property once.
        crm: vec![Lane { each: range(5, 7), percent: range(30, 100), once: range(0, 3), ..hubspot(100) }],
        draft: vec![Lane::new(quote::MODEL, 1, Pace { calls: 20, per_ms: 1_000 })],
        // A campaign with its steps, two calls for a person, one for a hundred notes in the CRM.
        launch: vec![
            Lane { each: range(2, 2), percent: range(10, 100), once: range(8, 30), ..lemlist(1) },
            Lane { percent: range(10, 100), once: range(0, 1), ..hubspot(100) },
        ],
        price: price(config),
        credits_max: config.policy.credits_per_run_max,
    }
}

/// A page may bring nobody new, and the last one is rarely full.
fn discover() -> Vec<Lane> {
    vec![
        Lane { each: range(1, 2), percent: range(50, 400), ..explorium(100) },
        Lane { percent: range(50, 400), ..apollo(100, "apollo:search") },
    ]
}

/// People, then companies; the next source is asked for the gaps.
fn enrich() -> Vec<Lane> {
    vec![
        Lane { each: range(1, 3), percent: range(50, 100), ..explorium(50) },
        Lane { each: range(3, 6), percent: range(20, 100), ..explorium(50) },
        Lane { percent: range(0, 100), ..apollo(10, "apollo:enrich") },
    ]
}

/// Those with an address: known to the CRM, in a running campaign, opted out. Of hundreds the lists are read whole.
fn validate() -> Vec<Lane> {
    vec![
        Lane { percent: range(30, 100), once: range(0, 1), ..hubspot(100) },
        Lane { each: range(1, 2), percent: range(0, 110), once: range(0, 2 + i64::from(u8::MAX) / 10), ..lemlist(1) },
    ]
}

fn range(min: i64, max: i64) -> Range {
    Range { min, max }
}

fn explorium(batch: i64) -> Lane {
    Lane::new(explorium::VENDOR, batch, pace(explorium::limits(), "explorium"))
}

fn apollo(batch: i64, key: &str) -> Lane {
    Lane::new(apollo::VENDOR, batch, pace(apollo::limits(), key))
}

fn hubspot(batch: i64) -> Lane {
    Lane::new(hubspot::VENDOR, batch, pace(hubspot::limits(), "hubspot"))
}

fn lemlist(batch: i64) -> Lane {
    Lane::new(lemlist::VENDOR, batch, pace(lemlist::limits(), "lemlist"))
}

/// What is left of a budget beside its burst.
fn pace(limits: &[RateClass], key: &str) -> Pace {
    let limit = limits.iter().find(|limit| limit.key == key).or_else(|| limits.first());
    limit.map_or(Pace { calls: 1, per_ms: 1_000 }, |limit| Pace {
        calls: i64::from(limit.calls.saturating_sub(limit.burst).max(1)),
        per_ms: limit.per_ms,
    })
}
