//! From what a vendor answered to a class that decides what happens next.
use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::domain::time::SECOND;
use crate::ports::error::PortError;
use crate::ports::error::WAIT_MAX_MS;

/// Longest piece of a vendor's message that we keep.
const MESSAGE_CHARS_MAX: usize = 160;
const WAIT_DEFAULT_MS: i64 = 10 * SECOND;

/// What a vendor means by a status and body, where it differs from the rest of the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    /// Slow down for at least this long.
    Wait {
        ms: i64,
    },
    OutOfCredits,
}

/// Reads status and body; `None` where the common meaning holds.
pub type Hints = fn(status: u16, body: &Value) -> Option<Hint>;

pub fn no_hints(_status: u16, _body: &Value) -> Option<Hint> {
    None
}

/// A refused call.
pub struct Refused<'a> {
    pub vendor: &'static str,
    pub status: u16,
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
    pub safe: bool,
}

impl Refused<'_> {
    pub fn error(&self, hints: Hints) -> PortError {
        let body: Value = serde_json::from_slice(self.body).unwrap_or(Value::Null);
        let vendor = self.vendor.to_owned();
        let hint = hints(self.status, &body);
        match (hint, self.status) {
            (Some(Hint::OutOfCredits), _) | (None, 402) => PortError::OutOfCredits { vendor },
            (Some(Hint::Wait { ms }), _) => self.throttled(ms),
            (None, 423 | 429 | 477) => self.throttled(WAIT_DEFAULT_MS),
            (None, 401 | 403) => PortError::Denied { vendor, why: self.why() },
            (None, 408 | 500..) if self.safe => PortError::Unreachable { vendor, why: self.why() },
            (None, 408 | 500..) => PortError::Unclear { vendor, why: self.why() },
            (None, _) => PortError::Refused { vendor, why: self.why() },
        }
    }

    fn throttled(&self, default_ms: i64) -> PortError {
        let wait_ms = retry_after(self.headers).unwrap_or(default_ms).clamp(0, WAIT_MAX_MS);
        PortError::Throttled { vendor: self.vendor.to_owned(), wait_ms }
    }

    fn why(&self) -> String {
        let message = message_of(self.body);
        if message.is_empty() {
            format!("status {}", self.status)
        } else {
            format!("status {}: {message}", self.status)
        }
    }
}

/// Seconds, or a date read against the vendor's own clock (its `Date` header), so that our clock does not matter.
fn retry_after(headers: &HeaderMap) -> Option<i64> {
    let text = headers.get("retry-after")?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return seconds.is_finite().then(|| (seconds.clamp(0.0, 86_400.0) * 1000.0).ceil() as i64);
    }
    let until = http_date(text)?;
    let now = http_date(headers.get("date")?.to_str().ok()?)?;
    Some(until.saturating_sub(now))
}

fn http_date(text: &str) -> Option<i64> {
    let parsed = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(parsed.as_millisecond())
}

/// The vendor's message out of whatever shape its errors have.
pub fn message_of(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let text = text.trim_start();
    if text.starts_with('<') {
        return "a page instead of JSON".to_owned();
    }
    match serde_json::from_str::<Value>(text) {
        Ok(Value::String(text)) => cleaned(&text),
        Ok(body) => cleaned(message_in(&body).unwrap_or_default()),
        Err(_) => cleaned(text),
    }
}

const MESSAGE_KEYS: [&str; 6] = ["message", "error_message", "details", "detail", "msg", "error"];

fn message_in(body: &Value) -> Option<&str> {
    match body {
        Value::String(text) => Some(text),
        Value::Array(rows) => rows.first().and_then(message_in),
        Value::Object(_) => MESSAGE_KEYS.iter().find_map(|key| body.get(key).and_then(message_in)),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

/// One line without control characters and e-mail addresses, cut.
pub fn cleaned(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words = spaced
        .split_whitespace()
        .map(|word| if word.contains('@') || word.contains("%40") { "[address]" } else { word });
    let line = words.collect::<Vec<_>>().join(" ");
    line.chars().take(MESSAGE_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests;
