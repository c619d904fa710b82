//! Signed values: the session cookie of a log-in and the token that each form of the page carries.
use axum::http::HeaderMap;
use axum::http::header;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::Hmac;
use hmac::Mac;
use sha2::Sha256;

use crate::domain::time::HOUR;
use crate::domain::time::Millis;

use super::options::Login;
use super::options::WebOptions;

pub const SESSION_COOKIE: &str = "qd_session";
pub const PERSON_COOKIE: &str = "qd_person";
pub const THEME_COOKIE: &str = "qd_theme";
pub const SESSION_MILLIS: i64 = 12 * HOUR;

fn mac(key: &[u8; 32], parts: &[&str]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    for part in parts {
        // The length goes first, so that two lists of parts never sign alike.
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part.as_bytes());
    }
    Some(mac)
}

fn sign(key: &[u8; 32], parts: &[&str]) -> String {
    mac(key, parts).map(|mac| URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())).unwrap_or_default()
}

fn verify(key: &[u8; 32], parts: &[&str], given: &str) -> bool {
    let Ok(given) = URL_SAFE_NO_PAD.decode(given) else { return false };
    mac(key, parts).is_some_and(|mac| mac.verify_slice(&given).is_ok())
}

/// `person.expires.signature`. The signature covers the password's hash: a new password ends old sessions.
pub fn session(key: &[u8; 32], login: &Login, now: Millis) -> String {
    let expires = now.plus(SESSION_MILLIS).0.to_string();
    let person = URL_SAFE_NO_PAD.encode(&login.person);
    let signature = sign(key, &["session", &login.person, &expires, &login.argon2]);
    format!("{person}.{expires}.{signature}")
}

/// The login behind a session cookie, if it is ours and not over.
pub fn session_login<'a>(options: &'a WebOptions, cookie: &str, now: Millis) -> Option<&'a Login> {
    let mut parts = cookie.split('.');
    let (person, expires, signature) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || expires.parse::<i64>().ok()? <= now.0 {
        return None;
    }
    let person = String::from_utf8(URL_SAFE_NO_PAD.decode(person).ok()?).ok()?;
    let login = options.logins.iter().find(|login| login.person == person)?;
    verify(&options.key, &["session", &person, expires, &login.argon2], signature).then_some(login)
}

/// The token that a form carries; `binding` is the session or the person it was rendered for.
pub fn form_token(key: &[u8; 32], binding: &str) -> String {
    sign(key, &["form", binding])
}

pub fn form_token_fits(key: &[u8; 32], binding: &str, given: &str) -> bool {
    verify(key, &["form", binding], given)
}

pub fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(';')).find_map(|pair| {
        let (key, value) = pair.trim().split_once('=')?;
        (key == name).then(|| value.to_owned())
    })
}

/// A `Set-Cookie` line. `Secure` unless we are on loopback, where there is no TLS.
pub fn set_cookie(options: &WebOptions, name: &str, value: &str, seconds: i64) -> String {
    let secure = if options.is_loopback() { "" } else { "; Secure" };
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::surfaces::web::tests::world::options;

    fn with_login() -> WebOptions {
        let login = Login { person: "ava".to_owned(), argon2: "$argon2id$one".to_owned() };
        WebOptions { logins: vec![login], ..options() }
    }

    #[test]
    fn a_session_lasts_twelve_hours_and_dies_with_the_password() {
        let mut options = with_login();
        let cookie = session(&options.key, &options.logins[0], Millis(1_000));
        let person = |options: &WebOptions, cookie: &str, now| {
            session_login(options, cookie, Millis(now)).map(|login| login.person.clone())
        };
        assert_eq!(person(&options, &cookie, 2_000).as_deref(), Some("ava"));
        assert_eq!(person(&options, &cookie, 1_000 + SESSION_MILLIS), None);
        assert_eq!(person(&options, &format!("{cookie}A"), 2_000), None);
        assert_eq!(person(&options, &cookie.replace('.', ".9"), 2_000), None);
        options.logins[0].argon2 = "$argon2id$two".to_owned();
        assert_eq!(person(&options, &cookie, 2_000), None);
    }

    #[test]
    fn a_form_token_fits_only_its_reader() {
        let key = [7; 32];
        let token = form_token(&key, "person ava");
        assert!(form_token_fits(&key, "person ava", &token));
        assert!(!form_token_fits(&key, "person ben", &token));
        assert!(!form_token_fits(&[8; 32], "person ava", &token));
        assert!(!form_token_fits(&key, "person ava", ""));
    }

    #[test]
    fn cookies_are_found_by_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "xqd_person=no; qd_person=ben".parse().unwrap());
        headers.append(header::COOKIE, "qd_theme=dark".parse().unwrap());
        assert_eq!(cookie(&headers, "qd_person").as_deref(), Some("ben"));
        assert_eq!(cookie(&headers, "qd_theme").as_deref(), Some("dark"));
        assert_eq!(cookie(&headers, "qd_session"), None);
    }

    #[test]
    fn cookies_are_secure_away_from_loopback() {
        let away = WebOptions { bind: [10, 0, 0, 1].into(), ..options() };
        assert!(set_cookie(&away, "a", "b", 5).ends_with("; Secure"));
        assert_eq!(set_cookie(&options(), "a", "b", 5), "a=b; Path=/; HttpOnly; SameSite=Strict; Max-Age=5");
    }
}
