//! The vendors by what they do for us: each trait has a real implementation per vendor, spoken over HTTP.
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::domain::compliance::permit::Cleared;
use crate::domain::criteria::Criteria;
use crate::domain::lead::Company;
use crate::domain::lead::Lead;
use crate::domain::lead::Verdict;
use crate::domain::time::Millis;
use crate::ports::error::PortResult;
use crate::run::gate::Approved;

/// One page of a paged search. `next` is the vendor's own cursor, kept as text.
#[derive(Clone, Debug)]
pub struct Page<T> {
    pub rows: Vec<T>,
    pub total: Option<u64>,
    pub next: Option<String>,
}

/// Finds people who are not in our store yet. Explorium (companies, then people) and Apollo.
#[async_trait::async_trait]
pub trait Prospecting: Send + Sync {
    fn vendor(&self) -> &'static str;
    /// One page of people. Search shows no e-mail and costs no credits. A page may be empty and still have a `next`.
    async fn people(&self, wanted: &Criteria, cursor: Option<&str>, size: u32) -> PortResult<Page<Lead>>;
}

/// What one enrichment call brought for one lead, in the order asked.
#[derive(Clone, Debug)]
pub struct Enriched {
    /// The lead with the vendor's values and their provenance merged in; `None` when the vendor does not know it.
    pub lead: Option<Lead>,
    pub credits: i64,
}

/// What one call brought for one company, in the order asked.
#[derive(Clone, Debug)]
pub struct EnrichedCompany {
    /// The company with the vendor's values merged in; `None` when the vendor does not know it.
    pub company: Option<Company>,
    pub credits: i64,
}

/// Fills contact and company data; costs credits. Explorium and Apollo.
#[async_trait::async_trait]
pub trait Enrichment: Send + Sync {
    fn vendor(&self) -> &'static str;
    /// Most leads of one call.
    fn batch_max(&self) -> usize;
    /// Most credits one lead can cost.
    fn credits_each(&self) -> i64;
    /// Most credits one company can cost.
    fn company_credits_each(&self) -> i64;
    async fn people(&self, leads: &[Lead]) -> PortResult<Vec<Enriched>>;
    async fn companies(&self, companies: &[Company]) -> PortResult<Vec<EnrichedCompany>>;
}

/// A CRM record as it stands. Fields have our names (contacts: `email given_name surname title company phone country
/// city linkedin_url lifecycle lead_status owner_id owner opted_out company_id created_at updated_at`; companies:
/// `quarterdeck_id name domain industry employees revenue_usd country city phone description lifecycle owner_id owner
/// created_at updated_at`);
/// other names are the CRM's own properties, passed through. `owner` is an address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CrmRecord {
    pub id: String,
    pub fields: BTreeMap<String, String>,
}

/// What an upsert did with one record, in the order given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Upserted {
    Created { id: String },
    Updated { id: String },
    Refused { why: String },
}

#[derive(Clone, Debug, Default)]
pub struct CrmActivity {
    pub contact_id: String,
    /// `note`, `email`, `task`, `call`, `meeting`.
    pub kind: String,
    pub subject: String,
    pub body: String,
    pub at: Millis,
    /// Our operation id, kept in the body so that a read-back finds it.
    pub key: String,
}

#[async_trait::async_trait]
pub trait Crm: Send + Sync {
    fn vendor(&self) -> &'static str;
    fn batch_max(&self) -> usize;
    /// Contacts by e-mail (batched read); absent ones are left out.
    async fn contacts_by_email(&self, emails: &[String]) -> PortResult<Vec<CrmRecord>>;
    async fn companies_by_domain(&self, domains: &[String]) -> PortResult<Vec<CrmRecord>>;
    /// Free search for read tools: object `contacts` or `companies`.
    async fn search(&self, object: &str, query: &str, limit: u32) -> PortResult<Vec<CrmRecord>>;
    /// Idempotent on e-mail.
    async fn upsert_contacts(&self, rows: &[BTreeMap<String, String>]) -> PortResult<Vec<Upserted>>;
    /// For each row the record it would be written to, as it stands now; `contacts` by address, `companies` by our own
    /// key, else by domain. One read for a batch, and a search for those that have no record of our key.
    async fn standing(&self, object: &str, rows: &[BTreeMap<String, String>]) -> PortResult<Vec<Option<CrmRecord>>>;
    /// Idempotent on our own key; `standing` is what was read for the same rows.
    async fn upsert_companies(
        &self,
        rows: &[BTreeMap<String, String>],
        standing: &[Option<CrmRecord>],
    ) -> PortResult<Vec<Upserted>>;
    /// Records by their ids; those that are not there any more are left out.
    async fn read(&self, object: &str, ids: &[String]) -> PortResult<Vec<CrmRecord>>;
    /// What each of these records is linked with, as "deals 12"; one without links is left out.
    async fn links(&self, object: &str, ids: &[String]) -> PortResult<BTreeMap<String, BTreeSet<String>>>;
    /// Writes fields of records by their ids; an empty value empties the field. Idempotent.
    async fn update(&self, object: &str, rows: &[(String, BTreeMap<String, String>)]) -> PortResult<Vec<Upserted>>;
    /// Takes records out of sight; the CRM keeps them restorable for a while. Idempotent.
    async fn archive(&self, object: &str, ids: &[String]) -> PortResult<()>;
    /// Contact id to company id; a set, so repeating is harmless.
    async fn associate(&self, pairs: &[(String, String)]) -> PortResult<()>;
    /// Creates them without looking, of one kind, up to `batch_max` in one call; in the order given.
    async fn log_activities(&self, activities: &[CrmActivity]) -> PortResult<Vec<Upserted>>;
    /// The read-back after a lost answer: the id of each that is there already, by its key.
    async fn find_activities(&self, activities: &[CrmActivity]) -> PortResult<Vec<Option<String>>>;
    async fn opt_out(&self, email: &str) -> PortResult<()>;
}

/// One touch of a campaign as the outreach vendor carries it out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touch {
    /// `email` or `linkedin` or `call`: only mails are sent by machines.
    pub kind: String,
    /// Days after the touch before it.
    pub delay_days: u32,
    pub subject: String,
    pub body: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CampaignSetup {
    /// Our key is part of the name: a look-up finds it after a crash.
    pub name: String,
    pub touches: Vec<Touch>,
    pub zone: String,
    /// Mails a day over all mailboxes.
    pub daily_limit: u32,
    /// How many sender mailboxes share the work.
    pub mailboxes: u32,
}

/// One person handed over, with the rendered texts as variables.
#[derive(Clone, Debug)]
pub struct Recipient {
    pub email: String,
    pub given_name: String,
    pub surname: String,
    pub company: String,
    pub title: String,
    pub linkedin_url: Option<String>,
    pub zone: String,
    pub variables: BTreeMap<String, String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    pub id: String,
    pub address: String,
}

/// Something that happened at the outreach vendor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    /// The vendor's event id: we apply each once.
    pub id: String,
    /// `sent`, `opened`, `clicked`, `replied`, `bounced`, `unsubscribed`, `failed`, `task`.
    pub kind: String,
    pub campaign_id: String,
    pub email: String,
    pub step: Option<u32>,
    pub at: Millis,
    /// Text of a reply; untrusted.
    pub text: Option<String>,
}

#[async_trait::async_trait]
pub trait Outreach: Send + Sync {
    fn vendor(&self) -> &'static str;
    async fn mailboxes(&self) -> PortResult<Vec<Mailbox>>;
    async fn find_campaign(&self, name: &str) -> PortResult<Option<String>>;
    /// Creates it paused; nothing leaves before `release`.
    async fn create_campaign(&self, setup: &CampaignSetup) -> PortResult<String>;
    /// Brings an existing, not started campaign to this setup (after a crash between calls).
    async fn update_sequence(&self, campaign_id: &str, setup: &CampaignSetup) -> PortResult<()>;
    /// The lead's id in the campaign, if it is there.
    async fn find_lead(&self, campaign_id: &str, email: &str) -> PortResult<Option<FoundLead>>;
    /// E-mail addresses of these that are in any running campaign.
    async fn running_elsewhere(&self, emails: &[String]) -> PortResult<Vec<String>>;
    /// Everybody in running campaigns but `ours`, from the vendor's lists; `None` when it has none, or
    /// that takes more than `calls_max` calls, or a list is too large to read.
    async fn people_of_others(&self, _ours: &[String], _calls_max: usize) -> PortResult<Option<Vec<String>>> {
        Ok(None)
    }
    /// A send: hands one approved and cleared person over and releases the mails.
    async fn enrol(&self, campaign_id: &str, who: &Recipient, keys: (&Approved, &Cleared)) -> PortResult<String>;
    /// A send: lets an added lead's mails go (the second half of `enrol` after a crash).
    async fn release(&self, campaign_id: &str, lead_id: &str, keys: (&Approved, &Cleared)) -> PortResult<()>;
    async fn start(&self, campaign_id: &str, approved: &Approved) -> PortResult<()>;
    async fn pause(&self, campaign_id: &str) -> PortResult<()>;
    async fn unsubscribe(&self, email: &str) -> PortResult<()>;
    async fn is_unsubscribed(&self, email: &str) -> PortResult<bool>;
    /// Everybody who opted out there; `None` when that takes more than `calls_max` calls.
    async fn unsubscribed(&self, _calls_max: usize) -> PortResult<Option<Vec<String>>> {
        Ok(None)
    }
    /// Asks the vendor to call `url` when somebody answers, bounces or opts out; a second time changes nothing.
    async fn call_back(&self, url: &str, secret: &str) -> PortResult<()>;
    /// Oldest first from `since`, one page.
    async fn activities(&self, since: Millis, cursor: Option<&str>) -> PortResult<Page<Activity>>;
    /// Every campaign there is, ours or not.
    async fn all_campaigns(&self) -> PortResult<Vec<FoundCampaign>>;
    /// Everybody in a campaign.
    async fn all_people(&self, campaign_id: &str) -> PortResult<Vec<FoundPerson>>;
    /// Addresses that may not be written to.
    async fn all_unsubscribed(&self) -> PortResult<Vec<String>>;
    async fn stats(&self, campaign_id: &str, from: Millis, to: Millis) -> PortResult<BTreeMap<String, i64>>;
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundLead {
    pub id: String,
    /// Released: its mails go when the campaign runs.
    pub released: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundCampaign {
    pub id: String,
    pub name: String,
    pub running: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundPerson {
    pub id: String,
    pub email: String,
    pub released: bool,
}

/// What the services reach the vendors through. Order of `prospecting` and `enrichment` is the waterfall.
#[derive(Clone)]
pub struct Vendors {
    pub prospecting: Vec<Arc<dyn Prospecting>>,
    pub enrichment: Vec<Arc<dyn Enrichment>>,
    pub crm: Arc<dyn Crm>,
    pub outreach: Arc<dyn Outreach>,
    /// Names of vendors that are the sandbox: cards say so.
    pub sandbox: Vec<String>,
}

impl Vendors {
    pub fn is_sandbox(&self, vendor: &str) -> bool {
        self.sandbox.iter().any(|name| name == vendor)
    }

    pub fn any_sandbox(&self) -> bool {
        !self.sandbox.is_empty()
    }
}

/// A vendor's word for an e-mail verdict, read the same way everywhere.
pub fn verdict_of(word: &str) -> Verdict {
    match word.to_ascii_lowercase().as_str() {
        "valid" | "verified" | "deliverable" => Verdict::Valid,
        "catch-all" | "catch_all" | "risky" | "likely to engage" | "likely_to_engage" | "unverified" => Verdict::Risky,
        "invalid" | "undeliverable" => Verdict::Invalid,
        _ => Verdict::Unknown,
    }
}
