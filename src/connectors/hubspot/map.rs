//! HubSpot's property names to ours and back; which answer belongs to which record; what an activity looks like.
use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::json;

use crate::connectors::http::fault::cleaned;
use crate::connectors::hubspot::wire::Batch;
use crate::connectors::hubspot::wire::Error;
use crate::connectors::hubspot::wire::Record;
use crate::ports::vendors::CrmActivity;
use crate::ports::vendors::CrmRecord;
use crate::ports::vendors::Upserted;

/// Our own unique property of a company.
pub const OWN_KEY: &str = "quarterdeck_id";
/// The vendor keeps this much of a note.
const BODY_CHARS_MAX: usize = 60_000;

/// A kind of record, with its names: ours, HubSpot's, and whether we may write it.
pub struct Object {
    pub name: &'static str,
    pub key: &'static str,
    pub fields: &'static [(&'static str, &'static str, Access)],
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Access {
    Both,
    ReadOnly,
}

use Access::Both;
use Access::ReadOnly;

pub const CONTACTS: Object = Object {
    name: "contacts",
    key: "email",
    fields: &[
        ("email", "email", Both),
        ("given_name", "firstname", Both),
        ("surname", "lastname", Both),
        ("title", "jobtitle", Both),
        ("company", "company", Both),
        ("phone", "phone", Both),
        ("country", "country", Both),
        ("city", "city", Both),
        ("linkedin_url", "hs_linkedin_url", Both),
        ("lifecycle", "lifecyclestage", Both),
        ("lead_status", "hs_lead_status", Both),
        ("owner_id", "hubspot_owner_id", Both),
        ("opted_out", "hs_email_optout", ReadOnly),
        ("company_id", "associatedcompanyid", ReadOnly),
        ("created_at", "createdate", ReadOnly),
        ("updated_at", "lastmodifieddate", ReadOnly),
    ],
};

pub const COMPANIES: Object = Object {
    name: "companies",
    key: OWN_KEY,
    fields: &[
        (OWN_KEY, OWN_KEY, Both),
        ("name", "name", Both),
        ("domain", "domain", Both),
        ("industry", "industry", Both),
        ("employees", "numberofemployees", Both),
        ("revenue_usd", "annualrevenue", Both),
        ("country", "country", Both),
        ("city", "city", Both),
        ("phone", "phone", Both),
        ("description", "description", Both),
        ("lifecycle", "lifecyclestage", Both),
        ("owner_id", "hubspot_owner_id", Both),
        ("created_at", "createdate", ReadOnly),
        ("updated_at", "hs_lastmodifieddate", ReadOnly),
    ],
};

impl Object {
    pub fn by_name(name: &str) -> Option<&'static Self> {
        [&CONTACTS, &COMPANIES].into_iter().find(|object| object.name == name)
    }

    /// The properties to ask for.
    pub fn asked(&self) -> Vec<&'static str> {
        self.fields.iter().map(|(_, theirs, _)| *theirs).collect()
    }

    /// What HubSpot says, in our words; empty values are left out, names we do not know stay as they are.
    pub fn record(&self, record: Record, owners: &BTreeMap<String, String>) -> Option<CrmRecord> {
        let mut fields = BTreeMap::new();
        for (theirs, value) in record.properties {
            let Some(value) = value.filter(|value| !value.is_empty()) else { continue };
            let ours =
                self.fields.iter().find(|(_, name, _)| *name == theirs).map_or(theirs.as_str(), |(ours, ..)| ours);
            fields.insert(ours.to_owned(), value);
        }
        if let Some(owner) = fields.get("owner_id").and_then(|id| owners.get(id)) {
            fields.insert("owner".to_owned(), owner.clone());
        }
        Some(CrmRecord { id: record.id?, fields })
    }

    /// A row of ours in HubSpot's words; what only HubSpot writes is left out, an owner's address becomes an id.
    pub fn properties(
        &self,
        row: &BTreeMap<String, String>,
        owners: &BTreeMap<String, String>,
    ) -> BTreeMap<String, String> {
        let mut out = BTreeMap::new();
        for (ours, value) in row {
            match self.fields.iter().find(|(name, ..)| name == ours) {
                Some((_, _, ReadOnly)) => {}
                Some((_, "industry", _)) if !value.is_empty() => {
                    if let Some(option) = industry_option(value) {
                        out.insert("industry".to_owned(), option.to_owned());
                    }
                }
                Some((_, theirs, Both)) => {
                    out.insert((*theirs).to_owned(), value.clone());
                }
                None if ours == "owner" => {
                    if let Some((id, _)) = owners.iter().find(|(_, email)| email.eq_ignore_ascii_case(value)) {
                        out.insert("hubspot_owner_id".to_owned(), id.clone());
                    }
                }
                None => {
                    out.insert(ours.clone(), value.clone());
                }
            }
        }
        out
    }
}

/// HubSpot's industry is a closed list; a word that has no place in it is not written.
const INDUSTRIES: &[(&str, &str)] = &[
    ("financial services", "FINANCIAL_SERVICES"),
    ("fintech", "FINANCIAL_SERVICES"),
    ("banking", "BANKING"),
    ("insurance", "INSURANCE"),
    ("software", "COMPUTER_SOFTWARE"),
    ("information technology", "INFORMATION_TECHNOLOGY_AND_SERVICES"),
    ("internet", "INTERNET"),
    ("retail", "RETAIL"),
    ("commerce", "RETAIL"),
    ("telecom", "TELECOMMUNICATIONS"),
    ("machinery", "MACHINERY"),
    ("manufactur", "MACHINERY"),
    ("hospital", "HOSPITAL_HEALTH_CARE"),
    ("health", "HOSPITAL_HEALTH_CARE"),
    ("biotech", "BIOTECHNOLOGY"),
    ("renewable", "RENEWABLES_ENVIRONMENT"),
    ("energy", "OIL_ENERGY"),
    ("logistic", "LOGISTICS_AND_SUPPLY_CHAIN"),
    ("transport", "TRANSPORTATION_TRUCKING_RAILROAD"),
    ("media", "MEDIA_PRODUCTION"),
    ("e-learning", "E_LEARNING"),
    ("education", "HIGHER_EDUCATION"),
    ("consulting", "MANAGEMENT_CONSULTING"),
    ("real estate", "REAL_ESTATE"),
    ("hospitality", "HOSPITALITY"),
];

fn industry_option(text: &str) -> Option<&str> {
    let is_option = !text.is_empty() && text.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    if is_option {
        return Some(text);
    }
    let text = text.to_lowercase();
    INDUSTRIES.iter().find(|(word, _)| text.contains(word)).map(|(_, option)| *option)
}

/// One input of a batch write; `key` is how HubSpot finds the record.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    pub key: String,
    pub properties: BTreeMap<String, String>,
}

pub fn trace(nth: usize) -> String {
    format!("qd-{nth}")
}

pub fn upsert_body(id_property: &str, inputs: &[Input]) -> Value {
    let rows = inputs.iter().enumerate().map(|(nth, input)| {
        json!({"id": input.key, "idProperty": id_property, "properties": input.properties, "objectWriteTraceId": trace(nth)})
    });
    json!({"inputs": rows.collect::<Vec<_>>()})
}

/// Updates by record id.
pub fn update_body(inputs: &[Input]) -> Value {
    let rows = inputs
        .iter()
        .enumerate()
        .map(|(nth, input)| json!({"id": input.key, "properties": input.properties, "objectWriteTraceId": trace(nth)}));
    json!({"inputs": rows.collect::<Vec<_>>()})
}

/// What became of each input, in its order: by trace id, else by the key's property, else by position when none is missing.
pub fn outcomes(key_property: &str, inputs: &[Input], batch: Batch) -> Vec<Upserted> {
    let whole = batch.results.len() == inputs.len();
    let mut found: Vec<Option<Upserted>> = inputs.iter().map(|_| None).collect();
    for (position, record) in batch.results.into_iter().enumerate() {
        let place = place_of(key_property, inputs, &record).or(whole.then_some(position));
        if let Some(slot) = place.and_then(|place| found.get_mut(place)) {
            *slot = upserted(record);
        }
    }
    for error in batch.errors {
        let traced = error.context.get("objectWriteTraceId").into_iter().flatten();
        for place in traced.filter_map(|text| text.strip_prefix("qd-")?.parse::<usize>().ok()) {
            if let Some(slot) = found.get_mut(place) {
                *slot = Some(Upserted::Refused { why: why(&error) });
            }
        }
    }
    let nothing = || Upserted::Refused { why: "the vendor said nothing about this record".to_owned() };
    found.into_iter().map(|slot| slot.unwrap_or_else(nothing)).collect()
}

fn place_of(key_property: &str, inputs: &[Input], record: &Record) -> Option<usize> {
    let traced = record.object_write_trace_id.as_deref().and_then(|text| text.strip_prefix("qd-")?.parse().ok());
    traced.or_else(|| {
        let key = record.properties.get(key_property).and_then(Option::as_deref).or(record.id.as_deref())?;
        inputs.iter().position(|input| input.key.eq_ignore_ascii_case(key))
    })
}

fn upserted(record: Record) -> Option<Upserted> {
    let id = record.id?;
    Some(if record.new == Some(true) { Upserted::Created { id } } else { Upserted::Updated { id } })
}

fn why(error: &Error) -> String {
    let details = error.errors.iter().filter_map(|detail| detail.message.as_deref());
    let message = details.chain(error.message.as_deref()).next().unwrap_or("refused without a reason");
    cleaned(message)
}

/// How a kind of activity is written: its object, body property and association type to a contact.
pub struct ActivityKind {
    pub object: &'static str,
    pub body: &'static str,
    pub association_type: u32,
}

pub fn activity_kind(kind: &str) -> Option<ActivityKind> {
    let (object, body, association_type) = match kind {
        "note" => ("notes", "hs_note_body", 202),
        "email" => ("emails", "hs_email_text", 198),
        "call" => ("calls", "hs_call_body", 194),
        "meeting" => ("meetings", "hs_meeting_body", 200),
        "task" => ("tasks", "hs_task_body", 204),
        _ => return None,
    };
    Some(ActivityKind { object, body, association_type })
}

/// The line by which a read-back finds our activity.
pub fn mark(key: &str) -> String {
    format!("ref {key}")
}

pub fn activity_body(kind: &ActivityKind, activity: &CrmActivity) -> Value {
    let mut properties =
        BTreeMap::from([("hs_timestamp", activity.at.0.to_string()), (kind.body, body_text(kind, activity))]);
    let subject = activity.subject.clone();
    match kind.object {
        "emails" => properties.extend([
            ("hs_email_subject", subject),
            ("hs_email_direction", "EMAIL".to_owned()),
            ("hs_email_status", "SENT".to_owned()),
        ]),
        "calls" => properties.extend([("hs_call_title", subject)]),
        "meetings" => properties.extend([("hs_meeting_title", subject)]),
        "tasks" => properties.extend([("hs_task_subject", subject), ("hs_task_status", "NOT_STARTED".to_owned())]),
        _ => {}
    }
    let types = json!([{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": kind.association_type}]);
    json!({"properties": properties, "associations": [{"to": {"id": activity.contact_id}, "types": types}]})
}

pub fn activities_body(kind: &ActivityKind, activities: &[CrmActivity]) -> Value {
    let input = |(nth, activity): (usize, &CrmActivity)| {
        let mut input = activity_body(kind, activity);
        input["objectWriteTraceId"] = Value::from(trace(nth));
        input
    };
    json!({"inputs": activities.iter().enumerate().map(input).collect::<Vec<_>>()})
}

/// What became of each new record, in the order sent; a record that is new has no other key than its trace.
pub fn logged(sent: usize, batch: Batch) -> Vec<Upserted> {
    let keyless = || Input { key: String::new(), properties: BTreeMap::new() };
    let inputs: Vec<Input> = std::iter::repeat_with(keyless).take(sent).collect();
    outcomes("", &inputs, batch)
}

/// HubSpot renders these bodies as HTML (mail text excepted): what came from outside must stay text.
fn body_text(kind: &ActivityKind, activity: &CrmActivity) -> String {
    let cut: String = activity.body.chars().take(BODY_CHARS_MAX).collect();
    let head = if kind.object == "notes" && !activity.subject.is_empty() {
        format!("{}\n", activity.subject)
    } else {
        String::new()
    };
    let text = format!("{head}{cut}\n{}", mark(&activity.key));
    if kind.object == "emails" {
        return text;
    }
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\n', "<br>")
}

#[cfg(test)]
mod tests;
