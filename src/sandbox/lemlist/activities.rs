//! The log of what happened, as a list and as hooks.
use std::collections::BTreeSet;

use serde_json::Value;
use serde_json::json;

use crate::sandbox::core::Core;
use crate::sandbox::http::Reply;
use crate::sandbox::http::Req;
use crate::sandbox::http::iso;
use crate::sandbox::http::parse_time;
use crate::sandbox::lemlist::hooks;
use crate::sandbox::lemlist::state::Activity;
use crate::sandbox::lemlist::state::SENDERS;
use crate::sandbox::lemlist::state::TEAM;

const LIMIT_MAX: i64 = 100;

/// Writes an activity of a lead, step and sender down and calls the hooks that ask for it.
pub fn add(core: &mut Core, kind: &'static str, of: (usize, usize, usize), at: i64, more: Value) {
    let (lead, step, sender) = of;
    let id = core.lemlist.new_id("act");
    let l = &mut core.lemlist.leads[lead];
    let first = l.seen.insert(kind);
    kind.clone_into(&mut l.state);
    let activity = Activity { id, kind, lead, step, sender, at, first, more };
    let shown = show(core, &activity);
    hooks::queue(core, &activity, &shown);
    core.lemlist.activities.push(activity);
}

/// What came of the mails so far: opened and bounced by mail, replied and unsubscribed by person.
pub fn outcomes(core: &Core) -> Value {
    let by_mail = |kind: &str| distinct(core, kind, |a| (a.lead, a.step));
    let by_person = |kind: &str| distinct(core, kind, |a| core.lemlist.leads[a.lead].mail.clone());
    json!({
        "opened": by_mail("emailsOpened"),
        "bounced": by_mail("emailsBounced"),
        "replied": by_person("emailsReplied"),
        "unsubscribed": by_person("emailsUnsubscribed"),
    })
}

fn distinct<K: Ord>(core: &Core, kind: &str, key: impl Fn(&Activity) -> K) -> usize {
    core.lemlist.activities.iter().filter(|a| a.kind == kind).map(key).collect::<BTreeSet<K>>().len()
}

pub fn show(core: &Core, a: &Activity) -> Value {
    let l = &core.lemlist.leads[a.lead];
    let c = &core.lemlist.campaigns[l.campaign];
    let s = SENDERS[a.sender];
    let get = |key: &str| l.vars.get(key).cloned().unwrap_or(Value::Null);
    let step = c.steps.get(a.step);
    let mut out = json!({
        "_id": a.id, "type": a.kind, "createdAt": iso(a.at), "isFirst": a.first, "teamId": TEAM,
        "campaignId": c.id, "campaignName": c.name, "leadId": l.id, "contactId": l.contact, "leadEmail": l.mail,
        "leadFirstName": get("firstName"), "leadLastName": get("lastName"), "leadCompanyName": get("companyName"),
        "sequenceId": c.sequence, "stepId": step.map(|s| s.id.clone()), "sequenceStep": a.step,
        "totalSequenceStep": c.steps.len(), "sendUserId": s.0, "sendUserEmail": s.3,
        "sendUserName": format!("{} {}", s.1, s.2), "emailTemplateId": step.map(|s| s.id.replace("stp_", "etp_")),
    });
    if let (Some(map), Some(more)) = (out.as_object_mut(), a.more.as_object()) {
        map.extend(more.clone());
    }
    let name =
        format!("{} {}", get("firstName").as_str().unwrap_or_default(), get("lastName").as_str().unwrap_or_default());
    core.plants.overlay("lemlist", "person", &[&l.mail, &name], &mut out);
    out
}

/// The newest first, as lemlist lists them.
pub fn list(core: &mut Core, req: &Req) -> Reply {
    if req.query("version") != Some("v2") {
        return Reply::text(400, "Please use version=v2");
    }
    let limit = req.number("limit").unwrap_or(LIMIT_MAX).clamp(1, LIMIT_MAX) as usize;
    let offset = req.number("offset").unwrap_or(0).max(0) as usize;
    let time = |a: &str, b: &str| req.query(a).or_else(|| req.query(b)).and_then(parse_time);
    let from = time("minDate", "startDate").unwrap_or(i64::MIN);
    let to = time("maxDate", "endDate").unwrap_or(i64::MAX);
    let fits = |a: &&Activity| {
        let l = &core.lemlist.leads[a.lead];
        (from..=to).contains(&a.at)
            && req.query("type").is_none_or(|t| t == a.kind)
            && req.query("leadId").is_none_or(|id| id == l.id)
            && req.query("campaignId").is_none_or(|id| core.lemlist.campaigns[l.campaign].id == id)
            && (!req.flag("isFirst") || a.first)
    };
    let page: Vec<Value> =
        core.lemlist.activities.iter().rev().filter(fits).skip(offset).take(limit).map(|a| show(core, a)).collect();
    Reply::json(200, &Value::Array(page))
}
