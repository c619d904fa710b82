//! The flagship request: asked, gated by two roles, changed, launched, and reported as the vendors' books have it.
use std::collections::BTreeSet;

use serde_json::Value;
use serde_json::json;
use sqlx::Row;

use crate::support::books;
use crate::support::checks::recipients;
use crate::support::desk::Desk;
use crate::support::desk::FLAGSHIP;
use crate::support::desk::action;
use crate::support::desk::words;
use crate::support::world::World;

const DAY_S: i64 = 86_400;
/// The world moves while a digest is written: compared again when it did.
const COMPARISONS_MAX: usize = 5;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_the_request_to_the_digest() {
    let world = World::new().await;
    let desk = world.desk;
    let thread = desk.says("ava", FLAGSHIP).await;
    let plan = desk.waits_for(&thread, &["plan"]).await;
    assert_eq!(desk.ledger().await["lemlist"]["written"], json!({}), "a plan writes nothing");
    assert_eq!(desk.presses("ava", &plan, "start", json!({})).await.status, 202);

    let gate = desk.waits_for(&thread, &["gate_compliance"]).await;
    let refused = desk.presses("ben", &gate, "exclude_flagged", json!({})).await;
    assert_eq!(refused.status, 403, "{}", refused.body);
    assert!(refused.refusal()[1..].join(" ").contains("Cora"), "the refusal names who may: {}", refused.body);
    assert_eq!(desk.presses("cora", &gate, "exclude_flagged", json!({})).await.status, 202);

    let preview = desk.waits_for(&thread, &["gate_launch"]).await;
    assert!(books::enrolled(&desk.ledger().await).is_empty(), "nobody is enrolled before the yes");
    let left_out = change(&world, &thread, &preview).await;
    let preview = desk.waits_for(&thread, &["gate_launch"]).await;
    assert_eq!(desk.presses("ava", &preview, "launch", json!({})).await.status, 403);
    assert_eq!(desk.presses("mona", &preview, "launch", json!({})).await.status, 202);
    desk.waits_for(&thread, &["result"]).await;

    let approved = approved(&world).await;
    assert!(!approved.is_empty() && !approved.contains(&left_out));
    assert_eq!(books::enrolled(&desk.ledger().await), approved, "exactly the approved are enrolled");

    for _ in 0..10 {
        desk.advance(DAY_S).await;
        world.running.stage.as_ref().unwrap().world.settled().await.unwrap();
    }
    assert!(!books::mails(&desk.ledger().await).is_empty());
    digest_agrees(&world, &thread).await;
    world.ends().await;
}

/// Looks at more examples, then asks for a launch without one person; returns the address of that person.
async fn change(world: &World, thread: &str, preview: &Value) -> String {
    let desk = world.desk;
    assert_eq!(desk.presses("mona", preview, "more_examples", json!({})).await.status, 202);
    let shown = |card: &Value| card["mails"].as_array().cloned().unwrap_or_default();
    let before = shown(preview);
    let more = desk.cards(thread, "gate_launch").await.pop().unwrap();
    assert_eq!(more["id"], preview["id"], "the card is changed in place");
    assert!(!before.is_empty() && shown(&more) != before, "other mails are shown");

    let form = action(&more, "launch_with_changes").expect("a form").clone();
    let inputs = form["inputs"].as_array().unwrap();
    let exclude = inputs.iter().find(|input| input["name"] == "exclude").expect("whom to leave out");
    let lead = exclude["options"][0]["value"].as_str().unwrap().to_owned();
    let mut conn = world.store().conn().await.unwrap();
    let row = sqlx::query("SELECT email_key FROM lead WHERE id = $1").bind(&lead).fetch_one(&mut *conn).await.unwrap();
    let address: String = row.get(0);
    drop(conn);
    let values = json!({"exclude": [lead], "wishes": "shorter", "per_day": 20});
    let changed = desk.presses("mona", &more, "launch_with_changes", values).await;
    assert_eq!(changed.status, 202, "{}", changed.body);
    address
}

async fn approved(world: &World) -> BTreeSet<String> {
    let mut conn = world.store().conn().await.unwrap();
    let sql = "SELECT payload, id FROM gate WHERE kind = 'launch' AND state = 'approved'";
    let rows = sqlx::query(sql).fetch_all(&mut *conn).await.unwrap();
    assert_eq!(rows.len(), 1, "one launch was approved");
    recipients(&mut conn, &rows[0].get::<String, _>(1), &rows[0].get::<String, _>(0)).await
}

/// The digest's numbers are the vendors' numbers.
async fn digest_agrees(world: &World, thread: &str) {
    let desk = world.desk;
    let mut seen = desk.cards(thread, "digest").await.len();
    for _ in 0..COMPARISONS_MAX {
        world.running.stage.as_ref().unwrap().world.settled().await.unwrap();
        let before = books_say(&desk).await;
        desk.adds("ava", thread, "Give me the digest since the start").await;
        let digest = desk
            .until(thread, |view| {
                let all = crate::support::desk::cards(view, "digest");
                (all.len() > seen).then(|| all.last().cloned()).flatten()
            })
            .await;
        seen = desk.cards(thread, "digest").await.len();
        if books_say(&desk).await == before {
            assert_eq!(digest_says(&digest), before, "{}", words(&digest));
            return;
        }
    }
    panic!("the world did not stand still for a digest");
}

/// sent, opened, replied, bounced, unsubscribed, credits.
type Numbers = [usize; 6];

async fn books_say(desk: &Desk) -> Numbers {
    let ledger = desk.ledger().await;
    let sent = books::mails(&ledger).len();
    let credits = ["apollo", "explorium"].iter().map(|vendor| ledger[vendor]["credits"].as_u64().unwrap()).sum::<u64>();
    let opened = books::activities(desk, "emailsOpened").await.0;
    let replied = books::activities(desk, "emailsReplied").await.1;
    let bounced = books::activities(desk, "emailsBounced").await.0;
    let unsubscribed = books::activities(desk, "emailsUnsubscribed").await.1;
    [sent, opened, replied, bounced, unsubscribed, credits as usize]
}

fn digest_says(digest: &Value) -> Numbers {
    let bars = digest["charts"][0]["bars"].as_array().unwrap();
    let bar = |name: &str| bars.iter().find(|bar| bar[0] == name).and_then(|bar| bar[1].as_f64()).unwrap() as usize;
    let text = words(digest);
    let said = |word| before(&text, word);
    [said("sent"), bar("opened"), bar("replied"), said("bounced"), said("unsubscribed"), said("credits")]
}

/// The number before a word, with at most its unit between: `87 sent`, `87 mails sent`.
fn before(text: &str, word: &str) -> usize {
    let all: Vec<&str> = text.split_whitespace().collect();
    let place = all.iter().position(|one| one.trim_matches(|c: char| !c.is_alphanumeric()) == word);
    let place = place.unwrap_or_else(|| panic!("the digest does not say `{word}`: {text}"));
    let number = all[place.saturating_sub(2)..place].iter().rev().find_map(|one| one.replace(',', "").parse().ok());
    number.unwrap_or_else(|| panic!("the digest says no number of `{word}`: {text}"))
}
