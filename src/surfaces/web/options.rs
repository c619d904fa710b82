//! What the web surface is told at start, and the rules under which it refuses to start.
use std::net::IpAddr;
use std::net::SocketAddr;

use tokio::net::TcpListener;

use crate::domain::person::Person;

/// A person who may log in. `argon2` is a PHC string (`$argon2id$…`), never a password.
#[derive(Clone)]
pub struct Login {
    pub person: String,
    pub argon2: String,
}

#[derive(Clone)]
pub struct WebOptions {
    pub bind: IpAddr,
    pub port: u16,
    /// The person switch and the header `X-Person`: anybody may be anybody. On loopback only.
    pub sandbox: bool,
    pub persons: Vec<Person>,
    pub logins: Vec<Login>,
    /// Names under which the page is reached (a proxy's, the machine's), besides loopback and addresses.
    pub hosts: Vec<String>,
    /// Signs sessions and form tokens.
    pub key: [u8; 32],
    /// Bytes of one upload.
    pub upload_max: usize,
}

impl WebOptions {
    /// 25 MiB: a list of some hundred thousand rows.
    pub const UPLOAD_MAX: usize = 25 * 1024 * 1024;

    pub fn person(&self, id: &str) -> Option<&Person> {
        self.persons.iter().find(|person| person.id == id)
    }

    pub fn is_loopback(&self) -> bool {
        self.bind.is_loopback()
    }
}

/// Says why this must not be started: a page that others can reach needs a login.
pub fn check(options: &WebOptions) -> Result<(), String> {
    if options.persons.is_empty() {
        return Err("start the page: no person is configured".to_owned());
    }
    if !options.is_loopback() {
        if options.sandbox {
            return Err(format!(
                "start the page on {}: the person switch of the sandbox works on loopback only",
                options.bind
            ));
        }
        if options.logins.is_empty() {
            return Err(format!("start the page on {}: others can reach it and no login is configured", options.bind));
        }
    }
    if !options.sandbox && options.logins.is_empty() {
        return Err("start the page: neither the sandbox's person switch nor a login is configured".to_owned());
    }
    options.logins.iter().try_for_each(|login| check_login(options, login))
}

fn check_login(options: &WebOptions, login: &Login) -> Result<(), String> {
    if options.person(&login.person).is_none() {
        return Err(format!("start the page: the login `{}` names no configured person", login.person));
    }
    match argon2::PasswordHash::new(&login.argon2) {
        Ok(hash) if hash.algorithm.as_str().starts_with("argon2") => Ok(()),
        _ => Err(format!("start the page: the hash of the login `{}` is not an argon2 hash", login.person)),
    }
}

/// Opens the port, if `check` allows; nothing is answered before `serve`.
pub async fn bind(options: &WebOptions) -> std::io::Result<TcpListener> {
    check(options).map_err(|why| std::io::Error::new(std::io::ErrorKind::InvalidInput, why))?;
    TcpListener::bind(SocketAddr::new(options.bind, options.port)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::surfaces::web::tests::world::options;

    const HASH: &str = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$sFsyFVVQ1gTvQUnXDXVTVkV2Mm0sYVBZ0vFA8w2m4Zk";

    fn login(person: &str, argon2: &str) -> Vec<Login> {
        vec![Login { person: person.to_owned(), argon2: argon2.to_owned() }]
    }

    #[tokio::test]
    async fn a_refused_page_opens_no_port() {
        let refused = bind(&WebOptions { bind: [0, 0, 0, 0].into(), ..options() }).await;
        assert_eq!(refused.unwrap_err().kind(), std::io::ErrorKind::InvalidInput);
    }

    #[test]
    fn a_page_that_others_can_reach_needs_a_login() {
        let away = IpAddr::from([0, 0, 0, 0]);
        let cases = [
            (options(), None),
            (WebOptions { bind: away, ..options() }, Some("loopback only")),
            (WebOptions { bind: away, sandbox: false, ..options() }, Some("no login")),
            (WebOptions { bind: away, sandbox: false, logins: login("ava", HASH), ..options() }, None),
            (WebOptions { sandbox: false, ..options() }, Some("neither")),
            (WebOptions { logins: login("zoe", HASH), ..options() }, Some("names no configured person")),
            (WebOptions { logins: login("ava", "plain"), ..options() }, Some("not an argon2 hash")),
            (WebOptions { persons: Vec::new(), ..options() }, Some("no person")),
        ];
        for (options, expected) in cases {
            match (check(&options), expected) {
                (Ok(()), None) => {}
                (Err(why), Some(part)) => assert!(why.contains(part), "{why}"),
                (got, wanted) => panic!("{got:?}, wanted {wanted:?}"),
            }
        }
    }
}
