//! Who may decide on a gate: those with the role, and whom an absent one named. Nothing here widens an approval.
use serde::Deserialize;
use serde::Serialize;

use crate::domain::absence::Absence;
use crate::domain::person::Person;
use crate::domain::person::Role;
use crate::domain::time::Millis;

/// A decision has the voice of one person, in their own right or in the stead of somebody who is away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voice {
    pub person: String,
    pub acts_for: Option<String>,
}

impl Voice {
    pub fn own(person: &str) -> Self {
        Self { person: person.to_owned(), acts_for: None }
    }

    /// Whose right it is.
    pub fn principal(&self) -> &str {
        self.acts_for.as_deref().unwrap_or(&self.person)
    }

    /// Two people are two voices only when they speak for two.
    pub fn is_like(&self, other: &Self) -> bool {
        self.person == other.person || self.principal() == other.principal()
    }
}

/// The people as configured, who of them is away, and whose run it is about.
#[derive(Clone, Copy, Debug)]
pub struct Deciders<'a> {
    pub persons: &'a [Person],
    pub absences: &'a [Absence],
    pub starter: &'a str,
    pub now: Millis,
}

/// Who could decide now, for words to people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Able<'a> {
    /// Hold the role and are here.
    pub here: Vec<&'a Person>,
    /// Decides in the stead of.
    pub stand_ins: Vec<(&'a Person, &'a Person)>,
    /// Hold the role and are away until.
    pub away: Vec<(&'a Person, Millis)>,
}

impl Able<'_> {
    /// Different voices that there are: nobody counts twice.
    pub fn voices(&self) -> usize {
        let mut people: Vec<&str> = self.here.iter().map(|who| who.id.as_str()).collect();
        people.extend(self.stand_ins.iter().map(|(who, _)| who.id.as_str()));
        people.sort_unstable();
        people.dedup();
        people.len()
    }
}

impl<'a> Deciders<'a> {
    pub fn person(&self, id: &str) -> Option<&'a Person> {
        self.persons.iter().find(|person| person.id == id)
    }

    pub fn name_of(&self, id: &str) -> String {
        self.person(id).map_or_else(|| id.to_owned(), |person| person.name.clone())
    }

    /// "Mona", or "Otto for Mona".
    pub fn words(&self, voice: &Voice) -> String {
        match &voice.acts_for {
            Some(principal) => format!("{} for {}", self.name_of(&voice.person), self.name_of(principal)),
            None => self.name_of(&voice.person),
        }
    }

    /// Every right this person has here, the own one first.
    pub fn voices(&self, who: &Person, roles: &[Role]) -> Vec<Voice> {
        let own = who.any_of(roles).then(|| Voice::own(&who.id));
        let lent = self.absences.iter().filter(|absence| self.lends(absence, who, roles));
        let lent = lent.map(|absence| Voice { person: who.id.clone(), acts_for: Some(absence.person.clone()) });
        own.into_iter().chain(lent).collect()
    }

    fn lends(&self, absence: &Absence, to: &Person, roles: &[Role]) -> bool {
        absence.is_on(self.now)
            && absence.delegate.as_deref() == Some(to.id.as_str())
            && self.may_act_for(to, &absence.person, roles)
    }

    /// A stand-in has some role, did not start the run, and acts for somebody else who holds the role.
    fn may_act_for(&self, who: &Person, principal: &str, roles: &[Role]) -> bool {
        let holds = self.person(principal).is_some_and(|person| person.any_of(roles));
        let is_known = self.person(&who.id).is_some_and(|person| !person.roles.is_empty());
        holds && is_known && who.id != principal && who.id != self.starter
    }

    /// At execution: the roles are read again. A stand-in's decision outlives the absence, not the role it rests on.
    pub fn still_stands(&self, voice: &Voice, roles: &[Role]) -> bool {
        let Some(who) = self.person(&voice.person) else { return false };
        match &voice.acts_for {
            None => who.any_of(roles),
            Some(principal) => self.may_act_for(who, principal, roles),
        }
    }

    pub fn able(&self, roles: &[Role]) -> Able<'a> {
        let mut able = Able::default();
        for person in self.persons.iter().filter(|person| person.any_of(roles)) {
            let Some(absence) = self.absence_of(&person.id) else {
                able.here.push(person);
                continue;
            };
            able.away.push((person, absence.until));
            let delegate = absence.delegate.as_deref().and_then(|id| self.person(id));
            let is_here = |who: &&Person| self.absence_of(&who.id).is_none();
            if let Some(who) = delegate.filter(is_here).filter(|who| self.lends(absence, who, roles)) {
                able.stand_ins.push((who, person));
            }
        }
        able
    }

    fn absence_of(&self, person: &str) -> Option<&'a Absence> {
        self.absences.iter().find(|absence| absence.person == person && absence.is_on(self.now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(id: &str, roles: &[Role]) -> Person {
        Person { id: id.into(), name: id.to_uppercase(), roles: roles.to_vec(), zone: "UTC".into() }
    }

    fn people() -> Vec<Person> {
        vec![
            person("ava", &[Role::Rep]),
            person("mona", &[Role::Manager]),
            person("max", &[Role::Manager]),
            person("otto", &[Role::Operator]),
            person("gil", &[]),
        ]
    }

    fn away(person: &str, delegate: Option<&str>) -> Absence {
        let delegate = delegate.map(str::to_owned);
        Absence { person: person.into(), from: Millis(10), until: Millis(20), delegate }
    }

    const ROLES: &[Role] = &[Role::Manager];

    fn voices(absences: &[Absence], who: &str, at: (&str, i64)) -> Vec<Option<String>> {
        let persons = people();
        let deciders = Deciders { persons: &persons, absences, starter: at.0, now: Millis(at.1) };
        let who = deciders.person(who).unwrap();
        deciders.voices(who, ROLES).into_iter().map(|voice| voice.acts_for).collect()
    }

    #[test]
    fn a_stand_in_has_the_right_of_the_absent_and_no_more() {
        let mona = [away("mona", Some("otto"))];
        let for_mona = || vec![Some("mona".to_owned())];
        assert_eq!(voices(&mona, "otto", ("ava", 15)), for_mona());
        assert_eq!(voices(&mona, "otto", ("ava", 9)), [], "not before");
        assert_eq!(voices(&mona, "otto", ("ava", 20)), [], "not after");
        assert_eq!(voices(&mona, "otto", ("otto", 15)), [], "not on a run of their own");
        assert_eq!(voices(&mona, "ava", ("ben", 15)), [], "nobody else");
        assert_eq!(voices(&mona, "mona", ("ava", 15)), [None], "who is away keeps the right");
        assert_eq!(voices(&[away("mona", Some("gil"))], "gil", ("ava", 15)), [], "not without any role");
        assert_eq!(voices(&[away("ava", Some("otto"))], "otto", ("ben", 15)), [], "a rep lends no manager's right");
        assert_eq!(voices(&[away("mona", Some("mona"))], "mona", ("ava", 15)), [None], "not for oneself");
        let both = [away("mona", Some("max")), away("max", None)];
        assert_eq!(voices(&both, "max", ("max", 15)), [None], "by right also on a run of their own");
    }

    #[test]
    fn who_could_decide_is_told_with_stand_ins() {
        let persons = people();
        let able = |absences: &[Absence]| {
            let deciders = Deciders { persons: &persons, absences, starter: "ava", now: Millis(15) };
            let able = deciders.able(ROLES);
            let ids = |list: &[&Person]| list.iter().map(|who| who.id.clone()).collect::<Vec<_>>().join(" ");
            let stand_ins: Vec<_> =
                able.stand_ins.iter().map(|(who, of)| format!("{} for {}", who.id, of.id)).collect();
            (ids(&able.here), stand_ins.join(", "), able.away.len(), able.voices())
        };
        assert_eq!(able(&[]), ("mona max".into(), String::new(), 0, 2));
        assert_eq!(able(&[away("mona", Some("otto"))]), ("max".into(), "otto for mona".into(), 1, 2));
        assert_eq!(able(&[away("mona", Some("max"))]), ("max".into(), "max for mona".into(), 1, 1), "one is no two");
        let gone = [away("mona", Some("max")), away("max", None)];
        assert_eq!(able(&gone), (String::new(), String::new(), 2, 0), "a stand-in who is away stands in for nobody");
    }

    #[test]
    fn a_decision_outlives_the_absence_and_not_the_role() {
        let mut persons = people();
        let voice = Voice { person: "otto".into(), acts_for: Some("mona".into()) };
        let stands = |persons: &[Person], starter: &str| {
            Deciders { persons, absences: &[], starter, now: Millis(99) }.still_stands(&voice, ROLES)
        };
        assert!(stands(&persons, "ava"));
        assert!(!stands(&persons, "otto"));
        persons[1].roles = vec![Role::Rep];
        assert!(!stands(&persons, "ava"), "Mona is no manager any more");
        persons.remove(3);
        assert!(!stands(&persons, "ava"), "Otto is not known any more");
    }
}
