//! What must hold after every scenario, whatever it was about.
use std::collections::BTreeSet;

use quarterdeck::run::canonical::hash_text;
use quarterdeck::store::audit;
use quarterdeck::store::open::Conn;
use quarterdeck::store::open::Store;
use serde_json::Value;
use sqlx::Row;

use crate::support::books;
use crate::support::desk::Desk;

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
    let (mut approved, mut known) = (BTreeSet::new(), BTreeSet::new());
    for row in sqlx::query(sql).fetch_all(&mut *conn).await.unwrap() {
        let (key, class): (String, String) = (row.get(0), row.get(1));
        let state: Option<String> = row.get(3);
        let by: Option<String> = row.get(4);
        if class == "send" {
            assert_eq!(state.as_deref(), Some("approved"), "{key} has no approved gate");
        }
        if state.as_deref() == Some("approved") {
            assert!(by.is_some_and(|by| !by.is_empty()), "{key} was approved by nobody");
            let gate: String = row.get(2);
            if known.insert(gate.clone()) {
                approved.extend(recipients(&mut conn, &gate, &row.get::<String, _>(5)).await);
            }
        }
    }
    let strangers: Vec<_> = books::enrolled(ledger).difference(&approved).cloned().collect();
    assert!(strangers.is_empty(), "{} people were enrolled without approval", strangers.len());
    let strangers: Vec<_> = books::mailed(ledger).difference(&approved).cloned().collect();
    assert!(strangers.is_empty(), "{} people were mailed without approval", strangers.len());
}

/// Addresses that a launch was approved for: in its payload, or in rows that the payload's digest is made of.
pub async fn recipients(conn: &mut Conn, gate: &str, payload: &str) -> BTreeSet<String> {
    let payload: Value = serde_json::from_str(payload).unwrap();
    let address = |who: &Value| who["email"].as_str().unwrap().to_lowercase();
    let mut addresses: BTreeSet<String> = books::list(&payload["recipients"]).iter().map(address).collect();
    let sql = "SELECT body FROM gate_recipient WHERE gate = $1 ORDER BY idx";
    let mut hashes = String::new();
    for row in sqlx::query(sql).bind(gate).fetch_all(&mut *conn).await.unwrap() {
        let body: String = row.get(0);
        hashes.push_str(&hash_text(&body));
        hashes.push('\n');
        addresses.insert(address(&serde_json::from_str(&body).unwrap()));
    }
    if !hashes.is_empty() {
        assert_eq!(payload["roll"]["digest"], hash_text(&hashes), "the rows of {gate} are not what was approved");
    }
    addresses
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

/// Activities that a desk must learn of.
const KINDS: &[&str] =
    &["emailsSent", "emailsOpened", "emailsClicked", "emailsReplied", "emailsBounced", "emailsUnsubscribed"];

/// I4: everything that lemlist has told by now is stored once and applied. The rows say so; `thread` is where changes show.
pub async fn events_arrive(store: &Store, desk: &Desk, thread: &str) {
    let mut told = BTreeSet::new();
    for kind in KINDS {
        told.extend(books::activity_ids(desk, kind).await);
    }
    for _ in 0..LOOKS_MAX {
        let mut conn = store.conn().await.unwrap();
        let sql = "SELECT event FROM event WHERE applied_at IS NOT NULL";
        let rows = sqlx::query(sql).fetch_all(&mut *conn).await.unwrap();
        drop(conn);
        let applied: BTreeSet<String> = rows.iter().map(|row| row.get(0)).collect();
        if told.is_subset(&applied) {
            return;
        }
        desk.change(thread).await;
    }
    panic!("{} events were told, and not all of them were applied", told.len());
}

/// A look takes at most a quarter of a second.
const LOOKS_MAX: usize = 400;

/// What must hold when every run has come to its end: nothing is left over, nothing was lost, the books agree.
pub async fn runs_are_over(store: &Store, ledger: &Value) {
    none(store, "SELECT code FROM run WHERE state NOT IN ('done', 'cancelled', 'failed')", "runs not over").await;
    none(store, "SELECT id FROM item WHERE state NOT IN ('done', 'cancelled')", "items left over").await;
    none(store, "SELECT key FROM effect WHERE state = 'intent'", "effects begun and never settled").await;
    let unknown = "SELECT key FROM effect WHERE state = 'unknown' AND class <> 'at_most_once'";
    none(store, unknown, "effects that could have been looked up").await;
    each_effect_has_its_entry(store).await;
    leads_are_where_the_vendor_has_them(store, ledger).await;
    nobody_of_a_launch_is_lost(store).await;
    records_are_not_doubled(store, ledger).await;
    each_run_has_one_card(store).await;
    the_day_is_kept(store, ledger).await;
}

async fn none(store: &Store, sql: &'static str, what: &str) {
    let mut conn = store.conn().await.unwrap();
    let rows = sqlx::query(sql).fetch_all(&mut *conn).await.unwrap();
    let found: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(found, Vec::<String>::new(), "{what}");
}

async fn count(store: &Store, sql: &'static str) -> i64 {
    let mut conn = store.conn().await.unwrap();
    sqlx::query(sql).fetch_one(&mut *conn).await.unwrap().get(0)
}

/// I5: one entry of the audit for each effect made, no more and no fewer.
async fn each_effect_has_its_entry(store: &Store) {
    let mut conn = store.conn().await.unwrap();
    let sql =
        "SELECT vendor, op, COUNT(*) FROM effect WHERE state = 'done' AND resolved_by IS NULL GROUP BY vendor, op";
    for row in sqlx::query(sql).fetch_all(&mut *conn).await.unwrap() {
        let (vendor, op, made): (String, String, i64) = (row.get(0), row.get(1), row.get(2));
        let sql = "SELECT COUNT(*) FROM audit WHERE action = $1";
        let entry = sqlx::query(sql).bind(format!("{vendor} {op}")).fetch_one(&mut *conn).await.unwrap();
        assert_eq!(entry.get::<i64, _>(0), made, "entries of the audit for {vendor} {op}");
    }
}

/// I3: who is enrolled with us is enrolled there, and the other way round; nobody is on the way.
async fn leads_are_where_the_vendor_has_them(store: &Store, ledger: &Value) {
    none(store, "SELECT run FROM run_lead WHERE state = 'found'", "leads without a place").await;
    none(store, "SELECT lead FROM enrolment WHERE state = 'sending'", "hand-overs without an end").await;
    let mut conn = store.conn().await.unwrap();
    let sql = "SELECT lead.body FROM run_lead JOIN lead ON lead.id = run_lead.lead WHERE run_lead.state = 'enrolled'";
    let rows = sqlx::query(sql).fetch_all(&mut *conn).await.unwrap();
    let ours: BTreeSet<String> = rows
        .iter()
        .map(|row| serde_json::from_str::<Value>(&row.get::<String, _>(0)).unwrap())
        .map(|lead| lead["email"].as_str().unwrap().to_lowercase())
        .collect();
    let theirs = books::enrolled(ledger);
    assert_eq!(ours.len(), theirs.len(), "enrolled with us and there");
    assert!(ours == theirs, "other people are enrolled there than with us");
}

/// I3: each person of an approved launch was handed over, or left out with a reason.
async fn nobody_of_a_launch_is_lost(store: &Store) {
    let mut conn = store.conn().await.unwrap();
    let sql = "SELECT gate.run, gate.payload FROM gate JOIN run ON run.id = gate.run \
               WHERE gate.kind = 'launch' AND gate.state = 'approved' AND run.state = 'done'";
    for row in sqlx::query(sql).fetch_all(&mut *conn).await.unwrap() {
        let (run, payload): (String, String) = (row.get(0), row.get(1));
        let payload: Value = serde_json::from_str(&payload).unwrap();
        for who in books::list(&payload["recipients"]) {
            let sql = "SELECT state, reason FROM run_lead WHERE run = $1 AND lead = $2";
            let lead = who["lead"].as_str().unwrap();
            let stands = sqlx::query(sql).bind(&run).bind(lead).fetch_one(&mut *conn).await.unwrap();
            let (state, reason): (String, String) = (stands.get(0), stands.get(1));
            let has_place = state == "enrolled" || (state == "left_out" && !reason.is_empty());
            assert!(has_place, "{lead} was approved for a launch and is {state}");
        }
    }
}

/// Campaigns, notes and companies exist once for each of our reasons to make them.
async fn records_are_not_doubled(store: &Store, ledger: &Value) {
    let campaigns = count(store, "SELECT COUNT(*) FROM campaign").await;
    assert_eq!(books::written(ledger, "lemlist", "campaigns_created"), campaigns, "campaigns");
    let logged = count(store, "SELECT COUNT(*) FROM effect WHERE op = 'log activity' AND state = 'done'").await > 0;
    let enrolled = count(store, "SELECT COUNT(*) FROM run_lead WHERE state = 'enrolled'").await;
    let notes = books::written(ledger, "hubspot", "notes_created");
    assert_eq!(notes, if logged { enrolled } else { 0 }, "notes in the CRM");
    for what in ["companies_created", "associations_created", "campaigns_created"] {
        books::made_once(ledger, what);
    }
}

/// I8: one card of progress and one result for each run, in their last state.
async fn each_run_has_one_card(store: &Store) {
    for (kind, what) in [("progress", "cards of progress"), ("result", "results")] {
        let mut conn = store.conn().await.unwrap();
        let sql = "SELECT run.code, COUNT(card.id) FROM run LEFT JOIN card ON card.run = run.id AND card.kind = $1 \
                   GROUP BY run.code HAVING COUNT(card.id) <> 1";
        let rows = sqlx::query(sql).bind(kind).fetch_all(&mut *conn).await.unwrap();
        assert!(rows.is_empty(), "{what}: {:?}", rows.iter().map(|row| row.get::<String, _>(0)).collect::<Vec<_>>());
    }
    let open = "SELECT run.code FROM run JOIN card ON card.id = run.card WHERE card.state = 'open'";
    none(store, open, "cards of progress that are still open").await;
}

/// I7: no campaign sends more in a day than was approved.
async fn the_day_is_kept(store: &Store, ledger: &Value) {
    let mut conn = store.conn().await.unwrap();
    let sql = "SELECT campaign.vendor_id, gate.payload FROM campaign JOIN gate ON gate.id = campaign.gate";
    for row in sqlx::query(sql).fetch_all(&mut *conn).await.unwrap() {
        let (campaign, payload): (String, String) = (row.get(0), row.get(1));
        let payload: Value = serde_json::from_str(&payload).unwrap();
        let most = payload["schedule"]["per_day"].as_u64().unwrap();
        for (day, mails) in books::mails_by_day(ledger, &campaign) {
            assert!(mails <= most, "{mails} mails of one campaign on {day}, {most} were approved");
        }
    }
}
