//! What a preview freezes and a launch carries out: each mail as it will leave.
use serde::Deserialize;
use serde::Serialize;

use crate::domain::ids::LeadId;
use crate::domain::time::Millis;
use crate::run::canonical::hash_of;

/// One mail as it will be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// Index of its touch in the sequence.
    pub step: u32,
    pub subject: String,
    pub body: String,
}

/// The mails of one lead with the facts they rest on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    pub mails: Vec<Mail>,
    /// "Explorium event, 3 Apr 2026": `[n]` in the first mail's shown form points to entry n-1.
    pub sources: Vec<String>,
    /// The first mail with `[n]` after each claim, for the preview only.
    pub annotated: String,
    /// `model`, or `template` when the model's text could not be grounded.
    pub written_by: String,
}

/// One person of a launch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outgoing {
    pub lead: LeadId,
    pub name: String,
    pub title: String,
    pub company: String,
    pub email: String,
    pub country: String,
    /// IANA zone in which the send window is judged.
    pub zone: String,
    /// Millionths.
    pub score: i64,
    pub first_at: Millis,
    pub draft: Draft,
}

impl Outgoing {
    /// What `Cleared` is bound to: the address and every text.
    pub fn payload_hash(&self) -> String {
        hash_of(&(&self.email, &self.draft.mails))
    }
}

/// Mails a day and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    pub per_day: u32,
    pub mailboxes: u32,
    pub first: Millis,
    pub last: Millis,
    /// Public holidays that fall into it, as "Thanksgiving (US)".
    pub skips: Vec<String>,
}

/// The frozen payload of a launch gate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaunchPayload {
    pub campaign: String,
    /// Touches with their delays, mails as variables.
    pub touches: Vec<PlannedTouch>,
    pub schedule: Schedule,
    pub recipients: Vec<Outgoing>,
    pub wishes: String,
    /// What differs from the preview before: "−1 recipient (Acme Inc)".
    pub changes: Vec<String>,
    /// Leads of the run that are not in it, by reason, for the card.
    pub left_out: Vec<(String, i64)>,
    pub policy_hash: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedTouch {
    /// email | linkedin | call
    pub kind: String,
    /// Days after the touch before it.
    pub delay_days: u32,
    /// For people: what to do (tasks).
    pub note: String,
}

/// One lead that the rules do not let through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flagged {
    pub lead: LeadId,
    pub name: String,
    pub title: String,
    pub company: String,
    pub country: String,
    /// Rule id.
    pub rule: String,
    /// One sentence.
    pub reason: String,
    /// What would make it lawful.
    pub remedy: String,
    /// A person with the role compliance may let it through; a plain no cannot be overruled.
    pub reviewable: bool,
}

/// The frozen payload of a compliance gate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompliancePayload {
    pub flagged: Vec<Flagged>,
    /// The other leads, which go on.
    pub others: i64,
    pub table_hash: String,
}

/// What the form of *Launch with changes* brings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LaunchChanges {
    /// What to change in the mails, in words.
    pub wishes: String,
    /// Leads to leave out.
    pub exclude: Vec<LeadId>,
    pub per_day: Option<u32>,
    /// First day, as YYYY-MM-DD.
    pub start: Option<String>,
}
