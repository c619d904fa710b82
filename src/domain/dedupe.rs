//! Whether two leads are one person, and how their values are joined.
pub mod merge;

use std::collections::HashMap;

use serde::Deserialize;
use serde::Serialize;

use crate::domain::dedupe::merge::absorb;
use crate::domain::identity::company_key;
use crate::domain::identity::company_of;
use crate::domain::identity::domain_key;
use crate::domain::identity::email_key;
use crate::domain::identity::linkedin_key;
use crate::domain::identity::phone_key;
use crate::domain::ids::LeadId;
use crate::domain::lead::Lead;
use crate::domain::tables::are_nicknames;
use crate::domain::text::words;
use crate::domain::title::Function;
use crate::domain::title::TitleMatch;
use crate::domain::title::classify;
use crate::domain::title::matches;

/// Most leads of one company that are compared pair by pair.
const BLOCK_MAX: usize = 400;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "same", rename_all = "snake_case")]
pub enum Same {
    Match {
        why: String,
    },
    /// Likely, and a person should look.
    Review {
        why: String,
    },
    No,
}

/// A batch without doubles. `merged` is kept, absorbed, why.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Merged {
    pub leads: Vec<Lead>,
    pub merged: Vec<(LeadId, LeadId, String)>,
    /// Pairs that a person should look at; both are kept.
    pub review: Vec<(LeadId, LeadId, String)>,
}

/// Exact keys first, then names, company and title. Symmetric.
pub fn same_person(one: &Lead, other: &Lead) -> Same {
    if let Some(why) = same_key(one, other) {
        return Same::Match { why };
    }
    let names = same_names(one, other);
    let same_company = is_same_company(one, other);
    // Two different addresses or profiles of one name at one company: two people, or one who moved desks.
    let differ = keys_differ(one, other);
    match (names, same_company) {
        (Names::Different, _) | (_, false) => Same::No,
        (Names::Equal, true) if differ => review("same name and company, different address or profile"),
        (Names::Equal, true) if has_other_work(one, other) => review("same name and company, different work"),
        (Names::Equal, true) => Same::Match { why: "same name and company".to_owned() },
        (Names::Nickname, true) if differ => Same::No,
        (Names::Nickname, true) if has_similar_title(one, other) => {
            Same::Match { why: "short form of the name, same company and title".to_owned() }
        }
        (Names::Nickname, true) => review("short form of the name, same company"),
        (Names::SurnameHidden, true) if !differ && has_similar_title(one, other) => {
            review("same given name, company and title; one surname is hidden")
        }
        (Names::SurnameHidden, true) => Same::No,
    }
}

/// Joins the doubles of a batch; the first of each stays, in its place.
pub fn merge_batch(leads: Vec<Lead>) -> Merged {
    let mut out = Merged::default();
    let mut by_key: HashMap<String, usize> = HashMap::new();
    let mut by_company: HashMap<String, Vec<usize>> = HashMap::new();
    for lead in leads {
        let found = find(&lead, &out.leads, &by_key, &by_company);
        let at = match found {
            Some((at, why)) => {
                out.merged.push((out.leads[at].id.clone(), lead.id.clone(), why));
                absorb(&mut out.leads[at], lead);
                at
            }
            None => {
                note_reviews(&lead, &by_company, &mut out);
                out.leads.push(lead);
                out.leads.len() - 1
            }
        };
        for key in keys(&out.leads[at]) {
            by_key.entry(key).or_insert(at);
        }
        let block = by_company.entry(company_of(&out.leads[at])).or_default();
        if !block.contains(&at) {
            block.push(at);
        }
    }
    out
}

fn find(
    lead: &Lead,
    kept: &[Lead],
    by_key: &HashMap<String, usize>,
    by_company: &HashMap<String, Vec<usize>>,
) -> Option<(usize, String)> {
    let exact = keys(lead).into_iter().find_map(|key| {
        let at = *by_key.get(&key)?;
        Some((at, same_key(lead, &kept[at])?))
    });
    exact.or_else(|| {
        let block = by_company.get(&company_of(lead))?;
        block.iter().take(BLOCK_MAX).find_map(|at| match same_person(lead, &kept[*at]) {
            Same::Match { why } => Some((*at, why)),
            Same::Review { .. } | Same::No => None,
        })
    })
}

fn note_reviews(lead: &Lead, by_company: &HashMap<String, Vec<usize>>, out: &mut Merged) {
    let Some(block) = by_company.get(&company_of(lead)) else { return };
    for at in block.iter().take(BLOCK_MAX) {
        if let Same::Review { why } = same_person(lead, &out.leads[*at]) {
            out.review.push((out.leads[*at].id.clone(), lead.id.clone(), why));
        }
    }
}

fn review(why: &str) -> Same {
    Same::Review { why: why.to_owned() }
}

/// The exact keys of a lead, each with its kind.
fn keys(lead: &Lead) -> Vec<String> {
    let email = lead.email.as_deref().and_then(email_key).map(|key| format!("email:{key}"));
    let profile = lead.linkedin_url.as_deref().and_then(linkedin_key).map(|key| format!("linkedin:{key}"));
    let phone = phone(lead).map(|key| format!("phone:{key}"));
    let records = lead.sources.iter().map(|source| format!("record:{}:{}", source.vendor, source.id));
    [email, profile, phone].into_iter().flatten().chain(records).collect()
}

fn same_key(one: &Lead, other: &Lead) -> Option<String> {
    let email = |lead: &Lead| lead.email.as_deref().and_then(email_key);
    let profile = |lead: &Lead| lead.linkedin_url.as_deref().and_then(linkedin_key);
    let is_same = |a: Option<String>, b: Option<String>| a.is_some() && a == b;
    let record = one.sources.iter().any(|source| !source.id.is_empty() && other.sources.contains(source));
    // A switchboard's number is shared: it counts only with the name.
    let named = same_names(one, other) == Names::Equal;
    let rows = [
        (is_same(email(one), email(other)), "same address"),
        (is_same(profile(one), profile(other)), "same LinkedIn profile"),
        (record, "same record at a vendor"),
        (named && is_same(phone(one), phone(other)), "same name and phone"),
    ];
    rows.into_iter().find(|row| row.0).map(|row| row.1.to_owned())
}

fn phone(lead: &Lead) -> Option<String> {
    lead.phone.as_deref().and_then(|phone| phone_key(phone, lead.country_or_seat()))
}

fn keys_differ(one: &Lead, other: &Lead) -> bool {
    let both_and_differ = |a: Option<String>, b: Option<String>| a.is_some() && b.is_some() && a != b;
    let email = |lead: &Lead| lead.email.as_deref().and_then(email_key);
    let profile = |lead: &Lead| lead.linkedin_url.as_deref().and_then(linkedin_key);
    both_and_differ(email(one), email(other)) || both_and_differ(profile(one), profile(other))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Names {
    Equal,
    Nickname,
    SurnameHidden,
    Different,
}

fn same_names(one: &Lead, other: &Lead) -> Names {
    let plain = |name: &str| words(name).join(" ");
    let (given, other_given) = (plain(&one.given_name), plain(&other.given_name));
    let (surname, other_surname) = (plain(&one.surname), plain(&other.surname));
    let same_given = !given.is_empty() && given == other_given;
    if given.is_empty() || other_given.is_empty() {
        return Names::Different;
    }
    match (surname.is_empty(), other_surname.is_empty()) {
        (false, false) if surname != other_surname => Names::Different,
        (false, false) if same_given => Names::Equal,
        (false, false) if are_nicknames(&given, &other_given) || is_initial(&given, &other_given) => Names::Nickname,
        (true, _) | (_, true) if same_given => Names::SurnameHidden,
        _ => Names::Different,
    }
}

fn is_initial(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    short.chars().count() == 1 && long.starts_with(short)
}

fn is_same_company(one: &Lead, other: &Lead) -> bool {
    let domain = |lead: &Lead| lead.company.domain.as_deref().map(domain_key).filter(|domain| !domain.is_empty());
    match (domain(one), domain(other)) {
        (Some(a), Some(b)) => a == b,
        _ => {
            let (a, b) = (company_key(&one.company.name), company_key(&other.company.name));
            !a.is_empty() && a == b
        }
    }
}

/// Both titles name a function, and not the same one. Whoever runs the whole may do anything.
fn has_other_work(one: &Lead, other: &Lead) -> bool {
    let function = |lead: &Lead| lead.title.as_deref().map_or(Function::Unknown, |title| classify(title).function);
    let (a, b) = (function(one), function(other));
    let is_open = |function| matches!(function, Function::Unknown | Function::General);
    a != b && !is_open(a) && !is_open(b)
}

fn has_similar_title(one: &Lead, other: &Lead) -> bool {
    match (&one.title, &other.title) {
        (Some(a), Some(b)) => matches(a, std::slice::from_ref(b)) != TitleMatch::No,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
