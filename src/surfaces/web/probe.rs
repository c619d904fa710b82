//! What machines ask: alive, ready, numbers. None of it waits for a vendor.
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;

use super::site::Shared;

pub async fn live() -> &'static str {
    "ok\n"
}

/// Ready while the store answers, its tables are up to date and we are not going away.
pub async fn ready(State(site): State<Shared>) -> Response {
    if site.shutdown.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "not ready: going away\n").into_response();
    }
    match site.desk.ready().await {
        Ok(()) => "ready\n".into_response(),
        Err(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {why}\n")).into_response(),
    }
}

pub async fn metrics(State(site): State<Shared>) -> Response {
    let text = site.desk.metrics().await;
    // OpenMetrics ends with this line; the older form has no end.
    let kind = if text.trim_end().ends_with("# EOF") {
        "application/openmetrics-text; version=1.0.0; charset=utf-8"
    } else {
        "text/plain; version=0.0.4; charset=utf-8"
    };
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}
