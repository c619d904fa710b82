//! Lists: businesses, prospects, how many there are, events, autocomplete.
use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::json;

use crate::sandbox::core::Core;
use crate::sandbox::explorium::context;
use crate::sandbox::explorium::filters;
use crate::sandbox::explorium::filters::Prospects;
use crate::sandbox::explorium::invalid;
use crate::sandbox::explorium::records;
use crate::sandbox::http::Reply;
use crate::sandbox::http::Req;
use crate::sandbox::http::iso;
use crate::sandbox::http::parse_time;
use crate::sandbox::http::texts;
use crate::sandbox::world::company::revenue_band;
use crate::sandbox::world::company::size_band;
use crate::sandbox::world::ids::Kind;
use crate::sandbox::world::places::COUNTRIES;
use crate::sandbox::world::titles::TITLES;
use crate::sandbox::world::trades::INDUSTRIES;

const PAGE_MAX: u64 = 500;
const SIZE_MAX: u64 = 60_000;
const EXCLUDE_MAX: usize = 1_000;
const EVENT_IDS_MAX: usize = 40;

struct Window {
    page: usize,
    page_size: usize,
    size: usize,
}

fn window(body: &Value) -> Result<Window, Reply> {
    for key in ["mode", "size", "page_size", "filters"] {
        if body.get(key).is_none() {
            return Err(invalid(&["body", key], "Field required", "missing"));
        }
    }
    let page_size = body["page_size"].as_u64().unwrap_or(0);
    let size = body["size"].as_u64().unwrap_or(0);
    if !(1..=PAGE_MAX).contains(&page_size) {
        return Err(invalid(&["body", "page_size"], "Input should be less than or equal to 500", "less_than_equal"));
    }
    if !(1..=SIZE_MAX).contains(&size) {
        return Err(invalid(&["body", "size"], "Input should be less than or equal to 60000", "less_than_equal"));
    }
    if !matches!(body["mode"].as_str(), Some("full" | "preview")) {
        return Err(invalid(&["body", "mode"], "Input should be 'full' or 'preview'", "enum"));
    }
    if body["exclude"].as_array().is_some_and(|e| e.len() > EXCLUDE_MAX) {
        return Err(invalid(&["body", "exclude"], "List should have at most 1000 items", "too_long"));
    }
    Ok(Window {
        page: body["page"].as_u64().unwrap_or(1).max(1) as usize,
        page_size: page_size as usize,
        size: size as usize,
    })
}

fn page(core: &mut Core, w: &Window, hits: &[u32], show: fn(&Core, u32) -> Value) -> Reply {
    let wanted = hits.len().min(w.size);
    let shown: Vec<Value> =
        hits[..wanted].iter().skip((w.page - 1) * w.page_size).take(w.page_size).map(|i| show(core, *i)).collect();
    let out = json!({
        "response_context": context(core), "data": shown, "total_results": hits.len(), "page": w.page,
        "total_pages": wanted.div_ceil(w.page_size),
    });
    Reply::json(200, &out)
}

pub fn businesses(core: &mut Core, body: &Value) -> Reply {
    let w = match window(body) {
        Ok(w) => w,
        Err(no) => return no,
    };
    if let Some(no) = filters::refuse(&body["filters"], false) {
        return no;
    }
    let world = core.world.clone();
    let without: Vec<u32> =
        texts(body, "exclude").iter().filter_map(|id| world.index_of(Kind::ExploriumCompany, id)).collect();
    let hits: Vec<u32> = (0..world.companies.len() as u32)
        .filter(|i| filters::business(&world, *i, &body["filters"]) && !without.contains(i))
        .collect();
    page(core, &w, &hits, records::business)
}

pub fn prospects(core: &mut Core, body: &Value) -> Reply {
    let w = match window(body) {
        Ok(w) => w,
        Err(no) => return no,
    };
    if let Some(no) = filters::refuse(&body["filters"], true) {
        return no;
    }
    let world = core.world.clone();
    let without: Vec<u32> =
        texts(body, "exclude").iter().filter_map(|id| world.index_of(Kind::ExploriumPerson, id)).collect();
    let filter = Prospects::new(&world, &body["filters"]);
    let hits: Vec<u32> =
        (0..world.people.len() as u32).filter(|i| filter.pass(&world, *i) && !without.contains(i)).collect();
    page(core, &w, &hits, records::prospect)
}

pub fn business_stats(core: &mut Core, body: &Value) -> Reply {
    if let Some(no) = filters::refuse(&body["filters"], false) {
        return no;
    }
    let w = core.world.clone();
    let mut by_place: BTreeMap<&str, u64> = BTreeMap::new();
    let mut by_money: BTreeMap<&str, u64> = BTreeMap::new();
    let mut by_size: BTreeMap<&str, u64> = BTreeMap::new();
    let hits: Vec<u32> =
        (0..w.companies.len() as u32).filter(|i| filters::business(&w, *i, &body["filters"])).collect();
    for i in &hits {
        let c = w.company(*i);
        *by_place.entry(w.company_country(*i).code).or_default() += 1;
        *by_money.entry(revenue_band(c.revenue_kusd)).or_default() += 1;
        *by_size.entry(size_band(c.size)).or_default() += 1;
    }
    let stats = json!({"business_categories_per_location": by_place, "revenue_per_category": by_money, "number_of_employees_per_category": by_size});
    let out = json!({"response_context": context(core), "total_results": hits.len(), "stats": stats});
    Reply::json(200, &out)
}

pub fn prospect_stats(core: &mut Core, body: &Value) -> Reply {
    if let Some(no) = filters::refuse(&body["filters"], true) {
        return no;
    }
    let w = core.world.clone();
    let filter = Prospects::new(&w, &body["filters"]);
    let mut by_place: BTreeMap<&str, u64> = BTreeMap::new();
    let mut by_work: BTreeMap<&str, u64> = BTreeMap::new();
    let mut total = 0;
    for i in (0..w.people.len() as u32).filter(|i| filter.pass(&w, *i)) {
        total += 1;
        *by_place.entry(w.country(i).code).or_default() += 1;
        *by_work.entry(w.title(i).function.explorium()).or_default() += 1;
    }
    let stats = json!({"job_departments_per_location": by_work, "total_per_location": by_place});
    let out = json!({"response_context": context(core), "total_results": total, "stats": stats});
    Reply::json(200, &out)
}

/// Events of businesses, with the data that belongs to their kind.
pub fn events(core: &mut Core, body: &Value) -> Reply {
    let kinds = texts(body, "event_types");
    let ids = texts(body, "business_ids");
    if kinds.is_empty() || ids.is_empty() {
        return invalid(&["body", "event_types"], "Field required", "missing");
    }
    if ids.len() > EVENT_IDS_MAX {
        return invalid(&["body", "business_ids"], "List should have at most 40 items", "too_long");
    }
    let bound = |key: &str| body[key].as_str().and_then(parse_time);
    let (from, to) = (bound("timestamp_from").unwrap_or(i64::MIN), bound("timestamp_to").unwrap_or(i64::MAX));
    let w = core.world.clone();
    let mut list = Vec::new();
    for id in &ids {
        let Some(i) = w.index_of(Kind::ExploriumCompany, id) else {
            continue;
        };
        for h in w.happenings(i) {
            if kinds.iter().any(|k| k == h.kind) && (from..=to).contains(&h.at_ms) {
                list.push(json!({
                    "event_id": format!("{:032x}", h.number), "event_name": h.kind, "event_time": iso(h.at_ms),
                    "business_id": id, "entity_id": id, "entity_type": "business",
                    "data": {"company_name": w.company_name(i), "description": format!("{}: {}", w.company_name(i), h.kind.replace('_', " "))},
                }));
            }
        }
    }
    let out = json!({"response_context": context(core), "output_events": list, "total_results": list.len()});
    Reply::json(200, &out)
}

pub fn autocomplete(req: &Req) -> Reply {
    let Some(field) = req.query("field") else {
        return invalid(&["query", "field"], "Field required", "missing");
    };
    let query = req.query("query").unwrap_or_default();
    let wanted = query.to_lowercase();
    let mut all: Vec<(String, String)> = match field {
        "country" | "country_code" => COUNTRIES.iter().map(|c| (c.name.to_owned(), c.code.to_lowercase())).collect(),
        "linkedin_category" => INDUSTRIES
            .iter()
            .map(|i| (format!("{} {} {}", i.linkedin, i.name, i.keywords.join(" ")), i.linkedin.to_owned()))
            .collect(),
        "google_category" => INDUSTRIES.iter().map(|i| (i.name.to_owned(), i.name.to_owned())).collect(),
        "naics_category" => INDUSTRIES.iter().map(|i| (i.naics_text.to_owned(), i.naics.to_string())).collect(),
        "company_tech_stack_tech" => filters::tech_names().map(|t| (t.to_owned(), t.to_owned())).collect(),
        "job_title" => TITLES.iter().map(|t| (t.text.to_owned(), t.text.to_lowercase())).collect(),
        "company_size" => same(filters::SIZES),
        "company_revenue" => same(filters::REVENUES),
        "job_department" => same(filters::DEPARTMENTS),
        "job_level" => same(filters::LEVELS),
        _ => Vec::new(),
    };
    all.retain(|(label, _)| wanted.is_empty() || label.to_lowercase().contains(&wanted));
    let shown: Vec<Value> = all
        .iter()
        .take(20)
        .map(|(label, value)| {
            let label = if field == "linkedin_category" { value } else { label };
            json!({"query": query, "label": label, "value": value})
        })
        .collect();
    Reply::json(200, &Value::Array(shown))
}

fn same(list: &[&str]) -> Vec<(String, String)> {
    list.iter().map(|x| ((*x).to_owned(), (*x).to_owned())).collect()
}
