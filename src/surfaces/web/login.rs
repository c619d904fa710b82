//! Log in, log out, the person switch of the sandbox, and the theme.
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::PoisonError;

use argon2::Argon2;
use argon2::PasswordHash;
use argon2::PasswordVerifier;
use axum::extract::Request;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::Html;
use axum::response::IntoResponse;
use axum::response::Redirect;
use axum::response::Response;

use crate::domain::time::MINUTE;
use crate::domain::time::Millis;
use crate::ports::desk::Refusal;
use crate::ports::desk::RefusalKind;

use super::body;
use super::body::Posted;
use super::fault::Fault;
use super::fault::Look;
use super::fault::refusal;
use super::options::Login;
use super::session;
use super::site::Shared;
use super::site::Site;
use super::view;
use super::who::Who;

/// Tries per person and minute.
const TRIES_MAX: usize = 5;
/// A log-in form is bound to nobody yet; where it was sent from is checked as well.
const DOOR: &str = "door";
const YEAR_SECONDS: i64 = 365 * 24 * 3600;

/// Counts tries per person, so that a password cannot be guessed quickly. Only configured names are kept.
#[derive(Default)]
pub struct Throttle(Mutex<HashMap<String, Vec<Millis>>>);

impl Throttle {
    /// Notes a try; false when there were too many in the last minute.
    fn allows(&self, person: &str, now: Millis) -> bool {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let tries = tries.entry(person.to_owned()).or_default();
        tries.retain(|at| now.since(*at) < MINUTE);
        let allowed = tries.len() < TRIES_MAX;
        if allowed {
            tries.push(now);
        }
        allowed
    }

    fn forget(&self, person: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(person);
    }
}

pub async fn show(State(site): State<Shared>) -> Response {
    if site.options.sandbox {
        return Redirect::to("/").into_response();
    }
    door(&site, StatusCode::OK, None)
}

fn door(site: &Site, status: StatusCode, wrong: Option<&str>) -> Response {
    let token = session::form_token(&site.options.key, DOOR);
    (status, Html(view::door::login(&token, wrong).into_string())).into_response()
}

pub async fn log_in(State(site): State<Shared>, look: Look, request: Request) -> Result<Response, Fault> {
    let posted = body::form(request).await.map_err(look.fault())?;
    if !session::form_token_fits(&site.options.key, DOOR, posted.get("_csrf").unwrap_or_default()) {
        return Ok(door(&site, StatusCode::FORBIDDEN, Some("The form was too old. Here is a new one.")));
    }
    match try_login(&site, &posted).await {
        Ok(login) => {
            let cookie = session::session(&site.options.key, login, site.wall());
            let seconds = session::SESSION_MILLIS / 1_000;
            let line = session::set_cookie(&site.options, session::SESSION_COOKIE, &cookie, seconds);
            Ok(([(header::SET_COOKIE, line)], Redirect::to("/")).into_response())
        }
        Err((status, wrong)) => Ok(door(&site, status, Some(wrong))),
    }
}

async fn try_login<'a>(site: &'a Site, posted: &Posted) -> Result<&'a Login, (StatusCode, &'static str)> {
    let named = posted.get("user").unwrap_or_default();
    let login = site.options.logins.iter().find(|login| login.person == named);
    // A name that nobody has costs the same time and shares one counter: names cannot be found out here.
    let counted = login.map_or("", |login| login.person.as_str());
    if !site.throttle.allows(counted, site.wall()) {
        return Err((StatusCode::TOO_MANY_REQUESTS, "That was 5 tries in a minute. Try again in a minute."));
    }
    let hash = login.or(site.options.logins.first()).map(|login| login.argon2.clone()).unwrap_or_default();
    let password = posted.get("password").unwrap_or_default().to_owned();
    let fits = tokio::task::spawn_blocking(move || password_fits(&hash, &password)).await.unwrap_or(false);
    match login {
        Some(login) if fits => {
            site.throttle.forget(counted);
            Ok(login)
        }
        _ => Err((StatusCode::UNAUTHORIZED, "Name and password do not belong together.")),
    }
}

fn password_fits(hash: &str, password: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

pub async fn log_out(State(site): State<Shared>, who: Who, look: Look, request: Request) -> Result<Response, Fault> {
    let posted = body::form(request).await.map_err(look.fault())?;
    who.check_token(&site, posted.get("_csrf")).map_err(look.fault())?;
    let line = session::set_cookie(&site.options, session::SESSION_COOKIE, "", 0);
    Ok(([(header::SET_COOKIE, line)], Redirect::to("/login")).into_response())
}

pub async fn switch_person(
    State(site): State<Shared>,
    who: Who,
    look: Look,
    request: Request,
) -> Result<Response, Fault> {
    let posted = body::form(request).await.map_err(look.fault())?;
    who.check_token(&site, posted.get("_csrf")).map_err(look.fault())?;
    let person = chosen_person(&site, &posted).map_err(look.fault())?;
    let line = session::set_cookie(&site.options, session::PERSON_COOKIE, &person, YEAR_SECONDS);
    Ok(([(header::SET_COOKIE, line)], Redirect::to(&posted.way_back())).into_response())
}

fn chosen_person(site: &Site, posted: &Posted) -> Result<String, Refusal> {
    let named = posted.get("person").unwrap_or_default();
    match site.options.person(named) {
        Some(person) if site.options.sandbox => Ok(person.id.clone()),
        _ => Err(refusal(
            RefusalKind::NotAllowed,
            "The person was not changed",
            "the switch works in the sandbox, for the people it lists",
            "Choose somebody from the menu",
        )),
    }
}

pub async fn set_theme(State(site): State<Shared>, who: Who, look: Look, request: Request) -> Result<Response, Fault> {
    let posted = body::form(request).await.map_err(look.fault())?;
    who.check_token(&site, posted.get("_csrf")).map_err(look.fault())?;
    let (theme, seconds) = match posted.get("theme") {
        Some("light") => ("light", YEAR_SECONDS),
        Some("dark") => ("dark", YEAR_SECONDS),
        _ => ("", 0),
    };
    let line = session::set_cookie(&site.options, session::THEME_COOKIE, theme, seconds);
    Ok(([(header::SET_COOKIE, line)], Redirect::to(&posted.way_back())).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixth_try_in_a_minute_waits() {
        let throttle = Throttle::default();
        let tries: Vec<bool> = (0..6).map(|second| throttle.allows("ava", Millis(second * 1_000))).collect();
        assert_eq!(tries, [true, true, true, true, true, false]);
        assert!(throttle.allows("ben", Millis(6_000)));
        assert!(throttle.allows("ava", Millis(MINUTE)));
        assert!(!throttle.allows("ava", Millis(MINUTE + 1)));
        throttle.forget("ava");
        assert!(throttle.allows("ava", Millis(MINUTE + 2)));
    }
}
