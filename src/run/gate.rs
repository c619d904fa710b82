//! A gate: what exactly is approved, who may decide, until when. The first valid decision wins.
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;

use crate::domain::ids::GateId;
use crate::domain::ids::RunId;
use crate::domain::person::Person;
use crate::domain::person::Role;
use crate::domain::time::HOUR;
use crate::domain::time::Millis;
use crate::run::canonical::hash_of;
use crate::run::deciders::Deciders;
use crate::run::deciders::Voice;
use crate::run::state::GateKind;
use crate::run::state::GateState;

/// A gate that nobody decided is over after this long.
pub const GATE_LIFE_MS: i64 = 24 * HOUR;
/// The last reminder comes this long before the end.
const LAST_CALL_MS: i64 = HOUR;

/// One approval of a gate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vote {
    pub voice: Voice,
    pub at: Millis,
}

/// A gate as stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gate {
    pub id: GateId,
    pub run: RunId,
    pub step: i64,
    pub kind: GateKind,
    /// Preview 1, preview 2 …
    pub version: i64,
    /// Frozen: what exactly will happen.
    pub payload: Value,
    pub payload_hash: String,
    pub roles: Vec<Role>,
    /// So many different people must approve.
    pub quorum: i64,
    pub state: GateState,
    /// Whose decision it was; of several approvals the last.
    pub decided_by: Option<Voice>,
    pub decided_at: Option<Millis>,
    /// Form values of the decision.
    pub decision: Value,
    /// Approvals in their order; a refusal needs none.
    pub votes: Vec<Vote>,
    /// Reminders whose time has come and was used.
    pub reminders: i64,
    pub created_at: Millis,
    pub expires_at: Millis,
}

/// Why a press on a gate is not a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotDecided {
    /// These roles may; the person has none of them and stands in for nobody.
    NotAllowed(Vec<Role>),
    Already {
        by: Voice,
        at: Millis,
    },
    /// This right was used for an approval; others are still needed.
    Voted {
        by: Voice,
        at: Millis,
    },
    Expired {
        at: Millis,
    },
}

impl Gate {
    /// One that waits; what it asks for is in `ask`.
    pub fn waiting(id: GateId, at: (&RunId, i64), kind: GateKind, ask: Asked, now: Millis) -> Self {
        Self {
            id,
            run: at.0.clone(),
            step: at.1,
            kind,
            version: ask.version,
            payload_hash: hash_of(&ask.payload),
            payload: ask.payload,
            roles: ask.roles,
            quorum: ask.quorum,
            state: GateState::Waiting,
            decided_by: None,
            decided_at: None,
            decision: Value::Object(serde_json::Map::new()),
            votes: Vec::new(),
            reminders: 0,
            created_at: now,
            expires_at: now.plus(GATE_LIFE_MS),
        }
    }

    /// Pure judgement of a press; the store's conditional update is the last word on races.
    pub fn may_decide(&self, deciders: &Deciders<'_>, who: &Person) -> Result<Voice, NotDecided> {
        self.is_open(deciders.now)?;
        // Nobody configured means nobody may.
        let voices = deciders.voices(who, &self.roles);
        let Some(first) = voices.first() else { return Err(NotDecided::NotAllowed(self.roles.clone())) };
        let used = |voice: &Voice| self.votes.iter().find(|vote| vote.voice.is_like(voice));
        match voices.iter().find(|voice| used(voice).is_none()) {
            Some(free) => Ok(free.clone()),
            None => Err(used(first).map_or(NotDecided::NotAllowed(self.roles.clone()), |vote| NotDecided::Voted {
                by: vote.voice.clone(),
                at: vote.at,
            })),
        }
    }

    /// A refusal is open to everybody who may decide, also to who approved before: it decides at once.
    pub fn may_refuse(&self, deciders: &Deciders<'_>, who: &Person) -> Result<Voice, NotDecided> {
        self.is_open(deciders.now)?;
        let mut voices = deciders.voices(who, &self.roles);
        if voices.is_empty() { Err(NotDecided::NotAllowed(self.roles.clone())) } else { Ok(voices.swap_remove(0)) }
    }

    pub fn is_open(&self, now: Millis) -> Result<(), NotDecided> {
        if self.state == GateState::Expired || (self.state == GateState::Waiting && now >= self.expires_at) {
            return Err(NotDecided::Expired { at: self.expires_at });
        }
        if self.state != GateState::Waiting {
            return Err(NotDecided::Already {
                by: self.decided_by.clone().unwrap_or_else(|| Voice::own("")),
                at: self.decided_at.unwrap_or_default(),
            });
        }
        Ok(())
    }

    /// When people are reminded: at half time, and shortly before the end.
    fn reminder_times(&self) -> [Millis; 2] {
        let life = self.expires_at.since(self.created_at);
        let half = life / 2;
        [self.created_at.plus(half), self.created_at.plus((life - LAST_CALL_MS).max(half))]
    }

    pub fn next_reminder(&self) -> Option<Millis> {
        let used = usize::try_from(self.reminders).unwrap_or(usize::MAX);
        self.reminder_times().get(used).copied()
    }

    /// How many reminders have had their time; several that were missed are one.
    pub fn reminders_due(&self, now: Millis) -> i64 {
        self.reminder_times().iter().filter(|at| **at <= now).count() as i64
    }

    /// The words of who refused it.
    pub fn reason(&self) -> Option<&str> {
        let is_refused = self.state == GateState::Rejected;
        self.decision.get("reason").and_then(Value::as_str).filter(|reason| is_refused && !reason.is_empty())
    }
}

/// What a new gate asks for.
#[derive(Clone, Debug)]
pub struct Asked {
    pub version: i64,
    pub payload: Value,
    pub roles: Vec<Role>,
    pub quorum: i64,
}

/// Approvals that count: each by a person, and with a right, that has not been counted yet.
pub fn counted(votes: &[Vote]) -> i64 {
    let mut counted: Vec<&Voice> = Vec::new();
    for vote in votes {
        if !counted.iter().any(|voice| voice.is_like(&vote.voice)) {
            counted.push(&vote.voice);
        }
    }
    counted.len() as i64
}

/// The first key of a send. `from_stored` is called by `store::gates` alone (a house test reads the sources).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approved {
    gate: GateId,
    payload_hash: String,
    voices: Vec<Voice>,
}

impl Approved {
    /// Only from a stored, approved gate with as many approvals as it asked for, whose payload still has the hash that
    /// was approved, and not past its life: a grant is used while the run that asked for it goes on.
    pub fn from_stored(gate: &Gate) -> Option<Self> {
        let decided = gate.state == GateState::Approved;
        let unchanged = hash_of(&gate.payload) == gate.payload_hash;
        let enough = counted(&gate.votes) >= gate.quorum.max(1);
        let voices = gate.votes.iter().map(|vote| vote.voice.clone()).collect();
        (decided && unchanged && enough).then(|| Self {
            gate: gate.id.clone(),
            payload_hash: gate.payload_hash.clone(),
            voices,
        })
    }

    pub fn gate(&self) -> &GateId {
        &self.gate
    }

    pub fn payload_hash(&self) -> &str {
        &self.payload_hash
    }

    /// Who approved, and in whose stead.
    pub fn voices(&self) -> &[Voice] {
        &self.voices
    }
}

#[cfg(test)]
#[path = "gate/tests.rs"]
mod tests;
