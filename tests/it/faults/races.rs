//! Decisions at the same moment: of all that press one gate exactly one decides, and the others learn who. Postgres runs
//! them on connections of their own, SQLite as tasks that take turns; a worker beside them lets gates expire.
use std::collections::BTreeMap;
use std::hash::BuildHasher;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures::StreamExt;
use quarterdeck::cards::decisions::Around;
use quarterdeck::cards::gates::card;
use quarterdeck::cards::post;
use quarterdeck::cards::post::Place;
use quarterdeck::domain::criteria::Criteria;
use quarterdeck::domain::ids::GateId;
use quarterdeck::domain::ids::RunId;
use quarterdeck::domain::ids::ThreadId;
use quarterdeck::domain::person::Person;
use quarterdeck::domain::person::Role;
use quarterdeck::domain::time::Millis;
use quarterdeck::ports::clock::Ids;
use quarterdeck::ports::desk::Refusal;
use quarterdeck::ports::desk::RefusalKind;
use quarterdeck::prompts::render::Prompts;
use quarterdeck::run::deciders::Deciders;
use quarterdeck::run::gate::Asked;
use quarterdeck::run::gate::Gate;
use quarterdeck::run::state::GateKind;
use quarterdeck::run::state::GateState;
use quarterdeck::run::state::RunState;
use quarterdeck::run::state::StepState;
use quarterdeck::store;
use quarterdeck::store::conversation::ThreadRow;
use quarterdeck::store::runs::RunRow;
use serde_json::Value;
use serde_json::json;
use sqlx::Row;
use tokio::sync::Barrier;

use crate::support::world::World;

const SEED: &str = "QUARTERDECK_TEST_SEED";
/// Races at the same time.
const AT_ONCE: usize = 8;
/// World time that a gate lives that is to expire in the middle of a press.
const SHORT_LIFE_MS: i64 = 30_000;
/// A worker that does not let a gate expire within this is stuck.
const PATIENCE: Duration = Duration::from_secs(300);
const LOOK: Duration = Duration::from_millis(5);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    DoubleClick,
    TwoPeople,
    LaunchAndCancel,
    LaunchAndChange,
    LaunchAndExpiry,
    TwoVotes,
    VotesAndCancel,
    SameVoteTwice,
}

const KINDS: [Kind; 8] = [
    Kind::DoubleClick,
    Kind::TwoPeople,
    Kind::LaunchAndCancel,
    Kind::LaunchAndChange,
    Kind::LaunchAndExpiry,
    Kind::TwoVotes,
    Kind::VotesAndCancel,
    Kind::SameVoteTwice,
];

impl Kind {
    fn quorum(self) -> i64 {
        if matches!(self, Self::TwoVotes | Self::VotesAndCancel | Self::SameVoteTwice) { 2 } else { 1 }
    }

    /// Who presses what.
    fn presses(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::DoubleClick | Self::SameVoteTwice => &[("mona", "launch"), ("mona", "launch")],
            Self::TwoPeople => &[("mona", "launch"), ("ben", "launch")],
            Self::LaunchAndCancel => &[("mona", "launch"), ("ava", "cancel")],
            Self::LaunchAndChange => &[("mona", "launch"), ("ben", "launch_with_changes")],
            Self::LaunchAndExpiry => &[("mona", "launch")],
            Self::TwoVotes => &[("mona", "launch"), ("ben", "launch"), ("ava", "launch")],
            Self::VotesAndCancel => &[("mona", "launch"), ("ben", "launch"), ("ava", "cancel")],
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn some_hundreds() {
    races(400).await;
}

/// The full number; `.ci/run` asks for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "takes minutes"]
async fn ten_thousand() {
    races(10_000).await;
}

async fn races(count: u64) {
    let seed = seed();
    let world = World::new().await;
    let ring = Ring::new(&world);
    let ended = futures::stream::iter(0..count).map(|n| ring.race(mix(seed.wrapping_add(n)))).buffer_unordered(AT_ONCE);
    let mut by_outcome: BTreeMap<(Kind, String), u64> = BTreeMap::new();
    for outcome in ended.collect::<Vec<_>>().await {
        *by_outcome.entry(outcome).or_default() += 1;
    }
    println!("{count} races, seed {seed}: repeat with {SEED}={seed}");
    for ((kind, state), times) in &by_outcome {
        println!("  {kind:?} ended {state}: {times}");
    }
    assert_eq!(by_outcome.values().sum::<u64>(), count);
    let mut conn = world.store().conn().await.unwrap();
    store::audit::verify(&mut conn).await.expect("the chain of the audit holds");
    drop(conn);
    world.ends().await;
}

/// What all races share.
struct Ring<'w> {
    world: &'w World,
    words: Prompts,
    ids: Counted,
    persons: Vec<Person>,
}

#[derive(Default)]
struct Counted(AtomicU64);

impl Ids for Counted {
    fn fresh(&self, prefix: &str) -> String {
        format!("{prefix}_race{}", self.0.fetch_add(1, Ordering::SeqCst))
    }

    fn code(&self) -> String {
        "7K2".to_owned()
    }
}

/// One gate to be raced for.
struct Prize {
    gate: GateId,
    tokens: BTreeMap<String, String>,
    expires_at: Millis,
}

impl<'w> Ring<'w> {
    fn new(world: &'w World) -> Self {
        let person = |id: &str, name: &str| Person {
            id: id.to_owned(),
            name: name.to_owned(),
            roles: Vec::new(),
            zone: "UTC".to_owned(),
        };
        Self {
            world,
            words: Prompts::load().unwrap(),
            ids: Counted::default(),
            persons: vec![person("ava", "Ava"), person("ben", "Ben"), person("mona", "Mona")],
        }
    }

    fn now(&self) -> Millis {
        self.world.running.stage.as_ref().unwrap().world.now()
    }

    /// Which race and in which order is the seed's; what comes of it is checked, whatever it is.
    async fn race(&self, chance: u64) -> (Kind, String) {
        let kind = KINDS[usize::try_from(chance % KINDS.len() as u64).unwrap()];
        let prize = self.prize(kind).await;
        let mut presses = kind.presses().to_vec();
        let turn = usize::try_from((chance >> 8) % presses.len() as u64).unwrap();
        presses.rotate_left(turn);
        let start = Arc::new(Barrier::new(presses.len()));
        let mut running = Vec::new();
        for (at, (who, verb)) in presses.into_iter().enumerate() {
            let lag = mix(chance.wrapping_add(at as u64));
            let press = self.press(kind, &prize, (who, verb), lag);
            running.push((who, verb, self.spawn(start.clone(), press)));
        }
        let mut answers = Vec::new();
        for (who, verb, running) in running {
            answers.push((who, verb, running.await.unwrap()));
        }
        if kind == Kind::LaunchAndExpiry {
            self.is_over(&prize.gate).await;
        }
        let gate = self.stored(&prize.gate).await;
        self.judge(kind, &gate, &answers).await;
        (kind, gate.state.word().to_owned())
    }

    fn press(&self, kind: Kind, prize: &Prize, by: (&str, &str), lag: u64) -> Press {
        let stage = self.world.running.stage.as_ref().unwrap();
        let who = self.persons.iter().find(|person| person.id == by.0).unwrap().clone();
        let values = if by.1 == "launch_with_changes" { json!({"per_day": 7}) } else { json!({}) };
        let token = prize.tokens[by.1].clone();
        // Around the end of the gate's life, before and after it.
        let half = SHORT_LIFE_MS / 2;
        let jitter = i64::try_from(lag % SHORT_LIFE_MS.unsigned_abs()).unwrap() - half;
        let not_before = if kind == Kind::LaunchAndExpiry { prize.expires_at.plus(jitter) } else { Millis(0) };
        Press { stage: stage.clone(), who, token, values, not_before, yields: lag % 8 }
    }

    fn spawn(&self, start: Arc<Barrier>, press: Press) -> tokio::task::JoinHandle<Result<String, Refusal>> {
        tokio::spawn(async move {
            start.wait().await;
            while press.stage.world.now() < press.not_before {
                tokio::task::yield_now().await;
            }
            for _ in 0..press.yields {
                tokio::task::yield_now().await;
            }
            press.stage.desk.press(&press.who, &press.token, press.values).await
        })
    }

    async fn prize(&self, kind: Kind) -> Prize {
        let now = self.now();
        let run = self.run(now);
        let thread = thread(&run.thread, now);
        let asked =
            Asked { version: 1, payload: payload(), roles: vec![Role::Rep, Role::Manager], quorum: kind.quorum() };
        let mut gate = Gate::waiting(GateId(self.ids.fresh("gate")), (&run.id, 0), GateKind::Launch, asked, now);
        if kind == Kind::LaunchAndExpiry {
            gate.expires_at = now.plus(SHORT_LIFE_MS);
        }
        let deciders = Deciders { persons: &self.persons, absences: &[], starter: "ava", now };
        let content = card(&self.words, &gate, 0, Around { deciders: &deciders, zone: "UTC" }).unwrap();
        let place = Place { thread: &run.thread, run: Some(&run.id), now, sandbox: true };
        let mut tx = self.world.store().begin().await.unwrap();
        store::conversation::open_thread(&mut tx, &thread).await.unwrap();
        assert!(store::runs::insert(&mut tx, &run, run.id.as_str()).await.unwrap());
        let mut step = store::runs::steps(&mut tx, &run.id).await.unwrap().remove(0);
        step.state = StepState::Waiting;
        store::runs::save_step(&mut tx, &run.id, &step).await.unwrap();
        let id = post::post(&mut tx, &self.ids, place, content, None).await.unwrap();
        store::gates::insert(&mut tx, &gate, id.as_str()).await.unwrap();
        let (_, card) = store::cards::get(&mut tx, id.as_str()).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        let tokens = card.actions.into_iter().map(|action| (action.verb.word().to_owned(), action.token)).collect();
        Prize { gate: gate.id, tokens, expires_at: gate.expires_at }
    }

    /// A run of one step, so that nothing follows from a launch.
    fn run(&self, now: Millis) -> RunRow {
        let criteria = Criteria { goal: "a race".to_owned(), count: 1, ..Criteria::default() };
        let plan = json!({
            "version": 1, "criteria": criteria, "credits": {"min": 0, "max": 0}, "credits_cap": 0,
            "steps": [{"kind": "preview", "seconds": {"min": 1, "max": 2}, "credits": {"min": 0, "max": 0}, "stops": null}],
            "model_cost_micro_usd": {"min": 0, "max": 0}, "campaign": "c", "playbook": null,
            "profile": "fintech-finance", "sequence": "standard", "estimate_basis": "vendor limits",
        });
        RunRow {
            id: RunId(self.ids.fresh("run")),
            code: self.ids.code(),
            thread: ThreadId(self.ids.fresh("th")),
            plan: serde_json::from_value(plan).unwrap(),
            plan_hash: String::new(),
            state: RunState::Waiting,
            started_by: "ava".to_owned(),
            card: String::new(),
            wake_at: now,
            fence: 0,
            cancelled_by: None,
            error: None,
            created_at: now,
            ended_at: None,
        }
    }

    async fn stored(&self, id: &GateId) -> Gate {
        let mut conn = self.world.store().conn().await.unwrap();
        store::gates::get(&mut conn, id).await.unwrap().unwrap()
    }

    /// The worker lets it expire, unless somebody decided.
    async fn is_over(&self, id: &GateId) {
        let since = std::time::Instant::now();
        while self.stored(id).await.state == GateState::Waiting {
            assert!(since.elapsed() < PATIENCE, "{id} does not expire: {}", self.told_of(id).await);
            // Between two looks the one connection of SQLite is the worker's.
            let _looked = tokio::time::timeout(LOOK, std::future::pending::<()>()).await;
        }
    }

    /// Where its run stands, for a failing test.
    async fn told_of(&self, id: &GateId) -> String {
        let run = self.stored(id).await.run;
        let mut conn = self.world.store().conn().await.unwrap();
        let run = store::runs::get(&mut conn, &run).await.unwrap().unwrap();
        let due = store::runs::due(&mut conn, self.now(), 1_000).await.unwrap().len();
        format!("{:?}, due since {} ms of world time, {due} runs due", run.state, self.now().since(run.wake_at))
    }

    /// Actions of the audit about this gate.
    async fn audited(&self, gate: &Gate) -> Vec<String> {
        let mut conn = self.world.store().conn().await.unwrap();
        let sql = "SELECT action FROM audit WHERE subject = $1 ORDER BY seq";
        let rows = sqlx::query(sql).bind(gate.id.as_str()).fetch_all(&mut *conn).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }

    async fn judge(&self, kind: Kind, gate: &Gate, answers: &[(&str, &str, Result<String, Refusal>)]) {
        let told = format!("{kind:?}: {gate:#?} {answers:#?}");
        let audited = self.audited(gate).await;
        let decisions: Vec<&String> = audited.iter().filter(|action| !action.ends_with(".vote")).collect();
        let votes = audited.len() - decisions.len();
        let went: Vec<_> = answers.iter().filter(|(_, _, answer)| answer.is_ok()).collect();
        let is_decided = gate.state != GateState::Waiting;
        assert_eq!(decisions.len(), usize::from(is_decided), "exactly one decision: {audited:?} {told}");
        let by_hand = usize::from(is_decided && gate.state != GateState::Expired);
        assert_eq!(went.len(), votes + by_hand, "each yes is a vote or the decision: {audited:?} {told}");
        assert_eq!(is_decided, kind != Kind::SameVoteTwice, "{told}");
        let mut conn = self.world.store().conn().await.unwrap();
        let approved = store::gates::approval(&mut conn, &gate.id).await.unwrap();
        assert_eq!(approved.is_some(), gate.state == GateState::Approved, "{told}");
        if let Some(approved) = approved {
            assert_eq!(approved.voices().len() as i64, kind.quorum(), "{told}");
        }
        // Whoever cancelled or changed it and was told yes, did.
        let says_yes = |verb: &str| went.iter().any(|(_, said, _)| *said == verb);
        assert_eq!(gate.state == GateState::Rejected, says_yes("cancel"), "{told}");
        assert_eq!(gate.state == GateState::Modified, says_yes("launch_with_changes"), "{told}");
        for (_, _, answer) in answers {
            let Err(refusal) = answer else { continue };
            self.is_told(gate, refusal, &told);
        }
    }

    /// The loser learns who was first, or that time was.
    fn is_told(&self, gate: &Gate, refusal: &Refusal, told: &str) {
        let name = |id: &str| self.persons.iter().find(|person| person.id == id).unwrap().name.clone();
        match refusal.kind {
            RefusalKind::Expired => assert_eq!(gate.state, GateState::Expired, "{told}"),
            RefusalKind::Decided => {
                let first = gate.decided_by.iter().map(|voice| name(&voice.person));
                let mut first = first.chain(gate.votes.iter().map(|vote| name(&vote.voice.person)));
                assert!(first.any(|name| refusal.what.contains(&name)), "{told}");
            }
            other => panic!("{other:?}: {told}"),
        }
    }
}

struct Press {
    stage: quarterdeck::app::stage::Stage,
    who: Person,
    token: String,
    values: Value,
    not_before: Millis,
    yields: u64,
}

fn thread(id: &ThreadId, now: Millis) -> ThreadRow {
    ThreadRow {
        id: id.clone(),
        title: "a race".to_owned(),
        owner: "ava".to_owned(),
        surface: "web".to_owned(),
        busy: false,
        created_at: now,
        updated_at: now,
    }
}

/// One recipient; nobody is mailed, because the run has no step that mails.
fn payload() -> Value {
    json!({
        "campaign": "c", "touches": [], "wishes": "", "changes": [], "left_out": [], "policy_hash": "",
        "schedule": {"per_day": 20, "mailboxes": 1, "first": 0, "last": 0, "skips": []},
        "recipients": [{
            "lead": "lead_1", "name": "A B", "title": "CFO", "company": "Acme", "email": "a@acme.example", "country": "US",
            "zone": "UTC", "score": 800_000, "first_at": 0,
            "draft": {"mails": [], "sources": [], "annotated": "", "written_by": "model"},
        }],
    })
}

fn seed() -> u64 {
    let given = std::env::vars_os().find(|(name, _)| name == SEED);
    let given = given.and_then(|(_, value)| value.to_str()?.parse().ok());
    given.unwrap_or_else(|| std::collections::hash_map::RandomState::new().hash_one(0_u8))
}

fn mix(n: u64) -> u64 {
    let n = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}
