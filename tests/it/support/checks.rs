//! What must hold after every scenario, whatever it was about.
use std::collections::BTreeSet;

use quarterdeck::store::audit;
use quarterdeck::store::open::Store;
use serde_json::Value;
use sqlx::Row;

use crate::support::books;

pub async fn all(store: &Store, ledger: &Value) {
    let mut conn = store.conn().await.unwrap();
    audit::verify(&mut conn).await.expect("the chain of the audit holds");
    drop(conn);
    books::nothing_twice(ledger);
    every_send_is_approved(store, ledger).await;
    no_suppressed_address_is_mailed(store, ledger).await;
    each_lead_is_in_one_state(store).await;
}

/// Sends name a gate, the gate was approved by a person, and exactly those people were handed over.
async fn every_send_is_approved(store: &Store, ledger: &Value) {
    let mut conn = store.conn().await.unwrap();
    let sql = "SELECT effect.key, effect.class, effect.gate, gate.state, gate.decided_by, gate.payload \
               FROM effect LEFT JOIN gate ON gate.id = effect.gate WHERE effect.vendor = 'lemlist'";
    let mut approved = BTreeSet::new();
    for row in sqlx::query(sql).fetch_all(&mut *conn).await.unwrap() {
        let (key, class): (String, String) = (row.get(0), row.get(1));
        let state: Option<String> = row.get(3);
        let by: Option<String> = row.get(4);
        if class == "send" {
            assert_eq!(state.as_deref(), Some("approved"), "{key} has no approved gate");
        }
        if state.as_deref() == Some("approved") {
            assert!(by.is_some_and(|by| !by.is_empty()), "{key} was approved by nobody");
            approved.extend(recipients(&row.get::<String, _>(5)));
        }
    }
    let strangers: Vec<_> = books::enrolled(ledger).difference(&approved).cloned().collect();
    assert!(strangers.is_empty(), "{} people were enrolled without approval", strangers.len());
    let strangers: Vec<_> = books::mailed(ledger).difference(&approved).cloned().collect();
    assert!(strangers.is_empty(), "{} people were mailed without approval", strangers.len());
}

/// Addresses in a frozen launch payload.
pub fn recipients(payload: &str) -> BTreeSet<String> {
    let payload: Value = serde_json::from_str(payload).unwrap();
    let emails = books::list(&payload["recipients"]).iter().filter_map(|recipient| recipient["email"].as_str());
    emails.map(str::to_lowercase).collect()
}

async fn no_suppressed_address_is_mailed(store: &Store, ledger: &Value) {
    let mut conn = store.conn().await.unwrap();
    for row in sqlx::query("SELECT kind, key, at FROM suppression").fetch_all(&mut *conn).await.unwrap() {
        let (kind, key, at): (String, String, i64) = (row.get(0), row.get(1), row.get(2));
        for mail in books::mails(ledger) {
            let to = mail["to"].as_str().unwrap().to_lowercase();
            let fits = if kind == "domain" { to.ends_with(&format!("@{key}")) } else { to == key };
            let sent: jiff::Timestamp = mail["at"].as_str().unwrap().parse().unwrap();
            assert!(!fits || sent.as_millisecond() <= at, "a suppressed {kind} was mailed after it was suppressed");
        }
    }
}

/// A lead stands once in a run; two leads of a run are never one person.
async fn each_lead_is_in_one_state(store: &Store) {
    let mut conn = store.conn().await.unwrap();
    let sql = "SELECT run_lead.run, lead.email_key, COUNT(*) FROM run_lead JOIN lead ON lead.id = run_lead.lead \
               WHERE lead.email_key IS NOT NULL GROUP BY run_lead.run, lead.email_key HAVING COUNT(*) > 1";
    assert!(sqlx::query(sql).fetch_all(&mut *conn).await.unwrap().is_empty(), "a person is in a run twice");
    let sql = "SELECT run, lead FROM run_lead GROUP BY run, lead HAVING COUNT(DISTINCT state) > 1";
    assert!(sqlx::query(sql).fetch_all(&mut *conn).await.unwrap().is_empty(), "a lead is in two states");
}
