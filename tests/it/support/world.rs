//! A desk in this process, on a folder that outlives it: the world can be stopped and started on the same data.
use std::path::Path;
use std::sync::Arc;

use quarterdeck::app::running::Running;
use quarterdeck::app::start::start;
use quarterdeck::config::environment::Given;
use quarterdeck::config::load::load;
use quarterdeck::store::open::Store;
use sqlx::Connection;

use crate::support::checks;
use crate::support::desk::Desk;

/// World seconds per second: a limiter's minute is a tenth of a second, and no test waits for a day.
const SPEED: &str = "600";
/// Another speed, among the variables.
pub const SPEED_IS: &str = "QUARTERDECK_SPEED";
pub const MANAGER_ABOVE: &str = "QUARTERDECK_LAUNCH_MANAGER_ABOVE";

pub struct World {
    pub folder: Arc<tempfile::TempDir>,
    pub desk: Desk,
    pub running: Running,
    env: Vec<(&'static str, String)>,
}

impl World {
    pub async fn new() -> Self {
        Self::with(Vec::new()).await
    }

    /// With variables of the environment, as `OPENAI_BASE_URL`.
    pub async fn with(env: Vec<(&'static str, String)>) -> Self {
        Self::open(Arc::new(tempfile::tempdir().unwrap()), env).await
    }

    /// On a folder that somebody prepared.
    pub async fn on(folder: tempfile::TempDir) -> Self {
        Self::open(Arc::new(folder), Vec::new()).await
    }

    async fn open(folder: Arc<tempfile::TempDir>, mut env: Vec<(&'static str, String)>) -> Self {
        let chosen = env.iter().find(|(name, _)| *name == SPEED_IS);
        let speed = chosen.map_or_else(|| SPEED.to_owned(), |(_, speed)| speed.clone());
        if let Some(url) = postgres(&folder).await {
            env.push(("DATABASE_URL", url));
        }
        let flags = vec![
            ("--port", "0".to_owned()),
            ("--sandbox-port", "0".to_owned()),
            ("--speed", speed),
            ("--data-dir", folder.path().join("data").display().to_string()),
        ];
        // Every launch is for a manager here: small worlds show the rule too.
        if !env.iter().any(|(name, _)| *name == MANAGER_ABOVE) {
            env.push((MANAGER_ABOVE, "0".to_owned()));
        }
        let variables = env.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let config = load(&Given { flags, env: variables, shipped: true, ..Given::default() }).unwrap();
        let running = start(&config).await.unwrap();
        let world = running.sandbox.as_ref().expect("the vendors are played").addr();
        let desk = Desk { api: running.page.expect("a page"), world };
        Self { folder, desk, running, env }
    }

    /// Stops in order and starts on the same data.
    pub async fn restart(self) -> Self {
        let Self { folder, running, env, .. } = self;
        running.drain().await.unwrap();
        Self::open(folder, env).await
    }

    pub fn store(&self) -> &Store {
        &self.running.ground.store
    }

    /// `None` on SQLite.
    pub fn database_url(&self) -> Option<String> {
        self.env.iter().find(|(name, _)| *name == "DATABASE_URL").map(|(_, url)| url.clone())
    }

    /// The unasked checks, then the end.
    pub async fn ends(self) {
        let ledger = self.desk.ledger().await;
        checks::all(self.store(), &ledger).await;
        self.running.drain().await.unwrap();
    }
}

const DATABASE: &str = "QUARTERDECK_TEST_DATABASE_URL";

/// With the variable the tests run on that Postgres, each in a schema of its own; without, on SQLite.
pub async fn postgres(folder: &tempfile::TempDir) -> Option<String> {
    let given = std::env::vars_os().find(|(name, _)| name == DATABASE)?.1.into_string().unwrap();
    Some(schema_in(&given, folder.path()).await)
}

/// An address of this database in which the tables are the test's own.
pub async fn schema_in(given: &str, folder: &Path) -> String {
    let name = folder.file_name().unwrap().to_string_lossy().to_lowercase();
    let schema = format!("it_{}", name.replace(|c: char| !c.is_ascii_alphanumeric(), ""));
    sqlx::any::install_default_drivers();
    let mut conn = sqlx::AnyConnection::connect(given).await.unwrap();
    let create = sqlx::AssertSqlSafe(format!("CREATE SCHEMA IF NOT EXISTS {schema}"));
    sqlx::raw_sql(create).execute(&mut conn).await.unwrap();
    conn.close().await.unwrap();
    let joint = if given.contains('?') { '&' } else { '?' };
    format!("{given}{joint}options=-csearch_path%3D{schema}")
}
