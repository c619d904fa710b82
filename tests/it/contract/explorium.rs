//! Explorium: the two stages of search, matching, contact data, facts of companies.
use quarterdeck::connectors::explorium::client::Explorium;
use quarterdeck::domain::criteria::Criteria;
use quarterdeck::ports::vendors::Enrichment;
use quarterdeck::ports::vendors::Prospecting;
use quarterdeck::sandbox::EXPLORIUM_KEY;

use super::bench::Bench;
use super::spec::Spec;

#[tokio::test]
#[ignore = "needs ../shared; run by .ci/run"]
async fn explorium_keeps_to_its_description() {
    let bench = Bench::start().await;
    let explorium = Explorium::connect(bench.endpoint("/explorium", EXPLORIUM_KEY), bench.clock()).unwrap();
    let wanted = Criteria {
        titles: vec!["VP Finance".to_owned()],
        industries: vec!["fintech".to_owned()],
        employees_min: Some(200),
        employees_max: Some(1_000),
        technologies: vec!["Snowflake".to_owned()],
        ..Criteria::default()
    };
    let mut leads = Vec::new();
    let mut cursor: Option<String> = None;
    for _ in 0..20 {
        let page = Prospecting::people(&explorium, &wanted, cursor.as_deref(), 50).await.unwrap();
        leads.extend(page.rows);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert!(cursor.is_none() && leads.len() > 100, "{} leads", leads.len());
    let mut ids: Vec<_> = leads.iter().map(|lead| lead.id.clone()).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), leads.len());
    let bare = leads.iter().find(|lead| lead.company.employees_min.is_none() || lead.company.country.is_none());
    assert!(bare.is_none(), "{bare:?}");

    let mut asked = leads[..60].to_vec();
    asked[2].sources.clear();
    let enriched = Enrichment::people(&explorium, &asked).await.unwrap();
    assert_eq!(enriched.len(), 60);
    for (lead, one) in asked.iter().zip(&enriched) {
        assert!(one.lead.as_ref().is_none_or(|found| found.id == lead.id && found.given_name == lead.given_name));
        assert_eq!(one.credits > 0, one.lead.is_some());
    }
    assert!(enriched.iter().filter(|one| one.lead.as_ref().is_some_and(|lead| lead.email.is_some())).count() > 40);

    let mut companies: Vec<_> = leads[..5].iter().map(|lead| lead.company.clone()).collect();
    companies[0].sources.clear();
    companies[1].sources.clear();
    companies[1].domain = Some("nobody-has-this.example".to_owned());
    companies[1].name = "Nobody Has This".to_owned();
    let facts = explorium.companies(&companies).await.unwrap();
    assert_eq!(facts.len(), 5);
    assert!(facts[1].company.is_none() && facts[1].credits == 0);
    assert!(facts[0].company.as_ref().is_some_and(|company| company.technologies.contains(&"Snowflake".to_owned())));
    let spec = Spec::read("/explorium", &["explorium/explorium.json"], &[]);
    bench.check(
        &spec,
        &["/businesses", "/prospects", "prospects/match", "businesses/match", "contacts_information", "technographics"],
    );
}
