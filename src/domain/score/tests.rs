//! Scores by hand, and what must hold of every score.
use std::sync::OnceLock;

use proptest::prelude::*;

use super::*;
use crate::domain::ids::CompanyId;
use crate::domain::ids::LeadId;
use crate::domain::lead::Signal;
use crate::domain::lead::SignalKind;
use crate::domain::lead::Verdict;
use crate::domain::time::DAY;

fn profile() -> Profile {
    static CELL: OnceLock<Profile> = OnceLock::new();
    let text = include_str!("../../../config/icp/fintech-finance.toml");
    CELL.get_or_init(|| Profile::parse(text, "fintech-finance").unwrap()).clone()
}

fn now() -> Millis {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

fn signal(kind: SignalKind, text: &str, days_ago: i64) -> Signal {
    Signal { kind, text: text.to_owned(), at: now().plus(-days_ago * DAY), source: "Explorium event".to_owned() }
}

fn lead() -> Lead {
    let mut company = Company::named(CompanyId::from("co_1"), "Acme Inc");
    company.industry = Some("Fintech".to_owned());
    (company.employees_min, company.employees_max) = (Some(200), Some(1_000));
    (company.revenue_min_usd, company.revenue_max_usd) = (Some(20_000_000), Some(80_000_000));
    company.country = Some("US".to_owned());
    company.technologies = vec!["Snowflake".to_owned(), "AWS".to_owned()];
    company.signals = vec![signal(SignalKind::Funding, "raised 25 M USD in April", 180)];
    let mut lead = Lead::named(LeadId::from("lead_1"), "Ava", company, now());
    lead.surname = "Ng".to_owned();
    lead.title = Some("VP Finance".to_owned());
    lead.email = Some("ava.ng@acme.com".to_owned());
    lead.verdict = Verdict::Valid;
    lead
}

fn near(one: f64, other: f64) -> bool {
    (one - other).abs() < 1e-9
}

#[test]
fn a_score_by_hand() {
    let score = score(&lead(), &profile(), &ScoreFacts::default(), now());
    // Firmographics (0.9 + 1.0 + 0.8 + 1.0) / 4 = 0.925; technology and role 1.
    assert!(near(score.fit, 0.4 * 0.925 + 0.3 + 0.3), "{}", score.fit);
    assert!(near(score.intent, 0.2), "half of 0.4 after one half-life: {}", score.intent);
    assert!(near(score.reachability, 0.6) && near(score.risk, 0.0));
    assert!(near(score.total, 0.4 * 0.97 + 0.3 * 0.2 + 0.2 * 0.6 + 0.1), "{}", score.total);
    assert_eq!(
        (score.profile.as_str(), score.profile_version, score.disqualified.is_none()),
        ("fintech-finance", 1, true)
    );
    assert_eq!(
        sentence(&score),
        "0.67: VP Finance at a 200-1,000 fintech using Snowflake; verified e-mail; raised 25 M USD in April"
    );
}

#[test]
fn nothing_known_counts_nothing_and_says_so() {
    let lead = Lead::named(LeadId::from("l"), "Ava", Company::named(CompanyId::from("c"), "Acme"), now());
    let score = score(&lead, &profile(), &ScoreFacts::default(), now());
    assert!(near(score.fit, 0.0) && near(score.reachability, 0.0) && near(score.risk, 0.5));
    assert!(near(score.total, 0.05) && near(score.confidence, 0.0), "{score:?}");
}

#[test]
fn a_bar_disqualifies_whatever_the_score() {
    let facts = ScoreFacts { suppressed: true, ..ScoreFacts::default() };
    let score_now = score(&lead(), &profile(), &facts, now());
    assert!(near(score_now.total, 0.0) && score_now.disqualified.is_some());
    let facts = ScoreFacts { basis_missing: true, crm_duplicate: true, suppressed: false };
    let score_now = score(&lead(), &profile(), &facts, now());
    assert!(near(score_now.risk, 1.0) && score_now.total > 0.5 && score_now.disqualified.is_some());
}

#[test]
fn a_company_alone_is_scored_with_less_confidence() {
    let whole = score(&lead(), &profile(), &ScoreFacts::default(), now());
    let company = score_company(&lead().company, &profile(), now());
    assert!(near(company.fit, 0.4 * 0.925 + 0.3));
    assert!(company.confidence < whole.confidence && company.total < whole.total);
}

prop_compose! {
    fn any_lead()(
        size in prop::option::of(1_u32..50_000),
        industry in prop::option::of(prop::sample::select(vec!["fintech", "Mining", "SaaS"])),
        country in prop::option::of(prop::sample::select(vec!["US", "DE", "XX"])),
        technologies in prop::collection::vec(prop::sample::select(vec!["Snowflake", "Stripe", "COBOL"]), 0..3),
        title in prop::option::of(prop::sample::select(vec!["CFO", "VP Sales", "Finance Manager", ""])),
        email in any::<bool>(),
        verdict in prop::sample::select(vec![Verdict::Valid, Verdict::Risky, Verdict::Invalid, Verdict::Unknown]),
        ages in prop::collection::vec((0_usize..5, 0_i64..2_000), 0..8),
        collected in 0_i64..900,
    ) -> Lead {
        let kinds = [SignalKind::Hiring, SignalKind::Funding, SignalKind::TechnologyAdopted, SignalKind::WebIntent, SignalKind::LinkedinEngagement];
        let mut company = Company::named(CompanyId::from("c"), "Acme");
        company.employees_min = size;
        company.industry = industry.map(str::to_owned);
        company.country = country.map(str::to_owned);
        company.technologies = technologies.into_iter().map(str::to_owned).collect();
        company.signals = ages.into_iter().map(|(kind, age)| signal(kinds[kind], "x", age)).collect();
        let mut lead = Lead::named(LeadId::from("l"), "Ava", company, now().plus(-collected * DAY));
        lead.title = title.map(str::to_owned);
        lead.email = email.then(|| "ava@acme.com".to_owned());
        lead.verdict = verdict;
        lead
    }
}

proptest! {
    #[test]
    fn every_score_is_within_bounds_and_adds_up(lead in any_lead(), basis in any::<bool>(), double in any::<bool>()) {
        let facts = ScoreFacts { basis_missing: basis, crm_duplicate: double, suppressed: false };
        let score = score(&lead, &profile(), &facts, now());
        for part in [score.total, score.fit, score.intent, score.reachability, score.risk, score.confidence] {
            prop_assert!((0.0..=1.0).contains(&part), "{:?}", score);
        }
        let sum: f64 = score.lines.iter().map(|line| line.contribution).sum();
        prop_assert!((sum - score.total).abs() < 1e-9);
        let composite = 0.4 * score.fit + 0.3 * score.intent + 0.2 * score.reachability + 0.1 * (1.0 - score.risk);
        prop_assert!((composite - score.total).abs() < 1e-9);
    }

    #[test]
    fn what_speaks_for_a_lead_never_lowers_its_score(lead in any_lead(), days in 0_i64..400) {
        let facts = ScoreFacts::default();
        let total = |lead: &Lead| score(lead, &profile(), &facts, now()).total;
        let before = total(&lead);
        let mut better = lead.clone();
        better.signals.push(signal(SignalKind::Funding, "raised", days));
        prop_assert!(total(&better) >= before - 1e-9);
        better.linkedin_url = Some("https://linkedin.com/in/ava".to_owned());
        prop_assert!(total(&better) >= before - 1e-9);
        better.email = Some("ava@acme.com".to_owned());
        better.verdict = Verdict::Valid;
        prop_assert!(total(&better) >= before - 1e-9);
        let worse = score(&lead, &profile(), &ScoreFacts { basis_missing: true, ..facts }, now()).total;
        prop_assert!(worse <= before + 1e-9);
    }

    #[test]
    fn signals_only_fade(lead in any_lead(), days in 0_i64..400) {
        let intent = |at: Millis| score(&lead, &profile(), &ScoreFacts::default(), at).intent;
        prop_assert!(intent(now().plus(days * DAY)) <= intent(now()) + 1e-9);
    }
}
