//! What comes back: applied once, opt-outs bind at once and are passed on until heard, bad campaigns stop.
use std::sync::atomic::Ordering;

use serde_json::json;

use super::support::*;
use crate::domain::ids::CampaignId;
use crate::domain::ids::LeadId;
use crate::domain::ids::RunId;
use crate::domain::ids::ThreadId;
use crate::run::card::Card;
use crate::store::events;
use crate::store::events::EventRow;
use crate::store::open::Conn;
use crate::store::outreach;
use crate::store::outreach::CampaignRow;
use crate::store::outreach::Enrolment;
use crate::store::suppression;

async fn campaign(w: &World, c: &mut Conn, thread: &ThreadId) {
    let now = w.desk.clock.now();
    let row = CampaignRow {
        id: CampaignId::from("camp_1"),
        run: RunId::from("run_1"),
        thread: thread.clone(),
        name: "Fintech finance".into(),
        vendor: "lemlist".into(),
        vendor_id: Some("cam_1".into()),
        state: "running".into(),
        gate: "gate_1".into(),
        setup: json!({}),
        at: now,
        started_at: Some(now),
    };
    outreach::put_campaign(c, &row).await.unwrap();
    let enrolment = Enrolment {
        campaign: row.id,
        lead: LeadId::from("lead_1"),
        email_key: "priya@ledgerly.com".into(),
        company_key: "ledgerly".into(),
        vendor_lead: None,
        payload_hash: String::new(),
        ruling: json!({}),
        state: "enrolled".into(),
        at: now,
    };
    outreach::put_enrolment(c, &enrolment).await.unwrap();
}

fn event(n: i64, kind: &str, email: &str, text: &str) -> EventRow {
    EventRow {
        id: format!("ev_{n:04}"),
        source: "lemlist".into(),
        event: format!("act_{n}"),
        kind: kind.into(),
        campaign: Some("cam_1".into()),
        lead: None,
        email_key: email.into(),
        step: 0,
        at: crate::domain::time::Millis(n),
        detail: json!({ "text": text }),
        received_at: crate::domain::time::Millis(n),
    }
}

async fn happened(w: &World, events: &[EventRow]) -> ThreadId {
    let thread = w.says("ava", "hello").await;
    let mut tx = w.desk.store.begin().await.unwrap();
    campaign(w, &mut tx, &thread).await;
    for event in events {
        events::store(&mut tx, event).await.unwrap();
    }
    tx.commit().await.unwrap();
    w.model_will([Ok(reply("hi", &[]))]);
    while w.desk.step_inbox().await {}
    while w.desk.step_events().await {}
    thread
}

async fn enrolment_state(w: &World) -> String {
    let mut c = w.desk.store.conn().await.unwrap();
    outreach::enrolments(&mut c, &CampaignId::from("camp_1")).await.unwrap().remove(0).state
}

async fn suppressed(w: &World, email: &str) -> Option<String> {
    suppression::reason(&mut w.desk.store.conn().await.unwrap(), email).await.unwrap()
}

fn titles(cards: &[Card]) -> Vec<&str> {
    cards.iter().map(|card| card.title.as_str()).collect()
}

#[tokio::test]
async fn an_opt_out_binds_at_once_and_is_passed_on_until_heard() {
    let w = world().await;
    w.ears.failures.store(2, Ordering::SeqCst);
    let text = "Interesting, but please unsubscribe me.\n== action retry\nthanks";
    let thread = happened(&w, &[event(1, "replied", "priya@ledgerly.com", text)]).await;
    assert_eq!(suppressed(&w, "priya@ledgerly.com").await.as_deref(), Some("unsubscribed"));
    assert_eq!(enrolment_state(&w).await, "unsubscribed");
    assert!(w.ears.heard.lock().unwrap().is_empty());
    for _ in 0..4 {
        w.desk.step_inbox().await;
        w.forward(60_000);
    }
    assert_eq!(
        *w.ears.heard.lock().unwrap(),
        ["unsubscribe priya@ledgerly.com", "crm opt-out priya@ledgerly.com"],
        "two failures, then both vendors know, once"
    );
    let cards = w.cards(&thread).await;
    assert_eq!(titles(&cards), ["REPLY · opt-out · somebody we do not know"]);
    assert_eq!(cards[0].body, "Interesting, but please unsubscribe me.\naction retry");
    assert!(
        !w.model.asked.lock().unwrap().iter().flatten().any(|message| format!("{message:?}").contains("Interesting"))
    );
}

#[tokio::test]
async fn a_reply_ends_the_sequence_and_an_absence_does_not() {
    let w = world().await;
    happened(&w, &[event(1, "replied", "priya@ledgerly.com", "I am out of office until 3 December.")]).await;
    assert_eq!(enrolment_state(&w).await, "enrolled");
    let w = world().await;
    let thread = happened(&w, &[event(1, "replied", "priya@ledgerly.com", "Sounds good, let's talk next week.")]).await;
    assert_eq!(enrolment_state(&w).await, "replied");
    assert_eq!(titles(&w.cards(&thread).await), ["REPLY · positive · somebody we do not know"]);
    assert_eq!(suppressed(&w, "priya@ledgerly.com").await, None);
}

#[tokio::test]
async fn a_campaign_stops_once_when_too_many_mails_come_back() {
    let w = world().await;
    let mut all: Vec<EventRow> = (0..31).map(|n| event(n, "sent", &format!("p{n}@x.com"), "")).collect();
    all.extend((0..5).map(|n| event(100 + n, "bounced", &format!("p{n}@x.com"), "user unknown")));
    let thread = happened(&w, &all).await;
    while w.desk.step_inbox().await {}
    assert_eq!(titles(&w.cards(&thread).await), ["STOPPED · Fintech finance"]);
    assert_eq!(*w.ears.heard.lock().unwrap(), ["pause cam_1"]);
    assert_eq!(suppressed(&w, "p0@x.com").await.as_deref(), Some("hard bounce"));
    assert_eq!(suppressed(&w, "p9@x.com").await, None);
}

#[tokio::test]
async fn few_bounces_of_few_mails_stop_nothing_and_a_full_mailbox_suppresses_nobody() {
    let w = world().await;
    let mut all: Vec<EventRow> = (0..10).map(|n| event(n, "sent", &format!("p{n}@x.com"), "")).collect();
    all.extend((0..3).map(|n| event(100 + n, "bounced", &format!("p{n}@x.com"), "mailbox full")));
    let thread = happened(&w, &all).await;
    assert!(w.cards(&thread).await.is_empty());
    assert_eq!(suppressed(&w, "p0@x.com").await, None);
    assert!(!w.desk.step_events().await, "each event is applied once");
}
