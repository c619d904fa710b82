//! Tables of what vendors answer and what it means for the work.
use super::*;
use proptest::prelude::*;

fn error(status: u16, headers: &[(&'static str, &str)], body: &str, safe: bool) -> PortError {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.insert(*name, value.parse().unwrap());
    }
    Refused { vendor: "v", status, headers: &map, body: body.as_bytes(), safe }.error(no_hints)
}

fn wait_of(error: &PortError) -> i64 {
    match error {
        PortError::Throttled { wait_ms, .. } => *wait_ms,
        other => panic!("not throttled: {other:?}"),
    }
}

#[test]
fn classes_by_status() {
    let class = |status, safe| match error(status, &[], "", safe) {
        PortError::Throttled { .. } => "throttled",
        PortError::Unreachable { .. } => "unreachable",
        PortError::Unclear { .. } => "unclear",
        PortError::Held { .. } => "held",
        PortError::Denied { .. } => "denied",
        PortError::OutOfCredits { .. } => "credits",
        PortError::Refused { .. } => "refused",
        PortError::Malformed { .. } => "malformed",
    };
    let table = [
        (400, "refused", "refused"),
        (401, "denied", "denied"),
        (402, "credits", "credits"),
        (403, "denied", "denied"),
        (404, "refused", "refused"),
        (409, "refused", "refused"),
        (422, "refused", "refused"),
        (423, "throttled", "throttled"),
        (429, "throttled", "throttled"),
        (477, "throttled", "throttled"),
        (500, "unreachable", "unclear"),
        (503, "unreachable", "unclear"),
        (524, "unreachable", "unclear"),
    ];
    for (status, safe, unsafe_) in table {
        assert_eq!((class(status, true), class(status, false)), (safe, unsafe_), "{status}");
    }
}

#[test]
fn retry_after_in_all_its_forms() {
    let wait = |headers: &[(&'static str, &str)]| wait_of(&error(429, headers, "{}", true));
    assert_eq!(wait(&[]), 10_000);
    assert_eq!(wait(&[("retry-after", "7")]), 7_000);
    assert_eq!(wait(&[("retry-after", "0.5")]), 500);
    assert_eq!(wait(&[("retry-after", "-3")]), 0);
    assert_eq!(wait(&[("retry-after", "99999999999999999999")]), 3_600_000);
    assert_eq!(wait(&[("retry-after", "soon")]), 10_000);
    let date = ("date", "Sat, 21 Nov 2026 09:00:00 GMT");
    assert_eq!(wait(&[("retry-after", "Sat, 21 Nov 2026 09:00:30 GMT"), date]), 30_000);
    assert_eq!(wait(&[("retry-after", "Sat, 21 Nov 2026 08:00:00 GMT"), date]), 0);
    assert_eq!(wait(&[("retry-after", "Sat, 21 Nov 2026 19:00:00 GMT"), date]), 3_600_000);
}

#[test]
fn hints_win_over_the_common_meaning() {
    let hints: Hints = |status, body| match status {
        403 => Some(Hint::OutOfCredits),
        429 => body.get("wait").and_then(Value::as_i64).map(|ms| Hint::Wait { ms }),
        _ => None,
    };
    let map = HeaderMap::new();
    let refused =
        |status, body: &'static str| Refused { vendor: "v", status, headers: &map, body: body.as_bytes(), safe: true };
    assert!(matches!(refused(403, "{}").error(hints), PortError::OutOfCredits { .. }));
    assert_eq!(wait_of(&refused(429, r#"{"wait": 1000}"#).error(hints)), 1_000);
    assert_eq!(wait_of(&refused(429, "").error(hints)), 10_000);
}

#[test]
fn messages_are_found_and_cleaned() {
    let table = [
        (r#"{"message":"Bad thing"}"#, "Bad thing"),
        (r#"{"error":{"message":"Deep"}}"#, "Deep"),
        (r#"{"error":"x","message":"y"}"#, "y"),
        (r#"{"detail":[{"loc":["a"],"msg":"field required"}]}"#, "field required"),
        (r#"{"details":"no credits","correlation_id":"1"}"#, "no credits"),
        ("Bad team\n", "Bad team"),
        ("<html>secret</html>", "a page instead of JSON"),
        (r#"{"message":"ann.lee@corp.example\u0007 is   known"}"#, "[address] is known"),
        ("", ""),
    ];
    for (body, want) in table {
        assert_eq!(message_of(body.as_bytes()), want, "{body}");
    }
}

proptest! {
    #[test]
    fn a_message_is_short_and_without_addresses(text in "(?s).{0,400}") {
        let line = cleaned(&text);
        prop_assert!(line.chars().count() <= MESSAGE_CHARS_MAX);
        prop_assert!(!line.contains('@') && !line.chars().any(char::is_control));
    }
}
