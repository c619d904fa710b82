//! Presses on plan and progress cards: start, change, cancel, stop.
use crate::cards::post;
use crate::cards::progress;
use crate::domain::ids::CardId;
use crate::domain::ids::RunId;
use crate::domain::ids::ThreadId;
use crate::domain::person::Role;
use crate::orchestrator::desk::Orchestrator;
use crate::orchestrator::phase;
use crate::orchestrator::press::Press;
use crate::orchestrator::refuse::Outcome;
use crate::orchestrator::refuse::field;
use crate::orchestrator::refuse::filled;
use crate::orchestrator::refuse::no;
use crate::orchestrator::say;
use crate::orchestrator::text;
use crate::ports::desk::RefusalKind;
use crate::prompts::desk::RefusalWords;
use crate::prompts::desk::VerdictWords;
use crate::run::canonical::hash_of;
use crate::run::card::Card;
use crate::run::card::CardState;
use crate::run::plan::Plan;
use crate::run::state::RunState;
use crate::store::conversation;
use crate::store::gates;
use crate::store::open::Conn;
use crate::store::outbox;
use crate::store::plans;
use crate::store::plans::PlanRow;
use crate::store::runs;
use crate::store::runs::RunRow;

const TITLE_CHARS_MAX: usize = 80;
const CHANGE_CHARS_MAX: usize = 2_000;
/// Who may stop any run; its owner may stop it as well.
const STOPPERS: &[Role] = &[Role::Manager, Role::Operator];

/// Start: the plan as shown becomes a run. The hash says that it is the plan that was read.
pub async fn start(desk: &Orchestrator, c: &mut Conn, press: &Press<'_>) -> Outcome<VerdictWords> {
    let row = shown_plan(c, press).await?;
    let is_same = hash_of(&row.plan) == row.hash
        && press.action.data.get("hash").and_then(|hash| hash.as_str()).is_none_or(|hash| hash == row.hash);
    if !is_same {
        return Err(no(RefusalKind::Decided, "plan_changed"));
    }
    if let Some(run) = phase::live_run(c, &row.thread).await? {
        let words = RefusalWords { kind: "run_live", name: format!("Run {}", run.code), ..RefusalWords::default() };
        return Err(filled(RefusalKind::Decided, words));
    }
    if !plans::leave_shown(c, &row.thread, row.plan.version, "started").await? {
        return Err(no(RefusalKind::Decided, "decided"));
    }
    let verdict = press.verdict("start");
    settle(desk, c, press, &verdict).await?;
    let key = format!("plan:{}:{}", row.thread, row.plan.version);
    let begun = begin_run(desk, c, press, (&row.thread, &row.plan, &row.hash), &key).await?;
    let Some(run) = begun else { return Err(no(RefusalKind::Decided, "decided")) };
    let title = text::line(&row.plan.criteria.goal, TITLE_CHARS_MAX);
    if !title.is_empty() {
        conversation::set_title(c, &row.thread, &title).await?;
        outbox::note(c, &row.thread, "thread", row.thread.as_str(), press.now).await?;
    }
    press.audit(c, "plan.start", (run.as_str(), &row.hash)).await?;
    Ok(verdict)
}

/// The run and its progress card; `None` when the same start was stored before.
pub async fn begin_run(
    desk: &Orchestrator,
    c: &mut Conn,
    press: &Press<'_>,
    what: (&ThreadId, &Plan, &str),
    key: &str,
) -> Outcome<Option<RunId>> {
    let (thread, plan, hash) = what;
    let id = RunId(desk.ids.fresh("run"));
    let code = desk.ids.code();
    let content = progress::first(&desk.words, &code, plan)?;
    let card = post::post(c, desk.ids.as_ref(), desk.place(thread, Some(&id)), content, None).await?;
    let run = RunRow {
        id: id.clone(),
        code,
        thread: thread.clone(),
        plan: plan.clone(),
        plan_hash: hash.to_owned(),
        state: RunState::Queued,
        started_by: press.who.id.clone(),
        card: card.0,
        wake_at: press.now,
        fence: 0,
        cancelled_by: None,
        error: None,
        created_at: press.now,
        ended_at: None,
    };
    Ok(runs::insert(c, &run, key).await?.then_some(id))
}

/// Change: the words of the form are said in the thread; the planner answers with the next version.
pub async fn change(desk: &Orchestrator, c: &mut Conn, press: &Press<'_>) -> Outcome<VerdictWords> {
    shown_plan(c, press).await?;
    let Some(wish) = press.text().map(text::said).filter(|wish| !wish.is_empty()) else {
        return Err(field("what to change", "Say in words what to change, such as \"only UK\"."));
    };
    if wish.chars().count() > CHANGE_CHARS_MAX {
        return Err(field("what to change", "Up to 2,000 characters."));
    }
    speak(desk, c, press, &wish).await?;
    Ok(press.verdict("change"))
}

/// Words of a person that came by a button, said in the thread like any others.
pub async fn speak(desk: &Orchestrator, c: &mut Conn, press: &Press<'_>, words: &str) -> Outcome<()> {
    let thread = &press.action.thread;
    post::say(c, desk.ids.as_ref(), desk.place(thread, None), (&press.who.name, words), None).await?;
    let event = desk.ids.fresh("press");
    say::put(desk, c, (thread, press.who), (words, &[]), &event).await?;
    Ok(())
}

pub async fn cancel(desk: &Orchestrator, c: &mut Conn, press: &Press<'_>) -> Outcome<VerdictWords> {
    let row = shown_plan(c, press).await?;
    if !plans::leave_shown(c, &row.thread, row.plan.version, "cancelled").await? {
        return Err(no(RefusalKind::Decided, "decided"));
    }
    let verdict = press.verdict("cancel_plan");
    settle(desk, c, press, &verdict).await?;
    press.audit(c, "plan.cancel", (row.thread.as_str(), &row.hash)).await?;
    Ok(verdict)
}

/// Stop: the run takes on nothing new; its open gates close with it.
pub async fn stop(desk: &Orchestrator, c: &mut Conn, press: &Press<'_>) -> Outcome<VerdictWords> {
    let run = own_run(desk, c, press).await?;
    let waiting = gates::waiting_cards(c, &run.id).await?;
    if !runs::cancel(c, &run.id, &press.who.id, press.now).await? {
        return Err(no(RefusalKind::Decided, "run_over"));
    }
    let verdict = press.verdict("stop");
    let line = desk.words.text(&verdict)?;
    for card in waiting {
        post::settle(c, &CardId(card), &line, CardState::Decided, press.now).await?;
    }
    settle(desk, c, press, &verdict).await?;
    press.audit(c, "run.stop", (run.id.as_str(), &run.plan_hash)).await?;
    Ok(verdict)
}

/// Pause: nothing new begins, what is in a call ends, gates keep their clock.
pub async fn pause(desk: &Orchestrator, c: &mut Conn, press: &Press<'_>) -> Outcome<VerdictWords> {
    let run = own_run(desk, c, press).await?;
    if !runs::pause(c, &run.id, &press.who.id, press.now).await? {
        return Err(no(RefusalKind::Decided, "run_over"));
    }
    turned(desk, c, press, (&run, "pause")).await
}

/// Resume: the run goes on exactly where it was.
pub async fn resume(desk: &Orchestrator, c: &mut Conn, press: &Press<'_>) -> Outcome<VerdictWords> {
    let run = own_run(desk, c, press).await?;
    if !runs::resume(c, &run.id, press.now).await? {
        return Err(no(RefusalKind::Decided, "run_over"));
    }
    turned(desk, c, press, (&run, "resume")).await
}

/// The progress card shows the new state and its buttons.
async fn turned(
    desk: &Orchestrator,
    c: &mut Conn,
    press: &Press<'_>,
    what: (&RunRow, &'static str),
) -> Outcome<VerdictWords> {
    let (run, kind) = what;
    let place = desk.place(&run.thread, Some(&run.id));
    if let Some(run) = runs::get(c, &run.id).await? {
        progress::turn(c, desk.ids.as_ref(), &desk.shown(&|id| desk.name_of(id)), place, &run).await?;
    }
    press.audit(c, &format!("run.{kind}"), (run.id.as_str(), &run.plan_hash)).await?;
    Ok(press.verdict(kind))
}

/// The run that the press is about, if this person may stop it: who started it or owns the thread, managers, operators.
async fn own_run(desk: &Orchestrator, c: &mut Conn, press: &Press<'_>) -> Outcome<RunRow> {
    let Some(run) = find_run(c, press).await? else {
        return Err(no(RefusalKind::Unknown, "no_run"));
    };
    let thread = conversation::thread(c, &run.thread).await?;
    let is_owner = run.started_by == press.who.id || thread.is_some_and(|thread| thread.owner == press.who.id);
    if !is_owner && !press.who.any_of(STOPPERS) {
        let words = RefusalWords { kind: "not_stopper", name: desk.names_with(STOPPERS), ..RefusalWords::default() };
        return Err(filled(RefusalKind::NotAllowed, words));
    }
    Ok(run)
}

async fn find_run(c: &mut Conn, press: &Press<'_>) -> Outcome<Option<RunRow>> {
    Ok(match &press.action.run {
        Some(run) => runs::get(c, run).await?,
        None => phase::live_run(c, &press.action.thread).await?,
    })
}

/// The newest plan, if it is the one on this card and nobody decided it.
async fn shown_plan(c: &mut Conn, press: &Press<'_>) -> Outcome<PlanRow> {
    let row = plans::newest(c, &press.action.thread).await?;
    match row {
        Some(row) if row.card != press.action.card.0 => Err(no(RefusalKind::Decided, "replaced")),
        Some(row) if row.state != "shown" => Err(no(RefusalKind::Decided, "decided")),
        Some(row) => Ok(row),
        None => Err(no(RefusalKind::Unknown, "no_action")),
    }
}

/// Buttons give way to the verdict, and the row remembers who pressed.
pub async fn settle(desk: &Orchestrator, c: &mut Conn, press: &Press<'_>, verdict: &VerdictWords) -> Outcome<()> {
    let line = desk.words.text(verdict)?;
    let card: &Card = press.card;
    crate::store::cards::use_card(c, &press.action.card, &press.who.id, verdict.kind, press.now).await?;
    post::settle(c, &CardId(card.id.clone()), &line, CardState::Decided, press.now).await?;
    Ok(())
}
