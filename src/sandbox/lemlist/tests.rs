use serde_json::Value;
use serde_json::json;

use crate::sandbox::http::parse_time;
use crate::sandbox::tests::Tester;

#[tokio::test]
async fn mails_leave_in_the_open_window_of_the_leads_zone_and_apart() {
    let t = Tester::new(None).await;
    let mails: Vec<String> = (0..12).map(|i| format!("p{i}@acme.example")).collect();
    let id = t.campaign(&mails).await;
    t.call("lemlist", "POST", &format!("/api/campaigns/{id}/start"), Value::Null).await;
    t.advance(12 * 86_400).await;
    let all = t.ledger().await["lemlist"]["mails"].clone();
    let mut times: Vec<i64> =
        all.as_array().unwrap().iter().map(|m| parse_time(m["at"].as_str().unwrap()).unwrap()).collect();
    for m in all.as_array().unwrap() {
        let hour: u32 = m["at"].as_str().unwrap()[11..13].parse().unwrap();
        assert!((9..17).contains(&hour), "{m}");
    }
    times.sort_unstable();
    assert!(times.windows(2).all(|w| w[1] - w[0] >= 120_000));
}

#[tokio::test]
async fn duplicates_are_refused_and_unsubscribed_people_get_nothing() {
    let t = Tester::new(None).await;
    let id = t.campaign(&["a@acme.example".into(), "b@acme.example".into()]).await;
    let lead = json!({"email": "A@acme.example"});
    let again = t.call("lemlist", "POST", &format!("/api/campaigns/{id}/leads/"), lead).await;
    assert_eq!((again.status, again.text.as_str()), (400, "Lead already in the campaign"));
    assert_eq!(
        t.call("lemlist", "POST", "/api/v2/unsubscribes/variables/a%40acme.example", Value::Null).await.status,
        200
    );
    t.advance(2).await;
    t.call("lemlist", "POST", &format!("/api/campaigns/{id}/start"), Value::Null).await;
    t.advance(9 * 86_400).await;
    let mails = t.ledger().await["lemlist"]["mails"].clone();
    assert!(mails.as_array().unwrap().iter().all(|m| m["to"] == "b@acme.example"));
    assert!(!mails.as_array().unwrap().is_empty());
    let listed = t.call("lemlist", "GET", "/api/v2/unsubscribes/variables/a@acme.example", Value::Null).await;
    assert_eq!(listed.json()["source"], "api");
    assert_eq!(t.call("lemlist", "GET", "/api/activities", Value::Null).await.status, 400);
}

#[tokio::test]
async fn twenty_calls_in_two_seconds() {
    let t = Tester::new(None).await;
    for _ in 0..20 {
        assert_eq!(t.call("lemlist", "GET", "/api/team/credits", Value::Null).await.status, 200);
    }
    let no = t.call("lemlist", "GET", "/api/team/credits", Value::Null).await;
    assert!(no.status == 429 && no.head.contains("retry-after: 2") && no.head.contains("gmt+0000"));
    t.advance(2).await;
    assert_eq!(t.call("lemlist", "GET", "/api/team/credits", Value::Null).await.status, 200);
}
