//! Taking back: what it would do, field by field, and what it did.
use serde_json::Value;

use crate::cards::decisions::Around;
use crate::cards::decisions::deciders;
use crate::cards::gates::cancel;
use crate::cards::post::Button;
use crate::cards::post::worded;
use crate::prompts::engine::UndoGate;
use crate::prompts::engine::UndoResult;
use crate::prompts::render::Prompts;
use crate::prompts::render::WordsError;
use crate::run::card::Card;
use crate::run::card::CardKind;
use crate::run::card::Style;
use crate::run::card::Table;
use crate::run::card::Tone;
use crate::run::card::Verb;
use crate::run::gate::Gate;
use crate::run::state::RunState;
use crate::run::state::StepKind;
use crate::run::undo::Planned;
use crate::run::undo::Skipped;
use crate::run::undo::UndoPayload;
use crate::store::runs::RunRow;
use crate::store::runs::StepRow;

/// Lines of a card's table.
const ROWS_MAX: usize = 60;
/// Of these at most so many for what stays, so that what goes back is seen too.
const SKIPPED_MAX: usize = 30;

pub fn gate(
    words: &Prompts,
    gate: &Gate,
    payload: &UndoPayload,
    around: Around<'_>,
) -> Result<(Card, Vec<Button>), WordsError> {
    let archived = payload.archived();
    let text = words.card(&UndoGate {
        code: payload.code.clone(),
        records: (payload.records.len() - archived) as i64,
        fields: payload.fields() as i64,
        archived: archived as i64,
        skipped: payload.skipped.len() as i64,
        already: payload.already,
        enrolled: payload.enrolled,
        who: deciders(words, gate, around)?,
    })?;
    let mut card = worded(CardKind::GateUndo, &text);
    card.tone = Tone::Warn;
    let mut rows: Vec<Vec<String>> = payload.skipped.iter().take(SKIPPED_MAX).map(stays).collect();
    rows.extend(payload.records.iter().flat_map(|record| goes(record, &payload.code)).take(ROWS_MAX - rows.len()));
    card.table = Some(Table {
        columns: ["Record", "Field", "Before", "Now", "Will be"].map(str::to_owned).to_vec(),
        numeric: Vec::new(),
        rows,
        total: payload.skipped.len() + payload.fields() + archived,
    });
    let buttons = vec![
        Button::new(Verb::Undo, &text.label("undo"), &gate.roles).gate(&gate.id).style(Style::Go),
        cancel(&text, gate),
    ];
    Ok((card, buttons))
}

/// How it ended: in numbers, and what stays with its reason.
pub fn result(
    words: &Prompts,
    run: &RunRow,
    steps: &[StepRow],
    by: Option<&str>,
) -> Result<(Card, Vec<Button>), WordsError> {
    let of = |kind: StepKind| steps.iter().find(|step| step.kind == kind).map(|step| &step.output);
    let number = |kind: StepKind, key: &str| of(kind).and_then(|output| output[key].as_i64()).unwrap_or(0);
    let told = |kind: StepKind| -> Vec<Skipped> {
        let list = of(kind).and_then(|output| output.get("skipped_list")).cloned().unwrap_or(Value::Null);
        serde_json::from_value(list).unwrap_or_default()
    };
    let text = words.card(&UndoResult {
        state: run.state.word().to_owned(),
        code: run.code.clone(),
        of: run.plan.undo.as_ref().map(|of| of.code.clone()).unwrap_or_default(),
        records: number(StepKind::Revert, "records"),
        fields: number(StepKind::Revert, "fields"),
        archived: number(StepKind::Revert, "archived"),
        skipped: number(StepKind::Compare, "skipped") + number(StepKind::Revert, "skipped"),
        enrolled: number(StepKind::Compare, "enrolled"),
        by: by.unwrap_or_default().to_owned(),
        error: run.error.clone().unwrap_or_default(),
    })?;
    let mut card = worded(CardKind::Result, &text);
    card.tone = match run.state {
        RunState::Done => Tone::Ok,
        RunState::Failed => Tone::Danger,
        _ => Tone::Warn,
    };
    let skipped: Vec<Skipped> = told(StepKind::Revert).into_iter().chain(told(StepKind::Compare)).collect();
    card.table = (!skipped.is_empty()).then(|| Table {
        columns: ["Record", "Field", "Before", "Now", "Why it stays"].map(str::to_owned).to_vec(),
        numeric: Vec::new(),
        rows: skipped.iter().take(ROWS_MAX).map(stays).collect(),
        total: skipped.len(),
    });
    Ok((card, Vec::new()))
}

fn stays(skipped: &Skipped) -> Vec<String> {
    vec![
        skipped.name.clone(),
        field(&skipped.field),
        skipped.before.clone(),
        skipped.now.clone(),
        format!("stays: {}", skipped.why),
    ]
}

fn goes(record: &Planned, code: &str) -> Vec<Vec<String>> {
    if record.archive {
        let now = format!("created by run {code}");
        return vec![vec![record.name.clone(), field(""), "not there".to_owned(), now, "archived".to_owned()]];
    }
    let line = |one: &crate::run::undo::PutBack| {
        let will = if one.before.is_empty() { "empty".to_owned() } else { one.before.clone() };
        vec![record.name.clone(), field(&one.field), one.before.clone(), one.now.clone(), will]
    };
    record.fields.iter().map(line).collect()
}

fn field(name: &str) -> String {
    if name.is_empty() { "the record".to_owned() } else { name.replace('_', " ") }
}
