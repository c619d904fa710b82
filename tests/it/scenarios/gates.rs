//! Who may decide: without the role nobody, of two at once one, after a day nobody until it is asked again.
use serde_json::Value;
use serde_json::json;
use sqlx::Row;

use crate::support::books;
use crate::support::desk::SMALL;
use crate::support::desk::token;
use crate::support::world::World;

const DAY_S: i64 = 86_400;

/// Goes on to the preview.
pub async fn to_preview(world: &World) -> (String, Value) {
    let desk = world.desk;
    let thread = desk.says("ava", SMALL).await;
    let plan = desk.waits_for(&thread, &["plan"]).await;
    assert_eq!(desk.presses("ava", &plan, "start", json!({})).await.status, 202);
    let mut gate = desk.waits_for(&thread, &["gate_compliance", "gate_launch"]).await;
    if gate["kind"] == "gate_compliance" {
        assert_eq!(desk.presses("cora", &gate, "exclude_flagged", json!({})).await.status, 202);
        gate = desk.waits_for(&thread, &["gate_launch"]).await;
    }
    (thread, gate)
}

pub async fn audited(world: &World, actor: &str, action: &str) -> i64 {
    let mut conn = world.store().conn().await.unwrap();
    let sql = "SELECT COUNT(*) FROM audit WHERE actor = $1 AND action = $2";
    sqlx::query(sql).bind(actor).bind(action).fetch_one(&mut *conn).await.unwrap().get(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_role_it_is_refused_and_written_down_and_of_two_one_wins() {
    let world = World::new().await;
    let desk = world.desk;
    let (thread, gate) = to_preview(&world).await;
    for who in ["ava", "ben", "cora", "remy", "otto"] {
        let refused = desk.presses(who, &gate, "launch", json!({})).await;
        assert_eq!(refused.status, 403, "{who}: {}", refused.body);
        assert!(refused.refusal().join(" ").contains("Mona"), "{who}: {}", refused.body);
        assert_eq!(audited(&world, who, "refused").await, 1, "{who}");
    }
    assert!(books::enrolled(&desk.ledger().await).is_empty());

    let button = token(&gate, "launch");
    let (one, two) = tokio::join!(desk.press("mona", &button, json!({})), desk.press("mona", &button, json!({})));
    let mut answers = [one.unwrap(), two.unwrap()];
    answers.sort_by_key(|answer| answer.status);
    assert_eq!([answers[0].status, answers[1].status], [202, 409]);
    assert!(answers[1].refusal().join(" ").contains("Mona"), "{}", answers[1].body);
    assert_eq!(audited(&world, "mona", "gate.launch").await, 1);
    desk.waits_for(&thread, &["result"]).await;
    world.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_day_it_is_too_late_until_it_is_asked_again() {
    let world = World::new().await;
    let desk = world.desk;
    let (thread, gate) = to_preview(&world).await;
    desk.advance(DAY_S + 60).await;
    let late = desk.presses("mona", &gate, "launch", json!({})).await;
    assert_eq!(late.status, 410, "{}", late.body);
    late.refusal();
    assert!(books::enrolled(&desk.ledger().await).is_empty());

    let again = desk.until(&thread, |view| {
        let all = crate::support::desk::cards(view, "");
        all.into_iter()
            .rev()
            .find(|card| card["state"] == "open" && crate::support::desk::action(card, "retry").is_some())
    });
    let again = again.await;
    assert_eq!(desk.presses("ava", &again, "retry", json!({})).await.status, 202);
    let fresh = desk.waits_for(&thread, &["gate_launch"]).await;
    assert_ne!(fresh["id"], gate["id"]);
    assert_eq!(desk.presses("mona", &fresh, "launch", json!({})).await.status, 202);
    desk.waits_for(&thread, &["result"]).await;
    assert!(!books::enrolled(&desk.ledger().await).is_empty());
    world.ends().await;
}
