//! What the client does with well and badly behaved servers on loopback.
use std::time::Duration;

use serde_json::Value;
use serde_json::json;

use super::*;
use crate::connectors::http::loopback::Act;
use crate::connectors::http::loopback::Loopback;

fn options(server: &Loopback) -> HttpOptions {
    let mut options = HttpOptions::new("vendor", "https://api.vendor.example", server.endpoint(), Auth::Bearer);
    options.timeout = Duration::from_millis(300);
    options.headers_timeout = Duration::from_millis(200);
    options.body_bytes_max = 1_000;
    options
}

async fn with(act: impl Fn(&loopback::Seen) -> Act + Send + Sync + 'static) -> (Loopback, Http) {
    let server = Loopback::start(act).await;
    let http = Http::new(options(&server)).unwrap();
    (server, http)
}

fn class(outcome: PortResult<Answer>) -> &'static str {
    match outcome {
        Ok(_) => "answer",
        Err(PortError::Throttled { .. }) => "throttled",
        Err(PortError::Unreachable { .. }) => "unreachable",
        Err(PortError::Unclear { .. }) => "unclear",
        Err(PortError::Held { .. }) => "held",
        Err(PortError::Denied { .. }) => "denied",
        Err(PortError::OutOfCredits { .. }) => "credits",
        Err(PortError::Refused { .. }) => "refused",
        Err(PortError::Malformed { .. }) => "malformed",
    }
}

#[tokio::test]
async fn sends_path_query_body_and_key() {
    let (server, http) = with(|_| Act::Json(200, json!({"ok": true}))).await;
    let call = Call::post("/a/{}/b/", &["x y"]).query("t[]", "VP & more").query("t[]", 2).body(json!({"c": 1}));
    let answer = http.send(call).await.unwrap();
    assert_eq!(answer.json::<Value>().unwrap(), json!({"ok": true}));
    let seen = server.seen().remove(0);
    assert_eq!(seen.line(), "POST /a/x%20y/b/?t%5B%5D=VP+%26+more&t%5B%5D=2");
    assert_eq!(seen.body, json!({"c": 1}));
    assert!(seen.headers.contains("authorization: bearer test-key"));
    assert!(!seen.headers.contains("accept-encoding"));
    assert_eq!(http.stats(), Stats { calls: 1, failed: 0, throttled: 0 });
}

#[tokio::test]
async fn a_lost_answer_is_unclear_only_for_unsafe_writes() {
    type Misbehaviour = fn() -> Act;
    let cases: [(&str, Misbehaviour); 5] = [
        ("reset", || Act::Reset),
        ("silence", || Act::Hang(String::new())),
        ("slow body", || Act::Hang("HTTP/1.1 200 x\r\ncontent-length: 9\r\n\r\n{".to_owned())),
        ("half body", || Act::Raw("HTTP/1.1 200 x\r\ncontent-length: 9\r\n\r\n{".to_owned())),
        ("server error", || Act::Json(503, json!({"message": "later"}))),
    ];
    for (name, act) in cases {
        let (_server, http) = with(move |_| act()).await;
        assert_eq!(class(http.send(Call::post("/w", &[])).await), "unclear", "{name}");
        assert_eq!(class(http.send(Call::post("/w", &[]).safe()).await), "unreachable", "{name}");
        assert_eq!(class(http.send(Call::get("/r", &[])).await), "unreachable", "{name}");
        assert_eq!(http.stats(), Stats { calls: 3, failed: 3, throttled: 0 }, "{name}");
    }
}

#[tokio::test]
async fn nothing_was_sent_without_a_connection() {
    let server = Loopback::start(|_| Act::Reset).await;
    let mut gone = options(&server);
    // Port 1 of loopback: nobody listens.
    gone.base_url = "http://127.0.0.1:1".to_owned();
    let http = Http::new(gone).unwrap();
    assert_eq!(class(http.send(Call::post("/w", &[])).await), "unreachable");
}

#[tokio::test]
async fn bodies_have_a_limit_and_redirects_are_not_followed() {
    let (_server, http) = with(|seen| match seen.target.as_str() {
        "/announced" => Act::Json(200, json!("x".repeat(2_000))),
        "/chunked" => Act::Raw(format!("HTTP/1.1 200 x\r\nconnection: close\r\n\r\n{}", "x".repeat(2_000))),
        "/away" => Act::Raw("HTTP/1.1 302 x\r\nlocation: /announced\r\ncontent-length: 0\r\n\r\n".to_owned()),
        _ => Act::Json(429, json!({})),
    })
    .await;
    assert_eq!(class(http.send(Call::get("/announced", &[])).await), "malformed");
    assert_eq!(class(http.send(Call::get("/chunked", &[])).await), "malformed");
    assert_eq!(class(http.send(Call::post("/chunked", &[])).await), "unclear");
    assert_eq!(class(http.send(Call::get("/away", &[])).await), "refused");
    assert_eq!(class(http.send(Call::get("/fast", &[])).await), "throttled");
    assert_eq!(http.stats(), Stats { calls: 5, failed: 4, throttled: 1 });
}

#[tokio::test]
async fn errors_never_carry_the_key() {
    let (_server, http) = with(|_| Act::Json(400, json!({"message": "the key test-key of a@b.example is odd"}))).await;
    let error = http.send(Call::get("/x", &[])).await.unwrap_err();
    assert_eq!(error.to_string(), "use vendor: status 400: the key [key] of [address] is odd");
}

#[tokio::test]
async fn accepted_statuses_are_answers() {
    let (_server, http) = with(|_| Act::Json(404, json!({"message": "Lead not found"}))).await;
    let answer = http.send(Call::get("/x", &[]).accept(&[404])).await.unwrap();
    assert_eq!((answer.status, answer.message().as_str()), (404, "Lead not found"));
}

#[tokio::test]
async fn hosts_and_schemes_are_checked_before_anything_is_sent() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let live = "https://api.vendor.example";
    let build = |base: Option<&str>, sandbox: bool| {
        let endpoint = Endpoint { base_url: base.map(str::to_owned), key: Secret::new("k"), sandbox, limiter: None };
        Http::new(HttpOptions::new("vendor", live, endpoint, Auth::Bearer)).is_ok()
    };
    assert!(build(None, false));
    assert!(build(Some("https://api.vendor.example/v1"), false));
    for refused in [
        "http://api.vendor.example",
        "https://api.vendor.example:8443",
        "https://evil.example",
        "https://api.vendor.example@evil.example",
        "https://u:p@api.vendor.example",
        "http://127.0.0.1:80",
        "https://169.254.169.254",
        "nonsense",
    ] {
        assert!(!build(Some(refused), false), "{refused}");
    }
    assert!(build(Some("http://127.0.0.1:8080/hubspot"), true));
    assert!(build(Some("http://[::1]:8080"), true));
    assert!(build(Some("http://localhost:8080"), true));
    for refused in ["http://10.0.0.1", "https://api.vendor.example", "http://2130706433.example", "http://0.0.0.0"] {
        assert!(!build(Some(refused), true), "{refused}");
    }
}

#[tokio::test]
async fn a_key_of_two_lines_is_refused() {
    let server = Loopback::start(|_| Act::Reset).await;
    let mut options = options(&server);
    options.auth = Auth::Header { name: "x-api-key", key: Secret::new("a\nb") };
    let error = Http::new(options).err().unwrap();
    assert!(matches!(error, PortError::Refused { .. }));
}
