//! A day named in a reply: "back on 3 March", "until 12.01.2027", "bis zum 3. Januar".
use jiff::civil::Date;
use jiff::civil::date;
use jiff::tz::TimeZone;

use crate::domain::text::words;
use crate::domain::time::Millis;

/// Furthest day that is believed.
const AHEAD_DAYS_MAX: i64 = 550;

const MONTHS: &[&[&str]] = &[
    &["january", "jan", "januar", "janner", "janvier", "enero", "gennaio", "januari"],
    &["february", "feb", "februar", "fevrier", "febrero", "febbraio", "februari"],
    &["march", "mar", "marz", "mars", "marzo", "maart"],
    &["april", "apr", "avril", "abril", "aprile"],
    &["may", "mai", "mayo", "maggio", "mei"],
    &["june", "jun", "juni", "juin", "junio", "giugno"],
    &["july", "jul", "juli", "juillet", "julio", "luglio"],
    &["august", "aug", "aout", "agosto", "augustus"],
    &["september", "sep", "sept", "septembre", "septiembre", "settembre"],
    &["october", "oct", "oktober", "okt", "octobre", "octubre", "ottobre"],
    &["november", "nov", "novembre", "noviembre"],
    &["december", "dec", "dezember", "dez", "decembre", "diciembre", "dicembre"],
];

/// The number of a month by its name in six languages.
pub fn month_of(word: &str) -> Option<i8> {
    MONTHS.iter().position(|names| names.contains(&word)).and_then(|at| i8::try_from(at + 1).ok())
}

/// The last future day named: absences name their start first. 09:00 UTC of it.
pub fn date_in(text: &str, now: Millis) -> Option<Millis> {
    let today = now.timestamp().to_zoned(TimeZone::UTC).date();
    let said = words(text);
    let mut found: Vec<Date> = Vec::new();
    for at in 0..said.len() {
        found.extend(named_day(&said, at, today).or_else(|| numbered_day(&said, at)));
    }
    let ahead = found.into_iter().filter(|day| *day > today && days_between(today, *day) <= AHEAD_DAYS_MAX);
    let last = ahead.max()?;
    let start = last.at(9, 0, 0, 0).to_zoned(TimeZone::UTC).ok()?;
    Some(Millis(start.timestamp().as_millisecond()))
}

fn days_between(from: Date, to: Date) -> i64 {
    from.until(to).map_or(i64::MAX, |span| i64::from(span.get_days()))
}

/// "3 march 2027", "march 3", "3rd of march".
fn named_day(said: &[String], at: usize, today: Date) -> Option<Date> {
    let month = month_of(&said[at])?;
    let near = |offset: isize| at.checked_add_signed(offset).and_then(|place| said.get(place)).map(String::as_str);
    let before = near(-1).filter(|word| !matches!(*word, "of" | "de")).or_else(|| near(-2));
    let day = before.and_then(day_number).or_else(|| near(1).and_then(day_number))?;
    let year = [near(1), near(2)].into_iter().flatten().find_map(year_number);
    match year {
        Some(year) => Date::new(year, month, day).ok(),
        None => {
            let this = Date::new(today.year(), month, day).ok()?;
            if this > today { Some(this) } else { Date::new(today.year() + 1, month, day).ok() }
        }
    }
}

/// "2027-01-12", "12.01.2027", "12/01/2027" with the day first.
fn numbered_day(said: &[String], at: usize) -> Option<Date> {
    let parts: Vec<i16> = said.get(at..at + 3)?.iter().map_while(|word| word.parse().ok()).collect();
    let [one, two, three] = parts.as_slice() else { return None };
    let (year, month, day) = if *one > 1_900 { (*one, *two, *three) } else { (*three, *two, *one) };
    let is_sound = (2_000..2_200).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    is_sound
        .then(|| date(year, 1, 1))
        .and_then(|_| Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok())
}

fn day_number(word: &str) -> Option<i8> {
    let digits = word.trim_end_matches(|c: char| c.is_alphabetic());
    digits.parse().ok().filter(|day| (1..=31).contains(day))
}

fn year_number(word: &str) -> Option<i16> {
    word.parse().ok().filter(|year| (2_000..2_200).contains(year))
}
