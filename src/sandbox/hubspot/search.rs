//! CRM search: filter groups, text query, sorting, paging, HubSpot's limits.
use std::cmp::Ordering;

use serde_json::Value;
use serde_json::json;

use crate::sandbox::core::Core;
use crate::sandbox::http::Reply;
use crate::sandbox::http::Req;
use crate::sandbox::http::parse_time;
use crate::sandbox::http::text;
use crate::sandbox::http::texts;
use crate::sandbox::hubspot::SEARCH_LAG_MS;
use crate::sandbox::hubspot::assoc;
use crate::sandbox::hubspot::fault;
use crate::sandbox::hubspot::fields;
use crate::sandbox::hubspot::store::kind_of;

const LIMIT_MAX: u64 = 200;
const RESULTS_MAX: usize = 10_000;
const GROUPS_MAX: usize = 5;
const FILTERS_MAX: usize = 6;
const FILTERS_ALL_MAX: usize = 18;
const QUERY_MAX: usize = 3_000;

pub fn search(core: &mut Core, kind: usize, req: &Req, now: i64) -> Reply {
    let Some(body) = req.json() else {
        return fault::no_json(core);
    };
    if let Some(why) = refuse(core, kind, &body) {
        return fault::bad(core, &why, &[]);
    }
    let limit = body["limit"].as_u64().unwrap_or(10);
    let after = match &body["after"] {
        Value::String(s) => s.parse().unwrap_or(0),
        other => other.as_u64().unwrap_or(0),
    } as usize;
    if after + limit as usize > RESULTS_MAX {
        return fault::bad(core, "The maximum number of results for a search query is 10000", &[]);
    }
    let mut ids: Vec<u64> = core.hubspot.store.tables[kind]
        .recs
        .values()
        .filter(|r| !r.archived && r.created + SEARCH_LAG_MS <= now)
        .map(|r| r.id)
        .collect();
    ids.retain(|id| matches(core, kind, *id, &body));
    sort(core, kind, &body, &mut ids);
    let names = texts(&body, "properties");
    let page: Vec<Value> =
        ids.iter().skip(after).take(limit as usize).map(|id| fields::show(core, kind, *id, Some(&names))).collect();
    let mut out = json!({"total": ids.len(), "results": page});
    let next = after + limit as usize;
    if next < ids.len() {
        out["paging"] = json!({"next": {"after": next.to_string(), "link": ""}});
    }
    Reply::json(200, &out)
}

fn refuse(core: &Core, kind: usize, body: &Value) -> Option<String> {
    let limit = body["limit"].as_u64().unwrap_or(10);
    if limit > LIMIT_MAX {
        return Some(format!("limit must be at most {LIMIT_MAX}"));
    }
    if text(body, "query").is_some_and(|q| q.chars().count() > QUERY_MAX) {
        return Some(format!("query must be at most {QUERY_MAX} characters"));
    }
    let groups = body["filterGroups"].as_array().cloned().unwrap_or_default();
    let filters: Vec<usize> = groups.iter().map(|g| g["filters"].as_array().map_or(0, Vec::len)).collect();
    if groups.len() > GROUPS_MAX
        || filters.iter().any(|n| *n > FILTERS_MAX)
        || filters.iter().sum::<usize>() > FILTERS_ALL_MAX
    {
        return Some(format!(
            "There may be at most {GROUPS_MAX} filterGroups with {FILTERS_MAX} filters each and {FILTERS_ALL_MAX} in total"
        ));
    }
    for f in groups.iter().flat_map(|g| g["filters"].as_array().into_iter().flatten()) {
        let name = text(f, "propertyName").unwrap_or_default();
        let operator = text(f, "operator").unwrap_or_default();
        if !name.starts_with("associations.") && !fields::exists(core, kind, name) {
            return Some(format!("There was a problem with the request. Property '{name}' does not exist"));
        }
        let known = [
            "EQ",
            "NEQ",
            "LT",
            "LTE",
            "GT",
            "GTE",
            "BETWEEN",
            "IN",
            "NOT_IN",
            "HAS_PROPERTY",
            "NOT_HAS_PROPERTY",
            "CONTAINS_TOKEN",
            "NOT_CONTAINS_TOKEN",
        ];
        if !known.contains(&operator) {
            return Some(format!(
                "Invalid input JSON: Cannot deserialize value of type `PublicOperator` from String \"{operator}\""
            ));
        }
        let lists = matches!(operator, "IN" | "NOT_IN");
        let bare = matches!(operator, "HAS_PROPERTY" | "NOT_HAS_PROPERTY");
        if lists && !f["values"].is_array() || !lists && !bare && f.get("value").is_none() {
            return Some(format!("operator {operator} on {name} misses its value or values"));
        }
    }
    None
}

fn matches(core: &Core, kind: usize, id: u64, body: &Value) -> bool {
    if let Some(query) = text(body, "query").filter(|q| !q.trim().is_empty()) {
        let wanted = query.to_lowercase();
        let hit = core.hubspot.store.all_props(kind, id).iter().any(|(_, v)| v.to_lowercase().contains(&wanted));
        if !hit {
            return false;
        }
    }
    let groups = body["filterGroups"].as_array().map(Vec::as_slice).unwrap_or_default();
    groups.is_empty()
        || groups.iter().any(|g| {
            let filters = g["filters"].as_array().map(Vec::as_slice).unwrap_or_default();
            filters.iter().all(|f| passes(core, kind, id, f))
        })
}

fn passes(core: &Core, kind: usize, id: u64, f: &Value) -> bool {
    let name = text(f, "propertyName").unwrap_or_default();
    let operator = text(f, "operator").unwrap_or_default();
    let value = plain(&f["value"]);
    if let Some(to) = name.strip_prefix("associations.").and_then(kind_of) {
        let linked = assoc::ids(core, kind, id, to);
        return linked.iter().any(|l| l.to_string() == value);
    }
    let have = fields::value(core, kind, id, name);
    let Some(have) = have else {
        return matches!(operator, "NOT_HAS_PROPERTY" | "NEQ" | "NOT_IN" | "NOT_CONTAINS_TOKEN");
    };
    let against = |v: &str| compare(&have, v);
    let listed = || texts(f, "values").iter().any(|v| against(v).is_eq());
    match operator {
        "EQ" => against(&value).is_eq(),
        "NEQ" => against(&value).is_ne(),
        "LT" => against(&value).is_lt(),
        "LTE" => against(&value).is_le(),
        "GT" => against(&value).is_gt(),
        "GTE" => against(&value).is_ge(),
        "BETWEEN" => against(&value).is_ge() && against(&plain(&f["highValue"])).is_le(),
        "IN" => listed(),
        "NOT_IN" => !listed(),
        "HAS_PROPERTY" => true,
        "NOT_HAS_PROPERTY" => false,
        "CONTAINS_TOKEN" => has_token(&have, &value),
        _ => !has_token(&have, &value),
    }
}

fn plain(v: &Value) -> String {
    match v {
        Value::String(s) => s.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// Numbers as numbers, times as times (ISO against milliseconds too), the rest as text without case.
fn compare(have: &str, value: &str) -> Ordering {
    if let (Ok(a), Ok(b)) = (have.parse::<f64>(), value.parse::<f64>()) {
        return a.total_cmp(&b);
    }
    let dated = have.len() >= 10 && have.as_bytes()[4] == b'-' && have.as_bytes()[7] == b'-';
    if dated && let (Some(a), Some(b)) = (parse_time(have), parse_time(value)) {
        return a.cmp(&b);
    }
    have.to_lowercase().cmp(&value.to_lowercase())
}

fn has_token(have: &str, wanted: &str) -> bool {
    let have = have.to_lowercase();
    let wanted = wanted.to_lowercase();
    if wanted.contains('*') {
        return wanted.split('*').filter(|p| !p.is_empty()).all(|p| have.contains(p));
    }
    have == wanted
        || have.split(|c: char| !c.is_alphanumeric()).any(|w| w == wanted)
        || (wanted.contains(|c: char| !c.is_alphanumeric()) && have.contains(&wanted))
}

fn sort(core: &Core, kind: usize, body: &Value, ids: &mut [u64]) {
    let Some(first) = body["sorts"].as_array().and_then(|s| s.first()) else {
        return;
    };
    let (name, down) = match first {
        Value::String(s) => (s.trim_start_matches('-').to_owned(), s.starts_with('-')),
        other => {
            (text(other, "propertyName").unwrap_or_default().to_owned(), text(other, "direction") == Some("DESCENDING"))
        }
    };
    let key = |id: &u64| fields::value(core, kind, *id, &name).unwrap_or_default();
    ids.sort_by(|a, b| {
        let order = compare(&key(a), &key(b)).then(a.cmp(b));
        if down { order.reverse() } else { order }
    });
}
