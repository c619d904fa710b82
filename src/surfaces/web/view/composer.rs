//! The message box, and the short list of things one may say that opens with `/`.
use maud::Markup;
use maud::html;

use crate::domain::ids::ThreadId;
use crate::surfaces::web::view::icon;
use crate::surfaces::web::view::reader::Reader;

const SAYINGS: [(&str, &str); 5] = [
    ("status?", "How the run in this thread is doing"),
    ("my open jobs", "All runs of yours that are not done"),
    ("digest", "Yesterday in numbers"),
    ("stop", "Stop the run in this thread"),
    ("help", "What can be asked, with examples"),
];

pub fn composer(reader: &Reader, thread: Option<&ThreadId>) -> Markup {
    let to = thread.map_or_else(|| "/new".to_owned(), |thread| format!("/t/{thread}/say"));
    let hint = if thread.is_some() { "Ask, or say what to change" } else { "50 heads of RevOps in the UK…" };
    html! {
        div.dock {
            form.composer method="post" action=(to) enctype="multipart/form-data"
                hx-post=(to) hx-encoding="multipart/form-data" hx-swap="none" hx-sync="this:drop" {
                input type="hidden" name="_csrf" value=(reader.token);
                (event_field(&reader.event, false))
                label.sr for="say" { "Message" }
                textarea #say name="text" rows="1" placeholder=(hint) autocomplete="off" {}
                div.bar {
                    label.btn.sq.bare.attach title="Attach a list" {
                        input.sr type="file" name="file" accept=".csv,.tsv,.jsonl,.json";
                        (icon::icon("clip"))
                        span.sr { "Attach a list (CSV, TSV, JSONL), at most " (reader.upload_max >> 20) " MiB" }
                    }
                    span #file.cut {}
                    span.wide { kbd { "Enter" } " sends, " kbd { "Shift Enter" } " new line, " kbd { "/" } " things to say" }
                    button #below.btn.bare type="button" hidden { span { "New below" } }
                    button.btn.go.sq aria-label="Send" { (icon::icon("send")) }
                }
            }
        }
    }
}

/// The id of the next message; a sent one is replaced by the answer.
pub fn event_field(event: &str, oob: bool) -> Markup {
    html! { input #event type="hidden" name="_event" value=(event) hx-swap-oob=[oob.then_some("true")]; }
}

pub fn palette() -> Markup {
    html! {
        dialog #palette aria-labelledby="palette-t" {
            h2 #palette-t { "Things to say" }
            ul.tries.gap { @for (words, what) in SAYINGS {
                li { button.try type="button" data-say=(words) { span { (words) } small { (what) } } }
            } }
            div.acts.gap { button.btn.bare type="button" data-close { "Back" } }
        }
    }
}
