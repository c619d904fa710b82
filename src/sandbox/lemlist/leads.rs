//! Leads: added, read, changed, reviewed, paused, removed.
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::sandbox::core::Core;
use crate::sandbox::http::Reply;
use crate::sandbox::http::Req;
use crate::sandbox::http::iso;
use crate::sandbox::http::text;
use crate::sandbox::lemlist::activities;
use crate::sandbox::lemlist::engine;
use crate::sandbox::lemlist::misc::verdict;

const PAGE_MAX: i64 = 500;

pub fn show(core: &Core, i: usize) -> Value {
    let l = &core.lemlist.leads[i];
    let c = &core.lemlist.campaigns[l.campaign];
    let mut out = Value::Object(l.vars.clone());
    let own = json!({
        "_id": l.id, "email": l.mail, "isPaused": l.paused, "campaignId": c.id, "campaignName": c.name,
        "contactId": l.contact, "emailStatus": verdict(core, &l.mail), "state": l.state,
    });
    if let (Some(map), Some(own)) = (out.as_object_mut(), own.as_object()) {
        map.extend(own.clone());
    }
    let get = |k: &str| l.vars.get(k).and_then(Value::as_str).unwrap_or_default();
    let name = format!("{} {}", get("firstName"), get("lastName"));
    core.plants.overlay("lemlist", "person", &[&l.mail, &name], &mut out);
    out
}

/// `/campaigns/{id}/leads/...`
pub fn of_campaign(core: &mut Core, req: &Req, c: usize, rest: &[&str], now: i64) -> Reply {
    match (req.method.as_str(), rest) {
        ("GET", [] | [""]) => list(core, req, c),
        ("POST", [""]) => add(core, req, c, now),
        ("POST", []) => Reply::text(404, "Not found"),
        (method, [id]) => {
            let found = core
                .lemlist
                .leads
                .iter()
                .rposition(|l| l.campaign == c && !l.removed && (l.id == *id || l.mail == id.to_lowercase()));
            let Some(i) = found else {
                return Reply::text(404, "Lead not found");
            };
            match method {
                "PATCH" => {
                    for (k, v) in req.json().unwrap_or_default().as_object().cloned().unwrap_or_default() {
                        core.lemlist.leads[i].vars.insert(k, v);
                    }
                    Reply::json(200, &show(core, i)).done()
                }
                "DELETE" => remove(core, req, i, now),
                "GET" => Reply::json(200, &show(core, i)),
                _ => Reply::text(405, "Method not allowed"),
            }
        }
        _ => Reply::text(405, "Method not allowed"),
    }
}

fn list(core: &mut Core, req: &Req, c: usize) -> Reply {
    let limit = req.number("limit").unwrap_or(PAGE_MAX).clamp(1, PAGE_MAX) as usize;
    let offset = req.number("offset").unwrap_or(0).max(0) as usize;
    let all: Vec<Value> = core
        .lemlist
        .leads
        .iter()
        .filter(|l| l.campaign == c && !l.removed && req.query("state").is_none_or(|s| s == "all" || s == l.state))
        .skip(offset)
        .take(limit)
        .map(|l| json!({"_id": l.id, "contactId": l.contact, "state": l.state}))
        .collect();
    Reply::json(200, &Value::Array(all))
}

pub fn export(core: &mut Core, c: usize) -> Reply {
    let all: Vec<Value> = (0..core.lemlist.leads.len())
        .filter(|i| core.lemlist.leads[*i].campaign == c && !core.lemlist.leads[*i].removed)
        .map(|i| show(core, i))
        .collect();
    Reply::json(200, &Value::Array(all))
}

fn add(core: &mut Core, req: &Req, c: usize, now: i64) -> Reply {
    let Some(body) = req.json().filter(Value::is_object) else {
        return Reply::text(400, "Bad request");
    };
    let mail = text(&body, "email").unwrap_or_default().trim().to_lowercase();
    if !mail.is_empty() && !mail.contains('@') {
        return Reply::text(400, "Invalid email");
    }
    if mail.is_empty() && text(&body, "linkedinUrl").is_none() {
        return Reply::text(400, "Email or linkedinUrl is required");
    }
    let same = |l: &crate::sandbox::lemlist::state::Lead| !l.removed && l.mail == mail && !mail.is_empty();
    if core.lemlist.leads.iter().any(|l| l.campaign == c && same(l)) {
        return Reply::text(400, "Lead already in the campaign");
    }
    if req.flag("deduplicate") && core.lemlist.leads.iter().any(same) {
        return Reply::text(400, "Lead already in another campaign");
    }
    let mut vars: Map<String, Value> = body.as_object().cloned().unwrap_or_default();
    vars.remove("email");
    let i = core.lemlist.add_lead(c, &mail, vars);
    let (id, contact) = (core.lemlist.leads[i].id.clone(), core.lemlist.leads[i].contact.clone());
    let campaign = core.lemlist.campaigns[c].id.clone();
    let name = core.lemlist.campaigns[c].name.clone();
    core.ledger.wrote("lemlist", "leads_added", (&id, &mail), now);
    core.ledger
        .leads_added
        .push(json!({"email": mail, "lead_id": id, "campaign_id": campaign, "campaign": name, "at": iso(now)}));
    if core.lemlist.campaigns[c].auto_review {
        review(core, i, now);
    }
    let mut out = json!({"campaignId": campaign, "campaignName": name, "_id": id, "isPaused": false, "contactId": contact, "email": mail});
    for key in ["firstName", "lastName", "companyName", "jobTitle", "companyDomain"] {
        if let Some(v) = body.get(key) {
            out[key] = v.clone();
        }
    }
    Reply::json(200, &out).done()
}

fn remove(core: &mut Core, req: &Req, i: usize, now: i64) -> Reply {
    let shown = show(core, i);
    let mail = core.lemlist.leads[i].mail.clone();
    if req.query("action") == Some("remove") {
        core.lemlist.leads[i].removed = true;
    } else {
        core.lemlist.unsubscribed.entry(mail).or_insert(("api", now));
        engine::stop(core, i, "unsubscribed");
    }
    Reply::json(200, &shown).done()
}

pub fn review(core: &mut Core, i: usize, now: i64) {
    let l = &mut core.lemlist.leads[i];
    if l.reviewed.is_none() {
        l.reviewed = Some(now);
        l.state = "reviewed".into();
        let (id, mail) = (l.id.clone(), l.mail.clone());
        core.ledger.reviewed.push(json!({"lead_id": id, "email": mail, "at": iso(now)}));
    }
    engine::wake(core, i, now);
}

pub fn review_all(core: &mut Core, c: usize, now: i64) {
    for i in 0..core.lemlist.leads.len() {
        let l = &core.lemlist.leads[i];
        if l.campaign == c && !l.removed && l.reviewed.is_none() {
            review(core, i, now);
        }
    }
}

/// `/leads/...`
pub fn handle(core: &mut Core, req: &Req, rest: &[&str], now: i64) -> Reply {
    let find = |id: &str| core.lemlist.lead(id);
    match (req.method.as_str(), rest) {
        ("GET", [] | [""]) => match req.query("email").or_else(|| req.query("id")).and_then(find) {
            Some(i) => Reply::json(200, &show(core, i)),
            None => Reply::text(404, "Lead not found"),
        },
        ("GET", [id]) => match find(id) {
            Some(i) => Reply::json(200, &show(core, i)),
            None => Reply::text(404, "Lead not found"),
        },
        ("POST", ["review", id]) => match find(id) {
            Some(i) => {
                review(core, i, now);
                Reply::json(200, &json!({"ok": true})).done()
            }
            None => Reply::json(404, &json!({"error": "NOT_FOUND", "message": "Lead not found"})),
        },
        ("POST", [verb @ ("pause" | "start"), id]) => match find(id) {
            Some(i) => hold(core, i, *verb == "pause", now),
            None => Reply::text(404, "Lead not found"),
        },
        ("POST", [verb @ ("interested" | "notinterested"), id]) => match find(id) {
            Some(i) => {
                let kind = if *verb == "interested" { "interested" } else { "notInterested" };
                activities::add(core, kind, (i, 0, 0), now, json!({}));
                Reply::json(200, &Value::Array(vec![show(core, i)])).done()
            }
            None => Reply::text(404, "Lead not found"),
        },
        (method, [id, "variables"]) => match find(id) {
            Some(i) => variables(core, req, method, i),
            None => Reply::text(404, "Lead not found"),
        },
        _ => Reply::text(405, "Method not allowed"),
    }
}

fn hold(core: &mut Core, i: usize, pause: bool, now: i64) -> Reply {
    core.lemlist.leads[i].paused = pause;
    activities::add(core, if pause { "paused" } else { "resumed" }, (i, 0, 0), now, json!({}));
    if !pause {
        engine::wake(core, i, now);
    }
    Reply::json(200, &Value::Array(vec![show(core, i)])).done()
}

/// Variables come in the query string, and from newer clients in the body.
fn variables(core: &mut Core, req: &Req, method: &str, i: usize) -> Reply {
    let mut given: Map<String, Value> = req.query.iter().map(|(k, v)| (k.clone(), json!(v))).collect();
    given.extend(req.json().unwrap_or_default().as_object().cloned().unwrap_or_default());
    let vars = &mut core.lemlist.leads[i].vars;
    match method {
        "GET" => return Reply::json(200, &Value::Object(vars.clone())),
        "POST" | "PATCH" => vars.extend(given),
        "DELETE" => vars.retain(|k, _| !given.contains_key(k)),
        _ => return Reply::text(405, "Method not allowed"),
    }
    Reply::json(200, &show(core, i)).done()
}
