//! HubSpot: contacts, companies, their association, activities and opt-outs, on the dated API of 2026-09.
pub mod client;
pub mod map;
pub mod plan;
pub mod records;
pub mod wire;

use serde_json::Value;

use crate::connectors::http::fault::Hint;
use crate::domain::time::HOUR;
use crate::domain::time::SECOND;
use crate::ports::limiter::RateClass;

pub const VENDOR: &str = "hubspot";
pub const BASE_URL: &str = "https://api.hubapi.com";

/// Published budgets: Professional, and search by itself. One call of the port may take several of them:
/// `standing` of companies up to 2 (1 of them search), `upsert_companies` up to 2, `links` 1 per kind and 1,000 records,
/// the others 1 per 100 records.
pub fn limits() -> &'static [RateClass] {
    &[
        RateClass { key: "hubspot", calls: 190, per_ms: 10 * SECOND, burst: 1 },
        RateClass { key: "hubspot:search", calls: 4, per_ms: SECOND, burst: 1 },
    ]
}

/// HubSpot promises no `Retry-After`; the policy in the body says which window is full.
pub fn hints(status: u16, body: &Value) -> Option<Hint> {
    match (status, body.get("policyName").and_then(Value::as_str)) {
        (429, Some("SECONDLY")) => Some(Hint::Wait { ms: SECOND }),
        (429, Some("DAILY")) => Some(Hint::Wait { ms: HOUR }),
        (423, _) => Some(Hint::Wait { ms: 2 * SECOND }),
        _ => None,
    }
}

/// Search has a budget of its own.
pub fn rate(endpoint: &'static str) -> &'static str {
    if endpoint.ends_with("/search") { "hubspot:search" } else { VENDOR }
}
