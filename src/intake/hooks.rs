//! The outreach vendor's webhook: unsigned there, so it is taken as a hint to look, and what the look finds is the truth.
//!
//! The path is unguessable, the body carries our shared secret; both are compared in constant time, neither is kept.
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::extract::Path;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use serde_json::Value;
use sha2::Digest;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use tokio::sync::Notify;

const BODY_BYTES_MAX: usize = 256 * 1024;
const DEPTH_MAX: usize = 16;

#[derive(Clone)]
pub struct Hooks {
    /// Wakes the poller.
    pub hint: Arc<Notify>,
    pub secrets: Secrets,
}

/// Hashes of the secrets: comparing hashes tells nothing of their length, and nothing here can be printed.
#[derive(Clone)]
pub struct Secrets {
    path: [u8; 32],
    body: [u8; 32],
}

impl Secrets {
    /// `None` when one of them is empty: then there is no webhook.
    pub fn new(path: &str, body: &str) -> Option<Self> {
        let is_set = !path.is_empty() && !body.is_empty();
        is_set.then(|| Self { path: digest(path), body: digest(body) })
    }
}

pub fn router(hooks: Hooks) -> Router {
    Router::new()
        .route("/hooks/lemlist/{path_secret}", post(received))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(hooks)
}

async fn received(State(hooks): State<Hooks>, Path(path): Path<String>, body: Bytes) -> StatusCode {
    if !is_same(&path, &hooks.secrets.path) {
        return StatusCode::NOT_FOUND;
    }
    if depth(&body) > DEPTH_MAX {
        return StatusCode::BAD_REQUEST;
    }
    let Ok(Value::Object(fields)) = serde_json::from_slice::<Value>(&body) else {
        return StatusCode::BAD_REQUEST;
    };
    if !is_same(fields.get("secret").and_then(Value::as_str).unwrap_or_default(), &hooks.secrets.body) {
        return StatusCode::UNAUTHORIZED;
    }
    // Nothing is kept here: the vendor's log of activities is what lasts, and a start looks into it before anything else.
    hooks.hint.notify_one();
    StatusCode::NO_CONTENT
}

fn is_same(given: &str, expected: &[u8; 32]) -> bool {
    digest(given).ct_eq(expected).into()
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

/// Deepest nesting, counted before parsing; brackets inside strings do not count.
fn depth(body: &[u8]) -> usize {
    let (mut now, mut most, mut in_string, mut escaped) = (0_usize, 0_usize, false, false);
    for byte in body {
        match (in_string, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (true, b'"') => in_string = false,
            (true, _) => {}
            (false, b'"') => in_string = true,
            (false, b'{' | b'[') => {
                now += 1;
                most = most.max(now);
            }
            (false, b'}' | b']') => now = now.saturating_sub(1),
            (false, _) => {}
        }
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nesting_is_counted_outside_of_strings() {
        let cases = [("{}", 1), (r#"{"a":[[1]]}"#, 3), (r#"{"a":"[[[\"[["}"#, 1), ("]]]", 0), ("", 0)];
        for (body, expected) in cases {
            assert_eq!(depth(body.as_bytes()), expected, "{body}");
        }
    }

    #[test]
    fn an_empty_secret_is_no_secret() {
        assert!(Secrets::new("", "b").is_none());
        assert!(Secrets::new("a", "").is_none());
        let secrets = Secrets::new("a", "b").unwrap();
        assert!(is_same("a", &secrets.path) && !is_same("", &secrets.path) && !is_same("A", &secrets.path));
    }
}
