//! What a tool may reach, and what of the configuration it reads.
use std::sync::Arc;

use crate::cards::post::Place;
use crate::domain::absence::Absence;
use crate::domain::compliance::regions::Regions;
use crate::domain::icp::profile::Profile;
use crate::domain::ids::ThreadId;
use crate::domain::person::Person;
use crate::ports::clock::Clock;
use crate::ports::clock::Ids;
use crate::ports::vendors::Vendors;
use crate::prompts::render::Prompts;
use crate::store::open::Store;
use crate::workflows::bulk::Estimates;
use crate::workflows::playbook::Playbook;

/// One call's surroundings: who asks, where, with what at hand.
#[derive(Clone)]
pub struct ToolCx {
    pub store: Store,
    pub vendors: Vendors,
    pub words: Arc<Prompts>,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
    pub config: Arc<ToolConfig>,
    pub who: Person,
    pub thread: ThreadId,
}

impl ToolCx {
    /// The thread, now, with the sandbox mark of cards that rest on vendors.
    pub fn place(&self) -> Place<'_> {
        Place { thread: &self.thread, run: None, now: self.clock.now(), sandbox: self.vendors.any_sandbox() }
    }
}

#[derive(Clone, Debug)]
pub struct ToolConfig {
    pub persons: Vec<Person>,
    /// As persons.toml has them.
    pub absences: Vec<Absence>,
    /// At least one; the first is used when none fits.
    pub profiles: Vec<Profile>,
    pub regions: Regions,
    pub sequences: Vec<SequenceNote>,
    pub playbooks: Vec<Playbook>,
    pub estimates: Estimates,
    pub model_sandbox: bool,
}

/// What a plan says of a sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SequenceNote {
    pub name: String,
    pub touches: u32,
    pub days: u32,
}
