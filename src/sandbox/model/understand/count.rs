//! How many prospects were asked for.
use crate::sandbox::model::text::Said;
use crate::sandbox::model::understand::numbers;

/// A number before one of these counts something else than prospects.
const OTHER_UNITS: [&str; 24] = [
    "day",
    "days",
    "hour",
    "hours",
    "minute",
    "minutes",
    "week",
    "weeks",
    "month",
    "months",
    "year",
    "years",
    "%",
    "percent",
    "touches",
    "steps",
    "words",
    "mails",
    "emails",
    "million",
    "m",
    "employees",
    "usd",
    "words",
];

/// The first number nobody else has claimed; sizes are read before.
pub fn read(said: &mut Said) -> Option<i64> {
    for index in 0..said.len() {
        let Some(number) = numbers::at(said, index) else { continue };
        let is_money = matches!(said.before(index, 1), "$" | "€" | "£");
        let is_name = matches!(said.before(index, 1), "series" | "#" | "q")
            || said.low(number.next) == "-" && said.is_glued(number.next);
        if is_money || is_name || OTHER_UNITS.contains(&said.low(number.next)) {
            continue;
        }
        let is_negative = is_minus(said, index);
        said.take(index, number.next);
        return Some(if is_negative { -number.value } else { number.value });
    }
    None
}

fn is_minus(said: &Said, index: usize) -> bool {
    let is_sign = said.before(index, 1) == "-" && said.is_glued(index) && !said.is_glued(index.wrapping_sub(1));
    is_sign || said.before(index, 1) == "minus"
}
