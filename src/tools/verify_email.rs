//! `verify_email`: whether an address is sound, from the address and from what vendors said of it.
use crate::domain::lead::Verdict;
use crate::run::state::StepKind;
use crate::run::turn::Returned;
use crate::tools::context::ToolCx;
use crate::tools::entry::Callable;
use crate::tools::entry::Phase;
use crate::tools::known;

pub struct Tool;

#[async_trait::async_trait]
impl Callable for Tool {
    type Args = known::EmailArgs;
    const PHASES: &'static [Phase] = Phase::ALL;
    const STEP: Option<StepKind> = None;

    async fn call(cx: &ToolCx, args: known::EmailArgs) -> anyhow::Result<Returned> {
        let mut c = cx.store.conn().await?;
        let lead = known::by_email(&mut c, &args.email).await?;
        let check = known::checked(&args.email, lead.as_ref());
        let word = match check.verdict {
            Verdict::Valid => "valid",
            Verdict::Risky => "risky",
            Verdict::Invalid => "invalid",
            Verdict::Unknown => "unknown",
        };
        let reasons = if check.reasons.is_empty() { String::new() } else { format!(": {}", check.reasons.join(", ")) };
        let source = match lead {
            Some(lead) => format!("Known as {}.", lead.id),
            None => "Not in our store, so no vendor has checked it; an enrichment run would.".to_owned(),
        };
        Ok(Returned::Result(format!("The address is {word}{reasons}. {source}")))
    }
}
