//! What people send that is not a request: refused in three parts, or read as far as it can be read.
use serde_json::Value;
use serde_json::json;

use crate::support::client;
use crate::support::client::Request;
use crate::support::desk::words;
use crate::support::world::World;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_input_is_refused_in_three_parts() {
    let world = World::new().await;
    let desk = world.desk;
    let long = "a".repeat(20_000);
    let cases = [
        ("/api/threads", json!({"text": ""}), 400),
        ("/api/threads", json!({"text": "   \n\t"}), 400),
        ("/api/threads", json!({"text": long}), 413),
        ("/api/threads", json!({"text": 7}), 400),
        ("/api/threads", json!({"txt": "hello"}), 400),
        ("/api/threads", json!(["hello"]), 400),
        ("/api/threads/thread_none/messages", json!({"text": "hello"}), 404),
        ("/api/actions/none", json!({"values": {}}), 404),
        ("/api/actions/none", json!({"values": [1]}), 400),
        ("/api/nothing", json!({}), 404),
    ];
    for (path, body, status) in cases {
        let answer = desk.ask("ava", ("POST", path), Some(&body)).await.unwrap();
        assert_eq!(answer.status, status, "{path}: {}", answer.body);
        answer.refusal();
    }
    for path in ["/api/threads/thread_none", "/api/runs/run_none"] {
        let answer = desk.ask("ava", ("GET", path), None).await.unwrap();
        assert_eq!(answer.status, 404, "{path}");
        answer.refusal();
    }
    let threads = desk.ask("ava", ("GET", "/api/threads"), None).await.unwrap();
    assert_eq!(threads.body["threads"], json!([]), "a refused message opens nothing");
    world.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_site_and_a_stranger_get_nothing_done() {
    let world = World::new().await;
    let post = |headers: Vec<(&'static str, String)>, body: &str| {
        let mut all = vec![("Content-Type", "application/json".to_owned())];
        all.extend(headers);
        let body = body.as_bytes().to_vec();
        async move {
            let request = Request { line: ("POST", "/api/threads"), headers: all, body };
            client::send(world.desk.api, &request).await.unwrap()
        }
    };
    let ava = || ("X-Person", "ava".to_owned());
    let said = "{\"text\": \"hello\"}";
    let crossed = post(vec![ava(), ("Origin", "https://evil.example".to_owned())], said).await;
    assert_eq!(crossed.status, 403, "{}", crossed.body);
    crossed.refusal();
    let unknown = post(vec![("X-Person", "mallory".to_owned())], said).await;
    assert!([401, 403].contains(&unknown.status), "{}", unknown.body);
    unknown.refusal();
    let broken = post(vec![ava()], "{\"text\": ").await;
    assert_eq!(broken.status, 400);
    broken.refusal();
    let threads = world.desk.ask("ava", ("GET", "/api/threads"), None).await.unwrap();
    assert_eq!(threads.body["threads"], json!([]));
    world.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_of_another_kind_is_answered_with_what_is_read() {
    let world = World::new().await;
    let said = world.desk.attaches("ava", "", ("photo.png", b"\x89PNG\r\n\x1a\n\0\0")).await;
    assert_eq!(said.status, 201, "{}", said.body);
    let thread = said.body["thread"].as_str().unwrap();
    let card = world.desk.waits_for(thread, &["notice"]).await;
    assert!(words(&card).contains("photo.png"), "{}", words(&card));
    world.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_company_list_is_scored_and_its_bad_rows_are_counted() {
    let world = World::new().await;
    let rows = [
        json!({"name": "Ledgerly", "website": "https://ledgerly.example", "industry": "Fintech", "team_size": 420,
            "all_locations": "London, UK", "one_liner": "Accounting on Snowflake"}),
        json!({"name": "Plumbs", "website": "https://plumbs.example", "industry": "Construction", "team_size": 3,
            "all_locations": "Leeds, UK", "one_liner": "Pipes"}),
    ];
    let file = format!("{}\nnot json\n{}\n[1]\n{{\"website\": \"x\"}}\n", rows[0], rows[1]);
    let text = "Score these companies against our fintech profile";
    let said = world.desk.attaches("ava", text, ("list.jsonl", file.as_bytes())).await;
    assert_eq!(said.status, 201, "{}", said.body);
    let thread = said.body["thread"].as_str().unwrap().to_owned();
    let results = world.desk.until(&thread, |view| {
        let all = crate::support::desk::cards(view, "result");
        (all.len() >= 2 || !crate::support::desk::cards(view, "error").is_empty()).then_some(all)
    });
    let results = results.await;
    assert_eq!(results.len(), 2, "{results:#?}");
    let read = words(&results[0]);
    assert!(read.contains('3') && read.contains('2'), "2 read, 3 bad: {read}");
    assert_eq!(results[0]["table"]["rows"].as_array().unwrap().len(), 3, "each bad line is named");
    let ranked = results[1]["table"]["rows"].to_string();
    let (first, second) = (ranked.find("Ledgerly"), ranked.find("Plumbs"));
    assert!(first.is_some() && second.is_none_or(|second| first < Some(second)), "{:#}", results[1]);
    assert_eq!(world.desk.ledger().await["lemlist"]["written"], Value::from(serde_json::Map::new()));
    world.ends().await;
}

/// The list of the evaluation; run by `.ci/run`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs ../shared/data"]
async fn the_evaluation_list_is_ranked() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/eval/companies_yc.jsonl");
    let file = std::fs::read(path).unwrap();
    let lines = file.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count();
    let world = World::new().await;
    let text = "Score these companies against our fintech profile";
    let said = world.desk.attaches("ava", text, ("companies_yc.jsonl", &file)).await;
    assert_eq!(said.status, 201, "{}", said.body);
    let thread = said.body["thread"].as_str().unwrap().to_owned();
    let results = world.desk.until(&thread, |view| {
        let all = crate::support::desk::cards(view, "result");
        (all.len() >= 2 || !crate::support::desk::cards(view, "error").is_empty()).then_some(all)
    });
    let results = results.await;
    assert_eq!(results.len(), 2, "{results:#?}");
    println!("{lines} lines\n{}\n{}", words(&results[0]), words(&results[1]));
    assert!(!results[1]["table"]["rows"].as_array().unwrap().is_empty());
    world.ends().await;
}
