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

/// Different mails (or people) lemlist has this activity for: what its own reports would say.
pub async fn activities(desk: &Desk, kind: &str) -> (usize, usize) {
    const PAGE: usize = 100;
    let (mut mails, mut people) = (BTreeSet::new(), BTreeSet::new());
    for page in 0..1_000 {
        let path = format!("/lemlist/api/activities?version=v2&type={kind}&limit={PAGE}&offset={}", page * PAGE);
        // ":sandbox-lemlist-key"
        let key = "Basic OnNhbmRib3gtbGVtbGlzdC1rZXk=".to_owned();
        let request = Request { line: ("GET", &path), headers: vec![("Authorization", key)], body: Vec::new() };
        let answer = client::send(desk.world, &request).await.unwrap();
        assert_eq!(answer.status, 200, "{}", answer.body);
        let rows = if answer.body.is_array() { list(&answer.body) } else { list(&answer.body["activities"]) };
        for row in rows {
            mails.insert(json!([row["leadId"], row["sequenceStep"]]).to_string());
            people.insert(row["leadId"].to_string());
        }
        if rows.len() < PAGE {
            break;
        }
    }
    (mails.len(), people.len())
}
