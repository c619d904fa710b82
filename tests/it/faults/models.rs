//! A model in trouble: each case is bounded, is told to the person in three parts, and does nothing outside.
use serde_json::Value;
use serde_json::json;

use crate::support::books;
use crate::support::desk::FLAGSHIP;
use crate::support::desk::cards;
use crate::support::desk::words;
use crate::support::model::Model;
use crate::support::model::Says;
use crate::support::world::World;

/// No trouble is worth more questions than this.
const QUESTIONS_MAX: usize = 24;

fn table() -> Vec<(&'static str, Vec<Says>)> {
    let call = |name, arguments: &str| Says::Call(name, arguments.to_owned());
    vec![
        ("throttled for ever", vec![Says::Status(429)]),
        ("broken for ever", vec![Says::Status(500)]),
        ("no key", vec![Says::Status(401)]),
        ("a stream that is cut", vec![Says::Cut]),
        ("a proxy's page", vec![Says::Html]),
        ("arguments that are no JSON", vec![call("propose_plan", "{\"count\": ")]),
        ("a tool that is not there", vec![call("send_all_mail_now", "{}")]),
        ("calls without end", vec![call("list_jobs", "{}")]),
        ("a send without a plan", vec![call("lemlist_add_lead", "{\"campaign\":\"c\",\"leads\":[\"lead_1\"]}")]),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_trouble_is_bounded_and_told() {
    for (name, script) in table() {
        let model = Model::start(script).await;
        let world = World::with(model.env()).await;
        let thread = world.desk.says("ava", FLAGSHIP).await;
        let card = world.desk.until(&thread, told).await;
        let text = words(&card);
        println!("{name}: asked {} times\n{text}", model.asked());
        assert!(!card["title"].as_str().unwrap().is_empty() && !card["body"].as_str().unwrap().is_empty(), "{name}");
        assert!(!books::list(&card["actions"]).is_empty(), "{name}: nothing to do next: {text}");
        assert!(model.asked() <= QUESTIONS_MAX, "{name}: asked {} times", model.asked());
        nothing_was_done(name, &world.desk.ledger().await);
        world.ends().await;
    }
}

/// The error card of a thread at rest.
fn told(view: &Value) -> Option<Value> {
    cards(view, "error").into_iter().next_back().filter(|_| view["state"] == "idle" || view["state"] == "waiting")
}

fn nothing_was_done(name: &str, ledger: &Value) {
    for vendor in ["hubspot", "apollo", "explorium", "lemlist"] {
        assert_eq!(ledger[vendor]["written"], json!({}), "{name}: {vendor} was written to");
        assert_eq!(ledger[vendor]["credits"], 0, "{name}: {vendor} was paid");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_model_that_comes_back_is_answered_after_all() {
    let script = vec![Says::Status(500), Says::Cut, Says::Text("Hello. What shall I look for?")];
    let model = Model::start(script).await;
    let world = World::with(model.env()).await;
    let thread = world.desk.says("ava", "hello").await;
    let said = |view: &Value| {
        books::list(&view["messages"])
            .iter()
            .any(|message| message["text"] == "Hello. What shall I look for?")
            .then_some(())
    };
    world.desk.until(&thread, said).await;
    assert_eq!(model.asked(), 3);
    assert_eq!(world.desk.cards(&thread, "error").await, Vec::<Value>::new());
    world.ends().await;
}
