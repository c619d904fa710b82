//! What is looked after without being asked: campaigns under a halt, vendors that fail, work that does not move.
//! Each finding is told once and closes itself when it is over; what was told is a row, so a restart tells nothing twice.
use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use crate::cards::post;
use crate::cards::post::worded;
use crate::domain::ids::CardId;
use crate::domain::time::MINUTE;
use crate::domain::time::Millis;
use crate::domain::time::SECOND;
use crate::orchestrator::desk::Orchestrator;
use crate::orchestrator::halt;
use crate::orchestrator::refuse::Outcome;
use crate::orchestrator::refuse::Stop;
use crate::ports::error::Hold;
use crate::prompts::desk::BreakerWords;
use crate::prompts::desk::StuckWords;
use crate::reports::daily;
use crate::run::breaker::Breaker;
use crate::run::breaker::BreakerState;
use crate::run::card::CardKind;
use crate::run::card::CardState;
use crate::run::card::Tone;
use crate::store::brake;
use crate::store::brake::BrakeKind;
use crate::store::breaker;
use crate::store::items;
use crate::store::limiter;
use crate::store::meta;
use crate::store::open::Conn;
use crate::store::open::StoreError;
use crate::store::runs;
use crate::store::totals;
use crate::store::totals::Due;

const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Due work is counted at every so many looks: with many items it is not for nothing.
const STUCK_LOOKS: u64 = 2;
/// Work that moved between two looks this far apart is not stuck, however fast business time runs (machine time).
const STILL_MS: i64 = 4 * SECOND;
/// Rows that say which queues were told of as stuck.
pub const STUCK: &str = "told:stuck:";
/// A worker that gave no sign for this long is not alive (machine time).
pub const WORKER_SILENT_MS: i64 = MINUTE;

/// What was seen of each queue, and since when it looks the same (machine time).
#[derive(Default)]
pub struct Seen {
    queues: BTreeMap<String, (i64, Millis)>,
    looks: u64,
}

/// Whether a queue moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Motion {
    Moves,
    /// It was not looked at for long enough.
    NotKnown,
    Still,
}

impl Seen {
    fn look(&mut self, due: &Due, wall: Millis) -> Motion {
        match self.queues.get(&due.queue) {
            Some((mark, since)) if *mark == due.mark && wall.since(*since) >= STILL_MS => Motion::Still,
            Some((mark, _)) if *mark == due.mark => Motion::NotKnown,
            before => {
                let motion = if before.is_some() { Motion::Moves } else { Motion::NotKnown };
                self.queues.insert(due.queue.clone(), (due.mark, wall));
                motion
            }
        }
    }
}

/// Cards that told of a trouble.
#[derive(Serialize, Deserialize)]
struct Told {
    since: Millis,
    cards: BTreeMap<String, String>,
}

impl Orchestrator {
    pub async fn run_watch(&self, shutdown: CancellationToken) {
        let mut seen = Seen::default();
        loop {
            if let Err(stop) = self.step_watch(&mut seen).await {
                tracing::error!(error = %stop, "could not look after the desk");
            }
            if tokio::time::timeout(LOOK_EVERY, shutdown.cancelled()).await.is_ok() {
                return;
            }
        }
    }

    /// One look.
    pub async fn step_watch(&self, seen: &mut Seen) -> Outcome<()> {
        let mut tx = self.store.begin().await?;
        if let Some(halt) = brake::of_kind(&mut tx, BrakeKind::Halt).await? {
            // A campaign whose start was inside a call when the halt came.
            halt::keep_halted(self, &mut tx, &halt).await?;
        }
        let mut told = 0;
        for (vendor, breaker) in breaker::all(&mut tx).await? {
            told += tell_breaker(self, &mut tx, &vendor, &breaker).await?;
        }
        if seen.looks.is_multiple_of(STUCK_LOOKS) {
            told += tell_stuck(self, &mut tx, seen).await?;
        }
        seen.looks += 1;
        tx.commit().await.map_err(StoreError::from)?;
        if told > 0 {
            self.tell_readers();
        }
        Ok(())
    }
}

/// A notice in the thread of each run that waits for the vendor, settled when the vendor answers again.
async fn tell_breaker(desk: &Orchestrator, c: &mut Conn, vendor: &str, breaker: &Breaker) -> Outcome<usize> {
    let key = format!("told:breaker:{vendor}");
    let before = told(c, &key).await?;
    let is_over = breaker.state == BreakerState::Closed;
    if let Some(told) = before.as_ref().filter(|told| is_over || told.since != breaker.opened_at) {
        let line = format!("{vendor} answers again, {}", desk.clock.now().clock(&desk.config.zone));
        return close(desk, c, &key, (told, &line)).await;
    }
    if is_over {
        return Ok(0);
    }
    let mut told = before.unwrap_or(Told { since: breaker.opened_at, cards: BTreeMap::new() });
    let known = told.cards.len();
    for id in items::runs_waiting_for(c, &Hold::Breaker.key(vendor)).await? {
        if told.cards.contains_key(id.as_str()) {
            continue;
        }
        let Some(run) = runs::get(c, &id).await? else { continue };
        let words = desk.words.card(&BreakerWords {
            vendor: vendor.to_owned(),
            failures: breaker.failures,
            why: breaker.why.clone(),
            at: breaker.probe_at.clock(&desk.config.zone),
        })?;
        let mut card = worded(CardKind::Notice, &words);
        card.tone = Tone::Warn;
        let place = desk.place(&run.thread, Some(&id));
        let dedupe = format!("breaker:{vendor}:{}:{id}", breaker.opened_at.0);
        let card = post::post(c, desk.ids.as_ref(), place, (card, Vec::new()), Some(&dedupe)).await?;
        told.cards.insert(id.0, card.0);
    }
    let new = told.cards.len() - known;
    if new > 0 {
        remember(c, &key, &told).await?;
    }
    Ok(new)
}

/// One alert a queue in the operators' thread.
async fn tell_stuck(desk: &Orchestrator, c: &mut Conn, seen: &mut Seen) -> Outcome<usize> {
    let late = late(desk, c, seen).await?;
    let mut changed = 0;
    for key in meta::keys(c, STUCK).await? {
        let queue = key.trim_start_matches(STUCK);
        if late.iter().any(|(due, motion)| due.queue == queue && *motion != Motion::Moves) {
            continue;
        }
        if let Some(told) = told(c, &key).await? {
            let line = format!("The work moves again, {}", desk.clock.now().clock(&desk.config.zone));
            changed += close(desk, c, &key, (&told, &line)).await?;
        }
    }
    for (due, _) in late.into_iter().filter(|(_, motion)| *motion == Motion::Still) {
        let key = format!("{STUCK}{}", due.queue);
        let new = Told { since: desk.clock.now(), cards: BTreeMap::new() };
        // Whoever writes the row posts the card.
        if meta::put_new(c, &key, &serde_json::to_string(&new).map_err(corrupt)?).await? {
            let card = alert(desk, c, &due).await?;
            remember(c, &key, &Told { cards: BTreeMap::from([(due.queue, card.0)]), ..new }).await?;
            changed += 1;
        }
    }
    Ok(changed)
}

async fn alert(desk: &Orchestrator, c: &mut Conn, due: &Due) -> Outcome<CardId> {
    let now = desk.clock.now();
    let thread = daily::open_thread(c, now).await?;
    let words = desk.words.card(&StuckWords {
        vendor: due.queue.clone(),
        number: due.number,
        age_ms: now.since(due.oldest),
        workers: totals::workers(c, desk.clock.wall().plus(-WORKER_SILENT_MS)).await?,
    })?;
    let mut card = worded(CardKind::Alert, &words);
    card.tone = Tone::Danger;
    tracing::error!(vendor = %due.queue, count = due.number, "due work does not move");
    let place = desk.place(&thread, None);
    Ok(post::post(c, desk.ids.as_ref(), place, (card, Vec::new()), None).await?)
}

/// Queues whose oldest due item is too old and that no limit holds up, and whether they move.
async fn late(desk: &Orchestrator, c: &mut Conn, seen: &mut Seen) -> Outcome<Vec<(Due, Motion)>> {
    let (now, wall) = (desk.clock.now(), desk.clock.wall());
    let due = totals::due(c, now).await?;
    seen.queues.retain(|queue, _| due.iter().any(|due| due.queue == *queue));
    let blocked = limiter::blocked(c, now).await?;
    let resting = breaker::all(c).await?;
    let mut late = Vec::new();
    for due in due {
        let motion = seen.look(&due, wall);
        let is_blocked = blocked.iter().any(|(key, _)| key.split(':').next() == Some(due.queue.as_str()));
        let rests =
            resting.iter().any(|(vendor, breaker)| *vendor == due.queue && breaker.state != BreakerState::Closed);
        if now.since(due.oldest) > desk.config.stuck_ms && !is_blocked && !rests {
            late.push((due, motion));
        }
    }
    Ok(late)
}

async fn told(c: &mut Conn, key: &str) -> Outcome<Option<Told>> {
    let text = meta::get(c, key).await?;
    text.map(|text| serde_json::from_str(&text).map_err(corrupt)).transpose()
}

async fn remember(c: &mut Conn, key: &str, told: &Told) -> Outcome<()> {
    meta::put(c, key, &serde_json::to_string(told).map_err(corrupt)?).await?;
    Ok(())
}

/// It is over: the cards say so and the row goes.
async fn close(desk: &Orchestrator, c: &mut Conn, key: &str, what: (&Told, &str)) -> Outcome<usize> {
    let (told, line) = what;
    for card in told.cards.values() {
        post::settle(c, &CardId(card.clone()), line, CardState::Decided, desk.clock.now()).await?;
    }
    meta::take(c, key).await?;
    Ok(told.cards.len())
}

fn corrupt(why: serde_json::Error) -> Stop {
    Stop::Store(StoreError::Corrupt { what: "notice", why: why.to_string() })
}
