//! Words of decisions: who may, who is reminded, what a refusal brings.
use serde::Serialize;

use crate::prompts::render::Entry;
use crate::prompts::render::entry;
use crate::template;

pub const ALL: &[Entry] = &[entry::<DecidersWords>(), entry::<Reminder>(), entry::<RefusedWords>()];

/// Somebody who is away.
#[derive(Clone, Debug, Serialize)]
pub struct AwayLine {
    pub name: String,
    pub until: String,
    /// Empty when nobody decides meanwhile.
    pub stand_in: String,
}

/// Who decides and until when; says so when nobody can.
#[derive(Clone, Debug, Serialize)]
pub struct DecidersWords {
    /// "a manager".
    pub roles: String,
    /// Those who hold the role and are here.
    pub names: Vec<String>,
    pub until: String,
    pub quorum: i64,
    pub stand_ins: Vec<AwayLine>,
    /// Away without a stand-in; told only when that leaves too few.
    pub away: Vec<AwayLine>,
    /// Fewer people can decide than must.
    pub short: bool,
    /// People who can decide now.
    pub able: i64,
    /// Name of an operator.
    pub operator: String,
}

template!(
    DecidersWords,
    "messages/deciders.tera",
    DecidersWords {
        roles: "a manager".into(),
        names: vec!["Mia".into()],
        until: "Wed 25 Nov 15:10".into(),
        quorum: 2,
        stand_ins: vec![AwayLine { name: "Max".into(), until: "Fri 27 Nov".into(), stand_in: "Ben".into() }],
        away: vec![AwayLine { name: "Mona".into(), until: "Fri 4 Dec".into(), stand_in: String::new() }],
        short: true,
        able: 1,
        operator: "Otto".into(),
    }
);

/// A gate that still waits, told once at half time and once shortly before its end.
#[derive(Clone, Debug, Serialize)]
pub struct Reminder {
    /// "preview 1".
    pub what: String,
    pub code: String,
    pub who: String,
    pub since: String,
    pub left_ms: i64,
    /// "1 of 2: Mona 10:32", empty when one is enough.
    pub approved: String,
}

template!(
    Reminder,
    "messages/reminder.tera",
    Reminder {
        what: "preview 1".into(),
        code: "7K2".into(),
        who: "For a manager, until Wed 25 Nov 15:10.".into(),
        since: "Tue 24 Nov 15:10".into(),
        left_ms: 43_200_000,
        approved: "1 of 2: Mona 10:32".into(),
    }
);

/// What the next version says of the refusal before it.
#[derive(Clone, Debug, Serialize)]
pub struct RefusedWords {
    pub by: String,
    /// "preview 1".
    pub what: String,
    pub reason: String,
}

template!(
    RefusedWords,
    "messages/refused.tera",
    RefusedWords { by: "Mona".into(), what: "preview 1".into(), reason: "too pushy".into() }
);
