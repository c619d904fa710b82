//! Taking a run's CRM changes back: what we wrote over what, what stands there now, and what follows for each record.
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde::Deserialize;
use serde::Serialize;

use crate::domain::ids::RunId;
use crate::domain::time::MINUTE;
use crate::domain::time::Millis;

pub type Fields = BTreeMap<String, String>;

/// Skipped fields and records that a step remembers for its card; the others are counted.
pub const TOLD_MAX: usize = 200;

pub const CONTACTS: &str = "contacts";
pub const COMPANIES: &str = "companies";
/// Links between contacts and companies that a run made: kept to tell them from those of others.
pub const LINKS: &str = "links";

/// Fields that only people fill: a value that we did not write says that somebody works with the record. What the CRM
/// keeps by itself (times, the first lifecycle stage) says nothing.
const BY_PEOPLE: &[&str] = &[
    "city",
    "company",
    "country",
    "description",
    "domain",
    "employees",
    "given_name",
    "industry",
    "lead_status",
    "linkedin_url",
    "name",
    "owner_id",
    "phone",
    "revenue_usd",
    "surname",
    "title",
];
/// The vendor's clock and ours may differ by this much.
const CLOCKS_APART_MS: i64 = 5 * MINUTE;

/// A record before a write of ours, and what we wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    pub object: String,
    /// Ours: an address, a company's id.
    pub key: String,
    /// The CRM's; empty while it is not known.
    pub record: String,
    /// It was not there.
    pub created: bool,
    /// Only fields that we wrote with another value; one that was empty is absent.
    pub before: Fields,
    pub after: Fields,
    pub at: Millis,
}

/// A record as it was read for the comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stands {
    pub record: String,
    pub fields: Fields,
    /// What it is linked with now and not by this run: "deals 12".
    pub links: BTreeSet<String>,
    /// In a campaign of ours.
    pub enrolled: bool,
}

/// One field that will be put back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PutBack {
    pub field: String,
    /// Empty means that the field becomes empty.
    pub before: String,
    pub now: String,
}

/// A record that will be touched: its fields put back, or archived as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    pub object: String,
    pub key: String,
    pub record: String,
    pub name: String,
    pub archive: bool,
    /// For an archive: what must still stand there.
    pub fields: Vec<PutBack>,
}

/// What stays as it is, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    pub object: String,
    pub key: String,
    pub name: String,
    /// Empty for the whole record.
    pub field: String,
    pub before: String,
    pub now: String,
    pub why: String,
}

/// What a person approves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndoPayload {
    pub of: RunId,
    pub code: String,
    /// Ordered so that records of one call stand together.
    pub records: Vec<Planned>,
    pub skipped: Vec<Skipped>,
    /// Fields that are as before already.
    pub already: i64,
    /// People of the run who were handed over to outreach: that cannot be taken back.
    pub enrolled: i64,
}

impl UndoPayload {
    pub fn fields(&self) -> usize {
        self.records.iter().filter(|record| !record.archive).map(|record| record.fields.len()).sum()
    }

    pub fn archived(&self) -> usize {
        self.records.iter().filter(|record| record.archive).count()
    }

    /// Places of records that go in one call: one object, one kind of change, at most `max`.
    pub fn batches(&self, max: usize) -> Vec<(usize, usize)> {
        let mut batches: Vec<(usize, usize)> = Vec::new();
        for (place, record) in self.records.iter().enumerate() {
            let same = |first: &Planned| first.object == record.object && first.archive == record.archive;
            match batches.last_mut() {
                Some((from, to)) if place - *from < max.max(1) && same(&self.records[*from]) => *to = place + 1,
                _ => batches.push((place, place + 1)),
            }
        }
        batches
    }
}

/// What follows for one record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    pub planned: Option<Planned>,
    pub skipped: Vec<Skipped>,
    pub already: i64,
}

/// The rule: what is as we left it goes back, what somebody changed since stays and is told.
pub fn judge(image: &Image, stands: Option<&Stands>) -> Judged {
    let Some(stands) = stands else {
        let why = if image.record.is_empty() { return Judged::default() } else { "it is not in the CRM any more" };
        return Judged { skipped: vec![skip(image, None, "", why)], ..Judged::default() };
    };
    if image.created && !was_there(image, stands) { judge_created(image, stands) } else { judge_written(image, stands) }
}

/// A record that is older than our write was not made by it, whatever the reading before the write said.
fn was_there(image: &Image, stands: &Stands) -> bool {
    let made = stands.fields.get("created_at").and_then(|text| text.parse::<jiff::Timestamp>().ok());
    made.is_some_and(|made| made.as_millisecond() < image.at.0 - CLOCKS_APART_MS)
}

fn judge_created(image: &Image, stands: &Stands) -> Judged {
    let kept = |why: &str| Judged { skipped: vec![skip(image, Some(stands), "", why)], ..Judged::default() };
    if stands.enrolled {
        return kept("it is in a campaign since");
    }
    if let Some(field) = changed_since(image, stands) {
        return kept(&format!("somebody changed its {field} since"));
    }
    if let Some(link) = stands.links.first() {
        let what = link.split_whitespace().next().unwrap_or_default();
        return kept(&format!("{what} were linked with it since"));
    }
    let fields = image.after.iter().map(|(field, now)| put_back(field, "", now)).collect();
    Judged { planned: Some(planned(image, stands, true, fields)), ..Judged::default() }
}

/// The first field that does not hold what we wrote, or that holds something we did not write.
fn changed_since(image: &Image, stands: &Stands) -> Option<String> {
    let wrote = |field: &str| image.after.get(field).map_or("", String::as_str);
    let stood = |field: &str| stands.fields.get(field).map_or("", String::as_str);
    let ours = image.after.keys().find(|field| !same(field, wrote(field), stood(field)));
    let theirs =
        stands.fields.keys().find(|field| !image.after.contains_key(*field) && BY_PEOPLE.contains(&field.as_str()));
    ours.or(theirs).map(|field| field.replace('_', " "))
}

fn judge_written(image: &Image, stands: &Stands) -> Judged {
    let mut judged = Judged::default();
    let mut fields = Vec::new();
    if image.created {
        // It turned out to have been there: what it held before is not known.
        judged.skipped.push(skip(image, Some(stands), "", "what it held before is not known"));
        return judged;
    }
    for (field, wrote) in &image.after {
        let before = image.before.get(field).map_or("", String::as_str);
        let now = stands.fields.get(field).map_or("", String::as_str);
        if same(field, now, before) {
            judged.already += 1;
        } else if same(field, now, wrote) {
            fields.push(put_back(field, before, now));
        } else {
            judged.skipped.push(skip(image, Some(stands), field, "somebody changed it since"));
        }
    }
    if !fields.is_empty() {
        judged.planned = Some(planned(image, stands, false, fields));
    }
    judged
}

/// The last look before the write: what still stands as the person saw it goes, the rest is told.
pub fn still_as_shown(planned: &Planned, now: Option<&Fields>) -> (Vec<PutBack>, Vec<Skipped>) {
    let skip = |field: &str, now: &str, why: &str| Skipped {
        object: planned.object.clone(),
        key: planned.key.clone(),
        name: planned.name.clone(),
        field: field.to_owned(),
        before: String::new(),
        now: now.to_owned(),
        why: why.to_owned(),
    };
    let Some(fields) = now else {
        return (Vec::new(), vec![skip("", "", "it is not in the CRM any more")]);
    };
    let (mut kept, mut skipped) = (Vec::new(), Vec::new());
    for one in &planned.fields {
        let stood = fields.get(&one.field).map_or("", String::as_str);
        if same(&one.field, stood, &one.now) || (!planned.archive && same(&one.field, stood, &one.before)) {
            kept.push(one.clone());
        } else {
            skipped
                .push(Skipped { before: one.before.clone(), ..skip(&one.field, stood, "changed after the preview") });
        }
    }
    if planned.archive && !skipped.is_empty() {
        kept.clear();
    }
    (kept, skipped)
}

/// Two values that mean the same to the CRM: it folds addresses and writes numbers in its own way.
pub fn same(field: &str, a: &str, b: &str) -> bool {
    let (a, b) = (a.trim(), b.trim());
    if a == b {
        return true;
    }
    match field {
        "email" | "domain" => a.eq_ignore_ascii_case(b),
        "phone" => {
            let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
            !digits(a).is_empty() && digits(a) == digits(b)
        }
        "employees" | "revenue_usd" => matches!((a.parse::<f64>(), b.parse::<f64>()), (Ok(a), Ok(b)) if a == b),
        _ => false,
    }
}

fn put_back(field: &str, before: &str, now: &str) -> PutBack {
    PutBack { field: field.to_owned(), before: before.to_owned(), now: now.to_owned() }
}

fn planned(image: &Image, stands: &Stands, archive: bool, fields: Vec<PutBack>) -> Planned {
    Planned {
        object: image.object.clone(),
        key: image.key.clone(),
        record: stands.record.clone(),
        name: name_of(image, Some(stands)),
        archive,
        fields,
    }
}

fn skip(image: &Image, stands: Option<&Stands>, field: &str, why: &str) -> Skipped {
    let of = |fields: Option<&Fields>| fields.and_then(|fields| fields.get(field)).cloned().unwrap_or_default();
    Skipped {
        object: image.object.clone(),
        key: image.key.clone(),
        name: name_of(image, stands),
        field: field.to_owned(),
        before: of(Some(&image.before)),
        now: of(stands.map(|stands| &stands.fields)),
        why: why.to_owned(),
    }
}

/// As people call it: a person's name, a company's; our key when nothing else is there.
fn name_of(image: &Image, stands: Option<&Stands>) -> String {
    let read = |field: &str| {
        let stood = stands.and_then(|stands| stands.fields.get(field));
        stood.or_else(|| image.before.get(field)).or_else(|| image.after.get(field)).cloned().unwrap_or_default()
    };
    let name = match image.object.as_str() {
        CONTACTS => format!("{} {}", read("given_name"), read("surname")).trim().to_owned(),
        _ => read("name"),
    };
    if name.is_empty() { image.key.clone() } else { name }
}

#[cfg(test)]
#[path = "undo/tests.rs"]
mod tests;
