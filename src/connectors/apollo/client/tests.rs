//! The query that is sent, and refusals with Apollo's meaning.
use serde_json::json;

use super::*;
use crate::connectors::http::loopback::Act;
use crate::connectors::http::loopback::Loopback;
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

#[tokio::test]
async fn filters_are_query_parameters() {
    let server = Loopback::start(|_| Act::Json(200, json!({"total_entries": 0, "people": []}))).await;
    let apollo = Apollo::connect(server.endpoint(), Arc::new(Still)).unwrap();
    let wanted = Criteria {
        titles: vec!["VP Finance".into()],
        industries: vec!["Fintech".into(), "Insurance".into()],
        employees_min: Some(200),
        countries: vec!["GB".into()],
        technologies: vec!["Snowflake".into()],
        ..Criteria::default()
    };
    let page = Prospecting::people(&apollo, &wanted, None, 500).await.unwrap();
    assert_eq!((page.next.as_deref(), page.total), (Some("k1p1"), None));
    let line = server.lines().remove(0);
    let want = "POST /mixed_people/api_search?person_titles%5B%5D=VP+Finance&include_similar_titles=true\
        &person_locations%5B%5D=United+Kingdom&organization_num_employees_ranges%5B%5D=200%2C10000000\
        &currently_using_any_of_technology_uids%5B%5D=snowflake&q_keywords=fintech&page=1&per_page=100";
    assert_eq!(line, want);
    assert!(server.seen()[0].headers.contains("x-api-key: test-key"));
}

#[tokio::test]
async fn refusals_have_the_vendors_meaning() {
    let server = Loopback::start(|seen| match seen.target.as_str() {
        "/people/bulk_match" => {
            Act::Json(422, json!({"error": "You have insufficient credits", "error_code": "INSUFFICIENT_CREDITS"}))
        }
        _ => Act::Raw("HTTP/1.1 401 x\r\nconnection: close\r\ncontent-length: 7\r\n\r\nInvalid".into()),
    })
    .await;
    let apollo = Apollo::connect(server.endpoint(), Arc::new(Still)).unwrap();
    let denied = Prospecting::people(&apollo, &Criteria::default(), None, 10).await.unwrap_err();
    assert_eq!(denied.to_string(), "sign in to apollo: status 401: Invalid");
    let shown = json!({"id": "p1", "first_name": "A", "organization": {"name": "B"}});
    let lead = map::found(&serde_json::from_value(shown).unwrap(), Millis(1)).unwrap();
    assert!(matches!(Enrichment::people(&apollo, &[lead]).await, Err(PortError::OutOfCredits { .. })));
}
