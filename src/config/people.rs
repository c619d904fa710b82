//! persons.toml: who may talk to the desk, in which role, and how they log in.
use serde::Deserialize;
use toml::Spanned;

use crate::config::error::ConfigFault;
use crate::config::error::line_of;
use crate::config::files::File;
use crate::config::tomlfile::broken;
use crate::domain::person::Person;
use crate::domain::person::Role;
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
        people.persons.push(Person { id: row.id, name: row.name, roles: row.roles, zone: row.zone });
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

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> File {
        File { path: "persons.toml".into(), place: "persons.toml".into(), text: text.to_owned() }
    }

    const AVA: &str = "[[person]]\nid = \"ava\"\nname = \"Ava\"\nroles = [\"rep\"]\nzone = \"UTC\"\n";

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
