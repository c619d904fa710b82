//! A desk on a fresh database with a scripted model, scripted tools and a clock that moves when told.
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering;

use serde_json::Value;
use serde_json::json;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::domain::compliance::permit::Cleared;
use crate::domain::criteria::Criteria;
use crate::domain::ids::ThreadId;
use crate::domain::person::Person;
use crate::domain::person::Role;
use crate::domain::time::Millis;
use crate::orchestrator::desk::DeskConfig;
use crate::orchestrator::desk::Orchestrator;
use crate::orchestrator::desk::Part;
use crate::orchestrator::toolbox::Toolbox;
use crate::ports::clock::Clock;
use crate::ports::clock::Ids;
use crate::ports::desk::Desk;
use crate::ports::desk::Said;
use crate::ports::error::PortError;
use crate::ports::error::PortResult;
use crate::ports::llm::Ask;
use crate::ports::llm::Llm;
use crate::ports::llm::LlmError;
use crate::ports::vendors::Activity;
use crate::ports::vendors::CampaignSetup;
use crate::ports::vendors::Crm;
use crate::ports::vendors::CrmActivity;
use crate::ports::vendors::CrmRecord;
use crate::ports::vendors::FoundCampaign;
use crate::ports::vendors::FoundLead;
use crate::ports::vendors::FoundPerson;
use crate::ports::vendors::Mailbox;
use crate::ports::vendors::Outreach;
use crate::ports::vendors::Page;
use crate::ports::vendors::Recipient;
use crate::ports::vendors::Upserted;
use crate::ports::vendors::Vendors;
use crate::prompts::render::Prompts;
use crate::run::card::Card;
use crate::run::card::Verb;
use crate::run::gate::Approved;
use crate::run::plan::Plan;
use crate::run::turn::Limits;
use crate::run::turn::Message;
use crate::run::turn::Price;
use crate::run::turn::Reply;
use crate::run::turn::Returned;
use crate::run::turn::ToolCall;
use crate::run::turn::Usage;
use crate::store::open::Store;
use crate::store::open::StoreResult;
use crate::tools::entry::Phase;

pub struct FakeClock(pub AtomicI64);

#[async_trait::async_trait]
impl Clock for FakeClock {
    fn now(&self) -> Millis {
        Millis(self.0.load(Ordering::SeqCst))
    }

    fn wall(&self) -> Millis {
        self.now()
    }

    async fn wait(&self, _until: Millis) {
        std::future::pending::<()>().await;
    }
}

#[derive(Default)]
pub struct CountedIds(AtomicI64);

impl Ids for CountedIds {
    fn fresh(&self, prefix: &str) -> String {
        format!("{prefix}_{:06}", self.0.fetch_add(1, Ordering::SeqCst))
    }

    fn code(&self) -> String {
        "7K2".into()
    }
}

#[derive(Default)]
pub struct Script {
    pub answers: Mutex<VecDeque<Result<Reply, LlmError>>>,
    pub asked: Mutex<Vec<Vec<Message>>>,
}

#[async_trait::async_trait]
impl Llm for Script {
    fn name(&self) -> &str {
        "script"
    }

    fn is_sandbox(&self) -> bool {
        true
    }

    async fn ask(&self, ask: Ask<'_>) -> Result<Reply, LlmError> {
        self.asked.lock().unwrap().push(ask.messages.to_vec());
        self.answers.lock().unwrap().pop_front().unwrap_or(Err(LlmError::Unreachable("script is over".into())))
    }
}

#[derive(Default)]
pub struct FakeTools {
    pub called: Mutex<Vec<String>>,
}

#[async_trait::async_trait]
impl Toolbox for FakeTools {
    fn prefix(&self) -> &str {
        "PREFIX"
    }

    fn specs(&self, _who: &Person, _phase: Phase) -> Arc<[Value]> {
        Arc::from(Vec::new())
    }

    fn is_read(&self, name: &str) -> bool {
        name.starts_with("read")
    }

    async fn call(&self, _at: (&Person, &ThreadId), call: &ToolCall) -> StoreResult<Returned> {
        self.called.lock().unwrap().push(call.name.clone());
        Ok(match call.name.as_str() {
            "show" => Returned::Yield("SHOWN: plan v1".into()),
            "bad" => Returned::BadArguments("BAD: count: 1 to 10,000".into()),
            name => Returned::Result(format!("{name} done")),
        })
    }
}

/// Vendors that only hear opt-outs and pauses, and fail as often as told.
#[derive(Default)]
pub struct Ears {
    pub heard: Mutex<Vec<String>>,
    pub failures: AtomicI64,
}

impl Ears {
    fn hear(&self, what: String) -> PortResult<()> {
        if self.failures.fetch_sub(1, Ordering::SeqCst) > 0 {
            return Err(PortError::Unreachable { vendor: "lemlist".into(), why: "no route".into() });
        }
        self.heard.lock().unwrap().push(what);
        Ok(())
    }
}

fn unused<T>() -> PortResult<T> {
    Err(PortError::Refused { vendor: "test".into(), why: "not played here".into() })
}

#[async_trait::async_trait]
impl Crm for Ears {
    fn vendor(&self) -> &'static str {
        "hubspot"
    }
    fn batch_max(&self) -> usize {
        100
    }
    async fn contacts_by_email(&self, _: &[String]) -> PortResult<Vec<CrmRecord>> {
        unused()
    }
    async fn companies_by_domain(&self, _: &[String]) -> PortResult<Vec<CrmRecord>> {
        unused()
    }
    async fn search(&self, _: &str, _: &str, _: u32) -> PortResult<Vec<CrmRecord>> {
        unused()
    }
    async fn upsert_contacts(&self, _: &[BTreeMap<String, String>]) -> PortResult<Vec<Upserted>> {
        unused()
    }
    async fn standing(&self, _: &str, _: &[BTreeMap<String, String>]) -> PortResult<Vec<Option<CrmRecord>>> {
        unused()
    }
    async fn upsert_companies(
        &self,
        _: &[BTreeMap<String, String>],
        _: &[Option<CrmRecord>],
    ) -> PortResult<Vec<Upserted>> {
        unused()
    }
    async fn read(&self, _: &str, _: &[String]) -> PortResult<Vec<CrmRecord>> {
        unused()
    }
    async fn links(&self, _: &str, _: &[String]) -> PortResult<BTreeMap<String, BTreeSet<String>>> {
        unused()
    }
    async fn update(&self, _: &str, _: &[(String, BTreeMap<String, String>)]) -> PortResult<Vec<Upserted>> {
        unused()
    }
    async fn archive(&self, _: &str, _: &[String]) -> PortResult<()> {
        unused()
    }
    async fn associate(&self, _: &[(String, String)]) -> PortResult<()> {
        unused()
    }
    async fn log_activities(&self, _: &[CrmActivity]) -> PortResult<Vec<Upserted>> {
        unused()
    }
    async fn find_activities(&self, _: &[CrmActivity]) -> PortResult<Vec<Option<String>>> {
        unused()
    }
    async fn opt_out(&self, email: &str) -> PortResult<()> {
        self.hear(format!("crm opt-out {email}"))
    }
}

#[async_trait::async_trait]
impl Outreach for Ears {
    fn vendor(&self) -> &'static str {
        "lemlist"
    }
    async fn mailboxes(&self) -> PortResult<Vec<Mailbox>> {
        unused()
    }
    async fn find_campaign(&self, _: &str) -> PortResult<Option<String>> {
        unused()
    }
    async fn create_campaign(&self, _: &CampaignSetup) -> PortResult<String> {
        unused()
    }
    async fn update_sequence(&self, _: &str, _: &CampaignSetup) -> PortResult<()> {
        unused()
    }
    async fn find_lead(&self, _: &str, _: &str) -> PortResult<Option<FoundLead>> {
        unused()
    }
    async fn running_elsewhere(&self, _: &[String]) -> PortResult<Vec<String>> {
        unused()
    }
    async fn enrol(&self, _: &str, _: &Recipient, _: (&Approved, &Cleared)) -> PortResult<String> {
        unused()
    }
    async fn release(&self, _: &str, _: &str, _: (&Approved, &Cleared)) -> PortResult<()> {
        unused()
    }
    async fn start(&self, _: &str, _: &Approved) -> PortResult<()> {
        unused()
    }
    async fn pause(&self, campaign: &str) -> PortResult<()> {
        self.hear(format!("pause {campaign}"))
    }
    async fn unsubscribe(&self, email: &str) -> PortResult<()> {
        self.hear(format!("unsubscribe {email}"))
    }
    async fn is_unsubscribed(&self, _: &str) -> PortResult<bool> {
        unused()
    }
    async fn call_back(&self, _url: &str, _secret: &str) -> PortResult<()> {
        Ok(())
    }

    async fn activities(&self, _: Millis, _: Option<&str>) -> PortResult<Page<Activity>> {
        unused()
    }
    async fn all_campaigns(&self) -> PortResult<Vec<FoundCampaign>> {
        unused()
    }
    async fn all_people(&self, _: &str) -> PortResult<Vec<FoundPerson>> {
        unused()
    }
    async fn all_unsubscribed(&self) -> PortResult<Vec<String>> {
        unused()
    }
    async fn stats(&self, _: &str, _: Millis, _: Millis) -> PortResult<BTreeMap<String, i64>> {
        unused()
    }
}

pub struct World {
    pub desk: Arc<Orchestrator>,
    pub model: Arc<Script>,
    pub tools: Arc<FakeTools>,
    pub clock: Arc<FakeClock>,
    pub ears: Arc<Ears>,
    _dir: tempfile::TempDir,
}

pub fn person(id: &str, roles: &[Role]) -> Person {
    let mut name = id.to_owned();
    name[..1].make_ascii_uppercase();
    Person { id: id.into(), name, roles: roles.to_vec(), zone: "Europe/Berlin".into() }
}

fn people() -> Vec<Person> {
    vec![
        person("ava", &[Role::Rep]),
        person("ben", &[Role::Rep]),
        person("mona", &[Role::Manager]),
        person("cora", &[Role::Compliance]),
        person("otto", &[Role::Operator]),
        person("gil", &[]),
    ]
}

pub async fn world() -> World {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&Store::sqlite_url(&dir.path().join("desk.db"))).await.unwrap();
    let start: Millis = "2026-11-24T13:02:00Z".parse().unwrap();
    let (model, tools, ears) = (Arc::new(Script::default()), Arc::new(FakeTools::default()), Arc::new(Ears::default()));
    let clock = Arc::new(FakeClock(AtomicI64::new(start.0)));
    let config = DeskConfig {
        persons: people(),
        absences: Vec::new(),
        limits: Limits::default(),
        price: Price { prompt_nano_usd: 1_000, completion_nano_usd: 2_000 },
        parts: vec![Part { name: "lemlist".into(), kind: "outreach".into(), live: false, state: "ready".into() }],
        sandbox: true,
        zone: "Europe/Berlin".into(),
        stuck_ms: 300_000,
    };
    let desk = Orchestrator {
        store,
        llm: model.clone(),
        tools: tools.clone(),
        vendors: Vendors {
            prospecting: Vec::new(),
            enrichment: Vec::new(),
            crm: ears.clone(),
            outreach: ears.clone(),
            sandbox: Vec::new(),
        },
        words: Arc::new(Prompts::load().unwrap()),
        clock: clock.clone(),
        ids: Arc::new(CountedIds::default()),
        config: Arc::new(config),
        wake: Arc::new(Notify::new()),
        engine_wake: Arc::new(Notify::new()),
        events_wake: Arc::new(Notify::new()),
        changed: Arc::new(Notify::new()),
        shutdown: CancellationToken::new(),
        owner: "desk_1".to_owned(),
    };
    World { desk: Arc::new(desk), model, tools, clock, ears, _dir: dir }
}

pub fn reply(text: &str, calls: &[&str]) -> Reply {
    let call = |name: &&str| ToolCall { id: format!("c_{name}"), name: (*name).into(), arguments: "{}".into() };
    Reply {
        text: text.into(),
        calls: calls.iter().map(call).collect(),
        usage: Usage { prompt_tokens: 100, completion_tokens: 10 },
    }
}

impl World {
    pub fn model_will(&self, answers: impl IntoIterator<Item = Result<Reply, LlmError>>) {
        self.model.answers.lock().unwrap().extend(answers);
    }

    pub fn who(&self, id: &str) -> Person {
        // As a surface would claim it: the desk must look the roles up itself.
        person(id, &[Role::Manager, Role::Compliance, Role::Operator])
    }

    pub async fn says(&self, id: &str, text: &str) -> ThreadId {
        self.desk.say(&self.who(id), Said { text, ..Said::default() }).await.unwrap()
    }

    /// Author and text of messages, title of cards.
    pub async fn reads(&self, thread: &ThreadId) -> Vec<String> {
        let view = self.desk.thread(&self.who("ava"), thread).await.unwrap();
        let line = |card: &Card| format!("[{}]", card.title);
        view.messages
            .iter()
            .map(|m| m.card.as_ref().map_or_else(|| format!("{}: {}", m.author, m.text), line))
            .collect()
    }

    pub async fn cards(&self, thread: &ThreadId) -> Vec<Card> {
        let view = self.desk.thread(&self.who("ava"), thread).await.unwrap();
        view.messages.into_iter().filter_map(|message| message.card).collect()
    }

    pub fn forward(&self, ms: i64) {
        self.clock.0.fetch_add(ms, Ordering::SeqCst);
    }
}

pub fn token(card: &Card, verb: Verb) -> String {
    card.actions.iter().find(|action| action.verb == verb).map(|action| action.token.clone()).unwrap()
}

pub fn plan(version: i64) -> Plan {
    let criteria = Criteria { goal: "100 VP Finance at fintechs".into(), count: 100, ..Criteria::default() };
    serde_json::from_value(json!({
        "version": version,
        "criteria": criteria,
        "steps": [
            {"kind": "discover", "seconds": {"min": 1, "max": 2}, "credits": {"min": 0, "max": 0}, "stops": null},
            {"kind": "preview", "seconds": {"min": 1, "max": 2}, "credits": {"min": 0, "max": 0}, "stops": null},
        ],
        "credits": {"min": 0, "max": 0},
        "credits_cap": 0,
        "model_cost_micro_usd": {"min": 0, "max": 0},
        "campaign": "c",
        "playbook": null,
        "profile": "fintech-finance",
        "sequence": "standard",
        "estimate_basis": "vendor limits",
    }))
    .unwrap()
}
