//! When a person may be written to: working hours where they sit, no holidays. Computed in the zone, at send time.
use jiff::Zoned;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::domain::compliance::regions::Regions;
use crate::domain::places::zone_of_city;
use crate::domain::places::zones_of_country;
use crate::domain::time::HOUR;
use crate::domain::time::MINUTE;
use crate::domain::time::Millis;
use crate::domain::time::zone_or_utc;

/// Longest look ahead in steps of an opening; a window that never opens ends it.
const STEPS_MAX: usize = 400;

/// The zone a person's times are shown in: city, else the first zone of the country, else UTC.
pub fn zone_of(country: &str, city: Option<&str>) -> String {
    let by_city = city.and_then(|city| zone_of_city(country, city));
    by_city.or_else(|| zones_of_country(country).first().copied()).unwrap_or("UTC").to_owned()
}

/// The first instant from `from` on at which the window is open. `place` is a city or an IANA zone.
/// Several zones and no city: only minutes that are open in all of them.
pub fn next_open(country: &str, place: Option<&str>, from: Millis, regions: &Regions) -> Millis {
    let zones = zones_for(country, place, regions);
    let mut at = from;
    for _ in 0..STEPS_MAX {
        let closed = zones.iter().filter_map(|zone| opening_after(at, zone, country, regions)).max();
        match closed {
            Some(later) => at = later,
            None => return at,
        }
    }
    at
}

/// True if the window is open at this instant.
pub fn is_open(country: &str, place: Option<&str>, at: Millis, regions: &Regions) -> bool {
    next_open(country, place, at, regions) == at
}

fn zones_for(country: &str, place: Option<&str>, regions: &Regions) -> Vec<TimeZone> {
    if let Some(zone) = place.filter(|place| place.contains('/')).and_then(|place| TimeZone::get(place).ok()) {
        return vec![zone];
    }
    if let Some(zone) = place.and_then(|city| zone_of_city(country, city)) {
        return vec![zone_or_utc(zone)];
    }
    let listed = regions.country(country).map(|row| row.tz.iter().map(|zone| zone_or_utc(zone)).collect());
    listed.unwrap_or_else(|| {
        let known = zones_of_country(country);
        // A country we know nothing of: London's hours and New York's both, so that nobody is woken.
        let names = if known.is_empty() { vec!["Europe/London", "America/New_York"] } else { known };
        names.into_iter().map(zone_or_utc).collect()
    })
}

/// `None` if open in this zone; else the start of its next open day, or of today.
fn opening_after(at: Millis, zone: &TimeZone, country: &str, regions: &Regions) -> Option<Millis> {
    let local = at.timestamp().to_zoned(zone.clone());
    let window = &regions.window;
    let is_day = is_open_day(local.date(), country, regions);
    if is_day && local.time() >= window.start && local.time() < window.end {
        return None;
    }
    let day = if is_day && local.time() < window.start {
        Some(local.date())
    } else {
        next_day(local.date(), country, regions)
    };
    let start: Option<Zoned> = day.and_then(|day| day.to_datetime(window.start).to_zoned(zone.clone()).ok());
    let later = start.map_or(at.plus(HOUR), |start| Millis(start.timestamp().as_millisecond()));
    Some(later.max(at.plus(MINUTE)))
}

fn next_day(date: Date, country: &str, regions: &Regions) -> Option<Date> {
    let mut day = date.tomorrow().ok()?;
    for _ in 0..STEPS_MAX {
        if is_open_day(day, country, regions) {
            return Some(day);
        }
        day = day.tomorrow().ok()?;
    }
    Some(day)
}

fn is_open_day(date: Date, country: &str, regions: &Regions) -> bool {
    let is_weekday = regions.window.days.contains(&date.weekday().to_monday_one_offset());
    let code = regions.country(country).map_or(country, |row| row.holidays.as_str());
    let skips = regions.policy().send_window.skip_public_holidays;
    let is_year_end = (date.month() == 12 && date.day() >= 24) || (date.month() == 1 && date.day() == 1);
    is_weekday && !(skips && (is_year_end || regions.holidays().on(code, date).is_some()))
}

#[cfg(test)]
mod tests {
    use std::sync::OnceLock;

    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Millis {
        text.parse().unwrap()
    }

    #[test]
    fn windows_open_in_the_zone() {
        let regions = Regions::shipped().unwrap();
        let table = [
            // Berlin moves its clocks on 29 March and 25 October 2026: 09:00 local is 08:00Z before, 07:00Z after.
            ("DE", None, "2026-03-27T16:00:00Z", "2026-03-30T07:00:00Z"),
            ("DE", None, "2026-10-23T16:00:00Z", "2026-10-26T08:00:00Z"),
            ("US", Some("New York"), "2026-03-06T22:30:00Z", "2026-03-09T13:00:00Z"),
            ("US", Some("New York"), "2026-10-30T22:30:00Z", "2026-11-02T14:00:00Z"),
            ("AU", Some("Sydney"), "2026-10-02T07:30:00Z", "2026-10-04T22:00:00Z"),
            ("IN", None, "2026-11-20T12:00:00Z", "2026-11-23T03:30:00Z"),
            // No city: open only when it is open in New York and in Los Angeles.
            ("US", None, "2026-11-24T14:30:00Z", "2026-11-24T17:00:00Z"),
            // Thanksgiving is skipped, the Friday after is not.
            ("US", Some("Boston"), "2026-11-26T15:00:00Z", "2026-11-27T14:00:00Z"),
            ("GB", None, "2026-12-24T10:00:00Z", "2027-01-04T09:00:00Z"),
            ("GB", None, "2026-11-24T10:00:00Z", "2026-11-24T10:00:00Z"),
            ("GB", None, "2026-11-24T17:00:00Z", "2026-11-25T09:00:00Z"),
            ("GB", Some("Asia/Kolkata"), "2026-11-24T17:00:00Z", "2026-11-25T03:30:00Z"),
        ];
        for (country, place, from, expected) in table {
            assert_eq!(next_open(country, place, at(from), &regions), at(expected), "{country} {from}");
        }
    }

    #[test]
    fn every_country_opens_within_three_weeks() {
        let regions = Regions::shipped().unwrap();
        for code in regions.codes() {
            let open = next_open(code, None, at("2026-12-20T00:00:00Z"), &regions);
            assert!(open.since(at("2026-12-20T00:00:00Z")) < 21 * 24 * HOUR, "{code}");
        }
    }

    #[test]
    fn zones_of_people() {
        assert_eq!(zone_of("US", Some("San Francisco")), "America/Los_Angeles");
        assert_eq!(zone_of("US", None), "America/New_York");
        assert_eq!(zone_of("DE", None), "Europe/Berlin");
        assert_eq!(zone_of("??", None), "UTC");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn open_is_in_working_hours(hours in 0_i64..24 * 700, country in prop::sample::select(vec!["DE", "GB", "US", "IN", "JP"])) {
            static CELL: OnceLock<Regions> = OnceLock::new();
            let regions = CELL.get_or_init(|| Regions::shipped().unwrap());
            let from = at("2026-01-01T00:00:00Z").plus(hours * HOUR);
            let open = next_open(country, None, from, regions);
            prop_assert!(open >= from && is_open(country, None, open, regions));
            for zone in zones_for(country, None, regions) {
                let local = open.timestamp().to_zoned(zone);
                prop_assert!((9..17).contains(&local.hour()), "{local}");
            }
        }
    }
}
