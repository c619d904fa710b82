//! The two routes of the stand-in: the key is checked first, then the request is read, answered and rendered.
use axum::Json;
use axum::Router;
use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use axum::response::Sse;
use axum::response::sse::Event;
use axum::routing::get;
use axum::routing::post;
use serde_json::{Value, json};
use std::convert::Infallible;

use crate::sandbox::model::planner;
use crate::sandbox::model::stream;
use crate::sandbox::model::stream::Usage;
use crate::sandbox::model::wire::Answer;
use crate::sandbox::model::wire::CREATED;
use crate::sandbox::model::wire::Completion;
use crate::sandbox::model::wire::MODEL;
use crate::sandbox::model::wire::Request;
use crate::sandbox::model::writer;

const KEY: &str = "sandbox-model-key";
const DRAFT_SCHEMA: &str = "mail_draft";

pub fn router() -> Router {
    Router::new().route("/chat/completions", post(completions)).route("/models", get(models))
}

async fn models(headers: HeaderMap) -> Response {
    if let Some(refusal) = key_refusal(&headers) {
        return refusal;
    }
    let model = json!({"id": MODEL, "object": "model", "created": CREATED, "owned_by": "quarterdeck"});
    Json(json!({"object": "list", "data": [model]})).into_response()
}

async fn completions(headers: HeaderMap, body: Bytes) -> Response {
    if let Some(refusal) = key_refusal(&headers) {
        return refusal;
    }
    let request: Request = match serde_json::from_slice(&body) {
        Ok(request) => request,
        Err(fault) => return invalid(&format!("the body is not a chat completion request: {fault}"), Value::Null),
    };
    if request.model != MODEL {
        let text = format!("The model `{}` does not exist. The sandbox has `{MODEL}`.", request.model);
        let what = Fault { kind: "invalid_request_error", code: json!("model_not_found"), param: json!("model") };
        return error(StatusCode::NOT_FOUND, &text, &what);
    }
    match answer(&request) {
        Ok(answer) => render(&request, &Completion::new(&request, &String::from_utf8_lossy(&body), answer)),
        Err((text, param)) => invalid(&text, json!(param)),
    }
}

/// The decision itself, free of HTTP.
fn answer(request: &Request) -> Result<Answer, (String, &'static str)> {
    if request.messages.is_empty() {
        return Err(("messages is empty: at least one message is needed".to_owned(), "messages"));
    }
    match request.schema() {
        None => Ok(planner::answer(request)),
        Some(DRAFT_SCHEMA) => {
            let asked = request.messages.iter().rfind(|message| message.role == "user");
            let asked = asked.map(|message| message.text()).unwrap_or_default();
            writer::draft(&asked).map(Answer::Words).map_err(|fault| (fault, "messages"))
        }
        Some(other) => {
            let text = format!("the sandbox stand-in can answer the schema {DRAFT_SCHEMA} only, not `{other}`");
            Err((text, "response_format"))
        }
    }
}

fn render(request: &Request, completion: &Completion) -> Response {
    if request.stream != Some(true) {
        return Json(completion.body()).into_response();
    }
    let usage = match &request.stream_options {
        Some(options) if options.include_usage => Usage::Told,
        _ => Usage::Kept,
    };
    let chunks = stream::chunks(completion, usage).into_iter().map(|chunk| chunk.to_string());
    let events: Vec<String> = chunks.chain(["[DONE]".to_owned()]).collect();
    let events = events.into_iter().map(|data| Ok::<_, Infallible>(Event::default().data(data)));
    Sse::new(futures::stream::iter(events)).into_response()
}

struct Fault {
    kind: &'static str,
    code: Value,
    param: Value,
}

fn key_refusal(headers: &HeaderMap) -> Option<Response> {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let key = given.and_then(|value| value.strip_prefix("Bearer "));
    let text = match key {
        Some(KEY) => return None,
        Some(_) => "Incorrect API key provided.",
        None => "You didn't provide an API key. Use an Authorization header with Bearer auth.",
    };
    let what = Fault { kind: "invalid_request_error", code: json!("invalid_api_key"), param: Value::Null };
    Some(error(StatusCode::UNAUTHORIZED, text, &what))
}

fn invalid(text: &str, param: Value) -> Response {
    error(StatusCode::BAD_REQUEST, text, &Fault { kind: "invalid_request_error", code: Value::Null, param })
}

fn error(status: StatusCode, text: &str, what: &Fault) -> Response {
    let body = json!({"error": {"message": text, "type": what.kind, "param": what.param, "code": what.code}});
    (status, Json(body)).into_response()
}

#[cfg(test)]
mod tests;
