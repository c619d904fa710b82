//! What of the conversation matters: the newest words, the newest plan, an open question, the state of the thread.
use serde_json::Value;

use crate::sandbox::model::planner::arguments::Plan;
use crate::sandbox::model::text::Said;
use crate::sandbox::model::wire::Message;
use crate::sandbox::model::wire::Request;

pub struct Talk {
    /// The rep's newest words; an answer to our question is read together with what the question was about.
    pub said: Said,
    /// Only the newest message, where the two differ.
    pub newest: Said,
    pub is_reply: bool,
    /// The newest words refused what was shown.
    pub is_refusal: bool,
    pub plan: Option<Plan>,
    pub attached: Option<Attachment>,
    pub thread: Thread,
    pub offered: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Attachment {
    pub list: String,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Thread {
    Idle,
    Planned,
    Running,
    Unknown,
}

impl Talk {
    pub fn offers(&self, tool: &str) -> bool {
        self.offered.iter().any(|offered| offered == tool)
    }
}

pub fn read(request: &Request) -> Talk {
    let messages = &request.messages;
    let newest = messages.iter().rposition(|message| message.role == "user");
    let newest_text = newest.and_then(|at| messages.get(at)).map(Message::text).unwrap_or_default();
    let earlier = newest.map_or(&[][..], |at| messages.get(..at).unwrap_or_default());
    let is_refusal = newest_text.lines().any(is_refusal_mark);
    let asked_about = open_question(earlier).filter(|_| !is_refusal);
    let (newest_text, newest_attached) = split_attachment(&newest_text);
    let (about_text, about_attached) = asked_about.as_deref().map(split_attachment).unwrap_or_default();
    let whole = if about_text.is_empty() { newest_text.clone() } else { format!("{about_text}. {newest_text}") };
    Talk {
        said: Said::new(&whole),
        newest: Said::new(&newest_text),
        is_reply: asked_about.is_some(),
        is_refusal,
        plan: newest_plan(earlier),
        attached: newest_attached.or(about_attached),
        thread: thread(messages),
        offered: request
            .tools
            .iter()
            .map(|tool| tool.function.name.clone())
            .filter(|name| request.offers(name))
            .collect(),
    }
}

/// The words that led to our last question, when that question was the last thing we did.
fn open_question(earlier: &[Message]) -> Option<String> {
    let call = earlier.iter().rposition(|message| !message.calls().is_empty())?;
    let is_question = earlier.get(call)?.calls().iter().any(|call| call.function.name == "ask_rep");
    let is_answered = earlier.get(call..)?.iter().any(|message| message.role == "user");
    if !is_question || is_answered {
        return None;
    }
    let before = earlier.get(..call)?;
    let at = before.iter().rposition(|message| message.role == "user")?;
    let words = before.get(at)?.text();
    // A second question in a row still belongs to the words that led to the first.
    match open_question(before.get(..at)?) {
        Some(first) => Some(format!("{first}. {words}")),
        None => Some(words),
    }
}

fn newest_plan(earlier: &[Message]) -> Option<Plan> {
    let calls = earlier.iter().rev().flat_map(|message| message.calls().iter().rev());
    let mut plans = calls.filter(|call| matches!(call.function.name.as_str(), "propose_plan" | "revise_plan"));
    plans.find_map(|call| serde_json::from_str::<Value>(&call.function.arguments).ok().map(|value| Plan::read(&value)))
}

/// The line `[refused: preview 1 · …]`, which says what the words are about.
fn is_refusal_mark(line: &str) -> bool {
    line.trim().starts_with("[refused:") && line.trim().ends_with(']')
}

/// The line `[attached: list_x · 512 companies · from file]` apart from the words round it.
fn split_attachment(text: &str) -> (String, Option<Attachment>) {
    let (mut words, mut attached) = (Vec::new(), None);
    for line in text.lines() {
        let inner = line.trim().strip_prefix("[attached:").and_then(|rest| rest.strip_suffix(']'));
        match inner {
            Some(inner) => {
                let list = inner.split('·').next().unwrap_or_default().trim().to_owned();
                attached = Some(Attachment { list });
            }
            None if is_refusal_mark(line) => {}
            None => words.push(line),
        }
    }
    (words.join("\n").trim().to_owned(), attached)
}

fn thread(messages: &[Message]) -> Thread {
    let is_ours = |message: &&Message| matches!(message.role.as_str(), "system" | "developer");
    let lines: Vec<String> = messages.iter().filter(is_ours).map(Message::text).collect();
    let line =
        lines.iter().flat_map(|text| text.lines()).filter_map(|line| line.trim().strip_prefix("Thread:")).next_back();
    match line {
        Some(line) if line.contains("run ") => Thread::Running,
        Some(line) if line.contains("plan ") => Thread::Planned,
        Some(_) => Thread::Idle,
        None => Thread::Unknown,
    }
}
