//! Pressing: plans start once, gates are decided once, by whom they may.
use serde_json::Value;
use serde_json::json;

use super::support::*;
use crate::cards::decisions::Around;
use crate::cards::gates;
use crate::cards::post;
use crate::cards::post::Button;
use crate::domain::ids::GateId;
use crate::domain::ids::RunId;
use crate::domain::ids::ThreadId;
use crate::domain::person::Role;
use crate::domain::time::HOUR;
use crate::ports::desk::Desk;
use crate::ports::desk::RefusalKind;
use crate::run::canonical::hash_of;
use crate::run::card::Card;
use crate::run::card::CardKind;
use crate::run::card::CardState;
use crate::run::card::Verb;
use crate::run::deciders::Voice;
use crate::run::gate::Asked;
use crate::run::gate::Gate;
use crate::run::state::GateKind;
use crate::run::state::GateState;
use crate::run::state::RunState;
use crate::store::audit;
use crate::store::gates as gate_rows;
use crate::store::plans;
use crate::store::plans::PlanRow;
use crate::store::runs;

const PRESSERS: &[Role] = &[Role::Rep, Role::Manager];

async fn shown_plan(w: &World) -> (ThreadId, Card) {
    shown_with_hash(w, &hash_of(&plan(1))).await
}

async fn shown_with_hash(w: &World, hash: &str) -> (ThreadId, Card) {
    let thread = w.says("ava", "find 100 leads").await;
    let mut tx = w.desk.store.begin().await.unwrap();
    let plan = plan(1);
    let buttons =
        [Verb::Start, Verb::Change, Verb::Cancel].map(|verb| Button::new(verb, verb.word(), PRESSERS)).to_vec();
    let place = w.desk.place(&thread, None);
    let card =
        post::post(&mut tx, w.desk.ids.as_ref(), place, (Card::new(CardKind::Plan), buttons), None).await.unwrap();
    let hash = hash.to_owned();
    let row = PlanRow { thread: thread.clone(), plan, hash, state: "shown".into(), card: card.0, at: place.now };
    plans::insert(&mut tx, &row).await.unwrap();
    tx.commit().await.unwrap();
    let card = w.cards(&thread).await.remove(0);
    (thread, card)
}

async fn press(w: &World, who: &str, card: &Card, verb: Verb, values: Value) -> Result<String, RefusalKind> {
    w.desk.press(&w.who(who), &token(card, verb), values).await.map_err(|refusal| refusal.kind)
}

async fn started(w: &World) -> (ThreadId, RunId) {
    let (thread, card) = shown_plan(w).await;
    press(w, "ava", &card, Verb::Start, json!({})).await.unwrap();
    let mut c = w.desk.store.conn().await.unwrap();
    let run = runs::of_thread(&mut c, &thread).await.unwrap().remove(0);
    (thread, run.id)
}

fn launch_payload() -> Value {
    let outgoing = |id: &str| {
        json!({
            "lead": id, "name": id, "title": "CFO", "company": "Acme", "email": format!("{id}@acme.com"),
            "country": "US", "zone": "UTC", "score": 800_000, "first_at": 0,
            "draft": {"mails": [], "sources": [], "annotated": "", "written_by": "model"},
        })
    };
    json!({
        "campaign": "c", "touches": [], "recipients": [outgoing("lead_1"), outgoing("lead_2")], "wishes": "",
        "schedule": {"per_day": 20, "mailboxes": 1, "first": 0, "last": 0, "skips": []},
        "changes": [], "left_out": [], "policy_hash": "",
    })
}

fn compliance_payload() -> Value {
    let flagged = |id: &str, reviewable: bool| {
        json!({
            "lead": id, "name": id, "title": "CFO", "company": "Acme", "country": "DE", "rule": "r",
            "reason": "No consent.", "remedy": "Record it.", "reviewable": reviewable,
        })
    };
    json!({"flagged": [flagged("lead_1", true), flagged("lead_2", false)], "others": 5, "table_hash": ""})
}

async fn gate(w: &World, at: (&ThreadId, &RunId), kind: GateKind, roles: &[Role]) -> (Gate, Card) {
    gate_of(w, at, kind, (roles, 1)).await
}

async fn gate_of(w: &World, at: (&ThreadId, &RunId), kind: GateKind, by: (&[Role], i64)) -> (Gate, Card) {
    let ((thread, run), (roles, quorum)) = (at, by);
    let payload = if kind == GateKind::Launch { launch_payload() } else { compliance_payload() };
    let now = w.desk.place(thread, None).now;
    let asked = Asked { version: 1, payload, roles: roles.to_vec(), quorum };
    let gate = Gate::waiting(GateId(w.desk.ids.fresh("gate")), (run, 1), kind, asked, now);
    let deciders = w.desk.deciders(&[], "ava");
    let around = Around { deciders: &deciders, zone: "UTC" };
    let content = gates::card(&w.desk.words, &gate, 0, around).unwrap();
    let mut tx = w.desk.store.begin().await.unwrap();
    let place = w.desk.place(thread, Some(run));
    let card = post::post(&mut tx, w.desk.ids.as_ref(), place, content, None).await.unwrap();
    gate_rows::insert(&mut tx, &gate, card.as_str()).await.unwrap();
    tx.commit().await.unwrap();
    let card = w.cards(thread).await.into_iter().find(|shown| shown.id == card.0).unwrap();
    (gate, card)
}

async fn stored(w: &World, gate: &Gate) -> Gate {
    gate_rows::get(&mut w.desk.store.conn().await.unwrap(), &gate.id).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_plan_starts_once_and_its_buttons_give_way() {
    let w = world().await;
    let (thread, card) = shown_plan(&w).await;
    assert_eq!(press(&w, "gil", &card, Verb::Start, json!({})).await, Err(RefusalKind::NotAllowed));
    assert_eq!(press(&w, "cora", &card, Verb::Start, json!({})).await, Err(RefusalKind::NotAllowed));
    let done = press(&w, "ava", &card, Verb::Start, json!({})).await.unwrap();
    assert_eq!(done, "Started by Ava, 14:02");
    let refusal = w.desk.press(&w.who("ben"), &token(&card, Verb::Start), json!({})).await.unwrap_err();
    assert_eq!((refusal.kind, refusal.what.as_str()), (RefusalKind::Decided, "Ava decided this at 14:02"));
    let view = w.desk.thread(&w.who("ava"), &thread).await.unwrap();
    assert_eq!((view.title.as_str(), view.state.as_str()), ("100 VP Finance at fintechs", "running"));
    let cards = w.cards(&thread).await;
    assert_eq!((cards[0].verdict.as_str(), cards[0].actions.len()), ("Started by Ava, 14:02", 0));
    assert_eq!(cards[1].kind, CardKind::Progress);
    let run = w.desk.run(&w.who("ava"), &view.run.unwrap()).await.unwrap();
    assert_eq!((run["state"].as_str(), run["steps"].as_array().map(Vec::len)), (Some("queued"), Some(2)));
    let mut c = w.desk.store.conn().await.unwrap();
    audit::verify(&mut c).await.unwrap();
    let refused = audit::page(&mut c, 0, 50).await.unwrap().iter().filter(|entry| entry.action == "refused").count();
    assert_eq!(refused, 2);
}

#[tokio::test]
async fn a_changed_plan_is_not_the_one_that_was_shown() {
    let w = world().await;
    let mut other = plan(1);
    other.criteria.count = 9_999;
    let (_, card) = shown_with_hash(&w, &hash_of(&other)).await;
    let refusal = w.desk.press(&w.who("ava"), &token(&card, Verb::Start), json!({})).await.unwrap_err();
    assert_eq!(refusal.what, "This plan is not the one that was shown");
}

#[tokio::test]
async fn change_is_said_by_the_person_and_cancel_ends_the_plan() {
    let w = world().await;
    let (thread, card) = shown_plan(&w).await;
    assert_eq!(press(&w, "ava", &card, Verb::Change, json!({})).await, Err(RefusalKind::BadInput));
    press(&w, "ben", &card, Verb::Change, json!({"change": "only UK"})).await.unwrap();
    assert_eq!(w.reads(&thread).await.last().unwrap(), "Ben: only UK");
    press(&w, "ava", &card, Verb::Cancel, json!({})).await.unwrap();
    assert_eq!(press(&w, "ava", &card, Verb::Start, json!({})).await, Err(RefusalKind::Decided));
}

#[tokio::test]
async fn only_the_owner_a_manager_or_an_operator_stops_a_run() {
    let w = world().await;
    let (thread, run) = started(&w).await;
    let (gate, gate_card) = gate(&w, (&thread, &run), GateKind::Launch, &[Role::Manager]).await;
    let progress = w.cards(&thread).await.into_iter().find(|card| card.kind == CardKind::Progress).unwrap();
    assert_eq!(press(&w, "ben", &progress, Verb::Stop, json!({})).await, Err(RefusalKind::NotAllowed));
    press(&w, "ava", &progress, Verb::Stop, json!({})).await.unwrap();
    let mut c = w.desk.store.conn().await.unwrap();
    assert_eq!(runs::get(&mut c, &run).await.unwrap().unwrap().state, RunState::Cancelling);
    drop(c);
    assert_eq!(stored(&w, &gate).await.state, GateState::Rejected);
    assert_eq!(press(&w, "mona", &gate_card, Verb::Launch, json!({})).await, Err(RefusalKind::Decided));
}

#[tokio::test]
async fn exactly_one_of_two_managers_decides() {
    let w = world().await;
    let (thread, run) = started(&w).await;
    let (gate, card) = gate(&w, (&thread, &run), GateKind::Launch, &[Role::Manager]).await;
    let refusal = w.desk.press(&w.who("ava"), &token(&card, Verb::Launch), json!({})).await.unwrap_err();
    assert_eq!(refusal.what, "This one is for manager");
    assert_eq!(
        (refusal.why.as_str(), refusal.next.as_str()),
        ("It waits in the list of Mona.", "You can still stop the run.")
    );
    assert_eq!(w.desk.threads(&w.who("mona")).await.unwrap()[0].waits_for_you, 1);
    assert_eq!(w.desk.threads(&w.who("ava")).await.unwrap()[0].waits_for_you, 0);
    let presses = (0..8).map(|_| press(&w, "mona", &card, Verb::Launch, json!({})));
    let done = futures::future::join_all(presses).await;
    assert_eq!(done.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert!(done.iter().all(|outcome| outcome.is_ok() || *outcome == Err(RefusalKind::Decided)));
    let gate = stored(&w, &gate).await;
    assert_eq!((gate.state, gate.decided_by), (GateState::Approved, Some(Voice::own("mona"))));
    let card = w.cards(&thread).await.into_iter().find(|shown| shown.id == card.id).unwrap();
    assert_eq!((card.verdict.as_str(), card.state), ("Launched by Mona, 14:02: 2 people", CardState::Decided));
}

#[tokio::test]
async fn changes_are_checked_before_anything_is_decided() {
    let w = world().await;
    let (thread, run) = started(&w).await;
    let (gate, card) = gate(&w, (&thread, &run), GateKind::Launch, &[Role::Manager]).await;
    let bad = press(&w, "mona", &card, Verb::LaunchWithChanges, json!({"per_day": "0"})).await;
    assert_eq!(bad, Err(RefusalKind::BadInput));
    assert_eq!(stored(&w, &gate).await.state, GateState::Waiting);
    let more = press(&w, "ava", &card, Verb::MoreExamples, json!({})).await.unwrap();
    assert_eq!(more, "The next examples are on the card");
    let card = w.cards(&thread).await.into_iter().find(|shown| shown.id == card.id).unwrap();
    press(&w, "mona", &card, Verb::LaunchWithChanges, json!({"exclude": ["lead_1"]})).await.unwrap();
    let gate = stored(&w, &gate).await;
    assert_eq!((gate.state, &gate.decision["exclude"]), (GateState::Modified, &json!(["lead_1"])));
}

#[tokio::test]
async fn only_compliance_lets_a_reviewable_lead_through() {
    let w = world().await;
    let (thread, run) = started(&w).await;
    let roles = [Role::Compliance, Role::Manager];
    let (gate, card) = gate(&w, (&thread, &run), GateKind::Compliance, &roles).await;
    let allow = |lead: &str| json!({"allow": [lead]});
    let review = Verb::ReviewFlagged;
    assert_eq!(press(&w, "mona", &card, review, allow("lead_1")).await, Err(RefusalKind::NotAllowed));
    assert_eq!(press(&w, "cora", &card, review, allow("lead_2")).await, Err(RefusalKind::BadInput));
    assert_eq!(press(&w, "cora", &card, review, allow("lead_9")).await, Err(RefusalKind::BadInput));
    let done = press(&w, "cora", &card, review, allow("lead_1")).await.unwrap();
    assert_eq!(done, "Reviewed by Cora, 14:02: 1 of 2 let through");
    let gate = stored(&w, &gate).await;
    assert_eq!((gate.state, &gate.decision), (GateState::Approved, &json!({"allow": ["lead_1"]})));
}

#[tokio::test]
async fn a_late_press_decides_nothing() {
    let w = world().await;
    let (thread, run) = started(&w).await;
    let (gate, card) = gate(&w, (&thread, &run), GateKind::Launch, &[Role::Manager]).await;
    w.forward(24 * HOUR);
    assert_eq!(press(&w, "mona", &card, Verb::Launch, json!({})).await, Err(RefusalKind::Expired));
    assert_eq!(stored(&w, &gate).await.state, GateState::Waiting);
    let unknown = w.desk.press(&w.who("mona"), "a_nothing", json!({})).await.unwrap_err();
    assert_eq!(unknown.kind, RefusalKind::Unknown);
}
