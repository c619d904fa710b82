//! A language model that plans and drafts: any chat-completions endpoint, live or sandbox.
use serde_json::Value;

use crate::run::turn::Message;
use crate::run::turn::Reply;

#[derive(Clone, Debug)]
pub struct Ask<'a> {
    pub messages: &'a [Message],
    /// Tool specs in the chat-completions form; empty for drafts.
    pub tools: &'a [Value],
    /// A JSON Schema with a name when the answer must be that object (drafts, extraction).
    pub answer_schema: Option<(&'a str, &'a Value)>,
    pub max_tokens: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LlmError {
    #[error("reach the model: {0}")]
    Unreachable(String),
    #[error("wait for the model: no answer within {0} s")]
    TimedOut(u64),
    #[error("use the model: throttled, again in {0} s")]
    Throttled(u64),
    #[error("sign in to the model: {0}")]
    Denied(String),
    #[error("read the model's answer: {0}")]
    Broken(String),
}

#[async_trait::async_trait]
pub trait Llm: Send + Sync {
    /// The model's name, as shown on the status page.
    fn name(&self) -> &str;
    fn is_sandbox(&self) -> bool;
    /// Streams one answer and returns it whole; a cut stream is an error, never half an answer.
    async fn ask(&self, ask: Ask<'_>) -> Result<Reply, LlmError>;
}
