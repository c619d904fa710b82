//! From an HTTP request to a vendor's answer, with the faults on the way.
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::body::Bytes;
use axum::body::to_bytes;
use axum::extract::ConnectInfo;
use axum::extract::Request;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::HeaderName;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use serde_json::json;

use crate::sandbox::control;
use crate::sandbox::core::Keys;
use crate::sandbox::faults::Fault;
use crate::sandbox::faults::Kind;
use crate::sandbox::held::LetGo;
use crate::sandbox::http::Reply;
use crate::sandbox::http::Req;
use crate::sandbox::ledger::VENDORS;
use crate::sandbox::model;
use crate::sandbox::wire::Cut;
use crate::sandbox::wire::Shared;

const BODY_MAX: usize = 8 * 1024 * 1024;
const HANG_MS: u64 = 60_000;
/// Who asks what is held gets the answer as soon as anything is, or after this.
const HELD_WAIT: Duration = Duration::from_secs(10);

pub fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .nest_service("/model/v1", model::router())
        .fallback(answer)
        .layer(axum::middleware::from_fn_with_state(Arc::clone(&shared), gate))
        .with_state(shared)
}

/// The vendor and what is left of the path.
fn split(path: &str) -> (&str, &str) {
    let rest = path.trim_start_matches('/');
    match rest.find('/') {
        Some(i) => (&rest[..i], &rest[i..]),
        None => (rest, "/"),
    }
}

/// Stands before every call: faults, the model's key and count, the closed door.
async fn gate(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    request: Request,
    next: Next,
) -> Response {
    if shared.is_closed() {
        cut.now();
        return plain(&Reply::empty(503));
    }
    let path = request.uri().path().to_owned();
    let (vendor, rest) = split(&path);
    if !VENDORS.contains(&vendor) {
        return next.run(request).await;
    }
    let call = format!("{} {rest}", request.method());
    let fault = shared.lock().faults.take(vendor, &call);
    if vendor == "model" && fault.as_ref().is_none_or(|f| f.kind != Kind::Status) {
        let req = Req::new(request.method().as_str(), rest, "", Vec::new());
        let known = header(request.headers(), "authorization") == Some(format!("Bearer {}", crate::sandbox::MODEL_KEY));
        let mut core = shared.lock();
        if !known {
            core.ledger.refuse("model", 401);
            let e = json!({"error": {"message": "Incorrect API key provided.", "type": "invalid_request_error", "param": null, "code": "invalid_api_key"}});
            return plain(&Reply::json(401, &e));
        }
        core.ledger.count_read("model", &req);
    }
    match fault {
        None => next.run(request).await,
        Some(fault) if matches!(fault.kind, Kind::HoldBefore | Kind::HoldAfter) => {
            let (vendor, kind) = (vendor.to_owned(), fault.kind);
            // A task of its own: who called may be gone when it is let go.
            let kept = tokio::spawn(async move { hold(shared, (kind, &vendor, &call), request, next).await });
            kept.await.ok().flatten().unwrap_or_else(|| {
                cut.now();
                plain(&Reply::empty(503))
            })
        }
        Some(fault) => misbehave(&fault, vendor, cut, request, next).await,
    }
}

/// The whole call is here before it is kept: what left the caller is all of it.
async fn hold(shared: Arc<Shared>, what: (Kind, &str, &str), request: Request, next: Next) -> Option<Response> {
    let (kind, vendor, call) = what;
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, BODY_MAX).await.ok()?;
    let request = Request::from_parts(parts, Body::from(bytes));
    if kind == Kind::HoldAfter {
        let done = next.run(request).await;
        let (id, how) = shared.held.keep(kind, vendor, call).await;
        shared.held.over(id);
        return (how == LetGo::Done).then_some(done);
    }
    let (id, how) = shared.held.keep(kind, vendor, call).await;
    let done = match how {
        LetGo::Done => Some(next.run(request).await),
        LetGo::Undone => None,
    };
    shared.held.over(id);
    done
}

async fn misbehave(fault: &Fault, vendor: &str, cut: Cut, request: Request, next: Next) -> Response {
    match fault.kind {
        Kind::Status => status(fault, vendor),
        Kind::Delay => {
            pause(fault.ms.unwrap_or(1_000)).await;
            next.run(request).await
        }
        Kind::Reset => {
            cut.now();
            plain(&Reply::empty(500))
        }
        Kind::TimeoutAfterDoing => {
            let done = next.run(request).await;
            pause(fault.ms.unwrap_or(HANG_MS)).await;
            cut.now();
            done
        }
        Kind::HalfBody => half(next.run(request).await, cut).await,
        Kind::DuplicateHook | Kind::ReorderHooks | Kind::HoldBefore | Kind::HoldAfter => next.run(request).await,
    }
}

#[expect(clippy::disallowed_methods, reason = "a vendor that is slow on demand has to wait in real time")]
async fn pause(ms: u64) {
    tokio::time::sleep(Duration::from_millis(ms)).await;
}

fn status(fault: &Fault, vendor: &str) -> Response {
    let code = fault.status.unwrap_or(500);
    let body = fault.body.clone();
    let mut reply = match body {
        Some(serde_json::Value::String(text)) => Reply::text(code, &text),
        Some(value) => Reply::json(code, &value),
        None => usual(vendor, code),
    };
    if let Some(seconds) = fault.retry_after {
        reply = reply.with("Retry-After", seconds);
    }
    plain(&reply)
}

/// A failure in the vendor's own shape.
fn usual(vendor: &str, code: u16) -> Reply {
    let limit = code == 429;
    match vendor {
        "hubspot" if limit => Reply::json(
            code,
            &json!({"status": "error", "message": "You have reached your ten_secondly_rolling limit.", "errorType": "RATE_LIMIT", "correlationId": "00000000-0000-4000-8000-000000000000", "policyName": "TEN_SECONDLY_ROLLING", "groupName": "publicapi:private-apps-api-calls:sandbox"}),
        ),
        "hubspot" => Reply::json(
            code,
            &json!({"status": "error", "message": "internal error", "correlationId": "00000000-0000-4000-8000-000000000000", "category": "INTERNAL_ERROR"}),
        ),
        "apollo" if code == 401 => Reply::text(code, "Invalid access credentials."),
        "apollo" if limit => {
            Reply::json(code, &json!({"message": "The maximum number of api calls allowed has been reached."}))
        }
        "apollo" => Reply::json(code, &json!({"error": "internal error"})),
        "explorium" if limit => Reply::json(
            code,
            &json!({"code": "rate_limit_exceeded", "message": "Too many requests", "retry_after": 10}),
        ),
        "explorium" => Reply::json(code, &json!({"details": "internal error", "correlation_id": "00000000"})),
        "model" => Reply::json(
            code,
            &json!({"error": {"message": "The server had an error while processing your request", "type": "server_error", "param": null, "code": null}}),
        ),
        _ => Reply::text(code, if limit { "Too many requests" } else { "Internal server error" }),
    }
}

/// Promises the whole body and gives half of it.
async fn half(whole: Response, cut: Cut) -> Response {
    let (mut parts, body) = whole.into_parts();
    let bytes = to_bytes(body, BODY_MAX).await.unwrap_or_default();
    parts.headers.insert("content-length", HeaderValue::from(bytes.len().max(2)));
    let first = bytes.slice(..bytes.len() / 2);
    let steps = futures::stream::unfold(Some(first), move |left| {
        let cut = cut.clone();
        async move {
            match left {
                Some(first) if !first.is_empty() => Some((Ok::<Bytes, std::io::Error>(first), Some(Bytes::new()))),
                Some(_) => {
                    pause(20).await;
                    cut.now();
                    Some((Err(std::io::ErrorKind::ConnectionReset.into()), None))
                }
                None => None,
            }
        }
    });
    Response::from_parts(parts, Body::from_stream(steps))
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|v| v.to_str().ok()).map(str::to_owned)
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, BODY_MAX).await else {
        return plain(&Reply::text(413, "Payload too large"));
    };
    let (vendor, rest) = split(parts.uri.path());
    let query = parts.uri.query().unwrap_or_default();
    let req = Req::new(parts.method.as_str(), rest, query, bytes.to_vec());
    if vendor == "_sandbox" && req.path == "/held" && req.method == "GET" {
        return plain(&Reply::json(200, &json!(shared.held.seen(HELD_WAIT).await)));
    }
    if vendor == "_sandbox" && req.path == "/held" {
        let reply = control::release(&shared, &req);
        shared.held.settled(HELD_WAIT).await;
        return plain(&reply);
    }
    if vendor == "_sandbox" {
        return plain(&control::handle(&shared, &req));
    }
    let keys = Keys {
        authorization: header(&parts.headers, "authorization"),
        x_api_key: header(&parts.headers, "x-api-key"),
        api_key: header(&parts.headers, "api_key"),
    };
    let now = shared.clock.now_ms();
    let reply = {
        let mut core = shared.lock();
        // The clock may have moved while we waited for the lock; time never goes back inside.
        let now = now.max(shared.clock.now_ms());
        core.call(vendor, &req, &keys, now)
    };
    shared.drain();
    plain(&reply)
}

fn plain(reply: &Reply) -> Response {
    let mut response = Response::new(Body::from(reply.body.clone()));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert("content-type", HeaderValue::from_static(reply.content_type));
    for (name, value) in &reply.headers {
        let name = HeaderName::from_bytes(name.to_ascii_lowercase().as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value)) {
            headers.insert(name, value);
        }
    }
    response
}
