//! Gate cards: what exactly will happen, who decides, until when, and the buttons.
use serde_json::json;

use crate::cards::decisions::Around;
use crate::cards::decisions::approvals;
use crate::cards::decisions::deciders;
use crate::cards::names;
use crate::cards::post::Button;
use crate::cards::post::worded;
use crate::cards::undo;
use crate::domain::person::Role;
use crate::prompts::engine::ComplianceGate;
use crate::prompts::engine::GateExpired;
use crate::prompts::engine::LaunchGate;
use crate::prompts::render::CardWords;
use crate::prompts::render::Prompts;
use crate::prompts::render::WordsError;
use crate::run::card::Card;
use crate::run::card::CardKind;
use crate::run::card::Choice;
use crate::run::card::Input;
use crate::run::card::InputKind;
use crate::run::card::MailSample;
use crate::run::card::Style;
use crate::run::card::Table;
use crate::run::card::Tone;
use crate::run::card::Verb;
use crate::run::gate::Gate;
use crate::run::launch::CompliancePayload;
use crate::run::launch::LaunchPayload;
use crate::run::launch::Outgoing;
use crate::run::state::GateKind;
use crate::run::undo::UndoPayload;

/// Mails shown at a time.
pub const SAMPLES: usize = 5;
/// Rows of a gate's table; the rest is behind "Show".
const ROWS_MAX: usize = 50;
/// Who may stop the run at a gate, besides those who decide.
const CANCELLERS: &[Role] = &[Role::Rep, Role::Manager, Role::Compliance, Role::Operator];

/// The card of a gate; `offset` is the first of the mails shown.
pub fn card(
    words: &Prompts,
    gate: &Gate,
    offset: usize,
    around: Around<'_>,
) -> Result<(Card, Vec<Button>), WordsError> {
    let broken = |why: serde_json::Error| WordsError { name: format!("gate {}", gate.id), why: why.to_string() };
    match gate.kind {
        GateKind::Compliance => {
            let payload: CompliancePayload = serde_json::from_value(gate.payload.clone()).map_err(broken)?;
            compliance(words, gate, &payload, around)
        }
        GateKind::Launch => {
            let payload: LaunchPayload = serde_json::from_value(gate.payload.clone()).map_err(broken)?;
            launch(words, gate, (&payload, offset), around)
        }
        GateKind::Undo => {
            let payload: UndoPayload = serde_json::from_value(gate.payload.clone()).map_err(broken)?;
            undo::gate(words, gate, &payload, around)
        }
    }
}

pub fn expired_line(words: &Prompts, gate: &Gate, zone: &str) -> Result<String, WordsError> {
    words.text(&GateExpired { at: gate.expires_at.day_clock(zone) })
}

fn compliance(
    words: &Prompts,
    gate: &Gate,
    payload: &CompliancePayload,
    around: Around<'_>,
) -> Result<(Card, Vec<Button>), WordsError> {
    let reviewable: Vec<_> = payload.flagged.iter().filter(|flagged| flagged.reviewable).collect();
    let text = words.card(&ComplianceGate {
        flagged: payload.flagged.len() as i64,
        others: payload.others,
        total: payload.others + payload.flagged.len() as i64,
        reviewable: reviewable.len() as i64,
        who: deciders(words, gate, around)?,
    })?;
    let mut card = worded(CardKind::GateCompliance, &text);
    card.tone = Tone::Warn;
    let row = |flagged: &crate::run::launch::Flagged| {
        let who = format!("{}, {}, {}", flagged.name, flagged.title, flagged.company);
        vec![who, flagged.country.clone(), flagged.reason.clone(), flagged.remedy.clone()]
    };
    card.table = Some(Table {
        columns: ["Who", "Country", "Why not", "What would make it lawful"].map(str::to_owned).to_vec(),
        numeric: Vec::new(),
        rows: payload.flagged.iter().take(ROWS_MAX).map(row).collect(),
        total: payload.flagged.len(),
    });
    let mut buttons = vec![
        Button::new(Verb::ExcludeFlagged, &text.label("exclude_flagged"), &gate.roles).gate(&gate.id).style(Style::Go),
    ];
    let options: Vec<Choice> = reviewable
        .iter()
        .map(|flagged| Choice {
            value: flagged.lead.0.clone(),
            label: format!("{}, {} ({})", flagged.name, flagged.company, flagged.country),
        })
        .collect();
    let hint = if options.is_empty() {
        "None of these can be let through: the law of their country needs something that is not recorded."
    } else {
        "Those you tick go on, under your name. All others stay in the CRM as research."
    };
    let input = Input {
        name: "allow".into(),
        label: "Let through".into(),
        kind: InputKind::Many,
        hint: hint.into(),
        value: String::new(),
        options,
    };
    buttons.push(
        Button::new(Verb::ReviewFlagged, &text.label("review_flagged"), &[Role::Compliance])
            .gate(&gate.id)
            .form(vec![input]),
    );
    buttons.push(refuse(&text, gate));
    buttons.push(cancel(&text, gate));
    Ok((card, buttons))
}

fn launch(
    words: &Prompts,
    gate: &Gate,
    at: (&LaunchPayload, usize),
    around: Around<'_>,
) -> Result<(Card, Vec<Button>), WordsError> {
    let (payload, offset) = at;
    let zone = around.zone;
    let total = payload.count();
    let samples = payload.samples();
    let order = spread(samples);
    let shown: Vec<&Outgoing> =
        order.iter().cycle().skip(offset).take(SAMPLES.min(samples.len())).map(|index| &samples[*index]).collect();
    let left_out = payload.left_out.iter().map(|(why, count)| format!("{count} {why}")).collect();
    let text = words.card(&LaunchGate {
        version: gate.version,
        campaign: payload.campaign.clone(),
        mails: total as i64,
        shown: shown.len() as i64,
        from: offset as i64 + 1,
        touches: payload.touches.len() as i64,
        days: payload.touches.iter().map(|touch| i64::from(touch.delay_days)).sum(),
        per_day: i64::from(payload.schedule.per_day),
        mailboxes: i64::from(payload.schedule.mailboxes),
        first: payload.schedule.first.day(zone),
        last: payload.schedule.last.day(zone),
        skips: payload.schedule.skips.clone(),
        changes: payload.changes.clone(),
        left_out,
        from_template: payload.from_template(),
        quorum: gate.quorum,
        approvals: approvals(gate, around),
        who: deciders(words, gate, around)?,
    })?;
    let mut card = worded(CardKind::GateLaunch, &text);
    card.tone = Tone::Info;
    card.mails = shown.into_iter().map(sample).collect();
    let next = if samples.is_empty() { 0 } else { (offset + SAMPLES) % samples.len() };
    let buttons = vec![
        Button::new(Verb::Launch, &text.label("launch"), &gate.roles).gate(&gate.id).style(Style::Go),
        Button::new(Verb::LaunchWithChanges, &text.label("launch_with_changes"), &gate.roles)
            .gate(&gate.id)
            .form(change_form(payload)),
        Button::new(Verb::MoreExamples, &text.label("more_examples"), CANCELLERS)
            .gate(&gate.id)
            .data(json!({ "offset": next })),
        refuse(&text, gate),
        cancel(&text, gate),
    ];
    Ok((card, buttons))
}

pub fn cancel(text: &CardWords, gate: &Gate) -> Button {
    Button::new(Verb::Cancel, &text.label("cancel"), CANCELLERS).gate(&gate.id).style(Style::Bare)
}

/// The refusal of those who may decide: with a reason, which the next version answers.
pub fn refuse(text: &CardWords, gate: &Gate) -> Button {
    let reason = Input {
        name: "reason".into(),
        label: text.label("reject_label"),
        kind: InputKind::LongText,
        hint: text.label("reject_hint"),
        ..Input::default()
    };
    Button::new(Verb::Reject, &text.label("reject"), &gate.roles).gate(&gate.id).form(vec![reason])
}

fn sample(who: &Outgoing) -> MailSample {
    let subject = who.draft.mails.first().map(|mail| mail.subject.clone()).unwrap_or_default();
    MailSample {
        to: format!("{}, {}, {}", who.name, who.title, who.company),
        about: format!("score {} · {} their time", names::score(who.score), who.first_at.day_clock(&who.zone)),
        subject,
        body: who.draft.annotated.clone(),
        sources: who.draft.sources.clone(),
    }
}

/// Best, worst and evenly between: samples are spread over the scores.
fn spread(recipients: &[Outgoing]) -> Vec<usize> {
    let mut by_score: Vec<usize> = (0..recipients.len()).collect();
    by_score.sort_by_key(|index| std::cmp::Reverse(recipients[*index].score));
    let pages = recipients.len().div_ceil(SAMPLES).max(1);
    (0..pages).flat_map(|page| by_score.iter().copied().skip(page).step_by(pages).collect::<Vec<_>>()).collect()
}

fn change_form(payload: &LaunchPayload) -> Vec<Input> {
    let people: Vec<Choice> =
        payload.people().into_iter().map(|(lead, label)| Choice { value: lead.0, label }).collect();
    let hint = if people.len() < payload.count() {
        format!("The first {} of {} by rank", people.len(), payload.count())
    } else {
        String::new()
    };
    vec![
        Input {
            name: "wishes".into(),
            label: "What to change in the mails".into(),
            kind: InputKind::LongText,
            hint: "In your words: \"shorter\", \"do not mention funding\". Empty leaves them as they are.".into(),
            value: payload.wishes.clone(),
            options: Vec::new(),
        },
        Input {
            name: "exclude".into(),
            label: "Leave out".into(),
            kind: InputKind::Many,
            hint,
            value: String::new(),
            options: people,
        },
        Input {
            name: "per_day".into(),
            label: "First mails a day".into(),
            kind: InputKind::Number,
            hint: "1 to 200, over all mailboxes".into(),
            value: payload.schedule.per_day.to_string(),
            options: Vec::new(),
        },
        Input {
            name: "start".into(),
            label: "First day".into(),
            kind: InputKind::Date,
            hint: "YYYY-MM-DD; empty is the next open day".into(),
            value: String::new(),
            options: Vec::new(),
        },
    ]
}
