//! Owners, pipelines, properties, subscription status, account details.
use serde_json::Value;
use serde_json::json;

use crate::sandbox::core::Core;
use crate::sandbox::http::Reply;
use crate::sandbox::http::Req;
use crate::sandbox::http::iso;
use crate::sandbox::http::text;
use crate::sandbox::hubspot::batch::envelope;
use crate::sandbox::hubspot::fault;
use crate::sandbox::hubspot::fields;
use crate::sandbox::hubspot::store::kind_of;
use crate::sandbox::world::EPOCH_MS;

/// Owner id, first name, last name; the address is the first name.
pub const OWNERS: &[(&str, &str, &str)] = &[
    ("501", "Ava", "Lindqvist"),
    ("502", "Ben", "Okoro"),
    ("503", "Mona", "Haddad"),
    ("504", "Lena", "Brandt"),
    ("505", "Tariq", "Osei"),
    ("506", "Jude", "Marlowe"),
];

pub fn is_owner(id: &str) -> bool {
    OWNERS.iter().any(|o| o.0 == id)
}

fn show_owner(o: &(&str, &str, &str)) -> Value {
    json!({
        "id": o.0, "email": format!("{}@quarterdeck.example", o.1.to_lowercase()), "type": "PERSON",
        "firstName": o.1, "lastName": o.2, "userId": o.0.parse::<u64>().unwrap_or(0) + 9_000,
        "createdAt": iso(EPOCH_MS - 40_000_000_000), "updatedAt": iso(EPOCH_MS - 9_000_000_000), "archived": false,
        "teams": [{"id": "71", "name": "Sales", "primary": true}],
    })
}

pub fn owners(_core: &mut Core, req: &Req) -> Reply {
    let wanted = req.query("email").map(str::to_lowercase);
    let list: Vec<Value> =
        OWNERS.iter().map(show_owner).filter(|o| wanted.as_deref().is_none_or(|w| o["email"] == w)).collect();
    Reply::json(200, &json!({"results": list}))
}

pub fn owner(core: &mut Core, id: &str) -> Reply {
    match OWNERS.iter().find(|o| o.0 == id) {
        Some(o) => Reply::json(200, &show_owner(o)),
        None => fault::not_found(core),
    }
}

pub fn pipelines() -> Reply {
    let stages = [
        ("appointmentscheduled", "Appointment scheduled", "0.2"),
        ("qualifiedtobuy", "Qualified to buy", "0.4"),
        ("presentationscheduled", "Presentation scheduled", "0.6"),
        ("decisionmakerboughtin", "Decision maker bought in", "0.8"),
        ("contractsent", "Contract sent", "0.9"),
        ("closedwon", "Closed won", "1.0"),
        ("closedlost", "Closed lost", "0.0"),
    ];
    let at = iso(EPOCH_MS - 40_000_000_000);
    let shown: Vec<Value> = stages
        .iter()
        .enumerate()
        .map(|(i, s)| {
            let closed = s.0.starts_with("closed").to_string();
            json!({
                "id": s.0, "label": s.1, "displayOrder": i, "archived": false, "createdAt": at, "updatedAt": at,
                "metadata": {"probability": s.2, "isClosed": closed}, "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
            })
        })
        .collect();
    let one = json!({"id": "default", "label": "Sales pipeline", "displayOrder": 0, "archived": false, "createdAt": at, "updatedAt": at, "stages": shown});
    Reply::json(200, &json!({"results": [one]}))
}

pub fn account() -> Reply {
    Reply::json(
        200,
        &json!({"portalId": 20_261_121, "accountType": "SANDBOX", "timeZone": "UTC", "companyCurrency": "USD"}),
    )
}

fn show_property(name: &str) -> Value {
    let options: Vec<Value> = match name {
        "lifecyclestage" => fields::STAGES
            .iter()
            .enumerate()
            .map(|(i, s)| json!({"label": s, "value": s, "displayOrder": i, "hidden": false}))
            .collect(),
        _ => Vec::new(),
    };
    let kind = if options.is_empty() { ("string", "text") } else { ("enumeration", "radio") };
    json!({
        "name": name, "label": name.replace('_', " "), "type": kind.0, "fieldType": kind.1, "groupName": "information",
        "description": "", "options": options, "hasUniqueValue": matches!(name, "email" | "quarterdeck_id"),
        "hubspotDefined": !name.starts_with("quarterdeck_"), "archived": false, "formField": false,
    })
}

pub fn properties(core: &mut Core, req: &Req, kind: &str, rest: &[&str], now: i64) -> Reply {
    let Some(kind) = kind_of(kind) else {
        return fault::bad(core, "Unable to infer object type", &[]);
    };
    let mut all: Vec<Value> = fields::standard(kind).into_iter().map(show_property).collect();
    all.push(show_property("quarterdeck_id"));
    all.extend(core.hubspot.store.tables[kind].made.iter().cloned());
    match (req.method.as_str(), rest) {
        ("GET", []) => Reply::json(200, &json!({"results": all})),
        ("GET", [name]) => match all.iter().find(|p| p["name"] == *name) {
            Some(p) => Reply::json(200, p),
            None => fault::not_found(core),
        },
        ("POST", []) => {
            let Some(body) = req.json() else {
                return fault::no_json(core);
            };
            match make_property(core, kind, body, now) {
                Ok(p) => Reply::json(201, &p).done(),
                Err(no) => no,
            }
        }
        ("POST", ["batch", "create"]) => {
            let inputs = req.json().and_then(|b| b["inputs"].as_array().cloned()).unwrap_or_default();
            let (made, failed): (Vec<_>, Vec<_>) =
                inputs.into_iter().map(|i| make_property(core, kind, i, now)).partition(Result::is_ok);
            let results: Vec<Value> = made.into_iter().filter_map(Result::ok).collect();
            let status = if failed.is_empty() { 201 } else { 207 };
            let mut out = envelope(results, now);
            out["numErrors"] = json!(failed.len());
            Reply::json(status, &out).done()
        }
        _ => fault::no_route(core),
    }
}

fn make_property(core: &mut Core, kind: usize, mut body: Value, now: i64) -> Result<Value, Reply> {
    let Some(name) = text(&body, "name").map(str::to_owned).filter(|n| !n.is_empty()) else {
        return Err(fault::bad(core, "Some required fields were not set: [name]", &[]));
    };
    let made = core.hubspot.store.tables[kind].made.iter().any(|p| p["name"] == name.as_str());
    if made || fields::standard(kind).contains(&name.as_str()) || name == "quarterdeck_id" {
        return Err(fault::conflict(core, &format!("Property named '{name}' already exists.")));
    }
    body["archived"] = json!(false);
    body["hubspotDefined"] = json!(false);
    body["createdAt"] = json!(iso(now));
    core.hubspot.store.tables[kind].made.push(body.clone());
    core.ledger.wrote("hubspot", "properties_created", (&name, &name), now);
    Ok(body)
}

/// Subscription status of an address.
pub fn preferences(core: &mut Core, req: &Req, rest: &[&str], now: i64) -> Reply {
    if rest == ["definitions"] {
        let d = json!({"id": "2001", "name": "Sales mail", "description": "One-to-one mail from sales", "isActive": true, "isDefault": true, "isInternal": false, "createdAt": iso(EPOCH_MS), "updatedAt": iso(EPOCH_MS)});
        return Reply::json(200, &envelope(vec![d], now));
    }
    let ["statuses", mail, rest @ ..] = rest else {
        return fault::no_route(core);
    };
    let mail = mail.to_lowercase();
    if !fields::is_mail(&mail) {
        return fault::bad(core, &format!("{mail} is not a valid email address"), &[]);
    }
    let body = req.json().unwrap_or_default();
    let channel = req.query("channel").or_else(|| text(&body, "channel"));
    if channel != Some("EMAIL") {
        return fault::bad(core, "Required query parameter 'channel' is missing or not EMAIL", &[]);
    }
    let old = core.hubspot.optouts.contains_key(&mail);
    let wanted = match (req.method.as_str(), rest) {
        ("GET", [] | ["unsubscribe-all"]) => return Reply::json(200, &status(core, &mail, None, now)),
        ("POST", ["unsubscribe-all"]) => true,
        ("POST", []) => text(&body, "statusState") == Some("UNSUBSCRIBED"),
        _ => return fault::no_route(core),
    };
    if wanted {
        core.hubspot.optouts.entry(mail.clone()).or_insert(now);
    } else {
        core.hubspot.optouts.remove(&mail);
    }
    if old != wanted {
        let what = if wanted { "unsubscribed" } else { "resubscribed" };
        core.ledger.wrote("hubspot", what, (&mail, &mail), now);
    }
    let reason = if old == wanted { "NO_STATUS_CHANGE" } else { "UNSUBSCRIBE_FROM_ALL_OCCURRED" };
    Reply::json(200, &status(core, &mail, Some(reason), now)).done()
}

fn status(core: &Core, mail: &str, reason: Option<&str>, now: i64) -> Value {
    let since = core.hubspot.optouts.get(mail);
    let state = if since.is_some() { "UNSUBSCRIBED" } else { "NOT_SPECIFIED" };
    let mut one = json!({
        "channel": "EMAIL", "subscriberIdString": mail, "subscriptionId": 2001, "subscriptionName": "Sales mail",
        "status": state, "source": "API", "timestamp": iso(since.copied().unwrap_or(now)),
    });
    if let Some(reason) = reason {
        one["setStatusSuccessReason"] = json!(reason);
    }
    envelope(vec![one], now)
}
