//! The JSON API, described by `assets/openapi.json`. Handlers read, ask the desk, answer.
use axum::Json;
use axum::extract::Path;
use axum::extract::Request;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use serde::Deserialize;
use serde_json::Value;
use serde_json::json;

use crate::domain::ids::RunId;
use crate::domain::ids::ThreadId;
use crate::ports::desk::Attachment;
use crate::ports::desk::Refusal;
use crate::ports::desk::RefusalKind;
use crate::ports::desk::Said;
use crate::ports::desk::ThreadView;

use super::body;
use super::fault::ApiError;
use super::fault::refusal;
use super::site::Shared;
use super::site::Site;
use super::who::Who;

const OPENAPI: &str = include_str!("assets/openapi.json");
const KEY_CHARS_MAX: usize = 128;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SaidBody {
    text: String,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pressed {
    #[serde(default)]
    values: Value,
}

/// The id of a message: the caller's key makes a repeated request one message, else each request is its own.
pub fn event_id(site: &Site, who: &Who, key: Option<&str>) -> String {
    match key.filter(|key| !key.is_empty() && key.len() <= KEY_CHARS_MAX) {
        Some(key) => format!("web:{}:{key}", who.person.id),
        None => site.ids.fresh("web"),
    }
}

fn key(headers: &HeaderMap) -> Option<String> {
    headers.get("idempotency-key").and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// The text and the files of a request, JSON or multipart.
async fn said(request: Request, upload_max: usize) -> Result<(String, Vec<Attachment>), Refusal> {
    if !body::is_multipart(request.headers()) {
        let said: SaidBody = body::json(request).await?;
        return Ok((said.text, Vec::new()));
    }
    let posted = body::files(request, upload_max).await?;
    Ok((posted.get("text").unwrap_or_default().to_owned(), posted.files))
}

pub async fn threads(State(site): State<Shared>, who: Who) -> Result<Json<Value>, ApiError> {
    let threads = site.desk.threads(&who.person).await?;
    Ok(Json(json!({ "threads": threads })))
}

pub async fn open_thread(State(site): State<Shared>, who: Who, request: Request) -> Result<Response, ApiError> {
    let event = event_id(&site, &who, key(request.headers()).as_deref());
    let (text, files) = said(request, site.options.upload_max).await?;
    let thread = site.desk.say(&who.person, Said { thread: None, text: &text, files, event: &event }).await?;
    Ok((StatusCode::CREATED, Json(json!({ "thread": thread }))).into_response())
}

pub async fn say(
    State(site): State<Shared>,
    who: Who,
    Path(thread): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    let event = event_id(&site, &who, key(request.headers()).as_deref());
    let (text, files) = said(request, site.options.upload_max).await?;
    let said = Said { thread: Some(&ThreadId(thread)), text: &text, files, event: &event };
    let thread = site.desk.say(&who.person, said).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({ "thread": thread }))).into_response())
}

pub async fn thread(
    State(site): State<Shared>,
    who: Who,
    Path(thread): Path<String>,
) -> Result<Json<ThreadView>, ApiError> {
    Ok(Json(site.desk.thread(&who.person, &ThreadId(thread)).await?))
}

pub async fn press(
    State(site): State<Shared>,
    who: Who,
    Path(token): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    let is_bare = body::content_type(request.headers()).is_empty() && is_empty(request.headers());
    let pressed = if is_bare { Pressed::default() } else { body::json::<Pressed>(request).await? };
    let values = match pressed.values {
        Value::Null => json!({}),
        Value::Object(values) => Value::Object(values),
        _ => {
            let why = "`values` is not an object of field names and values";
            return Err(
                refusal(RefusalKind::BadInput, "The button was not pressed", why, "Send {\"values\": {}}").into()
            );
        }
    };
    let outcome = site.desk.press(&who.person, &token, values).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({ "outcome": outcome }))).into_response())
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Halted {
    #[serde(default)]
    why: String,
}

/// Stops everything that cannot be taken back; the reason may be left out.
pub async fn halt(State(site): State<Shared>, who: Who, request: Request) -> Result<Response, ApiError> {
    let is_bare = body::content_type(request.headers()).is_empty() && is_empty(request.headers());
    let halted = if is_bare { Halted::default() } else { body::json::<Halted>(request).await? };
    let outcome = site.desk.halt(&who.person, &halted.why).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({ "outcome": outcome }))).into_response())
}

pub async fn lift(State(site): State<Shared>, who: Who) -> Result<Response, ApiError> {
    let outcome = site.desk.lift(&who.person).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({ "outcome": outcome }))).into_response())
}

fn is_empty(headers: &HeaderMap) -> bool {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    matches!(length, None | Some("0")) && !headers.contains_key(header::TRANSFER_ENCODING)
}

pub async fn run(State(site): State<Shared>, who: Who, Path(run): Path<String>) -> Result<Json<Value>, ApiError> {
    Ok(Json(site.desk.run(&who.person, &RunId(run)).await?))
}

pub async fn status(State(site): State<Shared>, _who: Who) -> Result<Json<Value>, ApiError> {
    Ok(Json(site.desk.status().await?))
}

pub async fn openapi() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], OPENAPI)
}
