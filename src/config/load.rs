//! From what is given to a `Config`: every fault is found in one pass.
use std::net::IpAddr;
use std::net::SocketAddr;

use crate::config::environment::Given;
use crate::config::error::ConfigFault;
use crate::config::error::ConfigFaults;
use crate::config::files::Files;
use crate::config::model::ArchiveSettings;
use crate::config::model::Config;
use crate::config::model::DigestSettings;
use crate::config::model::EngineSettings;
use crate::config::model::Fallback;
use crate::config::model::LogSettings;
use crate::config::model::ModelSettings;
use crate::config::model::Place;
use crate::config::model::PolicySettings;
use crate::config::model::SandboxSettings;
use crate::config::model::Sender;
use crate::config::model::Server;
use crate::config::parts;
use crate::config::parts::Keys;
use crate::config::parts::Parts;
use crate::config::people;
use crate::config::people::People;
use crate::config::reader::Reader;
use crate::config::values;
use crate::config::values::Origin;
use crate::domain::person::Role;
use crate::domain::schedule::Schedule;
use crate::ports::secret::Secret;

const FILE: &str = "quarterdeck.toml";
const PERSONS: &str = "persons.toml";
const MICRO: f64 = 1_000_000.0;

pub fn load(given: &Given) -> Result<Config, ConfigFaults> {
    let files = files_of(given)?;
    let mut faults = ConfigFaults::default();
    let file = files.get(FILE).map(|file| (file.place.as_str(), file.text.as_str()));
    let values = values::gather(given, file, &mut faults);
    let people = people_of(&files, &mut faults);
    let mut reader = Reader { values: &values, faults };
    let parts = reader.parts();
    let config = parts.map(|parts| reader.config(parts, people, &files));
    match config {
        Some(config) if reader.faults.is_empty() => Ok(config),
        _ => Err(reader.faults),
    }
}

pub fn files_of(given: &Given) -> Result<Files, ConfigFault> {
    if given.shipped { Ok(Files::shipped()) } else { Files::load(given.config_dir.as_deref()) }
}

fn people_of(files: &Files, faults: &mut ConfigFaults) -> People {
    let Some(file) = files.get(PERSONS) else {
        faults.add(ConfigFault::new(PERSONS, None, "is missing; name the people of the desk in it"));
        return People::default();
    };
    let (people, bad) = people::parse(file);
    bad.into_iter().for_each(|fault| faults.add(fault));
    people
}

impl Reader<'_> {
    fn parts(&mut self) -> Option<Parts> {
        let base_url_given = self.origin("model.base_url") != Origin::Default;
        let keyless = || base_url_given.then(|| Secret::new(NO_KEY));
        let keys = Keys {
            apollo: self.secret("apollo.key"),
            explorium: self.secret("explorium.key"),
            hubspot: self.secret("hubspot.token"),
            lemlist: self.secret("lemlist.key"),
            model: self.secret("model.key").or_else(keyless),
            real_mail: self.switch("live"),
        };
        match parts::decide(keys) {
            Ok(parts) => Some(parts),
            Err(fault) => {
                self.faults.add(fault);
                None
            }
        }
    }

    fn config(&mut self, parts: Parts, people: People, files: &Files) -> Config {
        self.check_roles(&people);
        Config {
            server: self.server(&parts, &people),
            place: self.place(),
            sandbox: self.sandbox(&parts),
            log: LogSettings { filter: self.text("log.level"), json: self.switch("log.json") },
            model: self.model(),
            engine: self.engine(),
            policy: self.policy(&parts),
            sender: self.sender(&parts),
            digest: self.digest(),
            poll_minutes: self.whole("intake.poll_minutes"),
            archive: self.archive(),
            failpoint: self.failpoint(&parts),
            stuck_minutes: self.whole("engine.stuck_minutes"),
            hubspot_calls_per_day: self.whole("engine.hubspot_calls_per_day"),
            parts,
            people,
            files: files.clone(),
            values: self.values.clone(),
        }
    }

    fn check_roles(&mut self, people: &People) {
        for role in [Role::Rep, Role::Manager, Role::Compliance] {
            if !people.persons.is_empty() && people.with(role).is_none() {
                let reason = format!("nobody has the role {}; its decisions would wait for ever", role.word());
                self.faults.add(ConfigFault::new(PERSONS, None, reason));
            }
        }
    }

    fn server(&mut self, parts: &Parts, people: &People) -> Server {
        let bind = self.parsed("server.bind", |text| text.parse::<IpAddr>().ok(), "is no IP address", LOOPBACK);
        let person_switch = bind.is_loopback() && !parts.any_vendor_live();
        if !person_switch && people.logins.is_empty() {
            let why = if bind.is_loopback() { "a vendor is live" } else { "others can reach this address" };
            let reason = format!("{why} and nobody has a login; add `login` to the people in {PERSONS}");
            let fault = self.origin("server.bind").fault(reason);
            self.faults.add(fault);
        }
        let hosts = self.text("server.hosts");
        let hosts = hosts.split(',').map(str::trim).filter(|host| !host.is_empty()).map(str::to_owned).collect();
        let worker = self.switch("server.worker");
        if !worker && self.text("store.database_url").is_empty() {
            self.fault(
                "server.worker",
                "leaves the runs to another process, which SQLite does not allow; set a Postgres with --database-url",
            );
        }
        Server { bind, port: self.port("server.port"), hosts, person_switch, worker }
    }

    fn place(&mut self) -> Place {
        let url = self.text("store.database_url");
        if !url.is_empty() && !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            self.fault("store.database_url", "is not postgres://…; leave it out for SQLite in the data folder");
        }
        let data_dir = self.text("store.data_dir");
        if data_dir.is_empty() {
            self.fault("store.data_dir", "is empty; name a folder");
        }
        Place { data_dir: data_dir.into(), database_url: Some(url).filter(|url| !url.is_empty()) }
    }

    fn sandbox(&mut self, parts: &Parts) -> SandboxSettings {
        let speed = self.decimal("sandbox.speed");
        if parts.any_vendor_live() && (speed - 1.0).abs() > f64::EPSILON {
            self.fault("sandbox.speed", "is not 1 and a vendor is live; live vendors live in real time, leave it out");
        }
        if parts.any_vendor_live() && !self.text("sandbox.url").is_empty() {
            self.fault("sandbox.url", "is set and a vendor is live; what is then still sandbox lives in real time in this process, leave it out");
        }
        let seed = u64::try_from(self.whole("sandbox.seed")).unwrap_or_default();
        let companies = usize::try_from(self.whole("sandbox.companies")).unwrap_or_default();
        SandboxSettings { elsewhere: self.sandbox_elsewhere(), port: self.port("sandbox.port"), seed, companies, speed }
    }

    /// The world is played over loopback only: its keys are known to everybody.
    fn sandbox_elsewhere(&mut self) -> Option<SocketAddr> {
        let text = self.text("sandbox.url");
        if text.is_empty() {
            return None;
        }
        let address =
            text.trim_end_matches('/').strip_prefix("http://").and_then(|rest| rest.parse::<SocketAddr>().ok());
        let address = address.filter(|address| address.ip().is_loopback());
        if address.is_none() {
            self.fault(
                "sandbox.url",
                "is no sandbox of this machine; write it as http://127.0.0.1:PORT, as `quarterdeck sandbox` prints it",
            );
        }
        address
    }

    /// Only invented vendors are left in the middle of a call on purpose.
    fn failpoint(&mut self, parts: &Parts) -> Option<String> {
        let text = self.text("failpoint");
        if !text.is_empty() && parts.any_vendor_live() {
            self.fault(
                "failpoint",
                "is set and a vendor is live; it kills the process in the middle of a call, remove it",
            );
        }
        Some(text).filter(|text| !text.is_empty())
    }

    fn model(&mut self) -> ModelSettings {
        let base_url = self.http("model.base_url");
        let name = self.text("model.fallback_name");
        let second = self.text("model.fallback_base_url");
        if name.is_empty() && !second.is_empty() {
            self.fault("model.fallback_base_url", "has no model beside it; set QUARTERDECK_MODEL_FALLBACK as well");
        }
        let fallback = (!name.is_empty()).then(|| Fallback {
            base_url: if second.is_empty() { base_url.clone() } else { self.http("model.fallback_base_url") },
            name,
            key: self.secret("model.fallback_key").or_else(|| self.secret("model.key")),
        });
        ModelSettings {
            base_url,
            name: self.text("model.name"),
            fallback,
            input_micro_per_million: (self.decimal("model.input_usd_per_million") * MICRO).round() as i64,
            output_micro_per_million: (self.decimal("model.output_usd_per_million") * MICRO).round() as i64,
        }
    }

    fn engine(&mut self) -> EngineSettings {
        let size = |value: i64| usize::try_from(value).unwrap_or(1);
        EngineSettings {
            items_max: size(self.whole("engine.items_max")),
            items_per_vendor: size(self.whole("engine.items_per_vendor")),
        }
    }

    fn policy(&mut self, parts: &Parts) -> PolicySettings {
        let given = self.text("policy.lia_ref");
        let reference = if given.is_empty() && !parts.any_vendor_live() { SANDBOX_LIA.to_owned() } else { given };
        PolicySettings {
            launch_manager_above: self.whole("policy.launch_manager_above"),
            quorum_above: self.whole("policy.quorum_above"),
            credits_per_run_max: self.whole("policy.credits_per_run_max"),
            lia_ref: Some(reference).filter(|reference| !reference.is_empty()),
        }
    }

    /// Real mail names its sender; the sandbox has one of its own.
    fn sender(&mut self, parts: &Parts) -> Sender {
        let real = parts.lemlist.standing.is_live();
        let mut given = |key: &str, sandbox: &str| {
            let text = self.text(key);
            if text.is_empty() && real {
                let env = self.values.get(key).map_or("", |value| value.setting.env);
                let reason = "is not set, and real mail must name its sender; set it";
                self.faults.add(ConfigFault::new(env, None, reason));
            }
            if text.is_empty() { sandbox.to_owned() } else { text }
        };
        Sender {
            company: given("sender.company", "Quarterdeck Sandbox Ltd"),
            address: given("sender.address", "1 Harbour Street, Exampleton, EX1 1EX, United Kingdom"),
            name: given("sender.name", "Ava Sandbox"),
            reply_to: given("sender.reply_to", "ava@mail.quarterdeck.example"),
            unsubscribe_url: given("sender.unsubscribe_url", "https://unsubscribe.quarterdeck.example"),
        }
    }

    fn digest(&mut self) -> DigestSettings {
        let at =
            self.parsed("digest.at", |text| text.parse::<jiff::civil::Time>().ok(), "is no time such as 08:30", NOON);
        let zone = self.text("digest.zone");
        let expr = format!("{} {} * * *", at.minute(), at.hour());
        let schedule = Schedule::parse(&expr, &zone).unwrap_or_else(|_| {
            self.fault("digest.zone", &format!("`{zone}` is no time zone; write one such as Europe/London"));
            Schedule::when_asked()
        });
        DigestSettings { schedule, zone }
    }

    fn archive(&mut self) -> ArchiveSettings {
        let expr = self.text("schedule.archive");
        let zone = Some(self.text("digest.zone")).filter(|zone| jiff::tz::TimeZone::get(zone).is_ok());
        let schedule = Schedule::parse(&expr, zone.as_deref().unwrap_or("UTC")).unwrap_or_else(|why| {
            self.fault("schedule.archive", &why);
            Schedule::when_asked()
        });
        ArchiveSettings { schedule, days: self.whole("store.archive_days") }
    }
}

/// What endpoints without keys are given.
const NO_KEY: &str = "none";
const LOOPBACK: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
const NOON: jiff::civil::Time = jiff::civil::Time::constant(12, 0, 0, 0);
/// Invented companies have an invented assessment.
const SANDBOX_LIA: &str = "LIA-SANDBOX-1";

#[cfg(test)]
mod tests;
