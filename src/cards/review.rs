//! Work that a person must look at: what may have happened, what failed, and what can be done with each piece.
use std::collections::BTreeMap;

use serde_json::json;

use crate::cards::names;
use crate::cards::post::Button;
use crate::cards::post::worded;
use crate::cards::progress::STOPPERS;
use crate::domain::person::Role;
use crate::prompts::engine::LostWords;
use crate::prompts::engine::Review;
use crate::prompts::render::CardWords;
use crate::prompts::render::Prompts;
use crate::prompts::render::WordsError;
use crate::run::card::Card;
use crate::run::card::CardKind;
use crate::run::card::Choice;
use crate::run::card::Input;
use crate::run::card::InputKind;
use crate::run::card::Style;
use crate::run::card::Tone;
use crate::run::card::Verb;
use crate::run::state::StepKind;
use crate::store::items::ItemRow;
use crate::store::runs::RunRow;

/// Who decides what becomes of work that waits.
pub const REVIEWERS: &[Role] = &[Role::Rep, Role::Manager, Role::Operator];
const ERRORS_MAX: usize = 3;

/// An item that waits for a person.
pub struct Waiting {
    pub item: ItemRow,
    /// "Priya Shah and 24 others"; empty when it is about nobody.
    pub whom: String,
    /// (vendor, operation) of the effects that may have happened.
    pub unknown: Vec<(String, String)>,
    /// What these may have cost.
    pub credits: i64,
}

pub fn card(
    words: &Prompts,
    run: &RunRow,
    step: (i64, StepKind),
    rows: &[Waiting],
) -> Result<(Card, Vec<Button>), WordsError> {
    let text = words.card(&Review {
        code: run.code.clone(),
        step: names::step_title(step.1).to_owned(),
        count: rows.len() as i64,
        leads: rows.iter().map(|row| row.item.weight).sum(),
        lost: lost(rows),
        credits: rows.iter().map(|row| row.credits).sum(),
        errors: errors(rows),
        enriching: step.1 == StepKind::Enrich,
    })?;
    let mut card = worded(CardKind::Review, &text);
    card.tone = Tone::Danger;
    let button = |verb: Verb, rows: &[&Waiting]| {
        let ids: Vec<&str> = rows.iter().map(|row| row.item.id.as_str()).collect();
        let data = json!({ "run": run.id, "step": step.0, "items": ids });
        Button::new(verb, &text.label(verb.word()), REVIEWERS).form(inputs(&text, verb, rows)).data(data)
    };
    let all: Vec<&Waiting> = rows.iter().collect();
    let unknown: Vec<&Waiting> = rows.iter().filter(|row| !row.unknown.is_empty()).collect();
    let mut buttons = vec![button(Verb::Retry, &all).style(Style::Go)];
    if !unknown.is_empty() {
        buttons.push(button(Verb::MarkDone, &unknown));
    }
    buttons.push(button(Verb::Drop, &all));
    buttons.push(Button::new(Verb::Stop, &text.label("stop"), STOPPERS).style(Style::Bare));
    Ok((card, buttons))
}

/// By vendor and operation.
fn lost(rows: &[Waiting]) -> Vec<LostWords> {
    let mut by: BTreeMap<(&str, &str), (i64, i64)> = BTreeMap::new();
    for row in rows {
        for (vendor, op) in &row.unknown {
            let sum = by.entry((vendor, op)).or_default();
            *sum = (sum.0 + row.item.weight, sum.1 + row.credits);
        }
    }
    by.into_iter()
        .map(|((vendor, op), (leads, credits))| LostWords {
            vendor: vendor.to_owned(),
            op: op.to_owned(),
            leads,
            credits,
        })
        .collect()
}

/// Why the others could not be done.
fn errors(rows: &[Waiting]) -> Vec<String> {
    let failed = rows.iter().filter(|row| row.unknown.is_empty());
    let mut errors: Vec<String> = failed.filter_map(|row| row.item.error.clone()).collect();
    errors.sort();
    errors.dedup();
    errors.truncate(ERRORS_MAX);
    errors
}

/// Which of them, when there are several; always a reason.
fn inputs(text: &CardWords, verb: Verb, rows: &[&Waiting]) -> Vec<Input> {
    let reason = Input {
        name: "reason".into(),
        label: text.label("reason"),
        kind: InputKind::LongText,
        hint: text.label(&format!("{}_hint", verb.word())),
        ..Input::default()
    };
    if rows.len() < 2 {
        return vec![reason];
    }
    let options: Vec<Choice> = rows
        .iter()
        .enumerate()
        .map(|(index, row)| Choice { value: row.item.id.0.clone(), label: label(index, row) })
        .collect();
    let all: Vec<&str> = options.iter().map(|option| option.value.as_str()).collect();
    let which = Input {
        name: "items".into(),
        label: text.label("items"),
        kind: InputKind::Many,
        value: all.join(","),
        options,
        ..Input::default()
    };
    vec![which, reason]
}

fn label(index: usize, row: &Waiting) -> String {
    let whom = if row.whom.is_empty() { format!("Part {}", index + 1) } else { row.whom.clone() };
    format!("{whom} · {}", row.item.queue)
}
