//! Quick questions that one tool answers: jobs, reports, campaigns, the CRM, addresses, a score.
use serde_json::json;

use crate::sandbox::model::planner::ask;
use crate::sandbox::model::planner::conversation::Talk;
use crate::sandbox::model::planner::conversation::Thread;
use crate::sandbox::model::text::Said;
use crate::sandbox::model::understand::numbers;
use crate::sandbox::model::wire::Answer;

const SHORT_TOKENS_MAX: usize = 8;

/// Stop, status and the list of jobs.
pub fn job(talk: &Talk) -> Option<Answer> {
    let said = &talk.newest;
    let code = job_code(said);
    let is_short = said.len() <= SHORT_TOKENS_MAX;
    let runs = matches!(talk.thread, Thread::Running | Thread::Planned);
    let names_run =
        code.is_some() || said.says(&["run", "job", "everything", "it", "this", "the plan"]) || said.len() <= 2;
    let is_stop =
        said.has(&["stop", "cancel", "abort", "halt"]) || runs && said.says(&["enough", "never mind", "forget it"]);
    if is_stop
        && is_short
        && (names_run || runs && said.len() <= 3)
        && !said.has(&["mentioning", "outreach", "campaign"])
    {
        return Some(Answer::Call { tool: "cancel_job", arguments: json!({"job": code.unwrap_or_default()}) });
    }
    if said.says(&["jobs", "my runs", "open runs", "running jobs"]) && is_short {
        return Some(Answer::Call { tool: "list_jobs", arguments: json!({}) });
    }
    let is_status = said.says(&[
        "status",
        "how far",
        "progress",
        "how long",
        "is it done",
        "are we done",
        "done yet",
        "when will it be done",
        "eta",
        "still running",
        "what's happening",
    ]);
    let is_loose = runs && said.says(&["how is it going", "how's it going", "any news", "how are we doing"]);
    let is_status = is_status || is_loose || code.is_some() && said.len() <= 3;
    let text = code.unwrap_or_default();
    (is_status && is_short && !said.has(&["campaign"]))
        .then(|| Answer::Call { tool: "get_job_status", arguments: json!({"job": text}) })
}

/// A code such as 7K2: letters and digits mixed, and not a number such as 10k.
fn job_code(said: &Said) -> Option<String> {
    let code = (0..said.len()).find(|at| {
        let word = said.low(*at);
        let is_shape = (3..=5).contains(&word.len()) && word.chars().all(|letter| letter.is_ascii_alphanumeric());
        let is_mixed = word.contains(|letter: char| letter.is_ascii_digit())
            && word.contains(|letter: char| letter.is_ascii_alphabetic());
        is_shape && is_mixed && numbers::at(said, *at).is_none() && word != "k8s"
    })?;
    Some(said.low(code).to_uppercase())
}

/// "may we mail x@y", "verify x@y", "score x@y", or an address alone.
pub fn address(said: &Said) -> Option<Answer> {
    let email = said.tokens.iter().find(|token| token.raw.contains('@')).map(|token| token.raw.clone())?;
    if said.has(&["score", "rank"]) {
        return Some(score("", &email, said));
    }
    if said.has(&["verify", "valid", "deliverable", "bounce", "validate"]) {
        return Some(Answer::Call { tool: "verify_email", arguments: json!({"email": email}) });
    }
    let may_ask =
        said.has(&["may", "can", "allowed", "could", "compliant", "compliance", "permitted", "should", "whether"]);
    if may_ask && said.has(&["mail", "email", "contact", "write", "compliance", "compliant", "send", "reach"]) {
        return Some(Answer::Call { tool: "check_compliance", arguments: json!({"email": email}) });
    }
    if said.has(&["crm", "hubspot", "owns", "who", "know", "look"]) {
        return Some(Answer::Call { tool: "hubspot_search", arguments: json!({"object": "contacts", "query": email}) });
    }
    (said.len() <= 2).then(|| ask::address(&email))
}

/// A profile is named or asked for; we own no list of profiles beyond the two in the box.
pub fn score(list: &str, lead: &str, said: &Said) -> Answer {
    let profile = if said.has(&["fintech", "finance", "fintechs"]) {
        "fintech-finance"
    } else if said.has(&["saas", "software", "engineering"]) {
        "saas-engineering"
    } else if lead.is_empty() {
        return ask::profile();
    } else {
        ""
    };
    Answer::Call { tool: "score_lead", arguments: json!({"list": list, "lead": lead, "profile": profile}) }
}

/// "who owns Acme?", "is Acme in the CRM?", "look up Acme".
pub fn crm(said: &Said) -> Option<Answer> {
    let owns = after(
        said,
        &["who owns", "owner of", "who is the owner of", "who has", "whose account is", "look up", "lookup"],
    );
    let (object, from) = match (owns, after(said, &["who is", "who's"])) {
        (Some(from), _) => ("companies", from),
        (None, Some(from)) => ("contacts", from),
        (None, None) => {
            let is_crm = said.has(&["crm", "hubspot"])
                && !said.has(&["using", "use", "put", "push", "update", "write", "sync", "enrich"]);
            let from = after(
                said,
                &["do we have", "do we know", "is", "find", "search for", "search", "check", "show", "are"],
            );
            ("companies", from.filter(|_| is_crm)?)
        }
    };
    let is_end = |at: &usize| {
        let is_place = matches!(said.low(*at), "in" | "on" | "already") && *at > from;
        *at >= said.len() || matches!(said.low(*at), "?" | "." | "!" | ",") || is_place
    };
    let end = (from..=said.len()).find(is_end).unwrap_or(said.len());
    let start = (from..end)
        .find(|at| !matches!(said.low(*at), "the" | "account" | "company" | "contact" | "a" | "\"" | "for"))?;
    let query = said.slice(start, end).trim_matches('"').to_owned();
    let is_known = !matches!(query.to_lowercase().as_str(), "" | "this" | "it" | "that" | "you" | "he" | "she");
    let object = if said.has(&["contact", "contacts"]) { "contacts" } else { object };
    is_known.then(|| Answer::Call { tool: "hubspot_search", arguments: json!({"object": object, "query": query}) })
}

fn after(said: &Said, phrases: &[&str]) -> Option<usize> {
    phrases.iter().find_map(|phrase| {
        let at = said.place_of(&[phrase])?;
        Some(at + Said::new(phrase).len())
    })
}

/// "how is the Fintech campaign doing", "stats for Fintech finance".
pub fn campaign(said: &Said) -> Option<Answer> {
    let noun = (0..said.len()).find(|at| matches!(said.low(*at), "campaign" | "sequence" | "campaigns"));
    let is_asked = said.has(&[
        "stats",
        "statistics",
        "performing",
        "performance",
        "doing",
        "results",
        "numbers",
        "perform",
        "going",
    ]) || said.says(&[
        "open rate",
        "reply rate",
        "how many opened",
        "how many replied",
        "how is",
        "how did",
        "how's",
    ]);
    let noun = noun.filter(|_| is_asked).or_else(|| said.place_of(&["stats for", "stats of"]).map(|_| said.len()))?;
    let is_lead_in = |at: &usize| {
        matches!(
            said.low(*at),
            "the" | "is" | "for" | "of" | "did" | "our" | "my" | "how's" | "are" | "does" | "how" | "campaign"
        )
    };
    let start = (0..noun).rev().find(is_lead_in).map_or(0, |at| at + 1);
    let before = said.slice(start, noun).to_owned();
    let quoted = said.text.split('"').nth(1).map(str::to_owned);
    let name = quoted.unwrap_or(before).trim_end_matches(['?', '.', ' ']).to_owned();
    Some(Answer::Call { tool: "lemlist_get_stats", arguments: json!({"campaign": name}) })
}

/// "digest", "how was yesterday", "what happened this week".
pub fn digest(said: &Said) -> Option<Answer> {
    let is_asked = said.has(&["digest", "recap"])
        || said.says(&[
            "how was yesterday",
            "how was today",
            "what happened",
            "how was the week",
            "how was this week",
            "how was last week",
            "the report",
            "a report",
            "daily report",
            "weekly report",
            "report please",
            "report for",
            "summary of",
            "how did we do",
            "how did yesterday go",
        ])
        || said.has(&["report"]) && said.len() <= 5;
    is_asked.then(|| Answer::Call { tool: "get_digest", arguments: json!({"days": days(said)}) })
}

fn days(said: &Said) -> i64 {
    for at in 0..said.len() {
        let Some(number) = numbers::at(said, at) else { continue };
        match said.low(number.next) {
            "day" | "days" => return number.value,
            "week" | "weeks" => return number.value * 7,
            "month" | "months" => return number.value * 30,
            _ => {}
        }
    }
    if said.has(&["month", "monthly", "start", "beginning"]) {
        return 30;
    }
    if said.has(&["week", "weekly"]) { 7 } else { 1 }
}
