//! One refusal, four looks: JSON for the API, a page, a toast for htmx, a line in an open form.
use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::header;
use axum::http::request::Parts;
use axum::response::IntoResponse;
use axum::response::Redirect;
use axum::response::Response;
use serde_json::json;

use crate::ports::desk::Refusal;
use crate::ports::desk::RefusalKind;

use super::view;

pub fn refusal(kind: RefusalKind, what: &str, why: &str, next: &str) -> Refusal {
    Refusal { kind, what: what.to_owned(), why: why.to_owned(), next: next.to_owned() }
}

pub fn status(kind: RefusalKind) -> StatusCode {
    match kind {
        RefusalKind::BadInput => StatusCode::BAD_REQUEST,
        RefusalKind::NotSignedIn => StatusCode::UNAUTHORIZED,
        RefusalKind::NotAllowed => StatusCode::FORBIDDEN,
        RefusalKind::Unknown => StatusCode::NOT_FOUND,
        RefusalKind::Decided => StatusCode::CONFLICT,
        RefusalKind::Expired => StatusCode::GONE,
        RefusalKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        RefusalKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// How the asker reads an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    Json,
    Page,
    /// htmx: swapped out of band into `#toasts`.
    Toast,
}

impl Look {
    pub fn of(path: &str, headers: &HeaderMap) -> Self {
        if path.starts_with("/api/") {
            Self::Json
        } else if headers.contains_key("hx-request") {
            Self::Toast
        } else {
            Self::Page
        }
    }

    pub fn answer(self, refusal: &Refusal) -> Response {
        let code = status(refusal.kind);
        match self {
            Self::Json => (code, Json(json!({ "error": refusal }))).into_response(),
            _ if refusal.kind == RefusalKind::NotSignedIn => self.to_door(),
            Self::Toast => (code, axum::response::Html(view::toast::refused(refusal).into_string())).into_response(),
            Self::Page => (code, axum::response::Html(view::door::refused(refusal).into_string())).into_response(),
        }
    }

    fn to_door(self) -> Response {
        match self {
            Self::Toast => (StatusCode::UNAUTHORIZED, [("hx-redirect", "/login")]).into_response(),
            _ => Redirect::to("/login").into_response(),
        }
    }

    /// For `?` in a handler: `.map_err(look.fault())`.
    pub fn fault(self) -> impl Fn(Refusal) -> Fault {
        move |refusal| Fault { refusal: Box::new(refusal), look: self }
    }
}

impl<S: Sync> FromRequestParts<S> for Look {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(parts.uri.path(), &parts.headers))
    }
}

#[derive(Debug)]
pub struct Fault {
    refusal: Box<Refusal>,
    look: Look,
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut response = self.look.answer(&self.refusal);
        response.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
        response
    }
}

/// A refusal to a caller of the API.
#[derive(Debug)]
pub struct ApiError(Box<Refusal>);

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        Self(Box::new(refusal))
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        Look::Json.answer(&self.0)
    }
}

pub async fn no_such_route(look: Look) -> Response {
    look.answer(&refusal(
        RefusalKind::Unknown,
        "Nothing is at this address",
        "the address is not one of this desk's",
        "Open the page at /, or read /api/openapi.json",
    ))
}

pub async fn no_such_method(look: Look) -> Response {
    let refusal = refusal(
        RefusalKind::BadInput,
        "This address does not take that method",
        "it is read with GET or written with POST, not both",
        "Look up the method in /api/openapi.json",
    );
    let mut response = look.answer(&refusal);
    *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    response
}
