//! Pairs that are one person, and pairs that are not.
use proptest::prelude::*;

use super::*;
use crate::domain::ids::CompanyId;
use crate::domain::lead::Company;
use crate::domain::lead::Provenance;
use crate::domain::lead::SourceRef;
use crate::domain::lead::Verdict;
use crate::domain::time::Millis;

fn lead(id: &str, name: (&str, &str), title: &str, company: &str) -> Lead {
    let mut lead = Lead::named(LeadId::from(id), name.0, Company::named(CompanyId::from("c"), company), Millis(0));
    lead.surname = name.1.to_owned();
    lead.title = Some(title.to_owned());
    lead
}

fn with_email(mut lead: Lead, email: &str) -> Lead {
    lead.email = Some(email.to_owned());
    lead
}

fn word(same: &Same) -> &'static str {
    match same {
        Same::Match { .. } => "match",
        Same::Review { .. } => "review",
        Same::No => "no",
    }
}

#[test]
fn pairs_are_told_apart() {
    let bob = lead("a", ("Robert", "Ng"), "VP Finance", "Acme Inc.");
    let table = [
        (lead("b", ("Robert", "Ng"), "CFO", "ACME"), "match"),
        (lead("b", ("Robert", "Ng"), "CEO", "ACME"), "match"),
        (lead("b", ("Robert", "Ng"), "VP Sales", "ACME"), "review"),
        (lead("b", ("Bob", "Ng"), "CFO", "Acme Ltd"), "match"),
        (lead("b", ("Bob", "Ng"), "VP Sales", "Acme"), "review"),
        (lead("b", ("Robert", ""), "VP Finance", "Acme"), "review"),
        (lead("b", ("Robert", ""), "Recruiter", "Acme"), "no"),
        (lead("b", ("Robert", "Ng"), "VP Finance", "Globex"), "no"),
        (lead("b", ("Ben", "Ng"), "VP Finance", "Acme"), "no"),
        (lead("b", ("", ""), "VP Finance", "Acme"), "no"),
    ];
    for (other, expected) in table {
        assert_eq!(word(&same_person(&bob, &other)), expected, "{} {:?}", other.full_name(), other.title);
        assert_eq!(word(&same_person(&other, &bob)), expected, "the other way round");
    }
}

#[test]
fn keys_decide_before_names() {
    let one = with_email(lead("a", ("Ava", "Ng"), "CFO", "Acme"), "Ava+x@acme.com");
    let same = with_email(lead("b", ("Eva", "Ngo"), "CFO", "Other"), "ava@ACME.com");
    assert_eq!(same_person(&one, &same), Same::Match { why: "same address".to_owned() });
    let other = with_email(lead("b", ("Ava", "Ng"), "CFO", "Acme"), "ava.ng2@acme.com");
    assert_eq!(word(&same_person(&one, &other)), "review");
}

#[test]
fn a_batch_keeps_the_better_value_and_both_sources() {
    let said = |source: &str, confidence: f64| Provenance {
        source: source.into(),
        reference: "r".into(),
        at: Millis(1),
        confidence,
    };
    let mut one = with_email(lead("a", ("Ava", ""), "Finance person", "Acme"), "ava@acme.com");
    one.provenance.insert("title".into(), said("apollo", 0.4));
    one.sources.push(SourceRef { vendor: "apollo".into(), id: "1".into() });
    let mut two = with_email(lead("b", ("Ava", "Ng"), "VP Finance", "Acme"), "ava@acme.com");
    two.provenance.insert("title".into(), said("explorium", 0.9));
    two.sources.push(SourceRef { vendor: "explorium".into(), id: "2".into() });
    two.verdict = Verdict::Valid;
    let three = lead("c", ("Ben", "Oz"), "CTO", "Acme");
    let merged = merge_batch(vec![one, three, two]);
    assert_eq!(merged.merged, [(LeadId::from("a"), LeadId::from("b"), "same address".to_owned())]);
    let kept = &merged.leads[0];
    assert_eq!((merged.leads.len(), kept.sources.len(), kept.surname.as_str()), (2, 2, "Ng"));
    assert_eq!((kept.title.as_deref(), kept.verdict), (Some("VP Finance"), Verdict::Valid));
    assert_eq!(kept.provenance["title"].source, "explorium");
}

#[test]
fn doubtful_pairs_are_both_kept() {
    let merged = merge_batch(vec![lead("a", ("Bob", "Ng"), "CFO", "Acme"), lead("b", ("Robert", "Ng"), "CTO", "Acme")]);
    assert_eq!((merged.leads.len(), merged.merged.len(), merged.review.len()), (2, 0, 1));
}

proptest! {
    #[test]
    fn nobody_is_lost_and_a_merged_batch_stays_as_it_is(picks in prop::collection::vec((0_usize..4, 0_usize..4, 0_usize..3), 0..24)) {
        let (given, surname, mail) = (["Ava", "Bob", "Robert", "Eva"], ["Ng", "Oz", "", "Li"], ["", "x@acme.com", "y@acme.com"]);
        let leads: Vec<Lead> = picks.iter().enumerate().map(|(at, pick)| {
            let mut one = lead(&format!("l{at}"), (given[pick.0], surname[pick.1]), "CFO", "Acme");
            one.email = (!mail[pick.2].is_empty()).then(|| mail[pick.2].to_owned());
            one
        }).collect();
        let count = leads.len();
        let merged = merge_batch(leads);
        prop_assert_eq!(merged.leads.len() + merged.merged.len(), count);
        let again = merge_batch(merged.leads.clone());
        prop_assert!(again.leads.len() <= merged.leads.len());
        let mut mails: Vec<_> = merged.leads.iter().filter_map(|lead| lead.email.clone()).collect();
        let with_mail = mails.len();
        mails.sort();
        mails.dedup();
        prop_assert_eq!(mails.len(), with_mail, "one address, one lead");
    }
}
