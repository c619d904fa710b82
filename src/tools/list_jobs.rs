//! `list_jobs`: the newest runs, a line each.
use schemars::JsonSchema;
use serde::Deserialize;

use crate::run::state::StepKind;
use crate::run::turn::Returned;
use crate::store::runs;
use crate::tools::context::ToolCx;
use crate::tools::entry::Callable;
use crate::tools::entry::Phase;
use crate::tools::jobs;
use crate::tools::jobs::RUNS_MAX;

/// Lines told; the rest is counted.
const LINES_MAX: usize = 10;

pub struct Tool;

#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Only those the person started.
    #[serde(default)]
    #[garde(skip)]
    pub mine: bool,
}

#[async_trait::async_trait]
impl Callable for Tool {
    type Args = Args;
    const PHASES: &'static [Phase] = Phase::ALL;
    const STEP: Option<StepKind> = None;

    async fn call(cx: &ToolCx, args: Args) -> anyhow::Result<Returned> {
        let mut c = cx.store.conn().await?;
        let mut found = runs::newest(&mut c, RUNS_MAX).await?;
        found.retain(|run| !args.mine || run.started_by == cx.who.id);
        // Live ones first; within these the newest.
        found.sort_by_key(|run| run.state.is_over());
        if found.is_empty() {
            return Ok(Returned::Result("There are no jobs.".to_owned()));
        }
        let mut lines = Vec::new();
        for run in found.iter().take(LINES_MAX) {
            lines.push(jobs::line(&mut c, run).await?);
        }
        if found.len() > LINES_MAX {
            lines.push(format!("and {} more", found.len() - LINES_MAX));
        }
        Ok(Returned::Result(lines.join("\n")))
    }
}
