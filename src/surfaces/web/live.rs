//! Changes as they happen, over server-sent events: JSON for the API, fragments of HTML for the page.
use std::collections::HashMap;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::Path;
use axum::extract::Query;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use axum::response::Response;
use axum::response::sse::Event;
use axum::response::sse::Sse;
use futures::Stream;
use serde::Deserialize;
use tokio::sync::OwnedSemaphorePermit;

use crate::domain::ids::ThreadId;
use crate::domain::time::HOUR;
use crate::domain::time::Millis;
use crate::ports::desk::Refusal;
use crate::ports::desk::RefusalKind;

use super::fault::Look;
use super::fault::refusal;
use super::fragments::Batch;
use super::pages;
use super::site::Shared;
use super::site::Site;
use super::view::reader::Reader;
use super::who::Who;

/// A comment line this often keeps proxies from closing a quiet stream.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// After a lost connection a browser waits this long.
const RETRY: Duration = Duration::from_secs(2);
/// A stream ends after this long: the browser comes back and is asked again who it is.
const STREAM_MILLIS: i64 = HOUR;
/// Pages of changes that are skipped over to find the newest.
const PAGES_MAX: usize = 1_000;

#[derive(Deserialize)]
pub struct Wanted {
    #[serde(rename = "as")]
    form: Option<String>,
    after: Option<String>,
}

/// `GET /api/threads/{thread}/events`: the changes of one thread.
pub async fn thread_events(
    State(site): State<Shared>,
    who: Who,
    Path(thread): Path<String>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Response {
    let thread = ThreadId(thread);
    if let Err(refusal) = site.desk.thread(&who.person, &thread).await {
        return Look::Json.answer(&refusal);
    }
    open(&site, who, Some(thread), (wanted, headers)).await
}

/// `GET /events`: the thread list, for pages that show no thread.
pub async fn list_events(
    State(site): State<Shared>,
    who: Who,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Response {
    let wanted = Wanted { form: Some("html".to_owned()), ..wanted };
    open(&site, who, None, (wanted, headers)).await
}

async fn open(site: &Shared, who: Who, thread: Option<ThreadId>, asked: (Wanted, HeaderMap)) -> Response {
    let (wanted, headers) = asked;
    let Ok(permit) = site.streams.clone().try_acquire_owned() else {
        return Look::Json.answer(&refusal(
            RefusalKind::Unavailable,
            "No live connection is free",
            "too many pages are open",
            "Reload the page in a minute",
        ));
    };
    let seen = headers.get("last-event-id").and_then(|id| id.to_str().ok()).and_then(|id| id.parse().ok());
    // Without a number a reader of the API gets the whole thread from its beginning.
    let after = seen.or_else(|| wanted.after?.parse().ok()).unwrap_or(0);
    let is_page = wanted.form.as_deref() == Some("html");
    let reader = pages::reader(site, &who, &headers).await;
    let listener = Listener {
        site: site.clone(),
        reader,
        thread,
        is_page,
        after,
        queue: VecDeque::new(),
        told: HashMap::new(),
        until: site.wall().plus(STREAM_MILLIS),
        _permit: permit,
    };
    Sse::new(stream(listener)).into_response()
}

struct Listener {
    site: Shared,
    reader: Reader,
    thread: Option<ThreadId>,
    is_page: bool,
    after: i64,
    queue: VecDeque<Event>,
    told: HashMap<String, usize>,
    until: Millis,
    _permit: OwnedSemaphorePermit,
}

fn stream(mut listener: Listener) -> impl Stream<Item = Result<Event, Infallible>> {
    // The first line goes out at once, so that the reader knows the connection stands.
    listener.queue.push_back(Event::default().comment("open").retry(RETRY));
    futures::stream::unfold(listener, |mut listener| async move {
        let event = listener.next().await?;
        Some((Ok(event), listener))
    })
}

impl Listener {
    /// The next event; `None` when we go away or the store cannot be read: the reader comes back with its number.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.queue.pop_front() {
                return Some(event);
            }
            let site = self.site.clone();
            if site.wall() >= self.until {
                return None;
            }
            let mut woken = site.desk.changed();
            // Asked once before the look, so that a change between look and wait wakes us.
            let is_woken = futures::poll!(&mut woken).is_ready();
            if self.fill().await.ok()? || is_woken {
                continue;
            }
            tokio::select! {
                () = site.shutdown.cancelled() => return None,
                waited = tokio::time::timeout(HEARTBEAT, woken) => {
                    if waited.is_err() {
                        return Some(Event::default().comment("quiet"));
                    }
                }
            }
        }
    }

    /// Puts what changed into the queue; false when nothing did.
    async fn fill(&mut self) -> Result<bool, Refusal> {
        // The page also shows the other threads in its list.
        let scope = if self.is_page { None } else { self.thread.as_ref() };
        let changes = self.site.desk.changes(scope, self.after).await?;
        let Some(newest) = changes.last().map(|change| change.seq) else { return Ok(false) };
        self.after = newest;
        let batch =
            Batch { site: &self.site, reader: &mut self.reader, thread: self.thread.as_ref(), told: &mut self.told };
        let events = if self.is_page { batch.html(&changes).await? } else { batch.json(&changes).await? };
        self.queue.extend(events);
        Ok(true)
    }
}

/// The number of the newest change of a thread: where a page that was just drawn goes on.
pub async fn newest_seq(site: &Site, thread: Option<&ThreadId>) -> Result<i64, Refusal> {
    let mut after = 0;
    let Some(thread) = thread else { return Ok(after) };
    for _ in 0..PAGES_MAX {
        match site.desk.changes(Some(thread), after).await?.last() {
            Some(change) if change.seq > after => after = change.seq,
            _ => break,
        }
    }
    Ok(after)
}
