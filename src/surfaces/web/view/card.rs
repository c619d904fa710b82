//! One card, whatever its kind: head, what it says, what one may do. Each part has its own file.
use maud::Markup;
use maud::html;

use crate::run::card::Card;
use crate::run::card::CardKind;
use crate::run::card::CardState;
use crate::run::card::Tone;
use crate::surfaces::web::view::acts;
use crate::surfaces::web::view::chart;
use crate::surfaces::web::view::icon;
use crate::surfaces::web::view::mail;
use crate::surfaces::web::view::parts;
use crate::surfaces::web::view::reader::Place;
use crate::surfaces::web::view::steps;
use crate::surfaces::web::view::text;

/// A longer footer is a paragraph of its own.
const FOOTER_CHARS_MAX: usize = 40;

pub fn card(place: &Place<'_>, card: &Card, oob: bool) -> Markup {
    if card.past {
        return past(card, oob);
    }
    let waits = waits(place, card);
    let quiet = (card.kind == CardKind::Progress).then_some("off");
    html! {
        section.card #{ "card-" (card.id) } data-kind=(kind(card.kind)) data-tone=(tone(card.tone))
            data-state=(state(card.state)) data-version=(card.version) data-wait[waits]
            aria-live=[quiet] aria-labelledby={ "card-" (card.id) "-t" } hx-swap-oob=[oob.then_some("true")] {
            (head(card, waits))
            (content(card))
            @if let Some(footer) = Some(&card.footer).filter(|footer| footer.chars().count() > FOOTER_CHARS_MAX) {
                (text::paragraphs(footer, Some("small mute")))
            }
            (acts::acts(place, card))
        }
    }
}

/// An older version, folded to one line.
fn past(card: &Card, oob: bool) -> Markup {
    html! {
        details.card.past #{ "card-" (card.id) } data-kind=(kind(card.kind)) data-state="expired"
            data-version=(card.version) hx-swap-oob=[oob.then_some("true")] {
            summary {
                (icon::icon(sign(card)))
                span { (label(card.kind)) ", replaced by a newer one: " (card.title) }
            }
            (content(card))
        }
    }
}

/// The accent border: somebody may decide now, and it is this reader.
fn waits(place: &Place<'_>, card: &Card) -> bool {
    place.waits && card.state == CardState::Open && card.kind.is_gate() && !card.actions.is_empty()
}

fn head(card: &Card, waits: bool) -> Markup {
    let changed = card.fields.iter().filter(|field| field.changed).count();
    let is_short = card.footer.chars().count() <= FOOTER_CHARS_MAX;
    html! {
        header {
            p.kind {
                (icon::icon(sign(card)))
                (label(card.kind)) " "
                @match changed {
                    0 => {},
                    1 => span.badge data-tone="info" { "1 line changed" },
                    count => span.badge data-tone="info" { (count) " lines changed" },
                }
                @if card.sandbox { span.badge.sandbox { (icon::icon("flask")) "sandbox" } }
                span.end {
                    @if waits { "waits for you" } @else if is_short { (card.footer) }
                }
            }
            h2 #{ "card-" (card.id) "-t" } tabindex="-1" { (card.title) }
        }
    }
}

fn content(card: &Card) -> Markup {
    let aside = matches!(card.kind, CardKind::Plan | CardKind::Progress) || card.kind.is_gate();
    let (before, after) = parts::split(card);
    html! {
        (text::paragraphs(&card.body, aside.then_some("small mute")))
        (parts::fields(&before))
        (steps::steps(card))
        (parts::fields(&after))
        @if let Some(table) = &card.table {
            @if !acts::is_merge_table(card) { (parts::table(table, &card.title)) }
        }
        (mail::mails(card))
        (chart::charts(&card.charts))
    }
}

pub fn kind(kind: CardKind) -> &'static str {
    match kind {
        CardKind::Plan => "plan",
        CardKind::Progress => "progress",
        CardKind::GateCompliance => "gate_compliance",
        CardKind::GateLaunch => "gate_launch",
        CardKind::GateMerge => "gate_merge",
        CardKind::Question => "question",
        CardKind::Result => "result",
        CardKind::Error => "error",
        CardKind::Notice => "notice",
        CardKind::Digest => "digest",
        CardKind::Status => "status",
        CardKind::GateUndo => "gate_undo",
        CardKind::Review => "review",
        CardKind::Alert => "alert",
    }
}

fn label(kind: CardKind) -> &'static str {
    match kind {
        CardKind::Plan => "Plan",
        CardKind::Progress => "Run",
        CardKind::GateCompliance | CardKind::GateMerge | CardKind::GateUndo => "Decision",
        CardKind::GateLaunch => "Preview",
        CardKind::Question => "Question",
        CardKind::Result => "Result",
        CardKind::Error => "Not done",
        CardKind::Notice => "Notice",
        CardKind::Digest => "Digest",
        CardKind::Status => "Status",
        CardKind::Review => "For review",
        CardKind::Alert => "Alert",
    }
}

pub fn sign(card: &Card) -> &'static str {
    match (card.kind, card.tone) {
        (CardKind::Plan, _) => "plan",
        (CardKind::Progress, _) => "run",
        (kind, _) if kind.is_gate() => "gate",
        (CardKind::Question, _) => "ask",
        (CardKind::Error | CardKind::Review | CardKind::Alert, _) | (CardKind::Notice, Tone::Warn | Tone::Danger) => {
            "warn"
        }
        (CardKind::Result, Tone::Ok) => "check",
        (CardKind::Digest, _) => "chart",
        (CardKind::Status, _) => "gauge",
        _ => "info",
    }
}

pub fn tone(tone: Tone) -> &'static str {
    match tone {
        Tone::Info => "info",
        Tone::Ok => "ok",
        Tone::Warn => "warn",
        Tone::Danger => "danger",
        Tone::Running => "running",
    }
}

fn state(state: CardState) -> &'static str {
    match state {
        CardState::Open => "open",
        CardState::Decided => "decided",
        CardState::Expired => "expired",
    }
}
