//! The planning loop as a machine without IO: it says what to do next and is told what came of it.
//!
//! ```text
//! next_step() ─► Ask ─► answered() ─► Call(tools) ─► returned() ─► Ask … ─► Say | Stop
//! ```
//! The state is plain data, saved after each step; any process may go on with it.
use serde::Deserialize;
use serde::Serialize;

/// One entry of the conversation with the model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "snake_case")]
pub enum Message {
    System { text: String },
    User { text: String },
    Assistant { text: String, calls: Vec<ToolCall> },
    Tool { call: String, text: String },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolCall {
    pub id: String,
    pub name: String,
    /// As the model wrote it; parsed where the tool is known.
    pub arguments: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    pub prompt_tokens: u64,
    pub completion_tokens: u64,
}

impl Usage {
    pub fn total(self) -> u64 {
        self.prompt_tokens + self.completion_tokens
    }
}

/// One whole answer of the model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    pub text: String,
    pub calls: Vec<ToolCall>,
    pub usage: Usage,
}

/// What one request may use; a hit means stop and say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    pub turns: u32,
    pub tokens: u64,
    pub cost_micro_usd: i64,
    pub wall_ms: i64,
    /// Bad arguments are sent back this often, then the rep is asked.
    pub repairs: u32,
    /// Tool calls in one answer.
    pub calls_per_turn: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { turns: 8, tokens: 60_000, cost_micro_usd: 500_000, wall_ms: 120_000, repairs: 3, calls_per_turn: 8 }
    }
}

/// USD per million tokens, in micro-USD per token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    pub prompt_nano_usd: i64,
    pub completion_nano_usd: i64,
}

impl Price {
    pub fn of(self, usage: Usage) -> i64 {
        let prompt = self.prompt_nano_usd.saturating_mul(usage.prompt_tokens as i64);
        let completion = self.completion_nano_usd.saturating_mul(usage.completion_tokens as i64);
        (prompt + completion) / 1_000
    }
}

/// What came of one tool call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Returned {
    /// A result for the model: short, capped, says what to do next.
    Result(String),
    /// The arguments were wrong: a sentence about which field and what is allowed.
    BadArguments(String),
    /// The tool ends the turn: a card is shown and a person is next.
    Yield(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NextStep {
    Ask,
    Call(Vec<ToolCall>),
    /// The turn is over; `text` may be empty when a card says it all.
    Say(String),
    Stop(StopReason),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    Turns(u32),
    Tokens(u64),
    Cost(i64),
    Time(i64),
    /// The model could not fill a tool's arguments: the last sentence it was told.
    Repairs(String),
    /// It asked for more calls at once than allowed.
    Calls(usize),
    /// It answered with nothing.
    Empty,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    pub limits: Limits,
    pub price: Price,
    pub turns: u32,
    pub repairs: u32,
    pub usage: Usage,
    pub cost_micro_usd: i64,
    pub started_at: i64,
    /// New entries of this turn, to be appended to the conversation.
    pub entries: Vec<Message>,
    phase: Phase,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Phase {
    Asking,
    Calling(Vec<ToolCall>),
    Saying(String),
    Stopped(StopReason),
}

impl Turn {
    pub fn new(limits: Limits, price: Price, said: &str, now_ms: i64) -> Self {
        Self {
            limits,
            price,
            turns: 0,
            repairs: 0,
            usage: Usage::default(),
            cost_micro_usd: 0,
            started_at: now_ms,
            entries: vec![Message::User { text: said.to_owned() }],
            phase: Phase::Asking,
        }
    }

    pub fn next_step(&self, now_ms: i64) -> NextStep {
        match &self.phase {
            Phase::Asking => match self.limit_hit(now_ms) {
                Some(reason) => NextStep::Stop(reason),
                None => NextStep::Ask,
            },
            Phase::Calling(calls) => NextStep::Call(calls.clone()),
            Phase::Saying(text) => NextStep::Say(text.clone()),
            Phase::Stopped(reason) => NextStep::Stop(reason.clone()),
        }
    }

    pub fn answered(&mut self, reply: Reply) {
        self.turns += 1;
        self.usage.prompt_tokens += reply.usage.prompt_tokens;
        self.usage.completion_tokens += reply.usage.completion_tokens;
        self.cost_micro_usd += self.price.of(reply.usage);
        self.phase = if reply.calls.len() > self.limits.calls_per_turn {
            Phase::Stopped(StopReason::Calls(reply.calls.len()))
        } else if !reply.calls.is_empty() {
            Phase::Calling(reply.calls.clone())
        } else if reply.text.trim().is_empty() {
            Phase::Stopped(StopReason::Empty)
        } else {
            Phase::Saying(reply.text.clone())
        };
        self.entries.push(Message::Assistant { text: reply.text, calls: reply.calls });
    }

    /// Results in the order of the calls.
    pub fn returned(&mut self, results: Vec<Returned>) {
        let Phase::Calling(calls) = std::mem::replace(&mut self.phase, Phase::Asking) else {
            return;
        };
        let mut bad = None;
        for (call, result) in calls.iter().zip(results) {
            let text = match result {
                Returned::Result(text) => text,
                Returned::BadArguments(text) => {
                    bad = Some(text.clone());
                    text
                }
                Returned::Yield(text) => {
                    self.phase = Phase::Saying(String::new());
                    text
                }
            };
            self.entries.push(Message::Tool { call: call.id.clone(), text });
        }
        if let Some(sentence) = bad {
            self.repairs += 1;
            if self.repairs > self.limits.repairs {
                self.phase = Phase::Stopped(StopReason::Repairs(sentence));
            }
        }
    }

    fn limit_hit(&self, now_ms: i64) -> Option<StopReason> {
        let elapsed = now_ms.saturating_sub(self.started_at);
        if self.turns >= self.limits.turns {
            return Some(StopReason::Turns(self.turns));
        }
        if self.usage.total() >= self.limits.tokens {
            return Some(StopReason::Tokens(self.usage.total()));
        }
        if self.cost_micro_usd >= self.limits.cost_micro_usd {
            return Some(StopReason::Cost(self.cost_micro_usd));
        }
        (elapsed >= self.limits.wall_ms).then_some(StopReason::Time(elapsed))
    }
}

#[cfg(test)]
#[path = "turn/tests.rs"]
mod tests;
