//! Contact lists with manual membership.
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde_json::Value;
use serde_json::json;

use crate::sandbox::core::Core;
use crate::sandbox::http::Reply;
use crate::sandbox::http::Req;
use crate::sandbox::http::iso;
use crate::sandbox::http::text;
use crate::sandbox::hubspot::fault;

#[derive(Default)]
pub struct Lists {
    all: BTreeMap<u64, List>,
}

struct List {
    name: String,
    processing: String,
    object_type: String,
    made: i64,
    members: BTreeSet<String>,
}

fn show(id: u64, list: &List) -> Value {
    json!({
        "listId": id.to_string(), "name": list.name, "objectTypeId": list.object_type, "processingType": list.processing,
        "processingStatus": "COMPLETE", "size": list.members.len(), "listVersion": 1,
        "createdAt": iso(list.made), "updatedAt": iso(list.made),
    })
}

pub fn handle(core: &mut Core, req: &Req, rest: &[&str], now: i64) -> Reply {
    match (req.method.as_str(), rest) {
        ("POST", []) => create(core, req, now),
        ("POST", ["search"]) => {
            let body = req.json().unwrap_or_default();
            let wanted = text(&body, "query").unwrap_or_default().to_lowercase();
            let hits: Vec<Value> = core
                .hubspot
                .lists
                .all
                .iter()
                .filter(|(_, l)| l.name.to_lowercase().contains(&wanted))
                .map(|(id, l)| show(*id, l))
                .collect();
            Reply::json(200, &json!({"total": hits.len(), "lists": hits, "hasMore": false, "offset": hits.len()}))
        }
        ("GET", [id]) => match id.parse().ok().and_then(|id| core.hubspot.lists.all.get(&id).map(|l| show(id, l))) {
            Some(list) => Reply::json(200, &json!({"list": list})),
            None => fault::not_found(core),
        },
        (_, [id, "memberships", rest @ ..]) => members(core, id, rest, req, now),
        _ => fault::no_route(core),
    }
}

fn create(core: &mut Core, req: &Req, now: i64) -> Reply {
    let body = req.json().unwrap_or_default();
    let (Some(name), Some(object_type), Some(processing)) =
        (text(&body, "name"), text(&body, "objectTypeId"), text(&body, "processingType"))
    else {
        return fault::bad(core, "Some required fields were not set: [name, objectTypeId, processingType]", &[]);
    };
    if core.hubspot.lists.all.values().any(|l| l.name == name) {
        return fault::bad(core, &format!("A list named {name} already exists"), &[]);
    }
    let id = core.hubspot.lists.all.len() as u64 + 1;
    let list = List {
        name: name.to_owned(),
        processing: processing.to_owned(),
        object_type: object_type.to_owned(),
        made: now,
        members: BTreeSet::new(),
    };
    let shown = show(id, &list);
    core.ledger.wrote("hubspot", "lists_created", (&id.to_string(), name), now);
    core.hubspot.lists.all.insert(id, list);
    Reply::json(200, &json!({"list": shown})).done()
}

fn members(core: &mut Core, id: &str, rest: &[&str], req: &Req, now: i64) -> Reply {
    let Some(list) = id.parse().ok().and_then(|id: u64| core.hubspot.lists.all.get_mut(&id)) else {
        return fault::not_found(core);
    };
    let bare = || -> Vec<String> {
        let v = req.json().and_then(|v| v.as_array().cloned()).unwrap_or_default();
        v.iter().filter_map(|x| x.as_str().map(str::to_owned)).collect()
    };
    match (req.method.as_str(), rest) {
        ("GET", []) => {
            let all: Vec<Value> =
                list.members.iter().map(|m| json!({"recordId": m, "membershipTimestamp": iso(now)})).collect();
            Reply::json(200, &json!({"total": all.len(), "results": all}))
        }
        ("PUT", ["add" | "remove"]) if list.processing == "DYNAMIC" => {
            fault::bad(core, "Memberships of a DYNAMIC list cannot be changed", &[])
        }
        ("PUT", ["add"]) => {
            let fresh: Vec<String> = bare().into_iter().filter(|m| list.members.insert(m.clone())).collect();
            let out = json!({"recordsIdsAdded": fresh, "recordIdsRemoved": [], "recordIdsMissing": []});
            Reply::json(200, &out).done()
        }
        ("PUT", ["remove"]) => {
            let gone: Vec<String> = bare().into_iter().filter(|m| list.members.remove(m)).collect();
            let out = json!({"recordsIdsAdded": [], "recordIdsRemoved": gone, "recordIdsMissing": []});
            Reply::json(200, &out).done()
        }
        _ => fault::no_route(core),
    }
}
