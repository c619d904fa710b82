//! How a run ended: in numbers, who was left out and why, what happens next.
use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::json;

use crate::cards::cost;
use crate::cards::cost::Used;
use crate::cards::names;
use crate::cards::post::Button;
use crate::cards::post::worded;
use crate::cards::progress::STOPPERS;
use crate::domain::ids::RunId;
use crate::domain::person::Role;
use crate::domain::time::Millis;
use crate::prompts::engine::AskAgain;
use crate::prompts::engine::DeedWords;
use crate::prompts::engine::ResultCard;
use crate::prompts::engine::RunVerdict;
use crate::prompts::render::Prompts;
use crate::prompts::render::WordsError;
use crate::run::card::Card;
use crate::run::card::CardKind;
use crate::run::card::Style;
use crate::run::card::Table;
use crate::run::card::Tone;
use crate::run::card::Verb;
use crate::run::gate::Gate;
use crate::run::state::EffectState;
use crate::run::state::LeadState;
use crate::run::state::RunState;
use crate::run::state::StepKind;
use crate::store::effects::Deed;
use crate::store::leads;
use crate::store::leads::Place;
use crate::store::leads::RunLead;
use crate::store::open::Conn;
use crate::store::open::StoreResult;
use crate::store::runs::RunRow;
use crate::store::runs::StepRow;

/// Who may ask for an undo: the owner among reps, and these.
const UNDOERS: &[Role] = &[Role::Rep, Role::Manager, Role::Revops];
const ROWS_SHOWN: usize = 5;
/// Leads read at a time.
const PAGE: i64 = 500;
const REASONS_MAX: usize = 8;

/// The people of a run as its result tells of them.
#[derive(Default)]
pub struct People {
    /// (state, why, how many)
    pub reasons: Vec<(LeadState, String, i64)>,
    pub in_crm: i64,
    /// The best of those that reached the end.
    pub best: Vec<RunLead>,
}

impl People {
    /// Walks through the run page by page: thousands of people are not held at once.
    pub async fn read(c: &mut Conn, run: &RunId) -> StoreResult<Self> {
        let mut people = Self { reasons: leads::reasons(c, run).await?, ..Self::default() };
        let mut after = Place::start();
        loop {
            let rows = leads::page_of_run(c, run, None, &after, PAGE).await?;
            let Some(last) = rows.last() else { return Ok(people) };
            after = Place::of(last);
            for row in rows {
                people.in_crm += i64::from(row.lead.crm.is_some());
                if people.best.len() < ROWS_SHOWN && reached(row.state) {
                    people.best.push(row);
                }
            }
        }
    }

    fn number(&self, wanted: impl Fn(LeadState) -> bool) -> i64 {
        self.reasons.iter().filter(|(state, ..)| wanted(*state)).map(|(.., count)| count).sum()
    }
}

fn reached(state: LeadState) -> bool {
    matches!(state, LeadState::Enrolled | LeadState::InCrm | LeadState::Kept)
}

pub struct Facts {
    pub steps: Vec<StepRow>,
    pub people: People,
    pub used: Used,
    pub effects: Vec<Deed>,
    pub cancelled_by: Option<String>,
    pub zone: String,
    /// Records in the CRM that the run wrote to or may have: they can be taken back.
    pub crm_written: i64,
}

impl Facts {
    fn number(&self, kind: StepKind, key: &str) -> i64 {
        let step = self.steps.iter().find(|step| step.kind == kind);
        step.and_then(|step| step.output.get(key)).and_then(Value::as_i64).unwrap_or(0)
    }
}

pub fn card(words: &Prompts, run: &RunRow, facts: &Facts) -> Result<(Card, Vec<Button>), WordsError> {
    let enrolled = facts.people.number(|state| state == LeadState::Enrolled);
    let in_crm = facts.people.in_crm;
    let first = facts.number(StepKind::Launch, "first_at");
    let over_cap = facts.number(StepKind::Enrich, "over_cap") + facts.number(StepKind::Enrich, "companies_over_cap");
    let text = words.card(&ResultCard {
        state: run.state.word().to_owned(),
        code: run.code.clone(),
        campaign: run.plan.campaign.clone(),
        launch: run.plan.criteria.launch,
        found: facts.number(StepKind::Discover, "found"),
        enriched: facts.number(StepKind::Enrich, "enriched"),
        in_crm,
        created: facts.number(StepKind::Crm, "created"),
        updated: facts.number(StepKind::Crm, "updated"),
        enrolled,
        first: if first > 0 { Millis(first).day_clock(&facts.zone) } else { String::new() },
        cost: cost::actual(&run.plan.quotes, &facts.used),
        credits_cap: run.plan.credits_cap,
        over_cap,
        over_tokens: facts.number(StepKind::Preview, "over_tokens"),
        tokens_cap: run.plan.tokens_cap.unwrap_or_default(),
        left_out: left_out(&facts.people.reasons).into_iter().map(|(why, count)| format!("{count} {why}")).collect(),
        done_before: deeds(words, &facts.effects)?,
        by: facts.cancelled_by.clone().unwrap_or_default(),
        error: run.error.clone().unwrap_or_default(),
    })?;
    let mut card = worded(CardKind::Result, &text);
    card.tone = match run.state {
        RunState::Done => Tone::Ok,
        RunState::Failed => Tone::Danger,
        _ => Tone::Warn,
    };
    card.table = table(&facts.people);
    let mut buttons = Vec::new();
    if !facts.people.reasons.is_empty() {
        buttons.push(Button::new(Verb::Show, &text.label("show"), STOPPERS).data(json!({ "run": run.id })));
    }
    if facts.crm_written > 0 {
        let undo = Button::new(Verb::Undo, &text.label("undo"), UNDOERS).style(Style::Bare);
        buttons.push(undo.data(json!({ "run": run.id })));
    }
    Ok((card, buttons))
}

/// Leads that did not reach the end, counted by reason, most first.
pub fn left_out(rows: &[(LeadState, String, i64)]) -> Vec<(String, i64)> {
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    for (_, reason, count) in rows.iter().filter(|(state, ..)| !reached(*state) && *state != LeadState::Found) {
        *counts.entry(reason.as_str()).or_default() += count;
    }
    let mut reasons: Vec<(String, i64)> = counts.into_iter().map(|(why, count)| (why.to_owned(), count)).collect();
    reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    if reasons.len() > REASONS_MAX {
        let rest: i64 = reasons.drain(REASONS_MAX..).map(|(_, count)| count).sum();
        reasons.push(("for other reasons".to_owned(), rest));
    }
    reasons
}

/// The best leads, as rows.
fn table(people: &People) -> Option<Table> {
    (!people.best.is_empty()).then(|| Table {
        columns: lead_columns(),
        numeric: vec![3],
        rows: people.best.iter().map(lead_row).collect(),
        total: usize::try_from(people.number(reached)).unwrap_or(0),
    })
}

pub fn lead_columns() -> Vec<String> {
    ["Who", "Title", "Company", "Score", "State", "Why"].map(str::to_owned).to_vec()
}

pub fn lead_row(row: &RunLead) -> Vec<String> {
    let number = if row.score >= 0 { row.score } else { row.fit };
    vec![
        row.lead.full_name(),
        row.lead.title.clone().unwrap_or_else(|| "not known".to_owned()),
        row.lead.company.name.clone(),
        names::score(number),
        state_words(row.state).to_owned(),
        row.reason.clone(),
    ]
}

fn state_words(state: LeadState) -> &'static str {
    match state {
        LeadState::Found => "found",
        LeadState::Held => "in reserve",
        LeadState::Kept => "kept",
        LeadState::Flagged => "flagged",
        LeadState::Research => "research only",
        LeadState::BelowThreshold => "below the threshold",
        LeadState::LeftOut => "left out",
        LeadState::InCrm => "in the CRM",
        LeadState::Enrolled => "enrolled",
        LeadState::Failed => "failed",
    }
}

/// What was done outside, in words.
fn deeds(words: &Prompts, deeds: &[Deed]) -> Result<Vec<String>, WordsError> {
    let line = |deed: &Deed| {
        words.text(&DeedWords {
            vendor: deed.vendor.clone(),
            op: deed.op.clone(),
            is_known: deed.state == EffectState::Done.word(),
            calls: deed.calls,
            leads: deed.leads,
        })
    };
    deeds.iter().map(line).collect()
}

/// The progress card's last line.
pub fn verdict(words: &Prompts, run: &RunRow, at: (Option<&str>, &str)) -> Result<String, WordsError> {
    let (by, zone) = at;
    words.text(&RunVerdict {
        state: run.state.word().to_owned(),
        code: run.code.clone(),
        at: run.ended_at.unwrap_or_default().clock(zone),
        by: by.unwrap_or_default().to_owned(),
    })
}

/// A gate ran out of time: the same question can be put again with one press.
pub fn ask_again(words: &Prompts, run: &RunRow, gate: &Gate) -> Result<(Card, Vec<Button>), WordsError> {
    let text = words.card(&AskAgain { code: run.code.clone() })?;
    let mut card = worded(CardKind::Notice, &text);
    card.tone = Tone::Warn;
    let data = json!({ "gate": gate.id, "run": run.id });
    let roles = [Role::Rep, Role::Manager, Role::Compliance];
    let again = Button::new(Verb::Retry, &text.label("retry"), &roles).style(Style::Go).data(data);
    Ok((card, vec![again, stop(&text.label("stop"))]))
}

fn stop(label: &str) -> Button {
    Button::new(Verb::Stop, label, STOPPERS).style(Style::Bare)
}
