//! Our conversation in the chat-completions form.
use serde::Serialize;
use serde_json::Value;
use serde_json::json;

use crate::ports::llm::Ask;
use crate::run::turn::Message;
use crate::run::turn::ToolCall;

/// The request body of one streamed answer. Tools are borrowed: their schemas are most of a request, and the same each time.
#[derive(Serialize)]
pub struct Body<'a> {
    model: &'a str,
    messages: Vec<Value>,
    max_completion_tokens: u32,
    stream: bool,
    stream_options: StreamOptions,
    #[serde(skip_serializing_if = "<[Value]>::is_empty")]
    tools: &'a [Value],
    #[serde(skip_serializing_if = "Option::is_none")]
    response_format: Option<Value>,
}

#[derive(Serialize)]
struct StreamOptions {
    include_usage: bool,
}

pub fn body<'a>(ask: &Ask<'a>, model: &'a str) -> Body<'a> {
    Body {
        model,
        messages: ask.messages.iter().map(message).collect(),
        max_completion_tokens: ask.max_tokens,
        stream: true,
        stream_options: StreamOptions { include_usage: true },
        tools: ask.tools,
        response_format: ask.answer_schema.map(
            |(name, schema)| json!({"type": "json_schema", "json_schema": {"name": name, "schema": schema, "strict": true}}),
        ),
    }
}

fn message(message: &Message) -> Value {
    match message {
        Message::System { text } => json!({"role": "system", "content": text}),
        Message::User { text } => json!({"role": "user", "content": text}),
        Message::Assistant { text, calls } if calls.is_empty() => json!({"role": "assistant", "content": text}),
        Message::Assistant { text, calls } => {
            let content = if text.is_empty() { Value::Null } else { json!(text) };
            json!({"role": "assistant", "content": content, "tool_calls": calls.iter().map(call).collect::<Vec<_>>()})
        }
        Message::Tool { call, text } => json!({"role": "tool", "tool_call_id": call, "content": text}),
    }
}

fn call(call: &ToolCall) -> Value {
    json!({"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}})
}

/// About how many tokens were asked, when the endpoint does not say.
pub fn tokens_of(messages: &[Message]) -> u64 {
    let size = |message: &Message| match message {
        Message::System { text } | Message::User { text } | Message::Tool { text, .. } => text.len(),
        Message::Assistant { text, calls } => {
            text.len() + calls.iter().map(|call| call.name.len() + call.arguments.len()).sum::<usize>()
        }
    };
    messages.iter().map(size).sum::<usize>().div_ceil(4) as u64
}
