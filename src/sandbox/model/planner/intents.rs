//! What the rep wants: the first reading that fits, from the most certain to the most general.
use crate::sandbox::model::planner::absence;
use crate::sandbox::model::planner::ask;
use crate::sandbox::model::planner::conversation::Talk;
use crate::sandbox::model::planner::conversation::Thread;
use crate::sandbox::model::planner::discovery;
use crate::sandbox::model::planner::foreign;
use crate::sandbox::model::planner::lookups;
use crate::sandbox::model::planner::revision;
use crate::sandbox::model::text::Said;
use crate::sandbox::model::understand::request;
use crate::sandbox::model::wire::Answer;

pub fn decide(talk: &Talk) -> Option<Answer> {
    let said = &talk.said;
    if talk.is_refusal {
        return Some(refusal(talk));
    }
    attachment(talk)
        .or_else(|| absence::answer(&talk.newest))
        .or_else(|| foreign::answer(said))
        .or_else(|| lookups::job(talk))
        .or_else(|| lookups::address(said))
        .or_else(|| lookups::crm(said))
        .or_else(|| plan_changes(talk))
        .or_else(|| lookups::campaign(said))
        .or_else(|| lookups::digest(said))
        .or_else(|| search(talk))
        .or_else(|| go_ahead(talk))
}

/// A list came with the message: score it, keep it, or ask.
fn attachment(talk: &Talk) -> Option<Answer> {
    let attached = talk.attached.as_ref()?;
    if talk.said.says(&["only keep", "keep the list", "just keep"]) {
        return Some(Answer::Words(format!("Kept as {}. Nothing else happens to it.", attached.list)));
    }
    if talk.said.has(&["score", "rank", "rate", "scored"]) {
        return Some(lookups::score(&attached.list, "", &talk.said));
    }
    Some(ask::attachment())
}

/// Words that refuse what was shown are a change of its plan; when they change nothing, one question.
fn refusal(talk: &Talk) -> Answer {
    let revised = talk.plan.as_ref().and_then(|plan| revision::answer(&talk.said, &request::read(&talk.said), plan));
    revised.unwrap_or_else(ask::refusal)
}

fn plan_changes(talk: &Talk) -> Option<Answer> {
    let plan = talk.plan.as_ref()?;
    // A reply to a question about a change is read alone: the plan already holds the rest.
    let understood = request::read(&talk.said);
    if discovery::is_fresh(&talk.said, &understood) && !talk.is_reply || is_report(&talk.said) {
        return None;
    }
    if !talk.is_reply {
        return revision::answer(&talk.said, &understood, plan);
    }
    revision::answer(&talk.newest, &request::read(&talk.newest), plan)
}

/// Questions about a campaign or a day are no changes, although they hold the word "campaign".
fn is_report(said: &Said) -> bool {
    lookups::campaign(said).is_some() || lookups::digest(said).is_some()
}

fn search(talk: &Talk) -> Option<Answer> {
    let understood = request::read(&talk.said);
    discovery::is_asked(&talk.said, &understood).then(|| discovery::answer(talk))
}

/// "go", "start it", "looks good": only a press on the card starts anything.
fn go_ahead(talk: &Talk) -> Option<Answer> {
    let is_short = talk.newest.len() <= 6;
    let is_yes =
        talk.newest.has(&["go", "yes", "start", "launch", "ok", "okay", "good", "approved", "approve", "proceed"]);
    let has_plan = talk.plan.is_some() || talk.thread == Thread::Planned;
    let text = "Press Start on the card: I cannot start it from words.";
    (is_short && is_yes && has_plan).then(|| Answer::Words(text.to_owned()))
}
