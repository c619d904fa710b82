//! The approval matrix, reminders, and the first key.
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::domain::absence::Absence;

const END: i64 = GATE_LIFE_MS;

fn gate(quorum: i64) -> Gate {
    let asked = Asked { version: 1, payload: json!({"recipients": ["a", "b"]}), roles: vec![Role::Manager], quorum };
    Gate::waiting(GateId::from("gate_1"), (&RunId::from("run_1"), 5), GateKind::Launch, asked, Millis(0))
}

fn vote(person: &str, acts_for: Option<&str>) -> Vote {
    let voice = Voice { person: person.into(), acts_for: acts_for.map(str::to_owned) };
    Vote { voice, at: Millis(3) }
}

fn decided(mut gate: Gate, state: GateState, votes: Vec<Vote>) -> Gate {
    gate.state = state;
    gate.decided_by = votes.last().map(|vote| vote.voice.clone());
    gate.decided_at = Some(Millis(5));
    gate.votes = votes;
    gate
}

fn people() -> Vec<Person> {
    let person =
        |id: &str, roles: &[Role]| Person { id: id.into(), name: id.into(), roles: roles.to_vec(), zone: "UTC".into() };
    vec![
        person("rep", &[Role::Rep]),
        person("manager", &[Role::Manager]),
        person("second", &[Role::Manager]),
        person("revops", &[Role::Revops]),
        person("compliance", &[Role::Compliance]),
        person("operator", &[Role::Operator]),
        person("nobody", &[]),
    ]
}

/// What is asked of one cell of the matrix: press, and if that decides, execute.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Case {
    Fresh,
    Expired,
    /// Pressed again after somebody decided.
    Reused,
    /// Approved, then one byte of the payload is another.
    Altered,
    /// Approved, then the role is taken away.
    Revoked,
    DoubleClick,
    /// The second manager is away and named this person.
    Delegate,
    /// One of two was given by the other manager's press.
    OneOfTwo,
    /// The first of two.
    NoneOfTwo,
}

const CASES: [Case; 9] = [
    Case::Fresh,
    Case::Expired,
    Case::Reused,
    Case::Altered,
    Case::Revoked,
    Case::DoubleClick,
    Case::Delegate,
    Case::OneOfTwo,
    Case::NoneOfTwo,
];

/// Whether a launch goes out after `who` pressed in this case.
fn executes(who: &str, case: Case) -> bool {
    let mut people = people();
    let quorum = if matches!(case, Case::OneOfTwo | Case::NoneOfTwo) { 2 } else { 1 };
    let mut open = gate(quorum);
    let absences: Vec<Absence> = (case == Case::Delegate)
        .then(|| Absence {
            person: "second".into(),
            from: Millis(0),
            until: Millis(END),
            delegate: Some(who.to_owned()),
        })
        .into_iter()
        .collect();
    if case == Case::OneOfTwo {
        open.votes.push(vote("second", None));
    }
    if case == Case::Reused {
        open = decided(open, GateState::Modified, vec![vote("second", None)]);
    }
    let now = Millis(if case == Case::Expired { END } else { 1 });
    let person = people.iter().find(|person| person.id == who).unwrap().clone();
    let deciders = Deciders { persons: &people, absences: &absences, starter: "starter", now };
    let mut grants = 0;
    for _ in 0..if case == Case::DoubleClick { 2 } else { 1 } {
        let Ok(voice) = open.may_decide(&deciders, &person) else { continue };
        open.votes.push(Vote { voice, at: now });
        if counted(&open.votes) >= open.quorum {
            let votes = open.votes.clone();
            open = decided(open, GateState::Approved, votes);
            grants += 1;
        }
    }
    assert!(grants <= 1, "{who} {case:?}: decided twice");
    if case == Case::Altered {
        open.payload = json!({"recipients": ["a", "c"]});
    }
    if case == Case::Revoked {
        people.iter_mut().for_each(|person| person.roles.retain(|role| *role != Role::Manager));
    }
    let Some(approved) = Approved::from_stored(&open) else { return false };
    let later = Deciders { persons: &people, absences: &[], starter: "starter", now };
    approved.voices().iter().all(|voice| later.still_stands(voice, &open.roles))
}

#[test]
fn only_these_cells_of_the_matrix_execute() {
    let mut found = Vec::new();
    for person in people() {
        for case in CASES {
            if executes(&person.id, case) {
                found.push((person.id.clone(), case));
            }
        }
    }
    let cell = |who: &str, case: Case| (who.to_owned(), case);
    let expected = [
        // Whom a manager named, in whatever role: the right is the manager's. "nobody" has no role and gets none.
        cell("rep", Case::Delegate),
        cell("manager", Case::Fresh),
        cell("manager", Case::DoubleClick),
        cell("manager", Case::Delegate),
        cell("manager", Case::OneOfTwo),
        // Named by nobody but oneself, "second" decides by right.
        cell("second", Case::Fresh),
        cell("second", Case::DoubleClick),
        cell("second", Case::Delegate),
        cell("revops", Case::Delegate),
        cell("compliance", Case::Delegate),
        cell("operator", Case::Delegate),
    ];
    assert_eq!(found, expected);
}

#[test]
fn the_second_voice_is_another_person_with_another_right() {
    let people = people();
    let absences =
        [Absence { person: "second".into(), from: Millis(0), until: Millis(END), delegate: Some("operator".into()) }];
    let deciders = Deciders { persons: &people, absences: &absences, starter: "rep", now: Millis(9) };
    let who = |id: &str| deciders.person(id).unwrap();
    let mut open = gate(2);
    open.votes.push(vote("second", None));
    // The stand-in of who approved already brings no second right.
    for id in ["operator", "second"] {
        let told = open.may_decide(&deciders, who(id));
        assert_eq!(told, Err(NotDecided::Voted { by: Voice::own("second"), at: Millis(3) }), "{id}");
        assert!(open.may_refuse(&deciders, who(id)).is_ok(), "{id} may still refuse");
    }
    assert!(open.may_decide(&deciders, who("manager")).is_ok());
    assert_eq!(counted(&[vote("second", None), vote("operator", Some("second"))]), 1);
    assert_eq!(counted(&[vote("operator", Some("second")), vote("operator", Some("manager"))]), 1);
    assert_eq!(counted(&[vote("operator", Some("second")), vote("manager", None)]), 2);
}

#[test]
fn nobody_configured_means_nobody_may() {
    let people = people();
    let deciders = Deciders { persons: &people, absences: &[], starter: "rep", now: Millis(1) };
    let mut orphan = gate(1);
    orphan.roles.clear();
    for person in &people {
        assert!(orphan.may_decide(&deciders, person).is_err());
        assert!(orphan.may_refuse(&deciders, person).is_err());
    }
}

#[test]
fn approval_needs_the_decision_the_voices_and_the_same_bytes() {
    let one = || vec![vote("manager", None)];
    assert!(Approved::from_stored(&decided(gate(1), GateState::Approved, one())).is_some());
    for state in [GateState::Waiting, GateState::Modified, GateState::Rejected, GateState::Expired] {
        assert!(Approved::from_stored(&decided(gate(1), state, one())).is_none());
    }
    assert!(Approved::from_stored(&decided(gate(1), GateState::Approved, Vec::new())).is_none());
    assert!(Approved::from_stored(&decided(gate(2), GateState::Approved, one())).is_none());
    let twice = vec![vote("manager", None), vote("manager", Some("second"))];
    assert!(Approved::from_stored(&decided(gate(2), GateState::Approved, twice)).is_none());
    let two = vec![vote("manager", None), vote("second", None)];
    assert!(Approved::from_stored(&decided(gate(2), GateState::Approved, two)).is_some());
    let mut changed = decided(gate(1), GateState::Approved, one());
    changed.payload = json!({"recipients": ["a", "c"]});
    assert!(Approved::from_stored(&changed).is_none());
}

#[test]
fn reminders_come_at_half_time_and_an_hour_before_the_end() {
    let mut open = gate(1);
    assert_eq!(open.next_reminder(), Some(Millis(END / 2)));
    open.reminders = 1;
    assert_eq!(open.next_reminder(), Some(Millis(END - HOUR)));
    open.reminders = 2;
    assert_eq!(open.next_reminder(), None);
    let due: Vec<i64> = [0, END / 2 - 1, END / 2, END - HOUR, END].map(|now| open.reminders_due(Millis(now))).to_vec();
    assert_eq!(due, [0, 0, 1, 2, 2]);
}

proptest! {
    /// Whatever times it is looked at, each reminder is used once and missed ones are one.
    #[test]
    fn reminders_are_never_more_than_their_times(mut looks in prop::collection::vec(0..END, 0..20)) {
        looks.sort_unstable();
        let mut open = gate(1);
        let mut notices = 0;
        for now in looks {
            let due = open.reminders_due(Millis(now));
            if due > open.reminders {
                notices += 1;
                open.reminders = due;
            }
            prop_assert!(open.next_reminder().is_none_or(|at| at > Millis(now)));
        }
        prop_assert!(notices <= 2);
    }
}
