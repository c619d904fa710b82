//! Before and after each request: is it for us, is it from our own page, what may the answer do, one line in the log.
use std::net::IpAddr;

use axum::extract::MatchedPath;
use axum::extract::Request;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::HeaderName;
use axum::http::HeaderValue;
use axum::http::Method;
use axum::http::StatusCode;
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

use crate::ports::desk::Refusal;
use crate::ports::desk::RefusalKind;

use super::body;
use super::fault::Look;
use super::fault::refusal;
use super::options::WebOptions;
use super::site::Shared;

pub const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 5] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// What machines ask; they know no host name and change nothing.
const PROBES: [&str; 4] = ["/livez", "/healthz", "/readyz", "/metrics"];

pub async fn guard(State(site): State<Shared>, request: Request, next: Next) -> Response {
    let started = site.wall();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let request_id = site.ids.fresh("req");
    let is_api = request.uri().path().starts_with("/api/");
    let span = tracing::info_span!("http", request.id = %request_id, %method, route);
    let mut response = match judge(&site.options, &request) {
        Ok(()) => next.run(request).instrument(span.clone()).await,
        Err(refusal) => Look::of(request.uri().path(), request.headers()).answer(&refusal),
    };
    if is_api && response.status().is_client_error() && !is_json(&response) {
        response = unread(response.status());
    }
    decorate(&mut response, &request_id);
    let duration_ms = site.wall().since(started);
    let status = response.status().as_u16();
    span.in_scope(|| {
        if PROBES.contains(&route.as_str()) {
            tracing::debug!(status, duration_ms, "answered a probe");
        } else {
            tracing::info!(status, duration_ms, "answered a request");
        }
    });
    response
}

fn is_json(response: &Response) -> bool {
    response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"))
}

/// The framework's own refusals (an address that is not UTF-8, a query that cannot be read) in our three parts.
fn unread(status: StatusCode) -> Response {
    let mut response = Look::Json.answer(&refusal(
        RefusalKind::BadInput,
        "The request could not be read",
        "its address or its query is broken",
        "Compare it with /api/openapi.json",
    ));
    *response.status_mut() = status;
    response
}

fn decorate(response: &mut Response, request_id: &str) {
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // Pages and answers are for one reader and one moment; assets say otherwise themselves.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert("x-request-id", id);
    }
}

fn judge(options: &WebOptions, request: &Request) -> Result<(), Refusal> {
    let path = request.uri().path();
    if PROBES.contains(&path) {
        return Ok(());
    }
    let headers = request.headers();
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !is_ours(options, host) {
        return Err(refusal(
            RefusalKind::NotAllowed,
            "This request was not taken",
            "the host it names is not one of this desk's",
            "Open the page by its own address, or add the name to the configuration",
        ));
    }
    if matches!(*request.method(), Method::GET | Method::HEAD) || is_same_site(headers, host, path) {
        return Ok(());
    }
    Err(refusal(
        RefusalKind::NotAllowed,
        "This request was not taken",
        "another site sent it",
        "Use this desk's own page, or call the API from a program",
    ))
}

/// A name that another site could point at us (DNS rebinding) is not ours; an address cannot be pointed.
fn is_ours(options: &WebOptions, host: &str) -> bool {
    let name = bare_host(host);
    if name.eq_ignore_ascii_case("localhost") || options.hosts.iter().any(|own| own.eq_ignore_ascii_case(name)) {
        return true;
    }
    match name.parse::<IpAddr>() {
        Ok(address) => address.is_loopback() || address == options.bind || options.bind.is_unspecified(),
        Err(_) => false,
    }
}

/// `[::1]:8080` and `localhost:8080` without port and brackets.
fn bare_host(host: &str) -> &str {
    if let Some(rest) = host.strip_prefix('[') {
        return rest.split(']').next().unwrap_or_default();
    }
    host.split(':').next().unwrap_or_default()
}

/// A browser says where a request comes from; a program says nothing and carries no cookie of a reader.
fn is_same_site(headers: &HeaderMap, host: &str, path: &str) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let is_api = path.starts_with("/api/");
    // A browser needs leave from us to send this header to us from elsewhere, and gets none.
    if is_api && body::is_multipart(headers) && text("origin").or(text("sec-fetch-site")).is_some() {
        let asked = headers.contains_key("x-requested-with") || headers.contains_key("hx-request");
        if !asked {
            return false;
        }
    }
    match (text("sec-fetch-site"), text("origin")) {
        (Some("same-origin" | "none"), None | Some("null")) => true,
        (Some("same-origin" | "none") | None, Some(origin)) if origin != "null" => {
            origin.split_once("://").is_some_and(|(scheme, rest)| scheme.starts_with("http") && rest == host)
        }
        // Forms under `no-referrer` say `null` where there is no TLS; their token still has to fit.
        (None, Some(_)) => !is_api,
        (None, None) => true,
        (Some(_), _) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::surfaces::web::tests::world::options;

    #[test]
    fn only_names_that_cannot_be_rebound_are_ours() {
        let any = WebOptions { bind: [0, 0, 0, 0].into(), hosts: vec!["desk.example".to_owned()], ..options() };
        let one = WebOptions { bind: [10, 0, 0, 7].into(), ..options() };
        let cases = [
            (&options(), "127.0.0.1:8080", true),
            (&options(), "localhost", true),
            (&options(), "[::1]:8080", true),
            (&options(), "evil.example", false),
            (&options(), "localhost.evil.example:80", false),
            (&options(), "10.0.0.7", false),
            (&options(), "", false),
            (&one, "10.0.0.7:80", true),
            (&one, "desk.example", false),
            (&any, "Desk.example:443", true),
            (&any, "192.168.0.2", true),
            (&any, "evil.example", false),
        ];
        for (options, host, expected) in cases {
            assert_eq!(is_ours(options, host), expected, "{host}");
        }
    }

    #[test]
    fn another_site_is_refused_and_a_program_is_not() {
        let host = "127.0.0.1:80";
        let own = "http://127.0.0.1:80";
        let cases = [
            ("/api/threads", None, None, true),
            ("/api/threads", Some(own), None, true),
            ("/api/threads", Some(own), Some("same-origin"), true),
            ("/api/threads", None, Some("none"), true),
            ("/api/threads", Some("http://evil.example"), None, false),
            ("/api/threads", Some("http://evil.example"), Some("same-origin"), false),
            ("/api/threads", Some("http://127.0.0.1:81"), Some("same-site"), false),
            ("/api/threads", None, Some("cross-site"), false),
            ("/api/threads", Some("null"), None, false),
            ("/t/x/say", Some("null"), Some("same-origin"), true),
            ("/t/x/say", Some("null"), None, true),
            ("/t/x/say", Some("null"), Some("cross-site"), false),
            ("/t/x/say", Some("http://evil.example"), None, false),
        ];
        for (path, origin, site, expected) in cases {
            let mut headers = HeaderMap::new();
            for (name, value) in [("origin", origin), ("sec-fetch-site", site)] {
                if let Some(value) = value {
                    headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
                }
            }
            assert_eq!(is_same_site(&headers, host, path), expected, "{path} {origin:?} {site:?}");
        }
    }

    #[test]
    fn files_from_a_browser_need_a_header_that_only_our_page_can_send() {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("multipart/form-data; boundary=x"));
        assert!(is_same_site(&headers, "localhost", "/api/threads/t/messages"));
        headers.insert("sec-fetch-site", HeaderValue::from_static("same-origin"));
        assert!(!is_same_site(&headers, "localhost", "/api/threads/t/messages"));
        headers.insert("x-requested-with", HeaderValue::from_static("page"));
        assert!(is_same_site(&headers, "localhost", "/api/threads/t/messages"));
    }
}
