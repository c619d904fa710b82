//! `hubspot_update_contact`: brings a contact up to date; a step of a run.
use schemars::JsonSchema;
use serde::Deserialize;

use crate::run::state::StepKind;
use crate::run::turn::Returned;
use crate::tools::context::ToolCx;
use crate::tools::dispatch;
use crate::tools::entry::Callable;
use crate::tools::entry::Phase;

pub struct Tool;

#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Lead id.
    #[garde(length(chars, min = 1, max = 64))]
    pub lead: String,
}

#[async_trait::async_trait]
impl Callable for Tool {
    type Args = Args;
    const PHASES: &'static [Phase] = &[];
    const STEP: Option<StepKind> = Some(StepKind::Crm);

    async fn call(_: &ToolCx, _: Args) -> anyhow::Result<Returned> {
        Ok(dispatch::only_as_step(StepKind::Crm))
    }
}
