//! Associations between records: default and labelled, one by one and in batches.
use serde_json::Value;
use serde_json::json;

use crate::sandbox::core::Core;
use crate::sandbox::http::Reply;
use crate::sandbox::http::Req;
use crate::sandbox::http::text;
use crate::sandbox::hubspot::batch::envelope;
use crate::sandbox::hubspot::fault;
use crate::sandbox::hubspot::links::default_type;
use crate::sandbox::hubspot::links::plain_id;
use crate::sandbox::hubspot::store::KINDS;
use crate::sandbox::hubspot::store::kind_of;

const CREATE_MAX: usize = 2_000;
const READ_MAX: usize = 1_000;

/// Joins two records in both directions; the first company of a contact or deal becomes the primary one.
pub fn join(core: &mut Core, from: (usize, u64), to: (usize, u64), type_id: Option<u32>, now: i64) {
    let there = type_id.unwrap_or_else(|| default_type(from.0, to.0));
    let back = match there {
        1 => 2,
        2 => 1,
        5 => 6,
        6 => 5,
        _ => default_type(to.0, from.0),
    };
    let store = &mut core.hubspot.store;
    let fresh = store.links.insert((from.0, from.1, to.0, to.1, there));
    store.links.insert((to.0, to.1, from.0, from.1, back));
    for (a, b, primary, reverse) in [(from, to, 1, 2), (to, from, 1, 2)] {
        let person = a.0 == 0 && b.0 == 1;
        if person && !store.linked(0, a.1, 1).iter().any(|l| l.1 == primary) {
            store.links.insert((0, a.1, 1, b.1, primary));
            store.links.insert((1, b.1, 0, a.1, reverse));
        }
    }
    if fresh {
        let key = format!("{}:{} -> {}:{}", KINDS[from.0].0, from.1, KINDS[to.0].0, to.1);
        core.ledger.wrote("hubspot", "associations_created", (&from.1.to_string(), &key), now);
    }
}

pub fn ids(core: &Core, kind: usize, id: u64, to: usize) -> Vec<u64> {
    let mut all: Vec<u64> = core.hubspot.store.linked(kind, id, to).into_iter().map(|l| l.0).collect();
    all.dedup();
    all
}

/// The short form inside a record: id and a named type.
pub fn short_list(core: &Core, kind: usize, id: u64, to: usize) -> Vec<Value> {
    let name = format!("{}_to_{}", KINDS[kind].2.to_lowercase(), KINDS[to].2.to_lowercase());
    ids(core, kind, id, to).iter().map(|i| json!({"id": i.to_string(), "type": name})).collect()
}

fn long_list(core: &Core, kind: usize, id: u64, to: usize) -> Vec<Value> {
    let links = core.hubspot.store.linked(kind, id, to);
    ids(core, kind, id, to)
        .iter()
        .map(|other| {
            let types: Vec<Value> = links
                .iter()
                .filter(|l| l.0 == *other)
                .map(|l| {
                    let label = matches!(l.1, 1 | 2 | 5 | 6).then_some("Primary");
                    json!({"category": "HUBSPOT_DEFINED", "typeId": l.1, "label": label})
                })
                .collect();
            json!({"toObjectId": other.to_string(), "associationTypes": types})
        })
        .collect()
}

/// `/crm/objects/V/{kind}/{id}/associations/...`
pub fn single(core: &mut Core, from: (usize, &str), rest: &[&str], req: &Req, now: i64) -> Reply {
    let Some(id) = core.hubspot.store.find(from.0, from.1, None) else {
        return fault::not_found(core);
    };
    let (default, rest) = match rest {
        ["default", rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    let Some(to) = rest.first().and_then(|name| kind_of(name)) else {
        return fault::bad(core, "Unable to infer object type of the other side", &[]);
    };
    let Some(other) = rest.get(1) else {
        let list = long_list(core, from.0, id, to);
        return Reply::json(200, &json!({"results": list}));
    };
    let Some(other) = core.hubspot.store.find(to, other, None) else {
        return fault::not_found(core);
    };
    match (req.method.as_str(), default) {
        ("PUT", true) => {
            join(core, (from.0, id), (to, other), None, now);
            let both = both_ways(from.0, id, to, other);
            Reply::json(200, &envelope(both, now)).done()
        }
        ("PUT", false) => labelled(core, (from.0, id), (to, other), req, now),
        ("DELETE", false) => {
            unlink(core, (from.0, id), (to, other));
            Reply::empty(204).done()
        }
        _ => fault::no_route(core),
    }
}

fn labelled(core: &mut Core, from: (usize, u64), to: (usize, u64), req: &Req, now: i64) -> Reply {
    let types = req.json().and_then(|v| v.as_array().cloned()).unwrap_or_default();
    if types.is_empty() {
        return fault::bad(core, "The body must be an array of association types", &[]);
    }
    for t in types {
        join(core, from, to, t["associationTypeId"].as_u64().map(|n| n as u32), now);
    }
    let out = json!({
        "fromObjectTypeId": KINDS[from.0].1, "fromObjectId": from.1.to_string(),
        "toObjectTypeId": KINDS[to.0].1, "toObjectId": to.1.to_string(), "labels": [],
    });
    Reply::json(201, &out).done()
}

fn unlink(core: &mut Core, a: (usize, u64), b: (usize, u64)) {
    core.hubspot.store.links.retain(|l| {
        let there = (l.0, l.1) == a && (l.2, l.3) == b;
        let back = (l.0, l.1) == b && (l.2, l.3) == a;
        !there && !back
    });
}

fn both_ways(from: usize, id: u64, to: usize, other: u64) -> Vec<Value> {
    let one = |a: usize, x: u64, b: usize, y: u64| {
        json!({
            "from": {"id": x.to_string()}, "to": {"id": y.to_string()},
            "associationSpec": {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": default_type(a, b)},
        })
    };
    vec![one(from, id, to, other), one(to, other, from, id)]
}

/// `/crm/associations/V/{from}/{to}/...`
pub fn batch(core: &mut Core, req: &Req, rest: &[&str], now: i64) -> Reply {
    let [from, to, rest @ ..] = rest else {
        return fault::no_route(core);
    };
    let (Some(from), Some(to)) = (kind_of(from), kind_of(to)) else {
        return fault::bad(core, "Unable to infer object type", &[]);
    };
    if req.method == "GET" && rest == ["labels"] {
        let label = json!({"category": "HUBSPOT_DEFINED", "typeId": default_type(from, to), "label": null});
        return Reply::json(200, &json!({"results": [label]}));
    }
    let inputs = req.json().and_then(|b| b["inputs"].as_array().cloned());
    let Some(inputs) = inputs.filter(|_| req.method == "POST") else {
        return fault::bad(core, "Some required fields were not set: [inputs]", &[]);
    };
    let most = if rest == ["batch", "read"] { READ_MAX } else { CREATE_MAX };
    if inputs.is_empty() || inputs.len() > most {
        return fault::bad(core, &format!("The batch must have between 1 and {most} inputs"), &[]);
    }
    match rest {
        ["batch", "read"] => read(core, from, to, &inputs, now),
        ["batch", "associate", "default"] | ["batch", "create"] => {
            let labelled = rest.len() == 2;
            create(core, (from, to), labelled, &inputs, now)
        }
        ["batch", "archive"] => {
            for i in &inputs {
                let a = core.hubspot.store.find(from, &plain_id(&i["from"]["id"]), None);
                for t in i["to"].as_array().into_iter().flatten() {
                    let b = core.hubspot.store.find(to, &plain_id(&t["id"]), None);
                    if let (Some(a), Some(b)) = (a, b) {
                        unlink(core, (from, a), (to, b));
                    }
                }
            }
            Reply::empty(204).done()
        }
        _ => fault::no_route(core),
    }
}

fn read(core: &mut Core, from: usize, to: usize, inputs: &[Value], now: i64) -> Reply {
    let mut results = Vec::new();
    let mut errors = Vec::new();
    for input in inputs {
        let id = plain_id(&input["id"]);
        let found = core.hubspot.store.find(from, &id, None);
        let list = found.map(|n| long_list(core, from, n, to)).unwrap_or_default();
        if list.is_empty() {
            errors.push(json!({
                "status": "error", "category": "OBJECT_NOT_FOUND",
                "message": format!("No {} is associated with {} {id}.", KINDS[to].2.to_lowercase(), KINDS[from].2.to_lowercase()),
                "context": {"fromObjectId": [id]}, "links": {}, "errors": [],
            }));
        } else {
            results.push(json!({"from": {"id": id}, "to": list}));
        }
    }
    let mut out = envelope(results, now);
    if errors.is_empty() {
        return Reply::json(200, &out);
    }
    out["numErrors"] = json!(errors.len());
    out["errors"] = json!(errors);
    Reply::json(207, &out)
}

fn create(core: &mut Core, kinds: (usize, usize), labelled: bool, inputs: &[Value], now: i64) -> Reply {
    let (from, to) = kinds;
    let mut results = Vec::new();
    let mut errors = Vec::new();
    for input in inputs {
        let side = |kind, key: &str| core.hubspot.store.find(kind, &plain_id(&input[key]["id"]), None);
        let (Some(a), Some(b)) = (side(from, "from"), side(to, "to")) else {
            errors.push(json!({
                "status": "error", "category": "OBJECT_NOT_FOUND", "message": "One of the objects does not exist",
                "context": {"fromObjectId": [plain_id(&input["from"]["id"])], "toObjectId": [plain_id(&input["to"]["id"])]},
                "links": {}, "errors": [],
            }));
            continue;
        };
        if !labelled {
            join(core, (from, a), (to, b), None, now);
            results.extend(both_ways(from, a, to, b));
            continue;
        }
        for t in input["types"].as_array().into_iter().flatten() {
            join(core, (from, a), (to, b), t["associationTypeId"].as_u64().map(|n| n as u32), now);
        }
        results.push(json!({
            "fromObjectTypeId": KINDS[from].1, "fromObjectId": a.to_string(),
            "toObjectTypeId": KINDS[to].1, "toObjectId": b.to_string(), "labels": [],
        }));
    }
    let changed = !results.is_empty();
    let mut out = envelope(results, now);
    if errors.is_empty() {
        return Reply::json(if labelled { 201 } else { 200 }, &out).done();
    }
    let category = text(&errors[0], "category").unwrap_or_default().to_owned();
    out["numErrors"] = json!(errors.len());
    out["errors"] = json!(errors);
    tracing::debug!(category, "some associations were refused");
    Reply::json(207, &out).done_if(changed)
}
