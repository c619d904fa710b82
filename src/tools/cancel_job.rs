//! `cancel_job`: stops a run for its owner, a manager or an operator. Stopping needs no gate; what was sent stays sent.
use crate::domain::person::Role;
use crate::run::state::StepKind;
use crate::run::turn::Returned;
use crate::store::audit;
use crate::store::runs;
use crate::tools::context::ToolCx;
use crate::tools::entry::Callable;
use crate::tools::entry::Phase;
use crate::tools::jobs;

pub struct Tool;

#[async_trait::async_trait]
impl Callable for Tool {
    type Args = jobs::JobArgs;
    const PHASES: &'static [Phase] = Phase::ALL;
    const STEP: Option<StepKind> = None;

    async fn call(cx: &ToolCx, args: jobs::JobArgs) -> anyhow::Result<Returned> {
        let mut tx = cx.store.begin().await?;
        let run = match jobs::find(&mut tx, cx, &args.job).await? {
            Ok(run) => run,
            Err(sentence) => return Ok(Returned::Result(sentence)),
        };
        if run.started_by != cx.who.id && !cx.who.any_of(&[Role::Manager, Role::Operator]) {
            return Ok(Returned::Result(format!(
                "DENIED: run {} is stopped by who started it, a manager or an operator.",
                run.code
            )));
        }
        let now = cx.clock.now();
        if !runs::cancel(&mut tx, &run.id, &cx.who.id, now).await? {
            return Ok(Returned::Result(format!("Run {} is {} already; nothing to stop.", run.code, run.state.word())));
        }
        audit::append(&mut tx, now, &cx.who.id, "run.cancel", (run.id.as_str(), &run.plan_hash)).await?;
        tx.commit().await?;
        Ok(Returned::Result(format!("Run {} is stopping. Nothing new begins; what was sent stays sent.", run.code)))
    }
}
