//! A desk in memory: one thread with a card of each kind; presses decide, messages are kept.
use std::collections::HashMap;
use std::sync::Mutex;

use serde_json::Value;
use serde_json::json;
use tokio::sync::Notify;

use crate::domain::ids::RunId;
use crate::domain::ids::ThreadId;
use crate::domain::person::Person;
use crate::domain::person::Role;
use crate::domain::time::MINUTE;
use crate::domain::time::Millis;
use crate::ports::desk::Attachment;
use crate::ports::desk::Change;
use crate::ports::desk::Desk;
use crate::ports::desk::MessageView;
use crate::ports::desk::Refusal;
use crate::ports::desk::RefusalKind;
use crate::ports::desk::Said;
use crate::ports::desk::ThreadSummary;
use crate::ports::desk::ThreadView;
use crate::run::card::Card;
use crate::run::card::CardState;

/// 14:02 in London on Monday 23 November 2026.
pub const NOON: Millis = Millis(1_795_442_520_000);

pub struct Heard {
    pub who: String,
    pub text: String,
    pub files: Vec<Attachment>,
    pub event: String,
}

#[derive(Default)]
pub struct State {
    pub threads: Vec<ThreadView>,
    pub changes: Vec<Change>,
    pub said: Vec<Heard>,
    pub pressed: Vec<(String, String, Value)>,
    pub decided: HashMap<String, String>,
    pub is_unready: bool,
}

#[derive(Default)]
pub struct MemoryDesk {
    pub state: Mutex<State>,
    pub notify: Notify,
}

fn refuse(kind: RefusalKind, what: &str, why: &str, next: &str) -> Refusal {
    Refusal { kind, what: what.to_owned(), why: why.to_owned(), next: next.to_owned() }
}

fn unknown() -> Refusal {
    refuse(RefusalKind::Unknown, "There is no such thing here", "no row has this id", "Open the thread list")
}

impl MemoryDesk {
    pub fn with_cards(cards: Vec<Card>) -> Self {
        let desk = Self::default();
        desk.edit(|state| {
            let thread = ThreadView {
                thread: ThreadId::from("t1"),
                title: "Fintech finance leaders on Snowflake".to_owned(),
                owner: "ava".to_owned(),
                state: "waiting".to_owned(),
                run: Some(RunId::from("7K2")),
                messages: Vec::new(),
            };
            state.threads.push(thread);
            state.add("t1", "ava", "find 100 VP Finance prospects at fintech companies using Snowflake", None);
            for card in cards {
                state.add("t1", "quarterdeck", "", Some(card));
            }
        });
        desk
    }

    pub fn edit<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let done = change(&mut self.state.lock().unwrap());
        self.notify.notify_waiters();
        done
    }
}

impl State {
    pub fn thread(&mut self, thread: &str) -> Option<&mut ThreadView> {
        self.threads.iter_mut().find(|view| view.thread.as_str() == thread)
    }

    pub fn change(&mut self, thread: &str, kind: &str, id: &str) {
        let seq = self.changes.len() as i64 + 1;
        self.changes.push(Change { seq, thread: thread.into(), kind: kind.to_owned(), id: id.to_owned() });
    }

    pub fn add(&mut self, thread: &str, author: &str, text: &str, card: Option<Card>) {
        let view = self.thread(thread).unwrap();
        let count = view.messages.len();
        let id = format!("{thread}-{}", count + 1);
        view.messages.push(MessageView {
            id: id.clone(),
            at: NOON.plus(MINUTE * count as i64).rfc3339(),
            author: author.to_owned(),
            text: text.to_owned(),
            card,
        });
        self.change(thread, "message", &id);
    }

    pub fn card(&mut self, id: &str) -> Option<&mut Card> {
        let messages = self.threads.iter_mut().flat_map(|view| view.messages.iter_mut());
        messages.filter_map(|message| message.card.as_mut()).find(|card| card.id == id)
    }

    fn press(&mut self, who: &Person, token: &str, values: Value) -> Result<String, Refusal> {
        if let Some(by) = self.decided.get(token) {
            let why = format!("{by} decided at 14:26");
            return Err(refuse(RefusalKind::Decided, "This was decided already", &why, "Look at the card"));
        }
        if token == "old" {
            return Err(refuse(
                RefusalKind::Expired,
                "This ran out",
                "nobody decided in 24 h",
                "Ask for a new preview",
            ));
        }
        let holds = |card: &Card| card.actions.iter().any(|action| action.token == token);
        let all = self.threads.iter().flat_map(|view| view.messages.iter()).filter_map(|message| message.card.as_ref());
        let (card, is_gate) = all
            .clone()
            .find(|card| holds(card))
            .map(|card| (card.id.clone(), card.kind.is_gate()))
            .ok_or_else(unknown)?;
        if is_gate && !who.any_of(&[Role::Manager, Role::Compliance]) {
            let why = "it is for compliance or a manager";
            return Err(refuse(RefusalKind::NotAllowed, "You may not decide this", why, "Ask Mona or Cora"));
        }
        self.decided.insert(token.to_owned(), who.name.clone());
        self.pressed.push((who.id.clone(), token.to_owned(), values));
        let shown = self.card(&card).ok_or_else(unknown)?;
        shown.version += 1;
        shown.decide(&format!("Decided by {}, 14:26", who.name), CardState::Decided);
        self.change("t1", "card", &card);
        Ok(format!("Done, {}", who.name))
    }
}

#[async_trait::async_trait]
impl Desk for MemoryDesk {
    async fn say(&self, who: &Person, said: Said<'_>) -> Result<ThreadId, Refusal> {
        let Said { thread, text, files, event } = said;
        if text.trim().is_empty() && files.is_empty() {
            return Err(refuse(RefusalKind::BadInput, "Nothing was said", "the message is empty", "Write something"));
        }
        self.edit(|state| {
            let id = match thread {
                Some(thread) => state.thread(thread.as_str()).ok_or_else(unknown)?.thread.clone(),
                None => ThreadId(format!("t{}", state.threads.len() + 1)),
            };
            if state.said.iter().any(|said| said.event == event) {
                return Ok(id);
            }
            if thread.is_none() {
                state.threads.push(ThreadView {
                    thread: id.clone(),
                    title: text.chars().take(60).collect(),
                    owner: who.id.clone(),
                    state: "thinking".to_owned(),
                    run: None,
                    messages: Vec::new(),
                });
            }
            state.add(id.as_str(), &who.id, text, None);
            let event = event.to_owned();
            state.said.push(Heard { who: who.id.clone(), text: text.to_owned(), files, event });
            Ok(id)
        })
    }

    async fn press(&self, who: &Person, token: &str, values: Value) -> Result<String, Refusal> {
        self.edit(|state| state.press(who, token, values))
    }

    async fn halt(&self, who: &Person, why: &str) -> Result<String, Refusal> {
        Ok(format!("Halted by {}: {why}", who.name))
    }

    async fn lift(&self, who: &Person) -> Result<String, Refusal> {
        Ok(format!("Lifted by {}", who.name))
    }

    async fn threads(&self, who: &Person) -> Result<Vec<ThreadSummary>, Refusal> {
        let state = self.state.lock().unwrap();
        let may = who.any_of(&[Role::Manager, Role::Compliance]);
        let open = |view: &ThreadView| {
            let cards = view.messages.iter().filter_map(|message| message.card.as_ref());
            cards.filter(|card| card.kind.is_gate() && card.state == CardState::Open && !card.past).count()
        };
        let summary = |(index, view): (usize, &ThreadView)| ThreadSummary {
            id: view.thread.clone(),
            title: view.title.clone(),
            state: view.state.clone(),
            owner: view.owner.clone(),
            updated_at: NOON.plus(MINUTE * index as i64).0,
            waits_for_you: if may { open(view) as u32 } else { 0 },
        };
        Ok(state.threads.iter().enumerate().map(summary).collect())
    }

    async fn thread(&self, _who: &Person, thread: &ThreadId) -> Result<ThreadView, Refusal> {
        self.state.lock().unwrap().thread(thread.as_str()).cloned().ok_or_else(unknown)
    }

    async fn run(&self, _who: &Person, run: &RunId) -> Result<Value, Refusal> {
        if run.as_str() == "7K2" { Ok(json!({"id": "7K2", "state": "waiting"})) } else { Err(unknown()) }
    }

    async fn status(&self) -> Result<Value, Refusal> {
        Ok(json!({
            "version": "0.1.0",
            "parts": [
                {"name": "Model", "mode": "sandbox", "state": "ok", "limit": {"used": 41, "limit": 200}},
                {"name": "Apollo", "mode": "sandbox", "state": "slow", "limit": {"used": 178, "limit": 200}},
                {"name": "HubSpot", "mode": "sandbox", "state": "ok", "limit": {"used": 12, "limit": 190}},
            ],
            "queue": {"waiting": 12, "running": 3, "oldest_job_s": 38, "credits": {"used": 412, "limit": 1000}},
            "runs": [{"title": "Fintech finance leaders", "state": "waiting", "progress": {"done": 6, "total": 7}}],
            "alerts": [],
        }))
    }

    async fn ready(&self) -> Result<(), String> {
        let is_unready = self.state.lock().unwrap().is_unready;
        if is_unready { Err("the database does not answer".to_owned()) } else { Ok(()) }
    }

    async fn metrics(&self) -> String {
        "# TYPE runs gauge\nruns 1\n# EOF\n".to_owned()
    }

    async fn changes(&self, thread: Option<&ThreadId>, after: i64) -> Result<Vec<Change>, Refusal> {
        let state = self.state.lock().unwrap();
        let fits = |change: &&Change| change.seq > after && thread.is_none_or(|thread| *thread == change.thread);
        Ok(state.changes.iter().filter(fits).take(100).cloned().collect())
    }

    async fn changed(&self) {
        self.notify.notified().await;
    }
}
