//! `score_lead`: a list of companies ranked, or one person's score with its reasons, against an ICP profile.
use schemars::JsonSchema;
use serde::Deserialize;

use crate::domain::icp::profile::Profile;
use crate::domain::ids::LeadId;
use crate::domain::ids::ListId;
use crate::run::state::StepKind;
use crate::run::turn::Returned;
use crate::store::leads;
use crate::store::lists;
use crate::tools::context::ToolCx;
use crate::tools::entry::Callable;
use crate::tools::entry::Phase;
use crate::tools::known;
use crate::tools::scoring;

pub struct Tool;

#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Id of an attached list.
    #[serde(default)]
    #[garde(length(chars, max = 64))]
    pub list: String,
    /// Lead id.
    #[serde(default)]
    #[garde(length(chars, max = 64))]
    pub lead: String,
    /// Only looked up.
    #[serde(default)]
    #[garde(length(chars, max = 254))]
    pub email: String,
    /// Such as fintech-finance.
    #[serde(default)]
    #[garde(length(chars, max = 64))]
    pub profile: String,
}

#[async_trait::async_trait]
impl Callable for Tool {
    type Args = Args;
    const PHASES: &'static [Phase] = Phase::ALL;
    const STEP: Option<StepKind> = None;

    async fn call(cx: &ToolCx, args: Args) -> anyhow::Result<Returned> {
        let profile = match profile_of(cx, &args.profile) {
            Ok(profile) => profile,
            Err(sentence) => return Ok(Returned::BadArguments(sentence)),
        };
        let given = [&args.list, &args.lead, &args.email].into_iter().filter(|text| !text.trim().is_empty()).count();
        if given != 1 {
            return Ok(Returned::BadArguments("BAD: list: name one of list, lead and email".to_owned()));
        }
        if args.list.is_empty() { one(cx, &args, profile).await } else { whole(cx, &args.list, profile).await }
    }
}

fn profile_of<'a>(cx: &'a ToolCx, name: &str) -> Result<&'a Profile, String> {
    let profiles = &cx.config.profiles;
    let found = match name {
        "" => profiles.first(),
        name => profiles.iter().find(|profile| profile.name() == name),
    };
    let names = || profiles.iter().map(Profile::name).collect::<Vec<_>>().join(", ");
    found.ok_or_else(|| format!("BAD: profile: one of {}", names()))
}

async fn whole(cx: &ToolCx, id: &str, profile: &Profile) -> anyhow::Result<Returned> {
    let id = ListId::from(id);
    let found = {
        let mut c = cx.store.conn().await?;
        lists::get(&mut c, &id).await?
    };
    // A list belongs to its thread: another one's rows are not this one's to read.
    match found.filter(|list| list.thread == cx.thread && list.kind == "companies") {
        Some(list) => scoring::list(cx, &list, profile).await,
        None => Ok(Returned::BadArguments(
            "BAD: list: no list of companies of this thread has this id; attach a .jsonl file".to_owned(),
        )),
    }
}

async fn one(cx: &ToolCx, args: &Args, profile: &Profile) -> anyhow::Result<Returned> {
    let mut c = cx.store.conn().await?;
    let lead = match args.lead.as_str() {
        "" => known::by_email(&mut c, &args.email).await?,
        id => leads::get(&mut c, &LeadId::from(id)).await?,
    };
    drop(c);
    match lead {
        Some(lead) => scoring::person(cx, &lead, profile).await,
        None => Ok(Returned::Result(
            "Not in our store, so there is nothing to score. A plan finds and enriches people first.".to_owned(),
        )),
    }
}
