//! All that a ruling looks at, gathered before: the rules ask nobody.
use serde::Deserialize;
use serde::Serialize;

use crate::domain::compliance::rows::Basis;
use crate::domain::email::check;
use crate::domain::identity::domain_of;
use crate::domain::identity::email_key;
use crate::domain::identity::has_legal_form;
use crate::domain::ids::CampaignId;
use crate::domain::ids::LeadId;
use crate::domain::lead::Lead;
use crate::domain::places::country_of_domain;
use crate::domain::score::reach::data_at;
use crate::domain::time::Millis;
use crate::domain::title::Function;

/// From this many employees on, a firm is no sole trader, whatever its name says.
const CORPORATE_EMPLOYEES_MIN: u32 = 50;

/// A mail as it would go out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rendered {
    pub subject: String,
    pub body: String,
    /// The first message to this person: it carries the notices.
    pub first: bool,
    /// Both List-Unsubscribe headers are set, with one-click.
    pub headers_one_click: bool,
    pub sender: Sender,
}

/// Who writes: what the footer must show.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sender {
    /// Legal name of our company.
    pub company: String,
    /// The human who signs.
    pub person: String,
    pub postal_address: String,
    /// A mailbox we read.
    pub reply_to: String,
    pub unsubscribe_url: String,
    /// Register number and VAT id, as the footer writes them.
    pub impressum: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignFacts {
    pub id: CampaignId,
    /// The functions the campaign is relevant to.
    pub target_functions: Vec<Function>,
    /// The written balancing test, where legitimate interest is the basis.
    pub lia_ref: Option<String>,
    pub rendered: Option<Rendered>,
    /// Low-confidence countries that compliance has looked at for this campaign.
    pub reviewed_countries: Vec<String>,
}

impl CampaignFacts {
    pub fn named(id: &str) -> Self {
        Self {
            id: CampaignId::from(id),
            target_functions: Vec::new(),
            lia_ref: None,
            rendered: None,
            reviewed_countries: Vec::new(),
        }
    }
}

/// A basis that is written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    pub basis: Basis,
    pub reference: String,
    pub expires_at: Option<Millis>,
    /// Where the proof is kept.
    pub proof: Option<String>,
}

/// What was sent already, the mail in question not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendCounts {
    /// By this mailbox, today.
    pub mailbox: u32,
    /// To this recipient's domain, today.
    pub domain: u32,
    /// Touches of this person over all campaigns in 21 days.
    pub person_21d: u32,
    /// Other people of the same company in running sequences.
    pub company_running: u32,
    /// Since the mailbox began to send; `None` counts as warm.
    pub mailbox_age_days: Option<u32>,
}

/// May this mail go to this person, now?
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    pub lead: LeadId,
    pub email: String,
    /// Empty if the address is none.
    pub email_key: String,
    pub name_known: bool,
    pub lead_country: Option<String>,
    pub company_country: Option<String>,
    /// From a national mail domain.
    pub mailbox_country: Option<String>,
    pub city: Option<String>,
    pub title: Option<String>,
    /// True if the company surely is one in law; `None` if its form is unknown.
    pub corporate: Option<bool>,
    /// Who gave us the address; `None` if nobody knows.
    pub email_source: Option<String>,
    /// Whether the page the address was published on asks not to be written to; `None` if nobody looked.
    pub solicitation_refused: Option<bool>,
    pub campaign: CampaignFacts,
    /// The reason on the suppression list.
    pub suppressed: Option<String>,
    pub opted_out: bool,
    pub hard_bounced: bool,
    pub consent: Option<Consent>,
    pub role_address: bool,
    pub free_provider: bool,
    pub disposable: bool,
    pub data_at: Millis,
    pub sent: SendCounts,
    pub now: Millis,
    /// False for answers to a person who wrote to us.
    pub window_applies: bool,
}

impl Question {
    /// What the lead itself knows; the rest (suppression, consent, counts) is for the caller to fill.
    pub fn for_lead(lead: &Lead, campaign: CampaignFacts, now: Millis) -> Self {
        let email = lead.email.clone().unwrap_or_default();
        let checked = check(&email, None);
        let is_large = lead.company.employees_min.is_some_and(|count| count >= CORPORATE_EMPLOYEES_MIN);
        let source = lead.provenance.get("email").map(|said| said.source.clone());
        Self {
            lead: lead.id.clone(),
            email_key: email_key(&email).unwrap_or_default(),
            name_known: !lead.given_name.is_empty() && !lead.surname.is_empty(),
            lead_country: lead.country.clone(),
            company_country: lead.company.country.clone(),
            mailbox_country: domain_of(&email).and_then(|domain| country_of_domain(&domain)),
            city: lead.city.clone().or_else(|| lead.company.city.clone()),
            title: lead.title.clone(),
            corporate: (is_large || has_legal_form(&lead.company.name)).then_some(true),
            email_source: source.or_else(|| lead.sources.first().map(|source| source.vendor.clone())),
            solicitation_refused: None,
            campaign,
            suppressed: None,
            opted_out: lead.crm.as_ref().is_some_and(|crm| crm.opted_out),
            hard_bounced: false,
            consent: None,
            role_address: checked.role,
            free_provider: checked.free_provider,
            disposable: checked.disposable,
            data_at: data_at(lead),
            sent: SendCounts::default(),
            now,
            window_applies: true,
            email,
        }
    }
}
