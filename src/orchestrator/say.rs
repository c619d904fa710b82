//! What a person said: checked, then stored with everything that follows from it in one transaction.
use serde_json::json;

use crate::cards::post;
use crate::domain::ids::ListId;
use crate::domain::ids::ThreadId;
use crate::domain::person::Person;
use crate::orchestrator::attach;
use crate::orchestrator::desk::Orchestrator;
use crate::orchestrator::halt;
use crate::orchestrator::halt::Command;
use crate::orchestrator::refuse::Outcome;
use crate::orchestrator::refuse::filled;
use crate::orchestrator::refuse::no;
use crate::orchestrator::text;
use crate::ports::desk::RefusalKind;
use crate::ports::desk::Said;
use crate::prompts::desk::RefusalWords;
use crate::run::canonical::hash_text;
use crate::store::audit;
use crate::store::brake;
use crate::store::brake::BrakeKind;
use crate::store::conversation;
use crate::store::conversation::ThreadRow;
use crate::store::inbox;
use crate::store::inbox::Inbound;
use crate::store::open::Conn;
use crate::store::open::StoreError;
use crate::store::open::Tx;

const FILES_MAX: usize = 5;
const TITLE_CHARS_MAX: usize = 60;
const EVENT_CHARS_MAX: usize = 200;
/// Where a message comes from; the same event of the same person is one message.
pub const SOURCE: &str = "said";

pub async fn say(desk: &Orchestrator, who: &Person, said: Said<'_>) -> Outcome<ThreadId> {
    let text = checked(said.text, said.files.len())?;
    let who = desk.known(who);
    let event = event_key(desk, &who, said.event);
    let files = attach::read_all(said.files).await;
    let mut tx = desk.store.begin().await?;
    if let Some(thread) = inbox::thread_of_event(&mut tx, SOURCE, &event).await? {
        return Ok(thread);
    }
    let thread = open_or_find(desk, &mut tx, (said.thread, &who), &text).await?;
    let place = desk.place(&thread, None);
    post::say(&mut tx, desk.ids.as_ref(), place, (&who.name, &text), None).await?;
    if files.is_empty()
        && let Some(command) = command(&mut tx, &text).await?
    {
        return commanded(desk, tx, (&thread, &who), (&text, &event, &command)).await;
    }
    let mut lists = Vec::new();
    for file in &files {
        lists.extend(attach::keep(desk, &mut tx, &thread, file).await?);
    }
    // Files that could not be read have been answered by their card; without words there is nothing to plan.
    if !text.is_empty() || !lists.is_empty() {
        put(desk, &mut tx, (&thread, &who), (&text, &lists), &event).await?;
    }
    tx.commit().await.map_err(StoreError::from)?;
    tracing::info!(thread.id = %thread, files = files.len(), "a person wrote");
    desk.wake.notify_one();
    desk.tell_readers();
    Ok(thread)
}

/// Words that are obeyed without the model.
async fn command(c: &mut Conn, text: &str) -> Outcome<Option<Command>> {
    let command = halt::command(text);
    if command == Some(Command::Lift { is_certain: false }) && brake::of_kind(c, BrakeKind::Halt).await?.is_none() {
        return Ok(None);
    }
    Ok(command)
}

async fn commanded(
    desk: &Orchestrator,
    mut tx: Tx,
    at: (&ThreadId, &Person),
    said: (&str, &str, &Command),
) -> Outcome<ThreadId> {
    let (thread, who) = at;
    let (text, event, command) = said;
    match halt::obey(desk, &mut tx, (Some(thread), who), command).await {
        Ok(verdict) => {
            // Kept like every message, so that the same event twice is one command; nothing is left to do for the model.
            let inbound = put(desk, &mut tx, at, (text, &[]), event).await?;
            inbox::close(&mut tx, &inbound, "done", desk.clock.now()).await?;
            tx.commit().await.map_err(StoreError::from)?;
            halt::woken(desk, who, verdict.kind);
            Ok(thread.clone())
        }
        Err(stop) => {
            tx.rollback().await.map_err(StoreError::from)?;
            halt::audit_refused(desk, who, &stop).await?;
            Err(stop)
        }
    }
}

/// Stores words of a person for the planner, with the audit of it; returns the id of the inbound. Used by `say` and by answers to cards.
pub async fn put(
    desk: &Orchestrator,
    c: &mut Conn,
    at: (&ThreadId, &Person),
    said: (&str, &[ListId]),
    event: &str,
) -> Outcome<String> {
    let (thread, who) = at;
    let now = desk.clock.now();
    let inbound = Inbound {
        id: desk.ids.fresh("in"),
        source: SOURCE.to_owned(),
        event: event.to_owned(),
        thread: thread.clone(),
        person: who.clone(),
        kind: "said".to_owned(),
        payload: json!({"text": said.0, "lists": said.1}),
        attempts: 0,
        received_at: now,
    };
    if inbox::store(c, &inbound).await? {
        audit::append(c, now, &who.id, "said", (&inbound.id, &hash_text(said.0))).await?;
    }
    Ok(inbound.id)
}

fn checked(raw: &str, files: usize) -> Outcome<String> {
    let count = raw.chars().count();
    if count > text::TEXT_CHARS_MAX {
        let limit = text::TEXT_CHARS_MAX as i64;
        let words = RefusalWords { kind: "too_long", number: count as i64, limit, ..RefusalWords::default() };
        return Err(filled(RefusalKind::TooLarge, words));
    }
    if files > FILES_MAX {
        let words = RefusalWords {
            kind: "too_many_files",
            number: files as i64,
            limit: FILES_MAX as i64,
            ..RefusalWords::default()
        };
        return Err(filled(RefusalKind::BadInput, words));
    }
    let clean = text::said(raw);
    if clean.is_empty() && files == 0 {
        return Err(no(RefusalKind::BadInput, "empty"));
    }
    Ok(clean)
}

/// Bound to the person, so that nobody can stand in the way of another's message.
fn event_key(desk: &Orchestrator, who: &Person, event: &str) -> String {
    if event.trim().is_empty() {
        return desk.ids.fresh("ev");
    }
    format!("{}:{}", who.id, text::line(event, EVENT_CHARS_MAX))
}

async fn open_or_find(
    desk: &Orchestrator,
    c: &mut Conn,
    at: (Option<&ThreadId>, &Person),
    text: &str,
) -> Outcome<ThreadId> {
    let (wanted, who) = at;
    if let Some(id) = wanted {
        return match conversation::thread(c, id).await? {
            Some(thread) => Ok(thread.id),
            None => Err(no(RefusalKind::Unknown, "no_thread")),
        };
    }
    let now = desk.clock.now();
    let title = text::line(text, TITLE_CHARS_MAX);
    let thread = ThreadRow {
        id: ThreadId(desk.ids.fresh("th")),
        title: if title.is_empty() { "A list".to_owned() } else { title },
        owner: who.id.clone(),
        surface: "web".to_owned(),
        busy: false,
        created_at: now,
        updated_at: now,
    };
    conversation::open_thread(c, &thread).await?;
    Ok(thread.id)
}
