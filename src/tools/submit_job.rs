//! `submit_job`: a plan starts by a person's press only, so this says how.
use schemars::JsonSchema;
use serde::Deserialize;

use crate::run::state::StepKind;
use crate::run::turn::Returned;
use crate::store::plans;
use crate::tools::context::ToolCx;
use crate::tools::entry::Callable;
use crate::tools::entry::Phase;

pub struct Tool;

#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Plan version.
    #[garde(range(min = 1, max = 10_000))]
    pub plan: i64,
}

#[async_trait::async_trait]
impl Callable for Tool {
    type Args = Args;
    const PHASES: &'static [Phase] = &[Phase::PlanShown];
    const STEP: Option<StepKind> = None;

    async fn call(cx: &ToolCx, args: Args) -> anyhow::Result<Returned> {
        let mut c = cx.store.conn().await?;
        let shown = plans::get(&mut c, &cx.thread, args.plan).await?.is_some_and(|row| row.state == "shown");
        Ok(Returned::Result(if shown {
            format!("NOT DONE: plan v{} starts when a person presses Start on its card.", args.plan)
        } else {
            format!("NOT DONE: there is no plan v{} waiting in this thread.", args.plan)
        }))
    }
}
