//! lemlist: campaigns that wait for review, steps, leads, the list of the unsubscribed, activities.
pub mod client;
pub mod map;
pub mod setup;
pub mod wire;

use serde_json::Value;

use crate::connectors::http::fault::Hint;
use crate::domain::time::SECOND;
use crate::ports::limiter::RateClass;

pub const VENDOR: &str = "lemlist";
pub const BASE_URL: &str = "https://api.lemlist.com/api";

/// One budget per key. `enrol` takes 2 calls, `find_lead` up to 2, `running_elsewhere` 1 and 1 per address, its lists 1 per campaign,
/// `create_campaign` and `update_sequence` about 6 and 1 per touch.
pub fn limits() -> &'static [RateClass] {
    &[RateClass { key: "lemlist", calls: 20, per_ms: 2 * SECOND, burst: 1 }]
}

/// The window is two seconds, whatever else is missing.
pub fn hints(status: u16, _body: &Value) -> Option<Hint> {
    (status == 429).then_some(Hint::Wait { ms: 2 * SECOND })
}

/// What must be known at once: these stop or start something.
pub const HOOK_KINDS: &[&str] = &["emailsReplied", "emailsBounced", "emailsUnsubscribed"];
