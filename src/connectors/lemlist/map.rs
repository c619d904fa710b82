//! lemlist's words to ours and back: steps, schedules, leads, activities, numbers. Pure.
use std::collections::BTreeMap;

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::connectors::lemlist::wire;
use crate::connectors::words::given;
use crate::connectors::words::instant;
use crate::ports::vendors::Activity;
use crate::ports::vendors::CampaignSetup;
use crate::ports::vendors::Recipient;
use crate::ports::vendors::Touch;

/// Office hours in the reader's zone.
const OPENS: &str = "09:00";
const CLOSES: &str = "17:00";
const OPEN_S: u64 = 8 * 3_600;
const WEEKDAYS: [u8; 5] = [1, 2, 3, 4, 5];

/// What differs between the steps there and the touches wanted.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    Delete { step: String },
    Patch { step: String, body: Value },
    Add { body: Value },
}

/// Reads before it writes: steps that are right stay, so that a repeat after a crash changes nothing twice.
pub fn edits(steps: &[wire::Step], touches: &[Touch]) -> Vec<Edit> {
    let mut steps = steps.to_vec();
    steps.sort_by_key(|step| step.index.unwrap_or(i64::MAX));
    // The type of a step cannot change: from the first wrong one on they are made anew.
    let kept =
        steps.iter().zip(touches).take_while(|(step, touch)| step.kind.as_deref() == Some(step_type(touch))).count();
    let mut out = Vec::new();
    for step in steps[kept..].iter().rev().filter_map(|step| step.id.clone()) {
        out.push(Edit::Delete { step });
    }
    for (step, touch) in steps[..kept].iter().zip(touches) {
        if let (false, Some(id)) = (is_same(step, touch), step.id.clone()) {
            out.push(Edit::Patch { step: id, body: step_body(touch, None) });
        }
    }
    for (index, touch) in touches.iter().enumerate().skip(kept) {
        out.push(Edit::Add { body: step_body(touch, Some(index)) });
    }
    out
}

/// Only mails are sent by machines; the rest are tasks for a person.
fn step_type(touch: &Touch) -> &'static str {
    match touch.kind.as_str() {
        "email" => "email",
        "call" => "phone",
        _ => "manual",
    }
}

fn is_same(step: &wire::Step, touch: &Touch) -> bool {
    let same_subject = step_type(touch) != "email" || step.subject.as_deref().unwrap_or_default() == touch.subject;
    same_subject
        && step.delay.unwrap_or(0) == i64::from(touch.delay_days)
        && step.message.as_deref().unwrap_or_default() == touch.body
}

fn step_body(touch: &Touch, index: Option<usize>) -> Value {
    let kind = step_type(touch);
    let mut body = json!({"type": kind, "delay": touch.delay_days, "message": touch.body});
    let head = if kind == "email" { "subject" } else { "title" };
    body[head] = json!(touch.subject);
    if let Some(index) = index {
        body["index"] = json!(index);
    }
    body
}

pub fn schedule_body(setup: &CampaignSetup) -> Value {
    let (limit, mailboxes) = (u64::from(setup.daily_limit.max(1)), u64::from(setup.mailboxes.max(1)));
    // Each mailbox waits this long after a mail, so that all together stay below the day's limit.
    let seconds = (OPEN_S * mailboxes).div_ceil(limit);
    json!({"secondsToWait": seconds, "timezone": setup.zone, "start": OPENS, "end": CLOSES, "weekdays": WEEKDAYS})
}

/// Variables first: none of them can take the place of who the mail goes to.
pub fn lead_body(who: &Recipient) -> Value {
    let mut body: Map<String, Value> = who.variables.iter().map(|(name, text)| (name.clone(), json!(text))).collect();
    let fixed = [
        ("email", &who.email),
        ("firstName", &who.given_name),
        ("lastName", &who.surname),
        ("companyName", &who.company),
        ("jobTitle", &who.title),
        ("timezone", &who.zone),
    ];
    body.extend(fixed.into_iter().map(|(name, text)| (name.to_owned(), json!(text))));
    match &who.linkedin_url {
        Some(url) => body.insert("linkedinUrl".to_owned(), json!(url)),
        None => body.remove("linkedinUrl"),
    };
    Value::Object(body)
}

/// A lead that waits for its review: nothing is sent to it.
pub fn is_released(state: Option<&str>) -> bool {
    let waiting = ["", "scanned", "toreview", "review", "imported", "draft", "notreviewed", "pending"];
    state.is_some_and(|state| !waiting.contains(&state.to_ascii_lowercase().as_str()))
}

/// Our word for an activity's type; `None` for what we have no use for.
pub fn activity_kind(theirs: &str) -> Option<&'static str> {
    let mail = theirs.strip_prefix("emails").or_else(|| theirs.strip_prefix("email"));
    if let Some(rest) = mail {
        return match rest {
            "Sent" => Some("sent"),
            "Opened" => Some("opened"),
            "Clicked" => Some("clicked"),
            "Replied" => Some("replied"),
            "Bounced" => Some("bounced"),
            "Unsubscribed" => Some("unsubscribed"),
            "Failed" | "SendFailed" => Some("failed"),
            _ => None,
        };
    }
    // What people do by hand; marks and moods of those steps are not tasks.
    let by_hand = ["manual", "phone", "aircall", "linkedin", "task"].iter().any(|head| theirs.starts_with(head));
    let mood = theirs.ends_with("nterested");
    (by_hand && !mood).then_some("task")
}

pub fn activity(activity: wire::Activity) -> Option<Activity> {
    Some(Activity {
        kind: activity_kind(activity.kind.as_deref()?)?.to_owned(),
        id: activity.id?,
        campaign_id: activity.campaign_id.unwrap_or_default(),
        email: activity.lead_email.unwrap_or_default(),
        step: activity.sequence_step.filter(|step| *step >= 0.0).map(|step| step as u32),
        at: instant(activity.created_at.as_deref()?)?,
        text: given(activity.text).or(given(activity.message)).or(given(activity.message_preview)),
    })
}

const NUMBERS: &[(&str, &str)] = &[
    ("nbLeads", "leads"),
    ("nbLeadsReached", "reached"),
    ("nbLeadsAnswered", "answered"),
    ("nbLeadsInterested", "interested"),
    ("nbLeadsNotInterested", "not_interested"),
    ("nbLeadsUnsubscribed", "unsubscribed"),
    ("messagesSent", "sent"),
    ("messagesNotSent", "failed"),
    ("messagesBounced", "bounced"),
    ("delivered", "delivered"),
    ("opened", "opened"),
    ("clicked", "clicked"),
    ("replied", "replied"),
    ("meetingBooked", "meetings"),
];
const STEP_NUMBERS: &[&str] = &["sent", "delivered", "opened", "clicked", "replied", "bounced", "unsubscribed"];

/// `sent`, `opened` … and for each step `step_0_sent` ….
pub fn stats(stats: &wire::Stats) -> BTreeMap<String, i64> {
    let named =
        NUMBERS.iter().filter_map(|(theirs, ours)| Some(((*ours).to_owned(), stats.numbers.get(*theirs)?.as_i64()?)));
    let mut out: BTreeMap<String, i64> = named.collect();
    for (position, step) in stats.steps.iter().enumerate() {
        let number = step.get("index").and_then(Value::as_i64).unwrap_or(position as i64);
        for name in STEP_NUMBERS {
            if let Some(count) = step.get(*name).and_then(Value::as_i64) {
                // Steps of several kinds and versions may share a place.
                *out.entry(format!("step_{number}_{name}")).or_default() += count;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests;
