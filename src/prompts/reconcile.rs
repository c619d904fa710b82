//! Words after a restore.
use serde::Serialize;
use serde_json::Value;
use serde_json::json;

use crate::prompts::render::Entry;
use crate::prompts::render::entry;
use crate::template;

pub const ALL: &[Entry] = &[entry::<ReconcileWords>()];

/// What the comparison with the vendors found.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ReconcileWords {
    pub compared: bool,
    /// When the file was written, and the newest change in it.
    pub made: String,
    pub newest: String,
    pub campaigns: i64,
    pub campaigns_taken: i64,
    pub people: i64,
    pub people_taken: i64,
    pub events: i64,
    pub suppressed: i64,
    /// Why it could not be compared.
    pub why: String,
    /// Each with `kind`, `campaign`, `people`.
    pub open: Vec<Value>,
    pub open_more: i64,
}

template!(
    ReconcileWords,
    "messages/desk/reconcile.tera",
    ReconcileWords {
        compared: true,
        made: "Tue 24 Nov 02:30".into(),
        newest: "Tue 24 Nov 02:12".into(),
        campaigns: 3,
        campaigns_taken: 1,
        people: 214,
        people_taken: 38,
        events: 61,
        suppressed: 2,
        why: String::new(),
        open: vec![
            json!({"kind": "campaign_gone", "campaign": "Fintech finance · 7K2"}),
            json!({"kind": "people_gone", "campaign": "SaaS CTOs · 4QX", "people": 1}),
            json!({"kind": "people_unknown", "campaign": "SaaS CTOs · 4QX", "people": 2}),
            json!({"kind": "campaign_unknown", "campaign": "Retail · 9PL"}),
        ],
        open_more: 3,
    }
);
