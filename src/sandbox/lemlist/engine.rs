//! The mailboxes at work: what is due happens in the order of time, however far the clock has jumped.
use serde_json::json;

use crate::sandbox::core::Core;
use crate::sandbox::http::iso;
use crate::sandbox::ledger::Mail;
use crate::sandbox::lemlist::activities;
use crate::sandbox::lemlist::outcomes;
use crate::sandbox::lemlist::outcomes::Answer;
use crate::sandbox::lemlist::render;
use crate::sandbox::lemlist::replies;
use crate::sandbox::lemlist::schedule;
use crate::sandbox::lemlist::state::Due;
use crate::sandbox::lemlist::state::SENDERS;
use crate::sandbox::world::DAY_MS;

/// How far ahead a free slot is looked for.
const SLOTS_TRIED_MAX: usize = 20_000;

/// Does all that is due until `now`; answers how many things happened.
pub fn run_due(core: &mut Core, now: i64) -> usize {
    let before = core.lemlist.activities.len();
    while let Some(first) = core.lemlist.due.first().copied().filter(|d| d.0 <= now) {
        core.lemlist.due.remove(&first);
        let (at, _, lead, due) = first;
        match due {
            Due::Plan => plan(core, lead, at),
            Due::Leave { step, sender } => leave(core, lead, step, sender, at),
            Due::Open { step, sender } => activities::add(core, "emailsOpened", (lead, step, sender), at, json!({})),
            Due::Click { step, sender } => activities::add(
                core,
                "emailsClicked",
                (lead, step, sender),
                at,
                json!({"url": "https://quarterdeck.example/case"}),
            ),
            Due::Reply { step, sender } => reply(core, lead, step, sender, at),
            Due::Bounce { step, sender } => bounce(core, lead, step, sender, at),
            Due::OptOut { step, sender } => opt_out(core, lead, step, sender, at),
        }
    }
    core.lemlist.activities.len() - before
}

/// Plans the next step of a lead that may go on; called after a review, a start, a resume, a step.
pub fn wake(core: &mut Core, lead: usize, now: i64) {
    let l = &core.lemlist.leads[lead];
    let c = &core.lemlist.campaigns[l.campaign];
    let ready = c.status == "running" && !l.paused && !l.removed && l.stopped.is_empty() && !l.planned;
    let Some(reviewed) = l.reviewed.filter(|_| ready && l.next_step < c.steps.len()) else {
        return;
    };
    let days: i64 = c.steps[..=l.next_step].iter().map(|s| s.delay).sum();
    let at = (reviewed.max(c.started) + days * DAY_MS).max(now);
    core.lemlist.leads[lead].planned = true;
    core.lemlist.push(at, lead, Due::Plan);
}

fn may_go_on(core: &Core, lead: usize) -> bool {
    let l = &core.lemlist.leads[lead];
    core.lemlist.campaigns[l.campaign].status == "running" && !l.paused && !l.removed && l.stopped.is_empty()
}

/// Finds the minute for a step: open in the lead's zone, and free in the sender's mailbox.
fn plan(core: &mut Core, lead: usize, at: i64) {
    core.lemlist.leads[lead].planned = false;
    if !may_go_on(core, lead) {
        return;
    }
    let campaign = core.lemlist.leads[lead].campaign;
    let step = core.lemlist.leads[lead].next_step;
    let Some(kind) = core.lemlist.campaigns[campaign].steps.get(step).map(|s| s.kind.clone()) else {
        return;
    };
    let senders = core.lemlist.campaigns[campaign].senders.clone();
    if senders.is_empty() {
        return;
    }
    let sender = senders[lead % senders.len()];
    let rule = schedule::rule(&core.lemlist, lead);
    let mut slot = rule.open_from(at);
    if kind == "email" {
        let wait = (rule.wait_s * 1000).max(1_000);
        let taken = core.lemlist.slots.entry(sender).or_default();
        for _ in 0..SLOTS_TRIED_MAX {
            let clash = taken.range(slot - wait + 1..slot + wait).next_back().copied();
            let Some(other) = clash else {
                break;
            };
            slot = rule.open_from(other + wait);
        }
        taken.insert(slot);
    }
    core.lemlist.leads[lead].planned = true;
    core.lemlist.push(slot, lead, Due::Leave { step, sender });
}

fn leave(core: &mut Core, lead: usize, step: usize, sender: usize, at: i64) {
    core.lemlist.leads[lead].planned = false;
    if !may_go_on(core, lead) {
        return;
    }
    let mail = core.lemlist.leads[lead].mail.clone();
    if core.lemlist.is_unsubscribed(&mail) {
        stop(core, lead, "unsubscribed");
        return;
    }
    let campaign = core.lemlist.leads[lead].campaign;
    let Some(kind) = core.lemlist.campaigns[campaign].steps.get(step).map(|s| s.kind.clone()) else {
        return;
    };
    core.lemlist.leads[lead].next_step = step + 1;
    if kind == "email" {
        send(core, lead, step, sender, at);
    } else {
        activities::add(core, task_activity(&kind), (lead, step, sender), at, json!({"stepType": kind}));
    }
    wake(core, lead, at);
}

fn task_activity(kind: &str) -> &'static str {
    match kind {
        "linkedinVisit" => "linkedinVisitDone",
        "linkedinInvite" => "linkedinInviteDone",
        "linkedinSend" => "linkedinSent",
        "linkedinFollow" => "linkedinFollowDone",
        "linkedinLikeLastPost" => "linkedinLikeLastPostDone",
        "phone" => "aircallCreated",
        "api" => "apiDone",
        "conditional" => "conditionChosen",
        _ => "manualDone",
    }
}

fn send(core: &mut Core, lead: usize, step: usize, sender: usize, at: i64) {
    let l = &core.lemlist.leads[lead];
    let c = &core.lemlist.campaigns[l.campaign];
    let s = &c.steps[step];
    let subject = render::fill(&s.subject, l, sender);
    let body = render::fill(&s.message, l, sender);
    let mail = Mail {
        to: l.mail.clone(),
        campaign: c.name.clone(),
        campaign_id: c.id.clone(),
        lead_id: l.id.clone(),
        from: SENDERS[sender].3.to_owned(),
        step,
        subject: subject.clone(),
        body,
        at: iso(at),
    };
    let fate = outcomes::draw(core, lead, step);
    core.ledger.mails.push(mail);
    activities::add(core, "emailsSent", (lead, step, sender), at, json!({"subject": subject}));
    for (after, what) in fate.timeline(step, sender) {
        core.lemlist.push(at + after, lead, what);
    }
}

fn reply(core: &mut Core, lead: usize, step: usize, sender: usize, at: i64) {
    // One reply a lead: a later mail that crossed with it is not answered again.
    if !core.lemlist.leads[lead].stopped.is_empty() {
        return;
    }
    let answer = outcomes::answer(core, lead);
    let (subject, text) = replies::write(core, (lead, step, sender), answer, at);
    activities::add(
        core,
        "emailsReplied",
        (lead, step, sender),
        at,
        json!({
            "subject": subject, "text": text, "message": text, "messagePreview": text.chars().take(120).collect::<String>(),
        }),
    );
    let campaign = core.lemlist.leads[lead].campaign;
    if answer != Answer::OutOfOffice && core.lemlist.campaigns[campaign].stop_on_reply {
        stop(core, lead, "replied");
    }
}

fn bounce(core: &mut Core, lead: usize, step: usize, sender: usize, at: i64) {
    let mail = core.lemlist.leads[lead].mail.clone();
    let why = json!({"errorMessage": "550 5.1.1 The email account that you tried to reach does not exist", "bounceType": "hard"});
    activities::add(core, "emailsBounced", (lead, step, sender), at, why);
    core.lemlist.unsubscribed.entry(mail).or_insert(("bounced", at));
    stop(core, lead, "bounced");
}

fn opt_out(core: &mut Core, lead: usize, step: usize, sender: usize, at: i64) {
    let mail = core.lemlist.leads[lead].mail.clone();
    activities::add(core, "emailsUnsubscribed", (lead, step, sender), at, json!({}));
    core.lemlist.unsubscribed.entry(mail).or_insert(("lead", at));
    stop(core, lead, "unsubscribed");
}

pub fn stop(core: &mut Core, lead: usize, why: &'static str) {
    core.lemlist.leads[lead].stopped = why;
}
