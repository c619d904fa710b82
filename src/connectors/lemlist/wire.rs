//! lemlist's shapes on the wire: every field may be missing, unknown ones are let pass.
use std::collections::BTreeMap;

use serde::Deserialize;

/// Lists come bare or in an envelope, depending on the version; single objects sometimes as a list of one.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Campaigns {
    Bare(Vec<Campaign>),
    Paged { campaigns: Vec<Campaign> },
}

impl Campaigns {
    pub fn rows(self) -> Vec<Campaign> {
        match self {
            Self::Bare(rows) | Self::Paged { campaigns: rows } => rows,
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Campaign {
    #[serde(rename = "_id")]
    pub id: Option<String>,
    pub name: Option<String>,
    pub status: Option<String>,
    pub state: Option<String>,
    pub sequence_id: Option<String>,
    pub schedule_ids: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Sequence {
    #[serde(rename = "_id")]
    pub id: Option<String>,
    pub steps: Vec<Step>,
}

/// Keyed by sequence id.
pub type Sequences = BTreeMap<String, Sequence>;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Step {
    #[serde(rename = "_id")]
    pub id: Option<String>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub delay: Option<i64>,
    pub index: Option<i64>,
    pub subject: Option<String>,
    pub message: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Leads {
    Many(Vec<Lead>),
    One(Box<Lead>),
}

impl Leads {
    pub fn rows(self) -> Vec<Lead> {
        match self {
            Self::Many(rows) => rows,
            Self::One(lead) => vec![*lead],
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Lead {
    #[serde(rename = "_id")]
    pub id: Option<String>,
    pub email: Option<String>,
    pub campaign_id: Option<String>,
    pub contact_id: Option<String>,
    pub state: Option<String>,
}

/// A lead as the export lists it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Exported {
    #[serde(rename = "_id")]
    pub id: Option<String>,
    pub email: Option<String>,
    pub state: Option<String>,
    pub last_state: Option<String>,
}

/// An address or domain that may not be written to.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Unsubscribed {
    pub value: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Sender {
    pub user_id: Option<String>,
    pub email: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Team {
    pub users: Vec<Sender>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Activity {
    #[serde(rename = "_id")]
    pub id: Option<String>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub lead_id: Option<String>,
    pub lead_email: Option<String>,
    pub campaign_id: Option<String>,
    pub sequence_step: Option<f64>,
    pub created_at: Option<String>,
    pub text: Option<String>,
    pub message: Option<String>,
    pub message_preview: Option<String>,
}

/// All numbers by name, and those of each step.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Stats {
    pub steps: Vec<BTreeMap<String, serde_json::Value>>,
    #[serde(flatten)]
    pub numbers: BTreeMap<String, serde_json::Value>,
}

/// A webhook as listed; its secret is never returned.
#[derive(Debug, Deserialize)]
pub struct Hook {
    #[serde(rename = "targetUrl")]
    pub target_url: Option<String>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
}
