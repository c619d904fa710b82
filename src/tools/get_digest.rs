//! `get_digest`: the report of the last days, as a card.
use schemars::JsonSchema;
use serde::Deserialize;

use crate::domain::time::DAY;
use crate::reports::digest;
use crate::run::state::StepKind;
use crate::run::turn::Returned;
use crate::store::totals::Span;
use crate::tools::context::ToolCx;
use crate::tools::entry::Callable;
use crate::tools::entry::Phase;

pub struct Tool;

#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Days back; 1 if not said.
    #[garde(range(min = 1, max = 90))]
    pub days: i64,
}

#[async_trait::async_trait]
impl Callable for Tool {
    type Args = Args;
    const PHASES: &'static [Phase] = Phase::ALL;
    const STEP: Option<StepKind> = None;

    async fn call(cx: &ToolCx, args: Args) -> anyhow::Result<Returned> {
        let place = cx.place();
        // Whole days of the reader: what happened this morning belongs to it, and what happened ten mornings ago.
        let from = place.now.plus(-args.days * DAY).day_start(&cx.who.zone);
        let span = Span { from, to: place.now.plus(1) };
        let mut tx = cx.store.begin().await?;
        digest::post(&mut tx, &cx.words, cx.ids.as_ref(), place, (span, &cx.who.zone)).await?;
        tx.commit().await?;
        Ok(Returned::Yield(format!("SHOWN: the digest of the last {} days.", args.days)))
    }
}
