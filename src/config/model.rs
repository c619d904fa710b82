//! The configuration as the program uses it: typed, checked, each value with its origin beside it.
use std::net::IpAddr;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::config::files::Files;
use crate::config::parts::Parts;
use crate::config::people::People;
use crate::config::values::Values;
use crate::domain::schedule::Schedule;
use crate::ports::secret::Secret;

#[derive(Clone, Debug)]
pub struct Config {
    pub server: Server,
    pub place: Place,
    pub sandbox: SandboxSettings,
    pub log: LogSettings,
    pub model: ModelSettings,
    pub engine: EngineSettings,
    pub parts: Parts,
    pub policy: PolicySettings,
    pub sender: Sender,
    pub digest: DigestSettings,
    pub poll_minutes: i64,
    pub archive: ArchiveSettings,
    /// Where the fault suite wants the process to kill itself.
    pub failpoint: Option<String>,
    pub stuck_minutes: i64,
    pub hubspot_calls_per_day: i64,
    pub people: People,
    pub files: Files,
    /// What `check --show` prints.
    pub values: Values,
}

#[derive(Clone, Debug)]
pub struct Server {
    pub bind: IpAddr,
    pub port: u16,
    pub hosts: Vec<String>,
    /// Anybody may be anybody: only on loopback and only while no vendor is live.
    pub person_switch: bool,
    /// Runs are carried out in this process as well.
    pub worker: bool,
}

/// Where what we know lies.
#[derive(Clone, Debug)]
pub struct Place {
    pub data_dir: PathBuf,
    /// `None` is SQLite in the data folder.
    pub database_url: Option<String>,
}

impl Place {
    pub fn sqlite_file(&self) -> PathBuf {
        self.data_dir.join("quarterdeck.db")
    }

    pub fn sandbox_dir(&self) -> PathBuf {
        self.data_dir.join("sandbox")
    }
}

#[derive(Clone, Debug)]
pub struct SandboxSettings {
    /// A world that another process of this machine plays.
    pub elsewhere: Option<SocketAddr>,
    pub port: u16,
    pub seed: u64,
    pub companies: usize,
    /// World seconds per second.
    pub speed: f64,
}

#[derive(Clone, Debug)]
pub struct LogSettings {
    pub filter: String,
    pub json: bool,
}

#[derive(Clone, Debug)]
pub struct ModelSettings {
    pub base_url: String,
    pub name: String,
    pub fallback: Option<Fallback>,
    /// Micro-USD for a million tokens.
    pub input_micro_per_million: i64,
    pub output_micro_per_million: i64,
}

/// Asked when the first model cannot be reached.
#[derive(Clone, Debug)]
pub struct Fallback {
    pub base_url: String,
    pub name: String,
    pub key: Option<Secret>,
}

/// Work at once.
#[derive(Clone, Debug)]
pub struct EngineSettings {
    pub items_max: usize,
    pub items_per_vendor: usize,
}

#[derive(Clone, Debug)]
pub struct PolicySettings {
    /// Launches to more people than this are for a manager.
    pub launch_manager_above: i64,
    /// Launches to more people than this need two different approvers.
    pub quorum_above: i64,
    pub credits_per_run_max: i64,
    /// Reference of the legitimate interest assessment.
    pub lia_ref: Option<String>,
}

/// Who the mails come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    pub company: String,
    pub address: String,
    pub name: String,
    pub reply_to: String,
    pub unsubscribe_url: String,
}

#[derive(Clone, Debug)]
pub struct DigestSettings {
    pub schedule: Schedule,
    /// IANA zone.
    pub zone: String,
}

/// When finished items leave the queue, and after how many days.
#[derive(Clone, Debug)]
pub struct ArchiveSettings {
    pub schedule: Schedule,
    pub days: i64,
}
