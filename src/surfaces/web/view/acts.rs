//! What one may do with a card: buttons, an answer to choose, or one line that says who decided.
use maud::Markup;
use maud::html;

use crate::run::card::Action;
use crate::run::card::ActionKind;
use crate::run::card::Card;
use crate::run::card::CardKind;
use crate::run::card::CardState;
use crate::run::card::InputKind;
use crate::run::card::Style;
use crate::run::card::Tone;
use crate::surfaces::web::view::form;
use crate::surfaces::web::view::icon;
use crate::surfaces::web::view::reader::Place;
use crate::surfaces::web::view::text;

/// A question with more choices opens a form.
const CHOICES_MAX: usize = 8;

pub fn acts(place: &Place<'_>, card: &Card) -> Markup {
    html! {
        @if card.state == CardState::Open && !card.actions.is_empty() {
            @match asked(card) {
                Some(action) => (answer(place, card, action)),
                None => {
                    @let sorted = sorted(card);
                    form.acts method="post" action=[sorted.first().map(|action| path(action))]
                        hx-post=[sorted.first().map(|action| path(action))] hx-swap="none" hx-sync="this:drop" {
                        (hidden(place, card))
                        (why(card))
                        @for action in sorted { (button(place, action)) }
                    }
                }
            }
        } @else if !card.who.is_empty() {
            p.why { (card.who) }
        }
        @if !card.verdict.is_empty() { (verdict(card)) }
    }
}

fn verdict(card: &Card) -> Markup {
    // An error that somebody dealt with is settled, whatever its tone was.
    let (sign, tone) = match (card.state, card.tone) {
        (CardState::Expired, _) => ("clock", "warn"),
        (_, Tone::Danger) if card.kind != CardKind::Error => ("x", "danger"),
        _ => ("check", "ok"),
    };
    html! { p.verdict data-tone=(tone) { (icon::icon(sign)) span { (card.verdict) } } }
}

fn why(card: &Card) -> Markup {
    html! {
        @if !card.who.is_empty() {
            p.why { @if card.kind.is_gate() { (icon::icon("gate")) } (card.who) }
        }
    }
}

/// The main button first, the way out and what destroys last.
fn sorted(card: &Card) -> Vec<&Action> {
    let mut actions: Vec<&Action> = card.actions.iter().collect();
    actions.sort_by_key(|action| match action.style {
        Style::Go => 0,
        Style::Plain => 1,
        Style::Bare => 2,
        Style::Bad => 3,
    });
    actions
}

pub fn path(action: &Action) -> String {
    format!("/a/{}", action.token)
}

fn class(style: Style) -> &'static str {
    match style {
        Style::Go => "btn go",
        Style::Plain => "btn",
        Style::Bare => "btn bare",
        Style::Bad => "btn bad",
    }
}

pub fn hidden(place: &Place<'_>, card: &Card) -> Markup {
    html! {
        input type="hidden" name="_csrf" value=(place.reader.token);
        input type="hidden" name="_thread" value=(place.thread);
        input type="hidden" name="_card" value=(card.id);
    }
}

fn button(place: &Place<'_>, action: &Action) -> Markup {
    let id = format!("b-{}", action.token);
    match action.kind {
        ActionKind::Button => html! {
            button id=(id) class=(class(action.style)) formaction=(path(action)) { (action.label) }
        },
        ActionKind::Pick | ActionKind::Form => {
            let form = format!("{}/form?thread={}", path(action), place.thread);
            html! {
                a id=(id) class=(class(action.style)) href=(form) hx-get=(form) hx-target="#dialog" hx-swap="innerHTML"
                    aria-haspopup="dialog" { (action.label) }
            }
        }
        ActionKind::Link => html! {
            a id=(id) class=(class(action.style)) rel="noreferrer noopener"
                href=[action.href.as_deref().and_then(text::safe_href)] { (action.label) }
        },
    }
}

/// The action whose fields stand in the card itself: a question's choices, a merge's columns.
fn asked(card: &Card) -> Option<&Action> {
    let all_choice = |action: &&Action| {
        !action.inputs.is_empty()
            && action.inputs.iter().all(|input| input.kind == InputKind::Choice && input.options.len() <= CHOICES_MAX)
    };
    let mut fitting = card.actions.iter().filter(|action| matches!(action.kind, ActionKind::Pick | ActionKind::Form));
    match card.kind {
        CardKind::Question => fitting.find(|action| all_choice(action) && action.inputs.len() == 1),
        CardKind::GateMerge => fitting.find(all_choice),
        _ => None,
    }
}

/// The merge's own table takes the place of the card's when the columns fit.
pub fn is_merge_table(card: &Card) -> bool {
    let Some(action) = asked(card).filter(|_| card.kind == CardKind::GateMerge) else { return false };
    let columns = action.inputs.iter().map(|input| input.options.len() + 1);
    card.state == CardState::Open
        && card.table.as_ref().is_some_and(|table| columns.into_iter().all(|count| count == table.columns.len()))
}

fn answer(place: &Place<'_>, card: &Card, action: &Action) -> Markup {
    html! {
        form class=[(!is_merge_table(card)).then_some("form")] method="post" action=(path(action))
            hx-post=(path(action)) hx-swap="none" hx-sync="this:drop" {
            @if is_merge_table(card) { (form::merge_table(card, action)) }
            @else { @for input in &action.inputs { (form::radios(input, &action.token, action.inputs.len() == 1)) } }
            div.acts.gap {
                (hidden(place, card))
                (why(card))
                button id={ "b-" (action.token) } class="btn go" formaction=(path(action)) { (action.label) }
                @for other in sorted(card).into_iter().filter(|other| other.token != action.token) {
                    (button(place, other))
                }
            }
        }
    }
}
