//! A request and a reply as the vendors' code sees them, free of any web framework.
use serde_json::Value;

/// One call, with the vendor's prefix already taken off the path.
pub struct Req {
    pub method: String,
    pub path: String,
    pub query: Vec<(String, String)>,
    /// The query as it came, for the journal.
    pub raw_query: String,
    pub body: Vec<u8>,
}

impl Req {
    pub fn new(method: &str, path: &str, query: &str, body: Vec<u8>) -> Self {
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            query: parse_query(query),
            raw_query: query.to_owned(),
            body,
        }
    }

    /// The parts of the path; an ending slash gives a last empty part.
    pub fn parts(&self) -> Vec<String> {
        self.path.trim_start_matches('/').split('/').map(decode_path).collect()
    }

    pub fn query(&self, key: &str) -> Option<&str> {
        self.query.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str())
    }

    pub fn query_all(&self, key: &str) -> Vec<&str> {
        self.query.iter().filter(|(k, _)| k == key).map(|(_, v)| v.as_str()).collect()
    }

    pub fn flag(&self, key: &str) -> bool {
        self.query(key) == Some("true")
    }

    pub fn number(&self, key: &str) -> Option<i64> {
        self.query(key).and_then(|v| v.parse().ok())
    }

    /// The body as JSON; an empty body is an empty object.
    pub fn json(&self) -> Option<Value> {
        if self.body.is_empty() {
            return Some(Value::Object(serde_json::Map::new()));
        }
        serde_json::from_slice(&self.body).ok()
    }
}

/// One answer. `effect` marks a call that changed something and so belongs into the journal.
pub struct Reply {
    pub status: u16,
    pub content_type: &'static str,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    pub effect: bool,
}

impl Reply {
    pub fn json(status: u16, body: &Value) -> Self {
        Self {
            status,
            content_type: "application/json;charset=utf-8",
            headers: Vec::new(),
            body: body.to_string().into_bytes(),
            effect: false,
        }
    }

    pub fn text(status: u16, body: &str) -> Self {
        Self {
            status,
            content_type: "text/plain; charset=utf-8",
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
            effect: false,
        }
    }

    pub fn empty(status: u16) -> Self {
        Self::text(status, "")
    }

    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }

    /// Marks the call as one that changed something.
    pub fn done(mut self) -> Self {
        self.effect = true;
        self
    }

    pub fn done_if(mut self, changed: bool) -> Self {
        self.effect = changed;
        self
    }
}

fn parse_query(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|p| !p.is_empty())
        .map(|p| {
            let (k, v) = p.split_once('=').unwrap_or((p, ""));
            (decode(k, true), decode(v, true))
        })
        .collect()
}

fn decode_path(text: &str) -> String {
    decode(text, false)
}

fn decode(text: &str, plus: bool) -> String {
    let raw = text.as_bytes();
    let mut out = Vec::with_capacity(raw.len());
    let mut i = 0;
    while i < raw.len() {
        let hex =
            (raw[i] == b'%').then(|| text.get(i + 1..i + 3).and_then(|h| u8::from_str_radix(h, 16).ok())).flatten();
        match hex {
            Some(byte) => {
                out.push(byte);
                i += 2;
            }
            None if plus && raw[i] == b'+' => out.push(b' '),
            None => out.push(raw[i]),
        }
        i += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// A text field of an object.
pub fn text<'a>(v: &'a Value, key: &str) -> Option<&'a str> {
    v.get(key).and_then(Value::as_str)
}

/// The texts of a list field; empty when it is not there.
pub fn texts(v: &Value, key: &str) -> Vec<String> {
    let list = v.get(key).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(|x| x.as_str().map(str::to_owned)).collect()
}

/// ISO time with milliseconds, as all four vendors write it.
pub fn iso(ms: i64) -> String {
    match jiff::Timestamp::from_millisecond(ms) {
        Ok(t) => t.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string(),
        Err(_) => String::new(),
    }
}

/// Milliseconds of an ISO time, a date, or a number in milliseconds.
pub fn parse_time(text: &str) -> Option<i64> {
    if let Ok(ms) = text.parse::<i64>() {
        return Some(ms);
    }
    if let Ok(t) = text.parse::<jiff::Timestamp>() {
        return Some(t.as_millisecond());
    }
    let day: jiff::civil::Date = text.get(..10)?.parse().ok()?;
    let zoned = day.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(zoned.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::Req;
    use super::iso;
    use super::parse_time;

    #[test]
    fn queries_and_paths_are_decoded() {
        let r =
            Req::new("GET", "/v2/a%40b.example/", "person_titles%5B%5D=VP+Finance&person_titles[]=CFO&x", Vec::new());
        assert_eq!(r.query_all("person_titles[]"), ["VP Finance", "CFO"]);
        assert_eq!(r.parts(), ["v2", "a@b.example", ""]);
    }

    #[test]
    fn times_go_both_ways() {
        let ms = 1_795_251_600_000;
        assert_eq!(iso(ms), "2026-11-21T09:00:00.000Z");
        assert_eq!(parse_time("2026-11-21T09:00:00.000Z"), Some(ms));
        assert_eq!(parse_time("2026-11-21"), Some(ms - 9 * 3_600_000));
    }
}
