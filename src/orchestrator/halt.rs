//! Halt and lift: one row stops everything that cannot be taken back, on every worker and across restarts.
//! Ways in are the words of a message (before the model, so that it works without one), the status page and the API.
use serde_json::json;

use crate::cards::post;
use crate::cards::post::Button;
use crate::cards::post::worded;
use crate::cards::progress;
use crate::domain::ids::CampaignId;
use crate::domain::ids::CardId;
use crate::domain::ids::ThreadId;
use crate::domain::person::HALTERS;
use crate::domain::person::LIFTERS;
use crate::domain::person::Person;
use crate::orchestrator::desk::Orchestrator;
use crate::orchestrator::errands;
use crate::orchestrator::press::not_allowed;
use crate::orchestrator::refuse::Outcome;
use crate::orchestrator::refuse::Stop;
use crate::orchestrator::refuse::filled;
use crate::orchestrator::refuse::no;
use crate::orchestrator::text;
use crate::ports::desk::RefusalKind;
use crate::prompts::desk::HaltedWords;
use crate::prompts::desk::RefusalWords;
use crate::prompts::desk::VerdictWords;
use crate::run::canonical::hash_text;
use crate::run::card::CardKind;
use crate::run::card::CardState;
use crate::run::card::Style;
use crate::run::card::Tone;
use crate::run::card::Verb;
use crate::store::audit;
use crate::store::brake;
use crate::store::brake::Brake;
use crate::store::brake::BrakeKind;
use crate::store::open::Conn;
use crate::store::open::StoreError;
use crate::store::outreach;
use crate::store::runs;

const WHY_CHARS_MAX: usize = 300;
/// Runs whose cards are brought up to date at once; the others follow when they are visited.
const RUNS_MAX: i64 = 200;

/// A message that is a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    Halt(String),
    /// `is_certain`: with the slash. The bare word is a command only while the desk is halted.
    Lift {
        is_certain: bool,
    },
}

/// "halt", "/halt", "halt: wrong list", "/halt wrong list"; "resume", "/resume".
pub fn command(said: &str) -> Option<Command> {
    let said = said.trim();
    let (word, rest) = said.split_once([' ', ':', '\n', ',']).unwrap_or((said, ""));
    let is_colon = said[word.len()..].starts_with(':');
    let rest = rest.trim().trim_start_matches(':').trim();
    let bare = word.trim_end_matches(['.', '!']);
    match bare.to_lowercase().as_str() {
        "/halt" => Some(Command::Halt(rest.to_owned())),
        "halt" if rest.is_empty() || is_colon => Some(Command::Halt(rest.to_owned())),
        "/resume" if rest.is_empty() => Some(Command::Lift { is_certain: true }),
        "resume" if rest.is_empty() => Some(Command::Lift { is_certain: false }),
        _ => None,
    }
}

/// From the status page and the API, in a transaction of its own.
pub async fn ask(desk: &Orchestrator, who: &Person, command: Command) -> Outcome<String> {
    let who = desk.known(who);
    let mut tx = desk.store.begin().await?;
    match obey(desk, &mut tx, (None, &who), &command).await {
        Ok(verdict) => {
            let line = desk.words.text(&verdict)?;
            tx.commit().await.map_err(StoreError::from)?;
            woken(desk, &who, verdict.kind);
            Ok(line)
        }
        Err(stop) => {
            tx.rollback().await.map_err(StoreError::from)?;
            audit_refused(desk, &who, &stop).await?;
            Err(stop)
        }
    }
}

/// Everybody who may have something to do or to show looks now.
pub fn woken(desk: &Orchestrator, who: &Person, kind: &str) {
    tracing::warn!(person.id = %who.id, verb = kind, "a person halted the desk or lifted the halt");
    desk.wake.notify_one();
    desk.engine_wake.notify_one();
    desk.tell_readers();
}

pub async fn audit_refused(desk: &Orchestrator, who: &Person, stop: &Stop) -> Outcome<()> {
    if matches!(stop, Stop::No(RefusalKind::NotAllowed, _)) {
        let mut tx = desk.store.begin().await?;
        audit::append(&mut tx, desk.clock.now(), &who.id, "refused", ("halt", "")).await?;
        tx.commit().await.map_err(StoreError::from)?;
    }
    Ok(())
}

pub async fn obey(
    desk: &Orchestrator,
    c: &mut Conn,
    at: (Option<&ThreadId>, &Person),
    command: &Command,
) -> Outcome<VerdictWords> {
    match command {
        Command::Halt(why) => halt(desk, c, at, why).await,
        Command::Lift { .. } => lift(desk, c, at).await,
    }
}

async fn halt(desk: &Orchestrator, c: &mut Conn, at: (Option<&ThreadId>, &Person), why: &str) -> Outcome<VerdictWords> {
    let (thread, who) = at;
    if !who.any_of(HALTERS) {
        return Err(not_allowed(desk, who, HALTERS));
    }
    let now = desk.clock.now();
    let why = text::line(why, WHY_CHARS_MAX);
    let mut halt =
        Brake { kind: BrakeKind::Halt, by: who.id.clone(), name: who.name.clone(), at: now, why, cards: Vec::new() };
    if !brake::pull(c, &halt).await? {
        let first = brake::of_kind(c, BrakeKind::Halt).await?.unwrap_or(halt);
        let at = first.at.day_clock(&who.zone);
        let words = RefusalWords { kind: "halted", name: first.name, at, ..RefusalWords::default() };
        return Err(filled(RefusalKind::Decided, words));
    }
    let campaigns = keep_halted(desk, c, &halt).await?;
    audit::append(c, now, &who.id, "halt", ("desk", &hash_text(&halt.why))).await?;
    halt.cards = tell(desk, c, (&halt, campaigns), thread).await?;
    brake::tell(c, &halt).await?;
    Ok(VerdictWords {
        kind: "halt",
        name: who.name.clone(),
        at: now.clock(&desk.config.zone),
        ..VerdictWords::default()
    })
}

/// Campaigns that run are halted in our rows at once and at the vendor by an errand. How many there were.
pub async fn keep_halted(desk: &Orchestrator, c: &mut Conn, halt: &Brake) -> Outcome<i64> {
    let campaigns = outreach::halt_running(c).await?;
    for campaign in &campaigns {
        let key = format!("{}:{campaign}", halt.at.0);
        errands::queue_in(desk, c, errands::HALT, (&key, campaign.as_str()), &errand_thread(campaign)).await?;
    }
    Ok(campaigns.len() as i64)
}

/// One after the other for a campaign, so that a late pause never follows its start.
fn errand_thread(campaign: &CampaignId) -> ThreadId {
    ThreadId(format!("halt:{campaign}"))
}

/// A card in every thread with a live run and where it was said; the progress cards say it too.
async fn tell(
    desk: &Orchestrator,
    c: &mut Conn,
    what: (&Brake, i64),
    thread: Option<&ThreadId>,
) -> Outcome<Vec<String>> {
    let (halt, campaigns) = what;
    let mut threads: Vec<ThreadId> = thread.into_iter().cloned().collect();
    for run in runs::live(c, RUNS_MAX).await? {
        if !threads.contains(&run.thread) {
            threads.push(run.thread.clone());
        }
    }
    let mut cards = Vec::new();
    for thread in &threads {
        let words = desk.words.card(&HaltedWords {
            name: halt.name.clone(),
            at: halt.at.day_clock(&desk.config.zone),
            why: halt.why.clone(),
            campaigns,
            lifters: desk.names_with(LIFTERS),
        })?;
        let mut card = worded(CardKind::Alert, &words);
        card.tone = Tone::Danger;
        let lift = Button::new(Verb::Lift, &words.label("lift"), LIFTERS).style(Style::Go);
        let key = format!("halt:{}:{thread}", halt.at.0);
        let place = desk.place(thread, None);
        cards.push(post::post(c, desk.ids.as_ref(), place, (card, vec![lift]), Some(&key)).await?.0);
    }
    refresh(desk, c).await?;
    Ok(cards)
}

async fn refresh(desk: &Orchestrator, c: &mut Conn) -> Outcome<()> {
    for run in runs::live(c, RUNS_MAX).await? {
        let place = desk.place(&run.thread, Some(&run.id));
        progress::refresh(c, &desk.shown(&|id| desk.name_of(id)), place, (&run, true)).await?;
    }
    Ok(())
}

async fn lift(desk: &Orchestrator, c: &mut Conn, at: (Option<&ThreadId>, &Person)) -> Outcome<VerdictWords> {
    let (thread, who) = at;
    if !who.any_of(LIFTERS) {
        return Err(not_allowed(desk, who, LIFTERS));
    }
    let now = desk.clock.now();
    let Some(halt) = brake::lift(c, BrakeKind::Halt, now).await? else {
        return Err(no(RefusalKind::Decided, "not_halted"));
    };
    for campaign in outreach::halted(c).await? {
        let key = format!("{}:{campaign}", now.0);
        errands::queue_in(desk, c, errands::LIFT, (&key, campaign.as_str()), &errand_thread(&campaign)).await?;
    }
    let at = now.clock(&desk.config.zone);
    let verdict = VerdictWords { kind: "lift", name: who.name.clone(), at, ..VerdictWords::default() };
    let line = desk.words.text(&verdict)?;
    for card in &halt.cards {
        post::settle(c, &CardId(card.clone()), &line, CardState::Decided, now).await?;
    }
    if let Some(thread) = thread {
        post::say(c, desk.ids.as_ref(), desk.place(thread, None), (post::DESK, &line), None).await?;
    }
    audit::append(c, now, &who.id, "lift", ("desk", &hash_text(&json!(halt.at).to_string()))).await?;
    refresh(desk, c).await?;
    Ok(verdict)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_bare_word_or_the_slash_is_a_command() {
        let halt = |why: &str| Some(Command::Halt(why.to_owned()));
        let cases = [
            ("halt", halt("")),
            ("Halt!", halt("")),
            ("/halt", halt("")),
            ("/halt wrong list", halt("wrong list")),
            ("halt: wrong list", halt("wrong list")),
            ("HALT", halt("")),
            ("halt the campaign for acme", None),
            ("please halt", None),
            ("halting", None),
            ("resume", Some(Command::Lift { is_certain: false })),
            ("/resume", Some(Command::Lift { is_certain: true })),
            ("resume run 7K2", None),
            ("", None),
        ];
        for (said, expected) in cases {
            assert_eq!(command(said), expected, "{said}");
        }
    }
}
