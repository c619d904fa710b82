//! Pieces of a streamed answer put together; an answer without its end is no answer.
use std::collections::BTreeMap;

use serde::Deserialize;

use crate::run::turn::Reply;
use crate::run::turn::ToolCall;
use crate::run::turn::Usage;

/// Longest answer that is read.
pub const ANSWER_BYTES_MAX: usize = 256 * 1024;
/// Most calls that are put together; the turn refuses fewer already.
const CALLS_MAX: usize = 64;

/// What we read of a chunk; endpoints send more and less than the library's own types.
#[derive(Debug, Deserialize)]
pub struct Chunk {
    #[serde(default)]
    choices: Vec<Choice>,
    #[serde(default)]
    usage: Option<ChunkUsage>,
    #[serde(default)]
    error: Option<serde_json::Value>,
}

#[derive(Debug, Deserialize)]
struct Choice {
    #[serde(default)]
    delta: Delta,
    #[serde(default)]
    finish_reason: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Delta {
    #[serde(default)]
    content: Option<String>,
    #[serde(default)]
    tool_calls: Option<Vec<CallPiece>>,
}

#[derive(Debug, Deserialize)]
struct CallPiece {
    #[serde(default)]
    index: Option<usize>,
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    function: Option<FunctionPiece>,
}

#[derive(Debug, Deserialize)]
struct FunctionPiece {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    arguments: Option<String>,
}

#[derive(Debug, Deserialize)]
struct ChunkUsage {
    #[serde(default)]
    prompt_tokens: u64,
    #[serde(default)]
    completion_tokens: u64,
}

#[derive(Debug, Default)]
pub struct Assembly {
    text: String,
    calls: BTreeMap<usize, ToolCall>,
    finish: Option<String>,
    usage: Option<Usage>,
    bytes: usize,
}

impl Assembly {
    pub fn add(&mut self, chunk: Chunk) -> Result<(), String> {
        if chunk.error.is_some() {
            return Err("the endpoint reports a failure in the middle".to_owned());
        }
        if let Some(usage) = chunk.usage {
            self.usage = Some(Usage { prompt_tokens: usage.prompt_tokens, completion_tokens: usage.completion_tokens });
        }
        // One answer is asked for; a second choice is not ours.
        if let Some(choice) = chunk.choices.into_iter().next() {
            self.grow(choice.delta.content.as_deref().unwrap_or_default())?;
            for piece in choice.delta.tool_calls.unwrap_or_default() {
                self.add_piece(piece)?;
            }
            self.finish = choice.finish_reason.or(self.finish.take());
        }
        Ok(())
    }

    fn grow(&mut self, text: &str) -> Result<(), String> {
        self.count(text.len())?;
        self.text.push_str(text);
        Ok(())
    }

    fn add_piece(&mut self, piece: CallPiece) -> Result<(), String> {
        // Some endpoints leave the index out: a piece with an id then begins a call, one without goes on with the last.
        let last = self.calls.keys().next_back().copied();
        let index = piece.index.unwrap_or_else(|| match (&piece.id, last) {
            (Some(_), Some(last)) => last + 1,
            (_, last) => last.unwrap_or_default(),
        });
        let function = piece.function.unwrap_or(FunctionPiece { name: None, arguments: None });
        let (name, arguments) = (function.name.unwrap_or_default(), function.arguments.unwrap_or_default());
        self.count(name.len() + arguments.len())?;
        let call = self.calls.entry(index).or_insert_with(|| ToolCall {
            id: String::new(),
            name: String::new(),
            arguments: String::new(),
        });
        if let Some(id) = piece.id.filter(|_| call.id.is_empty()) {
            call.id = id;
        }
        call.name.push_str(&name);
        call.arguments.push_str(&arguments);
        if self.calls.len() > CALLS_MAX {
            return Err(format!("more than {CALLS_MAX} tool calls"));
        }
        Ok(())
    }

    fn count(&mut self, bytes: usize) -> Result<(), String> {
        self.bytes += bytes;
        if self.bytes > ANSWER_BYTES_MAX {
            return Err(format!("longer than {} KiB", ANSWER_BYTES_MAX / 1024));
        }
        Ok(())
    }

    /// The whole answer, once the stream is over. `asked` and the answer's own length stand in for missing usage.
    pub fn finished(self, asked: u64) -> Result<Reply, String> {
        match self.finish.as_deref() {
            None => return Err("the stream was cut".to_owned()),
            Some("length") => return Err("the answer was cut at its length limit".to_owned()),
            Some("content_filter") => return Err("the endpoint filtered the answer".to_owned()),
            Some(_) => {}
        }
        let estimate = Usage { prompt_tokens: asked, completion_tokens: self.bytes.div_ceil(4) as u64 };
        let mut calls: Vec<ToolCall> = self.calls.into_values().collect();
        for (at, call) in calls.iter_mut().enumerate() {
            if call.id.is_empty() {
                call.id = format!("call_{at}");
            }
        }
        Ok(Reply { text: self.text, calls, usage: self.usage.unwrap_or(estimate) })
    }
}
