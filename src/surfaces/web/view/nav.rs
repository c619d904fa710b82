//! The left side: threads by what they ask of the reader, pages, and who one is.
use maud::Markup;
use maud::html;

use crate::domain::ids::ThreadId;
use crate::domain::time::Millis;
use crate::ports::desk::ThreadSummary;
use crate::surfaces::web::view::frame::Frame;
use crate::surfaces::web::view::icon;
use crate::surfaces::web::view::reader;
use crate::surfaces::web::view::reader::Reader;

/// Older threads stay reachable by their address.
const THREADS_MAX: usize = 60;
const THEMES: [(&str, &str); 3] = [("system", "As the system"), ("light", "Light"), ("dark", "Dark")];

pub fn side(reader: &Reader, list: &[ThreadSummary], frame: &Frame<'_>) -> Markup {
    let is_status = frame.page == "status";
    html! {
        nav.side #side popover aria-label="Threads and pages" {
            a.brand href="/" { (icon::icon("deck")) "Quarterdeck" }
            a.btn href="/new" { (icon::icon("plus")) "New request" }
            (threads(reader, list, frame.thread, false))
            div.push.nav {
                a href="/status" aria-current=[is_status.then_some("page")] {
                    span.flat { (icon::icon("gauge")) "Control centre" }
                    @match reader.alerts {
                        0 => {},
                        1 => span.badge data-tone="warn" { "1 alert" },
                        count => span.badge data-tone="warn" { (count) " alerts" },
                    }
                }
            }
            (menu(reader, frame))
        }
    }
}

pub fn threads(reader: &Reader, list: &[ThreadSummary], current: Option<&ThreadId>, oob: bool) -> Markup {
    let mut sorted: Vec<&ThreadSummary> = list.iter().collect();
    sorted.sort_by_key(|thread| std::cmp::Reverse(thread.updated_at));
    sorted.truncate(THREADS_MAX);
    let (waiting, others): (Vec<_>, Vec<_>) = sorted.into_iter().partition(|thread| thread.waits_for_you > 0);
    let today = reader.now.day(&reader.person.zone);
    let (new, old): (Vec<_>, Vec<_>) =
        others.into_iter().partition(|thread| Millis(thread.updated_at).day(&reader.person.zone) == today);
    let groups = [("Waits for you", waiting), ("Today", new), ("Earlier", old)];
    html! {
        div #threads hx-swap-oob=[oob.then_some("true")] {
            @if list.is_empty() {
                section.nav { h2.nav-h { "Threads" } p.nav-h.mute { "None yet." } }
            }
            @for (title, threads) in groups.iter().filter(|(_, threads)| !threads.is_empty()) {
                section.nav {
                    h2.nav-h { (title) }
                    ul { @for thread in threads { li { (line(reader, thread, current == Some(&thread.id))) } } }
                }
            }
        }
    }
}

fn line(reader: &Reader, thread: &ThreadSummary, is_current: bool) -> Markup {
    let at = Millis(thread.updated_at);
    let zone = &reader.person.zone;
    let is_today = at.day(zone) == reader.now.day(zone);
    let shown = if is_today { at.clock(zone) } else { at.day(zone) };
    html! {
        a #{ "n-" (thread.id) } href={ "/t/" (thread.id) } aria-current=[is_current.then_some("page")] {
            span.name.cut title=(thread.title) { (thread.title) }
            span.sub.cut data-wait[thread.waits_for_you > 0] { (sub(reader, thread)) }
            time datetime=(at.rfc3339()) { (shown) }
        }
    }
}

fn sub(reader: &Reader, thread: &ThreadSummary) -> String {
    let state = match (thread.waits_for_you, thread.state.as_str()) {
        (1, _) => "1 decision for you".to_owned(),
        (count, _) if count > 1 => format!("{count} decisions for you"),
        (_, state) => state_words(state).to_owned(),
    };
    match reader.known(&thread.owner) {
        Some(owner) if owner.id != reader.person.id && thread.waits_for_you == 0 => format!("{state} · {}", owner.name),
        _ => state,
    }
}

pub fn state_words(state: &str) -> &str {
    match state {
        "idle" => "At rest",
        "thinking" => "Reading the request",
        "running" => "Running",
        "waiting" => "Waits for a decision",
        other => other,
    }
}

fn menu(reader: &Reader, frame: &Frame<'_>) -> Markup {
    let me = &reader.person;
    let kind = if reader.is_sandbox { " (sandbox)" } else { "" };
    html! {
        details.menu {
            summary {
                span.pic aria-hidden="true" { (reader::initials(&me.name)) }
                span { span.sr { "You are " } (me.name) small { (reader::roles(me)) (kind) } }
                (icon::icon("updown"))
            }
            div.pop {
                @if reader.is_sandbox { (switch(reader, frame)) } @else { (way_out(reader, frame)) }
                (themes(reader, frame))
            }
        }
    }
}

fn themes(reader: &Reader, frame: &Frame<'_>) -> Markup {
    html! {
        form method="post" action="/theme" {
            (hidden(reader, frame))
            p.nav-h { "Colours" }
            ul { @for (value, label) in THEMES {
                @let is_on = value == reader.theme || (reader.theme.is_empty() && value == "system");
                li { button name="theme" value=(value) aria-current=[is_on.then_some("true")] { (label) } }
            } }
        }
    }
}

fn switch(reader: &Reader, frame: &Frame<'_>) -> Markup {
    html! {
        form method="post" action="/person" {
            (hidden(reader, frame))
            p.nav-h { "Be somebody else" }
            ul { @for person in &reader.persons {
                @let is_me = person.id == reader.person.id;
                li { button name="person" value=(person.id) aria-current=[is_me.then_some("true")] {
                    span.cut { (person.name) } small { (reader::roles(person)) }
                } }
            } }
        }
    }
}

fn way_out(reader: &Reader, frame: &Frame<'_>) -> Markup {
    html! { form method="post" action="/logout" { (hidden(reader, frame)) button { "Log out" } } }
}

fn hidden(reader: &Reader, frame: &Frame<'_>) -> Markup {
    html! {
        input type="hidden" name="_csrf" value=(reader.token);
        @if let Some(thread) = frame.thread { input type="hidden" name="_thread" value=(thread); }
        @if !frame.page.is_empty() { input type="hidden" name="_page" value=(frame.page); }
    }
}
