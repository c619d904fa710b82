//! A stop at each stage of the journey: the next start goes on where it was, and nothing is done twice.
use serde_json::json;

use crate::support::books;
use crate::support::desk::SMALL;
use crate::support::world::World;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_at_each_stage_changes_nothing() {
    let world = World::new().await;
    let thread = world.desk.says("ava", SMALL).await;
    // In the middle of planning.
    let world = world.restart().await;
    let plan = world.desk.waits_for(&thread, &["plan"]).await;
    // A plan waits for its start.
    let world = world.restart().await;
    assert_eq!(world.desk.presses("ava", &plan, "start", json!({})).await.status, 202);
    // In the middle of the run.
    let world = world.restart().await;
    let mut gate = world.desk.waits_for(&thread, &["gate_compliance", "gate_launch"]).await;
    // A gate outlives the process.
    let world = world.restart().await;
    if gate["kind"] == "gate_compliance" {
        assert_eq!(world.desk.presses("cora", &gate, "exclude_flagged", json!({})).await.status, 202);
        gate = world.desk.waits_for(&thread, &["gate_launch"]).await;
    }
    let world = world.restart().await;
    assert_eq!(world.desk.presses("mona", &gate, "launch", json!({})).await.status, 202);
    // In the middle of the launch.
    let world = world.restart().await;
    world.desk.waits_for(&thread, &["result"]).await;
    assert_eq!(world.desk.cards(&thread, "plan").await.len(), 1, "asked once, planned once");
    assert_eq!(world.desk.cards(&thread, "gate_launch").await.len(), 1);
    let before = books::enrolled(&world.desk.ledger().await);
    // The world is a vendor: it does not forget when we stop.
    let world = world.restart().await;
    assert_eq!(books::enrolled(&world.desk.ledger().await), before);
    world.desk.advance(3 * 86_400).await;
    assert!(!books::mails(&world.desk.ledger().await).is_empty());
    world.ends().await;
}
