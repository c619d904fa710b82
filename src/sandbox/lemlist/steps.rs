//! The steps of a sequence.
use serde_json::Value;
use serde_json::json;

use crate::sandbox::core::Core;
use crate::sandbox::http::Reply;
use crate::sandbox::http::Req;
use crate::sandbox::http::text;
use crate::sandbox::lemlist::campaigns;
use crate::sandbox::lemlist::state::Campaign;
use crate::sandbox::lemlist::state::Step;

const KINDS: &[&str] = &[
    "email",
    "manual",
    "phone",
    "api",
    "linkedinVisit",
    "linkedinInvite",
    "linkedinSend",
    "linkedinVoiceNote",
    "linkedinFollow",
    "linkedinLikeLastPost",
    "linkedinCommentLastPost",
    "linkedinEndorse",
    "linkedinWithdrawInvitation",
    "sendToAnotherCampaign",
    "conditional",
    "whatsappMessage",
    "sms",
];

pub fn show(c: &Campaign, i: usize) -> Value {
    let s = &c.steps[i];
    let mut out = s.more.clone();
    if let Some(map) = out.as_object_mut() {
        let own = json!({
            "_id": s.id, "type": s.kind, "delay": s.delay, "index": i, "sequenceId": c.sequence, "sequenceStep": i,
            "subject": s.subject, "message": s.message, "emailTemplateId": s.id.replace("stp_", "etp_"),
        });
        map.extend(own.as_object().cloned().unwrap_or_default());
    }
    out
}

pub fn handle(core: &mut Core, req: &Req, sequence: &str, rest: &[&str], now: i64) -> Reply {
    let Some(c) = core.lemlist.campaigns.iter().position(|c| c.sequence == sequence) else {
        return Reply::text(404, "Sequence not found");
    };
    let Some(body) = req.json() else {
        return Reply::text(400, "Bad request");
    };
    if matches!(req.method.as_str(), "POST" | "PATCH") {
        let kind = text(&body, "type").unwrap_or_default();
        if !KINDS.contains(&kind) {
            return Reply::text(400, "Invalid step type");
        }
    }
    match (req.method.as_str(), rest) {
        ("POST", [] | [""]) => add(core, c, &body, now),
        ("PATCH", [id]) => {
            let Some(i) = core.lemlist.campaigns[c].steps.iter().position(|s| s.id == *id) else {
                return Reply::text(404, "Step not found");
            };
            write(&mut core.lemlist.campaigns[c].steps[i], &body);
            Reply::json(200, &show(&core.lemlist.campaigns[c], i)).done()
        }
        ("DELETE", [id]) => {
            let Some(i) = core.lemlist.campaigns[c].steps.iter().position(|s| s.id == *id) else {
                return Reply::text(404, "Step not found");
            };
            core.lemlist.campaigns[c].steps.remove(i);
            Reply::json(200, &json!({"ok": true})).done()
        }
        _ => Reply::text(405, "Method not allowed"),
    }
}

fn add(core: &mut Core, c: usize, body: &Value, now: i64) -> Reply {
    let id = core.lemlist.new_id("stp");
    let campaign = &mut core.lemlist.campaigns[c];
    let mut step = Step {
        id,
        kind: String::new(),
        delay: i64::from(!campaign.steps.is_empty()),
        subject: String::new(),
        message: String::new(),
        more: json!({}),
    };
    write(&mut step, body);
    let last = campaign.steps.len();
    let at = body["index"].as_u64().map_or(last, |i| (i as usize).min(last));
    campaign.steps.insert(at, step);
    let shown = show(campaign, at);
    campaigns::wake_all(core, c, now);
    Reply::json(200, &shown).done()
}

fn write(step: &mut Step, body: &Value) {
    for (key, slot) in [("type", &mut step.kind), ("subject", &mut step.subject), ("message", &mut step.message)] {
        if let Some(v) = text(body, key) {
            v.clone_into(slot);
        }
    }
    if let Some(days) = body["delay"].as_i64() {
        step.delay = days.max(0);
    }
    for key in ["title", "altMessage", "method", "url", "conditionKey", "delayType", "campaignId"] {
        if let Some(v) = body.get(key) {
            step.more[key] = v.clone();
        }
    }
}
