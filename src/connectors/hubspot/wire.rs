//! HubSpot's shapes on the wire: every field may be missing, unknown ones are let pass.
use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub struct Batch {
    pub results: Vec<Record>,
    #[serde(default)]
    pub errors: Vec<Error>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Record {
    pub id: Option<String>,
    pub properties: BTreeMap<String, Option<String>>,
    pub new: Option<bool>,
    pub object_write_trace_id: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Error {
    pub message: Option<String>,
    pub context: BTreeMap<String, Vec<String>>,
    pub errors: Vec<Detail>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Detail {
    pub message: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct Found {
    pub results: Vec<Record>,
}

#[derive(Debug, Deserialize)]
pub struct Owners {
    pub results: Vec<Owner>,
    pub paging: Option<Paging>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Owner {
    pub id: Option<String>,
    pub email: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct Paging {
    pub next: Option<After>,
}

#[derive(Debug, Deserialize)]
pub struct After {
    pub after: String,
}

#[derive(Debug, Deserialize)]
pub struct Associated {
    pub results: Vec<To>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct To {
    /// A string in the specification, a number in older answers.
    pub to_object_id: serde_json::Value,
}

/// Associations of several records.
#[derive(Debug, Deserialize)]
pub struct Links {
    pub results: Vec<LinksOf>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct LinksOf {
    pub from: From,
    pub to: Vec<To>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct From {
    pub id: String,
}
