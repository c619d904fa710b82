//! What a rep asked for, as understood: the only thing that discovery and the plan are made from.
use serde::Deserialize;
use serde::Serialize;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Criteria {
    /// The request in one short line, in the rep's words.
    pub goal: String,
    /// Leads wanted in the end.
    pub count: u32,
    /// Job titles as asked: `VP Finance`.
    pub titles: Vec<String>,
    /// Industries as asked: `fintech`.
    pub industries: Vec<String>,
    pub employees_min: Option<u32>,
    pub employees_max: Option<u32>,
    /// ISO 3166-1 alpha-2; empty is any country.
    pub countries: Vec<String>,
    /// Technologies in use: `Snowflake`.
    pub technologies: Vec<String>,
    /// Company names or domains to leave out.
    pub exclude: Vec<String>,
    /// Contact data wanted (costs credits).
    pub enrich: bool,
    /// A campaign wanted in the end.
    pub launch: bool,
    /// Free words about the mails, from the person who asked: "shorter".
    pub mail_wishes: String,
}
