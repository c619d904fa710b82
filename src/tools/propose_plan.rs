//! `propose_plan`: a request understood becomes a plan on a card.
use crate::run::state::StepKind;
use crate::run::turn::Returned;
use crate::tools::context::ToolCx;
use crate::tools::entry::Callable;
use crate::tools::entry::Phase;
use crate::tools::planning::args::PlanArgs;
use crate::tools::planning::show;

pub struct Tool;

#[async_trait::async_trait]
impl Callable for Tool {
    type Args = PlanArgs;
    const PHASES: &'static [Phase] = &[Phase::Idle, Phase::PlanShown];
    const STEP: Option<StepKind> = None;

    async fn call(cx: &ToolCx, args: PlanArgs) -> anyhow::Result<Returned> {
        show::show(cx, args).await
    }
}
