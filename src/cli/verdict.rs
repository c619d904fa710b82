//! Do the sandbox vendors' own books agree with what we reported? One row per matter.
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

use crate::app::account::Account;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    pub matter: &'static str,
    pub reported: String,
    pub ledger: String,
    pub agrees: bool,
}

impl Row {
    fn equal(matter: &'static str, reported: i64, ledger: i64) -> Self {
        Self { matter, reported: reported.to_string(), ledger: ledger.to_string(), agrees: reported == ledger }
    }

    fn none(matter: &'static str, found: usize) -> Self {
        Self { matter, reported: "0".to_owned(), ledger: found.to_string(), agrees: found == 0 }
    }
}

/// Vendors that charge credits.
const CHARGING: &[&str] = &["apollo", "explorium"];

pub fn judge(account: &Account, ledger: &Value, digest: &str) -> Vec<Row> {
    let mut rows = people(account, &ledger["lemlist"]);
    rows.extend(digest_rows(digest, &ledger["lemlist"]));
    rows.push(Row::none("contacts created twice in the CRM", created_twice(&ledger["hubspot"])));
    let charged = CHARGING.iter().map(|v| whole(&ledger[*v]["credits"])).sum();
    rows.push(Row::equal("credits", account.credits.values().sum(), charged));
    rows.push(Row::none("people paid for twice", CHARGING.iter().map(|v| paid_twice(&ledger[*v])).sum()));
    rows
}

/// Who was approved, handed over and mailed.
fn people(account: &Account, book: &Value) -> Vec<Row> {
    let mails = list(&book["mails"]);
    let approved: BTreeSet<String> = account.approved.iter().map(|address| address.to_lowercase()).collect();
    let added = texts(list(&book["leads_added"]), "email");
    let mailed = texts(mails, "to");
    vec![
        Row::none("people handed to outreach without an approval", added.difference(&approved).count()),
        Row::none("people mailed without an approval", mailed.difference(&approved).count()),
        Row::equal("people approved, and mailed", count(approved.len()), count(mailed.len())),
        Row::equal("people handed to outreach", count(account.enrolled.len()), count(added.len())),
        Row::none("mails sent twice", twice(mails)),
        Row::equal("mails sent", account.mails.get("sent").copied().unwrap_or(0), count(mails.len())),
    ]
}

/// Each number of the digest's outreach line against what the vendor did.
fn digest_rows(digest: &str, book: &Value) -> Vec<Row> {
    let outcome = |key: &str| whole(&book["outcomes"][key]);
    let row = |matter, said: Option<i64>, ledger: i64| Row {
        matter,
        reported: said.map_or_else(|| "nothing".to_owned(), |number| number.to_string()),
        ledger: ledger.to_string(),
        agrees: said == Some(ledger),
    };
    vec![
        row("digest: mails sent", before(digest, "sent"), count(list(&book["mails"]).len())),
        row("digest: mails opened", counted(digest, "opened"), outcome("opened")),
        row("digest: people who replied", counted(digest, "replied"), outcome("replied")),
        row("digest: mails bounced", before(digest, "bounced"), outcome("bounced")),
        row("digest: people unsubscribed", before(digest, "unsubscribed"), outcome("unsubscribed")),
    ]
}

/// Lines of the table, with words that a person reads first.
pub fn lines(rows: &[Row]) -> Vec<String> {
    let width = rows.iter().map(|row| row.matter.len()).max().unwrap_or(0);
    let mut lines = vec![format!("{:<width$}  {:>9}  {:>9}", "", "reported", "ledger")];
    for row in rows {
        let verdict = if row.agrees { "agrees" } else { "DIFFERS" };
        lines.push(format!("{:<width$}  {:>9}  {:>9}  {verdict}", row.matter, row.reported, row.ledger));
    }
    lines
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn whole(value: &Value) -> i64 {
    value.as_i64().unwrap_or(0)
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn texts(rows: &[Value], key: &str) -> BTreeSet<String> {
    rows.iter().filter_map(|row| row[key].as_str()).map(str::to_lowercase).collect()
}

/// Mails beyond the first of one person, campaign and step.
fn twice(mails: &[Value]) -> usize {
    let keys: BTreeSet<String> =
        mails.iter().map(|mail| format!("{} {} {}", mail["to"], mail["campaign"], mail["step"])).collect();
    mails.len() - keys.len()
}

fn created_twice(book: &Value) -> usize {
    let created = list(&book["records"]).iter().filter(|record| record["what"] == "contacts_created");
    let mut keys: BTreeMap<String, usize> = BTreeMap::new();
    created.for_each(|record| *keys.entry(record["key"].to_string().to_lowercase()).or_default() += 1);
    keys.values().map(|n| n - 1).sum()
}

fn paid_twice(book: &Value) -> usize {
    let charged = book["charged"].as_object();
    charged.map_or(0, |charged| charged.values().filter(|times| whole(times) > 1).count())
}

/// The number before a word, also of `87 mails sent`.
fn before(digest: &str, word: &str) -> Option<i64> {
    let words: Vec<&str> = digest.split_whitespace().collect();
    (1..words.len()).filter(|at| bare(words[*at]) == word).find_map(|at| {
        let noun = matches!(words[at - 1], "mail" | "mails");
        number(words[at.checked_sub(if noun { 2 } else { 1 })?])
    })
}

/// The count in brackets after a word: `opened 41 % (36 of 87)`.
fn counted(digest: &str, word: &str) -> Option<i64> {
    let words: Vec<&str> = digest.split_whitespace().collect();
    let at = words.iter().position(|found| bare(found) == word)?;
    let mut rest = words[at + 1..].iter().take_while(|next| **next != "·");
    match rest.clone().take(2).copied().collect::<Vec<_>>().as_slice() {
        ["none", "yet"] => Some(0),
        _ => rest.find_map(|next| number(next.strip_prefix('(')?)),
    }
}

fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

fn number(word: &str) -> Option<i64> {
    word.replace([',', '\u{202f}', '\u{a0}'], "").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn account() -> Account {
        Account {
            approved: ["a@x.example".to_owned(), "B@x.example".to_owned()].into(),
            enrolled: ["a@x.example".to_owned(), "b@x.example".to_owned()].into(),
            credits: [("apollo".to_owned(), 2), ("explorium".to_owned(), 3)].into(),
            mails: [("sent".to_owned(), 2)].into(),
            replied: 1,
        }
    }

    fn ledger() -> Value {
        json!({
            "apollo": {"credits": 2, "charged": {"1": 1}},
            "explorium": {"credits": 3, "charged": {"2": 1}},
            "hubspot": {"records": [{"what": "contacts_created", "key": "a@x.example"}, {"what": "contacts_updated", "key": "a@x.example"}]},
            "lemlist": {
                "outcomes": {"opened": 1, "replied": 1, "bounced": 0, "unsubscribed": 0},
                "leads_added": [{"email": "a@x.example"}, {"email": "b@x.example"}],
                "mails": [
                    {"to": "a@x.example", "campaign": "c", "step": 0},
                    {"to": "b@x.example", "campaign": "c", "step": 0},
                ],
            },
        })
    }

    const DIGEST: &str = "Outreach 2 started, 2 mails sent · opened too few to tell (1 of 2) · replied too few to tell \
                          (1 of 2) · 0 bounced · 0 unsubscribed";

    fn differing(account: &Account, ledger: &Value, digest: &str) -> Vec<&'static str> {
        judge(account, ledger, digest).into_iter().filter(|row| !row.agrees).map(|row| row.matter).collect()
    }

    #[test]
    fn books_that_agree_agree() {
        assert_eq!(differing(&account(), &ledger(), DIGEST), Vec::<&str>::new());
    }

    #[test]
    fn each_difference_is_found() {
        type Edit = fn(&mut Account, &mut Value);
        let cases: [(Edit, &str); 11] = [
            (|account, _| account.approved.clear(), "people mailed without an approval"),
            (|account, _| account.enrolled.clear(), "people handed to outreach"),
            (|_, ledger| ledger["lemlist"]["mails"][1]["to"] = json!("a@x.example"), "mails sent twice"),
            (|account, _| *account.mails.entry("sent".to_owned()).or_default() = 3, "mails sent"),
            (
                |_, ledger| ledger["hubspot"]["records"][1]["what"] = json!("contacts_created"),
                "contacts created twice in the CRM",
            ),
            (|_, ledger| ledger["apollo"]["credits"] = json!(4), "credits"),
            (|_, ledger| ledger["explorium"]["charged"]["2"] = json!(2), "people paid for twice"),
            (|_, ledger| ledger["lemlist"]["outcomes"]["opened"] = json!(2), "digest: mails opened"),
            (|_, ledger| ledger["lemlist"]["outcomes"]["replied"] = json!(0), "digest: people who replied"),
            (|_, ledger| ledger["lemlist"]["outcomes"]["bounced"] = json!(1), "digest: mails bounced"),
            (|_, ledger| ledger["lemlist"]["outcomes"]["unsubscribed"] = json!(1), "digest: people unsubscribed"),
        ];
        for (edit, matter) in cases {
            let (mut account, mut ledger) = (account(), ledger());
            edit(&mut account, &mut ledger);
            assert!(differing(&account, &ledger, DIGEST).contains(&matter), "{matter}");
        }
        assert_eq!(differing(&account(), &ledger(), &DIGEST.replace("2 mails", "5 mails")), ["digest: mails sent"]);
        assert_eq!(differing(&account(), &ledger(), "").len(), 5);
    }

    #[test]
    fn the_digest_is_read_as_a_person_reads_it() {
        let digest = "25 started, 1,087 mails sent · opened 41 % (446 of\n1,087) · replied none yet · 3 bounced · 1 unsubscribed";
        assert_eq!(before(digest, "sent"), Some(1_087));
        assert_eq!(counted(digest, "opened"), Some(446));
        assert_eq!(counted(digest, "replied"), Some(0));
        assert_eq!(before(digest, "bounced"), Some(3));
        assert_eq!(before(digest, "unsubscribed"), Some(1));
        assert_eq!(before("nothing was sent", "sent"), None);
        assert_eq!(counted("opened · replied (1 of 2)", "opened"), None);
    }
}
