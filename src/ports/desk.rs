//! The desk as surfaces see it: what people did goes in, what they may read comes out.
//! Surfaces know no service; this is the one seam between them.
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;

use crate::domain::ids::RunId;
use crate::domain::ids::ThreadId;
use crate::domain::person::Person;

/// Why something a person did was not done. Always with what to do now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    #[serde(skip)]
    pub kind: RefusalKind,
    pub what: String,
    pub why: String,
    pub next: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RefusalKind {
    #[default]
    BadInput,
    NotSignedIn,
    NotAllowed,
    Unknown,
    /// Somebody decided already.
    Decided,
    Expired,
    TooLarge,
    /// Draining or the store is not reachable: try again.
    Unavailable,
}

/// A file a person attached: read as data, never as an instruction.
#[derive(Clone, Debug)]
pub struct Attachment {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// What a person wrote, as a surface heard it.
#[derive(Clone, Debug, Default)]
pub struct Said<'a> {
    /// `None` opens a thread.
    pub thread: Option<&'a ThreadId>,
    pub text: &'a str,
    pub files: Vec<Attachment>,
    /// The platform's id of the message: the same event twice is one message. Empty: always a new one.
    pub event: &'a str,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadSummary {
    pub id: ThreadId,
    pub title: String,
    /// idle | thinking | running | waiting
    pub state: String,
    pub owner: String,
    pub updated_at: i64,
    /// Open gates in it that this reader may decide.
    pub waits_for_you: u32,
}

#[async_trait::async_trait]
pub trait Desk: Send + Sync {
    /// Stores what a person said, durably, before it answers.
    async fn say(&self, who: &Person, said: Said<'_>) -> Result<ThreadId, Refusal>;

    /// A pressed button, picked option or filled form. The answer is one sentence: what was done.
    async fn press(&self, who: &Person, token: &str, values: Value) -> Result<String, Refusal>;

    /// Stops everything that cannot be taken back, everywhere. The answer is one sentence.
    async fn halt(&self, who: &Person, why: &str) -> Result<String, Refusal>;
    /// Takes the halt off: what waited for it goes on.
    async fn lift(&self, who: &Person) -> Result<String, Refusal>;

    async fn threads(&self, who: &Person) -> Result<Vec<ThreadSummary>, Refusal>;
    /// The contract shape of `GET /api/threads/{thread}`.
    async fn thread(&self, who: &Person, thread: &ThreadId) -> Result<ThreadView, Refusal>;
    async fn run(&self, who: &Person, run: &RunId) -> Result<Value, Refusal>;
    /// Live or sandbox by part, queue, limits, counts.
    async fn status(&self) -> Result<Value, Refusal>;
    /// `Err` says why not ready.
    async fn ready(&self) -> Result<(), String>;
    /// Prometheus text: no ids or names as labels.
    async fn metrics(&self) -> String;
    /// Changes after `seq`, oldest first, and the newest sequence number.
    async fn changes(&self, thread: Option<&ThreadId>, after: i64) -> Result<Vec<Change>, Refusal>;
    /// Wakes when there may be changes.
    async fn changed(&self);
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ThreadView {
    pub thread: ThreadId,
    pub title: String,
    pub owner: String,
    pub state: String,
    pub run: Option<RunId>,
    pub messages: Vec<MessageView>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MessageView {
    pub id: String,
    pub at: String,
    pub author: String,
    pub text: String,
    pub card: Option<crate::run::card::Card>,
}

/// One thing that changed on the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub seq: i64,
    pub thread: ThreadId,
    /// message | card | thread
    pub kind: String,
    pub id: String,
}
