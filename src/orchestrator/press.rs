//! A pressed button: what its token stands for, who may press it now, and what follows, all in one transaction.
use serde_json::Value;

use crate::domain::person::Person;
use crate::domain::time::Millis;
use crate::orchestrator::answer;
use crate::orchestrator::desk::Orchestrator;
use crate::orchestrator::gates;
use crate::orchestrator::halt;
use crate::orchestrator::halt::Command;
use crate::orchestrator::plans;
use crate::orchestrator::reconcile;
use crate::orchestrator::refuse::Outcome;
use crate::orchestrator::refuse::Stop;
use crate::orchestrator::refuse::filled;
use crate::orchestrator::refuse::no;
use crate::orchestrator::refuse::role_words;
use crate::orchestrator::review;
use crate::orchestrator::show;
use crate::orchestrator::think::ACTING;
use crate::orchestrator::undo;
use crate::ports::desk::RefusalKind;
use crate::prompts::desk::RefusalWords;
use crate::prompts::desk::VerdictWords;
use crate::run::canonical::hash_of;
use crate::run::card::Card;
use crate::run::card::CardKind;
use crate::run::card::CardState;
use crate::run::card::Verb;
use crate::store::audit;
use crate::store::cards;
use crate::store::cards::ActionRow;
use crate::store::open::Conn;
use crate::store::open::StoreError;

/// Longest token that is looked up.
const TOKEN_CHARS_MAX: usize = 80;

/// What a press is about, read in its transaction.
pub struct Press<'a> {
    /// As configured now.
    pub who: &'a Person,
    pub action: &'a ActionRow,
    pub card: &'a Card,
    pub values: &'a Value,
    pub now: Millis,
    /// Zone of the desk: what everybody reads on a card.
    pub zone: &'a str,
}

pub async fn press(desk: &Orchestrator, who: &Person, token: &str, values: &Value) -> Outcome<String> {
    let who = desk.known(who);
    let mut tx = desk.store.begin().await?;
    let done = judged(desk, &mut tx, (&who, token), values).await;
    match done {
        Ok(words) => {
            let text = desk.words.text(&words)?;
            tx.commit().await.map_err(StoreError::from)?;
            tracing::info!(person.id = %who.id, verb = words.kind, "a person pressed");
            desk.wake.notify_one();
            desk.engine_wake.notify_one();
            desk.tell_readers();
            Ok(text)
        }
        Err(stop) => {
            // A refused press writes nothing but the audit of a missing right.
            tx.rollback().await.map_err(StoreError::from)?;
            if matches!(stop, Stop::No(RefusalKind::NotAllowed, _)) {
                let mut tx = desk.store.begin().await?;
                audit::append(&mut tx, desk.clock.now(), &who.id, "refused", (token, &hash_of(values))).await?;
                tx.commit().await.map_err(StoreError::from)?;
            }
            Err(stop)
        }
    }
}

async fn judged(desk: &Orchestrator, c: &mut Conn, by: (&Person, &str), values: &Value) -> Outcome<VerdictWords> {
    let (who, token) = by;
    if token.len() > TOKEN_CHARS_MAX {
        return Err(no(RefusalKind::Unknown, "no_action"));
    }
    let Some(action) = cards::action(c, token).await? else {
        return Err(no(RefusalKind::Unknown, "no_action"));
    };
    let Some((_, card)) = cards::get(c, action.card.as_str()).await? else {
        return Err(no(RefusalKind::Unknown, "no_action"));
    };
    let press = Press { who, action: &action, card: &card, values, now: desk.clock.now(), zone: &desk.config.zone };
    if action.gate.is_some() {
        return gates::press(desk, c, &press).await;
    }
    press.refuse_if_used(desk)?;
    press.refuse_without_role(desk)?;
    match (action.verb, card.kind) {
        (Verb::Lift, _) if press.action.data["brake"] == reconcile::ABOUT => reconcile::go_on(desk, c, &press).await,
        (Verb::Compare, _) => reconcile::again(desk, c, &press).await,
        (Verb::Start, _) => plans::start(desk, c, &press).await,
        (Verb::Change, _) => plans::change(desk, c, &press).await,
        (Verb::Cancel, CardKind::Plan) => plans::cancel(desk, c, &press).await,
        (Verb::Stop | Verb::Cancel, _) => plans::stop(desk, c, &press).await,
        (Verb::Answer, _) => answer::answer(desk, c, &press).await,
        (Verb::Retry | Verb::MarkDone | Verb::Drop, CardKind::Review) => review::resolve(desk, c, &press).await,
        (Verb::Retry, _) => answer::retry(desk, c, &press).await,
        (Verb::Pause, _) => plans::pause(desk, c, &press).await,
        (Verb::Resume, _) => plans::resume(desk, c, &press).await,
        (Verb::Halt, _) => halt::obey(desk, c, (None, press.who), &Command::Halt(String::new())).await,
        (Verb::Lift, _) => halt::obey(desk, c, (None, press.who), &Command::Lift { is_certain: true }).await,
        (Verb::Show, _) => show::show(desk, c, &press).await,
        (Verb::Undo, _) => undo::undo(desk, c, &press).await,
        // These decide on a gate, and this button has none.
        (Verb::ExcludeFlagged | Verb::ReviewFlagged | Verb::Launch, _)
        | (Verb::LaunchWithChanges | Verb::MoreExamples, _)
        | (Verb::Reject | Verb::MarkDone | Verb::Drop, _) => Err(no(RefusalKind::Unknown, "no_action")),
    }
}

impl Press<'_> {
    /// Somebody pressed before, the time is over, or a newer card took its place.
    pub fn refuse_if_used(&self, desk: &Orchestrator) -> Outcome<()> {
        let Some(at) = self.action.used_at else { return Ok(()) };
        let at = at.clock(&self.who.zone);
        if self.card.state == CardState::Expired {
            let words = RefusalWords { kind: "expired", at, ..RefusalWords::default() };
            return Err(filled(RefusalKind::Expired, words));
        }
        let by = self.action.used_by.clone().unwrap_or_default();
        if by.is_empty() {
            return Err(no(RefusalKind::Decided, "replaced"));
        }
        let words = RefusalWords { kind: "decided", name: desk.name_of(&by), at, ..RefusalWords::default() };
        Err(filled(RefusalKind::Decided, words))
    }

    pub fn refuse_without_role(&self, desk: &Orchestrator) -> Outcome<()> {
        if self.who.any_of(&self.action.roles) {
            return Ok(());
        }
        Err(not_allowed(desk, self.who, &self.action.roles))
    }

    pub fn verdict(&self, kind: &'static str) -> VerdictWords {
        let at = self.now.clock(self.zone);
        VerdictWords { kind, name: self.who.name.clone(), at, ..VerdictWords::default() }
    }

    pub async fn audit(&self, c: &mut Conn, action: &str, what: (&str, &str)) -> Outcome<()> {
        audit::append(c, self.now, &self.who.id, action, what).await?;
        Ok(())
    }

    /// The first text of a form, whatever its field is called.
    pub fn text(&self) -> Option<&str> {
        let Value::Object(fields) = self.values else { return self.values.as_str() };
        fields.values().find_map(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
    }
}

pub fn not_allowed(desk: &Orchestrator, who: &Person, roles: &[crate::domain::person::Role]) -> Stop {
    if !who.any_of(ACTING) {
        let name = desk.names_with(&[crate::domain::person::Role::Operator]);
        return filled(RefusalKind::NotAllowed, RefusalWords { kind: "no_role", name, ..RefusalWords::default() });
    }
    let words = RefusalWords {
        kind: "not_yours",
        name: desk.names_with(roles),
        roles: role_words(roles),
        ..RefusalWords::default()
    };
    filled(RefusalKind::NotAllowed, words)
}
