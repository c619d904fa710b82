//! When something recurs: a cron expression in a time zone, or a distance. Pure: the clock is the caller's.
//!
//! A local time that a change of clocks skips is due when the gap ends; one that comes twice is due the first time.
use std::fmt;

use croner::Cron;
use croner::parser::CronParser;
use croner::parser::Seconds;
use croner::parser::Year;
use jiff::Zoned;
use jiff::tz::TimeZone;

use crate::domain::time::HOUR;
use crate::domain::time::MINUTE;
use crate::domain::time::Millis;

/// An expression that is never due is refused: it is looked for from here (1 January 2026).
const LOOKED_FROM: Millis = Millis(1_767_225_600_000);
const EVERY: &str = "@every ";
const EVERY_MS_MAX: i64 = 24 * HOUR;
/// Longest expression that is read.
const CHARS_MAX: usize = 120;

#[derive(Clone, Debug)]
pub struct Schedule {
    expr: String,
    zone: String,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Cron(Box<Cron>, TimeZone),
    Every(i64),
    /// Only when somebody asks for it.
    Asked,
}

impl Schedule {
    /// Five fields (minute, hour, day, month, weekday), or `@every 5m`, `@every 2h`, up to a day.
    pub fn parse(expr: &str, zone: &str) -> Result<Self, String> {
        let expr = expr.trim();
        let tz = TimeZone::get(zone).map_err(|_| format!("there is no time zone `{zone}`"))?;
        if expr.chars().count() > CHARS_MAX {
            return Err(format!("is longer than {CHARS_MAX} characters"));
        }
        let kind = match expr.strip_prefix(EVERY) {
            Some(distance) => Kind::Every(distance_ms(distance)?),
            None => Kind::Cron(Box::new(cron(expr)?), tz),
        };
        let parsed = Self { expr: expr.to_owned(), zone: zone.to_owned(), kind };
        match parsed.next(LOOKED_FROM) {
            Some(_) => Ok(parsed),
            None => Err(format!("`{expr}` is never due")),
        }
    }

    /// Minutes between two times.
    pub fn every(minutes: i64) -> Self {
        let minutes = minutes.clamp(1, EVERY_MS_MAX / MINUTE);
        Self { expr: format!("{EVERY}{minutes}m"), zone: "UTC".to_owned(), kind: Kind::Every(minutes * MINUTE) }
    }

    /// Never by itself.
    pub fn when_asked() -> Self {
        Self { expr: "@asked".to_owned(), zone: "UTC".to_owned(), kind: Kind::Asked }
    }

    pub fn expr(&self) -> &str {
        &self.expr
    }

    pub fn zone(&self) -> &str {
        &self.zone
    }

    /// The first time after `after`.
    pub fn next(&self, after: Millis) -> Option<Millis> {
        match &self.kind {
            Kind::Every(distance) => Some(after.plus(*distance)),
            Kind::Asked => None,
            Kind::Cron(cron, zone) => {
                let from = after.timestamp().to_zoned(zone.clone());
                cron.find_next_occurrence(&from, false).ok().as_ref().map(instant)
            }
        }
    }

    /// The newest time that is not after `now`: what a late tick stands for.
    pub fn last(&self, now: Millis) -> Millis {
        let Kind::Cron(cron, zone) = &self.kind else { return now };
        let from = now.timestamp().to_zoned(zone.clone());
        let found = cron.find_previous_occurrence(&from, true).ok().as_ref().map(instant);
        found.unwrap_or(now)
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::Cron(..) => write!(f, "{} ({})", self.expr, self.zone),
            Kind::Every(_) | Kind::Asked => f.write_str(&self.expr),
        }
    }
}

fn cron(expr: &str) -> Result<Cron, String> {
    let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
    parser.parse(expr).map_err(|why| {
        format!("`{expr}` is no cron expression (minute hour day month weekday, as in `30 2 * * *`): {why}")
    })
}

fn distance_ms(text: &str) -> Result<i64, String> {
    let wrong = || format!("`{text}` is no distance: write minutes or hours, as in `@every 5m` or `@every 2h`");
    let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(wrong)?;
    let unit = match unit {
        "m" => MINUTE,
        "h" => HOUR,
        _ => return Err(wrong()),
    };
    let ms = number.parse::<i64>().ok().and_then(|number| number.checked_mul(unit)).ok_or_else(wrong)?;
    if (MINUTE..=EVERY_MS_MAX).contains(&ms) { Ok(ms) } else { Err(format!("`{text}` is not from 1m to 24h")) }
}

fn instant(at: &Zoned) -> Millis {
    Millis(at.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::DAY;
    use proptest::prelude::*;

    fn at(text: &str) -> Millis {
        text.parse().unwrap()
    }

    fn next(expr: &str, zone: &str, after: &str) -> String {
        Schedule::parse(expr, zone).unwrap().next(at(after)).unwrap().rfc3339()
    }

    #[test]
    fn times_are_local_and_a_change_of_clocks_makes_one_tick() {
        let cases = [
            ("30 8 * * *", "Europe/Berlin", "2026-11-24T07:00:00Z", "2026-11-24T07:30:00Z"),
            ("30 8 * * *", "Europe/Berlin", "2026-11-24T07:30:00Z", "2026-11-25T07:30:00Z"),
            ("30 8 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T07:30:00Z"),
            // 02:30 does not exist on 29 March: due when the gap ends, then on the next day.
            ("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z"),
            ("30 2 * * *", "Europe/Berlin", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"),
            // 02:30 comes twice on 25 October: the first counts.
            ("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z"),
            ("30 2 * * *", "Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"),
            ("0 9 * * MON", "America/New_York", "2026-11-24T00:00:00Z", "2026-11-30T14:00:00Z"),
            ("@every 5m", "UTC", "2026-11-24T00:00:30Z", "2026-11-24T00:05:30Z"),
            ("@every 2h", "UTC", "2026-11-24T00:00:00Z", "2026-11-24T02:00:00Z"),
        ];
        for (expr, zone, after, due) in cases {
            assert_eq!(next(expr, zone, after), due, "{expr} {zone} after {after}");
        }
    }

    #[test]
    fn a_late_tick_stands_for_the_newest_one() {
        let daily = Schedule::parse("30 2 * * *", "Europe/Berlin").unwrap();
        let cases = [
            ("2026-11-24T12:00:00Z", "2026-11-24T01:30:00Z"),
            ("2026-11-24T01:30:00Z", "2026-11-24T01:30:00Z"),
            ("2026-03-29T12:00:00Z", "2026-03-29T01:00:00Z"),
            ("2026-10-25T12:00:00Z", "2026-10-25T00:30:00Z"),
        ];
        for (now, tick) in cases {
            assert_eq!(daily.last(at(now)).rfc3339(), tick, "{now}");
        }
        assert_eq!(Schedule::every(5).last(Millis(7)), Millis(7));
    }

    #[test]
    fn what_cannot_be_meant_is_refused_in_words() {
        let cases = [
            ("every day", "UTC", "is no cron expression"),
            ("99 2 * * *", "UTC", "is no cron expression"),
            ("0 30 2 * * *", "UTC", "is no cron expression"),
            ("", "UTC", "is no cron expression"),
            ("0 0 30 2 *", "UTC", "is never due"),
            ("@every 5s", "UTC", "is no distance"),
            ("@every 0m", "UTC", "is not from 1m to 24h"),
            ("@every 25h", "UTC", "is not from 1m to 24h"),
            ("@every é", "UTC", "is no distance"),
            ("30 2 * * *", "Europe/Atlantis", "there is no time zone `Europe/Atlantis`"),
        ];
        for (expr, zone, said) in cases {
            let why = Schedule::parse(expr, zone).map(|found| found.to_string()).unwrap_err();
            assert!(why.contains(said), "{expr}: {why}");
        }
        assert_eq!(Schedule::when_asked().next(Millis(0)), None);
    }

    proptest! {
        #[test]
        fn ticks_go_forward_and_each_is_the_newest_of_its_own_moment(
            minute in 0_u32..60,
            hour in 0_u32..24,
            zone in prop::sample::select(vec!["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]),
            start in 1_767_225_600_000_i64..1_893_456_000_000,
        ) {
            let daily = Schedule::parse(&format!("{minute} {hour} * * *"), zone).unwrap();
            let first = daily.next(Millis(start)).unwrap();
            let second = daily.next(first).unwrap();
            prop_assert!(first > Millis(start) && first.since(Millis(start)) <= DAY + 2 * HOUR);
            prop_assert!((DAY - 2 * HOUR..=DAY + 2 * HOUR).contains(&second.since(first)), "{first:?} {second:?}");
            prop_assert_eq!(daily.last(first), first);
            prop_assert_eq!(daily.last(second.plus(-1)), first);
        }
    }
}
