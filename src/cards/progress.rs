//! The one message of a run, edited in place: a bar per step, counts from rows, time left from measured speed.
use crate::cards::names::step_title;
use crate::cards::post;
use crate::cards::post::Place;
use crate::domain::ids::CardId;
use crate::domain::person::Role;
use crate::domain::time::Millis;
use crate::domain::time::SECOND;
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
pub fn first(words: &Prompts, code: &str, plan: &Plan) -> Result<(Card, Vec<post::Button>), WordsError> {
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
    let card = card(words, (code, plan, RunState::Running), &steps, 0, Millis(0))?;
    let stop = post::Button::new(Verb::Stop, &words.card(&Progress::sample_labels())?.label("stop"), STOPPERS)
        .style(Style::Bare);
    Ok((card, vec![stop]))
}

/// Brings the card up to date from rows: at once when a step moved on, else now and then.
pub async fn refresh(c: &mut Conn, words: &Prompts, place: Place<'_>, at: (&RunRow, bool)) -> Result<(), CardError> {
    let (run, moved_on) = at;
    let last = cards::updated_at(c, &run.card).await?;
    if !moved_on && last.is_some_and(|last| place.now.since(last) < EDIT_EVERY_MS) {
        return Ok(());
    }
    let mut steps = Vec::new();
    for step in runs::steps(c, &run.id).await? {
        let counts = items::counts(c, &run.id, step.idx, true).await?;
        steps.push((step, counts));
    }
    let credits = cost::credits(c, &run.id).await?.values().sum();
    let card = card(words, (&run.code, &run.plan, run.state), &steps, credits, place.now)?;
    post::refresh(c, place, &CardId(run.card.clone()), card).await?;
    Ok(())
}

fn card(
    words: &Prompts,
    run: (&str, &Plan, RunState),
    steps: &[(StepRow, ItemCounts)],
    credits: i64,
    now: Millis,
) -> Result<Card, WordsError> {
    let (code, plan, state) = run;
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
    })?;
    let mut card = post::worded(CardKind::Progress, &words_of);
    card.tone = if state == RunState::Waiting { Tone::Warn } else { Tone::Running };
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

impl Progress {
    /// Labels do not depend on numbers.
    fn sample_labels() -> Self {
        <Self as crate::prompts::render::Template>::sample()
    }
}
