//! `set_absence`: somebody says that they are away, who decides for them, or that they are back. Only for oneself, and the
//! stand-in must stand in the person's own words: a model must not choose who approves.
use schemars::JsonSchema;
use serde::Deserialize;

use crate::domain::absence::Absence;
use crate::domain::absence::joined;
use crate::domain::person::Person;
use crate::domain::time::Millis;
use crate::domain::time::days_of;
use crate::run::canonical::hash_of;
use crate::run::state::StepKind;
use crate::run::turn::Returned;
use crate::store::absence;
use crate::store::audit;
use crate::store::inbox;
use crate::store::open::Conn;
use crate::tools::context::ToolCx;
use crate::tools::entry::Callable;
use crate::tools::entry::Phase;

pub struct Tool;

/// What stands for the last day when there is no absence any more.
const BACK: &str = "back";

#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// First day, YYYY-MM-DD; empty is today.
    #[serde(default)]
    #[garde(length(chars, max = 10))]
    pub from: String,
    /// Last day, or "back".
    #[garde(length(chars, min = 4, max = 10))]
    pub until: String,
    /// Who decides, as named.
    #[serde(default)]
    #[garde(length(chars, max = 60))]
    pub delegate: String,
}

#[async_trait::async_trait]
impl Callable for Tool {
    type Args = Args;
    const PHASES: &'static [Phase] = Phase::ALL;
    const STEP: Option<StepKind> = None;

    async fn call(cx: &ToolCx, args: Args) -> anyhow::Result<Returned> {
        let mut tx = cx.store.begin().await?;
        let Some(words) = own_words(&mut tx, cx).await? else {
            return Ok(Returned::Result("DENIED: only the person who is away can say so, in their own words.".to_owned()));
        };
        let now = cx.clock.now();
        let (absence, told) = if args.until == BACK {
            match back(&mut tx, cx, now).await? {
                Some(absence) => (absence, format!("{} is back: only they decide what is theirs.", cx.who.name)),
                None => return Ok(Returned::Result(format!("{} was not away; nothing changed.", cx.who.name))),
            }
        } else {
            match away(cx, &args, &words, now) {
                Ok(absence) => {
                    let told = told(cx, &absence);
                    (absence, told)
                }
                Err(sentence) => return Ok(Returned::BadArguments(sentence)),
            }
        };
        absence::put(&mut tx, &absence, now).await?;
        let what = (absence.from.0, absence.until.0, &absence.delegate);
        audit::append(&mut tx, now, &cx.who.id, "absence", (&cx.who.id, &hash_of(&what))).await?;
        tx.commit().await?;
        Ok(Returned::Result(told))
    }
}

/// What this person wrote and is answered now; a refusal that was sent back is somebody else's words.
async fn own_words(c: &mut Conn, cx: &ToolCx) -> anyhow::Result<Option<String>> {
    let newest = inbox::newest_said(c, &cx.thread, &cx.who.id).await?;
    let own = newest.filter(|payload| payload["refused"].is_null());
    Ok(own.and_then(|payload| payload["text"].as_str().map(str::to_owned)))
}

fn away(cx: &ToolCx, args: &Args, words: &str, now: Millis) -> Result<Absence, String> {
    let today = now.timestamp().to_zoned(crate::domain::time::zone_or_utc(&cx.who.zone)).date().to_string();
    let from = if args.from.is_empty() { &today } else { &args.from };
    let span = days_of(from, &args.until, &cx.who.zone).filter(|(_, until)| *until > now);
    let Some((from, until)) = span else {
        return Err("BAD: until: the last day away as YYYY-MM-DD, today or later, and not before the first".to_owned());
    };
    let delegate = match args.delegate.trim() {
        "" => None,
        name => Some(stand_in(cx, name, words)?.id.clone()),
    };
    Ok(Absence { person: cx.who.id.clone(), from, until, delegate })
}

/// Somebody known, with a role, not oneself, and named by the person.
fn stand_in<'a>(cx: &'a ToolCx, name: &str, words: &str) -> Result<&'a Person, String> {
    let is = |person: &&Person| person.name.eq_ignore_ascii_case(name) || person.id.eq_ignore_ascii_case(name);
    let found = cx.config.persons.iter().find(is).filter(|person| person.id != cx.who.id && !person.roles.is_empty());
    let Some(person) = found else {
        let others = cx.config.persons.iter().filter(|person| person.id != cx.who.id && !person.roles.is_empty());
        let names: Vec<&str> = others.map(|person| person.name.as_str()).collect();
        return Err(format!("BAD: delegate: one of {}", names.join(", ")));
    };
    if is_named(words, &person.name) || is_named(words, &person.id) {
        return Ok(person);
    }
    Err("BAD: delegate: nobody whom the person did not name; ask them who decides meanwhile".to_owned())
}

/// As whole words: "benefits" does not name Ben.
fn is_named(said: &str, name: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        let parts = text.split(|c: char| !c.is_alphanumeric() && c != '-' && c != '_');
        parts.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
    };
    let (said, name) = (words(said), words(name));
    !name.is_empty() && said.windows(name.len()).any(|some| some == name)
}

/// Ends the absence that is on, or else the next: an empty span where it begins or now.
async fn back(c: &mut Conn, cx: &ToolCx, now: Millis) -> anyhow::Result<Option<Absence>> {
    let all = joined(&cx.config.absences, &absence::all(c).await?);
    let mine = all.into_iter().filter(|absence| absence.person == cx.who.id && absence.until > now);
    let Some(next) = mine.min_by_key(|absence| absence.from) else { return Ok(None) };
    let at = next.from.max(now);
    Ok(Some(Absence { person: cx.who.id.clone(), from: at, until: at, delegate: None }))
}

fn told(cx: &ToolCx, absence: &Absence) -> String {
    let zone = &cx.who.zone;
    let name = absence.delegate.as_deref().and_then(|id| cx.config.persons.iter().find(|person| person.id == id));
    let who = match name {
        Some(person) => format!("{} decides meanwhile what is theirs to decide", person.name),
        None => "nobody decides for them meanwhile".to_owned(),
    };
    let (from, until) = (absence.from.day(zone), absence.until.plus(-1).day(zone));
    format!("Noted: {} is away from {from} to {until}; {who}. \"I am back\" ends it.", cx.who.name)
}

#[cfg(test)]
#[path = "set_absence/tests.rs"]
mod tests;
