//! One record at a time: create, read, list, change, archive, merge, erase.
use serde_json::Value;
use serde_json::json;

use crate::sandbox::core::Core;
use crate::sandbox::http::Reply;
use crate::sandbox::http::Req;
use crate::sandbox::http::text;
use crate::sandbox::hubspot::assoc;
use crate::sandbox::hubspot::fault;
use crate::sandbox::hubspot::fault::Detail;
use crate::sandbox::hubspot::fields;
use crate::sandbox::hubspot::fields::STAGES;
use crate::sandbox::hubspot::links;
use crate::sandbox::hubspot::store::KINDS;

/// Why one input was refused.
pub enum Refusal {
    Invalid(Vec<Detail>),
    Taken { message: String },
    Missing,
}

impl Refusal {
    pub fn reply(self, core: &mut Core) -> Reply {
        match self {
            Self::Invalid(details) => fault::invalid(core, &details),
            Self::Taken { message } => fault::conflict(core, &message),
            Self::Missing => fault::not_found(core),
        }
    }
}

pub fn create(core: &mut Core, kind: usize, req: &Req, now: i64) -> Reply {
    let Some(input) = req.json() else {
        return fault::no_json(core);
    };
    match create_one(core, kind, &input, now) {
        Ok(id) => Reply::json(201, &fields::show(core, kind, id, None)).done(),
        Err(no) => no.reply(core),
    }
}

pub fn create_one(core: &mut Core, kind: usize, input: &Value, now: i64) -> Result<u64, Refusal> {
    let props = fields::read(core, kind, input).map_err(Refusal::Invalid)?;
    let timed = (3..=7).contains(&kind);
    if timed && !props.iter().any(|(k, v)| k == "hs_timestamp" && !v.is_empty()) {
        return Err(Refusal::Invalid(vec![Detail {
            message: "hs_timestamp is required".into(),
            code: "MISSING_REQUIRED_PROPERTY",
            property: "hs_timestamp".into(),
        }]));
    }
    refuse_taken(core, kind, &props, None)?;
    let links = links::wanted(core, kind, input).map_err(Refusal::Invalid)?;
    let id = core.hubspot.store.add(kind, now);
    for (k, v) in &props {
        core.hubspot.store.set(kind, id, k, v);
    }
    note(core, kind, id, "created", now);
    for (to_kind, to_id, type_id) in links {
        assoc::join(core, (kind, id), (to_kind, to_id), Some(type_id), now);
    }
    Ok(id)
}

/// Writes checked properties over a record.
pub fn change(core: &mut Core, kind: usize, id: u64, input: &Value, now: i64) -> Result<(), Refusal> {
    let props = fields::read(core, kind, input).map_err(Refusal::Invalid)?;
    refuse_taken(core, kind, &props, Some(id))?;
    for (k, v) in &props {
        // A lifecycle stage goes back only over an empty value; HubSpot says nothing about it.
        if k == "lifecyclestage" && !v.is_empty() {
            let rank = |s: &str| STAGES.iter().position(|x| *x == s);
            let old = core.hubspot.store.get(kind, id, k).and_then(rank);
            if old > rank(v) {
                continue;
            }
        }
        core.hubspot.store.set(kind, id, k, v);
    }
    core.hubspot.store.touch(kind, id, now);
    note(core, kind, id, "updated", now);
    Ok(())
}

fn refuse_taken(core: &Core, kind: usize, props: &[(String, String)], own: Option<u64>) -> Result<(), Refusal> {
    for (name, value) in props {
        if value.is_empty() || !core.hubspot.store.is_unique(kind, name) {
            continue;
        }
        let holder = core.hubspot.store.by_unique(kind, name, value);
        if let Some(id) = holder.filter(|id| Some(*id) != own) {
            let word = KINDS[kind].2;
            return Err(Refusal::Taken { message: format!("{word} already exists. Existing ID: {id}") });
        }
    }
    Ok(())
}

/// Notes a write in the ledger under what people would call the record.
pub fn note(core: &mut Core, kind: usize, id: u64, verb: &str, now: i64) {
    let names = [
        "email",
        "domain",
        "dealname",
        "hs_note_body",
        "hs_email_subject",
        "hs_call_title",
        "hs_meeting_title",
        "hs_task_subject",
        "name",
        "quarterdeck_id",
    ];
    let key = names.iter().find_map(|n| core.hubspot.store.get(kind, id, n));
    let key: String = key.unwrap_or_default().chars().take(200).collect();
    let what = format!("{}_{verb}", KINDS[kind].0);
    core.ledger.wrote("hubspot", &what, (&id.to_string(), &key), now);
}

pub fn asked(req: &Req) -> Option<Vec<String>> {
    let list: Vec<String> = req
        .query_all("properties")
        .iter()
        .flat_map(|p| p.split(','))
        .map(|p| p.trim().to_owned())
        .filter(|p| !p.is_empty())
        .collect();
    Some(list)
}

pub fn read(core: &mut Core, kind: usize, id: &str, req: &Req, _now: i64) -> Reply {
    let Some(id) = core.hubspot.store.find(kind, id, req.query("idProperty")) else {
        return fault::not_found(core);
    };
    let mut out = fields::show(core, kind, id, asked(req).as_deref());
    for name in req.query_all("associations").iter().flat_map(|a| a.split(',')) {
        if let Some(to) = crate::sandbox::hubspot::store::kind_of(name) {
            let list = assoc::short_list(core, kind, id, to);
            if !list.is_empty() {
                out["associations"][KINDS[to].0] = json!({"results": list});
            }
        }
    }
    Reply::json(200, &out)
}

pub fn list(core: &mut Core, kind: usize, req: &Req, _now: i64) -> Reply {
    let limit = req.number("limit").unwrap_or(10);
    if !(1..=100).contains(&limit) {
        return fault::bad(core, "limit must be between 1 and 100", &[]);
    }
    let after: u64 = req.query("after").and_then(|a| a.parse().ok()).unwrap_or(0);
    let names = asked(req);
    let ids: Vec<u64> = core.hubspot.store.tables[kind]
        .recs
        .range(after..)
        .filter(|(_, r)| !r.archived)
        .map(|(id, _)| *id)
        .take(limit as usize + 1)
        .collect();
    let shown: Vec<Value> =
        ids.iter().take(limit as usize).map(|id| fields::show(core, kind, *id, names.as_deref())).collect();
    let mut out = json!({"results": shown});
    if let Some(next) = ids.get(limit as usize) {
        out["paging"] = json!({"next": {"after": next.to_string(), "link": format!("?after={next}")}});
    }
    Reply::json(200, &out)
}

pub fn update(core: &mut Core, kind: usize, id: &str, req: &Req, now: i64) -> Reply {
    let Some(input) = req.json() else {
        return fault::no_json(core);
    };
    let Some(id) = core.hubspot.store.find(kind, id, req.query("idProperty")) else {
        return fault::not_found(core);
    };
    match change(core, kind, id, &input, now) {
        Ok(()) => Reply::json(200, &fields::show(core, kind, id, None)).done(),
        Err(no) => no.reply(core),
    }
}

pub fn archive(core: &mut Core, kind: usize, id: &str, now: i64) -> Reply {
    let known = id.parse().ok().filter(|id| core.hubspot.store.live(kind, *id).is_some());
    if let Some(id) = known {
        note(core, kind, id, "archived", now);
        core.hubspot.store.archive(kind, id, now);
    }
    Reply::empty(204).done_if(known.is_some())
}

pub fn merge(core: &mut Core, kind: usize, req: &Req, now: i64) -> Reply {
    let Some(input) = req.json() else {
        return fault::no_json(core);
    };
    let find = |key: &str| text(&input, key).and_then(|id| core.hubspot.store.find(kind, id, None));
    let (Some(keep), Some(gone)) = (find("primaryObjectId"), find("objectIdToMerge")) else {
        return fault::not_found(core);
    };
    let moved: Vec<(String, String)> =
        core.hubspot.store.all_props(kind, gone).into_iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
    core.hubspot.store.archive(kind, gone, now);
    for (k, v) in moved {
        if core.hubspot.store.get(kind, keep, &k).is_none() {
            core.hubspot.store.set(kind, keep, &k, &v);
        }
    }
    core.hubspot.store.touch(kind, keep, now);
    note(core, kind, keep, "merged", now);
    Reply::json(200, &fields::show(core, kind, keep, None)).done()
}

pub fn erase(core: &mut Core, kind: usize, req: &Req, now: i64) -> Reply {
    let Some(input) = req.json() else {
        return fault::no_json(core);
    };
    let found = text(&input, "objectId").and_then(|id| core.hubspot.store.find(kind, id, text(&input, "idProperty")));
    if let Some(id) = found {
        note(core, kind, id, "erased", now);
        core.hubspot.store.archive(kind, id, now);
        core.hubspot.store.tables[kind].recs.remove(&id);
    }
    Reply::empty(204).done_if(found.is_some())
}
