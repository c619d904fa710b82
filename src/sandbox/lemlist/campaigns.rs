//! Campaigns: made as drafts, changed, started, paused, copied.
use serde_json::Value;
use serde_json::json;

use crate::sandbox::core::Core;
use crate::sandbox::http::Reply;
use crate::sandbox::http::Req;
use crate::sandbox::http::iso;
use crate::sandbox::http::text;
use crate::sandbox::http::texts;
use crate::sandbox::lemlist::engine;
use crate::sandbox::lemlist::leads;
use crate::sandbox::lemlist::state::SENDERS;
use crate::sandbox::lemlist::state::Step;
use crate::sandbox::lemlist::state::TEAM;
use crate::sandbox::lemlist::steps;

const PAGE_MAX: i64 = 100;

pub fn handle(core: &mut Core, req: &Req, rest: &[&str], now: i64) -> Reply {
    match (req.method.as_str(), rest) {
        ("GET", [] | [""]) => list(core, req),
        ("POST", [] | [""]) => create(core, req, now),
        (_, [id, rest @ ..]) => {
            let Some(c) = core.lemlist.campaign(id) else {
                return Reply::text(404, "Campaign not found");
            };
            one(core, req, c, rest, now)
        }
        _ => Reply::text(405, "Method not allowed"),
    }
}

fn one(core: &mut Core, req: &Req, c: usize, rest: &[&str], now: i64) -> Reply {
    match (req.method.as_str(), rest) {
        ("GET", []) => Reply::json(200, &show(core, c)),
        ("PATCH", []) => patch(core, req, c, now),
        ("POST", ["start"]) => start(core, c, now),
        ("POST", ["pause"]) => pause(core, c),
        ("POST", ["duplicate"]) => duplicate(core, req, c, now),
        ("GET", ["sequences"]) => {
            let all = &core.lemlist.campaigns[c];
            let list: Vec<Value> = (0..all.steps.len()).map(|i| steps::show(all, i)).collect();
            Reply::json(200, &json!({&all.sequence: {"_id": all.sequence, "level": 0, "steps": list}}))
        }
        ("POST", ["schedules", id]) => attach(core, c, id),
        (_, ["leads", rest @ ..]) => leads::of_campaign(core, req, c, rest, now),
        ("GET", ["export", "leads"]) => leads::export(core, c),
        _ => Reply::text(405, "Method not allowed"),
    }
}

fn show(core: &Core, c: usize) -> Value {
    let c = &core.lemlist.campaigns[c];
    let senders: Vec<Value> = c
        .senders
        .iter()
        .map(|i| json!({"id": SENDERS[*i].0, "email": SENDERS[*i].3, "sendUserMailboxId": format!("usm_{}", SENDERS[*i].1.to_lowercase())}))
        .collect();
    let unsent = c.senders.is_empty() && c.status != "draft";
    let errors: Vec<&str> = if unsent { vec!["No sender"] } else { Vec::new() };
    json!({
        "_id": c.id, "name": c.name, "labels": [], "createdAt": iso(c.created), "createdBy": SENDERS[0].0,
        "status": c.status, "sequenceId": c.sequence, "scheduleIds": c.schedules, "timezone": c.zone, "teamId": TEAM,
        "hasError": unsent, "errors": errors, "creator": {"userId": SENDERS[0].0, "userEmail": SENDERS[0].3},
        "senders": senders, "autoReview": c.auto_review, "stopOnEmailReplied": c.stop_on_reply,
    })
}

fn list(core: &mut Core, req: &Req) -> Reply {
    let limit = req.number("limit").unwrap_or(PAGE_MAX).clamp(1, PAGE_MAX);
    let page = req.number("page").map_or(0, |p| (p.max(1) - 1) * limit);
    let offset = req.number("offset").unwrap_or(page).max(0) as usize;
    let down = req.query("sortOrder") == Some("desc");
    let mut order: Vec<usize> = (0..core.lemlist.campaigns.len()).collect();
    if down {
        order.reverse();
    }
    let all: Vec<Value> = order
        .into_iter()
        .filter(|i| req.query("status").is_none_or(|s| s == core.lemlist.campaigns[*i].status))
        .skip(offset)
        .take(limit as usize)
        .map(|i| show(core, i))
        .collect();
    let out = if req.query("version") == Some("v2") {
        let total = core.lemlist.campaigns.len();
        json!({"campaigns": all, "pagination": {"totalRecords": total, "currentPage": offset / limit as usize + 1, "nextPage": null, "totalPage": total.div_ceil(limit as usize)}})
    } else {
        Value::Array(all)
    };
    Reply::json(200, &out)
}

fn create(core: &mut Core, req: &Req, now: i64) -> Reply {
    let body = req.json().unwrap_or_default();
    let Some(name) = text(&body, "name").filter(|n| !n.is_empty()) else {
        return Reply::text(400, "Campaign name is required");
    };
    let zone = text(&body, "timezone").unwrap_or("UTC");
    if jiff::tz::TimeZone::get(zone).is_err() {
        return Reply::text(400, "Invalid timezone");
    }
    let c = core.lemlist.add_campaign(name, zone, now);
    core.lemlist.campaigns[c].auto_review = body["autoReview"] == true;
    let id = core.lemlist.campaigns[c].id.clone();
    core.ledger.wrote("lemlist", "campaigns_created", (&id, name), now);
    let c = &core.lemlist.campaigns[c];
    let out = json!({
        "_id": c.id, "sequenceId": c.sequence, "scheduleIds": c.schedules, "teamId": TEAM, "createdBy": SENDERS[0].0,
        "createdAt": iso(now), "state": "draft", "scannedCount": 0, "reviewedCount": 0, "inSequenceLeadCount": 0,
        "variableKeys": [], "senders": [], "sendUsers": [], "displayedVariableKeys": [], "emoji": "", "stopOnEmailReplied": true,
        "crmOpportunitiesOnTask": false, "unsubscribe": "", "name": c.name, "crm": "", "crmUserId": "",
    });
    Reply::json(200, &out).done()
}

fn patch(core: &mut Core, req: &Req, c: usize, now: i64) -> Reply {
    let Some(body) = req.json() else {
        return Reply::text(400, "Bad request");
    };
    let users = texts(&body, "sendUserIds");
    let known: Vec<usize> = users.iter().filter_map(|id| SENDERS.iter().position(|s| s.0 == id || s.3 == id)).collect();
    if known.len() < users.len() {
        return Reply::text(400, "Invalid sendUserIds");
    }
    let campaign = &mut core.lemlist.campaigns[c];
    if body.get("sendUserIds").is_some() {
        campaign.senders = known;
    }
    if let Some(name) = text(&body, "name") {
        name.clone_into(&mut campaign.name);
    }
    if let Some(on) = body["autoReview"].as_bool() {
        campaign.auto_review = on;
    }
    if let Some(on) = body["stopOnEmailReplied"].as_bool() {
        campaign.stop_on_reply = on;
    }
    if let Some(what) = body["onReplied"]["campaignProgress"].as_str() {
        campaign.stop_on_reply = what != "continue";
    }
    for (k, v) in body.as_object().into_iter().flatten() {
        campaign.settings.insert(k.clone(), v.clone());
    }
    let users: Vec<Value> = campaign
        .senders
        .iter()
        .map(|i| json!({"id": SENDERS[*i].0, "mailboxes": [{"sendUserMailboxId": format!("usm_{}", SENDERS[*i].1.to_lowercase()), "email": SENDERS[*i].3}], "phoneNumbers": [], "whatsappAccountIds": []}))
        .collect();
    let mut out = json!({"name": campaign.name, "stopOnEmailReplied": campaign.stop_on_reply, "stopOnMeetingBooked": true, "stopOnLinkClicked": false, "sendUsers": users, "autoReview": campaign.auto_review});
    if let Some(map) = out.as_object_mut() {
        for (k, v) in &campaign.settings {
            if k != "sendUserIds" {
                map.insert(k.clone(), v.clone());
            }
        }
    }
    if core.lemlist.campaigns[c].auto_review {
        leads::review_all(core, c, now);
    }
    wake_all(core, c, now);
    Reply::json(200, &out).done()
}

pub fn wake_all(core: &mut Core, c: usize, now: i64) {
    for lead in 0..core.lemlist.leads.len() {
        if core.lemlist.leads[lead].campaign == c {
            engine::wake(core, lead, now);
        }
    }
}

fn start(core: &mut Core, c: usize, now: i64) -> Reply {
    let campaign = &mut core.lemlist.campaigns[c];
    if campaign.steps.is_empty() {
        return Reply::text(400, "Campaign has no steps");
    }
    let id = campaign.id.clone();
    if campaign.senders.is_empty() {
        campaign.status = "errors";
        return Reply::json(200, &json!({"_id": id, "state": "errors"})).done();
    }
    if campaign.started == i64::MAX {
        campaign.started = now;
    }
    let fresh = campaign.status != "running";
    campaign.status = "running";
    let name = campaign.name.clone();
    if fresh {
        core.ledger.wrote("lemlist", "campaigns_started", (&id, &name), now);
    }
    wake_all(core, c, now);
    Reply::json(200, &json!({"_id": id, "state": "running"})).done()
}

fn pause(core: &mut Core, c: usize) -> Reply {
    let campaign = &mut core.lemlist.campaigns[c];
    if campaign.status == "draft" {
        return Reply::text(400, "Campaign is not running");
    }
    campaign.status = "paused";
    let id = campaign.id.clone();
    // What is planned falls away when its time comes; it is planned anew at the next start.
    Reply::json(200, &json!({"_id": id, "state": "paused"})).done()
}

fn duplicate(core: &mut Core, req: &Req, c: usize, now: i64) -> Reply {
    let body = req.json().unwrap_or_default();
    let name = text(&body, "name").map_or_else(|| format!("{} (copy)", core.lemlist.campaigns[c].name), str::to_owned);
    let zone = core.lemlist.campaigns[c].zone.clone();
    let copy = core.lemlist.add_campaign(&name, &zone, now);
    for i in 0..core.lemlist.campaigns[c].steps.len() {
        let id = core.lemlist.new_id("stp");
        let s = &core.lemlist.campaigns[c].steps[i];
        let step = Step {
            id,
            kind: s.kind.clone(),
            delay: s.delay,
            subject: s.subject.clone(),
            message: s.message.clone(),
            more: s.more.clone(),
        };
        core.lemlist.campaigns[copy].steps.push(step);
    }
    Reply::json(200, &show(core, copy)).done()
}

fn attach(core: &mut Core, c: usize, id: &str) -> Reply {
    if !core.lemlist.schedules.iter().any(|s| s.id == id) {
        return Reply::text(404, "Schedule not found");
    }
    let campaign = &mut core.lemlist.campaigns[c];
    campaign.schedules.retain(|s| s != id);
    campaign.schedules.push(id.to_owned());
    Reply::json(200, &json!({"scheduleId": id, "campaignId": campaign.id})).done()
}
