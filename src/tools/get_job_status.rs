//! `get_job_status`: where a run stands, from its rows.
use crate::run::state::StepKind;
use crate::run::turn::Returned;
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
        let mut c = cx.store.conn().await?;
        Ok(Returned::Result(match jobs::find(&mut c, cx, &args.job).await? {
            Ok(run) => jobs::status(&mut c, &run).await?,
            Err(sentence) => sentence,
        }))
    }
}
