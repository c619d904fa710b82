//! Explorium: businesses and prospects, matching, enrichment, events, credits.
mod enrich;
mod fetch;
mod filters;
pub mod gate;
mod records;

#[cfg(test)]
mod tests;

use serde_json::Value;
use serde_json::json;

use crate::sandbox::core::Core;
use crate::sandbox::http::Reply;
use crate::sandbox::http::Req;
use crate::sandbox::limits::Sliding;

/// Credits of the plan.
const CREDITS: u64 = 20_000;

pub struct State {
    used: u64,
    window: Sliding,
    left: usize,
}

impl Default for State {
    fn default() -> Self {
        Self { used: 0, window: Sliding::new(gate::MOST, gate::WINDOW_MS), left: gate::MOST }
    }
}

pub fn handle(core: &mut Core, req: &Req, now: i64) -> Reply {
    let parts = req.parts();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let ["v1", rest @ ..] = parts.as_slice() else {
        return no_route();
    };
    if req.method == "GET" {
        return match rest {
            ["credits"] => {
                let left = CREDITS.saturating_sub(core.explorium.used);
                let out =
                    json!({"response_context": context(core), "allocated_credits": CREDITS, "remaining_credits": left});
                Reply::json(200, &out)
            }
            ["businesses" | "prospects", "autocomplete"] => fetch::autocomplete(req),
            _ => no_route(),
        };
    }
    let Some(body) = req.json() else {
        return invalid(&["body"], "JSON decode error", "json_invalid");
    };
    match rest {
        ["businesses"] => fetch::businesses(core, &body),
        ["businesses", "stats"] => fetch::business_stats(core, &body),
        ["businesses", "match"] => enrich::match_businesses(core, &body),
        ["businesses", "events"] => fetch::events(core, &body),
        ["businesses", what, "enrich"] => enrich::business(core, what, &body, false),
        ["businesses", what, "bulk_enrich"] => enrich::business(core, what, &body, true),
        ["prospects"] => fetch::prospects(core, &body),
        ["prospects", "stats"] => fetch::prospect_stats(core, &body),
        ["prospects", "match"] => enrich::match_prospects(core, &body),
        ["prospects", what, "enrich"] => enrich::prospect(core, what, &body, false),
        ["prospects", what, "bulk_enrich"] => enrich::prospect(core, what, &body, true),
        _ => {
            tracing::debug!(now, "explorium was asked for something it does not have");
            no_route()
        }
    }
}

fn no_route() -> Reply {
    Reply::json(404, &json!({"detail": "Not Found"}))
}

pub fn invalid(at: &[&str], message: &str, kind: &str) -> Reply {
    Reply::json(422, &json!({"detail": [{"loc": at, "msg": message, "type": kind}]}))
}

pub fn context(core: &mut Core) -> Value {
    json!({"correlation_id": core.next_correlation(), "request_status": "success", "time_took_in_seconds": 0.031})
}

/// Takes credits for an id; out of credits is a 403.
pub fn pay(core: &mut Core, id: &str, credits: u64) -> Result<(), Reply> {
    if core.explorium.used + credits > CREDITS {
        let e =
            json!({"details": "Not enough credits to complete the request", "correlation_id": core.next_correlation()});
        return Err(Reply::json(403, &e));
    }
    core.explorium.used += credits;
    core.ledger.charge("explorium", id, credits);
    Ok(())
}
