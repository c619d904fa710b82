//! The pages: each gathers what it shows and hands it to a view.
use axum::extract::Path;
use axum::extract::Query;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Html;
use axum::response::IntoResponse;
use axum::response::Response;
use maud::Markup;
use serde::Deserialize;
use serde_json::Value;

use crate::domain::ids::ThreadId;
use crate::ports::desk::Refusal;
use crate::ports::desk::RefusalKind;
use crate::ports::desk::ThreadSummary;
use crate::ports::desk::ThreadView;
use crate::run::card::Action;
use crate::run::card::Card;

use super::fault::Fault;
use super::fault::Look;
use super::fault::refusal;
use super::live;
use super::session;
use super::site::Shared;
use super::site::Site;
use super::view;
use super::view::reader::Reader;
use super::who::Who;

fn html(markup: Markup) -> Response {
    Html(markup.into_string()).into_response()
}

/// What a view needs to know about who reads and when.
pub async fn reader(site: &Site, who: &Who, headers: &HeaderMap) -> Reader {
    let theme = session::cookie(headers, session::THEME_COOKIE);
    let status = site.desk.status().await.unwrap_or_default();
    Reader {
        person: who.person.clone(),
        persons: site.options.persons.clone(),
        is_sandbox: site.options.sandbox,
        is_partly_live: view::status::has_live_part(&status),
        alerts: status["alerts"].as_array().map_or(0, Vec::len),
        theme: theme.filter(|theme| theme == "light" || theme == "dark").unwrap_or_default(),
        token: who.token(site),
        now: site.now(),
        event: site.ids.fresh("say"),
        upload_max: site.options.upload_max,
    }
}

/// The newest thread; the first visit when there is none.
pub async fn home(State(site): State<Shared>, who: Who, look: Look, headers: HeaderMap) -> Result<Response, Fault> {
    let threads = site.desk.threads(&who.person).await.map_err(look.fault())?;
    match threads.iter().max_by_key(|thread| thread.updated_at) {
        Some(newest) => show_thread(&site, &who, &newest.id, &headers).await,
        None => show_first_visit(&site, &who, &headers, threads).await,
    }
    .map_err(look.fault())
}

pub async fn first_visit(
    State(site): State<Shared>,
    who: Who,
    look: Look,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let threads = site.desk.threads(&who.person).await.map_err(look.fault())?;
    show_first_visit(&site, &who, &headers, threads).await.map_err(look.fault())
}

async fn show_first_visit(
    site: &Site,
    who: &Who,
    headers: &HeaderMap,
    threads: Vec<ThreadSummary>,
) -> Result<Response, Refusal> {
    let newest = threads.iter().max_by_key(|thread| thread.updated_at).map(|thread| &thread.id);
    let seq = live::newest_seq(site, newest).await?;
    Ok(html(view::hello::page(&reader(site, who, headers).await, &threads, seq)))
}

pub async fn thread(
    State(site): State<Shared>,
    who: Who,
    look: Look,
    Path(thread): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    show_thread(&site, &who, &ThreadId(thread), &headers).await.map_err(look.fault())
}

async fn show_thread(site: &Site, who: &Who, thread: &ThreadId, headers: &HeaderMap) -> Result<Response, Refusal> {
    // The number is taken first: what changes after it comes by the stream, even if it is in the view already.
    let seq = live::newest_seq(site, Some(thread)).await?;
    let view = site.desk.thread(&who.person, thread).await?;
    let threads = site.desk.threads(&who.person).await?;
    Ok(html(view::talk::page(&reader(site, who, headers).await, &view, &threads, seq)))
}

pub async fn status(State(site): State<Shared>, who: Who, look: Look, headers: HeaderMap) -> Result<Response, Fault> {
    show_status(&site, &who, &headers).await.map_err(look.fault())
}

async fn show_status(site: &Site, who: &Who, headers: &HeaderMap) -> Result<Response, Refusal> {
    let threads = site.desk.threads(&who.person).await?;
    let newest = threads.iter().max_by_key(|thread| thread.updated_at).map(|thread| &thread.id);
    let seq = live::newest_seq(site, newest).await?;
    let status: Value = site.desk.status().await?;
    Ok(html(view::status::page(&reader(site, who, headers).await, &threads, &status, seq)))
}

#[derive(Deserialize)]
pub struct FormOf {
    #[serde(default)]
    thread: String,
}

/// The form behind a button: a dialog's content for htmx, a page without script.
pub async fn form(
    State(site): State<Shared>,
    who: Who,
    Path(token): Path<String>,
    Query(of): Query<FormOf>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let look = Look::of("/a", &headers);
    let thread = ThreadId(of.thread);
    let view = site.desk.thread(&who.person, &thread).await.map_err(look.fault())?;
    let (card, action) = action(&view, &token).ok_or_else(gone).map_err(look.fault())?;
    let reader = reader(&site, &who, &headers).await;
    let place = view::reader::Place::new(&reader, &thread, true);
    if look == Look::Toast {
        return Ok(html(view::form::dialog(&place, card, action)));
    }
    let threads = site.desk.threads(&who.person).await.map_err(look.fault())?;
    Ok(html(view::form::page(&reader, &place, (card, action), &threads)))
}

fn action<'a>(view: &'a ThreadView, token: &str) -> Option<(&'a Card, &'a Action)> {
    let cards = view.messages.iter().filter_map(|message| message.card.as_ref());
    cards.flat_map(|card| card.actions.iter().map(move |action| (card, action))).find(|(_, a)| a.token == token)
}

fn gone() -> Refusal {
    refusal(
        RefusalKind::Unknown,
        "This form is not open any more",
        "the card was decided, replaced or is not in this thread",
        "Look at the card in the thread",
    )
}
