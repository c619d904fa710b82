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
use crate::run::state::GateKind;
use crate::run::state::GateState;

/// A gate that nobody decided is over after this long.
pub const GATE_LIFE_MS: i64 = 24 * HOUR;

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
    pub state: GateState,
    pub decided_by: Option<String>,
    pub decided_at: Option<Millis>,
    /// Form values of the decision.
    pub decision: Value,
    pub created_at: Millis,
    pub expires_at: Millis,
}

/// Why a press on a gate is not a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotDecided {
    /// These roles may; the person has none of them.
    NotAllowed(Vec<Role>),
    Already {
        by: String,
        at: Millis,
    },
    Expired {
        at: Millis,
    },
}

impl Gate {
    /// Pure judgement of a press; the store's conditional update is the last word on races.
    pub fn may_decide(&self, who: &Person, now: Millis) -> Result<(), NotDecided> {
        if self.state == GateState::Expired || (self.state == GateState::Waiting && now >= self.expires_at) {
            return Err(NotDecided::Expired { at: self.expires_at });
        }
        if self.state != GateState::Waiting {
            return Err(NotDecided::Already {
                by: self.decided_by.clone().unwrap_or_default(),
                at: self.decided_at.unwrap_or_default(),
            });
        }
        // Nobody configured means nobody may.
        if !who.any_of(&self.roles) {
            return Err(NotDecided::NotAllowed(self.roles.clone()));
        }
        Ok(())
    }
}

/// The first key of a send. `from_stored` is called by `store::gates` alone (a house test reads the sources).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approved {
    gate: GateId,
    payload_hash: String,
    by: String,
}

impl Approved {
    /// Only from a stored, approved gate whose payload still has the hash that was approved, and not past its life:
    /// a grant is used while the run that asked for it goes on.
    pub fn from_stored(gate: &Gate) -> Option<Self> {
        let decided = gate.state == GateState::Approved;
        let unchanged = hash_of(&gate.payload) == gate.payload_hash;
        let by = gate.decided_by.clone()?;
        (decided && unchanged).then(|| Self { gate: gate.id.clone(), payload_hash: gate.payload_hash.clone(), by })
    }

    pub fn gate(&self) -> &GateId {
        &self.gate
    }

    pub fn payload_hash(&self) -> &str {
        &self.payload_hash
    }

    pub fn by(&self) -> &str {
        &self.by
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn gate(state: GateState) -> Gate {
        let payload = json!({"recipients": ["a", "b"]});
        Gate {
            id: GateId::from("gate_1"),
            run: RunId::from("run_1"),
            step: 5,
            kind: GateKind::Launch,
            version: 1,
            payload_hash: hash_of(&payload),
            payload,
            roles: vec![Role::Manager],
            state,
            decided_by: (state == GateState::Approved).then(|| "mona".to_owned()),
            decided_at: (state == GateState::Approved).then_some(Millis(5)),
            decision: json!({}),
            created_at: Millis(0),
            expires_at: Millis(GATE_LIFE_MS),
        }
    }

    fn person(roles: &[Role]) -> Person {
        Person { id: "p".into(), name: "P".into(), roles: roles.to_vec(), zone: "UTC".into() }
    }

    #[test]
    fn one_cell_of_the_matrix_may_decide() {
        let open = gate(GateState::Waiting);
        assert_eq!(open.may_decide(&person(&[Role::Manager]), Millis(1)), Ok(()));
        assert_eq!(open.may_decide(&person(&[Role::Rep]), Millis(1)), Err(NotDecided::NotAllowed(vec![Role::Manager])));
        assert_eq!(open.may_decide(&person(&[]), Millis(1)), Err(NotDecided::NotAllowed(vec![Role::Manager])));
        let late = open.may_decide(&person(&[Role::Manager]), Millis(GATE_LIFE_MS));
        assert_eq!(late, Err(NotDecided::Expired { at: Millis(GATE_LIFE_MS) }));
        let decided = gate(GateState::Approved).may_decide(&person(&[Role::Manager]), Millis(6));
        assert_eq!(decided, Err(NotDecided::Already { by: "mona".into(), at: Millis(5) }));
    }

    #[test]
    fn nobody_configured_means_nobody_may() {
        let mut orphan = gate(GateState::Waiting);
        orphan.roles.clear();
        for role in [Role::Rep, Role::Manager, Role::Compliance, Role::Operator, Role::Revops] {
            assert!(orphan.may_decide(&person(&[role]), Millis(1)).is_err());
        }
    }

    #[test]
    fn approval_needs_the_decision_and_the_same_bytes() {
        assert!(Approved::from_stored(&gate(GateState::Approved)).is_some());
        for state in [GateState::Waiting, GateState::Modified, GateState::Rejected, GateState::Expired] {
            assert!(Approved::from_stored(&gate(state)).is_none());
        }
        let mut changed = gate(GateState::Approved);
        changed.payload = json!({"recipients": ["a", "c"]});
        assert!(Approved::from_stored(&changed).is_none());
    }
}
