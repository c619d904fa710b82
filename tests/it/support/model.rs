//! A model that does what the script says: one entry for each question, the last one for ever.
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::response::Response;
use axum::routing::post;
use serde_json::Value;
use serde_json::json;

#[derive(Clone, Debug)]
pub enum Says {
    Text(&'static str),
    /// A tool and its arguments, as text: they may be broken.
    Call(&'static str, String),
    Status(u16),
    /// The stream ends in the middle.
    Cut,
    /// Not an event stream at all.
    Html,
}

#[derive(Clone)]
struct Script {
    left: Arc<Mutex<Vec<Says>>>,
    asked: Arc<AtomicUsize>,
}

pub struct Model {
    pub url: String,
    asked: Arc<AtomicUsize>,
}

impl Model {
    pub async fn start(script: Vec<Says>) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicUsize::new(0));
        let state = Script { left: Arc::new(Mutex::new(script)), asked: asked.clone() };
        let app = axum::Router::new().route("/v1/chat/completions", post(answer)).with_state(state);
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, asked }
    }

    /// How often it was asked.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    pub fn env(&self) -> Vec<(&'static str, String)> {
        vec![("OPENAI_API_KEY", "scripted".to_owned()), ("OPENAI_BASE_URL", self.url.clone())]
    }
}

async fn answer(State(script): State<Script>) -> Response {
    let place = script.asked.fetch_add(1, Ordering::SeqCst);
    let says = {
        let left = script.left.lock().unwrap();
        left.get(place).or_else(|| left.last()).cloned().unwrap_or(Says::Text("I have nothing to say."))
    };
    match says {
        Says::Text(text) => stream(&[json!({"content": text})], Some("stop")),
        Says::Call(name, arguments) => {
            let call = json!({"index": 0, "id": format!("call_{place}"), "type": "function",
                "function": {"name": name, "arguments": arguments}});
            stream(&[json!({"tool_calls": [call]})], Some("tool_calls"))
        }
        Says::Cut => stream(&[json!({"content": "I will la"})], None),
        Says::Status(status) => {
            let status = StatusCode::from_u16(status).unwrap();
            (status, [("retry-after", "1")], axum::Json(json!({"error": {"message": "no"}}))).into_response()
        }
        Says::Html => "<html>a proxy's page</html>".into_response(),
    }
}

fn stream(deltas: &[Value], finish: Option<&str>) -> Response {
    let mut body = String::new();
    let mut chunk = |choices: Value, usage: Value| {
        let chunk = json!({"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "scripted",
            "choices": choices, "usage": usage});
        body.push_str(&format!("data: {chunk}\n\n"));
    };
    for delta in deltas {
        chunk(json!([{"index": 0, "delta": delta, "finish_reason": null}]), Value::Null);
    }
    if let Some(finish) = finish {
        chunk(json!([{"index": 0, "delta": {}, "finish_reason": finish}]), Value::Null);
        chunk(json!([]), json!({"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}));
        body.push_str("data: [DONE]\n\n");
    }
    Response::builder().header("content-type", "text/event-stream").body(Body::from(body)).unwrap()
}
