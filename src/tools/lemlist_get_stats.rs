//! `lemlist_get_stats`: the numbers of a campaign of ours.
use schemars::JsonSchema;
use serde::Deserialize;

use crate::domain::stats;
use crate::run::state::StepKind;
use crate::run::turn::Returned;
use crate::store::outreach;
use crate::store::outreach::CampaignRow;
use crate::tools::context::ToolCx;
use crate::tools::entry::Callable;
use crate::tools::entry::Phase;

/// Campaigns that are searched, newest first.
const CAMPAIGNS_MAX: i64 = 200;
/// Campaigns named when the question fits none or several.
const NAMED_MAX: usize = 8;

pub struct Tool;

#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Id, or words of its name; empty for the newest.
    #[garde(length(chars, max = 80))]
    pub campaign: String,
}

#[async_trait::async_trait]
impl Callable for Tool {
    type Args = Args;
    const PHASES: &'static [Phase] = Phase::ALL;
    const STEP: Option<StepKind> = None;

    async fn call(cx: &ToolCx, args: Args) -> anyhow::Result<Returned> {
        let campaigns = {
            let mut c = cx.store.conn().await?;
            outreach::campaigns(&mut c, CAMPAIGNS_MAX).await?
        };
        let campaign = match pick(&campaigns, &args.campaign) {
            Ok(campaign) => campaign,
            Err(sentence) => return Ok(Returned::Result(sentence)),
        };
        let Some(vendor_id) = &campaign.vendor_id else {
            return Ok(Returned::Result(format!("{}: {}, nothing sent yet.", campaign.name, campaign.state)));
        };
        let numbers = cx.vendors.outreach.stats(vendor_id, campaign.at, cx.clock.now()).await?;
        let number = |key: &str| numbers.get(key).copied().unwrap_or_default().max(0);
        let sent = number("sent");
        let rate = |key: &str| {
            let (n, of) = (number(key), sent);
            format!("{key} {}", stats::rate(n.unsigned_abs(), of.unsigned_abs()).text)
        };
        Ok(Returned::Result(format!(
            "{} ({}, {}): {sent} mails sent; {}; {}; {}; {}.",
            campaign.name,
            campaign.id,
            campaign.state,
            rate("opened"),
            rate("replied"),
            rate("bounced"),
            rate("unsubscribed")
        )))
    }
}

/// The campaign of that id, or the only one whose name holds all the words.
fn pick<'a>(campaigns: &'a [CampaignRow], asked: &str) -> Result<&'a CampaignRow, String> {
    if campaigns.is_empty() {
        return Err("There is no campaign yet.".to_owned());
    }
    if let Some(found) = campaigns.iter().find(|campaign| campaign.id.as_str() == asked) {
        return Ok(found);
    }
    let words: Vec<String> =
        asked.to_lowercase().split_whitespace().filter(|word| *word != "campaign").map(str::to_owned).collect();
    let holds = |campaign: &&CampaignRow| {
        let name = campaign.name.to_lowercase();
        words.iter().all(|word| name.contains(word))
    };
    let fits: Vec<&CampaignRow> = campaigns.iter().filter(holds).collect();
    match fits.as_slice() {
        [] => Err(format!("No campaign fits. There are: {}.", named(&campaigns.iter().collect::<Vec<_>>()))),
        [one] => Ok(one),
        [newest, ..] if words.is_empty() => Ok(newest),
        several => Err(format!("{} campaigns fit; ask which one: {}.", several.len(), named(several))),
    }
}

fn named(campaigns: &[&CampaignRow]) -> String {
    let names: Vec<String> =
        campaigns.iter().take(NAMED_MAX).map(|campaign| format!("{} ({})", campaign.name, campaign.id)).collect();
    names.join("; ")
}
