//! What gate cards say of people: who decides, who approved, who is reminded, what a refusal left.
use crate::cards::names;
use crate::cards::post::Button;
use crate::cards::post::worded;
use crate::domain::person::Person;
use crate::domain::person::Role;
use crate::domain::time::Millis;
use crate::prompts::decisions::AwayLine;
use crate::prompts::decisions::DecidersWords;
use crate::prompts::decisions::RefusedWords;
use crate::prompts::decisions::Reminder;
use crate::prompts::render::Prompts;
use crate::prompts::render::WordsError;
use crate::run::card::Card;
use crate::run::card::CardKind;
use crate::run::card::Tone;
use crate::run::card::Verb;
use crate::run::deciders::Deciders;
use crate::run::gate::Gate;
use crate::run::gate::Vote;

/// Names of those who may decide.
const NAMES_MAX: usize = 5;

/// What a gate's card needs beside the gate.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    pub deciders: &'a Deciders<'a>,
    /// Zone of the desk: what everybody reads on a card.
    pub zone: &'a str,
}

/// "For a manager, until …", with who stands in for whom, and that nobody can when nobody can.
pub fn deciders(words: &Prompts, gate: &Gate, around: Around<'_>) -> Result<String, WordsError> {
    let able = around.deciders.able(&gate.roles);
    // The last day away, not the morning after it.
    let until = |at: Millis| at.plus(-1).day(around.zone);
    let stand_in = |person: &Person| able.stand_ins.iter().find(|(_, of)| of.id == person.id).map(|(who, _)| *who);
    let line = |(person, at): &(&Person, Millis)| AwayLine {
        name: person.name.clone(),
        until: until(*at),
        stand_in: stand_in(person).map(|who| who.name.clone()).unwrap_or_default(),
    };
    let (stand_ins, away): (Vec<_>, Vec<_>) = able.away.iter().map(line).partition(|line| !line.stand_in.is_empty());
    let voices = able.voices() as i64;
    let short = voices < gate.quorum;
    let operator = around.deciders.persons.iter().find(|person| person.is(Role::Operator));
    words.text(&DecidersWords {
        roles: names::roles(&gate.roles),
        names: able.here.iter().take(NAMES_MAX).map(|person| person.name.clone()).collect(),
        until: gate.expires_at.day_clock(around.zone),
        quorum: gate.quorum,
        stand_ins,
        away: if short { away } else { Vec::new() },
        short,
        able: voices,
        operator: operator.map(|person| person.name.clone()).unwrap_or_default(),
    })
}

/// "Mona 10:32".
pub fn approvals(gate: &Gate, around: Around<'_>) -> Vec<String> {
    let line = |vote: &Vote| format!("{} {}", around.deciders.words(&vote.voice), vote.at.clock(around.zone));
    gate.votes.iter().map(line).collect()
}

/// A gate still waits: who may decide, what waits, until when, and the way to it.
pub fn reminder(
    words: &Prompts,
    gate: &Gate,
    run: (&str, &str),
    around: Around<'_>,
) -> Result<(Card, Vec<Button>), WordsError> {
    let (code, card_id) = run;
    let votes = approvals(gate, around);
    let approved = format!("{} of {}: {}", votes.len(), gate.quorum, votes.join(", "));
    let text = words.card(&Reminder {
        what: names::gate_noun(gate),
        code: code.to_owned(),
        who: deciders(words, gate, around)?,
        since: gate.created_at.day_clock(around.zone),
        left_ms: gate.expires_at.since(around.deciders.now),
        approved: if votes.is_empty() { String::new() } else { approved },
    })?;
    let mut card = worded(CardKind::Notice, &text);
    card.tone = Tone::Warn;
    Ok((card, vec![Button::new(Verb::Show, &text.label("show"), &[]).leads_to(card_id)]))
}

/// What the next version says of a refused gate.
pub fn after_refusal(words: &Prompts, gate: &Gate, persons: &[Person]) -> Result<String, WordsError> {
    let Some(reason) = gate.reason() else { return Ok(String::new()) };
    let names = Deciders { persons, absences: &[], starter: "", now: Millis::default() };
    words.text(&RefusedWords {
        by: gate.decided_by.as_ref().map(|voice| names.words(voice)).unwrap_or_default(),
        what: names::gate_noun(gate),
        reason: reason.to_owned(),
    })
}
