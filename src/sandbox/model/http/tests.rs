use serde_json::Value;
use serde_json::json;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;

use crate::sandbox::model::http;
use crate::sandbox::model::stream;
use crate::sandbox::model::stream::Usage;
use crate::sandbox::model::wire::Answer;
use crate::sandbox::model::wire::Completion;
use crate::sandbox::model::wire::Request;

/// One request over a real socket; the body of a chunked answer is put together again.
async fn send(method: &str, path: &str, key: &str, body: &str) -> (u16, String) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let server = tokio::spawn(async move { axum::serve(listener, http::router()).await });
    let mut socket = tokio::net::TcpStream::connect(address).await.expect("a connection");
    let head = format!(
        "{method} {path} HTTP/1.0\r\nhost: x\r\nauthorization: {key}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    socket.write_all(head.as_bytes()).await.expect("written");
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.expect("read");
    server.abort();
    let status = answer.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default();
    (status, body)
}

const KEY: &str = "Bearer sandbox-model-key";

fn flagship(stream: bool) -> Value {
    let text = "Find 100 VP Finance prospects at fintech companies (200-1000 employees) using Snowflake, enrich them";
    json!({"model": "quarterdeck-sandbox", "stream": stream, "stream_options": {"include_usage": true},
        "messages": [{"role": "user", "content": text}],
        "tools": [{"type": "function", "function": {"name": "propose_plan", "parameters": {"type": "object"}}}]})
}

#[tokio::test]
async fn a_wrong_key_is_refused_in_the_vendors_words() {
    for key in ["Bearer wrong", "sandbox-model-key", ""] {
        for (method, path) in [("GET", "/models"), ("POST", "/chat/completions")] {
            let (status, body) = send(method, path, key, "{}").await;
            let body: Value = serde_json::from_str(&body).expect("json");
            assert_eq!((status, &body["error"]["code"]), (401, &json!("invalid_api_key")));
        }
    }
    let (status, body) = send("GET", "/models", KEY, "").await;
    let body: Value = serde_json::from_str(&body).expect("json");
    assert_eq!((status, &body["data"][0]["id"]), (200, &json!("quarterdeck-sandbox")));
}

#[tokio::test]
async fn bad_requests_are_refused() {
    let other = json!({"model": "gpt-x", "messages": [{"role": "user", "content": "hi"}]}).to_string();
    let schema = json!({"model": "quarterdeck-sandbox", "messages": [{"role": "user", "content": "hi"}],
        "response_format": {"type": "json_schema", "json_schema": {"name": "other", "schema": {}}}})
    .to_string();
    let none = json!({"model": "quarterdeck-sandbox", "messages": []}).to_string();
    for (body, expected) in [("{", 400), (other.as_str(), 404), (schema.as_str(), 400), (none.as_str(), 400)] {
        let (status, answer) = send("POST", "/chat/completions", KEY, body).await;
        assert_eq!(status, expected, "{answer}");
        assert!(answer.contains("\"error\""), "{answer}");
    }
}

#[tokio::test]
async fn the_stream_is_the_whole_answer_in_pieces() {
    let (status, whole) = send("POST", "/chat/completions", KEY, &flagship(false).to_string()).await;
    let whole: Value = serde_json::from_str(&whole).expect("json");
    assert_eq!(status, 200);
    let (_, streamed) = send("POST", "/chat/completions", KEY, &flagship(true).to_string()).await;
    let data: Vec<&str> = streamed.lines().filter_map(|line| line.strip_prefix("data: ")).collect();
    assert_eq!(data.last(), Some(&"[DONE]"));
    let chunks: Vec<Value> = data.iter().filter_map(|data| serde_json::from_str(data).ok()).collect();
    let arguments = &whole["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"];
    let pieces: Vec<&str> = chunks
        .iter()
        .filter_map(|chunk| chunk["choices"][0]["delta"]["tool_calls"][0]["function"]["arguments"].as_str())
        .collect();
    assert!(pieces.len() > 5);
    assert_eq!(&json!(pieces.concat()), arguments);
    assert_eq!(
        chunks.last().map(|chunk| chunk["usage"]["completion_tokens"].clone()),
        Some(whole["usage"]["completion_tokens"].clone())
    );
    assert!(chunks.iter().any(|chunk| chunk["choices"][0]["finish_reason"] == json!("tool_calls")));
}

#[test]
fn words_are_streamed_whole_and_ids_are_stable() {
    let request: Request = serde_json::from_value(flagship(true)).expect("a request");
    let text = "Grüße: 日本語 and a long sentence, cut wherever it falls.";
    let completion = Completion::new(&request, "key", Answer::Words(text.to_owned()));
    let chunks = stream::chunks(&completion, Usage::Kept);
    let joined: String = chunks.iter().filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str()).collect();
    assert_eq!(joined, text);
    assert!(chunks.iter().all(|chunk| chunk.get("usage").is_none()));
    assert_eq!(completion.id, Completion::new(&request, "key", Answer::Words(String::new())).id);
    assert_ne!(completion.id, Completion::new(&request, "other", Answer::Words(String::new())).id);
}
