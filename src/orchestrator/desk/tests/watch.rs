//! What is looked after without being asked: stuck work is told once and closes itself; a halt rests what runs.
use serde_json::json;

use super::support::*;
use crate::domain::ids::CampaignId;
use crate::domain::ids::ItemId;
use crate::domain::ids::RunId;
use crate::domain::ids::ThreadId;
use crate::domain::time::MINUTE;
use crate::orchestrator::watch::Seen;
use crate::ports::desk::Desk;
use crate::ports::desk::RefusalKind;
use crate::ports::desk::Said;
use crate::run::card::Card;
use crate::run::card::CardKind;
use crate::run::state::RunState;
use crate::store::items;
use crate::store::items::NewItem;
use crate::store::outreach;
use crate::store::outreach::CampaignRow;
use crate::store::runs;
use crate::store::runs::RunRow;

const OPERATORS: &str = "th_daily_digest";

/// A run with one due item that no worker takes.
async fn idle_work(w: &World, thread: &ThreadId) -> RunId {
    let now = w.desk.clock.now();
    let run = RunRow {
        id: RunId::from("run_1"),
        code: "7K2".into(),
        thread: thread.clone(),
        plan: plan(1),
        plan_hash: String::new(),
        state: RunState::Running,
        started_by: "ava".into(),
        card: "card_1".into(),
        wake_at: now,
        fence: 0,
        cancelled_by: None,
        error: None,
        created_at: now,
        ended_at: None,
    };
    let item = NewItem {
        id: ItemId("item_1".into()),
        queue: "hubspot".into(),
        key: "a".into(),
        weight: 1,
        run_at: now,
        payload: json!({}),
    };
    let mut c = w.desk.store.conn().await.unwrap();
    runs::insert(&mut c, &run, "run_1").await.unwrap();
    items::insert(&mut c, (&run.id, 0, 1), &[item], now).await.unwrap();
    run.id
}

async fn looks(w: &World, seen: &mut Seen) {
    for _ in 0..3 {
        w.desk.step_watch(seen).await.unwrap();
    }
}

async fn alerts(w: &World) -> Vec<Card> {
    let view = w.desk.thread(&w.who("ava"), &ThreadId::from(OPERATORS)).await;
    let Ok(view) = view else { return Vec::new() };
    view.messages.into_iter().filter_map(|message| message.card).filter(|card| card.kind == CardKind::Alert).collect()
}

#[tokio::test]
async fn work_that_does_not_move_is_told_once_and_closes_itself() {
    let w = world().await;
    w.model_will([Ok(reply("Hello.", &[]))]);
    let thread = w.says("ava", "hello").await;
    let run = idle_work(&w, &thread).await;
    let mut seen = Seen::default();
    looks(&w, &mut seen).await;
    w.forward(4 * MINUTE);
    looks(&w, &mut seen).await;
    assert_eq!(alerts(&w).await, Vec::<Card>::new(), "not yet");
    w.forward(2 * MINUTE);
    looks(&w, &mut seen).await;
    looks(&w, &mut Seen::default()).await;
    w.forward(MINUTE);
    looks(&w, &mut seen).await;
    let told = alerts(&w).await;
    assert_eq!(told.len(), 1, "told once");
    assert_eq!(told[0].title, "1 piece of work for hubspot does not move");
    assert!(told[0].verdict.is_empty());
    assert_eq!(w.desk.status().await.unwrap()["alerts"][0]["name"], "Work for hubspot does not move");

    // Paused work waits for a person, not for a worker.
    let mut c = w.desk.store.conn().await.unwrap();
    runs::pause(&mut c, &run, "ava", w.desk.clock.now()).await.unwrap();
    drop(c);
    looks(&w, &mut seen).await;
    let told = alerts(&w).await;
    assert_eq!((told.len(), told[0].verdict.as_str()), (1, "The work moves again, 14:09"));
    assert_eq!(w.desk.status().await.unwrap()["alerts"], json!([]));
}

#[tokio::test]
async fn a_word_in_the_chat_halts_without_the_model_and_the_lift_needs_a_valid_approval() {
    let w = world().await;
    w.model_will([Ok(reply("Hello.", &[]))]);
    let thread = w.says("ava", "hello").await;
    while w.desk.step_inbox().await {}
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
    let mut c = w.desk.store.conn().await.unwrap();
    outreach::put_campaign(&mut c, &row).await.unwrap();
    drop(c);

    let said = |text| Said { thread: Some(&thread), text, event: "e1", ..Said::default() };
    let refused = w.desk.say(&w.who("ava"), said("halt")).await.unwrap_err();
    assert_eq!(refused.kind, RefusalKind::NotAllowed);
    // No model answers from here on.
    w.desk.say(&w.who("mona"), said("halt: complaint")).await.unwrap();
    w.desk.say(&w.who("mona"), said("halt: complaint")).await.unwrap();
    while w.desk.step_inbox().await {}
    assert_eq!(*w.ears.heard.lock().unwrap(), ["pause cam_1"]);
    let cards = w.cards(&thread).await;
    assert_eq!(cards.len(), 1, "the same event twice is one command");
    assert!(cards[0].title.starts_with("HALTED by Mona"), "{}", cards[0].title);

    // There is no stored approval behind this campaign: it stays paused.
    assert_eq!(w.desk.lift(&w.who("mona")).await.unwrap_err().kind, RefusalKind::NotAllowed);
    w.desk.lift(&w.who("otto")).await.unwrap();
    while w.desk.step_inbox().await {}
    assert_eq!(*w.ears.heard.lock().unwrap(), ["pause cam_1"]);
    let mut c = w.desk.store.conn().await.unwrap();
    assert_eq!(outreach::campaign(&mut c, &row.id).await.unwrap().unwrap().state, "paused");
}
