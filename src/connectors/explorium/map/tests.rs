//! Found and enriched people: what is said is kept with its source, what is not said changes nothing.
use super::*;
use crate::domain::ids::CompanyId;
use crate::domain::ids::LeadId;

const NOW: Millis = Millis(7);

fn prospect(body: Value) -> Prospect {
    serde_json::from_value(body).unwrap()
}

fn bare() -> Lead {
    Lead::named(LeadId::from("lead_1"), "Ava", Company::named(CompanyId::from("c"), "Acme"), NOW)
}

fn said() -> Said<'static> {
    Said { vendor: VENDOR, reference: "p1", at: NOW }
}

#[test]
fn a_found_person_sits_in_the_found_company() {
    let business: Business =
        serde_json::from_value(json!({"business_id": "b1", "name": "Ledgerly", "domain": "ledgerly.example"})).unwrap();
    let found = prospect(json!({
        "prospect_id": "p1", "full_name": "José de la Cruz", "job_title": "VP Finance", "linkedin": "linkedin.com/in/jose",
        "country_name": "united states", "business_id": "b1",
    }));
    let lead = lead(&found, Some(&business), NOW).unwrap();
    assert_eq!((lead.given_name.as_str(), lead.surname.as_str()), ("José", "de la Cruz"));
    assert_eq!(lead.linkedin_url.as_deref(), Some("https://linkedin.com/in/jose"));
    assert_eq!((lead.country.as_deref(), lead.company.domain.as_deref()), (Some("US"), Some("ledgerly.example")));
    assert_eq!(lead.source_id(VENDOR), Some("p1"));
    assert_eq!(lead.provenance["title"].reference, "p1");
    assert!(super::lead(&prospect(json!({"prospect_id": "p1", "first_name": "X"})), None, NOW).is_none());
    assert!(super::lead(&Prospect::default(), Some(&business), NOW).is_none());
}

#[test]
fn contact_data_never_makes_things_worse() {
    let contact = |email: Option<&str>, status: Option<&str>| -> Contact {
        serde_json::from_value(json!({"professions_email": email, "professional_email_status": status})).unwrap()
    };
    let mut lead = bare();
    add_contact(&mut lead, &contact(Some("a@acme.example"), Some("catch-all")), said());
    assert_eq!((lead.email.as_deref(), lead.verdict), (Some("a@acme.example"), Verdict::Risky));
    add_contact(&mut lead, &contact(Some("b@acme.example"), Some("invalid")), said());
    add_contact(&mut lead, &contact(None, Some("valid")), said());
    assert_eq!((lead.email.as_deref(), lead.verdict), (Some("a@acme.example"), Verdict::Risky));
    add_contact(&mut lead, &contact(Some("c@acme.example"), Some("valid")), said());
    assert_eq!((lead.email.as_deref(), lead.verdict), (Some("c@acme.example"), Verdict::Valid));
    assert!(lead.provenance["email"].confidence > 0.9);
    let before = lead.clone();
    add_contact(&mut lead, &Contact::default(), said());
    assert_eq!(lead, before);
}

#[test]
fn nobody_is_matched_by_a_first_name() {
    assert_eq!(match_input(&bare()), None);
    let mut named = bare();
    named.surname = "Ng".into();
    assert_eq!(match_input(&named), Some(json!({"full_name": "Ava Ng", "company_name": "Acme"})));
    let mut dead = bare();
    (dead.email, dead.verdict) = (Some("a@b.example".into()), Verdict::Invalid);
    assert_eq!(match_input(&dead), None);
}
