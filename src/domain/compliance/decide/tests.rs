//! Rulings by country, and what must hold of every ruling.
use std::sync::OnceLock;

use proptest::prelude::*;

use super::*;
use crate::domain::compliance::duties;
use crate::domain::compliance::facts::CampaignFacts;
use crate::domain::compliance::facts::Consent;
use crate::domain::compliance::facts::Rendered;
use crate::domain::compliance::facts::Sender;
use crate::domain::compliance::rows::Basis;
use crate::domain::compliance::rows::Confidence;
use crate::domain::compliance::rows::Regime;
use crate::domain::ids::CompanyId;
use crate::domain::ids::LeadId;
use crate::domain::lead::Company;
use crate::domain::lead::Lead;
use crate::domain::lead::SourceRef;
use crate::domain::time::DAY;
use crate::domain::time::HOUR;
use crate::domain::title::Function;

fn regions() -> &'static Regions {
    static CELL: OnceLock<Regions> = OnceLock::new();
    CELL.get_or_init(|| Regions::shipped().unwrap())
}

/// A Tuesday, 10:00 in London; the window is left to the tests that ask for it.
fn now() -> Millis {
    "2026-11-24T10:00:00Z".parse().unwrap()
}

fn question(country: &str) -> Question {
    let mut company = Company::named(CompanyId::from("c"), "Acme Ltd");
    company.country = Some(country.to_owned());
    let mut lead = Lead::named(LeadId::from("lead_1"), "Ava", company, now().plus(-10 * DAY));
    lead.surname = "Ng".to_owned();
    lead.title = Some("VP Finance".to_owned());
    lead.country = Some(country.to_owned());
    lead.email = Some("ava.ng@acme.com".to_owned());
    lead.sources.push(SourceRef { vendor: "apollo".to_owned(), id: "1".to_owned() });
    let campaign = CampaignFacts {
        target_functions: vec![Function::Finance],
        lia_ref: Some("LIA-7".to_owned()),
        ..CampaignFacts::named("fintech-cfo")
    };
    Question { window_applies: false, ..Question::for_lead(&lead, campaign, now()) }
}

fn consent(basis: Basis, days: i64) -> Consent {
    Consent {
        basis,
        reference: "consent_1".to_owned(),
        expires_at: Some(now().plus(days * DAY)),
        proof: Some("proof_1".to_owned()),
    }
}

fn verdict(question: &Question) -> RulingVerdict {
    decide(question, regions()).verdict
}

fn reviewed(mut question: Question, country: &str) -> Question {
    question.campaign.reviewed_countries.push(country.to_owned());
    question
}

#[test]
fn germany_needs_consent() {
    let ruling = decide(&question("DE"), regions());
    assert_eq!(ruling.verdict, RulingVerdict::Deny);
    assert_eq!(ruling.reasons.len(), 1);
    assert_eq!(ruling.reasons[0].rule, "DE.b2b_email.opt_in");
    assert_eq!(ruling.reasons[0].text, "Germany needs consent for business mail; none is recorded.");
    assert!((ruling.risk - 1.0).abs() < 1e-12);
    assert_eq!(ruling.table_hash, regions().hash());
    let with = |basis, days| Question { consent: Some(consent(basis, days)), ..question("DE") };
    assert_eq!(verdict(&with(Basis::Consent, 30)), RulingVerdict::Allow);
    assert_eq!(verdict(&with(Basis::ExistingCustomerSimilarProduct, 30)), RulingVerdict::Allow);
    assert_eq!(verdict(&with(Basis::LegitimateInterest, 30)), RulingVerdict::Deny);
    let expired = decide(&with(Basis::Consent, -1), regions());
    assert_eq!(expired.reasons[0].text, "Germany needs consent for business mail; what is recorded has expired.");
}

#[test]
fn britain_works_with_a_balancing_test() {
    assert_eq!(verdict(&question("GB")), RulingVerdict::Allow);
    let mut without = question("GB");
    without.campaign.lia_ref = None;
    assert_eq!(decide(&without, regions()).reasons[0].rule, "GB.b2b_email.opt_out");
    let unknown_form = Question { corporate: None, ..question("GB") };
    assert_eq!(decide(&unknown_form, regions()).reasons[0].rule, "GB.condition.corporate_subscriber");
    let us = Question { corporate: None, ..question("US") };
    assert_eq!(verdict(&us), RulingVerdict::Allow);
}

#[test]
fn canada_needs_a_published_address_with_proof() {
    assert_eq!(verdict(&question("CA")), RulingVerdict::Deny);
    let published = consent(Basis::ImpliedConspicuousPublication, 30);
    let with = Question { consent: Some(published.clone()), solicitation_refused: Some(false), ..question("CA") };
    assert_eq!(verdict(&with), RulingVerdict::Allow);
    assert_eq!(verdict(&Question { solicitation_refused: Some(true), ..with.clone() }), RulingVerdict::Deny);
    assert_eq!(verdict(&Question { solicitation_refused: None, ..with.clone() }), RulingVerdict::Review);
    let unproved = Consent { proof: None, ..published };
    assert_eq!(verdict(&Question { consent: Some(unproved), ..with }), RulingVerdict::Deny);
}

/// Every country, with and without a basis: what the table says is what happens.
#[test]
fn every_country_follows_its_row() {
    for code in regions().codes() {
        let rules = regions().rules(Some(code));
        let ask = || reviewed(Question { solicitation_refused: Some(false), ..question(code) }, code);
        let bare = verdict(&ask());
        assert_eq!(bare == RulingVerdict::Allow, rules.b2b_email == Regime::OptOut && !needs_proof(code), "{code}");
        let agreed = Question { consent: Some(consent(Basis::Consent, 30)), ..ask() };
        assert_eq!(verdict(&agreed), RulingVerdict::Allow, "{code} with consent");
        let late = Question { consent: Some(consent(Basis::Consent, -1)), ..ask() };
        assert_eq!(verdict(&late), bare, "{code} with expired consent");
        let suppressed = Question { suppressed: Some("opt-out".to_owned()), ..agreed.clone() };
        assert_eq!(verdict(&suppressed), RulingVerdict::Deny, "{code} suppressed");
        let unseen = Question {
            campaign: CampaignFacts { reviewed_countries: Vec::new(), ..agreed.campaign.clone() },
            ..agreed
        };
        let is_low = rules.confidence == Confidence::Low;
        assert_eq!(verdict(&unseen) == RulingVerdict::Review, is_low, "{code} not reviewed");
    }
}

fn needs_proof(code: &str) -> bool {
    use crate::domain::compliance::rows::Condition;
    regions().rules(Some(code)).conditions.contains(&Condition::ProofRecorded)
}

#[test]
fn the_strictest_country_holds() {
    let mixed =
        Question { lead_country: Some("US".to_owned()), company_country: Some("DE".to_owned()), ..question("US") };
    assert_eq!(decide(&mixed, regions()).reasons[0].rule, "DE.b2b_email.opt_in");
    let mut french = Question { company_country: Some("FR".to_owned()), ..question("US") };
    assert_eq!(verdict(&french), RulingVerdict::Allow);
    french.campaign.lia_ref = None;
    assert_eq!(decide(&french, regions()).reasons[0].rule, "FR.b2b_email.opt_out");
    let nowhere = Question { lead_country: None, company_country: None, ..question("US") };
    assert_eq!(decide(&nowhere, regions()).reasons[0].rule, "??.b2b_email.opt_in");
    let unlisted = question("ZW");
    assert_eq!(decide(&unlisted, regions()).reasons[0].rule, "??.b2b_email.opt_in");
    let odd = Question { mailbox_country: Some("FR".to_owned()), ..question("US") };
    assert_eq!(verdict(&odd), RulingVerdict::Review);
}

#[test]
fn addresses_that_are_nobodys() {
    let ask = |email: &str| {
        let mut lead = Lead::named(LeadId::from("l"), "", Company::named(CompanyId::from("c"), "Acme Inc"), now());
        lead.email = Some(email.to_owned());
        lead.country = Some("US".to_owned());
        lead.title = Some("CFO".to_owned());
        let campaign = CampaignFacts { target_functions: vec![Function::Finance], ..CampaignFacts::named("c") };
        verdict(&Question { window_applies: false, ..Question::for_lead(&lead, campaign, now()) })
    };
    assert_eq!(ask("ava@acme.com"), RulingVerdict::Allow);
    assert_eq!(ask("ava@gmail.com"), RulingVerdict::Deny);
    assert_eq!(ask("ava@mailinator.com"), RulingVerdict::Deny);
    assert_eq!(ask("info@acme.com"), RulingVerdict::Review);
    assert_eq!(ask(""), RulingVerdict::Deny);
}

#[test]
fn relevance_age_and_objections() {
    let off = Question { title: Some("VP Sales".to_owned()), ..question("US") };
    let ruling = decide(&off, regions());
    assert_eq!((ruling.verdict, ruling.reasons[0].rule.as_str()), (RulingVerdict::Review, "role.relevance"));
    assert!(ruling.risk > 0.3);
    let old = Question { data_at: now().plus(-181 * DAY), ..question("US") };
    assert_eq!(decide(&old, regions()).reasons[0].rule, "data.stale");
    assert_eq!(verdict(&Question { opted_out: true, ..question("US") }), RulingVerdict::Deny);
    assert_eq!(verdict(&Question { hard_bounced: true, ..question("US") }), RulingVerdict::Deny);
    assert!((decide(&question("US"), regions()).risk - 0.1).abs() < 1e-12);
}

#[test]
fn limits_and_windows_hold_back() {
    let mut full = question("GB");
    full.sent.mailbox = 40;
    assert_eq!(verdict(&full), RulingVerdict::Hold { until: "2026-11-25T00:00:00Z".parse().unwrap() });
    full.sent =
        crate::domain::compliance::facts::SendCounts { person_21d: 4, company_running: 3, ..Default::default() };
    assert_eq!(decide(&full, regions()).reasons.len(), 2);
    let late = Question { window_applies: true, now: "2026-11-27T18:00:00Z".parse().unwrap(), ..question("GB") };
    assert_eq!(verdict(&late), RulingVerdict::Hold { until: "2026-11-30T09:00:00Z".parse().unwrap() });
    let open = Question { window_applies: true, ..question("GB") };
    assert_eq!(verdict(&open), RulingVerdict::Allow);
}

fn mail() -> Rendered {
    let sender = Sender {
        company: "Quarterdeck Ltd".to_owned(),
        person: "Ava Reed".to_owned(),
        postal_address: "1 Harbour Street, London EC1".to_owned(),
        reply_to: "ava@quarterdeck.example".to_owned(),
        unsubscribe_url: "https://quarterdeck.example/u/t0k".to_owned(),
        impressum: "HRB 123, VAT DE123".to_owned(),
    };
    let body = "Hi,\nclosing takes long?\nAva Reed\n\nQuarterdeck Ltd, 1 Harbour Street,\nLondon EC1. HRB 123, VAT DE123.\n\
        This is a commercial message. We found your details at Apollo and write on the basis of legitimate interest. \
        Your rights: access, erasure, and the right to object at any time.\nUnsubscribe: https://quarterdeck.example/u/t0k";
    Rendered {
        subject: "Month-end at Acme".to_owned(),
        body: body.to_owned(),
        first: true,
        headers_one_click: true,
        sender,
    }
}

#[test]
fn the_linter_finds_each_missing_duty() {
    let table = [
        (mail(), "DE", ""),
        (Rendered { body: mail().body.replace("Quarterdeck Ltd", "We"), ..mail() }, "US", "identify_sender"),
        (Rendered { body: mail().body.replace("1 Harbour Street", "Harbour"), ..mail() }, "GB", "postal_address"),
        (Rendered { headers_one_click: false, ..mail() }, "GB", "opt_out_every_message"),
        (Rendered { body: mail().body.replace("t0k", "x"), ..mail() }, "GB", "opt_out_every_message"),
        (Rendered { subject: "Re: our call".to_owned(), ..mail() }, "GB", "truthful_subject"),
        (Rendered { body: mail().body.replace("commercial", "nice"), ..mail() }, "US", "commercial_label"),
        (Rendered { body: mail().body.replace("HRB 123", ""), ..mail() }, "DE", "impressum"),
        (Rendered { body: mail().body.replace("legitimate interest", "luck"), ..mail() }, "GB", "gdpr_art14_notice"),
        (Rendered { body: mail().body.replace("right to object", "end"), ..mail() }, "GB", "gdpr_art21_first_message"),
        (
            Rendered { sender: Sender { reply_to: String::new(), ..mail().sender }, ..mail() },
            "GB",
            "valid_reply_address",
        ),
    ];
    for (mail, country, missing) in table {
        let found = duties::missing(regions().rules(Some(country)).duties, &mail);
        let expected: Vec<&str> = if missing.is_empty() { Vec::new() } else { vec![missing] };
        let first: Vec<&str> = found.iter().copied().filter(|code| missing.is_empty() || *code == missing).collect();
        assert_eq!(first, expected, "{country} {found:?}");
    }
    let later = Rendered { first: false, body: mail().body.replace("right to object", "end"), ..mail() };
    assert!(duties::missing(regions().rules(Some("GB")).duties, &later).is_empty());
}

#[test]
fn a_mail_with_a_duty_left_open_is_denied() {
    let mut ask = question("GB");
    ask.campaign.rendered = Some(mail());
    assert_eq!(verdict(&ask), RulingVerdict::Allow);
    ask.campaign.rendered = Some(Rendered { headers_one_click: false, ..mail() });
    assert_eq!(decide(&ask, regions()).reasons[0].rule, "GB.duty.opt_out_every_message");
}

#[test]
fn a_permit_is_for_one_person_one_text_and_a_short_time() {
    let bare = clear(&question("GB"), regions(), "lead_1", "hash_a").unwrap_err();
    assert_eq!(bare.reasons[0].rule, "permit.mail");
    let mut ask = question("GB");
    ask.campaign.rendered = Some(mail());
    let permit = clear(&ask, regions(), "lead_1", "hash_a").unwrap();
    assert!(permit.covers("lead_1", "hash_a", "fintech-cfo", now()));
    assert!(!permit.covers("lead_1", "hash_b", "fintech-cfo", now()));
    assert!(!permit.covers("lead_1", "hash_a", "fintech-cfo", now().plus(HOUR)));
    assert!(clear(&ask, regions(), "Ava.Ng+x@acme.com", "hash_a").is_ok());
    let other = clear(&ask, regions(), "ben@acme.com", "hash_a").unwrap_err();
    assert_eq!(other.reasons[0].rule, "permit.recipient");
    let german = Question { campaign: ask.campaign.clone(), ..question("DE") };
    assert!(clear(&german, regions(), "lead_1", "hash_a").is_err());
    let held = Question { window_applies: true, now: now().plus(12 * HOUR), ..ask };
    assert!(clear(&held, regions(), "lead_1", "hash_a").is_err());
}

prop_compose! {
    fn any_question()(
        country in prop::sample::select(vec!["US", "GB", "DE", "CA", "FR", "PL", "AU", "IN", "XX", ""]),
        seat in prop::sample::select(vec!["US", "GB", "DE", ""]),
        flags in prop::collection::vec(any::<bool>(), 8),
        basis in prop::option::of(prop::sample::select(vec![Basis::Consent, Basis::LegitimateInterest, Basis::NoneRequired, Basis::ImpliedInquiry6m])),
        days in -400_i64..400,
        mailbox in 0_u32..60,
        minutes in 0_i64..60 * 24 * 30,
    ) -> Question {
        let place = |code: &str| (!code.is_empty()).then(|| code.to_owned());
        let mut ask = question("US");
        ask.lead_country = place(country);
        ask.company_country = place(seat);
        ask.now = now().plus(minutes * 60_000);
        ask.consent = basis.map(|basis| consent(basis, days));
        ask.sent.mailbox = mailbox;
        ask.role_address = flags[0];
        ask.free_provider = flags[1];
        ask.disposable = flags[2] && flags[3];
        ask.window_applies = flags[4];
        ask.corporate = flags[5].then_some(true);
        ask.campaign.lia_ref = ask.campaign.lia_ref.filter(|_| !flags[6]);
        ask.campaign.rendered = Some(mail());
        ask.opted_out = flags[7] && flags[3];
        ask
    }
}

proptest! {
    #[test]
    fn the_suppressed_are_never_allowed(ask in any_question()) {
        let ask = Question { suppressed: Some("opt-out".to_owned()), ..ask };
        let ruling = decide(&ask, regions());
        prop_assert_eq!(ruling.verdict, RulingVerdict::Deny);
        prop_assert!(clear(&ask, regions(), "lead_1", "h").is_err());
    }

    #[test]
    fn an_objection_never_makes_a_ruling_milder(ask in any_question()) {
        let before = decide(&ask, regions());
        let after = decide(&Question { opted_out: true, ..ask }, regions());
        prop_assert!(after.verdict >= before.verdict && after.risk >= before.risk);
    }

    #[test]
    fn nowhere_is_never_allowed_without_consent(ask in any_question()) {
        let ask = Question { lead_country: None, company_country: None, mailbox_country: None, consent: None, ..ask };
        prop_assert_eq!(verdict(&ask), RulingVerdict::Deny);
    }

    #[test]
    fn an_allow_has_no_reasons_and_the_same_question_the_same_answer(ask in any_question()) {
        let ruling = decide(&ask, regions());
        prop_assert_eq!(&ruling, &decide(&ask, regions()));
        prop_assert_eq!(ruling.verdict == RulingVerdict::Allow, ruling.reasons.is_empty());
        prop_assert!((0.0..=1.0).contains(&ruling.risk));
        let permit = clear(&ask, regions(), "lead_1", "h");
        prop_assert_eq!(permit.is_ok(), ruling.verdict == RulingVerdict::Allow);
        prop_assert!(permit.is_err() || !permit.unwrap().covers("lead_1", "other", "fintech-cfo", ask.now));
    }

    #[test]
    fn an_allow_within_the_window_is_in_working_hours(ask in any_question()) {
        let ask = Question { window_applies: true, ..ask };
        if verdict(&ask) == RulingVerdict::Allow && ask.lead_country.as_deref() == Some("GB") {
            let hour = ask.now.timestamp().to_zoned(crate::domain::time::zone_or_utc("Europe/London")).hour();
            prop_assert!((9..17).contains(&hour));
        }
    }
}
