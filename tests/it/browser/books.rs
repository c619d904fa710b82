//! The sandbox vendors' own books, read to check what the page said.
use std::collections::BTreeSet;

use serde_json::Value;

use super::steps::Mail;

/// Text without white space and without the dashes before the foot.
pub fn bare(text: &str) -> String {
    text.split_whitespace().filter(|word| *word != "--").collect()
}

/// `Ronan Adeyemi, Vice President, Juniperspring Payments` as first name and company.
pub fn name_and_company(label: &str) -> (&str, &str) {
    let first = label.split([' ', ',']).next().unwrap_or_default();
    (first, label.rsplit(", ").next().unwrap_or_default())
}

pub fn mails(ledger: &Value) -> &[Value] {
    ledger["lemlist"]["mails"].as_array().map_or(&[], Vec::as_slice)
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn first_mails(ledger: &Value) -> impl Iterator<Item = &Value> {
    mails(ledger).iter().filter(|mail| mail["step"] == 0)
}

pub fn recipients(ledger: &Value) -> BTreeSet<&str> {
    mails(ledger).iter().map(|mail| text(mail, "to")).collect()
}

/// First mails to this person of this company.
pub fn first_mails_to(ledger: &Value, label: &str) -> usize {
    let (first, company) = name_and_company(label);
    first_mails(ledger)
        .filter(|mail| {
            text(mail, "body").starts_with(&format!("Hi {first},"))
                && (text(mail, "body").contains(company) || text(mail, "subject").contains(company))
        })
        .count()
}

/// Mails that went out word for word as they were read.
pub fn sent_as_read(ledger: &Value, read: &Mail) -> usize {
    first_mails(ledger)
        .filter(|mail| text(mail, "subject") == read.subject && bare(text(mail, "body")) == read.body)
        .count()
}

/// Mails of any step to somebody of this company.
pub fn mails_about(ledger: &Value, company: &str) -> usize {
    mails(ledger)
        .iter()
        .filter(|mail| text(mail, "body").contains(company) || text(mail, "subject").contains(company))
        .count()
}

/// Credits that the sources charged, by their own count.
pub fn credits(ledger: &Value) -> i64 {
    ["apollo", "explorium"].iter().filter_map(|vendor| ledger[vendor]["credits"].as_i64()).sum()
}
