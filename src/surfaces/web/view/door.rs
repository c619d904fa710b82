//! Pages outside the frame: log in, and a page that could not be shown.
use maud::Markup;
use maud::html;

use crate::ports::desk::Refusal;
use crate::surfaces::web::view::frame;
use crate::surfaces::web::view::icon;
use crate::surfaces::web::view::text;

fn door(title: &str, content: &Markup) -> Markup {
    let body = html! {
        main.door {
            a.brand href="/" { (icon::icon("deck")) "Quarterdeck" }
            (content)
        }
    };
    frame::document(title, "", &body)
}

pub fn login(token: &str, wrong: Option<&str>) -> Markup {
    let invalid = wrong.map(|_| "true");
    let described = wrong.map(|_| "wrong");
    door(
        "Log in",
        &html! {
            form.panel.form method="post" action="/login" {
                h1 { "Log in" }
                div {
                    label for="u" { "Name" }
                    input #u name="user" autocomplete="username" autocapitalize="none" spellcheck="false" required autofocus
                        aria-invalid=[invalid] aria-describedby=[described];
                }
                div {
                    label for="p" { "Password" }
                    input #p name="password" type="password" autocomplete="current-password" required
                        aria-invalid=[invalid] aria-describedby=[described];
                    @if let Some(wrong) = wrong { p #wrong.err role="alert" { (wrong) } }
                }
                input type="hidden" name="_csrf" value=(token);
                button.btn.go { "Log in" }
            }
            p.hint { "Accounts are in the configuration of this desk, kept by the person who runs it." }
        },
    )
}

pub fn refused(refusal: &Refusal) -> Markup {
    door(
        &refusal.what,
        &html! {
            section.panel {
                h1 { (refusal.what) }
                p.gap { "Why: " (text::bare(&refusal.why)) "." }
                p.gap { "What now: " (text::bare(&refusal.next)) "." }
            }
            p { a href="/" { "To the threads" } }
        },
    )
}
