//! Apollo: search, enrichment of people and of companies.
use quarterdeck::connectors::apollo::client::Apollo;
use quarterdeck::domain::criteria::Criteria;
use quarterdeck::domain::lead::Verdict;
use quarterdeck::ports::vendors::Enrichment;
use quarterdeck::ports::vendors::Prospecting;
use quarterdeck::sandbox::APOLLO_KEY;

use super::bench::Bench;
use super::spec::Spec;

#[tokio::test]
#[ignore = "needs ../shared; run by .ci/run"]
async fn apollo_keeps_to_its_description() {
    let bench = Bench::start().await;
    let apollo = Apollo::connect(bench.endpoint("/apollo/api/v1", APOLLO_KEY), bench.clock()).unwrap();
    let wanted = Criteria {
        titles: vec!["VP Finance".to_owned()],
        industries: vec!["fintech".to_owned()],
        employees_min: Some(200),
        employees_max: Some(1_000),
        countries: vec!["US".to_owned(), "GB".to_owned()],
        technologies: vec!["Snowflake".to_owned()],
        ..Criteria::default()
    };
    let page = Prospecting::people(&apollo, &wanted, None, 25).await.unwrap();
    assert_eq!(page.rows.len(), 25);
    assert!(page.total.is_some_and(|total| total > 50));
    assert!(page.rows.iter().all(|lead| lead.surname.is_empty() && lead.email.is_none()));
    let second = Prospecting::people(&apollo, &wanted, page.next.as_deref(), 25).await.unwrap();
    assert_ne!(second.rows[0].id, page.rows[0].id);

    let mut asked = page.rows[..12].to_vec();
    asked[3].sources.clear();
    let enriched = Enrichment::people(&apollo, &asked).await.unwrap();
    assert_eq!(enriched.len(), 12);
    // Without an id and a surname nobody can be recognised: the place stays, nothing is paid.
    assert!(enriched[3].lead.is_none() && enriched[3].credits == 0);
    let known: Vec<_> = enriched.iter().filter_map(|one| one.lead.as_ref()).collect();
    assert_eq!(known.len(), 11);
    assert!(known.iter().all(|lead| !lead.surname.is_empty() && lead.company.domain.is_some()));
    assert!(known.iter().any(|lead| lead.verdict == Verdict::Valid && lead.provenance.contains_key("email")));
    assert_eq!(enriched.iter().map(|one| one.credits).sum::<i64>(), 11);

    let mut companies: Vec<_> = known.iter().map(|lead| lead.company.clone()).collect();
    companies[1].domain = Some("nobody-has-this.example".to_owned());
    let facts = apollo.companies(&companies).await.unwrap();
    assert_eq!(facts.len(), companies.len());
    assert!(facts[1].company.is_none());
    assert!(facts[0].company.as_ref().is_some_and(|company| company.technologies.contains(&"Snowflake".to_owned())));
    bench.check(
        &Spec::read("/apollo/api/v1", &["apollo/apollo.json"], &[]),
        &["api_search", "bulk_match", "bulk_enrich"],
    );
}
