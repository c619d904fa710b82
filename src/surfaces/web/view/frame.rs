//! The frame of each page: head, thread list, top, sandbox strip, and what script needs.
use maud::DOCTYPE;
use maud::Markup;
use maud::html;

use crate::domain::ids::ThreadId;
use crate::ports::desk::ThreadSummary;
use crate::surfaces::web::asset;
use crate::surfaces::web::view::composer;
use crate::surfaces::web::view::icon;
use crate::surfaces::web::view::nav;
use crate::surfaces::web::view::reader::Reader;
use crate::surfaces::web::view::toast;

/// No inline style (the policy forbids it), no eval, no script from answers; refusals are shown, not thrown away.
const HTMX: &str = r#"{"includeIndicatorStyles":false,"allowEval":false,"allowScriptTags":false,"historyCacheSize":0,"responseHandling":[{"code":"204","swap":false},{"code":"[23]..","swap":true},{"code":"[45]..","swap":true,"error":true}]}"#;

pub struct Frame<'a> {
    pub title: &'a str,
    /// Under the title.
    pub line: &'a str,
    /// At the right of the head.
    pub extra: Markup,
    pub main: Markup,
    pub aside: Option<Markup>,
    pub thread: Option<&'a ThreadId>,
    /// `status`, `form`, or empty where one talks.
    pub page: &'a str,
    /// The number of the newest change that is on the page already.
    pub seq: i64,
}

pub fn document(title: &str, theme: &str, body: &Markup) -> Markup {
    let theme = Some(theme).filter(|theme| !theme.is_empty());
    html! {
        (DOCTYPE)
        html lang="en" data-theme=[theme] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="htmx-config" content=(HTMX);
                title { (title) " · Quarterdeck" }
                link rel="icon" href=(asset::address("icon.svg"));
                link rel="stylesheet" href=(asset::address("tokens.css"));
                link rel="stylesheet" href=(asset::address("app.css"));
                link rel="stylesheet" href=(asset::address("page.css"));
                script src=(asset::address("htmx.min.js")) defer {}
                script src=(asset::address("sse.min.js")) defer {}
                script src=(asset::address("app.js")) defer {}
            }
            body { (icon::sprite()) (body) }
        }
    }
}

pub fn page(reader: &Reader, threads: &[ThreadSummary], frame: &Frame<'_>) -> Markup {
    let is_talk = frame.page.is_empty();
    let (skip, to) = if is_talk { ("#say", "To the message box") } else { ("#page", "To the page") };
    document(
        frame.title,
        &reader.theme,
        &html! {
            a.skip href=(skip) { (to) }
            div.app {
                (nav::side(reader, threads, frame))
                main.main {
                    header.top {
                        button.btn.sq.bare.to-side type="button" popovertarget="side" aria-label="Threads and pages" {
                            (icon::icon("list"))
                        }
                        (head(frame.title, frame.line, false))
                        span #badge.flat { (frame.extra) }
                    }
                    (strip(reader))
                    (frame.main)
                }
                @if let Some(aside) = &frame.aside { (aside) }
            }
            @if frame.page != "form" { (stream(frame)) }
            dialog #dialog aria-labelledby="dialog-t" {}
            (composer::palette())
            div.toasts #toasts role="status" {}
            p.sr #live role="status" {}
            template #offline { (toast::offline()) }
        },
    )
}

/// The title of a page; its id lets the stream replace it.
pub fn head(title: &str, line: &str, oob: bool) -> Markup {
    html! {
        div #head hx-swap-oob=[oob.then_some("true")] { h1.cut { (title) } p.cut { (line) } }
    }
}

fn strip(reader: &Reader) -> Markup {
    let clock = reader.now.clock(&reader.person.zone);
    let day = reader.now.day(&reader.person.zone);
    html! {
        noscript { p.strip { "This page does not update by itself without script: reload it to see what is new." } }
        @if reader.is_sandbox {
            p.strip {
                (icon::icon("flask"))
                span {
                    b { "Sandbox." } " "
                    @if reader.is_partly_live {
                        "Some parts are live" span.wide { ": see the control centre" } "."
                    } @else {
                        span.wide { "Vendors and people are invented. " } "Nothing leaves this machine."
                    }
                }
                span { span.wide { "World clock " (day) ", " } (clock) }
            }
        }
    }
}

fn stream(frame: &Frame<'_>) -> Markup {
    let url = match frame.thread {
        Some(thread) => format!("/api/threads/{thread}/events?as=html&after={}", frame.seq),
        None => format!("/events?after={}", frame.seq),
    };
    html! {
        div hidden hx-ext="sse" sse-connect=(url) {
            div sse-swap="message,card,thread,threads" hx-swap="none" {}
        }
    }
}
