//! Words to reps that no single service owns: refusals and notices.
use serde::Serialize;

use crate::prompts::render::Entry;
use crate::prompts::render::entry;
use crate::template;

pub const ALL: &[Entry] = &[entry::<Notice>()];

/// A plain card: what happened, why, what to do now.
#[derive(Clone, Debug, Serialize)]
pub struct Notice {
    pub what: String,
    pub why: String,
    pub next: String,
}

template!(
    Notice,
    "messages/notice.tera",
    Notice {
        what: "I could not read orders.xlsx".into(),
        why: "It is a spreadsheet; I read JSON Lines (.jsonl) today.".into(),
        next: "Save it as .jsonl and attach it again.".into(),
    }
);
