//! Technologies a company uses; a tool we write into ("put them into HubSpot") is not one.
use std::sync::LazyLock;

use crate::sandbox::model::text::Hit;
use crate::sandbox::model::text::Phrases;
use crate::sandbox::model::text::Said;
use crate::sandbox::model::understand::titles::Found;

static TABLE: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::new(&[
        ("snowflake", "Snowflake"),
        ("bigquery|big query", "BigQuery"),
        ("redshift", "Redshift"),
        ("databricks", "Databricks"),
        ("stripe", "Stripe"),
        ("braintree", "Braintree"),
        ("adyen", "Adyen"),
        ("aws|amazon web services", "AWS"),
        ("azure", "Azure"),
        ("gcp|google cloud|google cloud platform", "GCP"),
        ("salesforce", "Salesforce"),
        ("hubspot", "HubSpot"),
        ("netsuite|net suite", "NetSuite"),
        ("sap|sap s/4hana", "SAP"),
        ("oracle", "Oracle"),
        ("workday", "Workday"),
        ("kubernetes|k8s", "Kubernetes"),
        ("docker", "Docker"),
        ("segment", "Segment"),
        ("braze", "Braze"),
        ("marketo", "Marketo"),
        ("zendesk", "Zendesk"),
        ("shopify", "Shopify"),
        ("tableau", "Tableau"),
        ("looker", "Looker"),
        ("power bi|powerbi", "Power BI"),
        ("dbt", "dbt"),
        ("fivetran", "Fivetran"),
        ("airflow", "Airflow"),
        ("kafka", "Kafka"),
        ("mongodb", "MongoDB"),
        ("postgresql|postgres", "PostgreSQL"),
        ("datadog", "Datadog"),
        ("jira", "Jira"),
        ("slack", "Slack"),
        ("xero", "Xero"),
        ("quickbooks", "QuickBooks"),
        ("terraform", "Terraform"),
    ])
});

/// Ordinary words as well: they count only where they are written or used like a name.
const COMMON: [&str; 5] = ["Segment", "Braze", "Oracle", "Slack", "Stripe"];
const USING: [&str; 9] = ["using", "use", "uses", "on", "with", "run", "runs", "running", "without"];
const INTO: [&str; 5] = ["in", "into", "to", "our", "from"];

pub fn read(said: &mut Said) -> Vec<Found> {
    let mut out: Vec<Found> = Vec::new();
    for hit in TABLE.all(said) {
        if !is_used(said, hit) {
            continue;
        }
        said.take(hit.from, hit.to);
        if !out.iter().any(|found| found.value == hit.value) {
            out.push(Found { at: hit.from, value: hit.value.to_owned() });
        }
    }
    out
}

fn is_used(said: &Said, hit: Hit) -> bool {
    let before = said.before(hit.from, 1);
    if INTO.contains(&before) {
        return false;
    }
    let is_name = said.slice(hit.from, hit.to).starts_with(char::is_uppercase);
    !COMMON.contains(&hit.value) || is_name || USING.contains(&before)
}
