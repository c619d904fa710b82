//! Presses on gates: who may decide, what the decision is, and the one conditional update that makes it.
use serde_json::Value;
use serde_json::json;

use crate::cards;
use crate::cards::post;
use crate::domain::ids::CardId;
use crate::domain::ids::GateId;
use crate::domain::ids::LeadId;
use crate::domain::person::Role;
use crate::orchestrator::changes;
use crate::orchestrator::desk::Orchestrator;
use crate::orchestrator::plans;
use crate::orchestrator::press::Press;
use crate::orchestrator::press::not_allowed;
use crate::orchestrator::refuse::Outcome;
use crate::orchestrator::refuse::Stop;
use crate::orchestrator::refuse::field;
use crate::orchestrator::refuse::filled;
use crate::orchestrator::refuse::no;
use crate::ports::desk::RefusalKind;
use crate::prompts::desk::RefusalWords;
use crate::prompts::desk::VerdictWords;
use crate::run::card::Verb;
use crate::run::gate::GATE_LIFE_MS;
use crate::run::gate::Gate;
use crate::run::gate::NotDecided;
use crate::run::launch::CompliancePayload;
use crate::run::launch::LaunchPayload;
use crate::run::state::GateKind;
use crate::run::state::GateState;
use crate::store::gates;
use crate::store::open::Conn;
use crate::store::runs;

/// Mails on a preview card at a time.
pub const EXAMPLES: usize = 5;

/// What a press means for the gate.
struct Decision {
    state: GateState,
    values: Value,
    verdict: VerdictWords,
}

pub async fn press(desk: &Orchestrator, c: &mut Conn, press: &Press<'_>) -> Outcome<VerdictWords> {
    let gate = match &press.action.gate {
        Some(id) => gates::get(c, id).await?,
        None => None,
    };
    let Some(gate) = gate else { return Err(no(RefusalKind::Unknown, "no_action")) };
    refuse_if_not_open(desk, c, press, &gate).await?;
    press.refuse_if_used(desk)?;
    if press.action.verb == Verb::MoreExamples {
        press.refuse_without_role(desk)?;
        return more_examples(desk, c, press, &gate).await;
    }
    let decision = decision(press, &gate)?;
    if !gates::decide(c, &gate, decision.state, (&press.who.id, &decision.values), press.now).await? {
        // Somebody committed between our look and our update: say who.
        let now = gates::get(c, &gate.id).await?.unwrap_or(gate);
        return Err(match now.may_decide(press.who, press.now) {
            Err(why) => not_decided(desk, press, why),
            Ok(()) => no(RefusalKind::Decided, "decided"),
        });
    }
    plans::settle(desk, c, press, &decision.verdict).await?;
    runs::wake(c, &gate.run, press.now).await?;
    let action = format!("gate.{}", press.action.verb.word());
    press.audit(c, &action, (gate.id.as_str(), &gate.payload_hash)).await?;
    Ok(decision.verdict)
}

/// State first, then rights; stopping the run is open to whoever the button names, deciding only to the gate's roles.
async fn refuse_if_not_open(desk: &Orchestrator, c: &mut Conn, press: &Press<'_>, gate: &Gate) -> Outcome<()> {
    let is_way_out = matches!(press.action.verb, Verb::Cancel | Verb::MoreExamples);
    match gate.may_decide(press.who, press.now) {
        Ok(()) => Ok(()),
        Err(NotDecided::NotAllowed(_)) if is_way_out => press.refuse_without_role(desk),
        Err(NotDecided::NotAllowed(roles)) => {
            let run = runs::get(c, &gate.run).await?;
            let can_stop = run.is_some_and(|run| run.started_by == press.who.id);
            Err(with_way_out(not_allowed(desk, press.who, &roles), can_stop))
        }
        Err(why) => Err(not_decided(desk, press, why)),
    }
}

fn with_way_out(stop: Stop, can_stop: bool) -> Stop {
    match stop {
        Stop::No(kind, words) => filled(kind, RefusalWords { can_stop, ..*words }),
        other => other,
    }
}

fn not_decided(desk: &Orchestrator, press: &Press<'_>, why: NotDecided) -> Stop {
    match why {
        NotDecided::NotAllowed(roles) => not_allowed(desk, press.who, &roles),
        NotDecided::Already { by, at } => {
            let at = at.clock(&press.who.zone);
            let words = RefusalWords { kind: "decided", name: desk.name_of(&by), at, ..RefusalWords::default() };
            filled(RefusalKind::Decided, words)
        }
        NotDecided::Expired { at } => {
            let words = RefusalWords { kind: "expired", at: at.day_clock(&press.who.zone), ..RefusalWords::default() };
            filled(RefusalKind::Expired, words)
        }
    }
}

fn decision(press: &Press<'_>, gate: &Gate) -> Outcome<Decision> {
    match (press.action.verb, gate.kind) {
        (Verb::Launch, GateKind::Launch) => {
            let payload = payload::<LaunchPayload>(gate)?;
            let number = payload.recipients.len() as i64;
            Ok(Decision {
                state: GateState::Approved,
                values: json!({}),
                verdict: VerdictWords { number, ..press.verdict("launch") },
            })
        }
        (Verb::LaunchWithChanges, GateKind::Launch) => {
            let payload = payload::<LaunchPayload>(gate)?;
            let changes = changes::read(press.values, &payload, (press.now, &press.who.zone))?;
            Ok(Decision {
                state: GateState::Modified,
                values: json!(changes),
                verdict: press.verdict("launch_with_changes"),
            })
        }
        (Verb::ExcludeFlagged, GateKind::Compliance) => {
            let payload = payload::<CompliancePayload>(gate)?;
            let number = payload.flagged.len() as i64;
            Ok(Decision {
                state: GateState::Approved,
                values: json!({}),
                verdict: VerdictWords { number, ..press.verdict("exclude_flagged") },
            })
        }
        (Verb::ReviewFlagged, GateKind::Compliance) => reviewed(press, gate),
        (Verb::Cancel, _) => {
            Ok(Decision { state: GateState::Rejected, values: json!({}), verdict: press.verdict("cancel_gate") })
        }
        _ => Err(no(RefusalKind::Unknown, "no_action")),
    }
}

/// Only the role compliance lets a flagged lead through, and only one that the rules leave to a person.
fn reviewed(press: &Press<'_>, gate: &Gate) -> Outcome<Decision> {
    if !press.who.is(Role::Compliance) {
        let words =
            RefusalWords { kind: "not_yours", roles: Role::Compliance.word().to_owned(), ..RefusalWords::default() };
        return Err(filled(RefusalKind::NotAllowed, words));
    }
    let payload = payload::<CompliancePayload>(gate)?;
    let mut allow: Vec<LeadId> = changes::many(press.values, "allow").into_iter().map(LeadId).collect();
    allow.sort();
    allow.dedup();
    for lead in &allow {
        match payload.flagged.iter().find(|flagged| flagged.lead == *lead) {
            Some(flagged) if flagged.reviewable => {}
            Some(_) => return Err(field("allow", "One of these is a plain no of the rules; nobody can overrule it.")),
            None => return Err(field("allow", "One of these is not on the card.")),
        }
    }
    let (number, total) = (allow.len() as i64, payload.flagged.len() as i64);
    let verdict = VerdictWords { number, total, ..press.verdict("review_flagged") };
    Ok(Decision { state: GateState::Approved, values: json!({"allow": allow}), verdict })
}

fn payload<T: serde::de::DeserializeOwned>(gate: &Gate) -> Outcome<T> {
    serde_json::from_value(gate.payload.clone())
        .map_err(|why| Stop::Store(crate::store::open::StoreError::Corrupt { what: "payload", why: why.to_string() }))
}

/// The question of a gate that ran out of time, put again: the same payload, a new time limit.
pub async fn ask_again(desk: &Orchestrator, c: &mut Conn, press: &Press<'_>, id: &GateId) -> Outcome<bool> {
    let Some(old) = gates::get(c, id).await? else { return Ok(false) };
    let newest = gates::newest(c, &old.run, old.step).await?;
    let is_newest = newest.is_some_and(|(gate, _)| gate.id == old.id);
    let is_live = runs::get(c, &old.run).await?.is_some_and(|run| !run.state.is_over());
    if old.state != GateState::Expired || !is_newest || !is_live {
        return Ok(false);
    }
    let gate = Gate {
        id: GateId(desk.ids.fresh("gate")),
        version: old.version + 1,
        state: GateState::Waiting,
        decided_by: None,
        decided_at: None,
        decision: json!({}),
        created_at: press.now,
        expires_at: press.now.plus(GATE_LIFE_MS),
        ..old
    };
    let content = cards::gates::card(&desk.words, &gate, 0, &desk.config.zone)?;
    let key = format!("gate:{}:{}:{}", gate.run, gate.step, gate.version);
    let place = desk.place(&press.action.thread, Some(&gate.run));
    let card = post::post(c, desk.ids.as_ref(), place, content, Some(&key)).await?;
    gates::insert(c, &gate, card.as_str()).await?;
    runs::wake(c, &gate.run, press.now).await?;
    Ok(true)
}

/// Not a decision: the card shows the next mails, from the first again after the last.
async fn more_examples(desk: &Orchestrator, c: &mut Conn, press: &Press<'_>, gate: &Gate) -> Outcome<VerdictWords> {
    let payload = payload::<LaunchPayload>(gate)?;
    let wanted = press.action.data["offset"].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(EXAMPLES);
    let offset = wanted % payload.recipients.len().max(1);
    let content = cards::gates::card(&desk.words, gate, offset, &desk.config.zone)?;
    let run = Some(&gate.run);
    let place = desk.place(&press.action.thread, run);
    post::edit(c, desk.ids.as_ref(), place, &CardId(press.card.id.clone()), content).await?;
    Ok(press.verdict("more_examples"))
}
