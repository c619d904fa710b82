//! The chat-completions wire: what a request may hold, and the whole answer as one body.
use serde::Deserialize;
use serde_json::{Value, json};

use crate::sandbox::model::hash;

pub const MODEL: &str = "quarterdeck-sandbox";
/// The stand-in has no clock, so every answer carries the first moment of the sandbox world (2026-11-21T09:00Z).
pub const CREATED: i64 = 1_795_251_600;
const CHARS_PER_TOKEN: usize = 4;

#[derive(Debug, Default, Deserialize)]
pub struct Request {
    pub model: String,
    pub messages: Vec<Message>,
    #[serde(default)]
    pub tools: Vec<Tool>,
    #[serde(default)]
    pub tool_choice: Option<Value>,
    #[serde(default)]
    pub response_format: Option<ResponseFormat>,
    #[serde(default)]
    pub stream: Option<bool>,
    #[serde(default)]
    pub stream_options: Option<StreamOptions>,
}

#[derive(Debug, Default, Deserialize)]
pub struct Message {
    pub role: String,
    #[serde(default)]
    pub content: Option<Content>,
    #[serde(default)]
    pub tool_calls: Option<Vec<ToolCall>>,
    #[serde(default)]
    pub tool_call_id: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Content {
    Text(String),
    Parts(Vec<Part>),
}

#[derive(Debug, Deserialize)]
pub struct Part {
    #[serde(default)]
    pub text: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct ToolCall {
    pub id: String,
    pub function: CalledFunction,
}

#[derive(Debug, Deserialize)]
pub struct CalledFunction {
    pub name: String,
    pub arguments: String,
}

#[derive(Debug, Deserialize)]
pub struct Tool {
    pub function: OfferedFunction,
}

#[derive(Debug, Deserialize)]
pub struct OfferedFunction {
    pub name: String,
}

#[derive(Debug, Deserialize)]
pub struct ResponseFormat {
    #[serde(default, rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub json_schema: Option<NamedSchema>,
}

#[derive(Debug, Deserialize)]
pub struct NamedSchema {
    pub name: String,
}

#[derive(Debug, Deserialize)]
pub struct StreamOptions {
    #[serde(default)]
    pub include_usage: bool,
}

impl Message {
    pub fn text(&self) -> String {
        match &self.content {
            None => String::new(),
            Some(Content::Text(text)) => text.clone(),
            Some(Content::Parts(parts)) => {
                parts.iter().filter_map(|part| part.text.as_deref()).collect::<Vec<_>>().join("\n")
            }
        }
    }

    pub fn calls(&self) -> &[ToolCall] {
        self.tool_calls.as_deref().unwrap_or_default()
    }

    fn chars(&self) -> usize {
        let calls = self
            .calls()
            .iter()
            .map(|call| call.function.name.chars().count() + call.function.arguments.chars().count());
        self.text().chars().count() + calls.sum::<usize>()
    }
}

impl Request {
    pub fn offers(&self, tool: &str) -> bool {
        let is_forbidden = self.tool_choice.as_ref().and_then(Value::as_str) == Some("none");
        !is_forbidden && self.tools.iter().any(|offered| offered.function.name == tool)
    }

    /// The name of the JSON schema the answer must follow, if one is asked for.
    pub fn schema(&self) -> Option<&str> {
        let format = self.response_format.as_ref().filter(|format| format.kind == "json_schema")?;
        Some(format.json_schema.as_ref().map_or("", |schema| schema.name.as_str()))
    }

    fn tokens(&self) -> usize {
        tokens(self.messages.iter().map(Message::chars).sum())
    }
}

/// What the stand-in decided: words, or one call.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    Words(String),
    Call { tool: &'static str, arguments: Value },
}

/// An answer with everything the wire needs round it.
#[derive(Debug)]
pub struct Completion {
    pub id: String,
    pub call_id: String,
    pub answer: Answer,
    pub usage: Value,
}

impl Completion {
    /// `key` is the request's own text: equal requests get equal ids.
    pub fn new(request: &Request, key: &str, answer: Answer) -> Self {
        let number = hash::stable(key);
        let written = match &answer {
            Answer::Words(text) => text.chars().count(),
            Answer::Call { tool, arguments } => tool.len() + arguments.to_string().chars().count(),
        };
        let (asked, told) = (request.tokens(), tokens(written));
        let usage = json!({"prompt_tokens": asked, "completion_tokens": told, "total_tokens": asked + told});
        Self { id: format!("chatcmpl-{number:016x}"), call_id: format!("call_{number:016x}"), answer, usage }
    }

    pub fn finish_reason(&self) -> &'static str {
        match self.answer {
            Answer::Words(_) => "stop",
            Answer::Call { .. } => "tool_calls",
        }
    }

    /// The body of a request without `stream`.
    pub fn body(&self) -> Value {
        let message = match &self.answer {
            Answer::Words(text) => json!({"role": "assistant", "content": text, "refusal": null}),
            Answer::Call { tool, arguments } => json!({
                "role": "assistant", "content": null, "refusal": null,
                "tool_calls": [{"id": self.call_id, "type": "function",
                    "function": {"name": tool, "arguments": arguments.to_string()}}],
            }),
        };
        json!({
            "id": self.id, "object": "chat.completion", "created": CREATED, "model": MODEL,
            "choices": [{"index": 0, "message": message, "logprobs": null, "finish_reason": self.finish_reason()}],
            "usage": self.usage,
        })
    }
}

fn tokens(chars: usize) -> usize {
    chars.div_ceil(CHARS_PER_TOKEN)
}
