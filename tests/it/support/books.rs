//! The vendors' own books, read the way an auditor would.
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde_json::Value;
use serde_json::json;

use crate::support::client;
use crate::support::client::Request;
use crate::support::desk::Desk;

pub fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Addresses handed to lemlist.
pub fn enrolled(ledger: &Value) -> BTreeSet<String> {
    texts(&ledger["lemlist"]["leads_added"], "email")
}

/// Addresses that got mail.
pub fn mailed(ledger: &Value) -> BTreeSet<String> {
    texts(&ledger["lemlist"]["mails"], "to")
}

pub fn mails(ledger: &Value) -> &[Value] {
    list(&ledger["lemlist"]["mails"])
}

/// How often the CRM wrote this: `contacts_created`.
pub fn wrote(ledger: &Value, what: &str) -> u64 {
    ledger["hubspot"]["written"][what].as_u64().unwrap_or(0)
}

fn texts(rows: &Value, key: &str) -> BTreeSet<String> {
    list(rows).iter().filter_map(|row| row[key].as_str()).map(str::to_lowercase).collect()
}

/// Nothing was done twice, whatever happened between.
pub fn nothing_twice(ledger: &Value) {
    let mut sent: BTreeMap<String, usize> = BTreeMap::new();
    for mail in mails(ledger) {
        *sent.entry(format!("{} {} step {}", mail["to"], mail["campaign_id"], mail["step"])).or_default() += 1;
    }
    assert_eq!(over_one(&sent), Vec::<String>::new(), "mails sent twice");
    let mut leads: BTreeMap<String, usize> = BTreeMap::new();
    for lead in list(&ledger["lemlist"]["leads_added"]) {
        *leads.entry(lead["email"].to_string().to_lowercase()).or_default() += 1;
    }
    assert_eq!(over_one(&leads), Vec::<String>::new(), "people enrolled twice");
    let mut created: BTreeMap<String, usize> = BTreeMap::new();
    for record in list(&ledger["hubspot"]["records"]).iter().filter(|record| record["what"] == "contacts_created") {
        *created.entry(record["key"].to_string().to_lowercase()).or_default() += 1;
    }
    assert_eq!(over_one(&created), Vec::<String>::new(), "contacts created twice");
    for vendor in ["apollo", "explorium"] {
        let charged = ledger[vendor]["charged"].as_object().expect("a book of charges");
        let twice: Vec<_> = charged.iter().filter(|(_, times)| times.as_u64() > Some(1)).collect();
        assert!(twice.is_empty(), "{vendor} was paid twice for {twice:?}");
    }
}

fn over_one(counts: &BTreeMap<String, usize>) -> Vec<String> {
    counts.iter().filter(|(_, n)| **n > 1).map(|(key, n)| format!("{key}: {n}")).collect()
}

pub fn written(ledger: &Value, vendor: &str, what: &str) -> i64 {
    ledger[vendor]["written"][what].as_i64().unwrap_or(0)
}

/// No two records of this kind have the same key.
pub fn made_once(ledger: &Value, what: &str) {
    let mut made: BTreeMap<String, usize> = BTreeMap::new();
    for vendor in ["hubspot", "lemlist"] {
        for record in list(&ledger[vendor]["records"]).iter().filter(|record| record["what"] == what) {
            *made.entry(record["key"].to_string().to_lowercase()).or_default() += 1;
        }
    }
    assert_eq!(over_one(&made), Vec::<String>::new(), "{what} twice");
}

pub fn mails_by_day(ledger: &Value, campaign: &str) -> BTreeMap<String, u64> {
    let mut days = BTreeMap::new();
    for mail in mails(ledger).iter().filter(|mail| mail["campaign_id"] == campaign) {
        *days.entry(mail["at"].as_str().unwrap()[..10].to_owned()).or_default() += 1;
    }
    days
}

/// Different mails (or people) lemlist has this activity for: what its own reports would say.
pub async fn activities(desk: &Desk, kind: &str) -> (usize, usize) {
    let (mut mails, mut people) = (BTreeSet::new(), BTreeSet::new());
    for row in activity_rows(desk, kind).await {
        mails.insert(json!([row["leadId"], row["sequenceStep"]]).to_string());
        people.insert(row["leadId"].to_string());
    }
    (mails.len(), people.len())
}

pub async fn activity_ids(desk: &Desk, kind: &str) -> BTreeSet<String> {
    activity_rows(desk, kind).await.iter().map(|row| row["_id"].as_str().unwrap().to_owned()).collect()
}

async fn activity_rows(desk: &Desk, kind: &str) -> Vec<Value> {
    const PAGE: usize = 100;
    let mut all = Vec::new();
    for page in 0..1_000 {
        let path = format!("/lemlist/api/activities?version=v2&type={kind}&limit={PAGE}&offset={}", page * PAGE);
        // ":sandbox-lemlist-key"
        let key = "Basic OnNhbmRib3gtbGVtbGlzdC1rZXk=".to_owned();
        let request = Request { line: ("GET", &path), headers: vec![("Authorization", key)], body: Vec::new() };
        let answer = client::send(desk.world, &request).await.unwrap();
        assert_eq!(answer.status, 200, "{}", answer.body);
        let rows = if answer.body.is_array() { list(&answer.body) } else { list(&answer.body["activities"]) };
        all.extend_from_slice(rows);
        if rows.len() < PAGE {
            break;
        }
    }
    all
}
