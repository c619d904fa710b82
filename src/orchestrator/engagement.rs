//! What came back from campaigns, applied: each stored event once, oldest first, in a transaction of its own.
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::cards::post;
use crate::cards::post::worded;
use crate::domain::lead::Lead;
use crate::domain::reply::ReplyClass;
use crate::domain::reply::classify;
use crate::domain::sequence::react::Engagement;
use crate::domain::sequence::react::Reaction;
use crate::domain::sequence::react::SuppressWhy;
use crate::domain::sequence::react::react;
use crate::domain::stats::rate;
use crate::orchestrator::desk::Orchestrator;
use crate::orchestrator::errands;
use crate::orchestrator::refuse::Outcome;
use crate::orchestrator::text;
use crate::prompts::desk::CampaignStoppedWords;
use crate::prompts::desk::ReplyWords;
use crate::run::card::CardKind;
use crate::run::card::Tone;
use crate::store::audit;
use crate::store::events;
use crate::store::events::EventRow;
use crate::store::leads;
use crate::store::open::Conn;
use crate::store::open::StoreError;
use crate::store::outreach;
use crate::store::outreach::CampaignRow;
use crate::store::suppression;
use crate::store::suppression::Suppressed;
use crate::store::totals;

/// Events of one pass.
const PAGE: i64 = 100;
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// Share of mails that came back above which a campaign stops.
const BOUNCE_LIMIT: f64 = 0.10;
const REPLY_LINES: usize = 2;
const LINE_CHARS_MAX: usize = 240;
const NAME_CHARS_MAX: usize = 120;

impl Orchestrator {
    /// Applies what is open. True when there was something.
    pub async fn step_events(&self) -> bool {
        match apply_open(self).await {
            Ok(0) => false,
            Ok(count) => {
                tracing::info!(count, "applied events of campaigns");
                self.wake.notify_one();
                self.tell_readers();
                true
            }
            Err(stop) => {
                tracing::error!(error = %stop, "could not apply an event");
                false
            }
        }
    }

    pub async fn run_events(&self, shutdown: CancellationToken) {
        loop {
            while !shutdown.is_cancelled() && self.step_events().await {}
            tokio::select! {
                () = shutdown.cancelled() => return,
                _ = tokio::time::timeout(LOOK_AGAIN, self.events_wake.notified()) => {}
            }
        }
    }
}

async fn apply_open(desk: &Orchestrator) -> Outcome<usize> {
    let open = {
        let mut c = desk.store.conn().await?;
        events::open(&mut c, PAGE).await?
    };
    for event in &open {
        let mut tx = desk.store.begin().await?;
        if events::applied(&mut tx, &event.id, desk.clock.now()).await? {
            apply(desk, &mut tx, event).await?;
        }
        tx.commit().await.map_err(StoreError::from)?;
    }
    Ok(open.len())
}

async fn apply(desk: &Orchestrator, c: &mut Conn, event: &EventRow) -> Outcome<()> {
    let Some(engagement) = engagement(event) else { return Ok(()) };
    let campaign = match &event.campaign {
        Some(id) => outreach::campaign_by_vendor_id(c, &event.source, id).await?,
        None => None,
    };
    let reactions = react(&engagement, event.at);
    for reaction in &reactions {
        carry_out(desk, c, (event, campaign.as_ref()), (reaction, &engagement)).await?;
    }
    match (&engagement, &campaign) {
        (Engagement::Replied { class }, Some(campaign)) => show_reply(desk, c, (event, campaign), class).await,
        (Engagement::BouncedHard | Engagement::BouncedSoft | Engagement::Blocked, Some(campaign)) => {
            stop_if_bad(desk, c, campaign).await
        }
        _ => Ok(()),
    }
}

/// `None`: nothing follows from it but a number in a report.
fn engagement(event: &EventRow) -> Option<Engagement> {
    let text = event.detail["text"].as_str().unwrap_or_default();
    Some(match event.kind.as_str() {
        "replied" => Engagement::Replied { class: classify(text, &[], event.at) },
        "bounced" => bounce(text),
        "unsubscribed" => Engagement::Unsubscribed,
        _ => return None,
    })
}

/// As what its person leaves the campaign, if it makes them leave.
pub fn leaves_as(event: &EventRow) -> Option<&'static str> {
    let engagement = engagement(event)?;
    react(&engagement, event.at).iter().find_map(|reaction| match reaction {
        Reaction::LeaveAll => Some(left_all_as(&engagement)),
        Reaction::Leave | Reaction::AskPerson => Some("replied"),
        _ => None,
    })
}

fn left_all_as(engagement: &Engagement) -> &'static str {
    let is_bounce = matches!(engagement, Engagement::BouncedHard | Engagement::Replied { class: ReplyClass::Bounce });
    if is_bounce { "bounced" } else { "unsubscribed" }
}

/// A full or absent server is soft, a refusal because of us is ours, everything else is the address.
fn bounce(reason: &str) -> Engagement {
    const SOFT: &[&str] =
        &["full", "quota", "expired", "timed out", "timeout", "temporar", "try again", "too many", "greylist"];
    const OURS: &[&str] =
        &["spam", "blocked", "blacklist", "reputation", "policy", "rejected due", "spf", "dkim", "dmarc"];
    let lower = reason.to_lowercase();
    let has = |list: &[&str]| list.iter().any(|word| lower.contains(word));
    if has(OURS) {
        Engagement::Blocked
    } else if has(SOFT) {
        Engagement::BouncedSoft
    } else {
        Engagement::BouncedHard
    }
}

async fn carry_out(
    desk: &Orchestrator,
    c: &mut Conn,
    at: (&EventRow, Option<&CampaignRow>),
    what: (&Reaction, &Engagement),
) -> Outcome<()> {
    let (event, campaign) = at;
    let (reaction, engagement) = what;
    if event.email_key.is_empty() {
        return Ok(());
    }
    match reaction {
        Reaction::Suppress { why } => suppress(desk, c, event, *why).await,
        Reaction::LeaveAll => {
            outreach::leave_all(c, &event.email_key, left_all_as(engagement)).await?;
            Ok(())
        }
        Reaction::Leave | Reaction::AskPerson => {
            let Some(campaign) = campaign else { return Ok(()) };
            outreach::leave(c, &campaign.id, (&event.email_key, "replied")).await?;
            Ok(())
        }
        Reaction::CrmOptOut => errands::queue(desk, c, errands::OPTOUT, (&event.event, &event.email_key)).await,
        // The vendor keeps the schedule of its touches, and people read what follows on the card.
        Reaction::Wait { .. } | Reaction::RetryTouch { .. } | Reaction::PauseMailbox | Reaction::Task { .. } => Ok(()),
        Reaction::Handoff { .. } | Reaction::Lifecycle { .. } | Reaction::Nurture { .. } => Ok(()),
    }
}

async fn suppress(desk: &Orchestrator, c: &mut Conn, event: &EventRow, why: SuppressWhy) -> Outcome<()> {
    let reason = match why {
        SuppressWhy::HardBounce => "hard bounce",
        SuppressWhy::OptOut => "unsubscribed",
        SuppressWhy::Complaint => "complaint",
    };
    let row = Suppressed {
        kind: "email".to_owned(),
        key: event.email_key.clone(),
        reason: reason.to_owned(),
        source: format!("{}:{}", event.source, event.event),
        at: event.at,
    };
    if suppression::add(c, &row).await? {
        audit::append(c, desk.clock.now(), "desk", "suppress", (&event.id, "")).await?;
    }
    Ok(())
}

/// Two lines of what they wrote, for people only: it never becomes part of a conversation with the model.
async fn show_reply(
    desk: &Orchestrator,
    c: &mut Conn,
    at: (&EventRow, &CampaignRow),
    class: &ReplyClass,
) -> Outcome<()> {
    let (event, campaign) = at;
    let lead = leads::by_email(c, &event.email_key).await?;
    let kind = match class {
        ReplyClass::OptOut => "opt_out",
        ReplyClass::AutoReply { .. } => "auto",
        ReplyClass::Bounce => "bounce",
        ReplyClass::Unsure => "unsure",
        _ => "person",
    };
    let back_on = match class {
        ReplyClass::AutoReply { back_on: Some(day) } => day.day(&desk.config.zone),
        _ => String::new(),
    };
    let words = ReplyWords {
        kind,
        class: class.word().to_owned(),
        who: lead.as_ref().map_or_else(|| "somebody we do not know".to_owned(), who_words),
        text: text::lines(event.detail["text"].as_str().unwrap_or_default(), REPLY_LINES, LINE_CHARS_MAX),
        back_on,
    };
    let mut card = worded(CardKind::Notice, &desk.words.card(&words)?);
    card.tone = if *class == ReplyClass::Positive { Tone::Ok } else { Tone::Info };
    let place = desk.place(&campaign.thread, Some(&campaign.run));
    let key = format!("event:{}", event.id);
    post::post(c, desk.ids.as_ref(), place, (card, Vec::new()), Some(&key)).await?;
    Ok(())
}

fn who_words(lead: &Lead) -> String {
    let name = lead.full_name();
    let parts = [name.as_str(), lead.title.as_deref().unwrap_or_default(), &lead.company.name];
    let said: Vec<String> =
        parts.iter().filter(|part| !part.is_empty()).map(|part| text::line(part, NAME_CHARS_MAX)).collect();
    said.join(", ")
}

/// Too many mails came back, with enough sent to tell: the campaign stops, once, and says so.
async fn stop_if_bad(desk: &Orchestrator, c: &mut Conn, campaign: &CampaignRow) -> Outcome<()> {
    let Some(vendor_id) = &campaign.vendor_id else { return Ok(()) };
    let counts = totals::of_campaign(c, vendor_id).await?;
    let count = |kind: &str| counts.get(kind).copied().unwrap_or(0);
    let (sent, bounced) = (count("sent"), count("bounced"));
    let share = rate(bounced.unsigned_abs(), sent.unsigned_abs());
    if !share.is_above(BOUNCE_LIMIT) || !outreach::pause(c, &campaign.id).await? {
        return Ok(());
    }
    errands::queue(desk, c, errands::PAUSE, (campaign.id.as_str(), vendor_id)).await?;
    let words = CampaignStoppedWords {
        campaign: text::line(&campaign.name, NAME_CHARS_MAX),
        bounced,
        sent,
        percent: bounced * 100 / sent.max(1),
        limit: (BOUNCE_LIMIT * 100.0) as i64,
    };
    let mut card = worded(CardKind::Notice, &desk.words.card(&words)?);
    card.tone = Tone::Danger;
    let place = desk.place(&campaign.thread, Some(&campaign.run));
    let key = format!("stopped:{}", campaign.id);
    post::post(c, desk.ids.as_ref(), place, (card, Vec::new()), Some(&key)).await?;
    audit::append(c, place.now, "desk", "campaign.stop", (campaign.id.as_str(), "")).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_dead_address_is_a_hard_bounce() {
        let cases = [
            ("", Engagement::BouncedHard),
            ("550 5.1.1 user unknown", Engagement::BouncedHard),
            ("552 mailbox full", Engagement::BouncedSoft),
            ("421 try again later", Engagement::BouncedSoft),
            ("554 blocked: poor reputation", Engagement::Blocked),
            ("550 rejected due to DMARC policy", Engagement::Blocked),
        ];
        for (reason, expected) in cases {
            assert_eq!(bounce(reason), expected, "{reason}");
        }
    }
}
