use serde_json::Value;
use serde_json::json;

use crate::sandbox::tests::Tester;

#[tokio::test]
async fn search_hides_and_enrichment_charges_once_for_each_found() {
    let t = Tester::new(None).await;
    let q = "person_titles%5B%5D=VP%20Finance&include_similar_titles=false&organization_num_employees_ranges%5B%5D=200,1000&currently_using_any_of_technology_uids%5B%5D=snowflake&q_keywords=fintech&per_page=100";
    let a = t.call("apollo", "POST", &format!("/api/v1/mixed_people/api_search?{q}"), Value::Null).await;
    assert!(a.head.contains("x-minute-requests-left: 199"));
    let found = a.json();
    assert!(found["total_entries"].as_u64().unwrap() >= 140, "{}", found["total_entries"]);
    assert!(
        found["people"][0]["email"].is_null()
            && found["people"][0]["last_name_obfuscated"].as_str().unwrap().contains("***")
    );
    let ids: Vec<Value> = found["people"].as_array().unwrap().iter().take(10).map(|p| json!({"id": p["id"]})).collect();
    let mut details = ids.clone();
    let m = t.call("apollo", "POST", "/api/v1/people/bulk_match", json!({"details": details})).await.json();
    assert_eq!((m["credits_consumed"].clone(), m["matches"].as_array().unwrap().len()), (json!(10), 10));
    details.push(json!({"email": "nobody@acme.example"}));
    assert_eq!(t.call("apollo", "POST", "/api/v1/people/bulk_match", json!({"details": details})).await.status, 422);
    let page = t.ledger().await["apollo"].clone();
    assert_eq!(page["credits"], json!(10));
    assert_eq!(page["charged"][ids[0]["id"].as_str().unwrap()], json!(1));
}
