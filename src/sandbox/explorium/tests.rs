use serde_json::Value;
use serde_json::json;

use crate::sandbox::tests::Tester;

#[tokio::test]
async fn businesses_then_prospects_then_contacts() {
    let t = Tester::new(None).await;
    let filters = json!({"company_size": {"values": ["201-500", "501-1000"]}, "linkedin_category": {"values": ["financial services"]}, "company_tech_stack_tech": {"values": ["Snowflake"]}});
    let b = t
        .call(
            "explorium",
            "POST",
            "/v1/businesses",
            json!({"mode": "full", "size": 500, "page_size": 500, "filters": filters}),
        )
        .await
        .json();
    let ids: Vec<Value> = b["data"].as_array().unwrap().iter().map(|x| x["business_id"].clone()).collect();
    assert!(ids.len() >= 180 && b["data"][0]["business_id"].as_str().unwrap().len() == 32);
    let filters = json!({"business_id": {"values": ids}, "job_title": {"values": ["VP Finance"]}});
    let p = t
        .call(
            "explorium",
            "POST",
            "/v1/prospects",
            json!({"mode": "full", "size": 300, "page_size": 50, "filters": filters}),
        )
        .await
        .json();
    assert!(p["total_results"].as_u64().unwrap() >= 130 && p["data"].as_array().unwrap().len() == 50);
    let ids: Vec<Value> = p["data"].as_array().unwrap().iter().map(|x| x["prospect_id"].clone()).collect();
    let body = json!({"prospect_ids": ids, "parameters": {"contact_types": ["email"]}});
    let c = t.call("explorium", "POST", "/v1/prospects/contacts_information/bulk_enrich", body).await.json();
    let n = c["data"].as_array().unwrap().len() as u64;
    assert!(n >= 35 && c["data"][0]["data"]["professions_email"].as_str().unwrap().contains('@'));
    assert_eq!(t.ledger().await["explorium"]["credits"], json!(n * 2));
    let many: Vec<Value> = (0..51).map(|i| json!({"name": format!("x{i}")})).collect();
    let no = t.call("explorium", "POST", "/v1/businesses/match", json!({"businesses_to_match": many})).await;
    assert_eq!((no.status, no.json()["detail"][0]["type"].clone()), (422, json!("too_long")));
    let odd =
        json!({"mode": "full", "size": 1, "page_size": 1, "filters": {"linkedin_category": {"values": ["fintech"]}}});
    assert_eq!(t.call("explorium", "POST", "/v1/businesses", odd).await.status, 422);
}
