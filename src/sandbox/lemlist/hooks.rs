//! Hooks: who wants to be called for what, and the calls on their way out.
use serde_json::Value;
use serde_json::json;

use crate::sandbox::core::Core;
use crate::sandbox::http::Reply;
use crate::sandbox::http::Req;
use crate::sandbox::http::iso;
use crate::sandbox::http::text;
use crate::sandbox::lemlist::state::Activity;
use crate::sandbox::lemlist::state::Hook;
use crate::sandbox::lemlist::state::Outgoing;

const HOOKS_MAX: usize = 200;
/// Calls waiting while nobody fetches them; above it the oldest are lost, as with the vendor.
const WAITING_MAX: usize = 10_000;

pub fn show(h: &Hook) -> Value {
    json!({"_id": h.id, "targetUrl": h.url, "type": h.kind, "campaignId": h.campaign, "createdAt": iso(h.created)})
}

pub fn handle(core: &mut Core, req: &Req, rest: &[&str], now: i64) -> Reply {
    match (req.method.as_str(), rest) {
        ("GET", []) => {
            let all: Vec<Value> = core.lemlist.hooks.iter().map(show).collect();
            Reply::json(200, &Value::Array(all))
        }
        ("POST", []) => create(core, req, now),
        ("DELETE", [id]) => match core.lemlist.hooks.iter().position(|h| h.id == *id) {
            Some(i) => {
                let gone = core.lemlist.hooks.remove(i);
                Reply::json(200, &show(&gone)).done()
            }
            None => Reply::text(404, "Hook not found"),
        },
        _ => Reply::text(405, "Method not allowed"),
    }
}

fn create(core: &mut Core, req: &Req, now: i64) -> Reply {
    let body = req.json().unwrap_or_default();
    let Some(url) = text(&body, "targetUrl").filter(|u| u.starts_with("http")) else {
        return Reply::text(400, "targetUrl is required");
    };
    let kind = text(&body, "type").map(str::to_owned);
    let campaign = req.query("campaignId").or_else(|| text(&body, "campaignId")).map(str::to_owned);
    let same = |h: &&Hook| h.url == url && h.kind == kind && h.campaign == campaign;
    if core.lemlist.hooks.iter().find(same).is_some() {
        return Reply::text(400, "This hook already exists");
    }
    if core.lemlist.hooks.len() >= HOOKS_MAX {
        return Reply::text(400, "You have reached the limit of 200 webhooks");
    }
    let hook = Hook {
        url: url.to_owned(),
        secret: text(&body, "secret").map(str::to_owned),
        id: core.lemlist.new_id("hoo"),
        kind,
        campaign,
        first_only: req.flag("isFirst") || body["isFirst"] == true,
        created: now,
    };
    let shown = show(&hook);
    core.lemlist.hooks.push(hook);
    Reply::json(200, &shown).done()
}

/// Puts the calls for an activity into the outbox.
pub fn queue(core: &mut Core, a: &Activity, shown: &Value) {
    let campaign = shown["campaignId"].as_str().unwrap_or_default();
    let mut calls = Vec::new();
    for h in &core.lemlist.hooks {
        let typed = h.kind.as_deref().is_none_or(|k| k == a.kind);
        if !typed || h.campaign.as_deref().is_some_and(|c| c != campaign) || (h.first_only && !a.first) {
            continue;
        }
        let mut body = shown.clone();
        if let Some(secret) = &h.secret {
            body["secret"] = json!(secret);
        }
        calls.push(Outgoing { url: h.url.clone(), body: body.to_string(), label: format!("HOOK {}", a.kind) });
    }
    let room = WAITING_MAX.saturating_sub(core.lemlist.outbox.len());
    core.lemlist.outbox.extend(calls.into_iter().take(room));
}
