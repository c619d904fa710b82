//! Apollo's shapes on the wire: every field may be missing, unknown ones are let pass.
use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub struct Found {
    pub people: Vec<Person>,
    pub total_entries: Option<u64>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Person {
    pub id: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub title: Option<String>,
    pub linkedin_url: Option<String>,
    pub email: Option<String>,
    pub email_status: Option<String>,
    pub city: Option<String>,
    pub country: Option<String>,
    pub organization: Option<Organization>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Organization {
    pub id: Option<String>,
    pub name: Option<String>,
    pub primary_domain: Option<String>,
    pub website_url: Option<String>,
    pub industry: Option<String>,
    pub estimated_num_employees: Option<f64>,
    pub annual_revenue: Option<f64>,
    pub country: Option<String>,
    pub city: Option<String>,
    pub technology_names: Option<Vec<String>>,
    pub latest_funding_stage: Option<String>,
    pub latest_funding_round_date: Option<String>,
    pub organization_headcount_six_month_growth: Option<f64>,
}

#[derive(Debug, Deserialize)]
pub struct Matches {
    /// An entry is null where nobody was found.
    pub matches: Vec<Option<Person>>,
    pub credits_consumed: Option<f64>,
}

#[derive(Debug, Deserialize)]
pub struct Organizations {
    pub organizations: Vec<Option<Organization>>,
}
