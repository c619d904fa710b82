//! Brings a campaign to its setup: senders, schedule, steps. Reads before it writes, so it may be repeated.
use std::collections::BTreeMap;

use serde_json::json;

use crate::connectors::http::call::Call;
use crate::connectors::lemlist::client::Lemlist;
use crate::connectors::lemlist::map;
use crate::connectors::lemlist::map::Edit;
use crate::connectors::lemlist::wire;
use crate::ports::error::PortResult;
use crate::ports::vendors::CampaignSetup;
use crate::ports::vendors::Outreach;

impl Lemlist {
    /// User id to address.
    pub(in crate::connectors::lemlist) async fn users(&self) -> PortResult<BTreeMap<String, String>> {
        let team: wire::Team = self.http.send(Call::get("/team", &[]).query("version", "v2")).await?.json()?;
        Ok(team.users.into_iter().filter_map(|user| Some((user.user_id?, user.email?))).collect())
    }

    pub(in crate::connectors::lemlist) async fn set_up(&self, id: &str, setup: &CampaignSetup) -> PortResult<()> {
        let campaign = self.campaign(id).await?;
        let senders: Vec<String> = self.mailboxes().await?.into_iter().map(|mailbox| mailbox.id).collect();
        let senders: Vec<String> = senders.into_iter().take(setup.mailboxes.max(1) as usize).collect();
        let body = json!({"autoReview": false, "stopOnEmailReplied": true, "sendUserIds": senders});
        self.http.send(Call::patch("/campaigns/{}", &[id]).body(body)).await?;
        for schedule in &campaign.schedule_ids {
            self.http.send(Call::patch("/schedules/{}", &[schedule]).body(map::schedule_body(setup))).await?;
        }
        self.set_steps(id, campaign.sequence_id.as_deref(), setup).await
    }

    async fn set_steps(&self, campaign: &str, main: Option<&str>, setup: &CampaignSetup) -> PortResult<()> {
        let answer = self.http.send(Call::get("/campaigns/{}/sequences", &[campaign])).await?;
        let sequences: wire::Sequences = answer.json()?;
        let found = main.and_then(|id| sequences.get_key_value(id)).or_else(|| sequences.first_key_value());
        let (sequence, steps) = found.ok_or_else(|| answer.unreadable("a campaign without a sequence"))?;
        for edit in map::edits(&steps.steps, &setup.touches) {
            // Repeatable, because the steps are read again first.
            let call = match &edit {
                Edit::Delete { step } => Call::delete("/sequences/{}/steps/{}", &[sequence, step]).accept(&[404]),
                Edit::Patch { step, body } => {
                    Call::patch("/sequences/{}/steps/{}", &[sequence, step]).body(body.clone())
                }
                Edit::Add { body } => Call::post("/sequences/{}/steps", &[sequence]).safe().body(body.clone()),
            };
            self.http.send(call).await?;
        }
        Ok(())
    }
}
