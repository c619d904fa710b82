//! A thread: its messages in order, what surrounds them, and the box to answer in.
use maud::Markup;
use maud::html;

use crate::domain::ids::ThreadId;
use crate::domain::time::Millis;
use crate::ports::desk::MessageView;
use crate::ports::desk::ThreadSummary;
use crate::ports::desk::ThreadView;
use crate::run::card::Card;
use crate::run::card::CardState;
use crate::surfaces::web::view::card;
use crate::surfaces::web::view::composer;
use crate::surfaces::web::view::frame;
use crate::surfaces::web::view::frame::Frame;
use crate::surfaces::web::view::icon;
use crate::surfaces::web::view::nav;
use crate::surfaces::web::view::reader;
use crate::surfaces::web::view::reader::Place;
use crate::surfaces::web::view::reader::Reader;
use crate::surfaces::web::view::text;

pub fn page(reader: &Reader, view: &ThreadView, threads: &[ThreadSummary], seq: i64) -> Markup {
    let place = Place::new(reader, &view.thread, waits(threads, &view.thread));
    let frame = Frame {
        title: title(view),
        line: &line(reader, view),
        extra: badge(view, place.waits),
        main: html! {
            (log(&place, view))
            (composer::composer(reader, Some(&view.thread)))
        },
        aside: Some(aside(reader, view, false)),
        thread: Some(&view.thread),
        page: "",
        seq,
    };
    frame::page(reader, threads, &frame)
}

/// What surrounds the messages, for the stream: head, badge, "reading", facts.
pub fn around(reader: &Reader, view: &ThreadView, threads: &[ThreadSummary]) -> Markup {
    html! {
        (frame::head(title(view), &line(reader, view), true))
        span #badge.flat hx-swap-oob="true" { (badge(view, waits(threads, &view.thread))) }
        (pulse(view, true))
        (aside(reader, view, true))
    }
}

/// Whether the reader may decide something in this thread.
pub fn waits(threads: &[ThreadSummary], thread: &ThreadId) -> bool {
    threads.iter().any(|summary| summary.id == *thread && summary.waits_for_you > 0)
}

fn title(view: &ThreadView) -> &str {
    if view.title.is_empty() { "Request" } else { &view.title }
}

fn owner<'a>(reader: &'a Reader, view: &'a ThreadView) -> &'a str {
    reader.known(&view.owner).map_or(view.owner.as_str(), |person| person.name.as_str())
}

fn line(reader: &Reader, view: &ThreadView) -> String {
    let state = nav::state_words(&view.state);
    match (&view.run, owner(reader, view)) {
        (_, "") => state.to_owned(),
        (_, owner) => format!("{state} · asked by {owner}"),
    }
}

fn badge(view: &ThreadView, is_yours: bool) -> Markup {
    html! {
        @if is_yours {
            span.badge data-tone="info" { (icon::icon("gate")) "waits for you" }
        } @else if view.state == "waiting" {
            span.badge.wide data-tone="warn" { (icon::icon("gate")) "waits" }
        } @else if view.state == "running" {
            span.badge.wide data-tone="running" { (icon::icon("run")) "running" }
        }
    }
}

fn log(place: &Place<'_>, view: &ThreadView) -> Markup {
    let zone = &place.reader.person.zone;
    let mut day = String::new();
    html! {
        div.log #log role="log" aria-label="Conversation" {
            @for each in &view.messages {
                @if let Ok(at) = each.at.parse::<Millis>() {
                    @let this = at.day(zone);
                    @if this != day { p.day { (this) } }
                    @let _kept = std::mem::replace(&mut day, this);
                }
                (message(place, each))
            }
            (pulse(view, false))
        }
    }
}

/// The place before which new messages are put; it speaks while a request is read.
fn pulse(view: &ThreadView, oob: bool) -> Markup {
    let class = (view.state == "thinking").then_some("msg");
    html! {
        div #pulse class=[class] hx-swap-oob=[oob.then_some("true")] {
            @if view.state == "thinking" {
                span.pic.bot aria-hidden="true" { (icon::icon("deck")) }
                header.by { b { "Quarterdeck" } }
                div.said { p.typing role="status" { i {} i {} i {} span { "Reading the request" } } }
            }
        }
    }
}

pub fn message(place: &Place<'_>, message: &MessageView) -> Markup {
    html! {
        article.msg #{ "m-" (message.id) } {
            (by(place, message))
            div.said {
                (text::paragraphs(&message.text, None))
                @if let Some(shown) = &message.card { (card::card(place, shown, false)) }
            }
        }
    }
}

fn by(place: &Place<'_>, message: &MessageView) -> Markup {
    let person = place.reader.known(&message.author);
    let at = message.at.parse::<Millis>().ok().map(|at| at.clock(&place.reader.person.zone));
    html! {
        @match person {
            Some(person) => span.pic aria-hidden="true" { (reader::initials(&person.name)) },
            None => span.pic.bot aria-hidden="true" { (icon::icon("deck")) },
        }
        header.by {
            @match person {
                Some(person) => { b { (person.name) } span { (reader::roles(person)) } },
                None => b { (desk_name(&message.author)) },
            }
            @if let Some(at) = at { time datetime=(message.at) { (at) } }
        }
    }
}

/// The desk speaks under one name, whatever the rows call it.
fn desk_name(author: &str) -> &str {
    if author.is_empty() || ["quarterdeck", "desk", "bot"].contains(&author.to_lowercase().as_str()) {
        return "Quarterdeck";
    }
    author
}

fn aside(reader: &Reader, view: &ThreadView, oob: bool) -> Markup {
    let cards: Vec<&Card> = view.messages.iter().filter_map(|message| message.card.as_ref()).collect();
    let open: Vec<&&Card> =
        cards.iter().filter(|card| card.state == CardState::Open && !card.actions.is_empty() && !card.past).collect();
    html! {
        aside.aside #aside aria-label="About this thread" hx-swap-oob=[oob.then_some("true")] {
            section {
                h2 { "This thread" }
                dl.fields {
                    div { dt { "State" } dd { (nav::state_words(&view.state)) } }
                    div { dt { "Asked by" } dd { (owner(reader, view)) } }
                    @if let Some(run) = &view.run {
                        div { dt { "Run" } dd { a href={ "/api/runs/" (run) } { (run) } } }
                    }
                }
            }
            @if !open.is_empty() {
                section {
                    h2 { "Open" }
                    ul.rows { @for card in open {
                        li { (icon::icon(card::sign(card))) div { a #{ "o-" (card.id) } href={ "#card-" (card.id) } { (card.title) } } }
                    } }
                }
            }
        }
    }
}
