//! Explorium's people to our leads: found ones and enriched ones. Pure.
use serde_json::Value;
use serde_json::json;

use crate::connectors::explorium::VENDOR;
use crate::connectors::explorium::company;
use crate::connectors::explorium::wire::Business;
use crate::connectors::explorium::wire::Contact;
use crate::connectors::explorium::wire::Prospect;
use crate::connectors::words::Said;
use crate::connectors::words::add_source;
use crate::connectors::words::company_id;
use crate::connectors::words::domain_of;
use crate::connectors::words::given;
use crate::connectors::words::lead_id;
use crate::connectors::words::with_scheme;
use crate::domain::lead::Company;
use crate::domain::lead::Lead;
use crate::domain::lead::Verdict;
use crate::domain::places::country_code;
use crate::domain::time::Millis;
use crate::ports::vendors::verdict_of;

const PROFILE_SURE: f64 = 0.8;
const PHONE_SURE: f64 = 0.6;

/// A person as search shows one, in the company that the first stage found.
pub fn lead(prospect: &Prospect, business: Option<&Business>, at: Millis) -> Option<Lead> {
    let id = given(prospect.prospect_id.clone())?;
    let company =
        business.and_then(|business| company::company(business, at)).or_else(|| company_named_by(prospect))?;
    let said = Said { vendor: VENDOR, reference: &id, at };
    let mut lead = Lead::named(lead_id(VENDOR, &id), "", company, at);
    add_profile(&mut lead, prospect, said);
    (!lead.given_name.is_empty()).then_some(lead)
}

fn company_named_by(prospect: &Prospect) -> Option<Company> {
    let name = given(prospect.company_name.clone())?;
    let domain = prospect.company_website.as_deref().and_then(domain_of);
    let key = prospect.business_id.as_deref().unwrap_or(&name);
    let mut company = Company::named(company_id(VENDOR, key, domain.as_deref()), &name);
    company.domain = domain;
    Some(company)
}

/// First and last name; a whole name is parted at its first blank.
fn names(prospect: &Prospect) -> (Option<String>, Option<String>) {
    let (first, last) = (given(prospect.first_name.clone()), given(prospect.last_name.clone()));
    if first.is_some() {
        return (first, last);
    }
    match given(prospect.full_name.clone()).as_deref().and_then(|whole| whole.split_once(' ')) {
        Some((first, last)) => (Some(first.to_owned()), Some(last.trim().to_owned())),
        None => (given(prospect.full_name.clone()), last),
    }
}

/// What a profile says; what it does not say stays.
pub fn add_profile(lead: &mut Lead, prospect: &Prospect, said: Said<'_>) {
    add_source(&mut lead.sources, said.source());
    let mut told = Vec::new();
    let (first, last) = names(prospect);
    if let Some(first) = first.filter(|_| lead.given_name.is_empty()) {
        lead.given_name = first;
        told.push("given_name");
    }
    if let Some(last) = last.filter(|_| lead.surname.is_empty()) {
        lead.surname = last;
        told.push("surname");
    }
    let mut set = |field: &'static str, value: Option<String>, slot: &mut Option<String>| {
        if value.is_some() {
            *slot = value;
            told.push(field);
        }
    };
    set("title", given(prospect.job_title.clone()), &mut lead.title);
    set("linkedin_url", given(prospect.linkedin.clone()).map(|url| with_scheme(&url)), &mut lead.linkedin_url);
    set("country", prospect.country_name.as_deref().and_then(country_code), &mut lead.country);
    set("city", given(prospect.city.clone()), &mut lead.city);
    lead.provenance.extend(told.into_iter().map(|field| (field.to_owned(), said.with(PROFILE_SURE))));
}

pub fn add_contact(lead: &mut Lead, contact: &Contact, said: Said<'_>) {
    if let Some(email) = given(contact.professions_email.clone()) {
        let verdict = contact.professional_email_status.as_deref().map_or(Verdict::Unknown, verdict_of);
        // A worse address does not push out a better one.
        if lead.email.is_none() || rank(verdict) >= rank(lead.verdict) {
            lead.provenance.insert("email".to_owned(), said.with(sure_of(verdict)));
            (lead.email, lead.verdict) = (Some(email), verdict);
        }
    }
    let numbers = contact.phone_numbers.iter().flatten().filter_map(|row| row.get("phone_number").cloned().flatten());
    let phone =
        given(contact.mobile_phone.clone()).or_else(|| numbers.into_iter().find_map(|number| given(Some(number))));
    if let Some(phone) = phone {
        lead.phone = Some(phone);
        lead.provenance.insert("phone".to_owned(), said.with(PHONE_SURE));
    }
}

fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Valid => 3,
        Verdict::Risky => 2,
        Verdict::Unknown => 1,
        Verdict::Invalid => 0,
    }
}

fn sure_of(verdict: Verdict) -> f64 {
    match verdict {
        Verdict::Valid => 0.95,
        Verdict::Risky => 0.6,
        Verdict::Unknown => 0.4,
        Verdict::Invalid => 0.1,
    }
}

/// What a person may be recognised by; nothing when too little is known.
pub fn match_input(lead: &Lead) -> Option<Value> {
    let email = lead.email.as_deref().filter(|_| lead.verdict != Verdict::Invalid);
    let named = (!lead.surname.is_empty()).then(|| (lead.full_name(), lead.company.name.clone()));
    if email.is_none() && lead.linkedin_url.is_none() && named.is_none() {
        return None;
    }
    let mut input = json!({});
    if let Some(email) = email {
        input["email"] = json!(email);
    }
    if let Some(url) = &lead.linkedin_url {
        input["linkedin"] = json!(url);
    }
    if let Some((name, company)) = named {
        input["full_name"] = json!(name);
        input["company_name"] = json!(company);
    }
    Some(input)
}

#[cfg(test)]
mod tests;
