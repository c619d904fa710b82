//! Apollo: people and company search, enrichment, job postings, news, credits.
mod enrich;
pub mod gate;
mod records;
mod search;

#[cfg(test)]
mod tests;

use serde_json::json;

use crate::sandbox::core::Core;
use crate::sandbox::http::Reply;
use crate::sandbox::http::Req;
use crate::sandbox::http::iso;
use crate::sandbox::limits::Windows;
use crate::sandbox::world::ids::Kind;

/// Credits of the plan.
const CREDITS: u64 = 12_000;

#[derive(Default)]
pub struct State {
    used: u64,
    requests: u64,
    windows: Windows,
    usage: Vec<usize>,
}

pub fn handle(core: &mut Core, req: &Req, now: i64) -> Reply {
    let parts = req.parts();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let ["api", "v1", rest @ ..] = parts.as_slice() else {
        return no_route();
    };
    match (req.method.as_str(), rest) {
        ("POST", ["mixed_people", "api_search"]) => search::people(core, req),
        ("POST", ["mixed_companies", "search"]) => search::companies(core, req),
        ("POST", ["people", "match"]) => enrich::person(core, req),
        ("POST", ["people", "bulk_match"]) => enrich::people(core, req),
        ("GET", ["organizations", "enrich"]) => enrich::company(core, req),
        ("POST", ["organizations", "bulk_enrich"]) => enrich::companies(core, req),
        ("GET", ["organizations", id, "job_postings"]) => jobs(core, id, req),
        ("POST", ["news_articles", "search"]) => news(core, req),
        ("GET", ["users", "api_profile"]) => profile(core),
        ("POST", ["usage_stats", "api_usage_stats"]) => Reply::json(
            200,
            &json!({"[\"api/v1/mixed_people\", \"api_search\"]": {"minute": {"limit": 200}, "hour": {"limit": 6000}, "day": {"limit": 50000}}}),
        ),
        ("POST", ["usage_stats", "credit_usage_stats"]) => Reply::json(
            200,
            &json!({"credit_usage_stats": {"used": core.apollo.used, "remaining": CREDITS.saturating_sub(core.apollo.used)}, "current_credit_cycle": {"start_date": iso(now), "end_date": iso(now)}}),
        ),
        _ => no_route(),
    }
}

fn no_route() -> Reply {
    Reply::json(404, &json!({"error": "Not Found"}))
}

/// Takes credits for something named; refuses when there are none left.
fn pay(core: &mut Core, id: &str, credits: u64) -> Result<(), Reply> {
    if core.apollo.used + credits > CREDITS {
        let e = json!({"error": "You have insufficient credits to perform this request. Please upgrade your plan.", "error_code": "INSUFFICIENT_CREDITS"});
        return Err(Reply::json(422, &e));
    }
    core.apollo.used += credits;
    core.ledger.charge("apollo", id, credits);
    Ok(())
}

fn jobs(core: &mut Core, id: &str, req: &Req) -> Reply {
    let Some(i) = core.world.index_of(Kind::ApolloCompany, id) else {
        return Reply::json(422, &json!({"error": "Organization not found"}));
    };
    if let Err(no) = pay(core, id, 1) {
        return no;
    }
    let page = req.number("page").unwrap_or(1).max(1) as usize;
    let per_page = req.number("per_page").unwrap_or(25).clamp(1, 100) as usize;
    let list: Vec<_> = core
        .world
        .jobs(i)
        .iter()
        .skip((page - 1) * per_page)
        .take(per_page)
        .map(|j| records::job(core, i, j))
        .collect();
    Reply::json(200, &json!({"organization_job_postings": list})).done()
}

fn news(core: &mut Core, req: &Req) -> Reply {
    let ids = req.query_all("organization_ids[]");
    if ids.is_empty() {
        return Reply::json(422, &json!({"error": "organization_ids is required"}));
    }
    let since = req.query("published_at[min]").and_then(crate::sandbox::http::parse_time).unwrap_or(i64::MIN);
    let wanted = req.query_all("categories[]");
    let mut list = Vec::new();
    for id in &ids {
        if let Some(i) = core.world.index_of(Kind::ApolloCompany, id) {
            let all = core.world.happenings(i);
            let fits = all.iter().filter(|h| h.at_ms >= since && records::news_fits(h.kind, &wanted));
            list.extend(fits.map(|h| records::news(core, i, h)));
        }
    }
    if let Err(no) = pay(core, "news", 1) {
        return no;
    }
    let total = list.len();
    let page = req.number("page").unwrap_or(1).max(1) as usize;
    let per_page = req.number("per_page").unwrap_or(25).clamp(1, 100) as usize;
    let shown: Vec<_> = list.into_iter().skip((page - 1) * per_page).take(per_page).collect();
    let pagination =
        json!({"page": page, "per_page": per_page, "total_entries": total, "total_pages": total.div_ceil(per_page)});
    Reply::json(200, &json!({"news_articles": shown, "pagination": pagination})).done()
}

fn profile(core: &mut Core) -> Reply {
    let used = core.apollo.used;
    let left = CREDITS.saturating_sub(used);
    Reply::json(
        200,
        &json!({
            "id": "66aa00000000000000000001", "team_id": "66aa00000000000000000002", "first_name": "Ava",
            "last_name": "Lindqvist", "title": "Account Executive", "email": "ava@quarterdeck.example",
            "num_credits_remaining": left, "effective_num_lead_credits": CREDITS, "num_lead_credits_used": used,
            "effective_num_direct_dial_credits": 500, "num_direct_dial_credits_used": 0,
            "effective_num_export_credits": CREDITS, "num_export_credits_used": 0, "effective_num_ai_credits": 0,
            "num_ai_credits_used": 0, "effective_num_power_up_credits": 0, "num_power_up_credits_used": 0,
            "total_unified_credits_used": used,
        }),
    )
}
