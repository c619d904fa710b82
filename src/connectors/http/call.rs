//! One request as a vendor's client describes it, and the answer it gets.
use reqwest::Method;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::ports::error::PortError;
use crate::ports::error::PortResult;

/// A request. The path is a template, so that traces name the endpoint and never an id.
pub struct Call {
    pub(super) method: Method,
    pub(super) endpoint: &'static str,
    pub(super) args: Vec<String>,
    pub(super) query: Vec<(String, String)>,
    pub(super) body: Option<Value>,
    /// A read or a write that may be repeated: a lost answer then means "again", not "it may have happened".
    pub(super) safe: bool,
    /// Statuses that are answers here, not errors (404 of a look-up).
    pub(super) accept: &'static [u16],
}

impl Call {
    fn new(method: Method, endpoint: &'static str, args: &[&str], safe: bool) -> Self {
        let args = args.iter().map(|arg| (*arg).to_owned()).collect();
        Self { method, endpoint, args, query: Vec::new(), body: None, safe, accept: &[] }
    }

    pub fn get(endpoint: &'static str, args: &[&str]) -> Self {
        Self::new(Method::GET, endpoint, args, true)
    }

    /// Not safe to repeat, unless said so with `safe`.
    pub fn post(endpoint: &'static str, args: &[&str]) -> Self {
        Self::new(Method::POST, endpoint, args, false)
    }

    pub fn patch(endpoint: &'static str, args: &[&str]) -> Self {
        Self::new(Method::PATCH, endpoint, args, true)
    }

    pub fn delete(endpoint: &'static str, args: &[&str]) -> Self {
        Self::new(Method::DELETE, endpoint, args, true)
    }

    pub fn safe(mut self) -> Self {
        self.safe = true;
        self
    }

    pub fn query(mut self, name: &str, value: impl ToString) -> Self {
        self.query.push((name.to_owned(), value.to_string()));
        self
    }

    pub fn body(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    pub fn accept(mut self, statuses: &'static [u16]) -> Self {
        self.accept = statuses;
        self
    }

    /// The path with its arguments in; an argument can neither leave its place nor climb.
    pub(super) fn path(&self) -> Result<String, &'static str> {
        let mut args = self.args.iter();
        let mut path = String::new();
        for (nth, piece) in self.endpoint.split("{}").enumerate() {
            if nth > 0 {
                let arg = args.next().ok_or("an argument of the path is missing")?;
                if arg.is_empty() || arg.chars().all(|c| c == '.') {
                    return Err("an argument of the path is empty");
                }
                path.push_str(&segment(arg));
            }
            path.push_str(piece);
        }
        Ok(path)
    }
}

fn segment(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// An accepted answer.
#[derive(Debug)]
pub struct Answer {
    pub(super) vendor: &'static str,
    pub(super) safe: bool,
    pub status: u16,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json<T: DeserializeOwned>(&self) -> PortResult<T> {
        serde_json::from_slice(&self.body).map_err(|error| self.unreadable(&why(&self.body, &error)))
    }

    /// The answer cannot be used: after an unsafe write that means that it may have happened.
    pub fn unreadable(&self, why: &str) -> PortError {
        let (vendor, why) = (self.vendor.to_owned(), why.to_owned());
        if self.safe { PortError::Malformed { vendor, why } } else { PortError::Unclear { vendor, why } }
    }

    /// The vendor's own words of a refusal, cleaned.
    pub fn message(&self) -> String {
        super::fault::message_of(&self.body)
    }
}

/// Where the JSON is off, never what stands there.
fn why(body: &[u8], error: &serde_json::Error) -> String {
    if body.trim_ascii_start().starts_with(b"<") {
        return "a page instead of JSON".to_owned();
    }
    let kind = match error.classify() {
        serde_json::error::Category::Data => "a field is not as promised",
        serde_json::error::Category::Eof => "the JSON ends too early",
        serde_json::error::Category::Syntax | serde_json::error::Category::Io => "not JSON",
    };
    format!("{kind} (line {}, column {})", error.line(), error.column())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn arguments_stay_in_their_place() {
        let path = |arg: &str| Call::get("/leads/{}/x/", &[arg]).path();
        assert_eq!(path("a@b.example"), Ok("/leads/a%40b.example/x/".to_owned()));
        assert_eq!(path("../x?y#z"), Ok("/leads/..%2Fx%3Fy%23z/x/".to_owned()));
        assert!(path("..").is_err());
        assert!(path("").is_err());
        assert!(Call::get("/{}/{}", &["a"]).path().is_err());
    }

    proptest! {
        #[test]
        fn no_argument_adds_a_segment(arg in "\\PC{1,20}") {
            if let Ok(path) = Call::get("/a/{}", &[&arg]).path() {
                prop_assert_eq!(path.matches('/').count(), 2);
                prop_assert!(path.is_ascii() && !path.contains(['?', '#', '\\', ' ']));
            }
        }
    }

    #[test]
    fn an_unreadable_answer_to_an_unsafe_write_may_have_happened() {
        let answer = |safe| Answer { vendor: "v", safe, status: 200, body: b"<html>".to_vec() };
        assert!(matches!(answer(true).json::<Value>(), Err(PortError::Malformed { why, .. }) if why.contains("page")));
        assert!(matches!(answer(false).json::<Value>(), Err(PortError::Unclear { .. })));
    }
}
