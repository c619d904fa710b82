//! The first visit and "New request": what to say, and what will happen then.
use maud::Markup;
use maud::html;

use crate::ports::desk::ThreadSummary;
use crate::surfaces::web::view::composer;
use crate::surfaces::web::view::frame;
use crate::surfaces::web::view::frame::Frame;
use crate::surfaces::web::view::icon;
use crate::surfaces::web::view::reader::Reader;

const EXAMPLES: [(&str, &str); 3] = [
    (
        "Find 100 VP Finance prospects at fintech companies (200-1000 employees) using Snowflake, enrich them, and launch a personalized outreach campaign.",
        "The whole way: a plan first, then two stops before anything is sent",
    ),
    (
        "Find 50 Heads of RevOps at SaaS companies in the UK and enrich them.",
        "Research only: people with addresses and scores, nobody is mailed",
    ),
    ("What can you do?", "What can be asked here, and what always needs a person"),
];

pub fn page(reader: &Reader, threads: &[ThreadSummary], seq: i64) -> Markup {
    let frame = Frame {
        title: "New request",
        line: "Say it as you would to a colleague",
        extra: html! {},
        main: html! {
            div.hello { (intro()) (examples(reader)) (steps()) }
            (composer::composer(reader, None))
        },
        aside: None,
        thread: None,
        page: "",
        seq,
    };
    frame::page(reader, threads, &frame)
}

fn intro() -> Markup {
    html! {
        header {
            h1 { "What should we go after?" }
            p {
                "Say who you are looking for and what should happen. You get a plan with cost and time; nothing is bought "
                "before you press Start, and nothing is sent before somebody has read it and pressed Launch."
            }
        }
    }
}

fn examples(reader: &Reader) -> Markup {
    html! {
        form method="post" action="/new" aria-label="Examples" hx-post="/new" hx-swap="none" hx-sync="this:drop" {
            input type="hidden" name="_csrf" value=(reader.token);
            input type="hidden" name="_event" value={ (reader.event) "-example" };
            ul.tries { @for (words, what) in EXAMPLES {
                li { button.try name="text" value=(words) {
                    span { (words) } small { (what) } (icon::icon("go"))
                } }
            } }
        }
    }
}

fn steps() -> Markup {
    let lines = [
        ("You ask", "in plain words, or attach a list"),
        ("You get a plan", "steps, sources, time and credits, and where it will stop; change it by saying so"),
        ("It runs", "one message, kept up to date; you can stop it at any moment"),
    ];
    html! {
        ol.steps {
            @for (index, (title, note)) in lines.iter().enumerate() {
                li.step { span.mark { (index + 1) } div { b { (title) } " " span.note { (note) } } }
            }
            li.step {
                span.mark { (icon::icon("gate")) }
                div { b { "It asks" } " " span.note { "before it mails anybody, always, with the mails to read" } }
            }
        }
    }
}
