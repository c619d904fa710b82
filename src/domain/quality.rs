//! How complete a lead is, and how sure we are of it.
use crate::domain::lead::Lead;
use crate::domain::lead::Verdict;

/// Below this a person looks.
pub const CONFIDENCE_MIN: f64 = 0.6;
/// What a value without provenance is taken for.
const UNSAID: f64 = 0.5;

/// The fields outreach needs, with the weight of each for confidence.
const FIELDS: &[(&str, f64)] = &[
    ("given_name", 1.0),
    ("surname", 1.0),
    ("title", 2.0),
    ("email", 3.0),
    ("country", 1.0),
    ("company", 2.0),
    ("domain", 1.0),
    ("industry", 1.0),
    ("employees", 1.0),
];

/// Filled and required.
pub fn completeness(lead: &Lead) -> (usize, usize) {
    (FIELDS.len() - missing(lead).len(), FIELDS.len())
}

/// The required fields that are empty, in the order of the form.
pub fn missing(lead: &Lead) -> Vec<&'static str> {
    FIELDS.iter().map(|(field, _)| *field).filter(|field| !is_filled(lead, field)).collect()
}

/// 0 to 1: the weighted confidence of the filled fields. An address counts as much as its check allows.
pub fn confidence(lead: &Lead) -> f64 {
    let filled: Vec<&(&str, f64)> = FIELDS.iter().filter(|(field, _)| is_filled(lead, field)).collect();
    let weight: f64 = filled.iter().map(|(_, weight)| weight).sum();
    let sure: f64 = filled.iter().map(|(field, weight)| weight * confidence_of(lead, field)).sum();
    if weight > 0.0 { (sure / weight).clamp(0.0, 1.0) } else { 0.0 }
}

fn is_filled(lead: &Lead, field: &str) -> bool {
    let some = |value: &Option<String>| value.as_deref().is_some_and(|value| !value.trim().is_empty());
    match field {
        "given_name" => !lead.given_name.trim().is_empty(),
        "surname" => !lead.surname.trim().is_empty(),
        "title" => some(&lead.title),
        "email" => some(&lead.email),
        "country" => lead.country_or_seat().is_some_and(|code| !code.is_empty()),
        "company" => !lead.company.name.trim().is_empty(),
        "domain" => some(&lead.company.domain),
        "industry" => some(&lead.company.industry),
        _ => lead.company.employees_min.or(lead.company.employees_max).is_some(),
    }
}

fn confidence_of(lead: &Lead, field: &str) -> f64 {
    let said = lead.provenance.get(field).or_else(|| lead.company.provenance.get(company_field(field)));
    let base = said.map_or(UNSAID, |said| said.confidence.clamp(0.0, 1.0));
    match (field, lead.verdict) {
        ("email", Verdict::Valid) => base.max(0.95),
        ("email", Verdict::Risky) => base.min(0.5),
        ("email", Verdict::Invalid) => 0.0,
        _ => base,
    }
}

fn company_field(field: &str) -> &str {
    if field == "company" { "name" } else { field }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::CompanyId;
    use crate::domain::ids::LeadId;
    use crate::domain::lead::Company;
    use crate::domain::lead::Provenance;
    use crate::domain::time::Millis;

    fn lead() -> Lead {
        Lead::named(LeadId::from("lead_1"), "Ava", Company::named(CompanyId::from("co_1"), "Acme"), Millis(0))
    }

    #[test]
    fn empty_fields_are_named() {
        let mut lead = lead();
        assert_eq!(completeness(&lead), (2, 9));
        assert_eq!(missing(&lead), ["surname", "title", "email", "country", "domain", "industry", "employees"]);
        lead.email = Some("ava@acme.com".to_owned());
        lead.company.country = Some("GB".to_owned());
        assert_eq!(completeness(&lead), (4, 9));
    }

    #[test]
    fn a_verified_address_is_trusted_and_a_dead_one_is_not() {
        let mut lead = lead();
        lead.email = Some("ava@acme.com".to_owned());
        let said = Provenance { source: "apollo".into(), reference: "r1".into(), at: Millis(0), confidence: 0.8 };
        for field in ["given_name", "company", "email"] {
            lead.provenance.insert(field.to_owned(), said.clone());
        }
        lead.verdict = Verdict::Valid;
        assert!(confidence(&lead) > 0.8);
        lead.verdict = Verdict::Invalid;
        assert!(confidence(&lead) < CONFIDENCE_MIN);
    }
}
