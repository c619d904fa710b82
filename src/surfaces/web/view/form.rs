//! Forms behind buttons: in a dialog with script, on a page of their own without.
use maud::Markup;
use maud::html;

use crate::ports::desk::ThreadSummary;
use crate::run::card::Action;
use crate::run::card::Card;
use crate::run::card::Input;
use crate::run::card::InputKind;
use crate::run::card::Style;
use crate::surfaces::web::view::acts;
use crate::surfaces::web::view::frame;
use crate::surfaces::web::view::frame::Frame;
use crate::surfaces::web::view::reader::Place;
use crate::surfaces::web::view::reader::Reader;

/// More options than this are a list that opens.
const RADIOS_MAX: usize = 6;

pub fn dialog(place: &Place<'_>, card: &Card, action: &Action) -> Markup {
    let back = html! { button.btn.bare type="button" data-close { "Back" } };
    html! {
        form.form method="post" action=(acts::path(action)) hx-post=(acts::path(action)) hx-swap="none" hx-sync="this:drop" {
            (content(place, card, action, &back))
            input type="hidden" name="_from" value="dialog";
        }
    }
}

pub fn page(reader: &Reader, place: &Place<'_>, of: (&Card, &Action), threads: &[ThreadSummary]) -> Markup {
    let (card, action) = of;
    let back = html! { a.btn.bare href={ "/t/" (place.thread) "#card-" (card.id) } { "Back" } };
    let frame = Frame {
        title: &action.label,
        line: &card.title,
        extra: html! {},
        main: html! {
            div.page #page { form.panel.form method="post" action=(acts::path(action)) { (content(place, card, action, &back)) } }
        },
        aside: None,
        thread: Some(place.thread),
        page: "form",
        seq: 0,
    };
    frame::page(reader, threads, &frame)
}

fn content(place: &Place<'_>, card: &Card, action: &Action, back: &Markup) -> Markup {
    let go = if action.style == Style::Bad { "btn bad" } else { "btn go" };
    html! {
        h2 #dialog-t { (action.label) }
        p.hint { (card.title) }
        (fields(&action.inputs, &action.token))
        p #form-err.err role="alert" {}
        div.acts { (acts::hidden(place, card)) (back) button class=(go) { (action.label) } }
    }
}

/// Short fields stand side by side.
fn fields(inputs: &[Input], token: &str) -> Markup {
    let is_short = |input: &Input| matches!(input.kind, InputKind::Number | InputKind::Date);
    html! {
        @for group in inputs.chunk_by(|a, b| is_short(a) && is_short(b)) {
            @if group.len() > 1 { div.two { @for input in group { (field(input, token)) } } }
            @else { @for input in group { (field(input, token)) } }
        }
    }
}

fn field(input: &Input, token: &str) -> Markup {
    let id = format!("f-{token}-{}", input.name);
    let hint_id = (!input.hint.is_empty()).then(|| format!("{id}-h"));
    let hint = html! { @if let Some(hint_id) = &hint_id { p.hint id=(hint_id) { (input.hint) } } };
    let label = html! { label for=(id) { (input.label) } };
    match input.kind {
        InputKind::Text => html! {
            div { (label) input id=(id) name=(input.name) value=(input.value) aria-describedby=[&hint_id]; (hint) }
        },
        InputKind::LongText => html! {
            div { (label) textarea id=(id) name=(input.name) rows="3" aria-describedby=[&hint_id] { (input.value) } (hint) }
        },
        InputKind::Number => html! {
            div {
                input type="hidden" name="_number" value=(input.name);
                (label)
                input id=(id) name=(input.name) value=(input.value) inputmode="decimal" aria-describedby=[&hint_id];
                (hint)
            }
        },
        InputKind::Date => html! {
            div { (label) input id=(id) name=(input.name) value=(input.value) type="date" aria-describedby=[&hint_id]; (hint) }
        },
        InputKind::Many => many(input, hint_id.as_deref(), &hint),
        InputKind::Choice if input.options.len() <= RADIOS_MAX => radios(input, token, false),
        InputKind::Choice => html! {
            div {
                (label)
                select id=(id) name=(input.name) aria-describedby=[&hint_id] { @for option in &input.options {
                    option value=(option.value) selected[option.value == input.value] { (option.label) }
                } }
                (hint)
            }
        },
    }
}

fn many(input: &Input, hint_id: Option<&str>, hint: &Markup) -> Markup {
    let chosen: Vec<&str> = input.value.split(',').map(str::trim).collect();
    html! {
        fieldset aria-describedby=[hint_id] {
            input type="hidden" name="_many" value=(input.name);
            legend { (input.label) }
            @for option in &input.options {
                label.pick {
                    input type="checkbox" name=(input.name) value=(option.value) checked[chosen.contains(&option.value.as_str())];
                    span { (option.label) }
                }
            }
            (hint)
        }
    }
}

/// One of a few. `is_alone`: the card's title asks already, so the legend is for those who listen.
pub fn radios(input: &Input, token: &str, is_alone: bool) -> Markup {
    let hint_id = (!input.hint.is_empty()).then(|| format!("f-{token}-{}-h", input.name));
    let chosen = if input.value.is_empty() { input.options.first().map(|o| &o.value) } else { Some(&input.value) };
    html! {
        fieldset aria-describedby=[&hint_id] {
            legend class=[is_alone.then_some("sr")] { (input.label) }
            @for option in &input.options {
                label.pick {
                    input type="radio" name=(input.name) value=(option.value) checked[chosen == Some(&option.value)];
                    span { (option.label) }
                }
            }
            @if let Some(hint_id) = &hint_id { p.hint id=(hint_id) { (input.hint) } }
        }
    }
}

/// Field by field, one column per record.
pub fn merge_table(card: &Card, action: &Action) -> Markup {
    html! {
        div.scroll role="region" aria-label="Fields that differ" tabindex="0" {
            table {
                @if let Some(table) = &card.table {
                    thead { tr { @for column in &table.columns { th scope="col" { (column) } } } }
                }
                tbody { @for input in &action.inputs {
                    tr {
                        th scope="row" { (input.label) }
                        @for (index, option) in input.options.iter().enumerate() {
                            @let is_on = option.value == input.value || (input.value.is_empty() && index == 0);
                            td { label {
                                input type="radio" name=(input.name) value=(option.value) checked[is_on]; " " (option.label)
                            } }
                        }
                    }
                } }
            }
        }
    }
}
