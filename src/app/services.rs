//! The services of this process, made once and handed their ports.
use std::sync::Arc;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::app::books;
use crate::app::error::StartError;
use crate::app::ground::Ground;
use crate::app::rules;
use crate::app::schedule::Scheduler;
use crate::app::vendors;
use crate::config::model::Config;
use crate::config::parts::Standing;
use crate::connectors::http::build::model_client;
use crate::domain::time::MINUTE;
use crate::engine::beat::Seat;
use crate::engine::context::Engine;
use crate::engine::failpoint::Failpoint;
use crate::engine::steps::executor_of;
use crate::engine::worker::Places;
use crate::engine::worker::Worker;
use crate::intake::lemlist::Poller;
use crate::model::openai::OpenAi;
use crate::model::options::Endpoint;
use crate::model::options::ModelOptions;
use crate::orchestrator::desk::DeskConfig;
use crate::orchestrator::desk::Orchestrator;
use crate::orchestrator::desk::Part;
use crate::orchestrator::registry::RegistryTools;
use crate::orchestrator::registry::prefix_text;
use crate::ports::clock::Clock;
use crate::ports::clock::Ids;
use crate::ports::llm::Llm;
use crate::ports::secret::Secret;
use crate::prompts::render::Prompts;
use crate::run::turn::Limits;
use crate::sandbox;
use crate::tools::registry::Registry;

const MODEL_TIMEOUT_S: u64 = 30;

#[derive(Clone)]
pub struct Services {
    pub engine: Engine,
    pub orchestrator: Arc<Orchestrator>,
    pub poller: Arc<Poller>,
    places: Places,
}

impl Services {
    /// `kind` is what its process was started as.
    pub fn worker(&self, kind: &'static str) -> Worker {
        let seat = Seat { kind, host: host(), process: std::process::id() };
        Worker::new(self.engine.clone(), seat, self.places)
    }

    pub fn scheduler(&self) -> Scheduler {
        let engine = &self.engine;
        Scheduler {
            store: engine.store.clone(),
            clock: Arc::clone(&engine.clock),
            owner: engine.owner.clone(),
            changed: Arc::clone(&engine.changed),
        }
    }
}

pub async fn build(
    config: &Config,
    ground: &Ground,
    clock: &Arc<dyn Clock>,
    world: Option<&str>,
) -> Result<Services, StartError> {
    let words = Arc::new(Prompts::load().map_err(StartError::failed)?);
    let registry = Arc::new(Registry::load().map_err(StartError::failed)?);
    let books = books::read(config).map_err(|faults| StartError::Wrong(faults.to_string()))?;
    let vendors = vendors::connect(config, &ground.store, clock, world).await?;
    let llm = model(config, world)?;
    let ids: Arc<dyn Ids> = ground.ids.clone();
    let (wake, engine_wake, events_wake, changed) = (notify(), notify(), notify(), notify());
    let engine = Engine {
        store: ground.store.clone(),
        vendors: vendors.clone(),
        llm: Arc::clone(&llm),
        words: Arc::clone(&words),
        clock: Arc::clone(clock),
        ids: Arc::clone(&ids),
        rules: Arc::new(rules::of_engine(config, &books)),
        grants: Arc::default(),
        owner: ground.owner.clone(),
        hold: Arc::default(),
        executors: Arc::new(executor_of),
        wake: Arc::clone(&engine_wake),
        changed: Arc::clone(&changed),
        failpoint: Arc::new(failpoint(config)?),
    };
    let tools = RegistryTools {
        registry,
        store: ground.store.clone(),
        vendors: vendors.clone(),
        prefix: prefix_text(&words).map_err(StartError::failed)?,
        words: Arc::clone(&words),
        clock: Arc::clone(clock),
        ids: Arc::clone(&ids),
        config: Arc::new(rules::of_tools(config, &books, &vendors)),
    };
    let poller = Poller {
        store: ground.store.clone(),
        outreach: Arc::clone(&vendors.outreach),
        clock: Arc::clone(clock),
        ids: Arc::clone(&ids),
        hint: notify(),
        events_wake: Arc::clone(&events_wake),
    };
    let orchestrator = Orchestrator {
        store: ground.store.clone(),
        llm,
        tools: Arc::new(tools),
        vendors,
        words,
        clock: Arc::clone(clock),
        ids,
        config: Arc::new(desk_config(config, &engine)),
        wake,
        engine_wake,
        events_wake,
        changed,
        shutdown: CancellationToken::new(),
        owner: ground.owner.clone(),
    };
    let places = Places { in_all: config.engine.items_max, per_queue: config.engine.items_per_vendor };
    Ok(Services { engine, orchestrator: Arc::new(orchestrator), poller: Arc::new(poller), places })
}

/// This machine's name, for those who look for the process of a worker.
fn host() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname").map(|name| name.trim().to_owned()).unwrap_or_default()
}

fn failpoint(config: &Config) -> Result<Failpoint, StartError> {
    let Some(text) = &config.failpoint else { return Ok(Failpoint::default()) };
    let words = || {
        format!("QUARTERDECK_FAILPOINT: `{text}` is no failpoint; write it as point:vendor:operation:n, or remove it")
    };
    Failpoint::parse(text).ok_or_else(|| StartError::Wrong(words()))
}

fn notify() -> Arc<Notify> {
    Arc::new(Notify::new())
}

fn model(config: &Config, world: Option<&str>) -> Result<Arc<dyn Llm>, StartError> {
    let settings = &config.model;
    let live = config.parts.model.standing.is_live();
    let main = if live {
        let key = config.parts.model.key.clone().unwrap_or_else(|| Secret::new(""));
        Endpoint { base_url: settings.base_url.clone(), key, model: settings.name.clone() }
    } else {
        let base = world.unwrap_or_default();
        Endpoint {
            base_url: format!("{base}/model/v1"),
            key: Secret::new(sandbox::MODEL_KEY),
            model: "quarterdeck-sandbox".to_owned(),
        }
    };
    let fallback = settings.fallback.as_ref().filter(|_| live).map(|second| Endpoint {
        base_url: second.base_url.clone(),
        key: second.key.clone().unwrap_or_else(|| Secret::new("")),
        model: second.name.clone(),
    });
    let http = model_client(!live).map_err(StartError::failed)?;
    let options = ModelOptions { main, fallback, sandbox: !live, timeout_s: MODEL_TIMEOUT_S, http };
    Ok(Arc::new(OpenAi::new(options)))
}

fn desk_config(config: &Config, engine: &Engine) -> DeskConfig {
    let kind = |name: &str| match name {
        "apollo" | "explorium" => "people and company data",
        "hubspot" => "CRM",
        "lemlist" => "outreach",
        _ => "language model",
    };
    let part = |(name, standing): (&str, Standing)| Part {
        name: name.to_owned(),
        kind: kind(name).to_owned(),
        live: standing.is_live(),
        state: standing.word().to_owned(),
    };
    DeskConfig {
        persons: config.people.persons.clone(),
        absences: config.people.absences.clone(),
        limits: Limits::default(),
        price: rules::price(config),
        parts: config.parts.all().into_iter().map(part).collect(),
        sandbox: engine.sandbox(),
        zone: config.digest.zone.clone(),
        stuck_ms: config.stuck_minutes * MINUTE,
    }
}
