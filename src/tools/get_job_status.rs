//! `get_job_status`: where a run stands, from its rows.
use schemars::JsonSchema;
use serde::Deserialize;

use crate::run::state::StepKind;
use crate::run::turn::Returned;
use crate::tools::context::ToolCx;
use crate::tools::entry::Callable;
use crate::tools::entry::Phase;
use crate::tools::jobs;

pub struct Tool;

#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Code such as 7K2; empty for this thread's.
    #[serde(default)]
    #[garde(length(chars, max = 32))]
    pub job: String,
}

#[async_trait::async_trait]
impl Callable for Tool {
    type Args = Args;
    const PHASES: &'static [Phase] = Phase::ALL;
    const STEP: Option<StepKind> = None;

    async fn call(cx: &ToolCx, args: Args) -> anyhow::Result<Returned> {
        let mut c = cx.store.conn().await?;
        Ok(Returned::Result(match jobs::find(&mut c, cx, &args.job).await? {
            Ok(run) => jobs::status(&mut c, &run).await?,
            Err(sentence) => sentence,
        }))
    }
}
