//! The tools as the planning loop uses them: the registry with what each call may reach.
use std::sync::Arc;

use serde_json::Value;

use crate::domain::ids::ThreadId;
use crate::domain::person::Person;
use crate::orchestrator::toolbox::Toolbox;
use crate::ports::clock::Clock;
use crate::ports::clock::Ids;
use crate::ports::vendors::Vendors;
use crate::prompts::planner;
use crate::prompts::render::Prompts;
use crate::prompts::render::WordsError;
use crate::run::turn::Message;
use crate::run::turn::Returned;
use crate::run::turn::ToolCall;
use crate::store::open::Store;
use crate::store::open::StoreResult;
use crate::tools::context::ToolConfig;
use crate::tools::context::ToolCx;
use crate::tools::entry::Phase;
use crate::tools::registry::Registry;

pub struct RegistryTools {
    pub registry: Arc<Registry>,
    pub store: Store,
    pub vendors: Vendors,
    pub words: Arc<Prompts>,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
    pub config: Arc<ToolConfig>,
    /// From `prefix_text`.
    pub prefix: String,
}

/// The stable prefix as text.
pub fn prefix_text(words: &Prompts) -> Result<String, WordsError> {
    Ok(match planner::prefix(words)? {
        Message::System { text } | Message::User { text } => text,
        Message::Assistant { text, .. } | Message::Tool { text, .. } => text,
    })
}

#[async_trait::async_trait]
impl Toolbox for RegistryTools {
    fn prefix(&self) -> &str {
        &self.prefix
    }

    fn specs(&self, who: &Person, phase: Phase) -> Arc<[Value]> {
        self.registry.specs(who, phase)
    }

    fn is_read(&self, name: &str) -> bool {
        self.registry.is_read(name)
    }

    async fn call(&self, at: (&Person, &ThreadId), call: &ToolCall) -> StoreResult<Returned> {
        let (who, thread) = at;
        let cx = ToolCx {
            store: self.store.clone(),
            vendors: self.vendors.clone(),
            words: Arc::clone(&self.words),
            clock: Arc::clone(&self.clock),
            ids: Arc::clone(&self.ids),
            config: Arc::clone(&self.config),
            who: who.clone(),
            thread: thread.clone(),
        };
        self.registry.call(&cx, call).await
    }
}
