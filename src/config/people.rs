//! persons.toml: who may talk to the desk, in which role, and how they log in.
use serde::Deserialize;
use toml::Spanned;

use crate::config::error::ConfigFault;
use crate::config::error::line_of;
use crate::config::files::File;
use crate::config::tomlfile::broken;
use crate::domain::absence::Absence;
use crate::domain::person::Person;
use crate::domain::person::Role;
use crate::domain::time::days_of;
use crate::ports::secret::Secret;

/// A person who may log in. The hash is an argon2 PHC string.
#[derive(Clone, Debug)]
pub struct Login {
    pub person: String,
    pub argon2: Secret,
}

#[derive(Clone, Debug, Default)]
pub struct People {
    pub persons: Vec<Person>,
    pub logins: Vec<Login>,
    pub absences: Vec<Absence>,
}

impl People {
    /// The first person with this role.
    pub fn with(&self, role: Role) -> Option<&Person> {
        self.persons.iter().find(|person| person.is(role))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    person: Vec<Spanned<Row>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    name: String,
    roles: Vec<Role>,
    zone: String,
    #[serde(default)]
    away_from: Option<String>,
    #[serde(default)]
    away_until: Option<String>,
    #[serde(default)]
    delegate: Option<String>,
    #[serde(default)]
    login: Option<String>,
}

const ID_CHARS_MAX: usize = 32;
const NAME_CHARS_MAX: usize = 60;

pub fn parse(file: &File) -> (People, Vec<ConfigFault>) {
    let document: Document = match toml::from_str(&file.text) {
        Ok(document) => document,
        Err(why) => return (People::default(), vec![broken(&file.place, &file.text, &why)]),
    };
    let mut people = People::default();
    let mut faults = Vec::new();
    let mut lines = Vec::new();
    for row in document.person {
        let line = line_of(&file.text, row.span().start);
        let row = row.into_inner();
        if let Err(reason) = check(&row, &people.persons) {
            faults.push(ConfigFault::new(&file.place, Some(line), reason));
            continue;
        }
        if let Some(hash) = &row.login {
            people.logins.push(Login { person: row.id.clone(), argon2: Secret::new(hash) });
        }
        match absence(&row) {
            Ok(None) => {}
            Ok(Some(absence)) => {
                people.absences.push(absence);
                lines.push(line);
            }
            Err(reason) => faults.push(ConfigFault::new(&file.place, Some(line), reason)),
        }
        people.persons.push(Person { id: row.id, name: row.name, roles: row.roles, zone: row.zone });
    }
    // A delegate may stand further down in the file.
    for (absence, line) in people.absences.iter().zip(lines) {
        if let Some(reason) = stand_in_fault(absence, &people.persons) {
            faults.push(ConfigFault::new(&file.place, Some(line), reason));
        }
    }
    if people.persons.is_empty() && faults.is_empty() {
        faults.push(ConfigFault::new(&file.place, None, "names no person; add a [[person]]"));
    }
    (people, faults)
}

fn check(row: &Row, before: &[Person]) -> Result<(), String> {
    let plain = row.id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_');
    if row.id.is_empty() || row.id.len() > ID_CHARS_MAX || !plain {
        return Err(format!("the id `{}` is not 1 to {ID_CHARS_MAX} of a-z, 0-9, - and _", row.id));
    }
    if before.iter().any(|person| person.id == row.id) {
        return Err(format!("`{}` is there twice; keep one", row.id));
    }
    if row.name.trim().is_empty() || row.name.chars().count() > NAME_CHARS_MAX {
        return Err(format!("the name of `{}` is not 1 to {NAME_CHARS_MAX} characters", row.id));
    }
    if jiff::tz::TimeZone::get(&row.zone).is_err() {
        return Err(format!("`{}` is no time zone; write one such as Europe/London", row.zone));
    }
    match row.login.as_deref().map(argon2::PasswordHash::new) {
        None => Ok(()),
        Some(Ok(hash)) if hash.algorithm.as_str().starts_with("argon2") => Ok(()),
        Some(_) => Err(format!("the login of `{}` is not an argon2 hash", row.id)),
    }
}

fn absence(row: &Row) -> Result<Option<Absence>, String> {
    let (from, until) = match (&row.away_from, &row.away_until) {
        (Some(from), Some(until)) => (from, until),
        (None, None) if row.delegate.is_none() => return Ok(None),
        _ => return Err(format!("`{}` needs both away_from and away_until", row.id)),
    };
    let (from, until) = days_of(from, until, &row.zone)
        .ok_or_else(|| format!("`{from}` to `{until}` is no span of days; write YYYY-MM-DD, the first day first"))?;
    Ok(Some(Absence { person: row.id.clone(), from, until, delegate: row.delegate.clone() }))
}

fn stand_in_fault(absence: &Absence, persons: &[Person]) -> Option<String> {
    let delegate = absence.delegate.as_deref()?;
    let known = persons.iter().find(|person| person.id == delegate);
    match known {
        None => Some(format!("the delegate `{delegate}` is nobody of this file")),
        Some(_) if delegate == absence.person => Some(format!("`{delegate}` cannot be their own delegate")),
        Some(person) if person.roles.is_empty() => Some(format!("the delegate `{delegate}` has no role")),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> File {
        File { path: "persons.toml".into(), place: "persons.toml".into(), text: text.to_owned() }
    }

    const AVA: &str = "[[person]]\nid = \"ava\"\nname = \"Ava\"\nroles = [\"rep\"]\nzone = \"UTC\"\n";

    const AWAY: &str = "away_from = \"2026-12-24\"\naway_until = \"2026-12-28\"\n";
    const GIL: &str = "[[person]]\nid = \"gil\"\nname = \"Gil\"\nroles = []\nzone = \"UTC\"\n";

    #[test]
    fn an_absence_is_whole_days_in_the_zone_of_the_person() {
        let text = AVA.replace("UTC", "Europe/Berlin") + AWAY + "delegate = \"ben\"\n";
        let text = text + &AVA.replace("ava", "ben").replace("Ava", "Ben");
        let (people, faults) = parse(&file(&text));
        assert_eq!(faults, []);
        let [absence] = people.absences.as_slice() else { panic!("one absence") };
        assert_eq!((absence.person.as_str(), absence.delegate.as_deref()), ("ava", Some("ben")));
        assert_eq!(absence.from.rfc3339(), "2026-12-23T23:00:00Z");
        assert_eq!(absence.until.rfc3339(), "2026-12-28T23:00:00Z", "the last day is away too");
    }

    #[test]
    fn a_person_has_roles_and_a_zone() {
        let (people, faults) = parse(&file(AVA));
        assert_eq!(faults, []);
        assert_eq!(people.with(Role::Rep).map(|person| person.id.as_str()), Some("ava"));
        assert!(people.with(Role::Manager).is_none());
    }

    #[test]
    fn faults_name_the_line() {
        let cases = [
            (format!("{AVA}{AVA}"), 6, "is there twice"),
            (AVA.replace("UTC", "Mars/Base"), 1, "is no time zone"),
            (AVA.replace("\"ava\"", "\"Ava B\""), 1, "is not 1 to 32"),
            (AVA.replace("rep", "boss"), 4, "unknown variant"),
            (format!("{AVA}login = \"secret\"\n"), 1, "is not an argon2 hash"),
            (format!("{AVA}colour = 1\n"), 6, "unknown field"),
            (format!("{AVA}delegate = \"ben\"\n"), 1, "needs both"),
            (format!("{AVA}away_from = \"2026-12-24\"\naway_until = \"soon\"\n"), 1, "is no span of days"),
            (format!("{AVA}away_from = \"2026-12-24\"\naway_until = \"2026-12-23\"\n"), 1, "is no span of days"),
            (format!("{AVA}{AWAY}delegate = \"ben\"\n"), 1, "is nobody of this file"),
            (format!("{AVA}{AWAY}delegate = \"ava\"\n"), 1, "their own delegate"),
            (format!("{AVA}{AWAY}delegate = \"gil\"\n{GIL}"), 1, "has no role"),
        ];
        for (text, line, part) in cases {
            let (_, faults) = parse(&file(&text));
            assert_eq!(faults.len(), 1, "{text}");
            assert_eq!(faults[0].line, Some(line), "{}", faults[0]);
            assert!(faults[0].reason.contains(part), "{}", faults[0]);
        }
        assert_eq!(parse(&file("")).1.len(), 1);
    }
}
