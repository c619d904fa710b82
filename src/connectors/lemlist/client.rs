//! `Outreach` spoken to lemlist. Campaigns never review by themselves: a lead waits until it is released here.
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde_json::json;

use crate::connectors::http::Auth;
use crate::connectors::http::Endpoint;
use crate::connectors::http::Http;
use crate::connectors::http::HttpOptions;
use crate::connectors::http::call::Call;
use crate::connectors::lemlist;
use crate::connectors::lemlist::map;
use crate::connectors::lemlist::wire;
use crate::domain::compliance::permit::Cleared;
use crate::domain::identity::email_key;
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

const PAGE: usize = 100;
const CAMPAIGN_PAGES_MAX: usize = 50;
const CAMPAIGN_LEADS_MAX: usize = 500;
const UNSUBSCRIBED_PAGES_MAX: usize = 2_000;
/// A refusal, a lead that is known already, or a campaign in another state: the answer is looked at, not thrown away.
const REFUSALS: &[u16] = &[400, 403, 404, 409, 422];

pub struct Lemlist {
    pub(in crate::connectors::lemlist) http: Http,
}

impl Lemlist {
    pub fn connect(endpoint: Endpoint) -> PortResult<Self> {
        let basic = |password| Auth::Basic { user: String::new(), password };
        let mut options = HttpOptions::new(lemlist::VENDOR, lemlist::BASE_URL, endpoint, basic);
        options.hints = lemlist::hints;
        Ok(Self { http: Http::new(options)? })
    }

    pub fn http(&self) -> &Http {
        &self.http
    }

    fn refused(&self, why: &str) -> PortError {
        PortError::Refused { vendor: lemlist::VENDOR.to_owned(), why: why.to_owned() }
    }

    async fn campaigns(&self, status: Option<&str>) -> PortResult<Vec<wire::Campaign>> {
        let mut all = Vec::new();
        for page in 0..CAMPAIGN_PAGES_MAX {
            let call =
                Call::get("/campaigns", &[]).query("version", "v2").query("limit", PAGE).query("offset", page * PAGE);
            let call = if let Some(status) = status { call.query("status", status) } else { call };
            let rows = self.http.send(call).await?.json::<wire::Campaigns>()?.rows();
            let last = rows.len() < PAGE;
            all.extend(rows);
            if last {
                break;
            }
        }
        Ok(all)
    }

    pub(in crate::connectors::lemlist) async fn campaign(&self, id: &str) -> PortResult<wire::Campaign> {
        self.http.send(Call::get("/campaigns/{}", &[id])).await?.json()
    }

    async fn leads_of(&self, email: &str) -> PortResult<Vec<wire::Lead>> {
        let call = Call::get("/leads", &[]).query("email", email).query("version", "v2").accept(&[404]);
        let answer = self.http.send(call).await?;
        if answer.status == 404 { Ok(Vec::new()) } else { Ok(answer.json::<wire::Leads>()?.rows()) }
    }

    async fn address_of(&self, lead: &str) -> PortResult<Option<String>> {
        let call = Call::get("/leads", &[]).query("id", lead).query("version", "v2").accept(&[404]);
        let answer = self.http.send(call).await?;
        if answer.status == 404 {
            return Ok(None);
        }
        Ok(answer.json::<wire::Leads>()?.rows().into_iter().find_map(|lead| lead.email))
    }

    async fn campaign_leads(&self, campaign: &str) -> PortResult<Vec<wire::Lead>> {
        let call = Call::get("/campaigns/{}/leads/", &[campaign]).query("limit", CAMPAIGN_LEADS_MAX);
        self.http.send(call).await?.json()
    }

    /// Lets the mails of a lead go. A lead that is on its way already is refused there and fine here.
    async fn review(&self, campaign: &str, lead: &str) -> PortResult<()> {
        let answer = self.http.send(Call::post("/leads/review/{}", &[lead]).safe().accept(REFUSALS)).await?;
        if answer.status < 300 {
            return Ok(());
        }
        let leads = self.campaign_leads(campaign).await?;
        let released =
            leads.iter().any(|row| row.id.as_deref() == Some(lead) && map::is_released(row.state.as_deref()));
        if released { Ok(()) } else { Err(self.refused(&answer.message())) }
    }

    /// Start and pause: a campaign that is in this state already is refused there and fine here.
    async fn bring_to(&self, campaign: &str, call: Call, states: &[&str]) -> PortResult<()> {
        let answer = self.http.send(call.safe().accept(REFUSALS)).await?;
        if answer.status < 300 {
            // A campaign without a sender "starts" into errors and sends nothing.
            let now = answer.json::<wire::Campaign>()?.state;
            let failed = now.as_deref() == Some("errors");
            return if failed { Err(self.refused("the campaign reports errors: has it a sender?")) } else { Ok(()) };
        }
        let now = self.campaign(campaign).await?;
        let state = now.status.or(now.state).unwrap_or_default();
        if states.contains(&state.as_str()) { Ok(()) } else { Err(self.refused(&answer.message())) }
    }

    /// The second key is for one person: the caller checks text, campaign and time, this line checks the person.
    fn check(&self, cleared: &Cleared, email: &str) -> PortResult<()> {
        let key = email_key(email);
        let same = key.is_some() && email_key(cleared.recipient()) == key;
        if same { Ok(()) } else { Err(self.refused("the permit is for another person")) }
    }
}

#[async_trait::async_trait]
impl Outreach for Lemlist {
    fn vendor(&self) -> &'static str {
        lemlist::VENDOR
    }

    async fn mailboxes(&self) -> PortResult<Vec<Mailbox>> {
        let senders: Vec<wire::Sender> = self.http.send(Call::get("/team/senders", &[])).await?.json()?;
        let addresses =
            if senders.iter().all(|sender| sender.email.is_some()) { BTreeMap::new() } else { self.users().await? };
        let mailbox = |sender: wire::Sender| {
            let id = sender.user_id?;
            let address = sender.email.or_else(|| addresses.get(&id).cloned()).unwrap_or_default();
            Some(Mailbox { id, address })
        };
        Ok(senders.into_iter().filter_map(mailbox).collect())
    }

    async fn find_campaign(&self, name: &str) -> PortResult<Option<String>> {
        let campaigns = self.campaigns(None).await?;
        Ok(campaigns
            .into_iter()
            .find(|campaign| campaign.name.as_deref() == Some(name))
            .and_then(|campaign| campaign.id))
    }

    async fn create_campaign(&self, setup: &CampaignSetup) -> PortResult<String> {
        let id = match self.find_campaign(&setup.name).await? {
            Some(id) => id,
            None => {
                let body = json!({"name": setup.name, "timezone": setup.zone, "autoReview": false});
                let answer = self.http.send(Call::post("/campaigns", &[]).body(body)).await?;
                let made: wire::Campaign = answer.json()?;
                made.id.ok_or_else(|| answer.unreadable("a campaign without an id"))?
            }
        };
        self.set_up(&id, setup).await?;
        Ok(id)
    }

    async fn update_sequence(&self, campaign_id: &str, setup: &CampaignSetup) -> PortResult<()> {
        self.set_up(campaign_id, setup).await
    }

    async fn find_lead(&self, campaign_id: &str, email: &str) -> PortResult<Option<FoundLead>> {
        let known = self.leads_of(email).await?;
        if known.is_empty() {
            return Ok(None);
        }
        let here = known.iter().find(|lead| lead.campaign_id.as_deref() == Some(campaign_id));
        if let Some((id, state)) = here.and_then(|lead| Some((lead.id.clone()?, lead.state.as_deref()?))) {
            return Ok(Some(FoundLead { id, released: map::is_released(Some(state)) }));
        }
        // The look-up by address may name another campaign's lead and no state: the campaign's own list has both.
        let ids: BTreeSet<&str> = here.into_iter().filter_map(|lead| lead.id.as_deref()).collect();
        let contacts: BTreeSet<&str> = known.iter().filter_map(|lead| lead.contact_id.as_deref()).collect();
        let is_ours = |lead: &wire::Lead| {
            lead.id.as_deref().is_some_and(|id| ids.contains(id))
                || lead.contact_id.as_deref().is_some_and(|id| contacts.contains(id))
        };
        let listed = self.campaign_leads(campaign_id).await?.into_iter().find(is_ours);
        let found = listed.or_else(|| here.cloned());
        Ok(found.and_then(|lead| Some(FoundLead { released: map::is_released(lead.state.as_deref()), id: lead.id? })))
    }

    async fn running_elsewhere(&self, emails: &[String]) -> PortResult<Vec<String>> {
        let running: BTreeSet<String> =
            self.campaigns(Some("running")).await?.into_iter().filter_map(|campaign| campaign.id).collect();
        if running.is_empty() {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        for email in emails {
            let leads = self.leads_of(email).await?;
            if leads.iter().any(|lead| lead.campaign_id.as_ref().is_some_and(|id| running.contains(id))) {
                found.push(email.clone());
            }
        }
        Ok(found)
    }

    async fn people_of_others(&self, ours: &[String], calls_max: usize) -> PortResult<Option<Vec<String>>> {
        let running = self.campaigns(Some("running")).await?.into_iter().filter_map(|campaign| campaign.id);
        let others: Vec<String> = running.filter(|id| !ours.contains(id)).collect();
        if others.len() > calls_max {
            return Ok(None);
        }
        let mut people = Vec::new();
        for campaign in &others {
            let call = Call::get("/campaigns/{}/export/leads", &[campaign]).query("state", "all");
            match self.http.send(call.query("format", "json")).await {
                Ok(answer) => {
                    people.extend(answer.json::<Vec<wire::Lead>>()?.into_iter().filter_map(|lead| lead.email))
                }
                // An export beyond the size that we read.
                Err(PortError::Malformed { .. }) => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        Ok(Some(people))
    }

    async fn enrol(&self, campaign_id: &str, who: &Recipient, keys: (&Approved, &Cleared)) -> PortResult<String> {
        self.check(keys.1, &who.email)?;
        let call = Call::post("/campaigns/{}/leads/", &[campaign_id]).query("deduplicate", true);
        let answer = self.http.send(call.body(map::lead_body(who)).accept(REFUSALS)).await?;
        let id = if answer.status < 300 {
            answer.json::<wire::Lead>()?.id.ok_or_else(|| answer.unreadable("a lead without an id"))?
        } else {
            let found = self.find_lead(campaign_id, &who.email).await?;
            found.ok_or_else(|| self.refused(&answer.message()))?.id
        };
        self.review(campaign_id, &id).await?;
        Ok(id)
    }

    async fn release(&self, campaign_id: &str, lead_id: &str, _keys: (&Approved, &Cleared)) -> PortResult<()> {
        self.review(campaign_id, lead_id).await
    }

    async fn start(&self, campaign_id: &str, _approved: &Approved) -> PortResult<()> {
        self.bring_to(campaign_id, Call::post("/campaigns/{}/start", &[campaign_id]), &["running"]).await
    }

    async fn pause(&self, campaign_id: &str) -> PortResult<()> {
        let resting = ["paused", "draft", "ended", "archived"];
        self.bring_to(campaign_id, Call::post("/campaigns/{}/pause", &[campaign_id]), &resting).await
    }

    async fn unsubscribe(&self, email: &str) -> PortResult<()> {
        self.http.send(Call::post("/v2/unsubscribes/variables/{}", &[email]).safe()).await.map(|_| ())
    }

    async fn is_unsubscribed(&self, email: &str) -> PortResult<bool> {
        let answer = self.http.send(Call::get("/v2/unsubscribes/variables/{}", &[email]).accept(&[404])).await?;
        Ok(answer.status != 404)
    }

    async fn unsubscribed(&self, calls_max: usize) -> PortResult<Option<Vec<String>>> {
        let mut all = Vec::new();
        for page in 0..calls_max {
            let call = Call::get("/v2/unsubscribes/variables", &[]).query("limit", PAGE).query("offset", page * PAGE);
            let rows: Vec<wire::Unsubscribed> = self.http.send(call).await?.json()?;
            let last = rows.len() < PAGE;
            all.extend(rows.into_iter().filter_map(|row| row.value));
            if last {
                return Ok(Some(all));
            }
        }
        Ok(None)
    }

    async fn call_back(&self, url: &str, secret: &str) -> PortResult<()> {
        let hooks: Vec<wire::Hook> = self.http.send(Call::get("/hooks", &[])).await?.json()?;
        for kind in lemlist::HOOK_KINDS {
            let is_set =
                |hook: &wire::Hook| hook.target_url.as_deref() == Some(url) && hook.kind.as_deref() == Some(kind);
            if !hooks.iter().any(is_set) {
                let body = serde_json::json!({ "targetUrl": url, "type": kind, "secret": secret });
                self.http.send(Call::post("/hooks", &[]).safe().body(body)).await?;
            }
        }
        Ok(())
    }

    async fn activities(&self, since: Millis, cursor: Option<&str>) -> PortResult<Page<Activity>> {
        let offset: usize = cursor.and_then(|text| text.parse().ok()).unwrap_or(0);
        let call = Call::get("/activities", &[]).query("version", "v2").query("minDate", since.rfc3339());
        let answer = self.http.send(call.query("limit", PAGE).query("offset", offset)).await?;
        let mut rows: Vec<wire::Activity> = answer.json()?;
        let next = (rows.len() >= PAGE).then(|| (offset + rows.len()).to_string());
        self.fill_addresses(&mut rows).await?;
        let mut rows: Vec<Activity> = rows.into_iter().filter_map(map::activity).collect();
        rows.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
        Ok(Page { rows, total: None, next })
    }

    async fn all_campaigns(&self) -> PortResult<Vec<FoundCampaign>> {
        let found = |campaign: wire::Campaign| {
            let running = campaign.status.or(campaign.state).as_deref() == Some("running");
            Some(FoundCampaign { id: campaign.id?, name: campaign.name.unwrap_or_default(), running })
        };
        Ok(self.campaigns(None).await?.into_iter().filter_map(found).collect())
    }

    async fn all_people(&self, campaign_id: &str) -> PortResult<Vec<FoundPerson>> {
        let call =
            Call::get("/campaigns/{}/export/leads", &[campaign_id]).query("state", "all").query("format", "json");
        let rows: Vec<wire::Exported> = self.http.send(call).await?.json()?;
        let found = |row: wire::Exported| {
            let released = map::is_released(row.last_state.or(row.state).as_deref());
            Some(FoundPerson { id: row.id?, email: row.email?, released })
        };
        Ok(rows.into_iter().filter_map(found).collect())
    }

    async fn all_unsubscribed(&self) -> PortResult<Vec<String>> {
        let all = self.unsubscribed(UNSUBSCRIBED_PAGES_MAX).await?;
        all.ok_or_else(|| self.refused("it lists more unsubscribed addresses than can be read"))
    }

    async fn stats(&self, campaign_id: &str, from: Millis, to: Millis) -> PortResult<BTreeMap<String, i64>> {
        let call = Call::get("/v2/campaigns/{}/stats", &[campaign_id]);
        let call = call.query("startDate", from.rfc3339()).query("endDate", to.rfc3339());
        Ok(map::stats(&self.http.send(call).await?.json()?))
    }
}

impl Lemlist {
    /// Version 2 promises the lead's id only; the address is asked for once per lead of a page.
    async fn fill_addresses(&self, rows: &mut [wire::Activity]) -> PortResult<()> {
        let mut known: BTreeMap<String, Option<String>> = BTreeMap::new();
        for row in rows.iter_mut().filter(|row| row.lead_email.is_none()) {
            let (Some(lead), Some(kind)) = (&row.lead_id, &row.kind) else { continue };
            if map::activity_kind(kind).is_none() {
                continue;
            }
            if !known.contains_key(lead) {
                known.insert(lead.clone(), self.address_of(lead).await?);
            }
            row.lead_email = known.get(lead).cloned().flatten();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
