//! Credits, positions and limits, on answers that the sandbox does not give on its own.
use serde_json::Value;
use serde_json::json;

use super::*;
use crate::connectors::http::loopback::Act;
use crate::connectors::http::loopback::Loopback;
use crate::connectors::http::loopback::Seen;
use crate::domain::ids::CompanyId;
use crate::domain::ids::LeadId;
use crate::domain::lead::Company;
use crate::domain::time::Millis;
use crate::ports::vendors::Enrichment;

struct Still;

#[async_trait::async_trait]
impl Clock for Still {
    fn now(&self) -> Millis {
        Millis(7)
    }

    fn wall(&self) -> Millis {
        Millis(7)
    }

    async fn wait(&self, _until: Millis) {}
}

async fn with(act: impl Fn(&Seen) -> Act + Send + Sync + 'static) -> (Loopback, Explorium) {
    let server = Loopback::start(act).await;
    let client = Explorium::connect(server.endpoint(), Arc::new(Still)).unwrap();
    (server, client)
}

fn lead(name: &str, surname: &str) -> Lead {
    let mut lead = Lead::named(LeadId(name.to_owned()), name, Company::named(CompanyId::from("c"), "Acme"), Millis(1));
    lead.surname = surname.to_owned();
    lead.title = Some("CFO".to_owned());
    lead
}

#[tokio::test]
async fn people_keep_their_places_whatever_comes_back() {
    let (server, client) = with(|seen| match seen.target.as_str() {
        "/v1/prospects/match" => Act::Json(200, json!({"matched_prospects": [{"prospect_id": "p1"}, {"prospect_id": null}, {"prospect_id": "p1"}]})),
        _ => Act::Json(200, json!({"total_results": 1, "data": [
            {"prospect_id": "p1", "data": {"professions_email": "a@acme.example", "professional_email_status": "valid"}},
            {"prospect_id": "p9", "data": {"professions_email": "z@acme.example"}},
        ]})),
    })
    .await;
    let leads = [lead("Ava", "Ng"), lead("Nameless", ""), lead("Ben", "Ode"), lead("Ava", "Ng")];
    let enriched = Enrichment::people(&client, &leads).await.unwrap();
    let emails: Vec<Option<String>> =
        enriched.iter().map(|one| one.lead.as_ref().and_then(|lead| lead.email.clone())).collect();
    let known = Some("a@acme.example".to_owned());
    assert_eq!(emails, [known.clone(), None, None, known]);
    assert_eq!(enriched.iter().map(|one| one.credits).collect::<Vec<_>>(), [2, 0, 0, 0]);
    assert_eq!(server.seen()[1].body, json!({"prospect_ids": ["p1"], "parameters": {"contact_types": ["email"]}}));
}

#[tokio::test]
async fn refusals_have_the_vendors_meaning() {
    let (_server, client) = with(|seen| match seen.target.as_str() {
        "/v1/businesses" => Act::Json(429, json!({"error": "x", "retry_after": 12})),
        "/v1/prospects/match" => Act::Json(200, json!({"matched_prospects": [{"prospect_id": "p1"}]})),
        "/v1/businesses/match" => Act::Json(200, json!({"matched_businesses": []})),
        _ => Act::Json(403, json!({"details": "out of credits"})),
    })
    .await;
    let search = Prospecting::people(&client, &Criteria::default(), None, 10).await;
    assert!(matches!(search, Err(PortError::Throttled { wait_ms: 12_000, .. })));
    let spent = Enrichment::people(&client, &[lead("Ava", "Ng")]).await;
    assert!(matches!(spent, Err(PortError::OutOfCredits { .. })));
    let short = Enrichment::companies(&client, &[Company::named(CompanyId::from("c"), "Acme")]).await;
    assert!(matches!(short, Err(PortError::Malformed { .. })));
    assert!(matches!(
        Prospecting::people(&client, &Criteria::default(), Some("x"), 10).await,
        Err(PortError::Refused { .. })
    ));
}

#[tokio::test]
async fn two_stages_and_no_second_when_the_first_is_empty() {
    let (server, client) = with(|seen| match seen.target.as_str() {
        "/v1/businesses" if seen.body["filters"] == json!({}) => Act::Json(200, json!({"total_results": 0, "data": Value::Null})),
        "/v1/businesses" => Act::Json(200, json!({"total_results": 101, "data": [
            {"business_id": "b1", "name": "Out Ltd"}, {"business_id": "b2", "name": "In Ltd"},
        ]})),
        _ => Act::Json(200, json!({"total_results": 3, "data": [
            {"prospect_id": "p1", "first_name": "A", "business_id": "b1"}, {"prospect_id": "p2", "first_name": "B", "business_id": "b2"},
        ]})),
    })
    .await;
    let empty = Prospecting::people(&client, &Criteria::default(), None, 2).await.unwrap();
    assert_eq!((empty.rows.len(), empty.total, empty.next), (0, Some(0), None));
    let wanted = Criteria { countries: vec!["us".into()], exclude: vec!["out ltd".into()], ..Criteria::default() };
    let page = Prospecting::people(&client, &wanted, None, 2).await.unwrap();
    assert_eq!(page.rows.iter().map(|lead| lead.company.name.as_str()).collect::<Vec<_>>(), ["In Ltd"]);
    assert_eq!((page.total, page.next.as_deref()), (None, Some("b1p2")));
    let last = Prospecting::people(&client, &wanted, Some("b2p2"), 2).await.unwrap();
    assert_eq!(last.next, None);
    assert_eq!(server.lines().len(), 5);
}
