//! Whether the rep wants enrichment and a campaign, or said that they do not.
use crate::sandbox::model::text::Said;

#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Switches {
    pub enrich: Option<bool>,
    pub launch: Option<bool>,
}

/// Words that name our own steps; an exclusion such as "without a campaign" is about these, not about a company.
pub const STEP_WORDS: [&str; 24] = [
    "campaign",
    "campaigns",
    "outreach",
    "enrich",
    "enriching",
    "enrichment",
    "launch",
    "launching",
    "mail",
    "mails",
    "mailing",
    "email",
    "emails",
    "emailing",
    "e",
    "contacting",
    "contact",
    "sequence",
    "sending",
    "send",
    "reaching",
    "write",
    "writing",
    "outreaching",
];

pub fn read(said: &Said) -> Switches {
    let launch = if is_no_launch(said) { Some(false) } else { is_launch(said).then_some(true) };
    let enrich = if is_no_enrich(said) { Some(false) } else { is_enrich(said).then_some(true) };
    Switches { enrich, launch }
}

fn is_launch(said: &Said) -> bool {
    said.has(&["launch", "campaign", "outreach", "enrol", "enroll", "cadence"])
        || said.says(&[
            "email them",
            "mail them",
            "e - mail them",
            "contact them",
            "reach out",
            "write to them",
            "write them",
            "send them",
            "email each",
            "mail each",
            "message them",
            "approach them",
            "a sequence",
            "into a sequence",
            "start mailing",
            "send mails",
            "send emails",
            "email everyone",
            "mail everyone",
            "email all",
            "mail all",
            "and mail",
            "and email",
        ])
}

fn is_no_launch(said: &Said) -> bool {
    said.says(&[
        "just a list",
        "only a list",
        "just the list",
        "only the list",
        "list only",
        "just list",
        "no campaign",
        "no campaigns",
        "no outreach",
        "no mail",
        "no mails",
        "no email",
        "no emails",
        "no launch",
        "no sequence",
        "nothing sent",
        "send nothing",
        "without a campaign",
        "without campaign",
        "without the campaign",
        "without outreach",
        "without any outreach",
        "without launching",
        "without contacting",
        "without mailing",
        "without emailing",
        "drop the campaign",
        "skip the campaign",
        "skip outreach",
        "skip the outreach",
        "not a campaign",
        "no need to contact",
        "remove the campaign",
        "drop the outreach",
        "cancel the outreach",
        "no longer launch",
    ]) || negated(
        said,
        &["contact", "email", "mail", "launch", "reach", "send", "write", "message", "approach", "start"],
    )
}

fn is_enrich(said: &Said) -> bool {
    said.has(&["enrich", "enriched", "enrichment", "enriching"])
        || said.says(&[
            "contact data",
            "contact details",
            "contact information",
            "contact info",
            "with emails",
            "with e - mails",
            "with email addresses",
            "email addresses",
            "mail addresses",
            "phone numbers",
            "with email",
            "with emails and",
            "verified emails",
            "their emails",
            "with addresses",
        ])
}

fn is_no_enrich(said: &Said) -> bool {
    said.says(&[
        "no enrichment",
        "without enrichment",
        "without enriching",
        "skip enrichment",
        "skip the enrichment",
        "drop the enrichment",
        "no contact data",
        "without contact data",
        "no enriching",
    ]) || negated(said, &["enrich"])
}

/// "do not email", "don't contact", "never mail", with at most one word between.
fn negated(said: &Said, verbs: &[&str]) -> bool {
    (0..said.len()).any(|index| {
        let is_negation = matches!(said.low(index), "don't" | "dont" | "never" | "not");
        let is_past = matches!(said.low(index + 1), "been" | "yet");
        is_negation && !is_past && (verbs.contains(&said.low(index + 1)) || verbs.contains(&said.low(index + 2)))
    })
}
