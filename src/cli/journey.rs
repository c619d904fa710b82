//! The journey: says a request, presses each button as a person with the right role, waits, and shows every card.
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::time::Duration;
use std::time::Instant;

use anyhow::Context;
use serde_json::Value;
use serde_json::json;

use crate::app::stage::Stage;
use crate::config::people::People;
use crate::domain::ids::RunId;
use crate::domain::ids::ThreadId;
use crate::domain::person::Person;
use crate::domain::person::Role;
use crate::ports::desk::MessageView;
use crate::ports::desk::Refusal;
use crate::ports::desk::Said;
use crate::ports::desk::ThreadView;
use crate::run::card::Action;
use crate::run::card::Card;
use crate::run::card::CardKind;
use crate::run::card::CardState;
use crate::run::card::Verb;

/// Who hears of what happens.
pub trait Audience {
    fn says(&mut self, who: &str, text: &str);
    fn card(&mut self, card: &Card);
    fn presses(&mut self, who: &Person, label: &str, outcome: &str);
}

/// What a played request came to.
#[derive(Clone, Debug, Default)]
pub struct Played {
    pub run: Option<RunId>,
    /// The newest card of each kind that ends something.
    pub last: Option<Card>,
}

/// A look at the thread at least this often; this long without any change is an end without a result.
const LOOK: Duration = Duration::from_millis(200);
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Journey<'a, A> {
    stage: &'a Stage,
    people: &'a People,
    audience: &'a mut A,
    thread: Option<ThreadId>,
    shown: BTreeMap<String, i64>,
    pressed: BTreeSet<String>,
    retried: bool,
    patience: Duration,
}

impl<'a, A: Audience> Journey<'a, A> {
    pub fn new(stage: &'a Stage, people: &'a People, audience: &'a mut A) -> Self {
        let (shown, pressed) = (BTreeMap::new(), BTreeSet::new());
        Self { stage, people, audience, thread: None, shown, pressed, retried: false, patience: PATIENCE }
    }

    /// Says it as a rep and goes on until a card of the wanted kind ends it.
    pub async fn ask(&mut self, text: &str, event: &str, wanted: CardKind) -> anyhow::Result<Played> {
        let rep = self.person(&[Role::Rep])?.clone();
        let seen: BTreeSet<String> = self.shown.keys().cloned().collect();
        let said = Said { thread: self.thread.as_ref(), text, files: Vec::new(), event };
        let thread = self.stage.desk.say(&rep, said).await;
        self.thread = Some(thread.map_err(|why| refused(&why))?);
        let mut since = Instant::now();
        loop {
            let view = self.view().await?;
            let changed = self.show(&view) | self.press_what_waits(&view).await?;
            if let Some(card) = ended(&view, wanted, &seen) {
                return Ok(Played { run: view.run.clone(), last: Some(card.clone()) });
            }
            if changed {
                since = Instant::now();
            }
            let quiet = since.elapsed();
            anyhow::ensure!(
                quiet < self.patience,
                "see a {wanted:?} card: nothing has changed for {} s",
                quiet.as_secs()
            );
            // Either way we look again.
            let _woken = tokio::time::timeout(LOOK, self.stage.desk.changed()).await;
        }
    }

    /// Shows what has come since; nobody is asked for anything.
    pub async fn look(&mut self) -> anyhow::Result<()> {
        let view = self.view().await?;
        self.show(&view);
        Ok(())
    }

    async fn view(&self) -> anyhow::Result<ThreadView> {
        let thread = self.thread.as_ref().context("look into a thread before anything was said")?;
        self.stage.desk.thread(self.person(&[Role::Rep])?, thread).await.map_err(|why| refused(&why))
    }

    /// True when something was new.
    fn show(&mut self, view: &ThreadView) -> bool {
        let mut changed = false;
        for message in &view.messages {
            let version = message.card.as_ref().map_or(0, |card| card.version);
            if self.shown.get(&message.id).is_some_and(|seen| *seen >= version) {
                continue;
            }
            self.shown.insert(message.id.clone(), version);
            changed = true;
            match &message.card {
                Some(card) => self.audience.card(card),
                None => self.audience.says(&message.author, &message.text),
            }
        }
        changed
    }

    async fn press_what_waits(&mut self, view: &ThreadView) -> anyhow::Result<bool> {
        let mut any = false;
        for card in view.messages.iter().filter_map(open_card) {
            if card.kind == CardKind::Error {
                anyhow::ensure!(!self.retried, "go on: {} {}", card.title, card.body);
            }
            let Some((action, roles)) = choice(card) else { continue };
            if self.pressed.contains(&action.token) {
                continue;
            }
            let who = self.person(roles)?.clone();
            self.retried |= card.kind == CardKind::Error;
            self.pressed.insert(action.token.clone());
            let outcome =
                self.stage.desk.press(&who, &action.token, values(action)).await.map_err(|why| refused(&why))?;
            self.audience.presses(&who, &action.label, &outcome);
            any = true;
        }
        Ok(any)
    }

    fn person(&self, roles: &[Role]) -> anyhow::Result<&'a Person> {
        let found = roles.iter().find_map(|role| self.people.with(*role));
        found.with_context(|| format!("find a person with one of the roles {}", words(roles)))
    }
}

fn words(roles: &[Role]) -> String {
    roles.iter().map(|role| role.word()).collect::<Vec<_>>().join(", ")
}

fn open_card(message: &MessageView) -> Option<&Card> {
    message.card.as_ref().filter(|card| card.state == CardState::Open)
}

/// The button that leads on, and who has the right to press it.
fn choice(card: &Card) -> Option<(&Action, &'static [Role])> {
    let (verb, roles): (Verb, &'static [Role]) = match card.kind {
        CardKind::Plan => (Verb::Start, &[Role::Rep, Role::Manager]),
        CardKind::GateCompliance => (Verb::ExcludeFlagged, &[Role::Compliance, Role::Manager]),
        CardKind::GateLaunch => (Verb::Launch, &[Role::Manager]),
        CardKind::Question => (Verb::Answer, &[Role::Rep]),
        CardKind::Error => (Verb::Retry, &[Role::Rep]),
        _ => return None,
    };
    card.actions.iter().find(|action| action.verb == verb).map(|action| (action, roles))
}

/// A form is sent as it stands; of a choice the first is taken.
fn values(action: &Action) -> Value {
    let filled = action.inputs.iter().map(|input| {
        let first = input.options.first().map_or(input.value.clone(), |option| option.value.clone());
        (input.name.clone(), json!(first))
    });
    Value::Object(filled.collect())
}

fn ended<'v>(view: &'v ThreadView, wanted: CardKind, seen: &BTreeSet<String>) -> Option<&'v Card> {
    if view.state != "idle" {
        return None;
    }
    let fresh = view.messages.iter().rev().filter(|message| !seen.contains(&message.id));
    fresh.filter_map(|message| message.card.as_ref()).find(|card| card.kind == wanted)
}

fn refused(why: &Refusal) -> anyhow::Error {
    anyhow::anyhow!("go on: {}: {}; {}", why.what, why.why, why.next)
}

#[cfg(test)]
mod tests;
