//! The planner's part: from the newest words of the rep to one call of an offered tool, or to a short answer.
mod absence;
mod arguments;
mod ask;
mod conversation;
mod discovery;
mod foreign;
mod intents;
mod lookups;
mod results;
mod revision;

use crate::sandbox::model::wire::Answer;
use crate::sandbox::model::wire::Request;

const ABOUT: &str = "I am the sandbox stand-in, a small set of rules. I can plan a search (\"Find 50 CFOs at fintech companies using \
Snowflake\"), change a plan, show jobs, a digest or a campaign, look in the CRM, score a lead and check an address. Connect a real model \
with OPENAI_API_KEY / OPENAI_BASE_URL and QUARTERDECK_MODEL for anything else.";

pub fn answer(request: &Request) -> Answer {
    let talk = conversation::read(request);
    if let Some(after) = results::answer(request, &talk) {
        return after;
    }
    let decided = intents::decide(&talk).unwrap_or_else(|| Answer::Words(ABOUT.to_owned()));
    match decided {
        Answer::Call { tool, .. } if !request.offers(tool) => Answer::Words(not_offered(request, tool)),
        other => other,
    }
}

fn not_offered(request: &Request, tool: &str) -> String {
    if request.tools.is_empty() {
        return ABOUT.to_owned();
    }
    format!("I understood this as {}, and that is not open to you in this thread.", tool.replace('_', " "))
}

#[cfg(test)]
mod tests;
