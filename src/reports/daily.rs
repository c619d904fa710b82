//! The digest of every day at the configured time and zone, in a thread of its own; missed days collapse into the newest.
use jiff::ToSpan;
use jiff::civil::Time;

use crate::cards::post;
use crate::cards::post::Place;
use crate::domain::ids::ThreadId;
use crate::domain::time::DAY;
use crate::domain::time::Millis;
use crate::domain::time::zone_or_utc;
use crate::ports::clock::Ids;
use crate::prompts::render::Prompts;
use crate::reports::digest;
use crate::reports::numbers::gather;
use crate::store::conversation;
use crate::store::conversation::ThreadRow;
use crate::store::cron;
use crate::store::open::Store;
use crate::store::totals::Span;

pub const NAME: &str = "daily digest";
const THREAD: &str = "th_daily_digest";
const TITLE: &str = "Daily digest";

pub struct Daily<'a> {
    pub store: &'a Store,
    pub words: &'a Prompts,
    pub ids: &'a dyn Ids,
    /// Local time of the zone.
    pub at: Time,
    pub zone: &'a str,
    pub sandbox: bool,
}

impl Daily<'_> {
    /// Posts the digest if it is due. True when the tick was ours, whether there was anything to tell or not.
    pub async fn step(&self, now: Millis) -> anyhow::Result<bool> {
        let next = next_tick(now, (self.at, self.zone));
        let mut tx = self.store.begin().await?;
        let due = cron::ensure(&mut tx, NAME, next).await?;
        if due > now || !cron::advance(&mut tx, NAME, (due, next)).await? {
            tx.commit().await?;
            return Ok(false);
        }
        // The newest tick that is over: older ones are part of its past, not posts of their own.
        let tick = last_tick(now, (self.at, self.zone));
        let span = Span { from: tick.plus(-DAY), to: tick };
        let numbers = gather(&mut tx, span, self.zone).await?;
        if numbers.is_worth_telling() {
            let thread = ThreadId::from(THREAD);
            self.open_thread(&mut tx, &thread, now).await?;
            let card = digest::card(self.words, &numbers, span, self.zone)?;
            let place = Place { thread: &thread, run: None, now, sandbox: self.sandbox };
            let key = format!("daily:{}", tick.0);
            post::post(&mut tx, self.ids, place, (card, Vec::new()), Some(&key)).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    async fn open_thread(&self, c: &mut crate::store::open::Conn, id: &ThreadId, now: Millis) -> anyhow::Result<()> {
        if conversation::thread(c, id).await?.is_none() {
            let thread = ThreadRow {
                id: id.clone(),
                title: TITLE.to_owned(),
                owner: "desk".to_owned(),
                surface: "web".to_owned(),
                busy: false,
                created_at: now,
                updated_at: now,
            };
            conversation::open_thread(c, &thread).await?;
        }
        Ok(())
    }
}

/// The first time of the digest after `now`.
fn next_tick(now: Millis, when: (Time, &str)) -> Millis {
    let today = tick_of(now, when, 0);
    if today > now { today } else { tick_of(now, when, 1) }
}

/// The newest one that is over.
fn last_tick(now: Millis, when: (Time, &str)) -> Millis {
    let today = tick_of(now, when, 0);
    if today <= now { today } else { tick_of(now, when, -1) }
}

fn tick_of(now: Millis, (at, zone): (Time, &str), days: i64) -> Millis {
    let zone = zone_or_utc(zone);
    let today = now.timestamp().to_zoned(zone.clone()).date();
    let at = today.checked_add(days.days()).unwrap_or(today).to_datetime(at).to_zoned(zone);
    at.map_or_else(|_| now.plus(days * DAY), |at| Millis(at.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_at_the_local_time_also_when_clocks_change() {
        let when = (Time::constant(8, 30, 0, 0), "Europe/Berlin");
        let cases = [
            ("2026-11-24T07:00:00Z", "2026-11-24T07:30:00Z", "2026-11-23T07:30:00Z"),
            ("2026-11-24T07:30:00Z", "2026-11-25T07:30:00Z", "2026-11-24T07:30:00Z"),
            ("2026-10-24T12:00:00Z", "2026-10-25T07:30:00Z", "2026-10-24T06:30:00Z"),
        ];
        for (now, next, last) in cases {
            let now: Millis = now.parse().unwrap();
            assert_eq!(next_tick(now, when).rfc3339(), next);
            assert_eq!(last_tick(now, when).rfc3339(), last);
        }
    }
}
