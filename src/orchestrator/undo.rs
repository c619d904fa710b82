//! Undo the CRM changes: a press on a result card starts a run that compares, asks, and takes back.
use crate::domain::person::Role;
use crate::orchestrator::desk::Orchestrator;
use crate::orchestrator::phase;
use crate::orchestrator::plans;
use crate::orchestrator::press::Press;
use crate::orchestrator::refuse::Outcome;
use crate::orchestrator::refuse::filled;
use crate::orchestrator::refuse::no;
use crate::ports::desk::RefusalKind;
use crate::prompts::desk::RefusalWords;
use crate::prompts::desk::VerdictWords;
use crate::run::canonical::hash_of;
use crate::run::plan::Undone;
use crate::run::state::RunState;
use crate::run::state::StepKind;
use crate::store::before_image;
use crate::store::conversation;
use crate::store::open::Conn;
use crate::store::runs;
use crate::store::runs::RunRow;
use crate::workflows::pace::HISTORY_MAX;
use crate::workflows::pace::History;
use crate::workflows::undo;

/// Who may take back any run; its owner may take back their own.
const UNDOERS: &[Role] = &[Role::Manager, Role::Revops];

/// The card keeps its buttons: whoever presses again is told where the undo stands.
pub async fn undo(desk: &Orchestrator, c: &mut Conn, press: &Press<'_>) -> Outcome<VerdictWords> {
    let run = match &press.action.run {
        Some(run) => runs::get(c, run).await?,
        None => None,
    };
    let Some(run) = run.filter(|run| run.state.is_over()) else { return Err(no(RefusalKind::Unknown, "no_run")) };
    refuse_strangers(desk, c, press, &run).await?;
    let earlier = refuse_twice(desk, c, press, &run).await?;
    if let Some(live) = phase::live_run(c, &run.thread).await? {
        let words = RefusalWords { kind: "run_live", name: format!("Run {}", live.code), ..RefusalWords::default() };
        return Err(filled(RefusalKind::Decided, words));
    }
    let records = before_image::count(c, &run.id).await?;
    if records == 0 {
        return Err(no(RefusalKind::Decided, "nothing_to_undo"));
    }
    let mut history = History::new();
    for kind in [StepKind::Compare, StepKind::Revert] {
        history.insert(kind, runs::history(c, kind, HISTORY_MAX).await?);
    }
    let of = Undone { run: run.id.clone(), code: run.code.clone() };
    let plan = undo::plan(of, &run.plan.campaign, records, &history);
    let hash = hash_of(&plan);
    let key = format!("undo:{}:{earlier}", run.id);
    let begun = plans::begin_run(desk, c, press, (&run.thread, &plan, &hash), &key).await?;
    let Some(id) = begun else { return Err(no(RefusalKind::Decided, "decided")) };
    press.audit(c, "run.undo", (run.id.as_str(), id.as_str())).await?;
    Ok(press.verdict("undo"))
}

async fn refuse_strangers(desk: &Orchestrator, c: &mut Conn, press: &Press<'_>, run: &RunRow) -> Outcome<()> {
    let thread = conversation::thread(c, &run.thread).await?;
    let is_owner = run.started_by == press.who.id || thread.is_some_and(|thread| thread.owner == press.who.id);
    if is_owner || press.who.any_of(UNDOERS) {
        return Ok(());
    }
    let words = RefusalWords { kind: "not_undoer", name: desk.names_with(UNDOERS), ..RefusalWords::default() };
    Err(filled(RefusalKind::NotAllowed, words))
}

/// How many undos of this run were stopped before; one that goes on or ended well refuses the next.
async fn refuse_twice(desk: &Orchestrator, c: &mut Conn, press: &Press<'_>, run: &RunRow) -> Outcome<usize> {
    let undos: Vec<RunRow> = runs::of_thread(c, &run.thread)
        .await?
        .into_iter()
        .filter(|other| other.plan.undo.as_ref().is_some_and(|undone| undone.run == run.id))
        .collect();
    for other in &undos {
        let (kind, at) = match other.state {
            RunState::Done => ("undone", other.ended_at.unwrap_or_default().day_clock(&press.who.zone)),
            RunState::Cancelled | RunState::Failed => continue,
            _ => ("undo_live", String::new()),
        };
        let name = format!("Run {}, started by {},", other.code, desk.name_of(&other.started_by));
        let words = RefusalWords { kind, name, at, ..RefusalWords::default() };
        return Err(filled(RefusalKind::Decided, words));
    }
    Ok(undos.len())
}
