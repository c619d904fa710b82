//! What changed, as events: one per message or card, the newest state only.
use std::collections::HashMap;

use axum::response::sse::Event;
use maud::Markup;
use maud::html;
use serde_json::Value;
use serde_json::json;

use crate::domain::ids::ThreadId;
use crate::ports::desk::Change;
use crate::ports::desk::MessageView;
use crate::ports::desk::Refusal;
use crate::ports::desk::ThreadView;
use crate::run::card::Card;

use super::site::Site;
use super::view;
use super::view::reader::Place;
use super::view::reader::Reader;

/// Some changes and what is needed to tell them.
pub struct Batch<'a> {
    pub site: &'a Site,
    pub reader: &'a mut Reader,
    pub thread: Option<&'a ThreadId>,
    /// Finished steps per card, as this reader last heard of them.
    pub told: &'a mut HashMap<String, usize>,
}

impl Batch<'_> {
    /// For programs: `message`, `card` and `thread`, each as the contract has it.
    pub async fn json(self, changes: &[Change]) -> Result<Vec<Event>, Refusal> {
        let Some(view) = self.view(changes).await? else { return Ok(Vec::new()) };
        let told = newest(changes).into_iter().filter_map(|change| {
            let data: Option<Value> = match change.kind.as_str() {
                "message" => message(&view, &change.id).and_then(|message| serde_json::to_value(message).ok()),
                "card" => card(&view, &change.id).and_then(|card| serde_json::to_value(card).ok()),
                _ => Some(json!({ "thread": view.thread, "state": view.state, "run": view.run })),
            };
            let kind = if matches!(change.kind.as_str(), "message" | "card") { &change.kind } else { "thread" };
            Some(event(kind, change.seq, &data?.to_string()))
        });
        Ok(told.collect())
    }

    /// For the page: fragments that htmx puts in place by their ids.
    pub async fn html(self, changes: &[Change]) -> Result<Vec<Event>, Refusal> {
        self.reader.now = self.site.now();
        let threads = self.site.desk.threads(&self.reader.person).await?;
        let last = changes.last().map_or(0, |change| change.seq);
        let mut events = Vec::new();
        if let Some(view) = self.view(changes).await? {
            let place = Place::new(self.reader, &view.thread, view::talk::waits(&threads, &view.thread));
            for change in newest(changes).into_iter().filter(|change| change.thread == view.thread) {
                if let Some(fragment) = fragment(&place, &view, change, self.told) {
                    events.push(event(&change.kind, change.seq, &fragment.into_string()));
                }
            }
            let around = view::talk::around(self.reader, &view, &threads).into_string();
            events.push(event("thread", last, &around));
        }
        let list = view::nav::threads(self.reader, &threads, self.thread, true).into_string();
        events.push(event("threads", last, &list));
        Ok(events)
    }

    async fn view(&self, changes: &[Change]) -> Result<Option<ThreadView>, Refusal> {
        let Some(thread) = self.thread.filter(|thread| changes.iter().any(|change| change.thread == **thread)) else {
            return Ok(None);
        };
        self.site.desk.thread(&self.reader.person, thread).await.map(Some)
    }
}

fn event(kind: &str, seq: i64, data: &str) -> Event {
    // A carriage return would end a line of the event.
    Event::default().event(kind).id(seq.to_string()).data(data.replace('\r', ""))
}

/// The last change of each thing, in order: a card edited ten times is sent once.
fn newest(changes: &[Change]) -> Vec<&Change> {
    let last: HashMap<(&str, &str), i64> =
        changes.iter().map(|change| ((change.kind.as_str(), change.id.as_str()), change.seq)).collect();
    changes.iter().filter(|change| last.get(&(change.kind.as_str(), change.id.as_str())) == Some(&change.seq)).collect()
}

fn message<'a>(view: &'a ThreadView, id: &str) -> Option<&'a MessageView> {
    view.messages.iter().find(|message| message.id == id)
}

fn card<'a>(view: &'a ThreadView, id: &str) -> Option<&'a Card> {
    view.messages.iter().filter_map(|message| message.card.as_ref()).find(|card| card.id == id)
}

fn fragment(
    place: &Place<'_>,
    view: &ThreadView,
    change: &Change,
    told: &mut HashMap<String, usize>,
) -> Option<Markup> {
    match change.kind.as_str() {
        "message" => {
            let article = view::talk::message(place, message(view, &change.id)?);
            Some(html! { div hx-swap-oob="beforebegin:#pulse" { (article) } })
        }
        "card" => {
            let card = card(view, &change.id)?;
            let done = view::steps::finished(card);
            let before = told.insert(card.id.clone(), done);
            let news = before.filter(|before| *before < done).and_then(|_| view::steps::last_finished(card));
            Some(html! {
                (view::card::card(place, card, true))
                @if let Some(news) = news { div hx-swap-oob="innerHTML:#live" { (news) } }
            })
        }
        _ => None,
    }
}

/// A card as it is now, after somebody pressed one of its buttons. Empty when it cannot be read: the stream brings it.
pub async fn card_now(site: &Site, reader: &Reader, thread: &ThreadId, id: Option<&str>) -> String {
    let view = site.desk.thread(&reader.person, thread).await;
    let threads = site.desk.threads(&reader.person).await;
    let (Ok(view), Ok(threads), Some(id)) = (view, threads, id) else { return String::new() };
    let place = Place::new(reader, thread, view::talk::waits(&threads, thread));
    card(&view, id).map(|card| view::card::card(&place, card, true).into_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_edited_often_is_told_once() {
        let change = |seq, kind: &str, id: &str| Change {
            seq,
            thread: ThreadId::from("t"),
            kind: kind.to_owned(),
            id: id.to_owned(),
        };
        let changes =
            [change(1, "card", "a"), change(2, "message", "a"), change(3, "card", "a"), change(4, "card", "b")];
        let kept: Vec<i64> = newest(&changes).iter().map(|change| change.seq).collect();
        assert_eq!(kept, [2, 3, 4]);
    }
}
