//! Instants as milliseconds since 1970 UTC, and how people read them.
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde::Serialize;

/// An instant. All of the store, all of the rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Millis(pub i64);

pub const SECOND: i64 = 1_000;
pub const MINUTE: i64 = 60 * SECOND;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;

impl Millis {
    pub fn plus(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_millisecond(self.0).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// RFC 3339 in UTC, as the API and the audit write it.
    pub fn rfc3339(self) -> String {
        self.timestamp().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// Midnight before it in the reader's zone.
    pub fn day_start(self, zone: &str) -> Self {
        let day = self.timestamp().to_zoned(zone_or_utc(zone)).start_of_day();
        day.map_or(self, |day| Self(day.timestamp().as_millisecond()))
    }

    /// The number of its day in the zone, one more each midnight there.
    pub fn day_number(self, zone: &str) -> i64 {
        // Midday keeps clear of both ends, whatever the zone is ahead or behind.
        self.day_start(zone).plus(12 * HOUR).0.div_euclid(DAY)
    }

    /// The next midnight in the zone: a day may have 23 to 25 hours.
    pub fn next_day(self, zone: &str) -> Self {
        self.day_start(zone).plus(DAY + 3 * HOUR).day_start(zone)
    }

    /// "14:02" in the reader's zone.
    pub fn clock(self, zone: &str) -> String {
        self.timestamp().to_zoned(zone_or_utc(zone)).strftime("%H:%M").to_string()
    }

    /// "Tue 24 Nov" in the reader's zone.
    pub fn day(self, zone: &str) -> String {
        self.timestamp().to_zoned(zone_or_utc(zone)).strftime("%a %-d %b").to_string()
    }

    /// "Tue 24 Nov 09:12" in the reader's zone.
    pub fn day_clock(self, zone: &str) -> String {
        self.timestamp().to_zoned(zone_or_utc(zone)).strftime("%a %-d %b %H:%M").to_string()
    }
}

impl std::str::FromStr for Millis {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let stamp: Timestamp = text.parse().map_err(|_| format!("`{text}` is not an RFC 3339 time"))?;
        Ok(Self(stamp.as_millisecond()))
    }
}

/// From the morning of the first day to the end of the last, as YYYY-MM-DD in this zone; `None` when it is no span.
pub fn days_of(first: &str, last: &str, zone: &str) -> Option<(Millis, Millis)> {
    // Exactly ten characters: the parser would also take a time after the day.
    let day = |text: &str| if text.len() == 10 { text.parse::<Date>().ok() } else { None };
    let start = |day: Date| Some(Millis(day.to_zoned(zone_or_utc(zone)).ok()?.timestamp().as_millisecond()));
    let (from, until) = (start(day(first)?)?, start(day(last)?.tomorrow().ok()?)?);
    (from < until).then_some((from, until))
}

/// A zone by its IANA name; one that we do not know reads as UTC.
pub fn zone_or_utc(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_of_the_zone() {
        let cases = [
            ("2026-11-23T22:59:59Z", "Europe/Berlin", "2026-11-23T23:00:00Z"),
            ("2026-11-23T23:00:00Z", "Europe/Berlin", "2026-11-24T23:00:00Z"),
            ("2026-10-24T22:30:00Z", "Europe/Berlin", "2026-10-25T23:00:00Z"),
            ("2026-11-23T10:00:00Z", "Pacific/Kiritimati", "2026-11-24T10:00:00Z"),
            ("2026-11-23T12:00:00Z", "Pacific/Niue", "2026-11-24T11:00:00Z"),
            ("2026-11-23T12:00:00Z", "UTC", "2026-11-24T00:00:00Z"),
        ];
        for (now, zone, next) in cases {
            let now: Millis = now.parse().unwrap();
            assert_eq!(now.next_day(zone).rfc3339(), next, "{zone}");
            assert_eq!(now.next_day(zone).plus(-1).day_number(zone), now.day_number(zone), "{zone}");
            assert_eq!(now.next_day(zone).day_number(zone), now.day_number(zone) + 1, "{zone}");
        }
    }
}
