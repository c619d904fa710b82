//! The client against a tiny scripted endpoint over loopback HTTP.
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use axum::response::Response;
use axum::routing::post;
use serde_json::Value;
use serde_json::json;

use super::*;
use crate::ports::secret::Secret;
use crate::run::turn::Message;
use crate::run::turn::Usage;

const KEY: &str = "sk-canary-5f1d";

#[derive(Clone)]
enum Script {
    /// Content type and body.
    Body(&'static str, String),
    /// Status and headers.
    Status(u16, Vec<(&'static str, &'static str)>),
    Hang,
}

struct Stage {
    script: Script,
    seen: AtomicUsize,
}

async fn answer(State(endpoint): State<Arc<Stage>>, headers: HeaderMap, body: axum::Json<Value>) -> Response {
    endpoint.seen.fetch_add(1, Ordering::SeqCst);
    assert_eq!(headers["authorization"], format!("Bearer {KEY}").as_str());
    assert_eq!((body["stream"].as_bool(), body["model"].as_str()), (Some(true), Some("m")));
    match endpoint.script.clone() {
        Script::Body(kind, text) => ([("content-type", kind)], text).into_response(),
        Script::Status(status, headers) => {
            let mut response = axum::http::StatusCode::from_u16(status).unwrap().into_response();
            for (name, value) in headers {
                response.headers_mut().insert(name, value.parse().unwrap());
            }
            response
        }
        Script::Hang => std::future::pending().await,
    }
}

async fn serve(script: Script) -> (Endpoint, Arc<Stage>) {
    let state = Arc::new(Stage { script, seen: AtomicUsize::new(0) });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
    let router = Router::new().route("/v1/chat/completions", post(answer)).with_state(state.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (Endpoint { base_url, key: Secret::new(KEY), model: "m".to_owned() }, state)
}

#[expect(
    clippy::disallowed_methods,
    reason = "connectors may not be imported here; this client speaks to loopback only"
)]
fn http() -> reqwest::Client {
    rustls::crypto::ring::default_provider().install_default().ok();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

fn model(main: Endpoint, fallback: Option<Endpoint>, timeout_s: u64) -> OpenAi {
    OpenAi::new(ModelOptions { main, fallback, sandbox: true, timeout_s, http: http() })
}

async fn ask(model: &OpenAi) -> Result<Reply, LlmError> {
    let messages = [Message::System { text: "plan".into() }, Message::User { text: "find 10 CFOs".into() }];
    model.ask(Ask { messages: &messages, tools: &[], answer_schema: None, max_tokens: 100 }).await
}

fn sse(chunks: &[Value], done: bool) -> Script {
    let mut text: String = chunks.iter().map(|chunk| format!("data: {chunk}\n\n")).collect();
    if done {
        text.push_str("data: [DONE]\n\n");
    }
    Script::Body("text/event-stream", text)
}

fn piece(delta: Value, finish: Option<&str>) -> Value {
    json!({"id": "c", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})
}

fn good() -> Vec<Value> {
    vec![
        piece(json!({"role": "assistant", "content": "Look"}), None),
        piece(json!({"content": "ing"}), None),
        piece(
            json!({"tool_calls": [{"index": 0, "id": "call_a", "type": "function", "function": {"name": "propose_plan", "arguments": ""}}]}),
            None,
        ),
        piece(json!({"tool_calls": [{"index": 0, "function": {"arguments": "{\"count\": "}}]}), None),
        piece(
            json!({"tool_calls": [{"index": 1, "id": "call_b", "function": {"name": "list_jobs", "arguments": "{}"}}]}),
            None,
        ),
        piece(json!({"tool_calls": [{"index": 0, "function": {"arguments": "broken"}}]}), None),
        piece(json!({}), Some("tool_calls")),
    ]
}

#[tokio::test]
async fn pieces_become_one_answer_and_broken_arguments_pass_as_text() {
    let mut chunks = good();
    chunks.push(json!({"choices": [], "usage": {"prompt_tokens": 40, "completion_tokens": 9}}));
    let (endpoint, _) = serve(sse(&chunks, true)).await;
    let reply = ask(&model(endpoint, None, 5)).await.unwrap();
    assert_eq!(reply.text, "Looking");
    assert_eq!(reply.usage, Usage { prompt_tokens: 40, completion_tokens: 9 });
    let calls: Vec<_> =
        reply.calls.iter().map(|call| (call.id.as_str(), call.name.as_str(), call.arguments.as_str())).collect();
    assert_eq!(calls, [("call_a", "propose_plan", "{\"count\": broken"), ("call_b", "list_jobs", "{}")]);
}

#[tokio::test]
async fn without_a_usage_chunk_tokens_are_estimated() {
    let (endpoint, _) = serve(sse(&[piece(json!({"content": "12345678"}), Some("stop"))], true)).await;
    let usage = ask(&model(endpoint, None, 5)).await.unwrap().usage;
    assert_eq!(usage.completion_tokens, 2);
    assert!((1..60).contains(&usage.prompt_tokens), "{usage:?}");
}

#[tokio::test]
async fn what_is_no_whole_answer_is_an_error_of_its_class() {
    let cut = good()[..4].to_vec();
    let huge = vec![piece(json!({"content": "x".repeat(300 * 1024)}), Some("stop"))];
    let cases = [
        (sse(&cut, false), LlmError::Broken("the stream was cut".into())),
        (sse(&cut, true), LlmError::Broken("the stream was cut".into())),
        (
            sse(&[piece(json!({"content": "a"}), Some("length"))], true),
            LlmError::Broken("the answer was cut at its length limit".into()),
        ),
        (sse(&huge, true), LlmError::Broken("longer than 256 KiB".into())),
        (
            sse(&[json!({"error": {"message": KEY}})], true),
            LlmError::Broken("the endpoint reports a failure in the middle".into()),
        ),
        (
            Script::Body("text/event-stream", "data: <html>\n\n".into()),
            LlmError::Broken("a piece of it is not JSON".into()),
        ),
        (Script::Body("text/html", "<html>login</html>".into()), LlmError::Broken("it is not an event stream".into())),
        (Script::Status(429, vec![("retry-after", "7")]), LlmError::Throttled(7)),
        (Script::Status(429, vec![("retry-after", "999999")]), LlmError::Throttled(3_600)),
        (Script::Status(429, vec![]), LlmError::Throttled(10)),
        (Script::Status(401, vec![]), LlmError::Denied("the endpoint does not accept the key".into())),
        (Script::Status(503, vec![]), LlmError::Unreachable("the endpoint answered with status 503".into())),
        (Script::Hang, LlmError::TimedOut(1)),
    ];
    for (script, wanted) in cases {
        let (endpoint, state) = serve(script).await;
        let error = ask(&model(endpoint, None, 1)).await.unwrap_err();
        assert_eq!(error, wanted);
        assert!(!format!("{error} {error:?}").contains(KEY));
        assert_eq!(state.seen.load(Ordering::SeqCst), 1, "{wanted:?} was tried again");
    }
}

#[tokio::test]
async fn nobody_listening_is_unreachable() {
    let nowhere = Endpoint { base_url: "http://127.0.0.1:9/v1".into(), key: Secret::new(KEY), model: "m".into() };
    let error = ask(&model(nowhere, None, 5)).await.unwrap_err();
    assert_eq!(error, LlmError::Unreachable("no connection".into()));
}

#[tokio::test]
async fn the_second_endpoint_is_asked_once() {
    let (main, _) = serve(Script::Status(429, vec![("retry-after", "7")])).await;
    let (second, state) = serve(sse(&[piece(json!({"content": "ok"}), Some("stop"))], true)).await;
    let reply = ask(&model(main.clone(), Some(second), 5)).await.unwrap();
    assert_eq!((reply.text.as_str(), state.seen.load(Ordering::SeqCst)), ("ok", 1));
    let (broken, state) = serve(Script::Status(500, vec![])).await;
    assert_eq!(ask(&model(main, Some(broken), 5)).await.unwrap_err(), LlmError::Throttled(7));
    assert_eq!(state.seen.load(Ordering::SeqCst), 1);
}
