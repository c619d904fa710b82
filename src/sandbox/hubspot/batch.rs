//! Up to a hundred records at a time, with HubSpot's all-or-nothing and its 207.
use std::collections::HashSet;

use serde_json::Value;
use serde_json::json;

use crate::sandbox::core::Core;
use crate::sandbox::http::Reply;
use crate::sandbox::http::Req;
use crate::sandbox::http::iso;
use crate::sandbox::http::text;
use crate::sandbox::http::texts;
use crate::sandbox::hubspot::fault;
use crate::sandbox::hubspot::fields;
use crate::sandbox::hubspot::objects;
use crate::sandbox::hubspot::objects::Refusal;
use crate::sandbox::hubspot::store::KINDS;

const BATCH_MAX: usize = 100;

pub fn handle(core: &mut Core, kind: usize, verb: &str, req: &Req, now: i64) -> Reply {
    let Some(body) = req.json() else {
        return fault::no_json(core);
    };
    let Some(inputs) = body.get("inputs").and_then(Value::as_array).cloned() else {
        return fault::bad(core, "Some required fields were not set: [inputs]", &[]);
    };
    if inputs.is_empty() || inputs.len() > BATCH_MAX {
        let m = format!("The batch must have between 1 and {BATCH_MAX} inputs, but had {}", inputs.len());
        return fault::bad(core, &m, &[]);
    }
    match verb {
        "read" => read(core, kind, &body, &inputs, now),
        "archive" => archive(core, kind, &inputs, now),
        "create" | "update" | "upsert" => write(core, kind, verb, &inputs, now),
        _ => fault::no_route(core),
    }
}

pub fn envelope(results: Vec<Value>, now: i64) -> Value {
    json!({"status": "COMPLETE", "results": results, "startedAt": iso(now), "completedAt": iso(now)})
}

fn read(core: &mut Core, kind: usize, body: &Value, inputs: &[Value], now: i64) -> Reply {
    let id_property = text(body, "idProperty");
    let names = texts(body, "properties");
    let mut found = Vec::new();
    let mut missing = Vec::new();
    for input in inputs {
        let id = input_id(input);
        match core.hubspot.store.find(kind, &id, id_property) {
            Some(known) => found.push(fields::show(core, kind, known, Some(&names))),
            None => missing.push(id),
        }
    }
    let mut out = envelope(found, now);
    if missing.is_empty() {
        return Reply::json(200, &out);
    }
    let word = KINDS[kind].2.to_uppercase();
    out["numErrors"] = json!(1);
    out["errors"] = json!([{
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "message": format!("Could not get some {word} objects, they may be deleted or not exist. Check that ids are valid."),
        "context": {"ids": missing},
        "links": {},
        "errors": [],
    }]);
    Reply::json(207, &out)
}

fn archive(core: &mut Core, kind: usize, inputs: &[Value], now: i64) -> Reply {
    let mut changed = false;
    for input in inputs {
        if let Some(id) = core.hubspot.store.find(kind, &input_id(input), None) {
            objects::note(core, kind, id, "archived", now);
            changed |= core.hubspot.store.archive(kind, id, now);
        }
    }
    Reply::empty(204).done_if(changed)
}

fn input_id(input: &Value) -> String {
    match &input["id"] {
        Value::String(s) => s.trim().to_owned(),
        other => other.to_string(),
    }
}

/// Without a trace id on each input one bad input fails the whole batch.
fn write(core: &mut Core, kind: usize, verb: &str, inputs: &[Value], now: i64) -> Reply {
    let traces: HashSet<&str> = inputs.iter().filter_map(|i| text(i, "objectWriteTraceId")).collect();
    let singly = traces.len() == inputs.len();
    if verb != "create" {
        let ids: HashSet<String> = inputs.iter().map(|i| input_id(i).to_lowercase()).collect();
        if ids.len() < inputs.len() {
            return fault::bad(core, "Duplicate IDs found in batch input: each id may occur once", &[]);
        }
    }
    if !singly {
        for input in inputs {
            if let Err(no) = rehearse(core, kind, verb, input) {
                return no.reply(core);
            }
        }
    }
    let mut results = Vec::new();
    let mut errors = Vec::new();
    for input in inputs {
        match one(core, kind, verb, input, now) {
            Ok(v) => results.push(v),
            Err(no) => errors.push(error_entry(core, no, input)),
        }
    }
    let changed = !results.is_empty();
    let mut out = envelope(results, now);
    if errors.is_empty() {
        return Reply::json(if verb == "create" { 201 } else { 200 }, &out).done();
    }
    out["numErrors"] = json!(errors.len());
    out["errors"] = json!(errors);
    Reply::json(207, &out).done_if(changed)
}

/// What would refuse this input, without writing anything.
fn rehearse(core: &Core, kind: usize, verb: &str, input: &Value) -> Result<(), Refusal> {
    let props = fields::read(core, kind, input).map_err(Refusal::Invalid)?;
    let known = core.hubspot.store.find(kind, &input_id(input), text(input, "idProperty"));
    if verb == "update" && known.is_none() {
        return Err(Refusal::Missing);
    }
    let own = if verb == "create" { None } else { known };
    for (name, value) in props {
        if value.is_empty() || !core.hubspot.store.is_unique(kind, &name) {
            continue;
        }
        let holder = core.hubspot.store.by_unique(kind, &name, &value);
        if let Some(id) = holder.filter(|id| Some(*id) != own) {
            return Err(Refusal::Taken { message: format!("{} already exists. Existing ID: {id}", KINDS[kind].2) });
        }
    }
    Ok(())
}

fn one(core: &mut Core, kind: usize, verb: &str, input: &Value, now: i64) -> Result<Value, Refusal> {
    let id_property = text(input, "idProperty").map(str::to_owned);
    let id = input_id(input);
    let known = match verb {
        "create" => None,
        _ => core.hubspot.store.find(kind, &id, id_property.as_deref()),
    };
    let mut shown = match known {
        Some(known) => {
            objects::change(core, kind, known, input, now)?;
            fields::show(core, kind, known, None)
        }
        None if verb == "update" => return Err(Refusal::Missing),
        None => {
            let mut input = input.clone();
            if let (Some(name), true) = (&id_property, verb == "upsert") {
                if !core.hubspot.store.is_unique(kind, name) {
                    return Err(Refusal::Invalid(vec![fault::Detail {
                        message: format!("Property {name} is not a unique property and cannot be used as idProperty"),
                        code: "INVALID_ID_PROPERTY",
                        property: name.clone(),
                    }]));
                }
                if let Some(map) = input["properties"].as_object_mut() {
                    map.entry(name.clone()).or_insert(json!(id));
                }
            } else if verb == "upsert" {
                return Err(Refusal::Missing);
            }
            let made = objects::create_one(core, kind, &input, now)?;
            fields::show(core, kind, made, None)
        }
    };
    if verb == "upsert" {
        shown["new"] = json!(known.is_none());
    }
    if let Some(trace) = input.get("objectWriteTraceId") {
        shown["objectWriteTraceId"] = trace.clone();
    }
    Ok(shown)
}

fn error_entry(core: &mut Core, no: Refusal, input: &Value) -> Value {
    let trace = input["objectWriteTraceId"].clone();
    let reply = no.reply(core);
    let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    json!({
        "status": "error",
        "category": body["category"],
        "message": body["message"],
        "context": {"objectWriteTraceId": [trace], "ids": [input_id(input)]},
        "errors": body.get("errors").cloned().unwrap_or_else(|| json!([])),
        "links": {},
    })
}
