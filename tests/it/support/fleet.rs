//! The real binary as an operator runs it over several processes: a sandbox world, desks and workers, each to be killed.
use std::net::SocketAddr;
use std::path::Path;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use quarterdeck::store::open::Store;
use serde_json::json;
use tokio::io::AsyncBufReadExt;
use tokio::io::BufReader;
use tokio::io::Lines;
use tokio::process::Child;
use tokio::process::ChildStdout;

use crate::support::checks;
use crate::support::desk::Desk;
use crate::support::process::command;
use crate::support::world::schema_in;

/// Nothing of ours takes longer to come up, however busy the machine is.
const START_MAX: Duration = Duration::from_secs(60);
const SPEED: &str = "600";

/// A running process of ours. It is killed when it is dropped.
pub struct Program {
    /// The first line on stdout: an address, or the worker's name.
    pub told: String,
    data: Lines<BufReader<ChildStdout>>,
    child: Child,
}

impl Program {
    pub async fn start(folder: &Path, arguments: &[&str], env: &[(&str, &str)]) -> Self {
        let mut program = Self::spawn(folder, arguments, env);
        assert!(program.is_up().await, "{arguments:?} ended before it told its address");
        program
    }

    /// On its way up: it may be killed there too.
    pub fn spawn(folder: &Path, arguments: &[&str], env: &[(&str, &str)]) -> Self {
        let mut command = command(folder);
        command.args(arguments).envs(env.iter().copied()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut words = BufReader::new(child.stderr.take().unwrap()).lines();
        let name = arguments[0].to_owned();
        // Read to the end, or the child would block on a full pipe.
        tokio::spawn(async move {
            while let Ok(Some(line)) = words.next_line().await {
                if line.contains("warn") || line.contains("error") || line.contains("quarterdeck:") {
                    eprintln!("  {name}: {line}");
                }
            }
        });
        let data = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { told: String::new(), data, child }
    }

    /// Waits until it has told its address; `false` when it ended instead.
    pub async fn is_up(&mut self) -> bool {
        let told = tokio::time::timeout(START_MAX, self.data.next_line()).await.expect("it starts in time").unwrap();
        self.told = told.unwrap_or_default();
        !self.told.is_empty()
    }

    pub fn address(&self) -> SocketAddr {
        self.told.trim_start_matches("http://").parse().unwrap()
    }

    /// SIGKILL: nothing of it runs any more.
    pub async fn kill(&mut self) {
        self.child.kill().await.unwrap();
    }

    /// Stopped in the middle of whatever it does (`STOP`), or going on (`CONT`).
    pub async fn signal(&self, name: &str) {
        let id = self.child.id().expect("it runs").to_string();
        let sent = tokio::process::Command::new("kill").args([&format!("-{name}"), &id]).status().await.unwrap();
        assert!(sent.success(), "kill -{name} {id}");
    }

    pub async fn ended(&mut self) -> ExitStatus {
        self.child.wait().await.unwrap()
    }
}

/// A world that outlives the desks that play on it.
pub struct Fleet {
    pub folder: Arc<tempfile::TempDir>,
    pub sandbox: Program,
    pub database: Option<String>,
}

impl Fleet {
    pub async fn on_sqlite() -> Self {
        Self::in_folder(None, SPEED).await
    }

    /// On a schema of its own in this database.
    pub async fn on_postgres(url: &str) -> Self {
        Self::in_folder(Some(url), SPEED).await
    }

    /// As `on_postgres`, at so many world seconds per second.
    pub async fn on_postgres_at(url: &str, speed: &str) -> Self {
        Self::in_folder(Some(url), speed).await
    }

    async fn in_folder(database: Option<&str>, speed: &str) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let database = match database {
            Some(url) => Some(schema_in(url, folder.path()).await),
            None => None,
        };
        let arguments = ["sandbox", "--sandbox-port", "0", "--speed", speed, "--log", "error", "--data-dir", "world"];
        let sandbox = Program::start(folder.path(), &arguments, &[]).await;
        Self { folder, sandbox, database }
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A desk that answers; with a failpoint it kills itself there.
    pub async fn desk(&self, failpoint: Option<&str>) -> (Program, Desk) {
        let mut program = self.desk_spawned(&[], failpoint);
        assert!(program.is_up().await, "the desk ended before it told its address");
        let desk = self.at(&program);
        (program, desk)
    }

    /// A desk on its way up.
    pub fn desk_spawned(&self, more: &[&str], failpoint: Option<&str>) -> Program {
        let mut arguments = vec!["serve", "--port", "0", "--log", "warn", "--data-dir", "data"];
        arguments.extend(["--sandbox-url", &self.sandbox.told]);
        self.database.iter().for_each(|url| arguments.extend(["--database-url", url]));
        arguments.extend(more);
        let mut env = vec![("QUARTERDECK_LAUNCH_MANAGER_ABOVE", "0")];
        failpoint.iter().for_each(|order| env.push(("QUARTERDECK_FAILPOINT", order)));
        Program::spawn(self.folder.path(), &arguments, &env)
    }

    pub fn at(&self, desk: &Program) -> Desk {
        Desk { api: desk.address(), world: self.sandbox.address() }
    }

    /// A worker of its own in this data folder: `data` for one on the desk's machine, another name for another machine.
    pub fn worker_spawned(&self, data: &str) -> Program {
        let mut arguments = vec!["worker", "--log", "warn", "--data-dir", data, "--sandbox-url", &self.sandbox.told];
        self.database.iter().for_each(|url| arguments.extend(["--database-url", url]));
        Program::spawn(self.folder.path(), &arguments, &[("QUARTERDECK_LAUNCH_MANAGER_ABOVE", "0")])
    }

    pub async fn worker(&self, data: &str) -> Program {
        let mut program = self.worker_spawned(data);
        assert!(program.is_up().await, "the worker ended before it told its name");
        program
    }

    pub async fn store(&self) -> Store {
        let url = self.database.clone().unwrap_or_else(|| Store::sqlite_url(&self.data().join("quarterdeck.db")));
        Store::open(&url).await.unwrap()
    }

    /// The vendors as a desk would reach them, without one.
    pub fn vendors(&self) -> Desk {
        Desk { api: self.sandbox.address(), world: self.sandbox.address() }
    }

    /// Orders the misbehaviour of one call.
    pub async fn orders(&self, fault: &serde_json::Value) {
        self.vendors().sandbox(("POST", "/_sandbox/faults"), Some(fault)).await;
    }

    /// Until a call is held.
    pub async fn held(&self) -> serde_json::Value {
        loop {
            let held = self.vendors().sandbox(("GET", "/_sandbox/held"), None).await;
            if held.as_array().is_some_and(|calls| !calls.is_empty()) {
                return held;
            }
        }
    }

    /// Lets go of what is held; `act`: a vendor that has not acted does so now.
    pub async fn lets_go(&self, act: bool) {
        self.vendors().sandbox(("POST", "/_sandbox/held"), Some(&json!({"act": act}))).await;
    }

    /// Two days go by, what happened is fetched and applied, and then everything must hold.
    pub async fn judge(&self, desk: &Desk, thread: &str) {
        desk.advance(2 * 86_400).await;
        let store = self.store().await;
        checks::events_arrive(&store, desk, thread).await;
        let ledger = desk.ledger().await;
        checks::all(&store, &ledger).await;
        checks::runs_are_over(&store, &ledger).await;
        store.close().await;
    }
}
