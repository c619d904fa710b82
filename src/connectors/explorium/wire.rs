//! Explorium's shapes on the wire: every field may be missing, unknown ones are let pass.
use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub struct Rows<T> {
    pub data: Option<Vec<T>>,
    pub total_results: u64,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Business {
    pub business_id: Option<String>,
    pub name: Option<String>,
    pub domain: Option<String>,
    pub website: Option<String>,
    pub country_name: Option<String>,
    pub city_name: Option<String>,
    pub number_of_employees_range: Option<String>,
    pub yearly_revenue_range: Option<String>,
    pub linkedin_industry_category: Option<String>,
    pub naics_description: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Prospect {
    pub prospect_id: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub full_name: Option<String>,
    pub country_name: Option<String>,
    pub city: Option<String>,
    pub linkedin: Option<String>,
    pub company_name: Option<String>,
    pub company_website: Option<String>,
    pub job_title: Option<String>,
    pub business_id: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct MatchedProspects {
    pub matched_prospects: Option<Vec<MatchedProspect>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct MatchedProspect {
    pub prospect_id: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct MatchedBusinesses {
    pub matched_businesses: Option<Vec<MatchedBusiness>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct MatchedBusiness {
    pub business_id: Option<String>,
}

/// A row of a bulk enrichment of people.
#[derive(Debug, Deserialize)]
pub struct OfProspect<T> {
    pub prospect_id: Option<String>,
    pub data: Option<T>,
}

/// A row of a bulk enrichment of companies.
#[derive(Debug, Deserialize)]
pub struct OfBusiness<T> {
    pub business_id: Option<String>,
    pub data: Option<T>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Contact {
    /// The vendor's spelling.
    pub professions_email: Option<String>,
    pub professional_email_status: Option<String>,
    pub mobile_phone: Option<String>,
    pub phone_numbers: Option<Vec<BTreeMap<String, Option<String>>>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Technographics {
    pub full_tech_stack: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
pub struct Events {
    pub output_events: Option<Vec<Event>>,
}

/// Something that happened to a company.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Event {
    pub event_name: Option<String>,
    pub event_time: Option<String>,
    pub business_id: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Funding {
    pub last_funding_round_date: Option<String>,
    /// A string in the specification, a number in some answers.
    pub last_funding_round_value_usd: Option<serde_json::Value>,
    pub last_funding_round_type: Option<String>,
}
