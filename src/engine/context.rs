//! What every part of the engine works with.
use std::sync::Arc;

use tokio::sync::Notify;

use crate::domain::absence::Absence;
use crate::domain::absence::joined;
use crate::domain::compliance::facts::Sender;
use crate::domain::compliance::regions::Regions;
use crate::domain::icp::profile::Profile;
use crate::domain::person::Person;
use crate::domain::sequence::plan::Sequence;
use crate::domain::time::Millis;
use crate::engine::executor::Executor;
use crate::engine::failpoint::Failpoint;
use crate::engine::grants::Grants;
use crate::engine::hold::Hold;
use crate::ports::clock::Clock;
use crate::ports::clock::Ids;
use crate::ports::llm::Llm;
use crate::ports::vendors::Vendors;
use crate::prompts::render::Prompts;
use crate::run::deciders::Deciders;
use crate::run::state::StepKind;
use crate::run::turn::Price;
use crate::store::absence;
use crate::store::open::Conn;
use crate::store::open::Store;
use crate::store::open::StoreResult;

/// A line of a playbook that a draft may rest on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaybookLine {
    pub id: String,
    pub text: String,
}

/// What RevOps and the operator configured, as far as runs need it.
pub struct Rules {
    pub persons: Vec<Person>,
    /// As persons.toml has them; what is said in chat is in the store.
    pub absences: Vec<Absence>,
    pub profiles: Vec<Profile>,
    pub regions: Regions,
    pub sequences: Vec<(String, Sequence)>,
    /// By file name, as the plan cites it.
    pub playbooks: Vec<(String, Vec<PlaybookLine>)>,
    /// Who writes, as every mail must say.
    pub sender: Sender,
    /// What we offer, in one clause: "a shorter month-end close".
    pub offer: String,
    /// Written balancing test for legitimate interest, by reference.
    pub lia_ref: Option<String>,
    /// Launches to more people than this are for managers.
    pub launch_manager_above: usize,
    /// Launches to more people than this need two different approvers.
    pub quorum_above: usize,
    pub mails_per_day: u32,
    pub price: Price,
    /// Zone of the desk, for times on cards that everybody reads.
    pub zone: String,
    pub hash: String,
}

impl Rules {
    pub fn person(&self, id: &str) -> Option<&Person> {
        self.persons.iter().find(|person| person.id == id)
    }

    pub fn name_of(&self, id: &str) -> String {
        self.person(id).map_or_else(|| id.to_owned(), |person| person.name.clone())
    }

    pub async fn absences(&self, c: &mut Conn) -> StoreResult<Vec<Absence>> {
        Ok(joined(&self.absences, &absence::all(c).await?))
    }

    pub fn deciders<'a>(&'a self, absences: &'a [Absence], starter: &'a str, now: Millis) -> Deciders<'a> {
        Deciders { persons: &self.persons, absences, starter, now }
    }

    pub fn profile(&self, name: &str) -> Option<&Profile> {
        self.profiles.iter().find(|profile| profile.name == name).or_else(|| self.profiles.first())
    }

    pub fn sequence(&self, name: &str) -> Option<&Sequence> {
        self.sequences
            .iter()
            .find(|(key, _)| key == name)
            .or_else(|| self.sequences.first())
            .map(|(_, sequence)| sequence)
    }
}

/// Who carries a kind of step out. The desk's own are `steps::executor_of`.
pub type Executors = Arc<dyn (Fn(StepKind) -> &'static dyn Executor) + Send + Sync>;

#[derive(Clone)]
pub struct Engine {
    pub store: Store,
    pub vendors: Vendors,
    pub llm: Arc<dyn Llm>,
    pub words: Arc<Prompts>,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
    pub rules: Arc<Rules>,
    /// Approved launches, verified.
    pub grants: Arc<Grants>,
    /// This worker's name in leases.
    pub owner: String,
    /// What this worker holds, as far as it knows.
    pub hold: Arc<Hold>,
    pub executors: Executors,
    /// There may be work.
    pub wake: Arc<Notify>,
    /// Readers may have something to see.
    pub changed: Arc<Notify>,
    pub failpoint: Arc<Failpoint>,
}

impl Engine {
    pub fn executor_of(&self, kind: StepKind) -> &'static dyn Executor {
        (self.executors)(kind)
    }

    /// A card that rests on any sandbox part says so.
    pub fn sandbox(&self) -> bool {
        self.vendors.any_sandbox() || self.llm.is_sandbox()
    }
}
