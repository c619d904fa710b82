//! The one table of settings: parsing, `check --show`, `.env.example` and the README's table all follow it.

/// What a value may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    Text,
    /// An address that may hold a password: shown without it.
    Address,
    Path,
    Switch,
    /// A whole number from, to.
    Whole(i64, i64),
    /// A decimal number from, to.
    Decimal(f64, f64),
    /// An IP address.
    Ip,
    /// An IANA time zone.
    Zone,
    /// HH:MM.
    TimeOfDay,
    /// A key: never shown, may stand in a file named by `NAME_FILE`, has no flag and no place in a file of ours.
    Secret,
}

#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Our name for it; also `table.key` of quarterdeck.toml when `in_file`.
    pub key: &'static str,
    pub env: &'static str,
    pub flag: Option<&'static str>,
    pub kind: Kind,
    pub default: &'static str,
    pub in_file: bool,
    pub says: &'static str,
}

impl Setting {
    const fn new(key: &'static str, env: &'static str, kind: Kind, default: &'static str, says: &'static str) -> Self {
        Self { key, env, flag: None, kind, default, in_file: true, says }
    }

    const fn flag(mut self, flag: &'static str) -> Self {
        self.flag = Some(flag);
        self
    }

    const fn env_only(mut self) -> Self {
        self.in_file = false;
        self
    }

    const fn secret(key: &'static str, env: &'static str, says: &'static str) -> Self {
        Self::new(key, env, Kind::Secret, "", says).env_only()
    }

    pub fn is_secret(&self) -> bool {
        self.kind == Kind::Secret
    }
}

/// World time may run this much faster than the wall clock.
const SPEED_MAX: f64 = 100_000.0;

pub const SETTINGS: &[Setting] = &[
    Setting::new(
        "server.port",
        "QUARTERDECK_PORT",
        Kind::Whole(0, 65_535),
        "8466",
        "port of the page and the API; 0 takes a free one",
    )
    .flag("--port"),
    Setting::new(
        "server.bind",
        "QUARTERDECK_BIND",
        Kind::Ip,
        "127.0.0.1",
        "address to listen on; any but loopback needs logins",
    )
    .flag("--bind"),
    Setting::new(
        "server.hosts",
        "QUARTERDECK_HOSTS",
        Kind::Text,
        "",
        "names under which the page is reached, separated by commas",
    ),
    Setting::new(
        "store.data_dir",
        "QUARTERDECK_DATA_DIR",
        Kind::Path,
        "data",
        "folder of the database, the sandbox world and the lock",
    )
    .flag("--data-dir"),
    Setting::new(
        "store.database_url",
        "DATABASE_URL",
        Kind::Address,
        "",
        "postgres://… for many machines; empty is SQLite in the data folder",
    )
    .flag("--database-url"),
    Setting::new(
        "store.archive_days",
        "QUARTERDECK_ARCHIVE_DAYS",
        Kind::Whole(1, 3_650),
        "30",
        "days after which finished items leave the queue for the archive",
    ),
    Setting::new(
        "server.worker",
        "QUARTERDECK_WORKER",
        Kind::Switch,
        "true",
        "whether `serve` carries runs out as well; 0 leaves them to `quarterdeck worker` (Postgres only)",
    )
    .flag("--no-worker"),
    Setting::new(
        "sandbox.url",
        "QUARTERDECK_SANDBOX_URL",
        Kind::Address,
        "",
        "sandbox world of another process on this machine (http://127.0.0.1:PORT); empty plays one here",
    )
    .flag("--sandbox-url"),
    Setting::new(
        "sandbox.port",
        "QUARTERDECK_SANDBOX_PORT",
        Kind::Whole(0, 65_535),
        "0",
        "port of the sandbox vendors; 0 takes a free one",
    )
    .flag("--sandbox-port"),
    Setting::new(
        "sandbox.seed",
        "QUARTERDECK_SANDBOX_SEED",
        Kind::Whole(0, i64::MAX),
        "20261121",
        "seed of the sandbox world",
    ),
    Setting::new(
        "sandbox.companies",
        "QUARTERDECK_SANDBOX_COMPANIES",
        Kind::Whole(2_240, 50_000),
        "2240",
        "companies of the sandbox world; more are for runs of thousands",
    ),
    Setting::new(
        "sandbox.speed",
        "QUARTERDECK_SPEED",
        Kind::Decimal(0.0, SPEED_MAX),
        "1",
        "world seconds per second; 0 stands still",
    )
    .flag("--speed"),
    Setting::new(
        "log.level",
        "QUARTERDECK_LOG",
        Kind::Text,
        "info",
        "what is logged: a level, or directives such as info,quarterdeck=debug",
    )
    .flag("--log"),
    Setting::new("log.json", "QUARTERDECK_JSON_LOGS", Kind::Switch, "false", "log lines as JSON").flag("--json-logs"),
    Setting::secret("model.key", "OPENAI_API_KEY", "key of the model endpoint; with it the model is live"),
    Setting::new(
        "model.base_url",
        "OPENAI_BASE_URL",
        Kind::Address,
        "https://api.openai.com/v1",
        "any endpoint that speaks chat completions",
    ),
    Setting::new("model.name", "QUARTERDECK_MODEL", Kind::Text, "gpt-4.1-mini", "the model that plans and drafts"),
    Setting::secret(
        "model.fallback_key",
        "OPENAI_FALLBACK_API_KEY",
        "key of the second endpoint; empty uses the first key",
    ),
    Setting::new(
        "model.fallback_base_url",
        "OPENAI_FALLBACK_BASE_URL",
        Kind::Address,
        "",
        "second endpoint; empty is the first one",
    ),
    Setting::new(
        "model.fallback_name",
        "QUARTERDECK_MODEL_FALLBACK",
        Kind::Text,
        "",
        "second model, asked when the first cannot be reached; empty is none",
    ),
    Setting::new(
        "model.input_usd_per_million",
        "QUARTERDECK_MODEL_INPUT_USD",
        Kind::Decimal(0.0, 1_000.0),
        "0.40",
        "price of a million tokens read, for estimates and budgets",
    ),
    Setting::new(
        "model.output_usd_per_million",
        "QUARTERDECK_MODEL_OUTPUT_USD",
        Kind::Decimal(0.0, 1_000.0),
        "1.60",
        "price of a million tokens written",
    ),
    Setting::new(
        "engine.items_max",
        "QUARTERDECK_ITEMS_MAX",
        Kind::Whole(1, 256),
        "16",
        "pieces of work at once in a process, over all vendors",
    ),
    Setting::new(
        "engine.items_per_vendor",
        "QUARTERDECK_ITEMS_PER_VENDOR",
        Kind::Whole(1, 64),
        "6",
        "pieces of work at once in a process, for each vendor and the model",
    ),
    Setting::secret("hubspot.token", "HUBSPOT_TOKEN", "private app token; with it HubSpot is live"),
    Setting::secret("apollo.key", "APOLLO_API_KEY", "with it Apollo is live"),
    Setting::secret("explorium.key", "EXPLORIUM_API_KEY", "with it Explorium is live"),
    Setting::secret("lemlist.key", "LEMLIST_API_KEY", "with it and QUARTERDECK_LIVE=1 lemlist is live: real mail"),
    Setting::new(
        "live",
        "QUARTERDECK_LIVE",
        Kind::Switch,
        "false",
        "1 allows real mail; only here, never in a file that is copied",
    )
    .env_only(),
    Setting::new(
        "failpoint",
        "QUARTERDECK_FAILPOINT",
        Kind::Text,
        "",
        "point:vendor:operation:n at which the process kills itself, for the fault suite; refused with a live vendor",
    )
    .env_only(),
    Setting::new(
        "policy.launch_manager_above",
        "QUARTERDECK_LAUNCH_MANAGER_ABOVE",
        Kind::Whole(0, 10_000),
        "50",
        "launches to more people than this are for a manager",
    ),
    Setting::new(
        "policy.quorum_above",
        "QUARTERDECK_QUORUM_ABOVE",
        Kind::Whole(0, 1_000_000),
        "500",
        "launches to more people than this need two different approvers",
    ),
    Setting::new(
        "policy.credits_per_run_max",
        "QUARTERDECK_CREDITS_PER_RUN",
        Kind::Whole(0, 1_000_000),
        "2000",
        "most vendor credits one run may spend",
    ),
    Setting::new(
        "policy.lia_ref",
        "QUARTERDECK_LIA_REF",
        Kind::Text,
        "",
        "reference of your legitimate interest assessment; empty holds back where one is needed",
    ),
    Setting::new(
        "sender.company",
        "QUARTERDECK_SENDER_COMPANY",
        Kind::Text,
        "",
        "legal name of the company that sends",
    ),
    Setting::new(
        "sender.address",
        "QUARTERDECK_SENDER_ADDRESS",
        Kind::Text,
        "",
        "its postal address, as mails must show it",
    ),
    Setting::new("sender.name", "QUARTERDECK_SENDER_NAME", Kind::Text, "", "the person who signs"),
    Setting::new("sender.reply_to", "QUARTERDECK_SENDER_REPLY_TO", Kind::Text, "", "address for answers"),
    Setting::new(
        "sender.unsubscribe_url",
        "QUARTERDECK_UNSUBSCRIBE_URL",
        Kind::Address,
        "",
        "where the unsubscribe links lead",
    ),
    Setting::new("digest.at", "QUARTERDECK_DIGEST_AT", Kind::TimeOfDay, "08:30", "time of the daily digest"),
    Setting::new("digest.zone", "QUARTERDECK_ZONE", Kind::Zone, "UTC", "zone of the digest and of days in reports"),
    Setting::new(
        "schedule.archive",
        "QUARTERDECK_SCHEDULE_ARCHIVE",
        Kind::Text,
        "30 2 * * *",
        "when it does so: a cron expression in the zone of the digest",
    ),
    Setting::new(
        "intake.poll_minutes",
        "QUARTERDECK_POLL_MINUTES",
        Kind::Whole(1, 1_440),
        "5",
        "minutes between two looks for replies and bounces",
    ),
    Setting::new(
        "engine.stuck_minutes",
        "QUARTERDECK_STUCK_MINUTES",
        Kind::Whole(1, 1_440),
        "5",
        "minutes after which work that is due and that nothing holds up raises an alert",
    ),
    Setting::new(
        "engine.hubspot_calls_per_day",
        "QUARTERDECK_HUBSPOT_CALLS_PER_DAY",
        Kind::Whole(0, 10_000_000),
        "650000",
        "calls a day that your HubSpot tier allows; 0 is no limit",
    ),
];

pub fn by_key(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.key == key)
}

pub fn by_env(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.env == name)
}

/// `NAME_FILE` of a secret.
pub fn by_env_file(name: &str) -> Option<&'static Setting> {
    let base = name.strip_suffix("_FILE")?;
    by_env(base).filter(|setting| setting.is_secret())
}

/// Every name the environment may use.
pub fn env_names() -> impl Iterator<Item = &'static str> {
    SETTINGS.iter().map(|setting| setting.env).chain(std::iter::once(CONFIG_DIR_ENV))
}

/// The folder of our files is looked up before any file is read, so it is not in the table.
pub const CONFIG_DIR_ENV: &str = "QUARTERDECK_CONFIG_DIR";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_no_secret_has_a_flag_or_a_place_in_a_file() {
        for (place, setting) in SETTINGS.iter().enumerate() {
            for other in &SETTINGS[place + 1..] {
                assert_ne!(setting.key, other.key);
                assert_ne!(setting.env, other.env);
                assert!(setting.flag.is_none() || setting.flag != other.flag);
            }
            assert!(!setting.is_secret() || (setting.flag.is_none() && !setting.in_file), "{}", setting.key);
            assert!(!setting.in_file || setting.key.split('.').count() == 2, "{}", setting.key);
        }
    }

    #[test]
    fn the_file_form_is_for_secrets_only() {
        assert_eq!(by_env_file("HUBSPOT_TOKEN_FILE").map(|s| s.key), Some("hubspot.token"));
        assert!(by_env_file("QUARTERDECK_PORT_FILE").is_none());
    }
}
