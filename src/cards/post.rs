//! Posting, editing and settling cards, with the rows behind their buttons.
use serde_json::Value;

use crate::domain::ids::CardId;
use crate::domain::ids::GateId;
use crate::domain::ids::RunId;
use crate::domain::ids::ThreadId;
use crate::domain::person::Role;
use crate::domain::time::Millis;
use crate::ports::clock::Ids;
use crate::prompts::render::CardWords;
use crate::run::card::Action;
use crate::run::card::ActionKind;
use crate::run::card::Card;
use crate::run::card::CardKind;
use crate::run::card::CardState;
use crate::run::card::Field;
use crate::run::card::Input;
use crate::run::card::Style;
use crate::run::card::Verb;
use crate::store::cards;
use crate::store::cards::ActionRow;
use crate::store::conversation;
use crate::store::conversation::MessageRow;
use crate::store::open::Conn;
use crate::store::open::StoreResult;

/// How the desk signs its messages.
pub const DESK: &str = "Quarterdeck";

/// A button to be: what it says and what its token will stand for.
#[derive(Clone, Debug)]
pub struct Button {
    pub verb: Verb,
    pub kind: ActionKind,
    pub label: String,
    pub style: Style,
    pub inputs: Vec<Input>,
    /// Roles that may press; checked at the press and again at execution.
    pub roles: Vec<Role>,
    pub gate: Option<GateId>,
    pub data: Value,
    pub href: Option<String>,
}

impl Button {
    pub fn new(verb: Verb, label: &str, roles: &[Role]) -> Self {
        Self {
            verb,
            kind: ActionKind::Button,
            label: label.to_owned(),
            style: Style::Plain,
            inputs: Vec::new(),
            roles: roles.to_vec(),
            gate: None,
            data: Value::Null,
            href: None,
        }
    }

    pub fn style(mut self, style: Style) -> Self {
        self.style = style;
        self
    }

    pub fn gate(mut self, gate: &GateId) -> Self {
        self.gate = Some(gate.clone());
        self
    }

    pub fn data(mut self, data: Value) -> Self {
        self.data = data;
        self
    }

    /// Opens a form before it acts.
    pub fn form(mut self, inputs: Vec<Input>) -> Self {
        self.kind = ActionKind::Form;
        self.inputs = inputs;
        self
    }

    /// Leads to a card of the same conversation; nothing is pressed.
    pub fn leads_to(mut self, card: &str) -> Self {
        self.kind = ActionKind::Link;
        self.href = Some(format!("#card-{card}"));
        self
    }

    /// One choice of several.
    pub fn pick(mut self, inputs: Vec<Input>) -> Self {
        self.kind = ActionKind::Pick;
        self.inputs = inputs;
        self
    }
}

/// Where a card goes.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    pub thread: &'a ThreadId,
    pub run: Option<&'a RunId>,
    pub now: Millis,
    pub sandbox: bool,
}

/// A card with the words filled in.
pub fn worded(kind: CardKind, words: &CardWords) -> Card {
    let mut card = Card::new(kind);
    card.title.clone_from(&words.title);
    card.body.clone_from(&words.body);
    card.footer.clone_from(&words.footer);
    card.who.clone_from(&words.who);
    card.fields = words
        .fields
        .iter()
        .map(|(label, value)| Field { label: label.clone(), value: value.clone(), changed: false })
        .collect();
    card
}

/// Posts a new card as a message of its own; with a key, once. Returns its id.
pub async fn post(
    c: &mut Conn,
    ids: &dyn Ids,
    place: Place<'_>,
    content: (Card, Vec<Button>),
    key: Option<&str>,
) -> StoreResult<CardId> {
    let (mut card, buttons) = content;
    let id = CardId(ids.fresh("card"));
    card.id.clone_from(&id.0);
    card.sandbox = place.sandbox;
    let message = MessageRow {
        id: ids.fresh("msg"),
        thread: place.thread.clone(),
        at: place.now,
        author: DESK.to_owned(),
        text: String::new(),
        card: Some(id.0.clone()),
        dedupe_key: key.map(str::to_owned),
    };
    if !conversation::post(c, &message).await? {
        return Ok(id);
    }
    card.actions = add_buttons(c, ids, (&id, place), buttons).await?;
    cards::insert(c, place.thread, place.run, &card, place.now).await?;
    Ok(id)
}

/// New content for a card that is there; its old buttons stop working. A card that is gone is left alone.
pub async fn edit(
    c: &mut Conn,
    ids: &dyn Ids,
    place: Place<'_>,
    id: &CardId,
    content: (Card, Vec<Button>),
) -> StoreResult<()> {
    let (mut card, buttons) = content;
    let Some((_, old)) = cards::get(c, id.as_str()).await? else { return Ok(()) };
    card.id.clone_from(&id.0);
    card.version = old.version;
    card.sandbox = place.sandbox;
    cards::use_card(c, id, "", "replaced", place.now).await?;
    card.actions = add_buttons(c, ids, (id, place), buttons).await?;
    cards::update(c, place.thread, &mut card, place.now).await
}

/// New content, same buttons: progress.
pub async fn refresh(c: &mut Conn, place: Place<'_>, id: &CardId, mut card: Card) -> StoreResult<()> {
    let Some((_, old)) = cards::get(c, id.as_str()).await? else { return Ok(()) };
    card.id.clone_from(&id.0);
    card.version = old.version;
    card.sandbox = place.sandbox;
    card.actions.clone_from(&old.actions);
    if old == card {
        return Ok(());
    }
    cards::update(c, place.thread, &mut card, place.now).await
}

/// The content stays, the buttons give way to one line.
pub async fn settle(c: &mut Conn, id: &CardId, verdict: &str, state: CardState, now: Millis) -> StoreResult<()> {
    let Some((thread, mut card)) = cards::get(c, id.as_str()).await? else { return Ok(()) };
    card.decide(verdict, state);
    cards::use_card(c, id, "", verdict, now).await?;
    cards::update(c, &thread, &mut card, now).await
}

/// A later version took its place: surfaces fold it to one line.
pub async fn supersede(c: &mut Conn, id: &CardId, verdict: &str, now: Millis) -> StoreResult<()> {
    let Some((thread, mut card)) = cards::get(c, id.as_str()).await? else { return Ok(()) };
    card.decide(verdict, CardState::Decided);
    card.past = true;
    cards::use_card(c, id, "", verdict, now).await?;
    cards::update(c, &thread, &mut card, now).await
}

/// Plain words of the desk or of a person.
pub async fn say(
    c: &mut Conn,
    ids: &dyn Ids,
    place: Place<'_>,
    line: (&str, &str),
    key: Option<&str>,
) -> StoreResult<()> {
    let (author, text) = line;
    let message = MessageRow {
        id: ids.fresh("msg"),
        thread: place.thread.clone(),
        at: place.now,
        author: author.to_owned(),
        text: text.to_owned(),
        card: None,
        dedupe_key: key.map(str::to_owned),
    };
    conversation::post(c, &message).await?;
    Ok(())
}

async fn add_buttons(
    c: &mut Conn,
    ids: &dyn Ids,
    at: (&CardId, Place<'_>),
    buttons: Vec<Button>,
) -> StoreResult<Vec<Action>> {
    let (card, place) = at;
    let mut actions = Vec::with_capacity(buttons.len());
    for button in buttons {
        let row = ActionRow {
            token: ids.fresh("a"),
            card: card.clone(),
            thread: place.thread.clone(),
            verb: button.verb,
            run: place.run.cloned(),
            gate: button.gate,
            roles: button.roles,
            data: button.data,
            used_by: None,
            used_at: None,
            outcome: None,
        };
        cards::add_action(c, &row).await?;
        actions.push(Action {
            token: row.token,
            verb: button.verb,
            kind: button.kind,
            label: button.label,
            style: button.style,
            inputs: button.inputs,
            href: button.href,
        });
    }
    Ok(actions)
}
