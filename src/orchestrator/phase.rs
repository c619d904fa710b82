//! Where a thread stands: decides which tools are offered and what the page says.
use crate::domain::ids::ThreadId;
use crate::prompts::desk::StateLine;
use crate::store::open::Conn;
use crate::store::open::StoreResult;
use crate::store::plans;
use crate::store::runs;
use crate::store::runs::RunRow;
use crate::tools::entry::Phase;

/// The phase and the words for it that the model reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub phase: Phase,
    pub line: String,
}

pub async fn of_thread(c: &mut Conn, thread: &ThreadId) -> StoreResult<Standing> {
    if let Some(run) = live_run(c, thread).await? {
        return Ok(Standing { phase: Phase::Running, line: format!("run {} {}", run.code, run.state.word()) });
    }
    Ok(match plans::newest(c, thread).await? {
        Some(plan) if plan.state == "shown" => {
            Standing { phase: Phase::PlanShown, line: format!("plan v{} shown", plan.plan.version) }
        }
        _ => Standing { phase: Phase::Idle, line: "idle".to_owned() },
    })
}

/// The run of the thread that is not over, if any.
pub async fn live_run(c: &mut Conn, thread: &ThreadId) -> StoreResult<Option<RunRow>> {
    Ok(runs::of_thread(c, thread).await?.into_iter().find(|run| !run.state.is_over()))
}

impl Standing {
    pub fn words(&self, roles: &str) -> StateLine {
        StateLine { state: self.line.clone(), roles: roles.to_owned() }
    }
}
