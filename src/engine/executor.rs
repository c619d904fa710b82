//! What a step kind must be able to do. Only `work` calls the outside; the rest reads and writes rows in one transaction.
use serde_json::Value;

use crate::domain::ids::GateId;
use crate::domain::person::Role;
use crate::domain::time::Millis;
use crate::engine::context::Engine;
use crate::ports::error::PortError;
use crate::ports::llm::LlmError;
use crate::prompts::render::WordsError;
use crate::run::gate::Gate;
use crate::run::state::GateKind;
use crate::store::items::ItemRow;
use crate::store::items::NewItem;
use crate::store::open::Conn;
use crate::store::open::StoreError;
use crate::store::runs::RunRow;
use crate::store::runs::StepRow;

/// Items that call nobody.
pub const OWN_QUEUE: &str = "own";

/// What follows from rows.
#[derive(Debug)]
pub enum Next {
    /// A round of items; when all are over, `settle` is asked.
    Items(Vec<NewItem>),
    /// A person decides.
    Gate(NewGate),
    Done,
    /// The run cannot go on: why, for the rep.
    Failed(String),
}

#[derive(Debug)]
pub struct NewGate {
    /// Given when rows were written under it before.
    pub id: Option<GateId>,
    pub kind: GateKind,
    pub payload: Value,
    pub roles: Vec<Role>,
    /// So many different people must approve.
    pub quorum: i64,
}

/// A step at work inside a transaction.
pub struct StepCx<'a> {
    pub engine: &'a Engine,
    pub conn: &'a mut Conn,
    pub run: &'a RunRow,
    /// `output` is the executor's to fill; it is stored with the step.
    pub step: &'a mut StepRow,
    pub now: Millis,
}

impl StepCx<'_> {
    /// An item of the next round. `key` is unique within it.
    pub fn item(&self, queue: &str, key: &str, weight: usize, payload: Value) -> NewItem {
        NewItem {
            id: crate::domain::ids::ItemId(self.engine.ids.fresh("item")),
            queue: queue.to_owned(),
            key: key.to_owned(),
            weight: weight as i64,
            run_at: self.now,
            payload,
        }
    }

    /// Work on our own rows: in pieces, so that nobody waits long for the store.
    pub fn own_item(&self, key: &str, payload: Value) -> NewItem {
        self.item(OWN_QUEUE, key, 0, payload)
    }

    pub fn text(&self, key: &str) -> String {
        self.step.output.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    pub fn note(&mut self, key: &str, value: impl Into<Value>) {
        if let Value::Object(map) = &mut self.step.output {
            map.insert(key.to_owned(), value.into());
        }
    }

    pub fn noted(&self, key: &str) -> i64 {
        self.step.output.get(key).and_then(Value::as_i64).unwrap_or(0)
    }

    pub fn add(&mut self, key: &str, more: i64) {
        let sum = self.noted(key) + more;
        self.note(key, sum);
    }
}

/// Why an item's try did not end well.
#[derive(Debug, thiserror::Error)]
pub enum WorkError {
    #[error(transparent)]
    Port(#[from] PortError),
    #[error(transparent)]
    Llm(#[from] LlmError),
    /// The call may have happened and nobody can tell: a person decides.
    #[error("learn whether {0} happened: its answer was lost")]
    Unknown(String),
    /// A person said that it happened; what it answered is not known.
    #[error("go on without the answer of {0}: a person marked it as done")]
    Marked(String),
    /// The lease is gone or the run was stopped: nothing may be written.
    #[error("go on with {0}: it was taken away")]
    Lost(String),
    #[error("{0}")]
    Refused(String),
    #[error(transparent)]
    Store(StoreError),
    #[error(transparent)]
    Words(#[from] WordsError),
}

impl From<StoreError> for WorkError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Lost(what) => Self::Lost(what),
            other => Self::Store(other),
        }
    }
}

impl From<serde_json::Error> for WorkError {
    fn from(error: serde_json::Error) -> Self {
        Self::Store(StoreError::Corrupt { what: "payload", why: error.to_string() })
    }
}

pub type WorkResult<T> = Result<T, WorkError>;

#[async_trait::async_trait]
pub trait Executor: Send + Sync {
    async fn begin(&self, cx: &mut StepCx<'_>) -> WorkResult<Next>;

    /// One item, outside any transaction. The answer is stored with the item.
    async fn work(&self, engine: &Engine, run: &RunRow, item: &ItemRow) -> WorkResult<Value>;

    /// Takes an item's answer into rows, in the transaction that ends the item; may ask for more items of the same round.
    async fn absorb(&self, cx: &mut StepCx<'_>, item: &ItemRow, answer: &Value) -> WorkResult<Vec<NewItem>>;

    /// All items of the round are over.
    async fn settle(&self, cx: &mut StepCx<'_>) -> WorkResult<Next>;

    /// The step's gate was decided in favour.
    async fn decided(&self, _cx: &mut StepCx<'_>, _gate: &Gate) -> WorkResult<Next> {
        Ok(Next::Done)
    }
}
