//! Who asks: a person of the switch in sandbox mode, else the person of a signed session.
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::Response;

use crate::domain::person::Person;
use crate::ports::desk::Refusal;
use crate::ports::desk::RefusalKind;

use super::fault::Look;
use super::fault::refusal;
use super::session;
use super::site::Shared;
use super::site::Site;

/// Whom the page shows when nobody was chosen.
const FIRST_PERSON: &str = "ava";

/// The person who asks, and what their form tokens are bound to.
pub struct Who {
    pub person: Person,
    pub binding: String,
}

impl Who {
    pub fn token(&self, site: &Site) -> String {
        session::form_token(&site.options.key, &self.binding)
    }

    /// A form of the page must carry the token it was rendered with.
    pub fn check_token(&self, site: &Site, given: Option<&str>) -> Result<(), Refusal> {
        if session::form_token_fits(&site.options.key, &self.binding, given.unwrap_or_default()) {
            return Ok(());
        }
        Err(refusal(
            RefusalKind::NotAllowed,
            "This form was not taken",
            "it was opened by somebody else or too long ago",
            "Reload the page and send it again",
        ))
    }
}

impl FromRequestParts<Shared> for Who {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &Shared) -> Result<Self, Response> {
        let found = if site.options.sandbox { switched(site, &parts.headers) } else { signed_in(site, &parts.headers) };
        found.map_err(|refusal| Look::of(parts.uri.path(), &parts.headers).answer(&refusal))
    }
}

fn switched(site: &Site, headers: &HeaderMap) -> Result<Who, Refusal> {
    let person = match headers.get("x-person") {
        Some(named) => named.to_str().ok().and_then(|id| site.options.person(id.trim())),
        None => session::cookie(headers, session::PERSON_COOKIE)
            .and_then(|id| site.options.person(&id))
            .or_else(|| site.options.person(FIRST_PERSON))
            .or_else(|| site.options.persons.first()),
    };
    let person = person.ok_or_else(|| not_known(site))?.clone();
    Ok(Who { binding: format!("person {}", person.id), person })
}

fn signed_in(site: &Site, headers: &HeaderMap) -> Result<Who, Refusal> {
    let cookie = session::cookie(headers, session::SESSION_COOKIE).unwrap_or_default();
    session::session_login(&site.options, &cookie, site.wall())
        .and_then(|login| site.options.person(&login.person))
        .map(|person| Who { person: person.clone(), binding: format!("session {cookie}") })
        .ok_or_else(|| {
            refusal(
                RefusalKind::NotSignedIn,
                "You are not logged in",
                "there is no session, or it is older than 12 hours",
                "Log in at /login",
            )
        })
}

fn not_known(site: &Site) -> Refusal {
    let known: Vec<&str> = site.options.persons.iter().map(|person| person.id.as_str()).collect();
    let next = format!("Send X-Person with one of {}", known.join(", "));
    refusal(RefusalKind::NotSignedIn, "Nobody here has that name", "X-Person names no person of this desk", &next)
}
