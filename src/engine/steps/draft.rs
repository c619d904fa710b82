//! One lead's mails: the model fills slots from facts, every claim is checked, and what cannot be grounded is left to the template.
use serde::Deserialize;
use serde_json::Value;
use serde_json::json;

use crate::domain::grounding::draft::check_draft;
use crate::domain::grounding::facts::Fact;
use crate::domain::grounding::facts::facts_of;
use crate::domain::lead::Lead;
use crate::domain::lead::Provenance;
use crate::domain::sequence::plan::Sequence;
use crate::domain::sequence::plan::TouchKind;
use crate::engine::context::Engine;
use crate::engine::context::PlaybookLine;
use crate::engine::executor::WorkError;
use crate::engine::executor::WorkResult;
use crate::ports::llm::Ask;
use crate::ports::llm::LlmError;
use crate::prompts::outreach;
use crate::prompts::outreach::MailData;
use crate::prompts::outreach::Writer;
use crate::run::launch::Draft;
use crate::run::launch::Mail;
use crate::run::turn::Message;
use crate::run::turn::Usage;

const TOKENS_MAX: u32 = 400;
/// The model's texts are asked for this often, then the template speaks alone.
const TRIES_MAX: usize = 2;
const PLAYBOOK_LINES_MAX: usize = 6;
const SLOT_CHARS_MAX: usize = 400;
const SUBJECT_CHARS_MAX: usize = 80;

/// The slots as the model returns them.
#[derive(Clone, Debug, Default, Deserialize)]
struct Slots {
    #[serde(default)]
    subject: String,
    #[serde(default)]
    hook: Slot,
    #[serde(default)]
    pain: Slot,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct Slot {
    #[serde(default)]
    text: String,
    #[serde(default)]
    facts: Vec<String>,
}

/// What the mails of one run have in common.
pub struct Common<'a> {
    pub engine: &'a Engine,
    pub sequence: &'a Sequence,
    pub playbook: &'a [PlaybookLine],
    pub playbook_name: &'a str,
    pub wishes: &'a str,
}

/// The mails and what the model used for them.
pub async fn write(common: &Common<'_>, lead: &Lead) -> WorkResult<(Draft, Usage)> {
    let now = common.engine.clock.now();
    let facts = facts_of(lead, now);
    let mut usage = Usage::default();
    for _ in 0..TRIES_MAX {
        let (slots, used) = match ask(common, lead, &facts).await {
            Ok(answer) => answer,
            // An answer that is no answer counts as a try; an endpoint that is away is the item's trouble.
            Err(WorkError::Llm(LlmError::Broken(_))) => continue,
            Err(error) => return Err(error),
        };
        usage.prompt_tokens += used.prompt_tokens;
        usage.completion_tokens += used.completion_tokens;
        if is_grounded(common, lead, &facts, &slots) {
            return Ok((compose(common, lead, &facts, Some(&slots))?, usage));
        }
    }
    Ok((compose(common, lead, &facts, None)?, usage))
}

/// Without the model: the template alone.
pub fn plain(common: &Common<'_>, lead: &Lead) -> WorkResult<Draft> {
    compose(common, lead, &facts_of(lead, common.engine.clock.now()), None)
}

async fn ask(common: &Common<'_>, lead: &Lead, facts: &[Fact]) -> WorkResult<(Slots, Usage)> {
    let engine = common.engine;
    let system = engine.words.text(&Writer { offer: engine.rules.offer.clone() })?;
    let shown: Vec<Value> = facts.iter().filter_map(shown).collect();
    let lines: Vec<Value> = common
        .playbook
        .iter()
        .take(PLAYBOOK_LINES_MAX)
        .map(|line| json!({ "id": line.id, "text": line.text }))
        .collect();
    let question = json!({
        "lead": { "first_name": lead.given_name, "company": lead.company.name, "title": lead.title },
        "facts": shown,
        "playbook": lines,
        "wishes": common.wishes,
    });
    let messages = [Message::System { text: system }, Message::User { text: question.to_string() }];
    let schema = schema();
    let ask =
        Ask { messages: &messages, tools: &[], answer_schema: Some(("mail_draft", &schema)), max_tokens: TOKENS_MAX };
    let reply = engine.llm.ask(ask).await?;
    let slots = serde_json::from_str(&reply.text).map_err(|why| LlmError::Broken(why.to_string()))?;
    Ok((slots, reply.usage))
}

/// The person and the company are given; the rest are facts, each with its kind.
fn shown(fact: &Fact) -> Option<Value> {
    let text = fact.text.to_lowercase();
    let kind = match fact.id.split('.').next().unwrap_or_default() {
        "technology" => "technology",
        "size" => "size",
        "industry" => "industry",
        "title" => "role",
        "signal" if text.contains("raised") || text.contains("funding") => "funding",
        "signal" if text.contains("hiring") || text.contains("job") || text.contains("headcount") => "hiring",
        "signal" => "news",
        _ => return None,
    };
    Some(json!({ "id": fact.id, "kind": kind, "text": fact.text }))
}

fn schema() -> Value {
    let slot = json!({
        "type": "object",
        "properties": { "text": { "type": "string" }, "facts": { "type": "array", "items": { "type": "string" } } },
        "required": ["text", "facts"],
        "additionalProperties": false
    });
    json!({
        "type": "object",
        "properties": { "subject": { "type": "string" }, "hook": slot, "pain": slot },
        "required": ["subject", "hook", "pain"],
        "additionalProperties": false
    })
}

/// Each slot may say only what its cited facts say; the subject may use all of them.
fn is_grounded(common: &Common<'_>, lead: &Lead, facts: &[Fact], slots: &Slots) -> bool {
    let known = with_playbook(common, facts);
    let mut given = vec![lead.given_name.clone(), lead.company.name.clone(), common.engine.rules.offer.clone()];
    given.extend(lead.title.clone());
    let cited = |slot: &Slot| -> Option<Vec<Fact>> {
        slot.facts.iter().map(|id| known.iter().find(|fact| fact.id == *id).cloned()).collect()
    };
    let (Some(hook), Some(pain)) = (cited(&slots.hook), cited(&slots.pain)) else { return false };
    let short = slots.subject.chars().count() <= SUBJECT_CHARS_MAX
        && slots.hook.text.chars().count() <= SLOT_CHARS_MAX
        && slots.pain.text.chars().count() <= SLOT_CHARS_MAX;
    let both: Vec<Fact> = hook.iter().chain(&pain).cloned().collect();
    short
        && !slots.hook.text.trim().is_empty()
        && !slots.subject.contains('\n')
        && check_draft(&slots.hook.text, &hook, &given).is_empty()
        && check_draft(&slots.pain.text, &pain, &given).is_empty()
        && check_draft(&slots.subject, &both, &given).is_empty()
}

fn with_playbook(common: &Common<'_>, facts: &[Fact]) -> Vec<Fact> {
    let line = |line: &PlaybookLine| Fact {
        id: line.id.clone(),
        text: line.text.clone(),
        source: format!("Playbook {}", common.playbook_name),
    };
    facts.iter().cloned().chain(common.playbook.iter().map(line)).collect()
}

fn compose(common: &Common<'_>, lead: &Lead, facts: &[Fact], slots: Option<&Slots>) -> WorkResult<Draft> {
    let engine = common.engine;
    let empty = Slots::default();
    let filled = slots.unwrap_or(&empty);
    let mut data = MailData {
        first_name: lead.given_name.clone(),
        company: lead.company.name.clone(),
        subject: filled.subject.trim().to_owned(),
        hook: filled.hook.text.trim().to_owned(),
        pain: filled.pain.text.trim().to_owned(),
        offer: engine.rules.offer.clone(),
        sender: engine.rules.sender.person.clone(),
        sender_company: engine.rules.sender.company.clone(),
        postal_address: engine.rules.sender.postal_address.clone(),
        imprint: engine.rules.sender.impressum.clone(),
        unsubscribe_url: engine.rules.sender.unsubscribe_url.clone(),
        data_source: source_name(lead.provenance.get("email")),
        short: common.wishes.to_lowercase().contains("short"),
    };
    let mut mails = Vec::new();
    for (step, touch) in common.sequence.touch.iter().enumerate() {
        if touch.kind != TouchKind::Email {
            continue;
        }
        let name = touch.template.as_deref().unwrap_or_default();
        let mail = outreach::mail(&engine.words, name, &data)?
            .ok_or_else(|| WorkError::Refused(format!("find the mail template `{name}`")))?;
        mails.push(Mail { step: step as u32, subject: mail.title, body: mail.body });
    }
    let known = with_playbook(common, facts);
    let (marks, sources) = cite(&known, filled);
    data.hook = format!("{}{}", data.hook, marks.0);
    data.pain = format!("{}{}", data.pain, marks.1);
    let first = common.sequence.touch.iter().find_map(|touch| touch.template.as_deref()).unwrap_or_default();
    let annotated = outreach::mail(&engine.words, first, &data)?.map(|mail| mail.body).unwrap_or_default();
    let written_by = if slots.is_some() { "model" } else { "template" };
    Ok(Draft { mails, sources, annotated, written_by: written_by.to_owned() })
}

/// Marks for the two slots, and the list they point into.
fn cite(known: &[Fact], slots: &Slots) -> ((String, String), Vec<String>) {
    let mut sources: Vec<String> = Vec::new();
    let mut marks = |slot: &Slot| -> String {
        let mut text = String::new();
        for fact in slot.facts.iter().filter_map(|id| known.iter().find(|fact| fact.id == *id)) {
            let line = format!("{}: {}", capitalised(&fact.source), fact.text);
            let place = sources.iter().position(|known| *known == line).unwrap_or_else(|| {
                sources.push(line);
                sources.len() - 1
            });
            text.push_str(&format!(" [{}]", place + 1));
        }
        text
    };
    let both = (marks(&slots.hook), marks(&slots.pain));
    (both, sources)
}

fn source_name(said: Option<&Provenance>) -> String {
    capitalised(said.map_or("a business directory", |said| said.source.as_str()))
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
