//! Outreach that is not connected: every call says so, nothing is sent.
use std::collections::BTreeMap;

use crate::domain::compliance::permit::Cleared;
use crate::domain::time::Millis;
use crate::ports::error::PortError;
use crate::ports::error::PortResult;
use crate::ports::vendors::Activity;
use crate::ports::vendors::CampaignSetup;
use crate::ports::vendors::FoundCampaign;
use crate::ports::vendors::FoundLead;
use crate::ports::vendors::FoundPerson;
use crate::ports::vendors::Mailbox;
use crate::ports::vendors::Outreach;
use crate::ports::vendors::Page;
use crate::ports::vendors::Recipient;
use crate::run::gate::Approved;

pub struct OffOutreach;

fn off<T>() -> PortResult<T> {
    let why = "it is not connected; set LEMLIST_API_KEY and QUARTERDECK_LIVE=1".to_owned();
    Err(PortError::Refused { vendor: "lemlist".to_owned(), why })
}

#[async_trait::async_trait]
impl Outreach for OffOutreach {
    fn vendor(&self) -> &'static str {
        "lemlist"
    }

    async fn mailboxes(&self) -> PortResult<Vec<Mailbox>> {
        off()
    }

    async fn find_campaign(&self, _name: &str) -> PortResult<Option<String>> {
        off()
    }

    async fn create_campaign(&self, _setup: &CampaignSetup) -> PortResult<String> {
        off()
    }

    async fn update_sequence(&self, _campaign_id: &str, _setup: &CampaignSetup) -> PortResult<()> {
        off()
    }

    async fn find_lead(&self, _campaign_id: &str, _email: &str) -> PortResult<Option<FoundLead>> {
        off()
    }

    async fn running_elsewhere(&self, _emails: &[String]) -> PortResult<Vec<String>> {
        off()
    }

    async fn enrol(&self, _campaign_id: &str, _who: &Recipient, _keys: (&Approved, &Cleared)) -> PortResult<String> {
        off()
    }

    async fn release(&self, _campaign_id: &str, _lead_id: &str, _keys: (&Approved, &Cleared)) -> PortResult<()> {
        off()
    }

    async fn start(&self, _campaign_id: &str, _approved: &Approved) -> PortResult<()> {
        off()
    }

    async fn pause(&self, _campaign_id: &str) -> PortResult<()> {
        off()
    }

    async fn unsubscribe(&self, _email: &str) -> PortResult<()> {
        off()
    }

    async fn is_unsubscribed(&self, _email: &str) -> PortResult<bool> {
        off()
    }

    async fn call_back(&self, _url: &str, _secret: &str) -> PortResult<()> {
        off()
    }

    /// Nothing comes back from nothing: the poller rests.
    async fn activities(&self, _since: Millis, _cursor: Option<&str>) -> PortResult<Page<Activity>> {
        Ok(Page { rows: Vec::new(), total: Some(0), next: None })
    }

    /// Nobody is there: a comparison finds nothing and ends.
    async fn all_campaigns(&self) -> PortResult<Vec<FoundCampaign>> {
        Ok(Vec::new())
    }

    async fn all_people(&self, _campaign_id: &str) -> PortResult<Vec<FoundPerson>> {
        Ok(Vec::new())
    }

    async fn all_unsubscribed(&self) -> PortResult<Vec<String>> {
        Ok(Vec::new())
    }

    async fn stats(&self, _campaign_id: &str, _from: Millis, _to: Millis) -> PortResult<BTreeMap<String, i64>> {
        off()
    }
}
