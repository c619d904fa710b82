//! What a preview freezes and a launch carries out: each mail as it will leave.
use serde::Deserialize;
use serde::Serialize;

use crate::domain::ids::LeadId;
use crate::domain::time::Millis;
use crate::run::canonical::hash_of;
use crate::run::canonical::hash_text;

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
    pub fn label(&self) -> String {
        format!("{}, {}", self.name, self.company)
    }

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
    /// Everybody, in gates of the first migration level; since then each person is a row that `roll` vouches for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recipients: Vec<Outgoing>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roll: Option<Roll>,
    pub wishes: String,
    /// What differs from the preview before: "−1 recipient (Acme Inc)".
    pub changes: Vec<String>,
    /// Leads of the run that are not in it, by reason, for the card.
    pub left_out: Vec<(String, i64)>,
    pub policy_hash: String,
}

/// The recipients of a launch as its payload holds them: what a card shows, and a digest that binds every row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roll {
    pub count: usize,
    /// Over the hashes of the rows in their order.
    pub digest: String,
    pub from_template: i64,
    /// Characters of the first mails, all together.
    pub body_chars: usize,
    /// Spread over the ranks, best first.
    pub samples: Vec<Outgoing>,
    /// Who can be left out by a tick: the first by rank.
    pub people: Vec<(LeadId, String)>,
}

/// Mails that a card can page through.
pub const SAMPLES_MAX: usize = 25;
/// People in the list of a form; more cannot be read there.
pub const PEOPLE_MAX: usize = 200;

/// Places of those that the card shows: evenly from the first to the last.
pub fn sample_places(count: usize) -> Vec<usize> {
    let every = count.div_ceil(SAMPLES_MAX).max(1);
    (0..count).step_by(every).collect()
}

/// One hash over many, in their order.
pub fn digest<'a>(hashes: impl Iterator<Item = &'a str>) -> String {
    let mut all = String::new();
    for hash in hashes {
        all.push_str(hash);
        all.push('\n');
    }
    hash_text(&all)
}

impl LaunchPayload {
    pub fn count(&self) -> usize {
        self.roll.as_ref().map_or(self.recipients.len(), |roll| roll.count)
    }

    pub fn from_template(&self) -> i64 {
        let inline = || self.recipients.iter().filter(|who| who.draft.written_by == "template").count() as i64;
        self.roll.as_ref().map_or_else(inline, |roll| roll.from_template)
    }

    /// The recipients whose mails a card can show.
    pub fn samples(&self) -> &[Outgoing] {
        self.roll.as_ref().map_or(self.recipients.as_slice(), |roll| roll.samples.as_slice())
    }

    /// Who can be left out by a tick, with the words of the tick.
    pub fn people(&self) -> Vec<(LeadId, String)> {
        let inline = || self.recipients.iter().map(|who| (who.lead.clone(), who.label())).collect();
        self.roll.as_ref().map_or_else(inline, |roll| roll.people.clone())
    }

    /// Characters of a first mail on average.
    pub fn body_chars(&self) -> usize {
        let first = |who: &Outgoing| who.draft.mails.first().map_or(0, |mail| mail.body.chars().count());
        let inline = || self.recipients.iter().map(first).sum();
        let total: usize = self.roll.as_ref().map_or_else(inline, |roll| roll.body_chars);
        total / self.count().max(1)
    }
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
