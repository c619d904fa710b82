//! Matching and enrichment, one or fifty at a time, paid by the record found.
use serde_json::Value;
use serde_json::json;

use crate::sandbox::core::Core;
use crate::sandbox::explorium::context;
use crate::sandbox::explorium::invalid;
use crate::sandbox::explorium::pay;
use crate::sandbox::explorium::records;
use crate::sandbox::http::Reply;
use crate::sandbox::http::text;
use crate::sandbox::http::texts;
use crate::sandbox::world::World;
use crate::sandbox::world::company_flag;
use crate::sandbox::world::flag;
use crate::sandbox::world::ids::Kind;

const BATCH_MAX: usize = 50;
const MAIL_CREDITS: u64 = 2;
const PHONE_CREDITS: u64 = 5;

fn inputs(body: &Value, key: &str) -> Result<Vec<Value>, Reply> {
    let Some(list) = body[key].as_array() else {
        return Err(invalid(&["body", key], "Field required", "missing"));
    };
    if list.is_empty() {
        return Err(invalid(&["body", key], "List should have at least 1 item after validation, not 0", "too_short"));
    }
    if list.len() > BATCH_MAX {
        let m = format!("List should have at most 50 items after validation, not {}", list.len());
        return Err(invalid(&["body", key], &m, "too_long"));
    }
    Ok(list.clone())
}

pub fn match_businesses(core: &mut Core, body: &Value) -> Reply {
    let list = match inputs(body, "businesses_to_match") {
        Ok(list) => list,
        Err(no) => return no,
    };
    let w = core.world.clone();
    let matched: Vec<Value> = list
        .iter()
        .map(|input| {
            let by = |key: &str| text(input, key).and_then(|d| w.company_by_domain(d));
            let found = by("domain")
                .or_else(|| by("url"))
                .or_else(|| text(input, "name").and_then(|n| w.company_by_name(n)))
                .filter(|i| w.company(*i).flags & company_flag::EXPLORIUM != 0);
            json!({"input": input, "business_id": found.map(|i| w.id(Kind::ExploriumCompany, i))})
        })
        .collect();
    let total = matched.iter().filter(|m| !m["business_id"].is_null()).count();
    let out = json!({"response_context": context(core), "total_results": list.len(), "total_matches": total, "matched_businesses": matched});
    Reply::json(200, &out)
}

fn find_prospect(w: &World, input: &Value) -> Option<u32> {
    let found = text(input, "email")
        .and_then(|m| w.person_by_mail(m))
        .or_else(|| text(input, "linkedin").and_then(|u| w.person_by_profile(u)))
        .or_else(|| {
            let name = text(input, "full_name")?;
            let company = text(input, "business_id")
                .and_then(|id| w.index_of(Kind::ExploriumCompany, id))
                .or_else(|| text(input, "company_name").and_then(|n| w.company_by_name(n)))?;
            w.person_by_name(company, name)
        })?;
    w.has(found, flag::EXPLORIUM).then_some(found)
}

pub fn match_prospects(core: &mut Core, body: &Value) -> Reply {
    let list = match inputs(body, "prospects_to_match") {
        Ok(list) => list,
        Err(no) => return no,
    };
    let w = core.world.clone();
    let matched: Vec<Value> = list
        .iter()
        .map(|input| json!({"input": input, "prospect_id": find_prospect(&w, input).map(|i| w.id(Kind::ExploriumPerson, i))}))
        .collect();
    let total = matched.iter().filter(|m| !m["prospect_id"].is_null()).count();
    let out = json!({"response_context": context(core), "total_results": list.len(), "total_matches": total, "matched_prospects": matched});
    Reply::json(200, &out)
}

/// The ids of a single or a bulk request.
fn ids(body: &Value, one: &str, many: &str, bulk: bool) -> Result<Vec<String>, Reply> {
    if bulk {
        inputs(body, many)?;
        return Ok(texts(body, many));
    }
    match text(body, one) {
        Some(id) => Ok(vec![id.to_owned()]),
        None => Err(invalid(&["body", one], "Field required", "missing")),
    }
}

fn answer(core: &mut Core, key: &str, found: Vec<(String, Value)>, asked: usize, bulk: bool) -> Reply {
    let context = context(core);
    if bulk {
        let data: Vec<Value> = found.into_iter().map(|(id, d)| json!({key: id, "data": d})).collect();
        return Reply::json(
            200,
            &json!({"response_context": context, "data": data, "total_results": data.len(), "entity_id": null}),
        );
    }
    let Some((id, data)) = found.into_iter().next() else {
        let mut context = context;
        context["request_status"] = json!("miss");
        tracing::debug!(asked, "explorium found nothing to enrich");
        return Reply::json(200, &json!({"response_context": context, "data": null, "entity_id": null}));
    };
    Reply::json(200, &json!({"response_context": context, "data": data, "entity_id": id}))
}

pub fn business(core: &mut Core, what: &str, body: &Value, bulk: bool) -> Reply {
    let known = ["firmographics", "technographics", "funding_and_acquisition", "workforce_trends", "bombora_intent"];
    if !known.contains(&what) {
        return Reply::json(404, &json!({"detail": "Not Found"}));
    }
    let ids = match ids(body, "business_id", "business_ids", bulk) {
        Ok(ids) => ids,
        Err(no) => return no,
    };
    let mut found = Vec::new();
    for id in &ids {
        let Some(i) = core.world.index_of(Kind::ExploriumCompany, id) else {
            continue;
        };
        let data = match what {
            "firmographics" => Some(records::firmographics(core, i)),
            "technographics" => Some(records::technographics(core, i)),
            "funding_and_acquisition" => records::funding(core, i),
            "workforce_trends" => Some(records::trends(core, i)),
            _ => {
                let topics = texts(&body["parameters"], "topics");
                let least = body["parameters"]["min_score"].as_u64().unwrap_or(60);
                Some(records::intent(core, i, &topics, least))
            }
        };
        let Some(data) = data else {
            continue;
        };
        if let Err(no) = pay(core, &format!("{id} {what}"), 1) {
            return no.done_if(!found.is_empty());
        }
        found.push((id.clone(), data));
    }
    let paid = !found.is_empty();
    answer(core, "business_id", found, ids.len(), bulk).done_if(paid)
}

pub fn prospect(core: &mut Core, what: &str, body: &Value, bulk: bool) -> Reply {
    if !matches!(what, "contacts_information" | "profiles") {
        return Reply::json(404, &json!({"detail": "Not Found"}));
    }
    let ids = match ids(body, "prospect_id", "prospect_ids", bulk) {
        Ok(ids) => ids,
        Err(no) => return no,
    };
    let kinds = texts(&body["parameters"], "contact_types");
    if let Some(odd) = kinds.iter().find(|k| !matches!(k.as_str(), "email" | "phone")) {
        return invalid(
            &["body", "parameters", "contact_types"],
            &format!("Input should be 'email' or 'phone', not {odd}"),
            "enum",
        );
    }
    let wants = |kind: &str| kinds.is_empty() || kinds.iter().any(|k| k == kind);
    let (mail, phone) = (wants("email"), wants("phone"));
    let mut found = Vec::new();
    for id in &ids {
        let Some(i) = core.world.index_of(Kind::ExploriumPerson, id) else {
            continue;
        };
        let (data, credits) = if what == "profiles" {
            (records::profile(core, i), 1)
        } else {
            match records::contact(core, i, mail, phone) {
                Some((data, has_phone)) => (data, if has_phone { PHONE_CREDITS } else { MAIL_CREDITS }),
                None => continue,
            }
        };
        if let Err(no) = pay(core, &format!("{id} {what}"), credits) {
            return no.done_if(!found.is_empty());
        }
        found.push((id.clone(), data));
    }
    let paid = !found.is_empty();
    answer(core, "prospect_id", found, ids.len(), bulk).done_if(paid)
}
