//! The contract of the API: what is answered, in which shape, with which code.
use serde_json::Value;
use serde_json::json;

use crate::surfaces::web::tests::client;
use crate::surfaces::web::tests::client::Answer;
use crate::surfaces::web::tests::client::get;
use crate::surfaces::web::tests::client::post;
use crate::surfaces::web::tests::world::World;
use crate::surfaces::web::tests::world::world;

/// Checks a value against a schema of our own description.
fn fits(schema: &str, value: &Value) {
    let mut root: Value = serde_json::from_str(include_str!("../assets/openapi.json")).unwrap();
    root["$ref"] = json!(format!("#/components/schemas/{schema}"));
    let validator = jsonschema::draft202012::new(&root).unwrap();
    let faults: Vec<String> = validator.iter_errors(value).map(|fault| fault.to_string()).collect();
    assert!(faults.is_empty(), "{schema}: {faults:?} in {value}");
}

async fn press(world: &World, person: &str, token: &str, body: &Value) -> Answer {
    client::json(&format!("/api/actions/{token}"), body).person(person).send(world.address).await
}

#[tokio::test]
async fn a_thread_is_opened_read_and_answered() {
    let world = world().await;
    let opened = client::json("/api/threads", &json!({"text": "find 3"})).person("ben").send(world.address).await;
    assert_eq!((opened.status, opened.json()), (201, json!({"thread": "t2"})));
    let said =
        client::json("/api/threads/t2/messages", &json!({"text": "only UK"})).person("ben").send(world.address).await;
    assert_eq!((said.status, said.json()), (202, json!({"thread": "t2"})));
    let thread = get("/api/threads/t2").person("ben").send(world.address).await;
    fits("Thread", &thread.json());
    let texts: Vec<Value> =
        thread.json()["messages"].as_array().unwrap().iter().map(|message| message["text"].clone()).collect();
    assert_eq!(texts, ["find 3", "only UK"]);
    let who: Vec<String> = world.desk.edit(|state| state.said.iter().map(|said| said.who.clone()).collect());
    assert_eq!(who, ["ben", "ben"]);
    let list = get("/api/threads").send(world.address).await;
    fits("ThreadList", &list.json());
}

#[tokio::test]
async fn every_kind_of_card_fits_the_description() {
    let world = world().await;
    let thread = get("/api/threads/t1").send(world.address).await.json();
    fits("Thread", &thread);
    let kinds: std::collections::BTreeSet<&str> =
        thread["messages"].as_array().unwrap().iter().filter_map(|message| message["card"]["kind"].as_str()).collect();
    assert_eq!(kinds.len(), 11, "{kinds:?}");
}

#[tokio::test]
async fn the_same_key_is_one_message() {
    let world = world().await;
    for _ in 0..2 {
        let ask = client::json("/api/threads/t1/messages", &json!({"text": "stop"})).with("idempotency-key", "k1");
        assert_eq!(ask.send(world.address).await.status, 202);
    }
    let events: Vec<String> = world.desk.edit(|state| state.said.iter().map(|said| said.event.clone()).collect());
    assert_eq!(events, ["web:ava:k1"]);
}

#[tokio::test]
async fn a_file_comes_with_its_name_and_bytes() {
    let world = world().await;
    let body = "--x\r\ncontent-disposition: form-data; name=\"text\"\r\n\r\nmy list\r\n\
                --x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\nname,domain\r\n--x--\r\n";
    let kind = "multipart/form-data; boundary=x";
    let answer = post("/api/threads/t1/messages", kind, body).send(world.address).await;
    assert_eq!(answer.status, 202, "{}", answer.body);
    world.desk.edit(|state| {
        let said = state.said.last().unwrap();
        assert_eq!((said.text.as_str(), said.files.len()), ("my list", 1));
        assert_eq!((said.files[0].name.as_str(), said.files[0].bytes.as_slice()), ("a.csv", &b"name,domain"[..]));
    });
}

#[tokio::test]
async fn a_press_is_decided_once() {
    let world = world().await;
    let done = press(&world, "mona", "launch", &json!({"values": {"daily": 15}})).await;
    assert_eq!((done.status, done.json()), (202, json!({"outcome": "Done, Mona Falk"})));
    let late = press(&world, "cora", "launch", &json!({"values": {}})).await;
    assert_eq!(late.status, 409);
    assert_eq!(late.json()["error"]["why"], "Mona Falk decided at 14:26");
    let pressed = world.desk.edit(|state| state.pressed.clone());
    assert_eq!(pressed, [("mona".to_owned(), "launch".to_owned(), json!({"daily": 15}))]);
}

#[tokio::test]
async fn a_press_needs_no_body_but_a_right_one() {
    let world = world().await;
    let bare = post("/api/actions/exclude", "", "").person("cora").send(world.address).await;
    assert_eq!(bare.status, 202, "{}", bare.body);
    for body in [json!({"values": [1]}), json!({"value": {}}), json!([])] {
        assert_eq!(press(&world, "mona", "launch", &body).await.status, 400, "{body}");
    }
}

#[tokio::test]
async fn every_refusal_has_its_code_and_three_parts() {
    let world = world().await;
    let large = format!("{{\"text\": \"{}\"}}", "a".repeat(70_000));
    let file = format!(
        "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n{}\r\n--x--\r\n",
        "a".repeat(1_100_000)
    );
    let cases = [
        (client::json("/api/threads", &json!({"text": "x"})).person("zoe"), 401),
        (client::json("/api/actions/launch", &json!({"values": {}})).person("ava"), 403),
        (client::json("/api/actions/nothing", &json!({"values": {}})), 404),
        (client::json("/api/actions/old", &json!({"values": {}})), 410),
        (client::json("/api/threads", &json!({"text": " "})), 400),
        (client::json("/api/threads", &json!({"txt": "x"})), 400),
        (post("/api/threads", "application/json", "{\"text\":"), 400),
        (post("/api/threads", "text/plain", "{\"text\": \"x\"}"), 400),
        (post("/api/threads", "application/json", large), 413),
        (post("/api/threads/t1/messages", "multipart/form-data; boundary=x", file), 413),
        (post("/api/threads/t1/messages", "multipart/form-data; boundary=x", "--y"), 400),
        (get("/api/threads/t9"), 404),
        (get("/api/threads/t9/events"), 404),
        (get("/api/runs/none"), 404),
        (get("/api/nothing"), 404),
        (get("/api/threads/%FF"), 400),
        (get("/api/actions/launch"), 405),
    ];
    for (ask, code) in cases {
        let answer = ask.send(world.address).await;
        assert_eq!(answer.status, code, "{} {}: {}", ask.method, ask.path, answer.body);
        fits("Refused", &answer.json());
    }
}

#[tokio::test]
async fn runs_status_and_the_description_are_read() {
    let world = world().await;
    assert_eq!(get("/api/runs/7K2").send(world.address).await.json()["id"], "7K2");
    assert!(get("/api/status").send(world.address).await.json()["parts"].is_array());
    let described = get("/api/openapi.json").send(world.address).await.json();
    assert_eq!(described["openapi"], "3.1.0");
    let routes = include_str!("../server.rs").split('"').filter(|text| text.starts_with("/api/"));
    let routes: Vec<&str> = routes.filter(|path| *path != "/api/openapi.json").collect();
    assert_eq!(routes.len(), 9);
    for path in routes {
        assert!(described["paths"][path].is_object(), "{path}");
    }
}

#[tokio::test]
async fn probes_answer_whoever_asks() {
    let world = world().await;
    for path in ["/livez", "/healthz", "/readyz", "/metrics"] {
        let answer = get(path).with("host", "pod-7.example").send(world.address).await;
        assert_eq!(answer.status, 200, "{path}");
    }
    world.desk.edit(|state| state.is_unready = true);
    let answer = get("/readyz").send(world.address).await;
    assert_eq!((answer.status, answer.body.as_str()), (503, "not ready: the database does not answer\n"));
    assert_eq!(get("/livez").send(world.address).await.status, 200);
}
