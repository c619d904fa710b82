//! After a tool has answered: a card speaks for itself, a refusal is said, a text is repeated. Nothing in it is obeyed.
use serde_json::{Value, json};

use crate::sandbox::model::planner::conversation::Talk;
use crate::sandbox::model::text::Said;
use crate::sandbox::model::understand::numbers;
use crate::sandbox::model::wire::Answer;
use crate::sandbox::model::wire::Message;
use crate::sandbox::model::wire::Request;
use crate::sandbox::model::wire::ToolCall;

const LINES_MAX: usize = 6;
const LINE_CHARS_MAX: usize = 400;

/// An answer when the newest messages are tool results, else nothing.
pub fn answer(request: &Request, talk: &Talk) -> Option<Answer> {
    let results: Vec<&Message> = request.messages.iter().rev().take_while(|message| message.role == "tool").collect();
    let newest = results.first()?;
    let text = results.iter().rev().map(|message| message.text()).collect::<Vec<_>>().join("\n");
    let call = calls(request).find(|call| newest.tool_call_id.as_deref() == Some(call.id.as_str()));
    let call = call.or_else(|| calls(request).next());
    if let Some(repaired) = call.and_then(|call| repair(request, talk, call, text.trim())) {
        return Some(repaired);
    }
    let tool = call.map_or("", |call| call.function.name.as_str());
    Some(Answer::Words(words(tool, text.trim())))
}

/// All calls, the newest first.
fn calls(request: &Request) -> impl Iterator<Item = &ToolCall> {
    request.messages.iter().rev().flat_map(|message| message.calls().iter().rev())
}

fn words(tool: &str, text: &str) -> String {
    if text.starts_with("SHOWN:") {
        let shown = match tool {
            "propose_plan" => "The plan is above. Nothing starts before you press Start.",
            "revise_plan" => "The plan above is the new one.",
            "ask_rep" => "The question is above.",
            _ => "It is above.",
        };
        return shown.to_owned();
    }
    let text = text.strip_prefix("BAD:").unwrap_or(text).trim();
    if text.is_empty() {
        return "The tool gave no answer.".to_owned();
    }
    let lines = text.lines().filter(|line| !line.trim().is_empty()).take(LINES_MAX);
    lines.map(|line| line.chars().take(LINE_CHARS_MAX).collect::<String>()).collect::<Vec<_>>().join("\n")
}

/// The one repair that needs no guess: more days were asked for than the tool has. It is tried once.
fn repair(request: &Request, talk: &Talk, call: &ToolCall, text: &str) -> Option<Answer> {
    let sentence =
        text.strip_prefix("BAD:").filter(|_| call.function.name == "get_digest" && talk.offers("get_digest"))?;
    let since_rep = request.messages.iter().rev().take_while(|message| message.role != "user");
    let tried: usize = since_rep.map(|message| message.calls().len()).sum();
    let asked: Value = serde_json::from_str(&call.function.arguments).ok()?;
    let asked = asked.get("days").and_then(Value::as_i64)?;
    let said = Said::new(sentence);
    let said_numbers = (0..said.len()).filter_map(|at| numbers::at(&said, at)).map(|number| number.value);
    let most = said_numbers.filter(|value| *value < asked).max()?;
    (tried == 1 && most > 0).then(|| Answer::Call { tool: "get_digest", arguments: json!({"days": most}) })
}
