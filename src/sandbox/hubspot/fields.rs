//! Which properties the portal has, what may stand in them, and how a record is shown.
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::sandbox::core::Core;
use crate::sandbox::http::iso;
use crate::sandbox::hubspot::fault::Detail;
use crate::sandbox::hubspot::store::COMPANIES;
use crate::sandbox::hubspot::store::CONTACTS;

pub const STAGES: &[&str] = &[
    "subscriber",
    "lead",
    "marketingqualifiedlead",
    "salesqualifiedlead",
    "opportunity",
    "customer",
    "evangelist",
    "other",
];
const STATUSES: &[&str] =
    &["NEW", "OPEN", "IN_PROGRESS", "OPEN_DEAL", "UNQUALIFIED", "ATTEMPTED_TO_CONTACT", "CONNECTED", "BAD_TIMING"];
const READ_ONLY: &[&str] =
    &["hs_object_id", "createdate", "lastmodifieddate", "hs_lastmodifieddate", "hs_createdate", "hs_email_optout"];
const COMMON: &[&str] = &["hubspot_owner_id", "hs_timestamp", "hs_lead_status", "lifecyclestage", "hs_attachment_ids"];
const CONTACT: &[&str] = &[
    "email",
    "firstname",
    "lastname",
    "phone",
    "mobilephone",
    "company",
    "jobtitle",
    "website",
    "city",
    "state",
    "zip",
    "country",
    "address",
    "industry",
    "hs_linkedin_url",
    "hs_language",
    "hs_timezone",
    "numemployees",
    "annualrevenue",
    "seniority",
    "job_function",
    "hs_seniority",
    "hs_legal_basis",
    "hs_analytics_source",
    "hs_additional_emails",
    "salutation",
    "message",
    "notes_last_contacted",
    "hs_persona",
    "hs_country_region_code",
    "hs_buying_role",
    "linkedin_url",
    "hs_do_not_contact",
    "work_email",
    "fax",
    "associatedcompanyid",
    "hs_state_code",
    "hs_role",
    "hs_sub_role",
];
const COMPANY: &[&str] = &[
    "name",
    "domain",
    "website",
    "industry",
    "phone",
    "city",
    "state",
    "zip",
    "country",
    "address",
    "numberofemployees",
    "annualrevenue",
    "description",
    "founded_year",
    "is_public",
    "type",
    "timezone",
    "linkedin_company_page",
    "linkedinbio",
    "web_technologies",
    "total_money_raised",
    "about_us",
    "hs_country_code",
    "hs_is_target_account",
    "hs_ideal_customer_profile",
    "address2",
    "facebook_company_page",
    "twitterhandle",
    "hs_linkedin_handle",
];
const DEAL: &[&str] = &[
    "dealname",
    "pipeline",
    "dealstage",
    "amount",
    "closedate",
    "dealtype",
    "description",
    "hs_priority",
    "hs_next_step",
    "closed_lost_reason",
    "closed_won_reason",
    "hs_deal_stage_probability",
    "deal_currency_code",
    "hs_forecast_amount",
    "hs_manual_forecast_category",
];
const WORK: &[(usize, &str)] =
    &[(3, "hs_note_"), (4, "hs_email_"), (5, "hs_call_"), (6, "hs_meeting_"), (7, "hs_task_")];

/// The properties that come with a kind.
pub fn standard(kind: usize) -> Vec<&'static str> {
    let own: &[&str] = match kind {
        CONTACTS => CONTACT,
        COMPANIES => COMPANY,
        2 => DEAL,
        3 => &["hs_note_body"],
        4 => &[
            "hs_email_subject",
            "hs_email_text",
            "hs_email_html",
            "hs_email_direction",
            "hs_email_status",
            "hs_email_headers",
        ],
        5 => &[
            "hs_call_title",
            "hs_call_body",
            "hs_call_duration",
            "hs_call_direction",
            "hs_call_disposition",
            "hs_call_status",
        ],
        6 => &[
            "hs_meeting_title",
            "hs_meeting_body",
            "hs_meeting_start_time",
            "hs_meeting_end_time",
            "hs_meeting_outcome",
        ],
        7 => &["hs_task_subject", "hs_task_body", "hs_task_status", "hs_task_priority", "hs_task_type"],
        _ => &["subject", "content", "hs_pipeline", "hs_pipeline_stage", "hs_lead_name", "hs_lead_type"],
    };
    COMMON.iter().chain(READ_ONLY).chain(own).copied().collect()
}

/// Whether the portal knows a property; ours were set up beforehand under one prefix.
pub fn exists(core: &Core, kind: usize, name: &str) -> bool {
    let work = WORK.iter().any(|(k, prefix)| *k == kind && name.starts_with(prefix));
    work || name.starts_with("quarterdeck_")
        || name == "orchestrator_id"
        || standard(kind).contains(&name)
        || core.hubspot.store.tables[kind].made.iter().any(|p| p["name"] == name)
}

/// Checks and reads the `properties` of an input.
pub fn read(core: &Core, kind: usize, input: &Value) -> Result<Vec<(String, String)>, Vec<Detail>> {
    let mut good = Vec::new();
    let mut bad = Vec::new();
    let Some(map) = input.get("properties").and_then(Value::as_object) else {
        bad.push(Detail {
            message: "Some required fields were not set: [properties]".into(),
            code: "REQUIRED_FIELD",
            property: "properties".into(),
        });
        return Err(bad);
    };
    for (name, value) in map {
        match check(core, kind, name, value) {
            Ok(text) => good.push((name.clone(), text)),
            Err(detail) => bad.push(detail),
        }
    }
    if bad.is_empty() { Ok(good) } else { Err(bad) }
}

fn check(core: &Core, kind: usize, name: &str, value: &Value) -> Result<String, Detail> {
    let fail = |message: String, code: &'static str| Detail { message, code, property: name.to_owned() };
    if !exists(core, kind, name) {
        return Err(fail(format!("Property \"{name}\" does not exist"), "PROPERTY_DOESNT_EXIST"));
    }
    if READ_ONLY.contains(&name) {
        return Err(fail(format!("\"{name}\" is a read only property; its value cannot be set."), "READ_ONLY_VALUE"));
    }
    let text = match value {
        Value::String(s) => s.trim().to_owned(),
        Value::Null => String::new(),
        Value::Number(n) => n.to_string(),
        Value::Bool(b) => b.to_string(),
        _ => return Err(fail("Cannot deserialize value of type `java.lang.String`".into(), "INVALID_TYPE")),
    };
    if text.chars().count() > 65_536 {
        return Err(fail(format!("\"{name}\" was too long"), "PROPERTY_VALUE_TOO_LONG"));
    }
    if text.is_empty() {
        return Ok(text);
    }
    let wrong = |options: &[&str]| {
        let m = format!("\"{text}\" was not one of the allowed options: {options:?}");
        fail(m, "INVALID_OPTION")
    };
    match name {
        "email" if !is_mail(&text) => Err(fail(format!("Email address {text} is invalid"), "INVALID_EMAIL")),
        "lifecyclestage" if !STAGES.contains(&text.as_str()) => Err(wrong(STAGES)),
        "hs_lead_status" if !STATUSES.contains(&text.as_str()) => Err(wrong(STATUSES)),
        "industry" if kind == COMPANIES && !text.chars().all(|c| c.is_ascii_uppercase() || c == '_') => {
            Err(wrong(&["ACCOUNTING", "BANKING", "COMPUTER_SOFTWARE", "FINANCIAL_SERVICES", "INSURANCE"]))
        }
        "numberofemployees" | "annualrevenue" | "amount" if text.parse::<f64>().is_err() => {
            Err(fail(format!("{text} was not a valid number."), "INVALID_NUMBER"))
        }
        "hubspot_owner_id" if !crate::sandbox::hubspot::misc::is_owner(&text) => {
            Err(fail(format!("Owner with id {text} does not exist or is not active"), "INVALID_OWNER_ID"))
        }
        _ => Ok(text),
    }
}

pub fn is_mail(text: &str) -> bool {
    let Some((user, host)) = text.split_once('@') else {
        return false;
    };
    !user.is_empty()
        && host.contains('.')
        && !host.contains('@')
        && !text.contains(char::is_whitespace)
        && !host.ends_with('.')
}

/// Properties shown when none are asked for.
pub fn shown_by_default(kind: usize) -> &'static [&'static str] {
    match kind {
        CONTACTS => &["createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"],
        COMPANIES => &["createdate", "domain", "hs_lastmodifieddate", "hs_object_id", "name"],
        2 => &[
            "amount",
            "closedate",
            "createdate",
            "dealname",
            "dealstage",
            "hs_lastmodifieddate",
            "hs_object_id",
            "pipeline",
        ],
        _ => &["hs_createdate", "hs_lastmodifieddate", "hs_object_id"],
    }
}

/// One property of a record, computed ones included.
pub fn value(core: &Core, kind: usize, id: u64, name: &str) -> Option<String> {
    let rec = core.hubspot.store.tables[kind].recs.get(&id)?;
    match name {
        "hs_object_id" => Some(id.to_string()),
        "createdate" | "hs_createdate" => Some(iso(rec.created)),
        "lastmodifieddate" | "hs_lastmodifieddate" => Some(iso(rec.updated)),
        "hs_email_optout" => {
            let mail = core.hubspot.store.get(kind, id, "email")?.to_lowercase();
            core.hubspot.optouts.contains_key(&mail).then(|| "true".to_owned())
        }
        _ => core.hubspot.store.get(kind, id, name).map(str::to_owned),
    }
}

/// A record as HubSpot shows it; `None` asks for all that is set, as after a write.
pub fn show(core: &Core, kind: usize, id: u64, asked: Option<&[String]>) -> Value {
    let mut map = Map::new();
    for name in shown_by_default(kind) {
        map.insert((*name).to_owned(), json!(value(core, kind, id, name)));
    }
    match asked {
        None => {
            for (name, v) in core.hubspot.store.all_props(kind, id) {
                map.insert(name.to_owned(), json!(v));
            }
        }
        Some(names) => {
            for name in names {
                map.insert(name.clone(), json!(value(core, kind, id, name)));
            }
        }
    }
    let mut props = Value::Object(map);
    overlay(core, kind, id, &mut props);
    let rec = core.hubspot.store.tables[kind].recs.get(&id);
    let (created, updated, archived) = rec.map_or((0, 0, false), |r| (r.created, r.updated, r.archived));
    json!({
        "id": id.to_string(),
        "properties": props,
        "createdAt": iso(created),
        "updatedAt": iso(updated),
        "archived": archived,
        "url": format!("https://app.hubspot.example/contacts/20261121/record/{}/{id}", crate::sandbox::hubspot::store::KINDS[kind].1),
    })
}

fn overlay(core: &Core, kind: usize, id: u64, props: &mut Value) {
    if core.plants.is_empty() {
        return;
    }
    let get = |name: &str| core.hubspot.store.get(kind, id, name).unwrap_or_default();
    let name = format!("{} {}", get("firstname"), get("lastname"));
    let (object, keys) = match kind {
        CONTACTS => ("person", [get("email"), name.as_str()]),
        COMPANIES => ("company", [get("domain"), get("name")]),
        _ => return,
    };
    core.plants.overlay("hubspot", object, &keys, props);
}
