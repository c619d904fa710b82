//! What the client makes of answers that the sandbox does not give on its own.
use serde_json::json;

use super::*;
use crate::connectors::http::loopback::Act;
use crate::connectors::http::loopback::Loopback;

#[tokio::test]
async fn the_key_is_the_password_of_nobody() {
    let server = Loopback::start(|_| {
        Act::Raw("HTTP/1.1 400 x\r\nconnection: close\r\ncontent-length: 8\r\n\r\nBad team".into())
    })
    .await;
    let lemlist = Lemlist::connect(server.endpoint()).unwrap();
    let error = lemlist.mailboxes().await.unwrap_err();
    assert_eq!(error.to_string(), "use lemlist: status 400: Bad team");
    // ":test-key" in base 64, lower case as the log of the server keeps it.
    assert!(server.seen()[0].headers.contains("authorization: basic onrlc3qta2v5"));
}

#[tokio::test]
async fn a_campaign_that_starts_into_errors_is_refused() {
    let server = Loopback::start(|_| Act::Json(200, json!({"_id": "cam_1", "state": "errors"}))).await;
    let lemlist = Lemlist::connect(server.endpoint()).unwrap();
    let call = Call::post("/campaigns/{}/start", &["cam_1"]);
    assert!(matches!(lemlist.bring_to("cam_1", call, &["running"]).await, Err(PortError::Refused { .. })));
}

#[tokio::test]
async fn a_lost_new_campaign_is_unclear() {
    let server = Loopback::start(|seen| match seen.method.as_str() {
        "GET" => Act::Json(200, json!([])),
        _ => Act::Reset,
    })
    .await;
    let lemlist = Lemlist::connect(server.endpoint()).unwrap();
    let setup =
        CampaignSetup { name: "n".into(), touches: Vec::new(), zone: "UTC".into(), daily_limit: 1, mailboxes: 1 };
    assert!(matches!(lemlist.create_campaign(&setup).await, Err(PortError::Unclear { .. })));
}

#[tokio::test]
async fn addresses_are_asked_for_once_per_lead() {
    let server = Loopback::start(|seen| {
        if seen.target.starts_with("/leads") {
            return Act::Json(200, json!({"_id": "lea_1", "email": "a@b.example"}));
        }
        let row = |id: &str, at: &str| json!({"_id": id, "type": "emailsSent", "leadId": "lea_1", "campaignId": "c", "createdAt": at});
        Act::Json(200, json!([row("act_2", "2026-11-21T10:00:00Z"), row("act_1", "2026-11-21T09:00:00Z")]))
    })
    .await;
    let lemlist = Lemlist::connect(server.endpoint()).unwrap();
    let page = lemlist.activities(Millis(0), None).await.unwrap();
    assert_eq!(page.rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["act_1", "act_2"]);
    assert!(page.rows.iter().all(|row| row.email == "a@b.example"));
    assert_eq!(server.lines().len(), 2);
    assert_eq!(page.next, None);
}

#[tokio::test]
async fn a_lead_of_another_campaign_is_found_through_its_contact() {
    let server = Loopback::start(|seen| {
        if seen.target.starts_with("/leads") {
            return Act::Json(
                200,
                json!({"_id": "lea_9", "email": "a@b.example", "campaignId": "cam_9", "contactId": "ctc_1"}),
            );
        }
        Act::Json(200, json!([{"_id": "lea_1", "contactId": "ctc_1", "state": "scanned"}]))
    })
    .await;
    let lemlist = Lemlist::connect(server.endpoint()).unwrap();
    let found = lemlist.find_lead("cam_1", "a@b.example").await.unwrap();
    assert_eq!(found, Some(FoundLead { id: "lea_1".into(), released: false }));
}
