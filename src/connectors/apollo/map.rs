//! Apollo's people and companies to ours: found ones and enriched ones. Pure.
use serde_json::Value;
use serde_json::json;

use crate::connectors::apollo::VENDOR;
use crate::connectors::apollo::wire::Organization;
use crate::connectors::apollo::wire::Person;
use crate::connectors::words::Said;
use crate::connectors::words::add_source;
use crate::connectors::words::company_id;
use crate::connectors::words::domain_of;
use crate::connectors::words::given;
use crate::connectors::words::instant;
use crate::connectors::words::lead_id;
use crate::connectors::words::with_scheme;
use crate::domain::lead::Company;
use crate::domain::lead::Lead;
use crate::domain::lead::Signal;
use crate::domain::lead::SignalKind;
use crate::domain::lead::Verdict;
use crate::domain::places::country_code;
use crate::domain::time::Millis;
use crate::ports::vendors::verdict_of;

const SURE: f64 = 0.75;
const TECHNOLOGIES_MAX: usize = 200;
/// Growth of the headcount in six months from which a company is said to be hiring.
const HIRING_GROWTH: f64 = 0.1;
/// What the vendor shows in place of an address it has not given.
const LOCKED: &str = "email_not_unlocked";

/// A person as search shows one: no surname, no address.
pub fn found(person: &Person, at: Millis) -> Option<Lead> {
    let id = given(person.id.clone())?;
    let given_name = given(person.first_name.clone())?;
    let organization = person.organization.as_ref()?;
    let name = given(organization.name.clone())?;
    let domain = domain_in(organization);
    let said = Said { vendor: VENDOR, reference: &id, at };
    let mut company =
        Company::named(company_id(VENDOR, organization.id.as_deref().unwrap_or(&name), domain.as_deref()), &name);
    company.provenance.insert("name".to_owned(), said.with(SURE));
    let mut lead = Lead::named(lead_id(VENDOR, &id), &given_name, company, at);
    lead.provenance.insert("given_name".to_owned(), said.with(SURE));
    add_person(&mut lead, person, said);
    Some(lead)
}

/// What a person's record says; what it does not say stays.
pub fn add_person(lead: &mut Lead, person: &Person, said: Said<'_>) {
    add_source(&mut lead.sources, said.source());
    let mut told = Vec::new();
    if let Some(surname) = given(person.last_name.clone()).filter(|_| lead.surname.is_empty()) {
        lead.surname = surname;
        told.push("surname");
    }
    let mut set = |field: &'static str, value: Option<String>, slot: &mut Option<String>| {
        if value.is_some() {
            *slot = value;
            told.push(field);
        }
    };
    set("title", given(person.title.clone()), &mut lead.title);
    set("linkedin_url", given(person.linkedin_url.clone()).map(|url| with_scheme(&url)), &mut lead.linkedin_url);
    set("country", person.country.as_deref().and_then(country_code), &mut lead.country);
    set("city", given(person.city.clone()), &mut lead.city);
    lead.provenance.extend(told.into_iter().map(|field| (field.to_owned(), said.with(SURE))));
    add_address(lead, person, said);
}

fn add_address(lead: &mut Lead, person: &Person, said: Said<'_>) {
    let Some(email) = given(person.email.clone()).filter(|email| !email.starts_with(LOCKED)) else { return };
    let verdict = person.email_status.as_deref().map_or(Verdict::Unknown, verdict_of);
    let sure = match verdict {
        Verdict::Valid => 0.9,
        Verdict::Risky => 0.6,
        Verdict::Unknown => 0.4,
        Verdict::Invalid => 0.1,
    };
    // An address that works is not pushed out by one that may not.
    let better = lead.email.is_none() || lead.verdict != Verdict::Valid || verdict == Verdict::Valid;
    if better {
        (lead.email, lead.verdict) = (Some(email), verdict);
        lead.provenance.insert("email".to_owned(), said.with(sure));
    }
}

fn domain_in(organization: &Organization) -> Option<String> {
    let primary = organization.primary_domain.as_deref().and_then(domain_of);
    primary.or_else(|| organization.website_url.as_deref().and_then(domain_of))
}

pub fn add_organization(company: &mut Company, organization: &Organization, at: Millis) {
    let reference = organization.id.clone().unwrap_or_default();
    let said = Said { vendor: VENDOR, reference: &reference, at };
    if !reference.is_empty() {
        add_source(&mut company.sources, said.source());
    }
    let mut told = Vec::new();
    let mut set = |field: &'static str, value: Option<String>, slot: &mut Option<String>| {
        if value.is_some() {
            *slot = value;
            told.push(field);
        }
    };
    set("domain", domain_in(organization), &mut company.domain);
    set("industry", given(organization.industry.clone()), &mut company.industry);
    set("country", organization.country.as_deref().and_then(country_code), &mut company.country);
    set("city", given(organization.city.clone()), &mut company.city);
    if let Some(count) = organization.estimated_num_employees.filter(|count| *count >= 1.0) {
        (company.employees_min, company.employees_max) = (Some(count as u32), Some(count as u32));
        told.push("employees");
    }
    if let Some(revenue) = organization.annual_revenue.filter(|revenue| *revenue >= 1.0) {
        (company.revenue_min_usd, company.revenue_max_usd) = (Some(revenue as i64), Some(revenue as i64));
        told.push("revenue");
    }
    if add_technologies(company, organization) {
        told.push("technologies");
    }
    company.provenance.extend(told.into_iter().map(|field| (field.to_owned(), said.with(SURE))));
    for signal in signals(organization, at) {
        if !is_known(&company.signals, &signal) {
            company.signals.push(signal);
        }
    }
}

fn add_technologies(company: &mut Company, organization: &Organization) -> bool {
    let names = organization.technology_names.iter().flatten().map(|name| name.trim()).filter(|name| !name.is_empty());
    let mut any = false;
    for name in names.take(TECHNOLOGIES_MAX) {
        any = true;
        if !company.technologies.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            company.technologies.push(name.to_owned());
        }
    }
    any
}

fn signals(organization: &Organization, at: Millis) -> Vec<Signal> {
    let mut out = Vec::new();
    if let Some(round) = organization.latest_funding_round_date.as_deref().and_then(instant) {
        let stage =
            given(organization.latest_funding_stage.clone()).map(|stage| format!(" ({stage})")).unwrap_or_default();
        let source = "Apollo funding".to_owned();
        out.push(Signal { kind: SignalKind::Funding, text: format!("raised money{stage}"), at: round, source });
    }
    if let Some(growth) = organization.organization_headcount_six_month_growth.filter(|growth| *growth >= HIRING_GROWTH)
    {
        let text = format!("grew its headcount by {:.0}% in 6 months", growth * 100.0);
        out.push(Signal { kind: SignalKind::Hiring, text, at, source: "Apollo headcount".to_owned() });
    }
    out
}

/// Two vendors tell of one round; and growth is told anew with each call.
fn is_known(known: &[Signal], signal: &Signal) -> bool {
    let day = 24 * 3_600_000;
    known.iter().any(|other| {
        other.kind == signal.kind
            && (other.source == signal.source && other.text == signal.text || (other.at.since(signal.at)).abs() < day)
    })
}

/// What a person may be recognised by; nothing when too little is known.
pub fn detail(lead: &Lead) -> Option<Value> {
    if let Some(id) = lead.source_id(VENDOR) {
        return Some(json!({"id": id}));
    }
    let mut detail = json!({});
    if let Some(email) = lead.email.as_deref().filter(|_| lead.verdict != Verdict::Invalid) {
        detail["email"] = json!(email);
    }
    if let Some(url) = &lead.linkedin_url {
        detail["linkedin_url"] = json!(url);
    }
    if !lead.surname.is_empty() {
        detail["first_name"] = json!(lead.given_name);
        detail["last_name"] = json!(lead.surname);
        detail["organization_name"] = json!(lead.company.name);
        if let Some(domain) = &lead.company.domain {
            detail["domain"] = json!(domain);
        }
    }
    detail.as_object().is_some_and(|fields| !fields.is_empty()).then_some(detail)
}

/// The organisation among the answers that was asked for: by domain, else by name.
pub fn organization_of<'a>(company: &Company, found: &'a [Option<Organization>]) -> Option<&'a Organization> {
    let by_domain =
        |organization: &&Organization| company.domain.is_some() && domain_in(organization) == company.domain;
    let by_name = |organization: &&Organization| {
        company.domain.is_none()
            && organization.name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(&company.name))
    };
    let known = || found.iter().flatten();
    known().find(by_domain).or_else(|| known().find(by_name))
}

#[cfg(test)]
mod tests;
