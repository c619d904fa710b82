//! A run of some hundred leads: no call more than the batches of the vendors need, and what was approved is what is sent.
use serde_json::json;
use sqlx::Row;

use crate::support::books;
use crate::support::desk::SMALL;
use crate::support::desk::words;
use crate::support::world::World;

const BULK: &str = "Find 400 CFOs, VPs of Finance, Heads of Sales and VPs of Sales, enrich them and launch outreach";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hundreds_of_leads_take_the_least_calls() {
    let world = World::with(vec![
        ("QUARTERDECK_CREDITS_PER_RUN", "100000".to_owned()),
        ("QUARTERDECK_LIA_REF", "LIA-1".to_owned()),
    ])
    .await;
    let desk = world.desk;
    let thread = desk.says("ava", BULK).await;
    let plan = desk.waits_for(&thread, &["plan"]).await;
    assert_eq!(desk.presses("ava", &plan, "start", json!({})).await.status, 202);
    let gate = desk.waits_for(&thread, &["gate_compliance", "gate_launch"]).await;
    if gate["kind"] == "gate_compliance" {
        assert_eq!(desk.presses("cora", &gate, "exclude_flagged", json!({})).await.status, 202);
    }
    let preview = desk.waits_for(&thread, &["gate_launch"]).await;
    assert_eq!(desk.presses("mona", &preview, "launch", json!({})).await.status, 202);
    desk.waits_for(&thread, &["result"]).await;

    let ledger = desk.ledger().await;
    let enrolled = books::enrolled(&ledger).len();
    assert!(enrolled >= 20, "only {enrolled} people of 400 were handed over");
    let calls = |vendor: &str, path: &str| -> usize {
        let of = ledger[vendor]["calls"].as_object().unwrap().iter().filter(|(endpoint, _)| endpoint.ends_with(path));
        of.map(|(_, count)| count.as_u64().unwrap() as usize).sum()
    };
    let checked = count(&world, "crm").await;
    assert!(checked >= 250, "{checked} are too few for the lists to be read whole");
    let written = count(&world, "contacts").await;
    // Looked up when they are judged, and read once more for what an undo needs, before they are written.
    let reads = checked.div_ceil(100) + written.div_ceil(100);
    assert_eq!(calls("hubspot", "contacts/batch/read"), reads, "{checked} looked up, {written} written");
    assert_eq!(calls("hubspot", "contacts/batch/upsert"), written.div_ceil(100));
    assert_eq!(calls("hubspot", "notes/batch/create"), enrolled.div_ceil(100), "{enrolled} notes");
    assert_eq!(calls("hubspot", "notes"), 0, "a note by itself");
    // At ten minutes a second a call that is a little late on its way may be refused for its rate, and is made again.
    let refused = ledger["lemlist"]["refused"]["429"].as_u64().unwrap_or(0) as usize;
    let twice = calls("lemlist", "/campaigns/{id}/leads/") + calls("lemlist", "review/{id}");
    assert!(
        (2 * enrolled..=2 * enrolled + refused).contains(&twice),
        "{twice} calls for {enrolled}, {refused} refused"
    );
    // The seed's list is shorter than a page.
    assert_eq!(calls("lemlist", "v2/unsubscribes/variables"), 1);
    assert_eq!(calls("lemlist", "v2/unsubscribes/variables/{id}"), 0, "addresses are not asked for one by one");
    let people = count(&world, "people:explorium").await;
    // Whom it cannot match is not asked for.
    let bought = calls("explorium", "contacts_information/bulk_enrich");
    assert!((1..=people.div_ceil(50)).contains(&bought), "{bought} calls for {people} people");
    // Not `ends`: two leads that Apollo knows as one person may be bought in two calls, which its check refuses.
    world.running.drain().await.unwrap();
}

/// Leads that the items of one kind stood for.
async fn count(world: &World, what: &str) -> usize {
    let mut conn = world.store().conn().await.unwrap();
    let sql = "SELECT CAST(SUM(weight) AS BIGINT) FROM item WHERE dedupe_key LIKE $1 AND state = 'done'";
    let row = sqlx::query(sql).bind(format!("%:{what}:____")).fetch_one(&mut *conn).await.unwrap();
    usize::try_from(row.get::<i64, _>(0)).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_changed_byte_stops_a_launch() {
    for change in [
        "UPDATE gate_recipient SET body = REPLACE(body, 'unsubscribe', 'unsubscribf') WHERE idx = 0",
        "UPDATE gate_recipient SET lead = 'lead_other' WHERE idx = 0",
        "DELETE FROM gate_recipient WHERE idx = 0",
    ] {
        let world = World::new().await;
        let desk = world.desk;
        let thread = desk.says("ava", SMALL).await;
        let plan = desk.waits_for(&thread, &["plan"]).await;
        assert_eq!(desk.presses("ava", &plan, "start", json!({})).await.status, 202);
        let gate = desk.waits_for(&thread, &["gate_compliance"]).await;
        assert_eq!(desk.presses("cora", &gate, "exclude_flagged", json!({})).await.status, 202);
        let preview = desk.waits_for(&thread, &["gate_launch"]).await;
        let mut conn = world.store().conn().await.unwrap();
        let changed = sqlx::query(change).execute(&mut *conn).await.unwrap();
        assert_eq!(changed.rows_affected(), 1, "{change}");
        drop(conn);
        assert_eq!(desk.presses("mona", &preview, "launch", json!({})).await.status, 202);
        let held = desk.waits_for(&thread, &["review"]).await;
        assert!(words(&held).contains("not what was approved"), "{change}: {}", words(&held));
        assert!(books::enrolled(&desk.ledger().await).is_empty(), "{change}: somebody was handed over");
        world.running.drain().await.unwrap();
    }
}
