//! Presses on gates: who may decide, what the decision is, and the one conditional update that makes it.
use serde_json::Value;
use serde_json::json;

use crate::cards;
use crate::cards::decisions::Around;
use crate::cards::post;
use crate::domain::ids::CardId;
use crate::domain::ids::GateId;
use crate::domain::ids::LeadId;
use crate::domain::person::Role;
use crate::orchestrator::changes;
use crate::orchestrator::desk::Orchestrator;
use crate::orchestrator::gates::told::not_decided;
use crate::orchestrator::plans;
use crate::orchestrator::press::Press;
use crate::orchestrator::refuse::Outcome;
use crate::orchestrator::refuse::Stop;
use crate::orchestrator::refuse::field;
use crate::orchestrator::refuse::filled;
use crate::orchestrator::refuse::no;
use crate::orchestrator::text;
use crate::ports::desk::RefusalKind;
use crate::prompts::desk::RefusalWords;
use crate::prompts::desk::VerdictWords;
use crate::run::canonical::hash_text;
use crate::run::card::Verb;
use crate::run::deciders::Deciders;
use crate::run::deciders::Voice;
use crate::run::gate::Asked;
use crate::run::gate::Gate;
use crate::run::gate::NotDecided;
use crate::run::gate::Vote;
use crate::run::launch::CompliancePayload;
use crate::run::launch::LaunchPayload;
use crate::run::state::GateKind;
use crate::run::state::GateState;
use crate::run::undo::UndoPayload;
use crate::store::gates;
use crate::store::gates::Approval;
use crate::store::open::Conn;
use crate::store::recipients;
use crate::store::runs;

mod told;

/// Mails on a preview card at a time.
pub const EXAMPLES: usize = 5;
const REASON_CHARS_MIN: usize = 3;
const REASON_CHARS_MAX: usize = 500;

/// What a press means for the gate.
struct Decision {
    state: GateState,
    values: Value,
    verdict: VerdictWords,
}

/// One press on one gate, with those who could decide it now.
struct AtGate<'a> {
    desk: &'a Orchestrator,
    press: &'a Press<'a>,
    deciders: Deciders<'a>,
    voice: Voice,
}

pub async fn press(desk: &Orchestrator, c: &mut Conn, press: &Press<'_>) -> Outcome<VerdictWords> {
    let gate = match &press.action.gate {
        Some(id) => gates::get(c, id).await?,
        None => None,
    };
    let Some(gate) = gate else { return Err(no(RefusalKind::Unknown, "no_action")) };
    let starter = runs::get(c, &gate.run).await?.map(|run| run.started_by).unwrap_or_default();
    let absences = desk.absences(c).await?;
    let deciders = desk.deciders(&absences, &starter);
    let voice = voice(desk, press, &gate, &deciders)?;
    press.refuse_if_used(desk)?;
    let at = AtGate { desk, press, deciders, voice };
    if press.action.verb == Verb::MoreExamples {
        return at.more_examples(c, &gate).await;
    }
    let decision = at.decision(&gate)?;
    match decision.state {
        GateState::Approved => at.approve(c, &gate, decision).await,
        _ => at.decide(c, &gate, decision).await,
    }
}

/// State first, then rights. Stopping the run and looking on are open to whoever the button names, deciding only to
/// the gate's roles and their stand-ins.
fn voice(desk: &Orchestrator, press: &Press<'_>, gate: &Gate, deciders: &Deciders<'_>) -> Outcome<Voice> {
    let who = press.who;
    let judged = match press.action.verb {
        Verb::Launch | Verb::ExcludeFlagged | Verb::ReviewFlagged | Verb::Undo => gate.may_decide(deciders, who),
        _ => gate.may_refuse(deciders, who),
    };
    match judged {
        Ok(voice) => Ok(voice),
        Err(NotDecided::NotAllowed(_)) if matches!(press.action.verb, Verb::Cancel | Verb::MoreExamples) => {
            press.refuse_without_role(desk)?;
            Ok(Voice::own(&who.id))
        }
        Err(why) => Err(not_decided(desk, press, (gate, deciders), why)),
    }
}

impl AtGate<'_> {
    /// Counts the approval; the last one needed decides.
    async fn approve(&self, c: &mut Conn, gate: &Gate, decision: Decision) -> Outcome<VerdictWords> {
        let by = (&self.voice, &decision.values);
        let votes = match gates::approve(c, gate, by, self.press.now).await? {
            Approval::Lost => return Err(self.lost(c, gate).await?),
            Approval::Counted(votes) => return self.counted(c, gate, votes).await,
            Approval::Decided(votes) => votes,
        };
        let names: Vec<String> = votes.iter().map(|vote| self.deciders.words(&vote.voice)).collect();
        self.settle(c, gate, VerdictWords { name: names.join(" and "), ..decision.verdict }).await
    }

    async fn decide(&self, c: &mut Conn, gate: &Gate, decision: Decision) -> Outcome<VerdictWords> {
        let by = (&self.voice, &decision.values);
        if !gates::decide(c, gate, decision.state, by, self.press.now).await? {
            return Err(self.lost(c, gate).await?);
        }
        if let Some(reason) = decision.values["reason"].as_str() {
            let said = format!("{}.reason", self.audited());
            self.press.audit(c, &said, (gate.id.as_str(), &hash_text(reason))).await?;
        }
        self.settle(c, gate, decision.verdict).await
    }

    async fn settle(&self, c: &mut Conn, gate: &Gate, verdict: VerdictWords) -> Outcome<VerdictWords> {
        plans::settle(self.desk, c, self.press, &verdict).await?;
        self.press.audit(c, &self.audited(), (gate.id.as_str(), &gate.payload_hash)).await?;
        Ok(verdict)
    }

    /// "gate.launch", and in whose stead.
    fn audited(&self) -> String {
        let verb = self.press.action.verb.word();
        match &self.voice.acts_for {
            Some(principal) => format!("gate.{verb} for {principal}"),
            None => format!("gate.{verb}"),
        }
    }

    /// The approval counts and others are needed: the card says so and keeps its buttons for them.
    async fn counted(&self, c: &mut Conn, gate: &Gate, votes: Vec<Vote>) -> Outcome<VerdictWords> {
        let number = votes.len() as i64;
        let gate = Gate { votes, ..gate.clone() };
        let (fresh, _) = cards::gates::card(&self.desk.words, &gate, 0, self.around())?;
        let mut card = self.press.card.clone();
        (card.fields, card.who) = (fresh.fields, fresh.who);
        let place = self.desk.place(&self.press.action.thread, Some(&gate.run));
        post::refresh(c, place, &CardId(card.id.clone()), card).await?;
        let vote = format!("{}.vote", self.audited());
        self.press.audit(c, &vote, (gate.id.as_str(), &gate.payload_hash)).await?;
        Ok(VerdictWords { number, total: gate.quorum, ..self.verdict("vote") })
    }

    /// Somebody committed between our look and our update: say who.
    async fn lost(&self, c: &mut Conn, gate: &Gate) -> Outcome<Stop> {
        let now = gates::get(c, &gate.id).await?.unwrap_or_else(|| gate.clone());
        Ok(match now.may_decide(&self.deciders, self.press.who) {
            Err(why) => not_decided(self.desk, self.press, (&now, &self.deciders), why),
            Ok(_) => no(RefusalKind::Decided, "decided"),
        })
    }

    fn around(&self) -> Around<'_> {
        Around { deciders: &self.deciders, zone: &self.desk.config.zone }
    }

    /// Under the name of who decides, and in whose stead.
    fn verdict(&self, kind: &'static str) -> VerdictWords {
        VerdictWords { name: self.deciders.words(&self.voice), ..self.press.verdict(kind) }
    }

    fn decision(&self, gate: &Gate) -> Outcome<Decision> {
        let press = self.press;
        match (press.action.verb, gate.kind) {
            (Verb::Launch, GateKind::Launch) => {
                let payload = payload::<LaunchPayload>(gate)?;
                let number = payload.count() as i64;
                Ok(Decision {
                    state: GateState::Approved,
                    values: json!({}),
                    verdict: VerdictWords { number, ..self.verdict("launch") },
                })
            }
            (Verb::LaunchWithChanges, GateKind::Launch) => {
                let payload = payload::<LaunchPayload>(gate)?;
                let changes = changes::read(press.values, &payload, (press.now, &press.who.zone))?;
                Ok(Decision {
                    state: GateState::Modified,
                    values: json!(changes),
                    verdict: self.verdict("launch_with_changes"),
                })
            }
            (Verb::ExcludeFlagged, GateKind::Compliance) => {
                let payload = payload::<CompliancePayload>(gate)?;
                let number = payload.flagged.len() as i64;
                Ok(Decision {
                    state: GateState::Approved,
                    values: json!({}),
                    verdict: VerdictWords { number, ..self.verdict("exclude_flagged") },
                })
            }
            (Verb::Undo, GateKind::Undo) => {
                let number = payload::<UndoPayload>(gate)?.records.len() as i64;
                let verdict = VerdictWords { number, ..self.verdict("undo_gate") };
                Ok(Decision { state: GateState::Approved, values: json!({}), verdict })
            }
            (Verb::ReviewFlagged, GateKind::Compliance) => self.reviewed(gate),
            (Verb::Reject, _) => {
                let reason = reason(press)?;
                let verdict = VerdictWords { detail: reason.clone(), ..self.verdict("reject") };
                Ok(Decision { state: GateState::Rejected, values: json!({"reason": reason}), verdict })
            }
            (Verb::Cancel, _) => {
                Ok(Decision { state: GateState::Rejected, values: json!({}), verdict: self.verdict("cancel_gate") })
            }
            _ => Err(no(RefusalKind::Unknown, "no_action")),
        }
    }

    /// Only the role compliance lets a flagged lead through, and only one that the rules leave to a person.
    fn reviewed(&self, gate: &Gate) -> Outcome<Decision> {
        if !self.deciders.still_stands(&self.voice, &[Role::Compliance]) {
            let words = RefusalWords {
                kind: "not_yours",
                roles: Role::Compliance.word().to_owned(),
                ..RefusalWords::default()
            };
            return Err(filled(RefusalKind::NotAllowed, words));
        }
        let payload = payload::<CompliancePayload>(gate)?;
        let mut allow: Vec<LeadId> = changes::many(self.press.values, "allow").into_iter().map(LeadId).collect();
        allow.sort();
        allow.dedup();
        for lead in &allow {
            match payload.flagged.iter().find(|flagged| flagged.lead == *lead) {
                Some(flagged) if flagged.reviewable => {}
                Some(_) => {
                    return Err(field("allow", "One of these is a plain no of the rules; nobody can overrule it."));
                }
                None => return Err(field("allow", "One of these is not on the card.")),
            }
        }
        let (number, total) = (allow.len() as i64, payload.flagged.len() as i64);
        let verdict = VerdictWords { number, total, ..self.verdict("review_flagged") };
        Ok(Decision { state: GateState::Approved, values: json!({"allow": allow}), verdict })
    }

    /// Not a decision: the card shows the next mails, from the first again after the last.
    async fn more_examples(&self, c: &mut Conn, gate: &Gate) -> Outcome<VerdictWords> {
        let payload = payload::<LaunchPayload>(gate)?;
        let data = &self.press.action.data["offset"];
        let wanted = data.as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(EXAMPLES);
        let offset = wanted % payload.samples().len().max(1);
        let content = cards::gates::card(&self.desk.words, gate, offset, self.around())?;
        let place = self.desk.place(&self.press.action.thread, Some(&gate.run));
        post::edit(c, self.desk.ids.as_ref(), place, &CardId(self.press.card.id.clone()), content).await?;
        Ok(self.press.verdict("more_examples"))
    }
}

/// One sentence: it goes back to the model and onto the next version.
fn reason(press: &Press<'_>) -> Outcome<String> {
    let words = press.values["reason"].as_str().map(text::said).unwrap_or_default();
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if (REASON_CHARS_MIN..=REASON_CHARS_MAX).contains(&words.chars().count()) {
        return Ok(words);
    }
    Err(field("reason", "3 to 500 characters: why, and what should be different."))
}

fn payload<T: serde::de::DeserializeOwned>(gate: &Gate) -> Outcome<T> {
    serde_json::from_value(gate.payload.clone())
        .map_err(|why| Stop::Store(crate::store::open::StoreError::Corrupt { what: "payload", why: why.to_string() }))
}

/// The question of a gate that ran out of time, put again: the same payload, a new time limit, no approvals yet.
pub async fn ask_again(desk: &Orchestrator, c: &mut Conn, press: &Press<'_>, id: &GateId) -> Outcome<bool> {
    let Some(old) = gates::get(c, id).await? else { return Ok(false) };
    // The run's row is locked before its gates: two presses at once see each other.
    runs::wake(c, &old.run, press.now).await?;
    let newest = gates::newest(c, &old.run, old.step).await?;
    let is_newest = newest.is_some_and(|(gate, _)| gate.id == old.id);
    let Some(run) = runs::get(c, &old.run).await?.filter(|run| !run.state.is_over()) else { return Ok(false) };
    if old.state != GateState::Expired || !is_newest {
        return Ok(false);
    }
    let asked = Asked { version: old.version + 1, payload: old.payload, roles: old.roles, quorum: old.quorum };
    let gate = Gate::waiting(GateId(desk.ids.fresh("gate")), (&run.id, old.step), old.kind, asked, press.now);
    let absences = desk.absences(c).await?;
    let deciders = desk.deciders(&absences, &run.started_by);
    let around = Around { deciders: &deciders, zone: &desk.config.zone };
    let content = cards::gates::card(&desk.words, &gate, 0, around)?;
    let key = format!("gate:{}:{}:{}", gate.run, gate.step, gate.version);
    let place = desk.place(&press.action.thread, Some(&gate.run));
    let card = post::post(c, desk.ids.as_ref(), place, content, Some(&key)).await?;
    gates::insert(c, &gate, card.as_str()).await?;
    recipients::copy(c, id, &gate.id).await?;
    press.audit(c, "ask again", (gate.id.as_str(), &gate.payload_hash)).await?;
    Ok(true)
}
