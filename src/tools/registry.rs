//! All tools with their policies, and what the model is told of them.
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;

use serde_json::Value;

use crate::domain::person::Person;
use crate::domain::person::Role;
use crate::tools::ALL;
use crate::tools::entry::Entry;
use crate::tools::entry::Phase;
use crate::tools::policy::Effect;
use crate::tools::policy::Policy;
use crate::tools::policy::PolicyError;
use crate::tools::spec;

/// One tool, ready to be called.
pub struct Loaded {
    pub entry: Entry,
    pub policy: Policy,
    pub schema: Value,
    spec: Value,
}

/// What decides which tools are shown.
type Seen = (Phase, Vec<Role>);

pub struct Registry {
    tools: Vec<Loaded>,
    /// What was shown before, by phase and roles: few combinations, asked for in each turn.
    shown: Mutex<HashMap<Seen, Arc<[Value]>>>,
}

impl Registry {
    /// Reads the embedded policies; the error names file and line.
    pub fn load() -> Result<Self, PolicyError> {
        let tools = ALL
            .iter()
            .map(|entry| {
                let policy = Policy::parse(entry.policy, entry.name)?;
                let schema = (entry.schema)();
                let spec = spec::function(entry.name, &policy.says, &schema);
                Ok(Loaded { entry: *entry, policy, schema, spec })
            })
            .collect::<Result<_, PolicyError>>()?;
        Ok(Self { tools, shown: Mutex::default() })
    }

    /// The tools that this person's roles and this phase need, in a fixed order: the same bytes each time.
    pub fn specs(&self, who: &Person, phase: Phase) -> Arc<[Value]> {
        let made = || self.tools.iter().filter(|tool| tool.is_for(who, phase)).map(|tool| tool.spec.clone()).collect();
        match self.shown.lock() {
            Ok(mut shown) => Arc::clone(shown.entry((phase, who.roles.clone())).or_insert_with(made)),
            Err(_) => made(),
        }
    }

    pub fn get(&self, name: &str) -> Option<&Loaded> {
        self.tools.iter().find(|tool| tool.entry.name == name)
    }

    /// Reads may run side by side.
    pub fn is_read(&self, name: &str) -> bool {
        self.get(name).is_some_and(|tool| tool.policy.effect == Effect::Read)
    }

    pub fn all(&self) -> &[Loaded] {
        &self.tools
    }

    /// Names the planner may be shown at all, for "no such tool".
    pub fn names(&self) -> Vec<&'static str> {
        self.tools.iter().filter(|tool| !tool.entry.phases.is_empty()).map(|tool| tool.entry.name).collect()
    }
}

impl Loaded {
    pub fn spec(&self) -> &Value {
        &self.spec
    }

    fn is_for(&self, who: &Person, phase: Phase) -> bool {
        self.entry.phases.contains(&phase) && who.any_of(&self.policy.allowed)
    }
}

#[cfg(test)]
#[path = "registry/tests.rs"]
mod tests;
