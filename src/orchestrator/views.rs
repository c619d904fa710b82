//! What a reader sees: threads, one conversation, one run, what changed.
use std::collections::HashMap;
use std::collections::HashSet;

use serde_json::Value;
use serde_json::json;

use crate::domain::ids::RunId;
use crate::domain::ids::ThreadId;
use crate::domain::person::Person;
use crate::orchestrator::desk::Orchestrator;
use crate::orchestrator::refuse::Outcome;
use crate::orchestrator::refuse::no;
use crate::ports::desk::Change;
use crate::ports::desk::MessageView;
use crate::ports::desk::RefusalKind;
use crate::ports::desk::ThreadSummary;
use crate::ports::desk::ThreadView;
use crate::run::card::Card;
use crate::store::cards;
use crate::store::conversation;
use crate::store::conversation::ThreadRow;
use crate::store::cost;
use crate::store::effects;
use crate::store::gates;
use crate::store::gates::Waiting;
use crate::store::items;
use crate::store::leads;
use crate::store::open::Conn;
use crate::store::outbox;
use crate::store::runs;
use crate::store::runs::RunRow;

const RUNS_MAX: i64 = 500;

pub async fn threads(desk: &Orchestrator, who: &Person) -> Outcome<Vec<ThreadSummary>> {
    let who = desk.known(who);
    let mut c = desk.store.conn().await?;
    let rows = conversation::threads(&mut c).await?;
    let waiting = gates::waiting(&mut c).await?;
    let absences = desk.absences(&mut c).await?;
    let live: HashSet<ThreadId> = runs::newest(&mut c, RUNS_MAX)
        .await?
        .into_iter()
        .filter(|run| !run.state.is_over())
        .map(|run| run.thread)
        .collect();
    let mut gates_of: HashMap<&str, Vec<&Waiting>> = HashMap::new();
    for waiting in &waiting {
        gates_of.entry(waiting.thread.as_str()).or_default().push(waiting);
    }
    let is_yours = |waits: &&&Waiting| waits.gate.may_decide(&desk.deciders(&absences, &waits.starter), &who).is_ok();
    Ok(rows
        .into_iter()
        .map(|row| {
            let gates = gates_of.get(row.id.as_str()).map(Vec::as_slice).unwrap_or_default();
            let yours = gates.iter().filter(is_yours).count();
            ThreadSummary {
                state: state_word(&row, !gates.is_empty(), live.contains(&row.id)).to_owned(),
                owner: desk.name_of(&row.owner),
                updated_at: row.updated_at.0,
                waits_for_you: u32::try_from(yours).unwrap_or(u32::MAX),
                id: row.id,
                title: row.title,
            }
        })
        .collect())
}

fn state_word(row: &ThreadRow, waits: bool, runs: bool) -> &'static str {
    match (row.busy, waits, runs) {
        (true, _, _) => "thinking",
        (false, true, _) => "waiting",
        (false, false, true) => "running",
        (false, false, false) => "idle",
    }
}

pub async fn thread(desk: &Orchestrator, id: &ThreadId) -> Outcome<ThreadView> {
    let mut c = desk.store.conn().await?;
    let Some(row) = conversation::thread(&mut c, id).await? else {
        return Err(no(RefusalKind::Unknown, "no_thread"));
    };
    let runs = runs::of_thread(&mut c, id).await?;
    let live = runs.iter().find(|run| !run.state.is_over());
    let waits = match live {
        Some(run) => !gates::waiting_cards(&mut c, &run.id).await?.is_empty(),
        None => false,
    };
    let mut cards: HashMap<String, Card> =
        cards::of_thread(&mut c, id).await?.into_iter().map(|card| (card.id.clone(), card)).collect();
    let messages = conversation::messages(&mut c, id).await?;
    Ok(ThreadView {
        thread: row.id.clone(),
        state: state_word(&row, waits, live.is_some()).to_owned(),
        run: live.or(runs.first()).map(|run| run.id.clone()),
        messages: messages
            .into_iter()
            .map(|message| MessageView {
                id: message.id,
                at: message.at.rfc3339(),
                author: message.author,
                text: message.text,
                card: message.card.and_then(|card| cards.remove(&card)),
            })
            .collect(),
        owner: desk.name_of(&row.owner),
        title: row.title,
    })
}

pub async fn run(desk: &Orchestrator, id: &RunId) -> Outcome<Value> {
    let mut c = desk.store.conn().await?;
    let Some(run) = runs::get(&mut c, id).await? else {
        return Err(no(RefusalKind::Unknown, "no_run"));
    };
    Ok(json!({
        "id": run.id,
        "code": run.code,
        "thread": run.thread,
        "state": run.state.word(),
        "plan_version": run.plan.version,
        "plan_hash": run.plan_hash,
        "goal": run.plan.criteria.goal,
        "started_by": desk.name_of(&run.started_by),
        "cancelled_by": run.cancelled_by.as_deref().map(|who| desk.name_of(who)),
        "error": run.error,
        "created_at": run.created_at.rfc3339(),
        "ended_at": run.ended_at.map(|at| at.rfc3339()),
        "steps": steps(&mut c, &run).await?,
        "leads": leads::counts(&mut c, id).await?,
        "credits": cost::credits(&mut c, id).await?,
        "credits_cap": run.plan.credits_cap,
        "tokens_cap": run.plan.tokens_cap,
        "calls": cost::calls(&mut c, id).await?,
        "tokens": cost::tokens(&mut c, id).await?,
        "quotes": run.plan.quotes,
        "quote_basis": run.plan.quote_basis,
        "effects": effects::summary(&mut c, id).await?.into_iter().map(|deed| {
            json!({"vendor": deed.vendor, "op": deed.op, "state": deed.state, "count": deed.calls})
        }).collect::<Vec<_>>(),
    }))
}

async fn steps(c: &mut Conn, run: &RunRow) -> Outcome<Vec<Value>> {
    let mut out = Vec::new();
    for step in runs::steps(c, &run.id).await? {
        let counts = items::counts(c, &run.id, step.idx, true).await?;
        let gate = gates::newest(c, &run.id, step.idx).await?;
        out.push(json!({
            "kind": step.kind.word(),
            "state": step.state.word(),
            "done": counts.done,
            "review": counts.review,
            "total": counts.total(),
            "output": step.output,
            "started_at": step.started_at.map(|at| at.rfc3339()),
            "ended_at": step.ended_at.map(|at| at.rfc3339()),
            "gate": gate.map(|(gate, card)| json!({
                "id": gate.id,
                "kind": gate.kind.word(),
                "version": gate.version,
                "state": gate.state.word(),
                "card": card,
                "payload_hash": gate.payload_hash,
                "expires_at": gate.expires_at.rfc3339(),
            })),
        }));
    }
    Ok(out)
}

pub async fn changes(desk: &Orchestrator, thread: Option<&ThreadId>, after: i64) -> Outcome<Vec<Change>> {
    let mut c = desk.store.conn().await?;
    let rows = outbox::after(&mut c, thread, after).await?;
    let change = |row: outbox::Change| Change { seq: row.seq, thread: row.thread, kind: row.kind, id: row.id };
    Ok(rows.into_iter().map(change).collect())
}
