//! The team, its senders and credits, and the checking of addresses.
use serde_json::Value;
use serde_json::json;

use crate::sandbox::core::Core;
use crate::sandbox::http::Reply;
use crate::sandbox::http::Req;
use crate::sandbox::http::text;
use crate::sandbox::http::texts;
use crate::sandbox::lemlist::hooks;
use crate::sandbox::lemlist::state::SENDERS;
use crate::sandbox::lemlist::state::TEAM;
use crate::sandbox::world::flag;

const CREDITS: u64 = 5_000;
const BULK_MAX: usize = 500;
/// How long an enrichment takes, in world time.
const TAKES_MS: i64 = 4_000;

/// lemlist's verdict on an address.
pub fn verdict(core: &Core, mail: &str) -> &'static str {
    match core.world.person_by_mail(mail) {
        Some(i) if core.world.has(i, flag::INVALID) => "undeliverable",
        Some(i) if core.world.has(i, flag::CATCH_ALL) => "risky",
        Some(_) => "deliverable",
        None => "risky",
    }
}

pub fn team(core: &mut Core, req: &Req, rest: &[&str]) -> Reply {
    if req.method != "GET" {
        return Reply::text(405, "Method not allowed");
    }
    match rest {
        [] => {
            let users: Vec<Value> = SENDERS
                .iter()
                .map(|s| json!({"userId": s.0, "name": format!("{} {}", s.1, s.2), "email": s.3, "role": "user"}))
                .collect();
            let ids: Vec<&str> = SENDERS.iter().map(|s| s.0).collect();
            let hooks: Vec<Value> = core.lemlist.hooks.iter().map(hooks::show).collect();
            let out = json!({"_id": TEAM, "name": "Quarterdeck sales", "userIds": ids, "createdBy": ids[0], "createdAt": "2025-01-07T09:00:00.000Z", "hooks": hooks, "users": users, "invitedUsers": []});
            Reply::json(200, &out)
        }
        ["senders"] => {
            let all: Vec<Value> = SENDERS
                .iter()
                .enumerate()
                .map(|(i, s)| {
                    let of = core.lemlist.campaigns.iter().filter(|c| c.senders.contains(&i));
                    let campaigns: Vec<Value> = of
                        .map(|c| json!({"_id": c.id, "name": c.name, "status": c.status, "sendingChannels": ["email"]}))
                        .collect();
                    json!({"userId": s.0, "email": s.3, "campaigns": campaigns})
                })
                .collect();
            Reply::json(200, &Value::Array(all))
        }
        ["credits"] => {
            let left = CREDITS.saturating_sub(core.lemlist.credits_used);
            let remaining = json!({"total": left, "freemium": 0, "subscription": left, "gifted": 0, "paid": 0});
            Reply::json(200, &json!({"credits": left, "details": {"remaining": remaining}}))
        }
        _ => Reply::text(404, "Not found"),
    }
}

pub fn users(req: &Req, rest: &[&str]) -> Reply {
    let found = rest.first().and_then(|id| SENDERS.iter().find(|s| s.0 == *id));
    match found.filter(|_| req.method == "GET") {
        Some(s) => {
            let mailbox = json!({"_id": format!("usm_{}", s.1.to_lowercase()), "email": s.3, "isDefault": true});
            Reply::json(
                200,
                &json!({"_id": s.0, "firstName": s.1, "lastName": s.2, "email": s.3, "mailboxes": [mailbox]}),
            )
        }
        None => Reply::text(404, "User not found"),
    }
}

fn begin(core: &mut Core, mail: &str, now: i64) -> Option<String> {
    if core.lemlist.credits_used >= CREDITS {
        return None;
    }
    let id = core.lemlist.new_id("enr");
    core.lemlist.credits_used += 1;
    core.ledger.charge("lemlist", mail, 1);
    core.lemlist.enrichments.insert(id.clone(), (mail.to_lowercase(), now));
    Some(id)
}

pub fn enrich(core: &mut Core, req: &Req, rest: &[&str], now: i64) -> Reply {
    match (req.method.as_str(), rest) {
        ("POST", []) => {
            let Some(mail) = req.query("email").filter(|m| m.contains('@') && req.flag("verifyEmail")) else {
                return Reply::text(400, "Invalid parameters");
            };
            match begin(core, mail, now) {
                Some(id) => Reply::json(200, &json!({"id": id})).done(),
                None => Reply::text(400, "Not enough credits"),
            }
        }
        ("GET", [id]) => match core.lemlist.enrichments.get(*id) {
            None => Reply::text(404, "Enrichment not found"),
            Some((_, at)) if now - at < TAKES_MS => {
                Reply::json(202, &json!({"enrichmentId": id, "enrichmentStatus": "pending"}))
            }
            Some((mail, _)) => {
                let data = json!({"email": {"email": mail, "status": verdict(core, mail), "notFound": false}});
                Reply::json(
                    200,
                    &json!({"enrichmentId": id, "enrichmentStatus": "done", "input": {"email": mail}, "data": data}),
                )
            }
        },
        _ => Reply::text(405, "Method not allowed"),
    }
}

pub fn bulk(core: &mut Core, req: &Req, now: i64) -> Reply {
    let Some(list) = req.json().and_then(|v| v.as_array().cloned()) else {
        return Reply::json(400, &json!({"error": "WRONG_BODY_FORMAT"}));
    };
    if list.is_empty() {
        return Reply::json(400, &json!({"error": "NO_ENRICHMENTS_REQUESTED"}));
    }
    if list.len() > BULK_MAX {
        return Reply::json(400, &json!({"error": "TOO_MANY_ENRICHMENTS_REQUESTED"}));
    }
    let out: Vec<Value> = list
        .iter()
        .map(|e| {
            let verify = texts(e, "enrichmentRequests").iter().any(|r| r == "verify");
            let started = text(&e["input"], "email").filter(|_| verify).and_then(|mail| begin(core, mail, now));
            let mut one = match started {
                Some(id) => json!({"id": id}),
                None => json!({"error": "WRONG_INPUT_FORMAT"}),
            };
            if let Some(m) = e.get("metadata") {
                one["metadata"] = m.clone();
            }
            one
        })
        .collect();
    Reply::json(200, &Value::Array(out)).done()
}
