//! The control centre: whatever the desk reports, as panels. Keys become words, states become badges.
use maud::Markup;
use maud::html;
use serde_json::Map;
use serde_json::Value;

use crate::domain::person::HALTERS;
use crate::domain::person::LIFTERS;
use crate::domain::time::Millis;
use crate::ports::desk::ThreadSummary;
use crate::surfaces::web::view::frame;
use crate::surfaces::web::view::frame::Frame;
use crate::surfaces::web::view::icon;
use crate::surfaces::web::view::reader::Reader;
use crate::surfaces::web::view::text;

const ROWS_MAX: usize = 100;
const DEPTH_MAX: usize = 6;
/// Keys that programs follow and nobody reads.
const HANDLES: [&str; 4] = ["id", "thread", "gate", "run"];
/// Keys whose words are states.
const STATE_KEYS: [&str; 4] = ["mode", "state", "status", "health"];

pub fn page(reader: &Reader, threads: &[ThreadSummary], status: &Value, seq: i64) -> Markup {
    let as_of = format!("As of {}, refreshes by itself", reader.now.clock(&reader.person.zone));
    let frame = Frame {
        title: "Control centre",
        line: &as_of,
        extra: html! {},
        main: html! {
            div.page #page hx-get="/status" hx-trigger="every 15s" hx-select="#page" hx-select-oob="#head" hx-swap="outerHTML" {
                (control(reader, status))
                (panels(&localised(status, &reader.person.zone)))
            }
        },
        aside: None,
        thread: None,
        page: "status",
        seq,
    };
    frame::page(reader, threads, &frame)
}

/// The one switch: stop everything that cannot be taken back, or let it go on. Shown to those who may use it.
fn control(reader: &Reader, status: &Value) -> Markup {
    let hidden = html! {
        input type="hidden" name="_csrf" value=(reader.token);
        input type="hidden" name="_page" value="status";
    };
    let Some(halt) = status["halt"].as_object() else {
        return html! {
            @if reader.person.any_of(HALTERS) {
                form.panel.form #halt-form method="post" action="/halt" hx-preserve="true" {
                    header { h2 { "Halt" } }
                    div {
                        label for="halt-why" { "Reason" }
                        input id="halt-why" name="why" aria-describedby="halt-hint";
                        p.hint #halt-hint { "Nobody is enrolled, no campaign starts, running campaigns rest, until an operator lifts it." }
                    }
                    div.acts { (hidden) button class="btn bad" { "Halt everything" } }
                }
            }
        };
    };
    let text = |key: &str| halt.get(key).and_then(Value::as_str).unwrap_or_default();
    let at = text("at").parse().map(|at: Millis| at.day_clock(&reader.person.zone)).unwrap_or_default();
    html! {
        section.panel role="alert" {
            header { h2 { (icon::icon("warn")) "Nothing that cannot be taken back begins" } }
            p {
                @if text("kind") == "halt" { "Halted by " (text("by")) ", " (at) "." } @else { "A backup was restored " (at) "; the vendors are not compared yet." }
                @if !text("why").is_empty() { " Reason: " (text("why")) }
            }
            @if text("kind") == "halt" && reader.person.any_of(LIFTERS) {
                form.acts method="post" action="/lift" { (hidden) button class="btn go" { "Lift the halt" } }
            }
        }
    }
}

/// Times as the reader reads them; the API keeps them as they are.
fn localised(value: &Value, zone: &str) -> Value {
    match value {
        Value::String(text) if text.ends_with('Z') => match text.parse::<Millis>() {
            Ok(at) => Value::String(at.day_clock(zone)),
            Err(_) => value.clone(),
        },
        Value::Array(list) => Value::Array(list.iter().map(|value| localised(value, zone)).collect()),
        Value::Object(map) => {
            Value::Object(map.iter().map(|(key, value)| (key.clone(), localised(value, zone))).collect())
        }
        _ => value.clone(),
    }
}

/// Whether any part says that it is live.
pub fn has_live_part(status: &Value) -> bool {
    fn look(value: &Value, depth: usize) -> bool {
        match value {
            _ if depth > DEPTH_MAX => false,
            Value::Object(map) => {
                map.get("mode").and_then(Value::as_str) == Some("live") || map.values().any(|v| look(v, depth + 1))
            }
            Value::Array(list) => list.iter().any(|v| look(v, depth + 1)),
            _ => false,
        }
    }
    look(status, 0)
}

/// What needs somebody first; then the parts and the runs; what has no rank comes after, by name.
fn rank(key: &str) -> usize {
    ["alerts", "vendors", "work", "runs", "parts", "queue"].iter().position(|known| *known == key).unwrap_or(usize::MAX)
}

fn panels(status: &Value) -> Markup {
    let Value::Object(map) = status else {
        return html! { section.panel { p { "The desk reports nothing yet." } } };
    };
    let is_plain = |value: &Value| !value.is_object() && !value.is_array();
    let plain: Map<String, Value> =
        map.iter().filter(|(_, value)| is_plain(value)).map(|(key, value)| (key.clone(), value.clone())).collect();
    // A halt stands above the panels.
    let mut keys: Vec<(&String, &Value)> =
        map.iter().filter(|(key, value)| !is_plain(value) && *key != "halt").collect();
    keys.sort_by_key(|(key, _)| rank(key));
    let (wide, narrow): (Vec<_>, Vec<_>) = keys.into_iter().partition(|(_, value)| is_wide(value));
    let mut small: Vec<Markup> =
        narrow.iter().filter_map(|(key, value)| Some(panel(&words(key), &fields(value.as_object()?)))).collect();
    if !plain.is_empty() {
        small.push(panel("This desk", &fields(&plain)));
    }
    let mut wide = wide.iter().map(|(key, value)| panel(&words(key), &wide_of(value, &words(key))));
    html! {
        @if let Some(first) = wide.next() { (first) }
        div.deck {
            @for panel in wide { (panel) }
            @for pair in small.chunks(2) {
                @if let [one] = pair { (one) } @else { div.pair { @for panel in pair { (panel) } } }
            }
        }
    }
}

fn is_wide(value: &Value) -> bool {
    value.as_object().is_none_or(is_table)
}

fn wide_of(value: &Value, title: &str) -> Markup {
    match value {
        Value::Array(list) => list_of(list, title),
        Value::Object(map) => table_of_map(map, title),
        _ => html! {},
    }
}

fn panel(title: &str, content: &Markup) -> Markup {
    html! { section.panel { header { h2 { (title) } } (content) } }
}

/// Several objects under names: a row each.
fn is_table(map: &Map<String, Value>) -> bool {
    map.len() > 1 && map.values().all(|value| value.as_object().is_some_and(|inner| !is_share(inner)))
}

fn table_of_map(map: &Map<String, Value>, title: &str) -> Markup {
    let rows: Vec<Value> = map
        .iter()
        .filter_map(|(name, value)| {
            let mut row = Map::from_iter([("name".to_owned(), Value::String(words(name)))]);
            row.extend(value.as_object()?.clone());
            Some(Value::Object(row))
        })
        .collect();
    list_of(&rows, title)
}

fn fields(map: &Map<String, Value>) -> Markup {
    html! {
        dl.fields.rows { @for (key, value) in map { div { dt { (words(key)) } dd { (shown(key, value, 0)) } } } }
    }
}

fn list_of(list: &[Value], title: &str) -> Markup {
    let objects: Vec<&Map<String, Value>> = list.iter().filter_map(Value::as_object).take(ROWS_MAX).collect();
    if objects.is_empty() {
        return html! {
            @if list.is_empty() { p.small.mute { "None" } }
            @else { ul.rows { @for value in list.iter().take(ROWS_MAX) { li { div { (shown("", value, 0)) } } } } }
        };
    }
    let columns = columns(&objects);
    html! {
        div.scroll role="region" aria-label=(title) tabindex="0" {
            table {
                thead { tr { @for column in &columns { th scope="col" { (words(column)) } } } }
                tbody { @for row in &objects {
                    tr { @for (index, column) in columns.iter().enumerate() {
                        @let cell = row.get(*column).unwrap_or(&Value::Null);
                        @if index == 0 { th scope="row" { (shown(column, cell, 0)) } }
                        @else { td { (shown(column, cell, 0)) } }
                    } }
                } }
            }
        }
        @if list.len() > ROWS_MAX { p.small.mute { (ROWS_MAX) " of " (list.len()) " are shown here." } }
    }
}

/// All keys, the name of a thing first.
fn columns<'a>(rows: &[&'a Map<String, Value>]) -> Vec<&'a str> {
    let mut columns: Vec<&str> = Vec::new();
    for key in rows.iter().flat_map(|row| row.keys()).filter(|key| !HANDLES.contains(&key.as_str())) {
        if !columns.contains(&key.as_str()) {
            columns.push(key);
        }
    }
    columns.sort_by_key(|key| match *key {
        "part" | "name" | "title" => 0,
        key if STATE_KEYS.contains(&key) => 1,
        _ => 2,
    });
    columns
}

fn is_share(map: &Map<String, Value>) -> bool {
    share(map).is_some()
}

/// `{"used": 12, "limit": 190}` in its usual spellings.
fn share(map: &Map<String, Value>) -> Option<(f64, f64)> {
    let number = |names: &[&str]| names.iter().find_map(|name| map.get(*name)).and_then(Value::as_f64);
    Some((number(&["used", "done", "value"])?, number(&["limit", "total", "max", "cap"])?))
}

fn shown(key: &str, value: &Value, depth: usize) -> Markup {
    match value {
        Value::Null => html! { span.mute { "not known" } },
        Value::Bool(is_so) => html! { (if *is_so { "yes" } else { "no" }) },
        Value::Number(number) => html! { span.num { (text::number(number.as_f64().unwrap_or(f64::NAN))) } },
        Value::String(words) if STATE_KEYS.contains(&key) => badge(words),
        Value::String(words) => text::value(words),
        _ if depth > DEPTH_MAX => html! { "…" },
        Value::Array(list) => html! {
            @if list.is_empty() { "none" }
            @for (index, value) in list.iter().take(ROWS_MAX).enumerate() {
                @if index > 0 { ", " }
                (shown("", value, depth + 1))
            }
        },
        Value::Object(map) => match share(map) {
            Some((used, limit)) => html! {
                (text::number(used)) " of " (text::number(limit))
                progress max=(limit) value=(used.clamp(0.0, limit.max(0.0))) data-tone=(pressure(map, used, limit))
                    aria-label={ (words(key)) ": " (text::number(used)) " of " (text::number(limit)) } {}
            },
            None => html! {
                @for (index, (key, value)) in map.iter().enumerate() {
                    @if index > 0 { ", " }
                    (words(key).to_lowercase()) " " (shown(key, value, depth + 1))
                }
            },
        },
    }
}

/// Near a limit is worth a look; near the end of a run is not.
fn pressure(map: &Map<String, Value>, used: f64, limit: f64) -> &'static str {
    if map.contains_key("used") && used > limit * 0.85 { "warn" } else { "info" }
}

fn badge(words: &str) -> Markup {
    let tone = match words {
        "live" | "running" => Some(("running", None)),
        "ok" | "healthy" | "ready" | "done" => Some(("ok", Some("check"))),
        "waiting" => Some(("warn", Some("gate"))),
        "slow" | "throttled" | "degraded" | "paused" | "halted" => Some(("warn", Some("warn"))),
        "down" | "failed" | "error" | "open" => Some(("danger", Some("warn"))),
        _ => None,
    };
    html! {
        @match (words, tone) {
            ("sandbox", _) => span.badge.sandbox { (icon::icon("flask")) "sandbox" },
            (_, Some((tone, sign))) => {
                span.badge data-tone=(tone) { @if let Some(sign) = sign { (icon::icon(sign)) } (words) }
            },
            _ => span.badge { (words) },
        }
    }
}

/// `oldest_job_s` → "Oldest job, s".
fn words(key: &str) -> String {
    let mut parts: Vec<&str> = key.split('_').filter(|part| !part.is_empty()).collect();
    let unit = match parts.last().copied() {
        Some("ms") => Some("ms"),
        Some("s") => Some("s"),
        Some("usd") => Some("USD"),
        _ => None,
    };
    if unit.is_some() && parts.len() > 1 {
        parts.pop();
    }
    let joined = parts.join(" ");
    let mut letters = joined.chars();
    let capital: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    match unit.filter(|_| !parts.is_empty() && key.contains('_')) {
        Some(unit) => format!("{capital}, {unit}"),
        None => capital,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_are_read_as_words() {
        let cases = [
            ("oldest_job_s", "Oldest job, s"),
            ("cost_usd", "Cost, USD"),
            ("queue", "Queue"),
            ("review_queue", "Review queue"),
            ("s", "S"),
            ("", ""),
        ];
        for (key, expected) in cases {
            assert_eq!(words(key), expected);
        }
    }

    #[test]
    fn times_are_read_in_the_readers_zone() {
        let status = json!({"runs": [{"created_at": "2026-11-24T13:02:00Z", "code": "7KZ"}]});
        let read = localised(&status, "Europe/Berlin");
        assert_eq!(read, json!({"runs": [{"created_at": "Tue 24 Nov 14:02", "code": "7KZ"}]}));
    }

    #[test]
    fn a_live_part_is_found_wherever_it_stands() {
        assert!(has_live_part(&json!({"parts": [{"name": "model", "mode": "live"}]})));
        assert!(!has_live_part(&json!({"parts": [{"name": "live", "mode": "sandbox"}]})));
    }
}
