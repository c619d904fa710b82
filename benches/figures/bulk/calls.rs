//! The vendors' own count of calls, what they cost in time, and the least that would have done.
use std::collections::BTreeMap;

use serde_json::Value;

/// Budget of the vendors, as they publish it: calls, in milliseconds. Search has one of its own at HubSpot; Apollo counts
/// by endpoint.
const PUBLISHED: &[(&str, f64, f64)] = &[
    ("apollo search", 200.0, 60_000.0),
    ("apollo enrich", 1_000.0, 60_000.0),
    ("explorium", 200.0, 60_000.0),
    ("hubspot", 190.0, 10_000.0),
    ("hubspot search", 5.0, 1_000.0),
    ("lemlist", 20.0, 2_000.0),
];

#[derive(Clone, Default)]
pub struct Ledger {
    /// "vendor METHOD /path" to calls.
    calls: BTreeMap<String, u64>,
    pub refused: u64,
}

pub struct Bound {
    pub seconds: f64,
    pub why: String,
}

/// Units of work by what they were: "enrich people:explorium" to (people, calls that were batches).
pub type Work = BTreeMap<String, u64>;

impl Ledger {
    pub fn read(shown: &Value) -> Self {
        let mut ledger = Self::default();
        for (vendor, book) in shown.as_object().unwrap() {
            for (endpoint, count) in book["calls"].as_object().into_iter().flatten() {
                ledger.calls.insert(format!("{vendor} {endpoint}"), count.as_u64().unwrap());
            }
            ledger.refused += book["refused"]["429"].as_u64().unwrap_or(0);
        }
        ledger
    }

    pub fn since(&self, before: &Self) -> Self {
        let more = |(endpoint, count): (&String, &u64)| {
            (endpoint.clone(), count - before.calls.get(endpoint).copied().unwrap_or(0))
        };
        Self { calls: self.calls.iter().map(more).collect(), refused: self.refused - before.refused }
    }

    /// The largest over the vendors of calls x interval.
    pub fn bound(&self) -> Bound {
        let of = |(budget, calls, per_ms): &(&'static str, f64, f64)| {
            let made: u64 =
                self.calls.iter().filter(|(endpoint, _)| budget_of(endpoint) == Some(budget)).map(|(_, n)| n).sum();
            (made as f64 * per_ms / calls / 1e3, *budget, made)
        };
        let (seconds, budget, made) = PUBLISHED.iter().map(of).max_by(|a, b| a.0.total_cmp(&b.0)).unwrap();
        Bound { seconds, why: format!("{made} calls of {budget}") }
    }

    /// Each endpoint that was called, and the least number of calls for the work that was done there, where batches
    /// decide it.
    pub fn beside_least(&self, work: &Work) -> Vec<(String, u64, Option<u64>)> {
        let rows = self.calls.iter().filter(|(_, calls)| **calls > 0);
        rows.map(|(endpoint, calls)| (endpoint.clone(), *calls, least(endpoint, work))).collect()
    }
}

fn budget_of(endpoint: &str) -> Option<&'static str> {
    let (vendor, path) = endpoint.split_once(' ')?;
    match vendor {
        "apollo" if path.contains("search") => Some("apollo search"),
        "apollo" => Some("apollo enrich"),
        "hubspot" if path.ends_with("/search") => Some("hubspot search"),
        "explorium" => Some("explorium"),
        "hubspot" => Some("hubspot"),
        "lemlist" => Some("lemlist"),
        _ => None,
    }
}

/// What one call of an endpoint takes at most, and which work goes there.
const BATCHES: &[(&str, &str, u64)] = &[
    ("contacts_information/bulk_enrich", "people:explorium", 50),
    ("prospects/profiles/bulk_enrich", "people:explorium", 50),
    ("people/bulk_match", "people:apollo", 10),
    ("businesses/firmographics/bulk_enrich", "companies", 50),
    ("businesses/technographics/bulk_enrich", "companies", 50),
    ("businesses/funding_and_acquisition/bulk_enrich", "companies", 50),
    ("contacts/batch/read", "crm", 100),
    ("contacts/batch/upsert", "contacts", 100),
    ("companies/search", "companies of the CRM", 100),
    ("associate/default", "links", 100),
    ("notes/batch/create", "enrolled", 100),
    ("lemlist POST /campaigns/{id}/leads", "enrolled", 1),
    ("lemlist POST /leads/review/{id}", "enrolled", 1),
    ("model POST", "drafts", 1),
];

fn least(endpoint: &str, work: &Work) -> Option<u64> {
    let (_, what, batch) = BATCHES.iter().find(|(part, ..)| endpoint.contains(part))?;
    work.get(*what).map(|units| units.div_ceil(*batch))
}
