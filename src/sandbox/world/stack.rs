//! Which technologies a company runs.
use crate::sandbox::random::Rng;
use crate::sandbox::world::places::COUNTRIES;
use crate::sandbox::world::places::Tongue;
use crate::sandbox::world::trades::COMMERCE;
use crate::sandbox::world::trades::FINTECH;
use crate::sandbox::world::trades::SOFTWARE;
use crate::sandbox::world::trades::T;

/// Adds a technology to a set.
pub fn set(mask: &mut u64, tech: T, on: bool) {
    if on {
        *mask |= 1 << tech as u8;
    }
}

/// Technologies that fit what the company does and how large it is.
pub fn draw(rng: &mut Rng, industry: usize, size: u32, country: usize) -> u64 {
    let mut m = 0;
    let digital = matches!(industry, FINTECH | SOFTWARE | COMMERCE);
    let large = size > 1_000;
    set(&mut m, *rng.pick(&[T::Aws, T::Aws, T::Gcp, T::Azure]), true);
    let house = [T::Snowflake, T::BigQuery, T::Databricks, T::Redshift];
    set(&mut m, *rng.pick(&house), size > 80 && rng.chance(if digital { 0.75 } else { 0.35 }));
    set(&mut m, if size < 40 { T::Pipedrive } else { T::Salesforce }, rng.chance(0.55));
    set(&mut m, T::Hubspot, size < 800 && rng.chance(0.4));
    let books = match size {
        0..=90 => *rng.pick(&[T::Quickbooks, T::Xero]),
        91..=1_500 => T::Netsuite,
        _ => *rng.pick(&[T::Sap, T::OracleErp]),
    };
    set(&mut m, books, rng.chance(0.75));
    let european = COUNTRIES[country].tongue != Tongue::English;
    let staff = if size > 800 {
        T::Workday
    } else if european {
        T::Personio
    } else {
        T::Bamboo
    };
    set(&mut m, staff, size > 25 && rng.chance(0.6));
    let pays = matches!(industry, FINTECH | COMMERCE);
    set(&mut m, *rng.pick(&[T::Stripe, T::Braintree, T::Adyen]), pays && rng.chance(0.8));
    set(&mut m, T::Plaid, industry == FINTECH && rng.chance(0.5));
    set(&mut m, T::Shopify, industry == COMMERCE && rng.chance(0.5));
    set(&mut m, T::Kubernetes, digital && size > 60 && rng.chance(0.6));
    set(&mut m, *rng.pick(&[T::Github, T::Gitlab]), digital && rng.chance(0.8));
    set(&mut m, T::Datadog, digital && size > 100 && rng.chance(0.5));
    set(&mut m, T::Terraform, digital && rng.chance(0.3));
    set(&mut m, *rng.pick(&[T::Slack, T::Slack, T::Teams]), rng.chance(0.9));
    set(&mut m, T::Zoom, rng.chance(0.4));
    set(&mut m, *rng.pick(&[T::Gsuite, T::Office]), true);
    set(&mut m, T::Jira, digital && rng.chance(0.6));
    set(&mut m, if size > 300 { T::Marketo } else { T::Mailchimp }, rng.chance(0.35));
    set(&mut m, T::Analytics, rng.chance(0.8));
    set(&mut m, *rng.pick(&[T::Tableau, T::Looker, T::PowerBi]), size > 120 && rng.chance(0.6));
    set(&mut m, T::Dbt, digital && size > 150 && rng.chance(0.35));
    set(&mut m, T::Okta, size > 250 && rng.chance(0.5));
    set(&mut m, *rng.pick(&[T::Zendesk, T::Intercom]), rng.chance(0.45));
    set(&mut m, T::Servicenow, large && rng.chance(0.6));
    set(&mut m, T::Coupa, size > 400 && rng.chance(0.3));
    set(&mut m, T::Anaplan, size > 400 && rng.chance(0.3));
    set(&mut m, T::Twilio, digital && rng.chance(0.25));
    m
}
