//! Each setting's effective text and where it came from: flag, environment, `.env`, file, default, in this order.
use std::collections::BTreeMap;
use std::fmt;

use crate::config::dotenv;
use crate::config::environment::Given;
use crate::config::error::ConfigFault;
use crate::config::error::ConfigFaults;
use crate::config::error::unknown;
use crate::config::settings::CONFIG_DIR_ENV;
use crate::config::settings::Kind;
use crate::config::settings::SETTINGS;
use crate::config::settings::Setting;
use crate::config::settings::by_env;
use crate::config::settings::by_env_file;
use crate::config::settings::env_names;
use crate::config::tomlfile;
use crate::ports::secret::Secret;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    Flag(&'static str),
    Env(String),
    /// `.env` and the line.
    Dotenv(usize),
    File {
        path: String,
        line: usize,
    },
    Default,
}

impl Origin {
    /// As a fault names it.
    pub fn fault(&self, reason: impl Into<String>) -> ConfigFault {
        match self {
            Self::Flag(flag) => ConfigFault::new(*flag, None, reason),
            Self::Env(name) => ConfigFault::new(name.clone(), None, reason),
            Self::Dotenv(line) => ConfigFault::new(dotenv::PLACE, Some(*line), reason),
            Self::File { path, line } => ConfigFault::new(path.clone(), Some(*line), reason),
            Self::Default => ConfigFault::new("default", None, reason),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => f.write_str(flag),
            Self::Env(name) => f.write_str(name),
            Self::Dotenv(line) => write!(f, ".env line {line}"),
            Self::File { path, line } => write!(f, "{path} line {line}"),
            Self::Default => f.write_str("default"),
        }
    }
}

#[derive(Clone, Debug)]
pub struct Value {
    pub setting: &'static Setting,
    /// Empty for secrets.
    pub text: String,
    pub secret: Option<Secret>,
    pub origin: Origin,
}

impl Value {
    fn new(setting: &'static Setting, text: &str, origin: Origin) -> Self {
        if setting.is_secret() {
            let secret = Secret::new(text);
            let secret = (!secret.is_empty()).then_some(secret);
            return Self { setting, text: String::new(), secret, origin };
        }
        Self { setting, text: text.trim().to_owned(), secret: None, origin }
    }

    /// As `check --show` prints it.
    pub fn shown(&self) -> String {
        match self.setting.kind {
            Kind::Secret if self.secret.is_some() => format!("set (from {})", self.origin),
            Kind::Secret => "not set".to_owned(),
            Kind::Address => without_password(&self.text),
            _ => self.text.clone(),
        }
    }
}

/// `postgres://user:…@host/db`: an address without what would open it.
pub fn without_password(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let rest = rest.split_once('?').map_or(rest, |(plain, _)| plain);
    match rest.rsplit_once('@') {
        Some((who, place)) => {
            let user = who.split_once(':').map_or(who, |(user, _)| user);
            format!("{scheme}://{user}:…@{place}")
        }
        None => format!("{scheme}://{rest}"),
    }
}

#[derive(Clone, Debug, Default)]
pub struct Values {
    by_key: BTreeMap<&'static str, Value>,
}

impl Values {
    /// In the order of the table.
    pub fn iter(&self) -> impl Iterator<Item = &Value> {
        SETTINGS.iter().filter_map(|setting| self.by_key.get(setting.key))
    }

    pub fn get(&self, key: &str) -> Option<&Value> {
        self.by_key.get(key)
    }

    fn put(&mut self, value: Value) {
        self.by_key.insert(value.setting.key, value);
    }
}

/// Lays the sources over one another, weakest first.
pub fn gather(given: &Given, file: Option<(&str, &str)>, faults: &mut ConfigFaults) -> Values {
    let mut values = Values::default();
    for setting in SETTINGS {
        values.put(Value::new(setting, setting.default, Origin::Default));
    }
    if let Some((path, text)) = file {
        let (entries, bad) = tomlfile::parse(path, text);
        bad.into_iter().for_each(|fault| faults.add(fault));
        for entry in entries {
            let origin = Origin::File { path: path.to_owned(), line: entry.line };
            values.put(Value::new(entry.setting, &entry.text, origin));
        }
    }
    from_dotenv(given, &mut values, faults);
    from_env(given, &mut values, faults);
    for (flag, text) in &given.flags {
        if let Some(setting) = SETTINGS.iter().find(|setting| setting.flag == Some(*flag)) {
            values.put(Value::new(setting, text, Origin::Flag(flag)));
        }
    }
    values
}

fn from_dotenv(given: &Given, values: &mut Values, faults: &mut ConfigFaults) {
    let (entries, bad) = dotenv::parse(given.dotenv.as_deref().unwrap_or_default());
    bad.into_iter().for_each(|fault| faults.add(fault));
    let named: Vec<_> = entries.iter().map(|e| (e.name.as_str(), e.value.as_str(), Origin::Dotenv(e.line))).collect();
    for (name, _, origin) in &named {
        if !is_known(name) {
            faults.add(origin.fault(unknown(name, env_names())));
        }
    }
    lay(&named, values, faults);
}

fn from_env(given: &Given, values: &mut Values, faults: &mut ConfigFaults) {
    let named: Vec<_> =
        given.env.iter().map(|(name, value)| (name.as_str(), value.as_str(), Origin::Env(name.clone()))).collect();
    for (name, _, origin) in &named {
        if name.starts_with(OURS) && !name.starts_with(TESTS) && !is_known(name) {
            faults.add(origin.fault(unknown(name, env_names())));
        }
    }
    lay(&named, values, faults);
}

/// Variables with this head are ours: a mistyped one is a fault, not luck.
const OURS: &str = "QUARTERDECK_";
/// Left to the test suite.
const TESTS: &str = "QUARTERDECK_TEST_";

fn is_known(name: &str) -> bool {
    name == CONFIG_DIR_ENV || by_env(name).is_some() || by_env_file(name).is_some()
}

/// An empty value counts as not set: that is how compose files pass what is absent.
fn lay(named: &[(&str, &str, Origin)], values: &mut Values, faults: &mut ConfigFaults) {
    let is_set = |wanted: &str| named.iter().any(|(name, value, _)| *name == wanted && !value.is_empty());
    for (name, value, origin) in named.iter().filter(|(_, value, _)| !value.is_empty()) {
        if let Some(setting) = by_env(name) {
            values.put(Value::new(setting, value, origin.clone()));
        }
        let Some(setting) = by_env_file(name) else { continue };
        if is_set(setting.env) {
            faults.add(origin.fault(format!("{} and {name} are both set; keep one", setting.env)));
            continue;
        }
        match std::fs::read_to_string(value) {
            Ok(text) if !text.trim().is_empty() => {
                values.put(Value::new(setting, &text, Origin::Env((*name).to_owned())));
            }
            Ok(_) => faults.add(origin.fault(format!("{name} names an empty file; write the key into it"))),
            Err(why) => faults.add(origin.fault(format!("{name} names a file that cannot be read: {why}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(flags: &[(&'static str, &str)], env: &[(&str, &str)], dotenv: &str) -> Given {
        Given {
            flags: flags.iter().map(|(flag, value)| (*flag, (*value).to_owned())).collect(),
            env: env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            dotenv: Some(dotenv.to_owned()),
            config_dir: None,
            shipped: false,
        }
    }

    fn of(given: &Given, file: &str, key: &str) -> (String, String) {
        let mut faults = ConfigFaults::default();
        let values = gather(given, Some(("q.toml", file)), &mut faults);
        assert!(faults.is_empty(), "{faults}");
        let value = values.get(key).unwrap();
        (value.shown(), value.origin.to_string())
    }

    fn fault(given: &Given, file: &str) -> String {
        let mut faults = ConfigFaults::default();
        gather(given, Some(("q.toml", file)), &mut faults);
        faults.to_string()
    }

    fn pair(a: &str, b: &str) -> (String, String) {
        (a.to_owned(), b.to_owned())
    }

    #[test]
    fn flag_beats_environment_beats_dotenv_beats_file_beats_default() {
        let file = "[server]\nport = 1\n";
        let (env, dotenv) = ([("QUARTERDECK_PORT", "3")], "QUARTERDECK_PORT=2\n");
        assert_eq!(of(&given(&[("--port", "4")], &env, dotenv), file, "server.port"), pair("4", "--port"));
        assert_eq!(of(&given(&[], &env, dotenv), file, "server.port"), pair("3", "QUARTERDECK_PORT"));
        assert_eq!(of(&given(&[], &[], dotenv), file, "server.port"), pair("2", ".env line 1"));
        assert_eq!(of(&given(&[], &[], ""), file, "server.port"), pair("1", "q.toml line 2"));
        assert_eq!(of(&given(&[], &[("QUARTERDECK_PORT", "")], ""), "", "server.port"), pair("8466", "default"));
    }

    #[test]
    fn a_secret_is_shown_as_set_and_where() {
        let got = given(&[], &[("HUBSPOT_TOKEN", "pat-canary-1")], "");
        assert_eq!(of(&got, "", "hubspot.token").0, "set (from HUBSPOT_TOKEN)");
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        std::fs::write(&file, "pat-canary-2\n").unwrap();
        let got = given(&[], &[("HUBSPOT_TOKEN_FILE", file.to_str().unwrap())], "");
        assert_eq!(of(&got, "", "hubspot.token").0, "set (from HUBSPOT_TOKEN_FILE)");
        let mut faults = ConfigFaults::default();
        let values = gather(&got, None, &mut faults);
        assert_eq!(values.get("hubspot.token").unwrap().secret, Some(Secret::new("pat-canary-2")));
        assert!(!format!("{values:?}").contains("canary"));
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        let both = given(&[], &[("HUBSPOT_TOKEN", "a"), ("HUBSPOT_TOKEN_FILE", "/b")], "");
        assert!(fault(&both, "").contains("are both set; keep one"));
        let gone = given(&[], &[("APOLLO_API_KEY_FILE", "/nonexistent/key")], "");
        assert!(fault(&gone, "").contains("cannot be read"));
        let typo = given(&[], &[("QUARTERDECK_PROT", "1")], "");
        assert!(fault(&typo, "").contains("the nearest is `QUARTERDECK_PORT`"));
        let typo = given(&[], &[], "A=1\n");
        assert!(fault(&typo, "").starts_with(".env line 1: `A` is no setting"));
        assert_eq!(fault(&given(&[], &[("PATH", "/bin"), ("QUARTERDECK_TEST_X", "1")], ""), ""), "");
    }

    #[test]
    fn addresses_lose_their_password() {
        let cases = [
            ("postgres://qd:pa:ss@db:5432/desk?sslmode=require", "postgres://qd:…@db:5432/desk"),
            ("postgres://db/desk", "postgres://db/desk"),
            ("https://api.example/v1?key=abc", "https://api.example/v1"),
            ("", ""),
        ];
        for (address, shown) in cases {
            assert_eq!(without_password(address), shown);
        }
    }
}
