//! Why a press on a gate decided nothing, in words: who was first, who may, that nobody is here.
use crate::cards::names;
use crate::domain::person::Role;
use crate::domain::time::Millis;
use crate::orchestrator::desk::Orchestrator;
use crate::orchestrator::press::Press;
use crate::orchestrator::press::not_allowed;
use crate::orchestrator::refuse::Stop;
use crate::orchestrator::refuse::filled;
use crate::orchestrator::refuse::role_words;
use crate::orchestrator::think::ACTING;
use crate::ports::desk::RefusalKind;
use crate::prompts::desk::RefusalWords;
use crate::run::deciders::Deciders;
use crate::run::gate::Gate;
use crate::run::gate::NotDecided;

pub fn not_decided(desk: &Orchestrator, press: &Press<'_>, at: (&Gate, &Deciders<'_>), why: NotDecided) -> Stop {
    let (gate, deciders) = at;
    let clock = |at: Millis| at.clock(&press.who.zone);
    match why {
        NotDecided::NotAllowed(roles) => not_yours(desk, press, deciders, &roles),
        NotDecided::Already { by, at } => {
            let words =
                RefusalWords { kind: "decided", name: deciders.words(&by), at: clock(at), ..RefusalWords::default() };
            filled(RefusalKind::Decided, words)
        }
        NotDecided::Voted { by, at } => {
            let is_used = |id: &str| gate.votes.iter().any(|vote| vote.voice.person == id);
            let words = RefusalWords {
                kind: "voted",
                name: deciders.words(&by),
                at: clock(at),
                number: gate.votes.len() as i64,
                limit: gate.quorum,
                roles: able_names(deciders, &gate.roles, |id| !is_used(id)),
                ..RefusalWords::default()
            };
            filled(RefusalKind::Decided, words)
        }
        NotDecided::Expired { at } => {
            let words = RefusalWords { kind: "expired", at: at.day_clock(&press.who.zone), ..RefusalWords::default() };
            filled(RefusalKind::Expired, words)
        }
    }
}

/// Names who may, with stand-ins; when nobody can, the operator. It never becomes somebody else's to decide.
fn not_yours(desk: &Orchestrator, press: &Press<'_>, deciders: &Deciders<'_>, roles: &[Role]) -> Stop {
    if !press.who.any_of(ACTING) {
        return not_allowed(desk, press.who, roles);
    }
    let can_stop = deciders.starter == press.who.id;
    let name = able_names(deciders, roles, |_| true);
    let able = deciders.able(roles);
    if !name.is_empty() || able.away.is_empty() {
        let roles = role_words(roles);
        return filled(
            RefusalKind::NotAllowed,
            RefusalWords { kind: "not_yours", name, roles, can_stop, ..RefusalWords::default() },
        );
    }
    let until = |at: Millis| at.plus(-1).day(&press.who.zone);
    let away: Vec<String> =
        able.away.iter().map(|(who, at)| format!("{} is away until {}", who.name, until(*at))).collect();
    let words = RefusalWords {
        kind: "nobody_here",
        roles: names::roles(roles),
        rule: away.join(", "),
        name: desk.names_with(&[Role::Operator]),
        can_stop,
        ..RefusalWords::default()
    };
    filled(RefusalKind::NotAllowed, words)
}

/// "Cora or Otto for Mona".
fn able_names(deciders: &Deciders<'_>, roles: &[Role], wanted: impl Fn(&str) -> bool) -> String {
    let able = deciders.able(roles);
    let here = able.here.iter().filter(|who| wanted(&who.id)).map(|who| who.name.clone());
    let stand_ins = able.stand_ins.iter().filter(|(who, _)| wanted(&who.id));
    let stand_ins = stand_ins.map(|(who, of)| format!("{} for {}", who.name, of.name));
    here.chain(stand_ins).collect::<Vec<_>>().join(" or ")
}
