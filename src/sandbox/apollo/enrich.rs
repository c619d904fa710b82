//! Apollo's enrichment: one or ten people or companies, paid by the record found.
use serde_json::Value;
use serde_json::json;

use crate::sandbox::apollo::pay;
use crate::sandbox::apollo::records;
use crate::sandbox::core::Core;
use crate::sandbox::http::Reply;
use crate::sandbox::http::Req;
use crate::sandbox::http::text;
use crate::sandbox::world::World;
use crate::sandbox::world::company_flag;
use crate::sandbox::world::flag;
use crate::sandbox::world::ids::Kind;

const BATCH_MAX: usize = 10;

fn find(w: &World, get: &dyn Fn(&str) -> Option<String>) -> Option<u32> {
    let by_id = get("id").and_then(|id| w.index_of(Kind::ApolloPerson, &id));
    let found = by_id
        .or_else(|| get("email").and_then(|m| w.person_by_mail(&m)))
        .or_else(|| get("linkedin_url").and_then(|u| w.person_by_profile(&u)))
        .or_else(|| {
            let name = get("name").or_else(|| Some(format!("{} {}", get("first_name")?, get("last_name")?)))?;
            let company = get("domain")
                .and_then(|d| w.company_by_domain(&d))
                .or_else(|| get("organization_name").and_then(|n| w.company_by_name(&n)))?;
            w.person_by_name(company, &name)
        })?;
    w.has(found, flag::APOLLO).then_some(found)
}

fn wrong(status: u16, code: &str, message: &str) -> Reply {
    Reply::json(status, &json!({"status": "failed", "error_code": code, "error_message": message}))
}

pub fn person(core: &mut Core, req: &Req) -> Reply {
    if req.flag("reveal_phone_number") && req.query("webhook_url").is_none() {
        return Reply::json(
            400,
            &json!({"error": "Please add a valid 'webhook_url' parameter when using 'reveal_phone_number'"}),
        );
    }
    let body = req.json().unwrap_or_default();
    let get = |key: &str| req.query(key).or_else(|| text(&body, key)).map(str::to_owned);
    let found = find(&core.world, &get);
    let shown = match found {
        None => Value::Null,
        Some(i) => {
            let id = core.world.id(Kind::ApolloPerson, i);
            if let Err(no) = pay(core, &id, 1) {
                return no;
            }
            records::person(core, i)
        }
    };
    core.apollo.requests += 1;
    let request_id = 7_000_000_000_u64 + core.apollo.requests;
    Reply::json(200, &json!({"person": shown, "request_id": request_id})).done_if(found.is_some())
}

pub fn people(core: &mut Core, req: &Req) -> Reply {
    if req.flag("reveal_phone_number") && req.query("webhook_url").is_none() {
        return wrong(
            400,
            "WEBHOOK_URL_MISSING",
            "Please add a valid 'webhook_url' parameter when using 'reveal_phone_number'",
        );
    }
    let details = req.json().and_then(|b| b["details"].as_array().cloned());
    let Some(details) = details else {
        return wrong(400, "INVALID_REQUEST", "details must be an array");
    };
    if details.len() > BATCH_MAX {
        return wrong(422, "TOO_MANY_DETAILS", "You can enrich at most 10 people in a single request");
    }
    let mut matches = Vec::new();
    let mut credits = 0;
    let mut seen = Vec::new();
    for d in &details {
        let get = |key: &str| text(d, key).map(str::to_owned);
        let Some(i) = find(&core.world, &get) else {
            matches.push(Value::Null);
            continue;
        };
        if !seen.contains(&i) {
            let id = core.world.id(Kind::ApolloPerson, i);
            if let Err(no) = pay(core, &id, 1) {
                return no.done_if(credits > 0);
            }
            credits += 1;
            seen.push(i);
        }
        matches.push(records::person(core, i));
    }
    core.apollo.requests += 1;
    let missing = matches.iter().filter(|m| m.is_null()).count();
    let out = json!({
        "status": "success", "error_code": null, "error_message": null,
        "total_requested_enrichments": details.len(), "unique_enriched_records": seen.len(),
        "missing_records": missing, "credits_consumed": credits, "matches": matches,
        "request_id": 7_000_000_000_u64 + core.apollo.requests,
    });
    Reply::json(200, &out).done()
}

fn find_company(w: &World, get: &dyn Fn(&str) -> Option<String>) -> Option<u32> {
    let found = get("domain")
        .or_else(|| get("website"))
        .and_then(|d| w.company_by_domain(&d))
        .or_else(|| get("name").and_then(|n| w.company_by_name(&n)))?;
    (w.company(found).flags & company_flag::APOLLO != 0).then_some(found)
}

pub fn company(core: &mut Core, req: &Req) -> Reply {
    let get = |key: &str| req.query(key).map(str::to_owned);
    if ["domain", "website", "name", "linkedin_url"].iter().all(|k| req.query(k).is_none()) {
        return Reply::json(422, &json!({"error": "Please provide a domain, website, name or linkedin_url"}));
    }
    let Some(i) = find_company(&core.world, &get) else {
        return Reply::json(200, &json!({"organization": null}));
    };
    let id = core.world.id(Kind::ApolloCompany, i);
    if let Err(no) = pay(core, &id, 1) {
        return no;
    }
    Reply::json(200, &json!({"organization": records::company(core, i)})).done()
}

pub fn companies(core: &mut Core, req: &Req) -> Reply {
    let body = req.json().unwrap_or_default();
    let mut wanted: Vec<Value> = req.query_all("domains[]").iter().map(|d| json!({"domain": d})).collect();
    wanted.extend(body["details"].as_array().cloned().unwrap_or_default());
    let domains = body["domains"].as_array().cloned().unwrap_or_default();
    wanted.extend(domains.into_iter().map(|d| json!({"domain": d})));
    if wanted.is_empty() || wanted.len() > BATCH_MAX {
        return wrong(422, "INVALID_REQUEST", "You can enrich 1 to 10 organizations in a single request");
    }
    let mut found = Vec::new();
    for d in &wanted {
        let get = |key: &str| text(d, key).map(str::to_owned);
        let Some(i) = find_company(&core.world, &get) else {
            continue;
        };
        if found.contains(&i) {
            continue;
        }
        let id = core.world.id(Kind::ApolloCompany, i);
        if let Err(no) = pay(core, &id, 1) {
            return no.done_if(!found.is_empty());
        }
        found.push(i);
    }
    let shown: Vec<Value> = found.iter().map(|i| records::company(core, *i)).collect();
    let out = json!({
        "status": "success", "error_code": null, "error_message": null,
        "total_requested_records": wanted.len(), "total_requested_domains": wanted.len(),
        "unique_domains": wanted.len(), "unique_records": wanted.len(), "unique_enriched_records": found.len(),
        "missing_records": wanted.len() - found.len(), "organizations": shown,
    });
    Reply::json(200, &out).done()
}
