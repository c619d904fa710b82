//! Apollo's door: the key header, and fixed windows for each endpoint.
use serde_json::json;

use crate::sandbox::core::Core;
use crate::sandbox::core::Keys;
use crate::sandbox::http::Reply;
use crate::sandbox::http::Req;
use crate::sandbox::ledger::endpoint;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 86_400_000;
const NAMES: [(&str, &str, &str); 3] = [
    ("x-rate-limit-minute", "x-minute-usage", "x-minute-requests-left"),
    ("x-rate-limit-hourly", "x-hourly-usage", "x-hourly-requests-left"),
    ("x-rate-limit-24-hour", "x-24-hour-usage", "x-24-hour-requests-left"),
];

/// The windows of an endpoint; `usize::MAX` stands for none.
fn spans(req: &Req) -> [(i64, usize); 3] {
    let (minute, hour, day) = if req.path.ends_with("search") {
        (200, 6_000, 50_000)
    } else if req.path.contains("match") || req.path.contains("enrich") {
        (1_000, usize::MAX, usize::MAX)
    } else {
        (200, 600, 6_000)
    };
    [(MINUTE_MS, minute), (HOUR_MS, hour), (DAY_MS, day)]
}

pub fn refuse(core: &mut Core, req: &Req, keys: &Keys, now: i64) -> Option<Reply> {
    if keys.x_api_key.as_deref() != Some(crate::sandbox::APOLLO_KEY) {
        return Some(Reply::text(401, "Invalid access credentials."));
    }
    match core.apollo.windows.take(&endpoint(req), &spans(req), now) {
        Ok(usage) => {
            core.apollo.usage = usage;
            None
        }
        Err((usage, wait_ms)) => {
            core.apollo.usage = usage;
            let m =
                "The maximum number of api calls allowed for this endpoint has been reached. Please upgrade your plan.";
            let mut no = Reply::json(429, &json!({"message": m})).with("retry-after", (wait_ms + 999) / 1000);
            headers(core, req, &mut no);
            Some(no)
        }
    }
}

pub fn headers(core: &Core, req: &Req, reply: &mut Reply) {
    for (i, (_, most)) in spans(req).iter().enumerate() {
        let used = core.apollo.usage.get(i).copied().unwrap_or(0);
        let unlimited = *most == usize::MAX;
        let shown = |n: usize| if unlimited { String::new() } else { n.to_string() };
        reply.headers.push((NAMES[i].0, shown(*most)));
        reply.headers.push((NAMES[i].1, used.to_string()));
        reply.headers.push((NAMES[i].2, shown(most.saturating_sub(used))));
    }
}
