//! Decisions of people: refused with a reason, reminded, asked again, in somebody's stead, by two.
use serde_json::Value;
use serde_json::json;

use super::gates::audited;
use super::gates::to_preview;
use crate::support::books;
use crate::support::desk::Desk;
use crate::support::desk::action;
use crate::support::desk::cards;
use crate::support::desk::words;
use crate::support::world::MANAGER_ABOVE;
use crate::support::world::World;

const HOUR_S: i64 = 3_600;
const DAY_S: i64 = 24 * HOUR_S;

/// Waits until the thread has this many notices with these words; there are never more.
async fn notices(desk: &Desk, thread: &str, part: &str, count: usize) -> Vec<Value> {
    desk.until(thread, |view| {
        let found: Vec<Value> = cards(view, "notice").into_iter().filter(|card| words(card).contains(part)).collect();
        assert!(found.len() <= count, "{} notices instead of {count}: {found:#?}", found.len());
        (found.len() == count).then_some(found)
    })
    .await
}

async fn verdict(desk: &Desk, thread: &str, card: &Value) -> String {
    let all = desk.cards(thread, "").await;
    let card = all.iter().find(|other| other["id"] == card["id"]).unwrap();
    card["verdict"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_comes_back_as_the_next_version() {
    let world = World::new().await;
    let desk = world.desk;
    let (thread, gate) = to_preview(&world).await;
    let form = action(&gate, "reject").expect("a way to refuse");
    assert_eq!(form["inputs"][0]["name"], "reason");
    assert_eq!(desk.presses("ava", &gate, "reject", json!({"reason": "too many"})).await.status, 403);
    for reason in [json!({}), json!({"reason": "x"}), json!({"reason": "x".repeat(501)})] {
        let refused = desk.presses("mona", &gate, "reject", reason).await;
        assert_eq!(refused.status, 400, "{}", refused.body);
        refused.refusal();
    }
    let pressed = desk.presses("mona", &gate, "reject", json!({"reason": "fewer, and shorter mails"})).await;
    assert_eq!(pressed.status, 202, "{}", pressed.body);
    let plan = desk.waits_for(&thread, &["plan"]).await;
    let line = "After Mona's refusal of preview 1: fewer, and shorter mails";
    assert!(words(&plan).contains(line), "{plan:#}");
    assert!(plan["title"].as_str().unwrap().starts_with("20 "), "{plan:#}");
    let said = verdict(&desk, &thread, &gate).await;
    assert!(said.starts_with("Refused by Mona, ") && said.ends_with(": fewer, and shorter mails"), "{said}");
    let view = desk.thread(&thread).await.unwrap();
    let spoken = view["messages"].as_array().unwrap().iter();
    assert_eq!(spoken.filter(|line| line["author"] == "Mona" && line["text"] == "fewer, and shorter mails").count(), 1);
    assert_eq!(audited(&world, "mona", "gate.reject").await, 1);
    assert_eq!(audited(&world, "mona", "gate.reject.reason").await, 1);
    assert!(books::enrolled(&desk.ledger().await).is_empty());

    // The next version goes its way, and its preview says what it answers.
    let world = world.restart().await;
    let desk = world.desk;
    assert_eq!(desk.presses("ava", &plan, "start", json!({})).await.status, 202);
    let mut gate = desk.waits_for(&thread, &["gate_compliance", "gate_launch"]).await;
    if gate["kind"] == "gate_compliance" {
        assert_eq!(desk.presses("cora", &gate, "exclude_flagged", json!({})).await.status, 202);
        gate = desk.waits_for(&thread, &["gate_launch"]).await;
    }
    assert!(words(&gate).contains(line), "{gate:#}");
    assert_eq!(desk.presses("mona", &gate, "launch", json!({})).await.status, 202);
    desk.until(&thread, |view| (cards(view, "result").len() == 2).then_some(())).await;
    assert!(!books::enrolled(&desk.ledger().await).is_empty());
    world.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reminders_come_once_each_and_a_gate_is_asked_again_and_again() {
    let world = World::new().await;
    let (thread, gate) = to_preview(&world).await;
    let waits = "waits for a decision on preview";
    world.desk.advance(12 * HOUR_S).await;
    let first = notices(&world.desk, &thread, waits, 1).await.remove(0);
    let told = words(&first);
    assert!(told.contains("preview 1") && told.contains("a manager (Mona)"), "{told}");
    let link = action(&first, "show").expect("the way to the gate");
    assert_eq!(link["href"], format!("#card-{}", gate["id"].as_str().unwrap()));
    let world = world.restart().await;
    world.desk.advance(11 * HOUR_S).await;
    notices(&world.desk, &thread, waits, 2).await;
    world.desk.advance(2 * HOUR_S).await;
    for round in 1..=2_usize {
        let again = notices(&world.desk, &thread, "nobody decided in time", round).await.remove(round - 1);
        assert_eq!(world.desk.presses("ben", &again, "retry", json!({})).await.status, 202);
        // Once: the second press finds it done.
        assert_eq!(world.desk.presses("ben", &again, "retry", json!({})).await.status, 409);
        let fresh = world.desk.waits_for(&thread, &["gate_launch"]).await;
        assert!(fresh["title"].as_str().unwrap().starts_with(&format!("Preview {} ", round + 1)), "{fresh:#}");
        if round == 1 {
            // Reminders for the new one; its end passes while nobody looks.
            world.desk.advance(13 * HOUR_S).await;
            notices(&world.desk, &thread, waits, 3).await;
            world.desk.advance(DAY_S).await;
        }
    }
    let world = world.restart().await;
    let fresh = world.desk.waits_for(&thread, &["gate_launch"]).await;
    assert_eq!(world.desk.presses("mona", &fresh, "launch", json!({})).await.status, 202);
    world.desk.waits_for(&thread, &["result"]).await;
    assert!(!books::enrolled(&world.desk.ledger().await).is_empty());
    world.ends().await;
}

/// Says it in a thread of their own and waits for the answer.
async fn tells(desk: &Desk, who: &str, text: &str, answer: &str) {
    let thread = desk.says(who, text).await;
    desk.until(&thread, |view| {
        let mut lines = view["messages"].as_array().unwrap().iter();
        lines.any(|line| line["text"].as_str().is_some_and(|text| text.contains(answer))).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stand_in_decides_while_somebody_is_away() {
    let world = World::new().await;
    let desk = world.desk;
    let (thread, gate) = to_preview(&world).await;
    assert_eq!(desk.presses("otto", &gate, "launch", json!({})).await.status, 403);
    tells(&desk, "mona", "I am away until 2026-12-04", "Noted: Mona is away").await;
    let refused = desk.presses("ava", &gate, "launch", json!({})).await;
    assert_eq!(refused.status, 403);
    let told = refused.refusal().join(" ");
    assert!(told.contains("Mona is away until Fri 4 Dec") && told.contains("Otto (operator)"), "{told}");
    desk.advance(12 * HOUR_S).await;
    let reminder = notices(&desk, &thread, "waits for a decision", 1).await.remove(0);
    assert!(words(&reminder).contains("Nobody who may decide is here: tell Otto (operator)"), "{reminder:#}");

    tells(&desk, "mona", "I am away until 2026-12-04, otto decides for me", "Otto decides meanwhile").await;
    desk.advance(11 * HOUR_S).await;
    let reminder = notices(&desk, &thread, "waits for a decision", 2).await.remove(1);
    assert!(words(&reminder).contains("Otto decides for Mona, who is away until Fri 4 Dec"), "{reminder:#}");
    let world = world.restart().await;
    let desk = world.desk;
    for who in ["ava", "ben", "cora", "remy"] {
        assert_eq!(desk.presses(who, &gate, "launch", json!({})).await.status, 403, "{who}");
    }
    assert_eq!(desk.presses("otto", &gate, "launch", json!({})).await.status, 202);
    let said = verdict(&desk, &thread, &gate).await;
    assert!(said.starts_with("Launched by Otto for Mona, "), "{said}");
    assert_eq!(audited(&world, "otto", "gate.launch for mona").await, 1);
    tells(&desk, "mona", "I am back", "Mona is back").await;
    // What was decided in her absence stands.
    desk.waits_for(&thread, &["result"]).await;
    assert!(!books::enrolled(&desk.ledger().await).is_empty());
    world.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_launch_needs_two_people() {
    let above = ("QUARTERDECK_QUORUM_ABOVE", "0".to_owned());
    let world = World::with(vec![above, (MANAGER_ABOVE, "1000".to_owned())]).await;
    let desk = world.desk;
    let (thread, gate) = to_preview(&world).await;
    assert!(words(&gate).contains("2 different people must approve"), "{gate:#}");
    assert_eq!(desk.presses("ava", &gate, "launch", json!({})).await.status, 202);
    // A change makes a new version, and its approvals begin anew.
    assert_eq!(desk.presses("mona", &gate, "launch_with_changes", json!({"per_day": 7})).await.status, 202);
    let gate = desk.waits_for(&thread, &["gate_launch"]).await;
    assert!(words(&gate).contains("Approved: 0 of 2"), "{gate:#}");

    let first = desk.presses("ava", &gate, "launch", json!({})).await;
    assert_eq!(first.status, 202, "{}", first.body);
    let card = desk.waits_for(&thread, &["gate_launch"]).await;
    assert!(words(&card).contains("Approved: 1 of 2: Ava "), "{card:#}");
    let twice = desk.presses("ava", &card, "launch", json!({})).await;
    assert_eq!(twice.status, 409, "{}", twice.body);
    let told = twice.refusal().join(" ");
    assert!(told.contains("Ava approved this at") && told.contains("Mona") && !told.contains("Ask Ava"), "{told}");
    let world = world.restart().await;
    let desk = world.desk;
    assert!(books::enrolled(&desk.ledger().await).is_empty(), "one of two launches nothing");
    assert_eq!(desk.presses("mona", &card, "launch", json!({})).await.status, 202);
    let said = verdict(&desk, &thread, &card).await;
    assert!(said.starts_with("Launched by Ava and Mona, "), "{said}");
    desk.waits_for(&thread, &["result"]).await;
    assert!(!books::enrolled(&desk.ledger().await).is_empty());
    world.ends().await;
}
