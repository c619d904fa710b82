//! The list of addresses and domains that may not be written to.
use serde_json::Value;
use serde_json::json;

use crate::sandbox::core::Core;
use crate::sandbox::http::Reply;
use crate::sandbox::http::Req;
use crate::sandbox::http::iso;
use crate::sandbox::http::texts;
use crate::sandbox::random::hash_text;

const BULK_MAX: usize = 10_000;

fn id_of(value: &str) -> String {
    format!("uns_{:016x}", hash_text(0x0115, value))
}

fn show(value: &str, source: &str, at: i64) -> Value {
    json!({"_id": id_of(value), "value": value, "variable": "email", "source": source, "createdAt": iso(at)})
}

fn page(core: &Core, req: &Req) -> Vec<(String, &'static str, i64)> {
    let limit = req.number("limit").unwrap_or(100).clamp(1, 100) as usize;
    let offset = req.number("offset").unwrap_or(0).max(0) as usize;
    let all = core.lemlist.unsubscribed.iter().skip(offset).take(limit);
    all.map(|(v, (source, at))| (v.clone(), *source, *at)).collect()
}

fn put(core: &mut Core, value: &str, now: i64) {
    let value = value.trim().to_lowercase();
    if !core.lemlist.unsubscribed.contains_key(&value) {
        core.ledger.wrote("lemlist", "unsubscribed", (&id_of(&value), &value), now);
        core.lemlist.unsubscribed.insert(value, ("api", now));
    }
}

pub fn handle(core: &mut Core, req: &Req, rest: &[&str], now: i64) -> Reply {
    match (req.method.as_str(), rest) {
        ("GET", []) => {
            let all: Vec<Value> = page(core, req).iter().map(|(v, s, at)| show(v, s, *at)).collect();
            Reply::json(200, &Value::Array(all))
        }
        ("POST", []) => {
            let values = texts(&req.json().unwrap_or_default(), "values");
            if values.is_empty() || values.len() > BULK_MAX {
                return Reply::text(400, "values must hold 1 to 10000 entries");
            }
            for v in &values {
                put(core, v, now);
            }
            Reply::json(200, &json!({"ok": true, "count": values.len()})).done()
        }
        (method, [value]) => {
            let value = value.trim().to_lowercase();
            let known = core.lemlist.unsubscribed.get(&value).copied();
            match (method, known) {
                ("GET", Some((source, at))) => Reply::json(200, &show(&value, source, at)),
                ("GET" | "DELETE", None) => Reply::text(404, "Not found"),
                ("POST", _) => {
                    put(core, &value, now);
                    let (source, at) = core.lemlist.unsubscribed.get(&value).copied().unwrap_or(("api", now));
                    Reply::json(200, &show(&value, source, at)).done()
                }
                ("DELETE", Some(_)) => {
                    core.lemlist.unsubscribed.remove(&value);
                    Reply::json(200, &json!({"ok": true})).done()
                }
                _ => Reply::text(405, "Method not allowed"),
            }
        }
        _ => Reply::text(405, "Method not allowed"),
    }
}

/// The deprecated form.
pub fn old(core: &mut Core, req: &Req, rest: &[&str], now: i64) -> Reply {
    match (req.method.as_str(), rest) {
        ("GET", []) => {
            let all: Vec<Value> = page(core, req)
                .iter()
                .map(|(v, _, at)| json!({"_id": id_of(v), "email": v, "campaignId": null, "campaignName": null, "unsubscribedAt": iso(*at), "scope": "team"}))
                .collect();
            Reply::json(200, &Value::Array(all))
        }
        (_, [_]) => handle(core, req, rest, now),
        _ => Reply::text(405, "Method not allowed"),
    }
}
