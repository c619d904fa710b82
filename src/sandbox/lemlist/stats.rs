//! Numbers of a campaign in a stretch of time.
use std::collections::BTreeSet;

use serde_json::Value;
use serde_json::json;

use crate::sandbox::core::Core;
use crate::sandbox::http::Reply;
use crate::sandbox::http::Req;
use crate::sandbox::http::parse_time;
use crate::sandbox::http::text;
use crate::sandbox::http::texts;
use crate::sandbox::lemlist::state::Activity;

const BATCH_MAX: usize = 100;

pub fn handle(core: &mut Core, req: &Req, rest: &[&str]) -> Reply {
    match (req.method.as_str(), rest) {
        ("GET", [id, "stats"]) => {
            let range = (req.query("startDate").and_then(parse_time), req.query("endDate").and_then(parse_time));
            let (Some(from), Some(to)) = range else {
                return Reply::text(400, "startDate and endDate are required");
            };
            match core.lemlist.campaign(id) {
                Some(c) => Reply::json(200, &count(core, c, from, to)),
                None => Reply::text(404, "Campaign not found"),
            }
        }
        ("POST", ["stats", "batch"]) => {
            let body = req.json().unwrap_or_default();
            let ids = texts(&body, "campaignIds");
            let range = (text(&body, "startDate").and_then(parse_time), text(&body, "endDate").and_then(parse_time));
            let (Some(from), Some(to)) = range else {
                return Reply::text(400, "startDate and endDate are required");
            };
            if ids.is_empty() || ids.len() > BATCH_MAX {
                return Reply::text(400, "campaignIds must hold 1 to 100 ids");
            }
            let mut results = Vec::new();
            let mut errors = Vec::new();
            for id in ids {
                match core.lemlist.campaign(&id) {
                    Some(c) => {
                        let mut one = count(core, c, from, to);
                        one["campaignId"] = json!(id);
                        results.push(one);
                    }
                    None => errors.push(json!({"campaignId": id, "error": "Campaign not found"})),
                }
            }
            Reply::json(200, &json!({"results": results, "errors": errors}))
        }
        _ => Reply::text(405, "Method not allowed"),
    }
}

fn count(core: &Core, c: usize, from: i64, to: i64) -> Value {
    let campaign = &core.lemlist.campaigns[c];
    let mine: Vec<&Activity> = core
        .lemlist
        .activities
        .iter()
        .filter(|a| core.lemlist.leads[a.lead].campaign == c && (from..=to).contains(&a.at))
        .collect();
    let times = |kind: &str| mine.iter().filter(|a| a.kind == kind).count();
    let people = |kind: &str| {
        let set: BTreeSet<usize> = mine.iter().filter(|a| a.kind == kind).map(|a| a.lead).collect();
        set.len()
    };
    let steps: Vec<Value> = campaign
        .steps
        .iter()
        .enumerate()
        .map(|(i, s)| {
            let n = |kind: &str| mine.iter().filter(|a| a.kind == kind && a.step == i).count();
            json!({
                "index": i, "sequenceId": campaign.sequence, "sequenceStep": i, "taskType": s.kind, "invited": 0,
                "sent": n("emailsSent"), "delivered": n("emailsSent") - n("emailsBounced").min(n("emailsSent")),
                "opened": n("emailsOpened"), "clicked": n("emailsClicked"), "replied": n("emailsReplied"),
                "notDelivered": n("emailsFailed"), "bounced": n("emailsBounced"), "unsubscribed": n("emailsUnsubscribed"),
            })
        })
        .collect();
    let leads = core.lemlist.leads.iter().filter(|l| l.campaign == c && !l.removed);
    let sent = times("emailsSent");
    let bounced = times("emailsBounced");
    json!({
        "nbLeads": leads.clone().count(), "nbLeadsLaunched": leads.clone().filter(|l| l.reviewed.is_some()).count(),
        "nbLeadsReached": people("emailsSent"), "nbLeadsOpened": people("emailsOpened"), "nbLeadsInteracted": people("emailsClicked"),
        "nbLeadsAnswered": people("emailsReplied"), "nbLeadsInterested": people("interested"),
        "nbLeadsNotInterested": people("notInterested"), "nbLeadsUnsubscribed": people("emailsUnsubscribed"),
        "nbLeadsInterrupted": leads.filter(|l| !l.stopped.is_empty()).count(), "messagesSent": sent,
        "messagesNotSent": 0, "messagesBounced": bounced, "delivered": sent - bounced.min(sent),
        "opened": times("emailsOpened"), "clicked": times("emailsClicked"), "replied": times("emailsReplied"),
        "invitationAccepted": 0, "meetingBooked": 0, "steps": steps,
    })
}
