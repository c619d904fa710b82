//! The desk: what it is made of, and the one seam to the surfaces.
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::cards::post::Place;
use crate::cards::progress::Shown;
use crate::domain::absence::Absence;
use crate::domain::absence::joined;
use crate::domain::ids::RunId;
use crate::domain::ids::ThreadId;
use crate::domain::person::Person;
use crate::orchestrator::halt;
use crate::orchestrator::halt::Command;
use crate::orchestrator::press;
use crate::orchestrator::refuse::no;
use crate::orchestrator::say;
use crate::orchestrator::toolbox::Toolbox;
use crate::orchestrator::views;
use crate::ports::clock::Clock;
use crate::ports::clock::Ids;
use crate::ports::desk::Change;
use crate::ports::desk::Desk;
use crate::ports::desk::Refusal;
use crate::ports::desk::RefusalKind;
use crate::ports::desk::Said;
use crate::ports::desk::ThreadSummary;
use crate::ports::desk::ThreadView;
use crate::ports::llm::Llm;
use crate::ports::vendors::Vendors;
use crate::prompts::render::Prompts;
use crate::run::deciders::Deciders;
use crate::run::turn::Limits;
use crate::run::turn::Price;
use crate::store::absence;
use crate::store::open::Conn;
use crate::store::open::Store;
use crate::store::open::StoreResult;

/// A part of the installation as the status page shows it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Part {
    pub name: String,
    /// model | crm | prospecting | enrichment | outreach | chat | database
    pub kind: String,
    pub live: bool,
    pub state: String,
}

#[derive(Clone, Debug)]
pub struct DeskConfig {
    /// Who may do what: looked up at every press.
    pub persons: Vec<Person>,
    /// As persons.toml has them; what is said in chat is in the store.
    pub absences: Vec<Absence>,
    pub limits: Limits,
    pub price: Price,
    pub parts: Vec<Part>,
    /// Cards say that they rest on the sandbox.
    pub sandbox: bool,
    /// Zone of the daily digest.
    pub zone: String,
    /// Due work that nothing holds up for longer than this is an alert.
    pub stuck_ms: i64,
}

pub struct Orchestrator {
    pub store: Store,
    pub llm: Arc<dyn Llm>,
    pub tools: Arc<dyn Toolbox>,
    pub vendors: Vendors,
    pub words: Arc<Prompts>,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
    pub config: Arc<DeskConfig>,
    pub wake: Arc<Notify>,
    pub engine_wake: Arc<Notify>,
    /// New events were stored.
    pub events_wake: Arc<Notify>,
    pub changed: Arc<Notify>,
    /// Set while draining: nothing new is taken on.
    pub shutdown: CancellationToken,
    /// This process's name in leases.
    pub owner: String,
}

/// Readers look again at least this often: a wake-up between two looks is lost, a second is not felt.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

impl Orchestrator {
    /// The person as configured, whatever the surface said of the roles.
    pub fn known(&self, who: &Person) -> Person {
        match self.config.persons.iter().find(|person| person.id == who.id) {
            Some(person) => person.clone(),
            None => Person { roles: Vec::new(), ..who.clone() },
        }
    }

    pub fn name_of(&self, id: &str) -> String {
        self.config.persons.iter().find(|who| who.id == id).map_or_else(|| id.to_owned(), |who| who.name.clone())
    }

    pub async fn absences(&self, c: &mut Conn) -> StoreResult<Vec<Absence>> {
        Ok(joined(&self.config.absences, &absence::all(c).await?))
    }

    pub fn deciders<'a>(&'a self, absences: &'a [Absence], starter: &'a str) -> Deciders<'a> {
        Deciders { persons: &self.config.persons, absences, starter, now: self.clock.now() }
    }

    pub fn place<'a>(&self, thread: &'a ThreadId, run: Option<&'a RunId>) -> Place<'a> {
        Place { thread, run, now: self.clock.now(), sandbox: self.config.sandbox }
    }

    /// How progress cards are shown.
    pub fn shown<'a>(&'a self, name_of: &'a (dyn Fn(&str) -> String + Sync)) -> Shown<'a> {
        Shown { words: &self.words, zone: &self.config.zone, name_of }
    }

    pub fn tell_readers(&self) {
        self.changed.notify_waiters();
    }

    fn refuse_while_draining(&self) -> Result<(), Refusal> {
        if self.shutdown.is_cancelled() {
            return Err(self.refusal(&no(RefusalKind::Unavailable, "draining")));
        }
        Ok(())
    }
}

#[async_trait::async_trait]
impl Desk for Orchestrator {
    async fn say(&self, who: &Person, said: Said<'_>) -> Result<ThreadId, Refusal> {
        self.refuse_while_draining()?;
        say::say(self, who, said).await.map_err(|stop| self.refusal(&stop))
    }

    async fn press(&self, who: &Person, token: &str, values: Value) -> Result<String, Refusal> {
        self.refuse_while_draining()?;
        press::press(self, who, token, &values).await.map_err(|stop| self.refusal(&stop))
    }

    async fn halt(&self, who: &Person, why: &str) -> Result<String, Refusal> {
        let command = Command::Halt(why.to_owned());
        halt::ask(self, who, command).await.map_err(|stop| self.refusal(&stop))
    }

    async fn lift(&self, who: &Person) -> Result<String, Refusal> {
        halt::ask(self, who, Command::Lift { is_certain: true }).await.map_err(|stop| self.refusal(&stop))
    }

    async fn threads(&self, who: &Person) -> Result<Vec<ThreadSummary>, Refusal> {
        views::threads(self, who).await.map_err(|stop| self.refusal(&stop))
    }

    async fn thread(&self, _who: &Person, thread: &ThreadId) -> Result<ThreadView, Refusal> {
        views::thread(self, thread).await.map_err(|stop| self.refusal(&stop))
    }

    async fn run(&self, _who: &Person, run: &RunId) -> Result<Value, Refusal> {
        views::run(self, run).await.map_err(|stop| self.refusal(&stop))
    }

    async fn status(&self) -> Result<Value, Refusal> {
        crate::orchestrator::status::status(self).await.map_err(|stop| self.refusal(&stop))
    }

    async fn ready(&self) -> Result<(), String> {
        if self.shutdown.is_cancelled() {
            return Err("draining".to_owned());
        }
        self.store.ready().await.map_err(|error| error.to_string())
    }

    async fn metrics(&self) -> String {
        match crate::orchestrator::metrics::text(self).await {
            Ok(text) => text,
            Err(stop) => {
                tracing::error!(error = %stop, "could not count for the metrics");
                "# EOF\n".to_owned()
            }
        }
    }

    async fn changes(&self, thread: Option<&ThreadId>, after: i64) -> Result<Vec<Change>, Refusal> {
        views::changes(self, thread, after).await.map_err(|stop| self.refusal(&stop))
    }

    async fn changed(&self) {
        // Late or early makes no difference: the reader looks at `changes` either way.
        let _ = tokio::time::timeout(LOOK_AGAIN, self.changed.notified()).await;
    }
}

#[cfg(test)]
mod tests;
