//! People and companies as we know them, each field with where it came from.
use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;

use crate::domain::ids::CompanyId;
use crate::domain::ids::LeadId;
use crate::domain::time::Millis;

/// Who said a value, when, and how sure we are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// `explorium`, `apollo`, `hubspot`, `import`.
    pub source: String,
    /// The vendor's request or record id.
    pub reference: String,
    pub at: Millis,
    /// 0 to 1.
    pub confidence: f64,
}

/// What a vendor's record is called there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SourceRef {
    pub vendor: String,
    pub id: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Valid,
    Risky,
    Invalid,
    #[default]
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignalKind {
    Hiring,
    Funding,
    TechnologyAdopted,
    WebIntent,
    LinkedinEngagement,
}

/// Something dated that makes a company or person worth a mail now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    pub kind: SignalKind,
    /// One short line: "raised 25 M USD (Series B)".
    pub text: String,
    pub at: Millis,
    /// "Explorium event", "Apollo job posting".
    pub source: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Company {
    pub id: CompanyId,
    pub name: String,
    /// Lower case, without `www.`.
    pub domain: Option<String>,
    pub industry: Option<String>,
    pub employees_min: Option<u32>,
    pub employees_max: Option<u32>,
    /// Yearly, in USD.
    pub revenue_min_usd: Option<i64>,
    pub revenue_max_usd: Option<i64>,
    /// ISO 3166-1 alpha-2.
    pub country: Option<String>,
    pub city: Option<String>,
    pub technologies: Vec<String>,
    pub signals: Vec<Signal>,
    pub sources: Vec<SourceRef>,
    /// By field name.
    pub provenance: BTreeMap<String, Provenance>,
}

impl Company {
    pub fn named(id: CompanyId, name: &str) -> Self {
        Self {
            id,
            name: name.to_owned(),
            domain: None,
            industry: None,
            employees_min: None,
            employees_max: None,
            revenue_min_usd: None,
            revenue_max_usd: None,
            country: None,
            city: None,
            technologies: Vec::new(),
            signals: Vec::new(),
            sources: Vec::new(),
            provenance: BTreeMap::new(),
        }
    }
}

/// What the CRM already says of a person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrmLink {
    pub contact_id: String,
    pub company_id: Option<String>,
    /// Person id or e-mail of the owner, as the CRM has it.
    pub owner: Option<String>,
    pub opted_out: bool,
    pub lifecycle: Option<String>,
    /// Values before we wrote, for merges and undo.
    pub fields: BTreeMap<String, String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lead {
    pub id: LeadId,
    pub given_name: String,
    /// Empty until enrichment: search results hide it.
    pub surname: String,
    pub title: Option<String>,
    /// As stored and sent; `domain::identity` makes the key.
    pub email: Option<String>,
    pub verdict: Verdict,
    pub linkedin_url: Option<String>,
    pub phone: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: Option<String>,
    pub city: Option<String>,
    pub company: Company,
    pub signals: Vec<Signal>,
    pub sources: Vec<SourceRef>,
    pub crm: Option<CrmLink>,
    /// By field name.
    pub provenance: BTreeMap<String, Provenance>,
    pub collected_at: Millis,
}

impl Lead {
    pub fn named(id: LeadId, given_name: &str, company: Company, at: Millis) -> Self {
        Self {
            id,
            given_name: given_name.to_owned(),
            surname: String::new(),
            title: None,
            email: None,
            verdict: Verdict::Unknown,
            linkedin_url: None,
            phone: None,
            country: None,
            city: None,
            company,
            signals: Vec::new(),
            sources: Vec::new(),
            crm: None,
            provenance: BTreeMap::new(),
            collected_at: at,
        }
    }

    pub fn full_name(&self) -> String {
        format!("{} {}", self.given_name, self.surname).trim().to_owned()
    }

    pub fn source_id(&self, vendor: &str) -> Option<&str> {
        self.sources.iter().find(|source| source.vendor == vendor).map(|source| source.id.as_str())
    }

    /// Where the person sits, else where the company does.
    pub fn country_or_seat(&self) -> Option<&str> {
        self.country.as_deref().or(self.company.country.as_deref())
    }
}
