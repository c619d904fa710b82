use serde_json::Value;
use serde_json::json;

use crate::sandbox::tests::Tester;

#[tokio::test]
async fn creating_twice_is_a_conflict_and_upserting_is_not() {
    let t = Tester::new(None).await;
    let base = "/crm/objects/2026-09/contacts";
    let body = json!({"properties": {"email": "Nia@acme.example", "firstname": "Nia"}});
    let made = t.call("hubspot", "POST", base, body.clone()).await;
    assert!(made.status == 201 && made.head.contains("x-hubspot-ratelimit-remaining: 189"));
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let again = t.call("hubspot", "POST", base, body).await;
    assert_eq!(
        (again.status, again.json()["message"].clone()),
        (409, json!(format!("Contact already exists. Existing ID: {id}")))
    );
    let upsert = json!({"inputs": [{"id": "nia@acme.example", "idProperty": "email", "properties": {"jobtitle": "CFO"}}, {"id": "two@acme.example", "idProperty": "email", "properties": {}}]});
    let a = t.call("hubspot", "POST", &format!("{base}/batch/upsert"), upsert).await;
    assert_eq!(a.status, 200);
    assert_eq!(
        (a.json()["results"][0]["new"].clone(), a.json()["results"][1]["new"].clone()),
        (json!(false), json!(true))
    );
    let mixed = json!({"inputs": [{"id": "a@acme.example", "idProperty": "email", "objectWriteTraceId": "1", "properties": {}}, {"id": "b@acme.example", "idProperty": "email", "objectWriteTraceId": "2", "properties": {"nonsense": "x"}}]});
    let a = t.call("hubspot", "POST", &format!("{base}/batch/upsert"), mixed).await;
    assert_eq!((a.status, a.json()["errors"][0]["context"]["objectWriteTraceId"].clone()), (207, json!(["2"])));
    let too_many: Vec<Value> = (0..101)
        .map(|i| json!({"id": format!("x{i}@acme.example"), "idProperty": "email", "properties": {}}))
        .collect();
    assert_eq!(
        t.call("hubspot", "POST", &format!("{base}/batch/upsert"), json!({"inputs": too_many})).await.status,
        400
    );
    let bad = t.call("hubspot", "POST", base, json!({"properties": {"email": "no mail"}})).await.json();
    assert_eq!(
        (bad["category"].clone(), bad["errors"][0]["code"].clone()),
        (json!("VALIDATION_ERROR"), json!("INVALID_EMAIL"))
    );
}

#[tokio::test]
async fn a_new_record_is_found_after_a_while_and_searches_are_few() {
    let t = Tester::new(None).await;
    t.call(
        "hubspot",
        "POST",
        "/crm/objects/2026-09/companies",
        json!({"properties": {"name": "Acme", "domain": "acme.example", "quarterdeck_id": "q1"}}),
    )
    .await;
    let search = json!({"filterGroups": [{"filters": [{"propertyName": "domain", "operator": "EQ", "value": "acme.example"}]}], "properties": ["name"], "limit": 10});
    let path = "/crm/objects/2026-09/companies/search";
    assert_eq!(t.call("hubspot", "POST", path, search.clone()).await.json()["total"], json!(0));
    t.advance(6).await;
    let found = t.call("hubspot", "POST", path, search.clone()).await;
    assert!(found.json()["results"][0]["properties"]["name"] == "Acme" && !found.head.contains("x-hubspot"));
    let mut last = found;
    for _ in 0..5 {
        last = t.call("hubspot", "POST", path, search.clone()).await;
    }
    assert_eq!((last.status, last.json()["policyName"].clone()), (429, json!("SECONDLY")));
    let upsert = json!({"inputs": [{"id": "q1", "idProperty": "quarterdeck_id", "properties": {"city": "Leeds"}}]});
    let a = t.call("hubspot", "POST", "/crm/objects/2026-09/companies/batch/upsert", upsert).await.json();
    assert_eq!(a["results"][0]["new"], json!(false));
}

#[tokio::test]
async fn records_are_joined_and_opt_outs_are_kept() {
    let t = Tester::new(None).await;
    let id = |v: Value| v["id"].as_str().unwrap().to_owned();
    let c = id(t
        .call("hubspot", "POST", "/crm/objects/2026-09/contacts", json!({"properties": {"email": "nia@acme.example"}}))
        .await
        .json());
    let k = id(t
        .call("hubspot", "POST", "/crm/objects/2026-09/companies", json!({"properties": {"name": "Acme"}}))
        .await
        .json());
    let put = t
        .call(
            "hubspot",
            "PUT",
            &format!("/crm/objects/2026-09/contacts/{c}/associations/default/companies/{k}"),
            Value::Null,
        )
        .await;
    assert_eq!(put.json()["results"][0]["associationSpec"]["associationTypeId"], json!(279));
    let note = json!({"properties": {"hs_note_body": "hello", "hs_timestamp": "1795251600000"}, "associations": [{"to": {"id": c}, "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 202}]}]});
    assert_eq!(t.call("hubspot", "POST", "/crm/objects/2026-09/notes", note).await.status, 201);
    let read = t
        .call("hubspot", "POST", "/crm/associations/2026-09/contacts/notes/batch/read", json!({"inputs": [{"id": c}]}))
        .await
        .json();
    assert_eq!(read["results"][0]["to"].as_array().unwrap().len(), 1);
    let path = "/communication-preferences/2026-09/statuses/nia@acme.example/unsubscribe-all";
    assert_eq!(t.call("hubspot", "POST", path, Value::Null).await.status, 400);
    assert_eq!(t.call("hubspot", "POST", &format!("{path}?channel=EMAIL"), Value::Null).await.status, 200);
    let shown = t
        .call(
            "hubspot",
            "GET",
            &format!("/crm/objects/2026-09/contacts/{c}?properties=hs_email_optout&associations=companies"),
            Value::Null,
        )
        .await
        .json();
    assert_eq!(
        (
            shown["properties"]["hs_email_optout"].clone(),
            shown["associations"]["companies"]["results"][0]["id"].clone()
        ),
        (json!("true"), json!(k))
    );
}
