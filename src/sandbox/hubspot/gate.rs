//! HubSpot's door: the bearer key, the burst window, the separate bucket of search, the rate headers.
use serde_json::json;

use crate::sandbox::core::Core;
use crate::sandbox::core::Keys;
use crate::sandbox::http::Reply;
use crate::sandbox::http::Req;
use crate::sandbox::limits::Verdict;
use crate::sandbox::world::DAY_MS;

pub const BURST: usize = 190;
pub const BURST_MS: i64 = 10_000;
pub const SEARCHES: usize = 5;
const DAILY: usize = 650_000;

pub fn refuse(core: &mut Core, req: &Req, keys: &Keys, now: i64) -> Option<Reply> {
    let wanted = format!("Bearer {}", crate::sandbox::HUBSPOT_TOKEN);
    if keys.authorization.as_deref() != Some(wanted.as_str()) {
        let message = if keys.authorization.is_some() {
            "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview"
        } else {
            "Any of the listed authentication credentials are missing"
        };
        let b = json!({"status": "error", "message": message, "correlationId": core.next_correlation(), "category": "INVALID_AUTHENTICATION"});
        return Some(Reply::json(401, &b));
    }
    let today = now.div_euclid(DAY_MS);
    if core.hubspot.today.0 != today {
        core.hubspot.today = (today, 0);
    }
    core.hubspot.today.1 += 1;
    if is_search(req) {
        return match core.hubspot.searches.take(now) {
            Verdict::Free { .. } => None,
            Verdict::Wait { .. } => Some(too_many(core, "secondly", "SECONDLY")),
        };
    }
    match core.hubspot.burst.take(now) {
        Verdict::Free { left } => {
            core.hubspot.left = left;
            None
        }
        Verdict::Wait { .. } => {
            core.hubspot.left = 0;
            let mut no = too_many(core, "ten_secondly_rolling", "TEN_SECONDLY_ROLLING");
            headers(core, req, &mut no);
            Some(no)
        }
    }
}

fn too_many(core: &mut Core, window: &str, policy: &str) -> Reply {
    let b = json!({
        "status": "error",
        "message": format!("You have reached your {window} limit."),
        "errorType": "RATE_LIMIT",
        "correlationId": core.next_correlation(),
        "policyName": policy,
        "groupName": "publicapi:private-apps-api-calls:sandbox",
    });
    Reply::json(429, &b)
}

/// Searches carry no rate headers, as HubSpot's do not.
pub fn headers(core: &Core, req: &Req, reply: &mut Reply) {
    if is_search(req) {
        return;
    }
    let left_today = DAILY.saturating_sub(core.hubspot.today.1);
    reply.headers.extend([
        ("X-HubSpot-RateLimit-Max", BURST.to_string()),
        ("X-HubSpot-RateLimit-Remaining", core.hubspot.left.to_string()),
        ("X-HubSpot-RateLimit-Interval-Milliseconds", BURST_MS.to_string()),
        ("X-HubSpot-RateLimit-Daily", DAILY.to_string()),
        ("X-HubSpot-RateLimit-Daily-Remaining", left_today.to_string()),
    ]);
}

fn is_search(req: &Req) -> bool {
    req.method == "POST" && req.path.starts_with("/crm/objects/") && req.path.ends_with("/search")
}
