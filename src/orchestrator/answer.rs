//! Answers to questions, and tries anew.
use crate::domain::ids::GateId;
use crate::orchestrator::desk::Orchestrator;
use crate::orchestrator::gates;
use crate::orchestrator::plans;
use crate::orchestrator::press::Press;
use crate::orchestrator::refuse::Outcome;
use crate::orchestrator::refuse::field;
use crate::orchestrator::refuse::no;
use crate::orchestrator::text;
use crate::ports::desk::RefusalKind;
use crate::prompts::desk::VerdictWords;
use crate::run::card::Choice;
use crate::store::cards;
use crate::store::inbox;
use crate::store::open::Conn;

const ANSWER_CHARS_MAX: usize = 80;

/// The picked option is said in the thread by the person who picked it.
pub async fn answer(desk: &Orchestrator, c: &mut Conn, press: &Press<'_>) -> Outcome<VerdictWords> {
    let options = options(press);
    let picked = press.text().unwrap_or_default();
    let choice = options.iter().find(|choice| choice.value == picked || choice.label == picked);
    let said = match choice {
        Some(choice) => choice.value.clone(),
        None if options.is_empty() && !picked.is_empty() => text::said(picked),
        None => return Err(field("answer", "One of the options on the card.")),
    };
    if !cards::use_card(c, &press.action.card, &press.who.id, "answer", press.now).await? {
        return Err(no(RefusalKind::Decided, "decided"));
    }
    let verdict = VerdictWords { detail: text::line(&said, ANSWER_CHARS_MAX), ..press.verdict("answer") };
    plans::settle(desk, c, press, &verdict).await?;
    plans::speak(desk, c, press, &said).await?;
    Ok(verdict)
}

fn options(press: &Press<'_>) -> Vec<Choice> {
    let action = press.card.actions.iter().find(|action| action.token == press.action.token);
    action.map(|action| action.inputs.iter().flat_map(|input| input.options.clone()).collect()).unwrap_or_default()
}

/// Retry: a failed request is worked on anew, or a gate that ran out of time is put again.
pub async fn retry(desk: &Orchestrator, c: &mut Conn, press: &Press<'_>) -> Outcome<VerdictWords> {
    let gate = press.action.data["gate"].as_str().map(GateId::from);
    let taken = match (press.action.data["inbox"].as_str(), gate) {
        (Some(inbound), _) => inbox::reopen(c, inbound).await?,
        (None, Some(gate)) => gates::ask_again(desk, c, press, &gate).await?,
        (None, None) => false,
    };
    if !taken {
        return Err(no(RefusalKind::Decided, "nothing_to_retry"));
    }
    let verdict = press.verdict("retry");
    plans::settle(desk, c, press, &verdict).await?;
    press.audit(c, "retry", (press.action.card.as_str(), "")).await?;
    Ok(verdict)
}
