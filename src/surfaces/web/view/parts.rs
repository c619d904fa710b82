//! Fields and tables of a card.
use maud::Markup;
use maud::html;

use crate::run::card::Card;
use crate::run::card::CardKind;
use crate::run::card::Field;
use crate::run::card::Table;
use crate::surfaces::web::view::text;

/// Longer tables show their first rows and open the others.
const ROWS_WHOLE: usize = 10;
const ROWS_FIRST: usize = 5;
/// What a plan says after its steps.
const AFTER_STEPS: [&str; 4] = ["cost", "credits", "playbook", "rests on"];

/// The fields before and after the steps; only a plan has the second.
pub fn split(card: &Card) -> (Vec<&Field>, Vec<&Field>) {
    let is_after = |field: &&Field| {
        card.kind == CardKind::Plan
            && !card.steps.is_empty()
            && AFTER_STEPS.contains(&field.label.to_lowercase().as_str())
    };
    card.fields.iter().partition(|field| !is_after(field))
}

pub fn fields(fields: &[&Field]) -> Markup {
    html! {
        @if !fields.is_empty() {
            dl.fields { @for field in fields {
                div {
                    dt { (field.label) }
                    dd { @if field.changed { ins { (text::value(&field.value)) } } @else { (text::value(&field.value)) } }
                }
            } }
        }
    }
}

pub fn table(table: &Table, title: &str) -> Markup {
    let all = table.rows.as_slice();
    let total = table.total.max(all.len());
    let (first, rest) = all.split_at(if all.len() > ROWS_WHOLE { ROWS_FIRST } else { all.len() });
    html! {
        (rows(table, first, title))
        @if !rest.is_empty() {
            details {
                summary.small { "Show all " (all.len()) }
                (rows(table, rest, title))
            }
        }
        @if total > all.len() { p.small.mute { (all.len()) " of " (total) " are shown here." } }
    }
}

fn rows(table: &Table, rows: &[Vec<String>], title: &str) -> Markup {
    let class = |column: usize| table.numeric.contains(&column).then_some("r num");
    html! {
        div.scroll role="region" aria-label=(title) tabindex="0" {
            table {
                thead { tr { @for (index, name) in table.columns.iter().enumerate() {
                    th scope="col" class=[class(index)] { (name) }
                } } }
                tbody { @for row in rows {
                    tr { @for (index, cell) in row.iter().enumerate() {
                        @if index == 0 { th scope="row" { (text::value(cell)) } }
                        @else { td class=[class(index)] { (text::value(cell)) } }
                    } }
                } }
            }
        }
    }
}
