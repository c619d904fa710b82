//! The steps of a plan, and the same list with bars while it runs.
use maud::Markup;
use maud::html;

use crate::run::card::Card;
use crate::run::card::CardKind;
use crate::run::card::StepLine;
use crate::run::card::StepLook;
use crate::surfaces::web::view::icon;

pub fn steps(card: &Card) -> Markup {
    let is_run = card.kind != CardKind::Plan;
    html! {
        @if !card.steps.is_empty() {
            ol.steps { @for (index, step) in card.steps.iter().enumerate() {
                li.step data-state=(look(step, is_run)) {
                    (mark(step, index + 1))
                    div {
                        b { (step.title) }
                        p.note { (step.detail) }
                        @if !step.stop.is_empty() { p.stop { (icon::icon("gate")) (step.stop) } }
                    }
                    @if is_run { (bar(step)) } @else { (estimate(step)) }
                }
            } }
        }
    }
}

/// How many steps are over.
pub fn finished(card: &Card) -> usize {
    card.steps.iter().filter(|step| matches!(step.state, StepLook::Done | StepLook::Skipped)).count()
}

/// One sentence about the step that was finished last, for those who listen.
pub fn last_finished(card: &Card) -> Option<String> {
    let step = card.steps.iter().rev().find(|step| step.state == StepLook::Done)?;
    Some(format!("{} is done. {}", step.title, step.detail))
}

fn look(step: &StepLine, is_run: bool) -> &'static str {
    match step.state {
        // In a plan nothing has begun: its steps are not greyed.
        StepLook::Todo if !is_run => "",
        StepLook::Todo => "todo",
        StepLook::Doing => "doing",
        StepLook::Done => "done",
        StepLook::Waits => "waits",
        StepLook::Failed => "failed",
        StepLook::Skipped => "skipped",
    }
}

fn mark(step: &StepLine, number: usize) -> Markup {
    let sign = match step.state {
        StepLook::Done => Some(("check", "done")),
        StepLook::Waits => Some(("gate", "waits")),
        StepLook::Failed => Some(("x", "not done")),
        StepLook::Skipped => Some(("go", "left out")),
        StepLook::Todo | StepLook::Doing => None,
    };
    html! {
        span.mark {
            @match sign {
                Some((sign, words)) => { (icon::icon(sign)) span.sr { (words) } },
                None => (number),
            }
        }
    }
}

/// "~2 min · 160-190 credits" in two columns.
fn estimate(step: &StepLine) -> Markup {
    let mut columns = step.estimate.splitn(2, '·').map(str::trim);
    html! {
        @if !step.estimate.is_empty() {
            p.est {
                span { (columns.next().unwrap_or_default()) }
                @if let Some(second) = columns.next() { span { (second) } }
            }
        }
    }
}

fn bar(step: &StepLine) -> Markup {
    let tone = if step.state == StepLook::Done { "ok" } else { "info" };
    let is_shown = step.total > 0 && !matches!(step.state, StepLook::Todo | StepLook::Skipped);
    let percent = step.done.min(step.total).saturating_mul(100).checked_div(step.total);
    html! {
        div.est {
            @if is_shown {
                progress max=(step.total) value=(step.done.min(step.total)) data-tone=(tone)
                    aria-label={ (step.title) ": " (step.done) " of " (step.total) } {}
            }
            span {
                @match (step.estimate.is_empty(), percent) {
                    (false, _) => (step.estimate),
                    (true, Some(percent)) if step.state == StepLook::Doing => { (percent) " %" },
                    _ => {},
                }
            }
        }
    }
}
