//! The streamed form of an answer: chunks whose pieces add up to exactly the whole answer.
use serde_json::{Value, json};

use crate::sandbox::model::wire::Answer;
use crate::sandbox::model::wire::CREATED;
use crate::sandbox::model::wire::Completion;
use crate::sandbox::model::wire::MODEL;

/// Odd on purpose: pieces cut words, numbers and JSON escapes, as a real model's tokens do.
const PIECE_CHARS: usize = 13;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Usage {
    Told,
    Kept,
}

/// All `data:` payloads before `[DONE]`.
pub fn chunks(completion: &Completion, usage: Usage) -> Vec<Value> {
    let mut deltas = vec![json!({"role": "assistant", "content": match completion.answer {
        Answer::Words(_) => json!(""),
        Answer::Call { .. } => Value::Null,
    }})];
    match &completion.answer {
        Answer::Words(text) => deltas.extend(pieces(text).into_iter().map(|piece| json!({"content": piece}))),
        Answer::Call { tool, arguments } => {
            deltas.push(json!({"tool_calls": [{"index": 0, "id": completion.call_id, "type": "function",
                "function": {"name": tool, "arguments": ""}}]}));
            let cut = pieces(&arguments.to_string());
            deltas.extend(
                cut.into_iter().map(|piece| json!({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]})),
            );
        }
    }
    let mut out: Vec<Value> = deltas.into_iter().map(|delta| chunk(completion, delta, Value::Null)).collect();
    out.push(chunk(completion, json!({}), json!(completion.finish_reason())));
    if usage == Usage::Told {
        for one in &mut out {
            one["usage"] = Value::Null;
        }
        out.push(json!({"id": completion.id, "object": "chat.completion.chunk", "created": CREATED, "model": MODEL,
            "choices": [], "usage": completion.usage}));
    }
    out
}

fn chunk(completion: &Completion, delta: Value, finish: Value) -> Value {
    json!({"id": completion.id, "object": "chat.completion.chunk", "created": CREATED, "model": MODEL,
        "choices": [{"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish}]})
}

fn pieces(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    chars.chunks(PIECE_CHARS).map(|piece| piece.iter().collect()).collect()
}
