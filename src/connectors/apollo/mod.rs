//! Apollo: search of people (no address, veiled surname, no credits) and enrichment for credits.
pub mod client;
pub mod enrich;
pub mod map;
pub mod search;
pub mod wire;

use serde_json::Value;

use crate::connectors::http::fault::Hint;
use crate::domain::time::MINUTE;
use crate::ports::limiter::RateClass;

pub const VENDOR: &str = "apollo";
pub const BASE_URL: &str = "https://api.apollo.io/api/v1";

/// Fixed windows per endpoint on a paid plan. A page takes 1 call, an enrichment 1 call per 10 records.
pub fn limits() -> &'static [RateClass] {
    &[
        RateClass { key: "apollo:search", calls: 200, per_ms: MINUTE, burst: 1 },
        RateClass { key: "apollo:enrich", calls: 1_000, per_ms: MINUTE, burst: 5 },
    ]
}

/// "No credits left" comes as a refusal with a code or a sentence; the shortest window is a minute.
pub fn hints(status: u16, body: &Value) -> Option<Hint> {
    let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default().to_lowercase();
    let told = text("error_code").contains("credit") || text("error").contains("insufficient credit");
    match status {
        402 | 403 | 422 if told => Some(Hint::OutOfCredits),
        429 => Some(Hint::Wait { ms: MINUTE }),
        _ => None,
    }
}

/// Budgets are per endpoint; ours are searches and enrichments.
pub fn rate(endpoint: &'static str) -> &'static str {
    if endpoint.contains("search") { "apollo:search" } else { "apollo:enrich" }
}
