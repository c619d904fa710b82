//! What we would report of a run, from our rows alone: the other side of the comparison with the vendors' ledgers.
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use anyhow::Context;
use serde::Serialize;

use crate::domain::ids::GateId;
use crate::domain::ids::RunId;
use crate::domain::time::Millis;
use crate::run::launch::LaunchPayload;
use crate::store::cost;
use crate::store::gates;
use crate::store::open::Conn;
use crate::store::open::Store;
use crate::store::outreach;
use crate::store::recipients;
use crate::store::totals;
use crate::store::totals::Span;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Account {
    /// Addresses of the approved launch.
    pub approved: BTreeSet<String>,
    /// Address keys of those handed to the outreach vendor.
    pub enrolled: BTreeSet<String>,
    /// Credits by vendor.
    pub credits: BTreeMap<String, i64>,
    /// Different mails by what happened to them: sent, opened, bounced, …
    pub mails: BTreeMap<String, i64>,
    /// Different people who answered.
    pub replied: i64,
}

pub async fn of(store: &Store, run: &RunId) -> anyhow::Result<Account> {
    let mut conn = store.conn().await?;
    let all = Span { from: Millis(0), to: Millis(i64::MAX) };
    let mut account = Account {
        credits: cost::credits(&mut conn, run).await?,
        replied: totals::people_with(&mut conn, "replied", all).await?,
        ..Account::default()
    };
    for (kind, (_, different)) in totals::engagement(&mut conn, all).await? {
        account.mails.insert(kind, different);
    }
    launched(&mut conn, run, &mut account).await?;
    Ok(account)
}

async fn launched(conn: &mut Conn, run: &RunId, account: &mut Account) -> anyhow::Result<()> {
    let Some(campaign) = outreach::campaign_of_run(conn, run).await? else { return Ok(()) };
    for enrolment in outreach::enrolments(conn, &campaign.id).await? {
        account.enrolled.insert(enrolment.email_key);
    }
    if let Some(gate) = gates::get(conn, &GateId(campaign.gate.to_string())).await? {
        let payload: LaunchPayload =
            serde_json::from_value(gate.payload.clone()).context("read the approved launch")?;
        let inline = payload.recipients.into_iter().map(|who| who.email);
        account.approved = inline.chain(recipients::addresses(conn, &gate.id).await?).collect();
    }
    Ok(())
}
