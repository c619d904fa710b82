//! A chat-completions endpoint with a script: three tool calls, then an answer; whole or streamed, as asked.
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::Sender;
use std::sync::mpsc::channel;
use std::time::Duration;

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::response::Response;
use axum::routing::post;
use serde_json::Value;
use serde_json::json;

/// Model turns of one request: tool calls and the answer.
pub const TURNS_EACH: usize = CALLS_EACH + 1;
const CALLS_EACH: usize = 3;
const PATIENCE: Duration = Duration::from_secs(20);

pub struct Endpoint {
    pub base: String,
    asked: Arc<AtomicUsize>,
    answered: Receiver<()>,
}

#[derive(Clone)]
struct Script {
    asked: Arc<AtomicUsize>,
    answered: Arc<Mutex<Sender<()>>>,
}

impl Endpoint {
    pub fn start() -> Self {
        let asked = Arc::new(AtomicUsize::new(0));
        let (send, answered) = channel();
        let script = Script { asked: Arc::clone(&asked), answered: Arc::new(Mutex::new(send)) };
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let base = format!("http://{}/v1", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                let router = Router::new().route("/v1/chat/completions", post(answer)).with_state(script);
                axum::serve(listener, router).await.unwrap();
            });
        });
        Self { base, asked, answered }
    }

    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// Returns when a final answer was given.
    pub fn wait(&self) {
        self.answered.recv_timeout(PATIENCE).unwrap();
    }
}

async fn answer(State(script): State<Script>, Json(body): Json<Value>) -> Response {
    let number = script.asked.fetch_add(1, Ordering::SeqCst);
    let messages = body["messages"].as_array().unwrap();
    // Results since the person last spoke say how far this request is.
    let done = messages.iter().rev().take_while(|m| m["role"] != "user").filter(|m| m["role"] == "tool").count();
    let (message, finish) = if done < CALLS_EACH {
        let function = json!({"name": "list_jobs", "arguments": "{\"mine\":true}"});
        let call = json!({"index": 0, "id": format!("call_{number}"), "type": "function", "function": function});
        (json!({"role": "assistant", "content": null, "tool_calls": [call]}), "tool_calls")
    } else {
        script.answered.lock().unwrap().send(()).unwrap();
        (json!({"role": "assistant", "content": "No job of yours is running; ask for prospects to begin one."}), "stop")
    };
    let usage = json!({"prompt_tokens": 900, "completion_tokens": 20, "total_tokens": 920});
    let head = json!({"id": format!("chat_{number}"), "created": 1, "model": body["model"]});
    if body["stream"] == true {
        streamed(&head, (&message, finish), &usage)
    } else {
        whole(head, (message, finish), usage)
    }
}

fn whole(mut head: Value, said: (Value, &str), usage: Value) -> Response {
    head["object"] = json!("chat.completion");
    head["choices"] = json!([{"index": 0, "message": said.0, "finish_reason": said.1}]);
    head["usage"] = usage;
    Json(head).into_response()
}

fn streamed(head: &Value, said: (&Value, &str), usage: &Value) -> Response {
    let piece = |choices: Value, usage: &Value| {
        let mut piece = head.clone();
        piece["object"] = json!("chat.completion.chunk");
        piece["choices"] = choices;
        piece["usage"] = usage.clone();
        format!("data: {piece}\n\n")
    };
    let choice = |delta: &Value, finish: Value| json!([{"index": 0, "delta": delta, "finish_reason": finish}]);
    let text = [
        piece(choice(said.0, Value::Null), &Value::Null),
        piece(choice(&json!({}), json!(said.1)), &Value::Null),
        piece(json!([]), usage),
        "data: [DONE]\n\n".to_owned(),
    ];
    ([(CONTENT_TYPE, "text/event-stream")], text.concat()).into_response()
}
