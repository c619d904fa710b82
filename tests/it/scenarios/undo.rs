//! A run's CRM changes are taken back: previewed, approved by RevOps, and never over what somebody changed since.
use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::json;
use sqlx::Row;

use crate::support::books;
use crate::support::crm;
use crate::support::crm::Image;
use crate::support::desk::FLAGSHIP;
use crate::support::desk::cards;
use crate::support::desk::words;
use crate::support::world::World;

/// A list without a campaign: the CRM is where it ends.
const LIST: &str =
    "Find 60 VP Finance prospects at fintech companies (200-1000 employees) using Snowflake and enrich them.";

async fn listed(world: &World) -> (String, Value) {
    let desk = world.desk;
    let thread = desk.says("ava", LIST).await;
    let plan = desk.waits_for(&thread, &["plan"]).await;
    assert_eq!(desk.presses("ava", &plan, "start", json!({})).await.status, 202);
    let result = desk.waits_for(&thread, &["result"]).await;
    (thread, result)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_changed_since_stays_and_the_rest_goes_back() {
    let world = World::new().await;
    let desk = world.desk;
    let (thread, result) = listed(&world).await;
    let images = crm::images(world.store()).await;
    let created: Vec<&Image> = images.iter().filter(|image| image.is("contacts", true)).collect();
    let updated: Vec<&Image> = images.iter().filter(|image| !image.created && !image.after.is_empty()).collect();
    assert!(created.len() > 2 && updated.len() > 2, "{} created, {} updated", created.len(), updated.len());

    // Two people at work in the CRM before the preview.
    crm::edit(&desk, created[0], "jobtitle", "Chief of Everything").await;
    let field = updated[0].after.keys().next().unwrap().clone();
    crm::edit(&desk, updated[0], crm::theirs(&field), "777").await;

    assert_eq!(desk.presses("ben", &result, "undo", json!({})).await.status, 403, "not his run");
    assert_eq!(desk.presses("ava", &result, "undo", json!({})).await.status, 202);
    let again = desk.presses("mona", &result, "undo", json!({})).await;
    assert_eq!(again.status, 409, "{}", again.body);
    let gate = desk.waits_for(&thread, &["gate_undo"]).await;
    let table = gate["table"]["rows"].as_array().unwrap();
    let staying: Vec<&Value> = table.iter().filter(|row| row[4].as_str().unwrap().starts_with("stays:")).collect();
    assert!(staying.iter().any(|row| row[4].as_str().unwrap().contains("title")), "{staying:?}");
    assert!(staying.iter().any(|row| row[3] == "777"), "{staying:?}");
    assert!(words(&gate).contains("90 days"), "{}", words(&gate));
    let before = desk.ledger().await;
    assert_eq!(books::wrote(&before, "contacts_archived"), 0, "a preview writes nothing");

    // And one after it.
    let field = updated[1].after.keys().next().unwrap().clone();
    crm::edit(&desk, updated[1], crm::theirs(&field), "888").await;
    assert_eq!(desk.presses("ava", &gate, "undo", json!({})).await.status, 403);
    assert_eq!(desk.presses("remy", &gate, "undo", json!({})).await.status, 202);
    let done = desk.until(&thread, |view| {
        cards(view, "result").into_iter().find(|card| card["title"].as_str().unwrap().contains("taken back"))
    });
    let done = done.await;
    let told = done["table"]["rows"].as_array().unwrap();
    assert!(told.iter().any(|row| row[4] == "stays: changed after the preview" && row[3] == "888"), "{told:?}");

    let edited = [(&created[0].key, "title"), (&updated[0].key, ""), (&updated[1].key, "")].map(|(key, _)| key);
    for image in &images {
        let now = crm::read(&desk, image).await;
        if edited.contains(&&image.key) {
            assert!(now.is_some(), "{} was edited and is there", image.key);
            continue;
        }
        as_before(image, now.as_ref(), &images, &edited);
    }
    assert_eq!(crm::read(&desk, updated[1]).await.unwrap()[crm::theirs(&field)], "888");
    the_ledger_agrees(&world, &before, &done).await;

    let twice = desk.presses("mona", &result, "undo", json!({})).await;
    assert_eq!(twice.status, 409, "{}", twice.body);
    assert!(twice.refusal().join(" ").contains("taken back already"), "{}", twice.body);
    world.ends().await;
}

/// A record that nobody edited: its fields are back, or it is gone; a company stays with a contact that stays.
fn as_before(image: &Image, now: Option<&BTreeMap<String, String>>, all: &[Image], edited: &[&String]) {
    if image.created {
        let linked = |other: &&Image| other.object == "links" && other.key.ends_with(&image.record);
        let staying = |other: &&Image| edited.contains(&&other.key) && !other.record.is_empty();
        let holder = all.iter().filter(linked).any(|link| {
            all.iter().filter(staying).any(|contact| link.key.starts_with(&format!("{} ", contact.record)))
        });
        assert!(now.is_none() || (image.object == "companies" && holder), "{} is still there", image.key);
        return;
    }
    let now = now.unwrap_or_else(|| panic!("{} is gone", image.key));
    for field in image.after.keys() {
        let was = image.before.get(field).cloned().unwrap_or_default();
        let stands = now.get(crm::theirs(field)).cloned().unwrap_or_default();
        assert_eq!(stands, was, "{} {field}", image.key);
    }
}

/// Every write of the undo stands in the effect ledger under the gate, and the vendor's book counts the same.
async fn the_ledger_agrees(world: &World, before: &Value, card: &Value) {
    let after = world.desk.ledger().await;
    let archived =
        ["contacts_archived", "companies_archived"].map(|what| books::wrote(&after, what)).iter().sum::<u64>();
    let field = card["fields"].as_array().unwrap().iter().find(|field| field["label"] == "Archived").unwrap();
    let told = field["value"].as_str().unwrap();
    assert!(told.starts_with(&format!("{archived} ")), "{told}, and the book says {archived}");
    assert_eq!(books::wrote(&after, "contacts_created"), books::wrote(before, "contacts_created"));
    let mut conn = world.store().conn().await.unwrap();
    let sql = "SELECT e.op, e.state, g.state, g.kind FROM effect e JOIN run r ON r.id = e.run LEFT JOIN gate g ON g.id = e.gate \
               WHERE r.dedupe_key LIKE 'undo:%'";
    let rows = sqlx::query(sql).fetch_all(&mut *conn).await.unwrap();
    assert!(!rows.is_empty());
    for row in rows {
        let words: Vec<String> = (0..4).map(|at| row.get::<String, _>(at)).collect();
        assert_eq!(words[1..], ["done", "approved", "undo"], "{words:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_undo_that_was_refused_may_be_asked_for_again_and_survives_restarts() {
    let world = World::new().await;
    let (thread, result) = listed(&world).await;
    assert_eq!(world.desk.presses("ava", &result, "undo", json!({})).await.status, 202);
    let world = world.restart().await;
    let gate = world.desk.waits_for(&thread, &["gate_undo"]).await;
    assert_eq!(world.desk.presses("remy", &gate, "cancel", json!({})).await.status, 202);
    let stopped = |view: &Value| {
        cards(view, "result").into_iter().find(|card| card["title"].as_str().unwrap().contains("was stopped"))
    };
    let stopped = world.desk.until(&thread, stopped).await;
    assert!(words(&stopped).contains("Nothing was written"), "{}", words(&stopped));
    assert_eq!(books::wrote(&world.desk.ledger().await, "contacts_archived"), 0);

    assert_eq!(world.desk.presses("mona", &result, "undo", json!({})).await.status, 202);
    let gate = world.desk.waits_for(&thread, &["gate_undo"]).await;
    let world = world.restart().await;
    assert_eq!(world.desk.presses("mona", &gate, "undo", json!({})).await.status, 202);
    let world = world.restart().await;
    let done = |view: &Value| {
        cards(view, "result").into_iter().find(|card| card["title"].as_str().unwrap().contains("are taken back"))
    };
    world.desk.until(&thread, done).await;
    assert!(books::wrote(&world.desk.ledger().await, "contacts_archived") > 0);
    world.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_in_a_campaign_stays_in_the_crm() {
    let world = World::new().await;
    let desk = world.desk;
    let thread = desk.says("ava", FLAGSHIP).await;
    let plan = desk.waits_for(&thread, &["plan"]).await;
    assert_eq!(desk.presses("ava", &plan, "start", json!({})).await.status, 202);
    let mut gate = desk.waits_for(&thread, &["gate_compliance", "gate_launch"]).await;
    if gate["kind"] == "gate_compliance" {
        assert_eq!(desk.presses("cora", &gate, "exclude_flagged", json!({})).await.status, 202);
        gate = desk.waits_for(&thread, &["gate_launch"]).await;
    }
    assert_eq!(desk.presses("mona", &gate, "launch", json!({})).await.status, 202);
    let result = desk.waits_for(&thread, &["result"]).await;
    assert_eq!(desk.presses("mona", &result, "undo", json!({})).await.status, 202);
    let gate = desk.waits_for(&thread, &["gate_undo"]).await;
    assert!(words(&gate).contains("what was sent cannot be undone"), "{}", words(&gate));
    assert_eq!(desk.presses("mona", &gate, "undo", json!({})).await.status, 202);
    let done = desk.until(&thread, |view| {
        cards(view, "result").into_iter().find(|card| card["title"].as_str().unwrap().contains("taken back"))
    });
    done.await;
    let enrolled = books::enrolled(&desk.ledger().await);
    assert!(!enrolled.is_empty());
    for image in crm::images(world.store()).await.iter().filter(|image| enrolled.contains(&image.key)) {
        assert!(crm::read(&desk, image).await.is_some(), "an enrolled contact was archived");
    }
    world.ends().await;
}
