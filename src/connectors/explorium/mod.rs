//! Explorium: companies by firmographics and technology, then their people; contact data for credits.
pub mod client;
pub mod company;
pub mod enrich;
pub mod events;
pub mod map;
pub mod search;
pub mod wire;

use serde_json::Value;

use crate::connectors::http::fault::Hint;
use crate::domain::time::MINUTE;
use crate::domain::time::SECOND;
use crate::ports::limiter::RateClass;

pub const VENDOR: &str = "explorium";
pub const BASE_URL: &str = "https://api.explorium.ai";

/// One sliding minute per key. A page of people takes 2 calls, an enrichment of people up to 3, of companies up to 6.
pub fn limits() -> &'static [RateClass] {
    &[RateClass { key: "explorium", calls: 200, per_ms: MINUTE, burst: 1 }]
}

/// 403 is the vendor's word for "no credits left"; a 429 says in its body how long to wait.
pub fn hints(status: u16, body: &Value) -> Option<Hint> {
    match status {
        403 => Some(Hint::OutOfCredits),
        429 => {
            let seconds = body.get("retry_after").and_then(Value::as_i64).unwrap_or(60);
            Some(Hint::Wait { ms: seconds.clamp(0, 3_600) * SECOND })
        }
        _ => None,
    }
}
