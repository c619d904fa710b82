//! `check_compliance`: may this person be mailed, and why. The rules answer; nothing is cleared by asking.
use crate::domain::compliance::decide::Ruling;
use crate::domain::compliance::decide::RulingVerdict;
use crate::domain::compliance::decide::decide;
use crate::domain::compliance::facts::CampaignFacts;
use crate::domain::compliance::facts::Consent;
use crate::domain::compliance::facts::Question;
use crate::domain::ids::CompanyId;
use crate::domain::ids::LeadId;
use crate::domain::lead::Company;
use crate::domain::lead::Lead;
use crate::domain::title::Function;
use crate::domain::title::classify;
use crate::run::state::StepKind;
use crate::run::turn::Returned;
use crate::store::open::Conn;
use crate::store::suppression;
use crate::tools::context::ToolCx;
use crate::tools::entry::Callable;
use crate::tools::entry::Phase;
use crate::tools::known;

/// Reasons told; the strictest come first.
const REASONS_MAX: usize = 4;

pub struct Tool;

#[async_trait::async_trait]
impl Callable for Tool {
    type Args = known::EmailArgs;
    const PHASES: &'static [Phase] = Phase::ALL;
    const STEP: Option<StepKind> = None;

    async fn call(cx: &ToolCx, args: known::EmailArgs) -> anyhow::Result<Returned> {
        let mut c = cx.store.conn().await?;
        let known = known::by_email(&mut c, &args.email).await?;
        let is_known = known.is_some();
        let lead = known.unwrap_or_else(|| stranger(&args.email, cx));
        let question = question(&mut c, cx, &lead).await?;
        let ruling = decide(&question, &cx.config.regions);
        Ok(Returned::Result(told(&ruling, is_known)))
    }
}

/// An address alone: what is unknown of it counts as unknown, which the rules take strictly.
fn stranger(email: &str, cx: &ToolCx) -> Lead {
    let company = Company::named(CompanyId::from("unknown"), "");
    let mut lead = Lead::named(LeadId::from("unknown"), "", company, cx.clock.now());
    lead.email = Some(email.to_owned());
    lead
}

async fn question(c: &mut Conn, cx: &ToolCx, lead: &Lead) -> anyhow::Result<Question> {
    // Asked without a campaign: taken as one that is about this person's work and has its balancing test. Whether the
    // real one is and has is judged in the run, before each send; nothing is cleared here.
    let mut campaign = CampaignFacts::named("none");
    campaign.lia_ref = Some("of the campaign".to_owned());
    campaign.target_functions = lead.title.iter().map(|title| classify(title).function).collect();
    if campaign.target_functions.is_empty() {
        campaign.target_functions.push(Function::General);
    }
    let mut question = Question::for_lead(lead, campaign, cx.clock.now());
    question.window_applies = false;
    question.suppressed = suppression::reason(c, &question.email_key).await?;
    question.consent = suppression::consent(c, &question.email_key).await?.and_then(|row| {
        let basis = serde_json::from_value(serde_json::Value::String(row.basis)).ok()?;
        let proof = Some(row.proof).filter(|proof| !proof.is_empty());
        Some(Consent { basis, reference: row.reference, expires_at: Some(row.expires_at), proof })
    });
    Ok(question)
}

fn told(ruling: &Ruling, is_known: bool) -> String {
    let verdict = match ruling.verdict {
        RulingVerdict::Allow => {
            "may be mailed, as far as the person goes; the campaign and its mail are judged before each send"
        }
        RulingVerdict::Hold { .. } => "may be mailed later",
        RulingVerdict::Review => "needs a person with the role compliance",
        RulingVerdict::Deny => "may not be mailed",
    };
    let mut text = format!("This address {verdict}.");
    for reason in ruling.reasons.iter().take(REASONS_MAX) {
        text.push_str(&format!(" {} ({}).", reason.text.trim_end_matches('.'), reason.rule));
        if !reason.remedy.is_empty() {
            text.push_str(&format!(" To change that: {}.", reason.remedy.trim_end_matches('.')));
        }
    }
    if !is_known {
        text.push_str(" It is not in our store; country and company are unknown.");
    }
    text
}
