//! The one message of a run, edited in place: a bar per step, counts from rows, time left from measured speed.
use crate::cards::names::step_title;
use crate::cards::post;
use crate::cards::post::Button;
use crate::cards::post::Place;
use crate::domain::ids::CardId;
use crate::domain::person::Role;
use crate::domain::time::Millis;
use crate::domain::time::SECOND;
use crate::ports::clock::Ids;
use crate::prompts::engine::HeldWords;
use crate::prompts::engine::Progress;
use crate::prompts::engine::StepWords;
use crate::prompts::render::Prompts;
use crate::prompts::render::WordsError;
use crate::run::advance::ItemCounts;
use crate::run::card::Card;
use crate::run::card::CardKind;
use crate::run::card::StepLine;
use crate::run::card::StepLook;
use crate::run::card::Style;
use crate::run::card::Tone;
use crate::run::card::Verb;
use crate::run::plan::Plan;
use crate::run::state::GateKind;
use crate::run::state::RunState;
use crate::run::state::StepState;
use crate::store::brake;
use crate::store::cards;
use crate::store::cost;
use crate::store::items;
use crate::store::open::Conn;
use crate::store::open::StoreError;
use crate::store::runs;
use crate::store::runs::RunRow;
use crate::store::runs::StepRow;

/// Who may stop a run from its card.
pub const STOPPERS: &[Role] = &[Role::Rep, Role::Manager, Role::Revops, Role::Compliance, Role::Operator];
/// One edit per run in this time; its last state is always shown.
const EDIT_EVERY_MS: i64 = 2 * SECOND;

#[derive(Debug, thiserror::Error)]
pub enum CardError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Words(#[from] WordsError),
}

/// The card of a run that has just been started.
pub fn first(words: &Prompts, code: &str, plan: &Plan) -> Result<(Card, Vec<Button>), WordsError> {
    let steps: Vec<(StepRow, ItemCounts)> = plan
        .steps
        .iter()
        .enumerate()
        .map(|(idx, step)| {
            let row = StepRow {
                idx: idx as i64,
                kind: step.kind,
                state: StepState::Pending,
                stage: 0,
                output: serde_json::json!({}),
                started_at: None,
                ended_at: None,
            };
            (row, ItemCounts::default())
        })
        .collect();
    let standing = Standing { state: RunState::Running, paused_by: String::new(), held: Vec::new() };
    let card = card(words, (code, plan, &standing), &steps, 0, Millis(0))?;
    Ok((card, buttons(words, RunState::Running)?))
}

/// Words, zone and names for cards that everybody reads.
pub struct Shown<'a> {
    pub words: &'a Prompts,
    pub zone: &'a str,
    pub name_of: &'a (dyn Fn(&str) -> String + Sync),
}

/// Where a run stands, beside its steps.
struct Standing {
    state: RunState,
    paused_by: String,
    held: Vec<HeldWords>,
}

/// What can be done with a run in this state.
fn buttons(words: &Prompts, state: RunState) -> Result<Vec<Button>, WordsError> {
    let labels = words.card(&<Progress as crate::prompts::render::Template>::sample())?;
    let turn = if state == RunState::Paused { Verb::Resume } else { Verb::Pause };
    Ok(vec![
        Button::new(turn, &labels.label(turn.word()), STOPPERS),
        Button::new(Verb::Stop, &labels.label("stop"), STOPPERS).style(Style::Bare),
    ])
}

/// Brings the card up to date from rows: at once when a step moved on, else now and then.
pub async fn refresh(c: &mut Conn, shown: &Shown<'_>, place: Place<'_>, at: (&RunRow, bool)) -> Result<(), CardError> {
    let (run, moved_on) = at;
    let last = cards::updated_at(c, &run.card).await?;
    if !moved_on && last.is_some_and(|last| place.now.since(last) < EDIT_EVERY_MS) {
        return Ok(());
    }
    let card = current(c, shown, run, place.now).await?;
    post::refresh(c, place, &CardId(run.card.clone()), card).await?;
    Ok(())
}

/// The run was paused or goes on: the card with the buttons of its new state.
pub async fn turn(
    c: &mut Conn,
    ids: &dyn Ids,
    shown: &Shown<'_>,
    place: Place<'_>,
    run: &RunRow,
) -> Result<(), CardError> {
    let card = current(c, shown, run, place.now).await?;
    let buttons = buttons(shown.words, run.state)?;
    post::edit(c, ids, place, &CardId(run.card.clone()), (card, buttons)).await?;
    Ok(())
}

async fn current(c: &mut Conn, shown: &Shown<'_>, run: &RunRow, now: Millis) -> Result<Card, CardError> {
    let mut steps = Vec::new();
    for step in runs::steps(c, &run.id).await? {
        let counts = items::counts(c, &run.id, step.idx, true).await?;
        steps.push((step, counts));
    }
    let credits = cost::credits(c, &run.id).await?.values().sum();
    let paused_by = match run.state {
        RunState::Paused => runs::paused_by(c, &run.id).await?.map(|id| (shown.name_of)(&id)).unwrap_or_default(),
        _ => String::new(),
    };
    let held = if run.state.is_over() { Vec::new() } else { held(c, shown, run).await? };
    let standing = Standing { state: run.state, paused_by, held };
    Ok(card(shown.words, (&run.code, &run.plan, &standing), &steps, credits, now)?)
}

/// What the run's work waits for besides its turn.
async fn held(c: &mut Conn, shown: &Shown<'_>, run: &RunRow) -> Result<Vec<HeldWords>, CardError> {
    let mut held = Vec::new();
    if let Some(brake) = brake::standing(c).await? {
        held.push(HeldWords {
            kind: brake.kind.word().to_owned(),
            name: brake.name,
            at: brake.at.day_clock(shown.zone),
            why: brake.why,
            number: 0,
        });
    }
    for (word, number, at) in items::waits_of(c, &run.id).await? {
        if let Some((kind, vendor)) = word.split_once(':') {
            let at = at.day_clock(shown.zone);
            held.push(HeldWords { kind: kind.to_owned(), name: vendor.to_owned(), at, why: String::new(), number });
        }
    }
    Ok(held)
}

fn card(
    words: &Prompts,
    run: (&str, &Plan, &Standing),
    steps: &[(StepRow, ItemCounts)],
    credits: i64,
    now: Millis,
) -> Result<Card, WordsError> {
    let (code, plan, standing) = run;
    let state = standing.state;
    let current = steps.iter().position(|(step, _)| !step.state.is_over());
    let title = current.map_or("", |index| step_title(steps[index].0.kind));
    let words_of = words.card(&Progress {
        code: code.to_owned(),
        campaign: plan.campaign.clone(),
        state: state.word().to_owned(),
        step: current.map_or(steps.len(), |index| index + 1) as i64,
        steps: steps.len() as i64,
        step_title: title.to_owned(),
        left_ms: current.map_or(0, |index| left(plan, steps, index, now)),
        credits,
        cap: plan.credits_cap,
        paused_by: standing.paused_by.clone(),
        held: standing.held.clone(),
    })?;
    let mut card = post::worded(CardKind::Progress, &words_of);
    let waits = matches!(state, RunState::Waiting | RunState::Paused) || !standing.held.is_empty();
    card.tone = if waits { Tone::Warn } else { Tone::Running };
    for (index, (step, counts)) in steps.iter().enumerate() {
        card.steps.push(line(words, plan, (index, step, counts))?);
    }
    Ok(card)
}

fn line(words: &Prompts, plan: &Plan, at: (usize, &StepRow, &ItemCounts)) -> Result<StepLine, WordsError> {
    let (index, step, counts) = at;
    let stop = plan.steps.get(index).and_then(|planned| planned.stops).map(|(kind, always)| stop_words(kind, always));
    let looks = match step.state {
        StepState::Pending => StepLook::Todo,
        StepState::Running => StepLook::Doing,
        StepState::Waiting => StepLook::Waits,
        StepState::Done => StepLook::Done,
        StepState::Failed | StepState::Cancelled => StepLook::Failed,
        StepState::Skipped => StepLook::Skipped,
    };
    Ok(StepLine {
        title: step_title(step.kind).to_owned(),
        state: looks,
        done: u64::try_from(counts.done).unwrap_or(0),
        total: u64::try_from(counts.total()).unwrap_or(0),
        detail: words.text(&StepWords::new(step.kind.word(), step.state.word(), &step.output))?,
        estimate: String::new(),
        stop: if step.state.is_over() { String::new() } else { stop.unwrap_or_default().to_owned() },
    })
}

pub fn stop_words(kind: GateKind, always: bool) -> &'static str {
    match (kind, always) {
        (_, true) => "stops here, always",
        (GateKind::Compliance, false) => "stops if anything is flagged",
        (_, false) => "may stop here",
    }
}

/// What the running step still needs by its own speed, plus the estimates of the steps up to the next sure stop.
fn left(plan: &Plan, steps: &[(StepRow, ItemCounts)], current: usize, now: Millis) -> i64 {
    let (step, counts) = &steps[current];
    let estimate = |index: usize| plan.steps.get(index).map_or(0, |step| step.seconds.max * SECOND);
    let spent = step.started_at.map_or(0, |at| now.since(at));
    let own = if counts.done > 0 && counts.total() > 0 {
        spent.saturating_mul(counts.live()) / counts.done
    } else {
        (estimate(current) - spent).max(0)
    };
    let ahead: i64 = (current + 1..plan.steps.len())
        .take_while(|index| !plan.steps[*index].stops.is_some_and(|(_, always)| always))
        .map(estimate)
        .sum();
    own + ahead
}
