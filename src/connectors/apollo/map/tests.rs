//! Found and enriched people and companies of Apollo.
use super::*;
use crate::domain::ids::CompanyId;
use crate::domain::ids::LeadId;

const NOW: Millis = Millis(7);

fn person(body: Value) -> Person {
    serde_json::from_value(body).unwrap()
}

fn bare() -> Lead {
    Lead::named(LeadId::from("lead_1"), "Ava", Company::named(CompanyId::from("c"), "Acme"), NOW)
}

#[test]
fn search_shows_a_first_name_and_a_company() {
    let shown = person(json!({
        "id": "p1", "first_name": "Ava", "last_name_obfuscated": "Ng***g", "title": "CFO", "has_email": true,
        "has_direct_phone": "Yes", "organization": {"name": "Acme", "has_industry": true},
    }));
    let lead = found(&shown, NOW).unwrap();
    assert_eq!((lead.given_name.as_str(), lead.surname.as_str(), lead.email.as_deref()), ("Ava", "", None));
    assert_eq!(detail(&lead), Some(json!({"id": "p1"})));
    assert!(found(&person(json!({"id": "p1", "first_name": "Ava"})), NOW).is_none());
}

#[test]
fn addresses_by_their_verdict() {
    let said = Said { vendor: VENDOR, reference: "p1", at: NOW };
    let table = [
        (json!({"email": "a@b.example", "email_status": "verified"}), Some("a@b.example"), Verdict::Valid),
        (json!({"email": "a@b.example", "email_status": "likely_to_engage"}), Some("a@b.example"), Verdict::Risky),
        (json!({"email": null, "email_status": "unavailable"}), None, Verdict::Unknown),
        (json!({"email": "email_not_unlocked@domain.com", "email_status": "verified"}), None, Verdict::Unknown),
    ];
    for (body, email, verdict) in table {
        let mut lead = bare();
        add_person(&mut lead, &person(body), said);
        assert_eq!((lead.email.as_deref(), lead.verdict), (email, verdict));
    }
    let mut good = bare();
    (good.email, good.verdict) = (Some("good@b.example".into()), Verdict::Valid);
    add_person(&mut good, &person(json!({"email": "a@b.example", "email_status": "unverified"})), said);
    assert_eq!(good.email.as_deref(), Some("good@b.example"));
}

#[test]
fn people_without_an_id_are_told_by_name_and_company() {
    assert_eq!(detail(&bare()), None);
    let mut named = bare();
    named.surname = "Ng".into();
    named.company.domain = Some("acme.example".into());
    let want = json!({"first_name": "Ava", "last_name": "Ng", "organization_name": "Acme", "domain": "acme.example"});
    assert_eq!(detail(&named), Some(want));
}

#[test]
fn organizations_bring_facts_and_dated_signals_once() {
    let organization: Organization = serde_json::from_value(json!({
        "id": "o1", "primary_domain": "acme.example", "industry": "financial services", "estimated_num_employees": 320,
        "annual_revenue": 50_000_000, "country": "Germany", "technology_names": ["Snowflake", "snowflake", " "],
        "latest_funding_stage": "Series B", "latest_funding_round_date": "2026-09-01T00:00:00.000Z",
        "organization_headcount_six_month_growth": 0.124,
    }))
    .unwrap();
    let mut company = Company::named(CompanyId::from("c"), "Acme");
    add_organization(&mut company, &organization, NOW);
    let once = company.clone();
    add_organization(&mut company, &organization, NOW.plus(1));
    assert_eq!(company.signals, once.signals);
    let lines: Vec<&str> = once.signals.iter().map(|signal| signal.text.as_str()).collect();
    assert_eq!(lines, ["raised money (Series B)", "grew its headcount by 12% in 6 months"]);
    assert_eq!((once.employees_min, once.employees_max, once.country.as_deref()), (Some(320), Some(320), Some("DE")));
    assert_eq!(once.technologies, ["Snowflake"]);
    let before = company.clone();
    add_organization(&mut company, &Organization::default(), NOW);
    assert_eq!(company, before);
}

#[test]
fn an_organization_is_told_by_domain_before_name() {
    let found: Vec<Option<Organization>> = serde_json::from_value(json!([
        null, {"name": "Acme", "primary_domain": "other.example"}, {"name": "X", "website_url": "http://www.acme.example"},
    ]))
    .unwrap();
    let mut company = Company::named(CompanyId::from("c"), "acme");
    let name = |company: &Company| organization_of(company, &found).and_then(|organization| organization.name.clone());
    assert_eq!(name(&company).as_deref(), Some("Acme"));
    company.domain = Some("acme.example".into());
    assert_eq!(name(&company).as_deref(), Some("X"));
    company.domain = Some("none.example".into());
    assert_eq!(name(&company), None);
}
