//! Words of planning: what the model is told, plan cards, questions, scores, looked-up records.
use serde::Serialize;

use crate::prompts::render::Entry;
use crate::prompts::render::Prompts;
use crate::prompts::render::WordsError;
use crate::prompts::render::entry;
use crate::run::turn::Message;
use crate::template;

pub const ALL: &[Entry] =
    &[entry::<Planner>(), entry::<PlanCard>(), entry::<Question>(), entry::<Scores>(), entry::<Found>()];

/// The stable prefix: the same bytes for all threads, people and days, so that it can be cached.
pub fn prefix(words: &Prompts) -> Result<Message, WordsError> {
    Ok(Message::System { text: words.text(&Planner {})? })
}

#[derive(Clone, Copy, Debug, Serialize)]
pub struct Planner {}

template!(Planner, "system/planner.tera", Planner {});

/// A plan as a rep reads it before pressing Start.
#[derive(Clone, Debug, Serialize)]
pub struct PlanCard {
    pub title: String,
    /// The refusal that this plan answers.
    pub after: String,
    pub version: i64,
    pub titles: Vec<String>,
    pub industries: Vec<String>,
    /// "200-1,000 employees", empty for any.
    pub size: String,
    pub technologies: Vec<String>,
    /// Names, empty for any country.
    pub countries: Vec<String>,
    pub exclude: Vec<String>,
    pub wishes: String,
    pub enrich: bool,
    pub launch: bool,
    pub credits_min: i64,
    pub credits_max: i64,
    pub credits_cap: i64,
    /// By vendor: "Explorium 6-14 calls, 60-200 credits".
    pub quotes: Vec<String>,
    /// What they rest on.
    pub quote_basis: String,
    pub cost_min: i64,
    pub cost_max: i64,
    pub model_sandbox: bool,
    pub playbook: String,
    pub profile: String,
    pub threshold: String,
    pub basis: String,
    pub discover: Vec<String>,
    pub enrichment: Vec<String>,
    pub crm: String,
    pub campaign: String,
    pub touches: u32,
    pub days: u32,
    /// Number of the step that sends, 0 when none does.
    pub sends_at: usize,
}

template!(
    PlanCard,
    "messages/plan.tera",
    PlanCard {
        title: "100 finance leaders at fintech companies on Snowflake".into(),
        after: "After Mona's refusal of preview 1: too pushy".into(),
        version: 2,
        titles: vec!["VP Finance".into()],
        industries: vec!["fintech".into()],
        size: "200-1,000 employees".into(),
        technologies: vec!["Snowflake".into()],
        countries: vec!["United Kingdom".into(), "United States".into()],
        exclude: vec!["Acme".into()],
        wishes: "shorter".into(),
        enrich: true,
        launch: true,
        credits_min: 160,
        credits_max: 190,
        credits_cap: 219,
        quotes: vec!["Explorium 6-14 calls, 60-200 credits".into(), "HubSpot 5-12 calls".into()],
        quote_basis: "batch sizes and usual hit rates".into(),
        cost_min: 300_000,
        cost_max: 400_000,
        model_sandbox: false,
        playbook: "fintech-finance.md, v3".into(),
        profile: "fintech-finance v1".into(),
        threshold: "0.70".into(),
        basis: "vendor limits".into(),
        discover: vec!["Explorium".into(), "Apollo".into()],
        enrichment: vec!["Explorium".into(), "Apollo".into()],
        crm: "HubSpot".into(),
        campaign: "Fintech finance · Snowflake".into(),
        touches: 4,
        days: 10,
        sends_at: 7,
    }
);

/// One question to the rep, with choices.
#[derive(Clone, Debug, Serialize)]
pub struct Question {
    pub question: String,
}

template!(Question, "messages/question.tera", Question { question: "Which job titles?".into() });

/// A scored list.
#[derive(Clone, Debug, Serialize)]
pub struct Scores {
    /// "5,000 companies" or "1 lead".
    pub what: String,
    pub profile: String,
    pub read: i64,
    pub unreadable: i64,
    pub duplicates: i64,
    pub without_size: i64,
    pub without_industry: i64,
    pub without_place: i64,
    pub kept: i64,
    pub threshold: String,
    /// Company rows say nothing of people: so much of the score stays at 0.
    pub companies_only: bool,
}

template!(
    Scores,
    "messages/scores.tera",
    Scores {
        what: "5,000 companies".into(),
        profile: "fintech-finance v1".into(),
        read: 5_000,
        unreadable: 3,
        duplicates: 12,
        without_size: 40,
        without_industry: 7,
        without_place: 90,
        kept: 0,
        threshold: "0.70".into(),
        companies_only: true,
    }
);

/// CRM records that were looked up, for people's eyes.
#[derive(Clone, Debug, Serialize)]
pub struct Found {
    pub object: String,
    pub query: String,
    pub count: i64,
    pub shown: i64,
    pub crm: String,
}

template!(
    Found,
    "messages/found.tera",
    Found { object: "contacts".into(), query: "Acme".into(), count: 7, shown: 5, crm: "HubSpot".into() }
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefix_is_the_same_bytes_and_holds_nothing_that_changes() {
        let bytes = || prefix(&Prompts::load().unwrap()).unwrap();
        let Message::System { text } = bytes() else { panic!("not a system message") };
        assert_eq!(bytes(), Message::System { text: text.clone() });
        assert!(text.len() < 2_600, "{} bytes are a long prefix", text.len());
        assert!(!text.contains("202") && !text.contains("{{"), "a date or a variable");
    }
}
