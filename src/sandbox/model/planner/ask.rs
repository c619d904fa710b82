//! The questions the stand-in can ask, each with its choices.
use serde_json::json;

use crate::sandbox::model::planner::arguments::grouped;
use crate::sandbox::model::understand::sizes::Sizes;
use crate::sandbox::model::wire::Answer;

fn ask(question: &str, options: &[&str]) -> Answer {
    Answer::Call { tool: "ask_rep", arguments: json!({"question": question, "options": options}) }
}

pub fn titles() -> Answer {
    ask(
        "Which job titles?",
        &["VP Finance and CFO", "VP Sales and CRO", "CTO and VP Engineering", "CMO and Head of Marketing"],
    )
}

pub fn sizes(sizes: Sizes) -> Answer {
    let (min, max) = (grouped(sizes.min.unwrap_or_default()), grouped(sizes.max.unwrap_or_default()));
    let question = format!("More than {min} and under {max} employees exclude each other. Which one?");
    ask(&question, &[&format!("More than {min} employees"), &format!("Under {max} employees")])
}

pub fn region(region: &str) -> Answer {
    let question = format!("Which countries do you mean by {region}?");
    let options: &[&str] = match region {
        "APAC" | "Asia" => &["Australia and New Zealand", "Singapore", "India", "Japan"],
        "LATAM" => &["Brazil", "Mexico", "Brazil and Mexico", "Argentina"],
        "Americas" => &["US and Canada", "US", "Brazil and Mexico"],
        "Africa" => &["South Africa"],
        _ => &["The EU and the UK", "UK", "DACH", "United Arab Emirates"],
    };
    ask(&question, options)
}

pub fn enrichment() -> Answer {
    ask(
        "A campaign needs mail addresses, and those come from enrichment. Which one?",
        &["Enrich and launch", "Just a list, no campaign"],
    )
}

pub fn refusal() -> Answer {
    ask(
        "What should the next version do differently?",
        &["Shorter mails", "Less salesy mails", "Fewer people", "Only the UK"],
    )
}

pub fn attachment() -> Answer {
    ask("What shall I do with this list?", &["Score them", "Only keep the list"])
}

pub fn profile() -> Answer {
    ask("Against which profile?", &["Our fintech profile", "Our SaaS profile"])
}

pub fn address(email: &str) -> Answer {
    ask(
        &format!("What shall I do with {email}?"),
        &["Score it", "Verify the address", "Check whether we may mail it", "Look it up in the CRM"],
    )
}
