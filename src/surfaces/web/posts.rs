//! What the page's forms send. With htmx the answer is fragments; without script it is the way back to the thread.
use axum::extract::Path;
use axum::extract::Request;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::response::Html;
use axum::response::IntoResponse;
use axum::response::Redirect;
use axum::response::Response;
use serde_json::Map;
use serde_json::Value;

use crate::domain::ids::ThreadId;
use crate::ports::desk::Refusal;
use crate::ports::desk::Said;

use super::api;
use super::body;
use super::body::Posted;
use super::fault::Fault;
use super::fault::Look;
use super::fragments;
use super::pages;
use super::site::Shared;
use super::site::Site;
use super::view;
use super::who::Who;

pub async fn open_thread(
    State(site): State<Shared>,
    who: Who,
    look: Look,
    request: Request,
) -> Result<Response, Fault> {
    let thread = speak(&site, &who, None, request).await.map_err(look.fault())?;
    let to = format!("/t/{thread}");
    Ok(match look {
        Look::Toast => (StatusCode::CREATED, [("hx-redirect", to)]).into_response(),
        _ => Redirect::to(&to).into_response(),
    })
}

pub async fn say(
    State(site): State<Shared>,
    who: Who,
    look: Look,
    Path(thread): Path<String>,
    request: Request,
) -> Result<Response, Fault> {
    let thread = speak(&site, &who, Some(&ThreadId(thread)), request).await.map_err(look.fault())?;
    Ok(match look {
        Look::Toast => {
            let next = view::composer::event_field(&site.ids.fresh("say"), true).into_string();
            (StatusCode::ACCEPTED, Html(next)).into_response()
        }
        _ => Redirect::to(&format!("/t/{thread}")).into_response(),
    })
}

async fn speak(site: &Site, who: &Who, thread: Option<&ThreadId>, request: Request) -> Result<ThreadId, Refusal> {
    let posted = body::form_or_files(request, site.options.upload_max).await?;
    who.check_token(site, posted.get("_csrf"))?;
    let event = api::event_id(site, who, posted.get("_event"));
    let text = posted.get("text").unwrap_or_default().to_owned();
    site.desk.say(&who.person, Said { thread, text: &text, files: posted.files, event: &event }).await
}

/// The button of the control centre.
pub async fn halt(State(site): State<Shared>, who: Who, look: Look, request: Request) -> Result<Response, Fault> {
    let posted = body::form(request).await.map_err(look.fault())?;
    who.check_token(&site, posted.get("_csrf")).map_err(look.fault())?;
    site.desk.halt(&who.person, posted.get("why").unwrap_or_default()).await.map_err(look.fault())?;
    Ok(Redirect::to("/status").into_response())
}

pub async fn lift(State(site): State<Shared>, who: Who, look: Look, request: Request) -> Result<Response, Fault> {
    let posted = body::form(request).await.map_err(look.fault())?;
    who.check_token(&site, posted.get("_csrf")).map_err(look.fault())?;
    site.desk.lift(&who.person).await.map_err(look.fault())?;
    Ok(Redirect::to("/status").into_response())
}

pub async fn press(
    State(site): State<Shared>,
    who: Who,
    look: Look,
    Path(token): Path<String>,
    request: Request,
) -> Result<Response, Fault> {
    let headers = request.headers().clone();
    let posted = body::form(request).await.map_err(look.fault())?;
    who.check_token(&site, posted.get("_csrf")).map_err(look.fault())?;
    let pressed = site.desk.press(&who.person, &token, values(&posted)).await;
    if look != Look::Toast {
        return pressed.map(|_| Redirect::to(&posted.way_back()).into_response()).map_err(look.fault());
    }
    Ok(answer(&site, &who, &headers, (&posted, pressed)).await)
}

/// The outcome as a toast (or as a line in the open dialog), and the card as it is now, whoever decided it.
async fn answer(
    site: &Site,
    who: &Who,
    headers: &HeaderMap,
    (posted, pressed): (&Posted, Result<String, Refusal>),
) -> Response {
    let cards = match posted.thread() {
        Some(thread) => {
            let reader = pages::reader(site, who, headers).await;
            fragments::card_now(site, &reader, &ThreadId::from(thread), posted.get("_card")).await
        }
        None => String::new(),
    };
    let is_dialog = posted.get("_from") == Some("dialog");
    let (code, said) = match &pressed {
        Ok(outcome) => (StatusCode::ACCEPTED, view::toast::done(outcome)),
        Err(refusal) if is_dialog => (super::fault::status(refusal.kind), view::toast::refused_in_form(refusal)),
        Err(refusal) => (super::fault::status(refusal.kind), view::toast::refused(refusal)),
    };
    (code, Html(said.into_string() + &cards)).into_response()
}

/// Form fields as the JSON object that the API takes. Names that begin with `_` are ours.
fn values(posted: &Posted) -> Value {
    let mut values = Map::new();
    for (name, value) in posted.pairs.iter().filter(|(name, _)| !name.starts_with('_')) {
        values.insert(name.clone(), Value::String(value.clone()));
    }
    for name in posted.all("_many") {
        let chosen = posted.all(name).map(|value| Value::String(value.to_owned())).collect();
        values.insert(name.to_owned(), Value::Array(chosen));
    }
    for name in posted.all("_number") {
        // What is not a number stays as it was typed: the desk says what it expects.
        if let Some(number) = posted.get(name).and_then(|text| serde_json::from_str(text.trim()).ok())
            && matches!(number, Value::Number(_))
        {
            values.insert(name.to_owned(), number);
        }
    }
    Value::Object(values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn form_fields_become_the_values_of_the_api() {
        let posted = |pairs: &[(&str, &str)]| Posted {
            pairs: pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
            files: Vec::new(),
        };
        let cases = [
            (vec![("_csrf", "x"), ("words", "shorter")], json!({"words": "shorter"})),
            (vec![("_many", "ids"), ("ids", "a"), ("ids", "b")], json!({"ids": ["a", "b"]})),
            (vec![("_many", "ids"), ("ids", "a")], json!({"ids": ["a"]})),
            (vec![("_many", "ids")], json!({"ids": []})),
            (vec![("_number", "daily"), ("daily", " 15 ")], json!({"daily": 15})),
            (vec![("_number", "daily"), ("daily", "many")], json!({"daily": "many"})),
            (vec![("_number", "daily"), ("daily", "\"15\"")], json!({"daily": "\"15\""})),
            (vec![], json!({})),
        ];
        for (pairs, expected) in cases {
            assert_eq!(values(&posted(&pairs)), expected, "{pairs:?}");
        }
    }
}
