//! What was asked of the vendors and what they did: the oracle of tests and of the demo.
use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use serde_json::json;

use crate::sandbox::http::Req;
use crate::sandbox::http::iso;

pub const VENDORS: &[&str] = &["hubspot", "apollo", "explorium", "lemlist", "model"];

/// A mail that left.
#[derive(Serialize, Clone, PartialEq, Debug)]
pub struct Mail {
    pub to: String,
    pub campaign: String,
    pub campaign_id: String,
    pub lead_id: String,
    pub from: String,
    pub step: usize,
    pub subject: String,
    pub body: String,
    pub at: String,
}

#[derive(Default)]
pub struct Book {
    pub calls: BTreeMap<String, u64>,
    pub refused: BTreeMap<String, u64>,
    pub credits: u64,
    pub charged: BTreeMap<String, u64>,
    pub written: BTreeMap<String, u64>,
    pub records: Vec<Value>,
    unsaved: BTreeMap<String, u64>,
}

#[derive(Default)]
pub struct Ledger {
    books: BTreeMap<&'static str, Book>,
    pub mails: Vec<Mail>,
    pub leads_added: Vec<Value>,
    pub reviewed: Vec<Value>,
}

impl Ledger {
    pub fn book(&mut self, vendor: &str) -> &mut Book {
        let name = VENDORS.iter().find(|v| **v == vendor).copied().unwrap_or("other");
        self.books.entry(name).or_default()
    }

    /// Counts a call that the journal holds itself.
    pub fn count(&mut self, vendor: &str, req: &Req) {
        *self.book(vendor).calls.entry(endpoint(req)).or_default() += 1;
    }

    /// Counts a call without effect; it is saved with the next line of the journal.
    pub fn count_read(&mut self, vendor: &str, req: &Req) {
        self.count(vendor, req);
        *self.book(vendor).unsaved.entry(endpoint(req)).or_default() += 1;
    }

    pub fn refuse(&mut self, vendor: &str, status: u16) {
        *self.book(vendor).refused.entry(status.to_string()).or_default() += 1;
    }

    /// Notes a written record: what it was, its id, its key, and what was done.
    pub fn wrote(&mut self, vendor: &str, what: &str, record: (&str, &str), now: i64) {
        let (id, key) = record;
        let book = self.book(vendor);
        *book.written.entry(what.to_owned()).or_default() += 1;
        book.records.push(json!({"what": what, "id": id, "key": key, "at": iso(now)}));
    }

    /// Notes credits paid for an id.
    pub fn charge(&mut self, vendor: &str, id: &str, credits: u64) {
        let book = self.book(vendor);
        book.credits += credits;
        *book.charged.entry(id.to_owned()).or_default() += 1;
    }

    /// The read counts that no journal line holds yet.
    pub fn take_unsaved(&mut self) -> Option<Value> {
        let mut out = serde_json::Map::new();
        for (name, book) in &mut self.books {
            if !book.unsaved.is_empty() {
                out.insert((*name).to_owned(), json!(std::mem::take(&mut book.unsaved)));
            }
        }
        (!out.is_empty()).then_some(Value::Object(out))
    }

    /// Puts back read counts found in the journal.
    pub fn restore(&mut self, counts: &Value) {
        for (vendor, by) in counts.as_object().into_iter().flatten() {
            for (endpoint, n) in by.as_object().into_iter().flatten() {
                *self.book(vendor).calls.entry(endpoint.clone()).or_default() += n.as_u64().unwrap_or(0);
            }
        }
    }

    pub fn show(&mut self) -> Value {
        let mut out = serde_json::Map::new();
        for vendor in VENDORS {
            let b = self.book(vendor);
            let mut page = json!({
                "calls": b.calls, "refused": b.refused, "credits": b.credits,
                "charged": b.charged, "written": b.written, "records": b.records,
            });
            if *vendor == "lemlist" {
                page["mails"] = json!(self.mails);
                page["leads_added"] = json!(self.leads_added);
                page["reviewed"] = json!(self.reviewed);
            }
            out.insert((*vendor).to_owned(), page);
        }
        Value::Object(out)
    }
}

/// "METHOD /path" with ids taken out.
pub fn endpoint(req: &Req) -> String {
    let parts: Vec<String> = req.parts().into_iter().map(|p| if is_id(&p) { "{id}".to_owned() } else { p }).collect();
    format!("{} /{}", req.method, parts.join("/"))
}

fn is_id(part: &str) -> bool {
    let version = part.len() == 7 && part.as_bytes().get(4) == Some(&b'-');
    let digits = part.chars().filter(char::is_ascii_digit).count();
    let prefixed = part.len() > 4 && part.as_bytes().get(3) == Some(&b'_');
    let hex = part.len() >= 16 && part.chars().all(|c| c.is_ascii_hexdigit());
    !version && (prefixed || hex || part.contains('@') || part.contains('.') || (digits > 0 && digits == part.len()))
}
