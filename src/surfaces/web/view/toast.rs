//! Short notes over the page: what was done, or what was not and why.
use maud::Markup;
use maud::html;

use crate::ports::desk::Refusal;
use crate::surfaces::web::view::icon;
use crate::surfaces::web::view::text;

pub fn done(outcome: &str) -> Markup {
    html! { div hx-swap-oob="beforeend:#toasts" { (note("ok", "check", &html! { (outcome) })) } }
}

pub fn refused(refusal: &Refusal) -> Markup {
    html! { div hx-swap-oob="beforeend:#toasts" { (note("warn", "info", &three(refusal))) } }
}

/// A dialog covers the toasts, so the reason goes into the form.
pub fn refused_in_form(refusal: &Refusal) -> Markup {
    html! { p #form-err.err role="alert" hx-swap-oob="true" { (three(refusal)) } }
}

pub fn offline() -> Markup {
    let words =
        html! { b { "Not sent." } " The desk cannot be reached; what you wrote is still in the box. Send it again." };
    note("warn", "warn", &words)
}

/// What happened, why, what to do now.
pub fn three(refusal: &Refusal) -> Markup {
    html! { b { (text::bare(&refusal.what)) ":" } " " (text::bare(&refusal.why)) ". " (text::bare(&refusal.next)) "." }
}

fn note(tone: &str, sign: &str, words: &Markup) -> Markup {
    html! {
        div.toast data-tone=(tone) {
            (icon::icon(sign))
            div { (words) }
            button.btn.bare.sq type="button" data-close aria-label="Close" { (icon::icon("x")) }
        }
    }
}
