//! The journey against a desk that follows a script.
use super::*;
use crate::app::account::Account;
use crate::app::stage::World;
use crate::config::environment::Given;
use crate::config::load::load;
use crate::domain::time::Millis;
use crate::ports::desk::Change;
use crate::ports::desk::Desk;
use crate::ports::desk::Said;
use crate::ports::desk::ThreadSummary;
use crate::run::card::Choice;
use crate::run::card::Input;
use std::sync::Arc;
use std::sync::Mutex;

fn action(verb: Verb, inputs: Vec<Input>) -> Action {
    Action {
        token: format!("a_{}", verb.word()),
        verb,
        kind: crate::run::card::ActionKind::Button,
        label: verb.word().into(),
        style: crate::run::card::Style::Plain,
        inputs,
        href: None,
    }
}

#[test]
fn each_gate_has_its_button_and_its_person() {
    let cases = [
        (CardKind::Plan, Verb::Start, Some(Role::Rep)),
        (CardKind::GateCompliance, Verb::ExcludeFlagged, Some(Role::Compliance)),
        (CardKind::GateLaunch, Verb::Launch, Some(Role::Manager)),
        (CardKind::GateLaunch, Verb::Cancel, None),
        (CardKind::Notice, Verb::Show, None),
    ];
    for (kind, verb, role) in cases {
        let mut card = Card::new(kind);
        card.actions.push(action(verb, Vec::new()));
        assert_eq!(choice(&card).map(|(_, roles)| roles[0]), role, "{kind:?}");
    }
}

#[test]
fn a_question_is_answered_with_its_first_choice() {
    let option = |value: &str| Choice { value: value.into(), label: value.into() };
    let input = Input { name: "answer".into(), options: vec![option("CFO"), option("CTO")], ..Input::default() };
    assert_eq!(values(&action(Verb::Answer, vec![input])), json!({"answer": "CFO"}));
    assert_eq!(values(&action(Verb::Start, Vec::new())), json!({}));
}

#[test]
fn only_a_fresh_card_of_the_kind_in_an_idle_thread_ends_it() {
    let message = |id: &str, kind| MessageView {
        id: id.into(),
        at: String::new(),
        author: "Quarterdeck".into(),
        text: String::new(),
        card: Some(Card::new(kind)),
    };
    let mut view = ThreadView {
        thread: ThreadId::from("t"),
        title: String::new(),
        owner: "ava".into(),
        state: "idle".into(),
        run: None,
        messages: vec![message("1", CardKind::Result), message("2", CardKind::Plan)],
    };
    assert!(ended(&view, CardKind::Result, &BTreeSet::new()).is_some());
    assert!(ended(&view, CardKind::Result, &["1".to_owned()].into()).is_none());
    view.state = "running".into();
    assert!(ended(&view, CardKind::Result, &BTreeSet::new()).is_none());
}

/// A desk that shows one card after the other: each press brings the next.
struct Scripted {
    kinds: Vec<(CardKind, Verb)>,
    pressed: Mutex<Vec<String>>,
}

#[async_trait::async_trait]
impl Desk for Scripted {
    async fn say(&self, _: &Person, _: Said<'_>) -> Result<ThreadId, Refusal> {
        Ok(ThreadId::from("thread_1"))
    }

    async fn press(&self, who: &Person, token: &str, _: Value) -> Result<String, Refusal> {
        self.pressed.lock().unwrap().push(format!("{} {token}", who.id));
        Ok("done".into())
    }

    async fn halt(&self, _: &Person, _: &str) -> Result<String, Refusal> {
        Ok("done".into())
    }

    async fn lift(&self, _: &Person) -> Result<String, Refusal> {
        Ok("done".into())
    }

    async fn threads(&self, _: &Person) -> Result<Vec<ThreadSummary>, Refusal> {
        Ok(Vec::new())
    }

    async fn thread(&self, _: &Person, thread: &ThreadId) -> Result<ThreadView, Refusal> {
        let done = self.pressed.lock().unwrap().len();
        let card = |(place, (kind, verb)): (usize, &(CardKind, Verb))| {
            let mut card = Card::new(*kind);
            card.actions.push(action(*verb, Vec::new()));
            if place < done {
                card.version = 2;
                card.decide("Decided", CardState::Decided);
            }
            MessageView {
                id: format!("msg_{place}"),
                at: String::new(),
                author: "Quarterdeck".into(),
                text: String::new(),
                card: Some(card),
            }
        };
        let messages: Vec<MessageView> = self.kinds.iter().enumerate().take(done + 1).map(card).collect();
        let state = if messages.len() == self.kinds.len() { "idle" } else { "waiting" };
        Ok(ThreadView {
            thread: thread.clone(),
            title: String::new(),
            owner: "ava".into(),
            state: state.into(),
            run: Some(RunId::from("run_1")),
            messages,
        })
    }

    async fn run(&self, _: &Person, _: &RunId) -> Result<Value, Refusal> {
        Ok(json!({}))
    }

    async fn status(&self) -> Result<Value, Refusal> {
        Ok(json!({}))
    }

    async fn ready(&self) -> Result<(), String> {
        Ok(())
    }

    async fn metrics(&self) -> String {
        String::new()
    }

    async fn changes(&self, _: Option<&ThreadId>, _: i64) -> Result<Vec<Change>, Refusal> {
        Ok(Vec::new())
    }

    async fn changed(&self) {}
}

struct NoWorld;

#[async_trait::async_trait]
impl World for NoWorld {
    fn now(&self) -> Millis {
        Millis(0)
    }

    fn advance(&self, _: i64) {}

    async fn settled(&self) -> anyhow::Result<()> {
        Ok(())
    }

    async fn ledger(&self) -> anyhow::Result<Value> {
        Ok(json!({}))
    }

    async fn account(&self, _: &RunId) -> anyhow::Result<Account> {
        Ok(Account::default())
    }
}

#[derive(Default)]
struct Notes(Vec<String>);

impl Audience for Notes {
    fn says(&mut self, who: &str, text: &str) {
        self.0.push(format!("{who}: {text}"));
    }

    fn card(&mut self, card: &Card) {
        self.0.push(format!("{:?} v{}", card.kind, card.version));
    }

    fn presses(&mut self, who: &Person, label: &str, _: &str) {
        self.0.push(format!("{} presses {label}", who.id));
    }
}

#[tokio::test]
async fn from_the_plan_to_the_result_each_button_is_pressed_once_by_who_may() {
    let desk = Arc::new(Scripted {
        kinds: vec![
            (CardKind::Plan, Verb::Start),
            (CardKind::GateCompliance, Verb::ExcludeFlagged),
            (CardKind::GateLaunch, Verb::Launch),
            (CardKind::Result, Verb::Show),
        ],
        pressed: Mutex::default(),
    });
    let stage = Stage { desk: desk.clone(), world: Arc::new(NoWorld) };
    let people = load(&Given { shipped: true, ..Given::default() }).unwrap().people;
    let mut notes = Notes::default();
    let played = Journey::new(&stage, &people, &mut notes).ask("find", "event", CardKind::Result).await.unwrap();
    assert_eq!(played.run, Some(RunId::from("run_1")));
    assert_eq!(*desk.pressed.lock().unwrap(), ["ava a_start", "cora a_exclude_flagged", "mona a_launch"]);
    let cards = notes.0.iter().filter(|line| line.contains(" v1")).count();
    assert_eq!(cards, 4, "{:#?}", notes.0);
}

#[tokio::test]
async fn a_desk_where_nothing_happens_is_a_fault_not_a_hang() {
    let desk = Scripted {
        kinds: vec![(CardKind::Notice, Verb::Show), (CardKind::Result, Verb::Show)],
        pressed: Mutex::default(),
    };
    let stage = Stage { desk: Arc::new(desk), world: Arc::new(NoWorld) };
    let people = load(&Given { shipped: true, ..Given::default() }).unwrap().people;
    let mut notes = Notes::default();
    let mut journey = Journey::new(&stage, &people, &mut notes);
    journey.patience = Duration::from_millis(20);
    let why = journey.ask("find", "event", CardKind::Result).await;
    assert!(why.unwrap_err().to_string().contains("nothing has changed"));
}
