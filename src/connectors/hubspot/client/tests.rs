//! What the client makes of answers that the sandbox does not give on its own.
use super::*;
use crate::connectors::http::loopback::Act;
use crate::connectors::http::loopback::Loopback;
use crate::domain::time::Millis;

fn row(fields: &[(&str, &str)]) -> BTreeMap<String, String> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn limits_are_read_from_the_policy() {
    let server = Loopback::start(|seen| match seen.target.as_str() {
        "/crm/objects/2026-09/contacts/search" => Act::Json(429, json!({"policyName": "SECONDLY"})),
        "/crm/objects/2026-09/companies/search" => Act::Json(429, json!({"policyName": "DAILY"})),
        _ => Act::Json(423, json!({})),
    })
    .await;
    let hubspot = HubSpot::connect(server.endpoint()).unwrap();
    let wait = |error: PortError| match error {
        PortError::Throttled { wait_ms, .. } => wait_ms,
        other => panic!("{other:?}"),
    };
    assert_eq!(wait(hubspot.search("contacts", "x", 5).await.unwrap_err()), 1_000);
    assert_eq!(wait(hubspot.search("companies", "x", 5).await.unwrap_err()), 3_600_000);
    assert_eq!(wait(hubspot.opt_out("a@b.example").await.unwrap_err()), 2_000);
    assert!(hubspot.search("deals", "x", 5).await.is_err());
}

#[tokio::test]
async fn the_own_property_is_made_once_where_it_is_missing() {
    let server = Loopback::start(|seen| match (seen.method.as_str(), seen.target.as_str()) {
        ("GET", _) => Act::Json(404, json!({})),
        ("POST", "/crm/properties/2026-09/companies") => Act::Json(409, json!({"message": "exists"})),
        ("POST", "/crm/objects/2026-09/companies/search") => Act::Json(200, json!({"total": 0, "results": []})),
        _ => Act::Json(200, json!({"status": "COMPLETE", "results": [{"id": "1", "new": true, "properties": {}}]})),
    })
    .await;
    let hubspot = HubSpot::connect(server.endpoint()).unwrap();
    for _ in 0..2 {
        let rows = [row(&[("quarterdeck_id", "c1"), ("domain", "a.example")])];
        assert_eq!(hubspot.upsert_companies(&rows, &[None]).await.unwrap(), [Upserted::Created { id: "1".into() }]);
    }
    let made =
        server.seen().into_iter().filter(|seen| seen.target == "/crm/properties/2026-09/companies").collect::<Vec<_>>();
    assert_eq!(made.len(), 1);
    assert_eq!(made[0].body["hasUniqueValue"], true);
}

#[tokio::test]
async fn a_lost_activity_is_unclear_and_a_lost_upsert_is_not() {
    let server = Loopback::start(|_| Act::Reset).await;
    let hubspot = HubSpot::connect(server.endpoint()).unwrap();
    let activity = CrmActivity { contact_id: "7".into(), kind: "note".into(), at: Millis(1), ..CrmActivity::default() };
    assert!(matches!(hubspot.log_activities(&[activity]).await, Err(PortError::Unclear { .. })));
    let rows = [row(&[("email", "a@b.example")])];
    assert!(matches!(hubspot.upsert_contacts(&rows).await, Err(PortError::Unreachable { .. })));
}
