//! A started desk: what it is made of, how it ends, what goes on at the next start.
use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::app::ground::Ground;
use crate::app::stage::Stage;
use crate::config::parts::Standing;
use crate::sandbox::Sandbox;
use crate::store::open::Backend;
use crate::store::runs;

/// Calls in flight have 20 s; then they are left to the next start.
const DRAIN_MAX: Duration = Duration::from_secs(25);
/// Runs named when the program stops.
const NAMED_MAX: i64 = 100;

pub struct Running {
    /// Of the page; a worker of its own has none.
    pub page: Option<SocketAddr>,
    /// Address of the sandbox world, played here or elsewhere.
    pub world: Option<String>,
    /// Stopped last: what drains may still call it.
    pub sandbox: Option<Sandbox>,
    pub parts: Vec<(&'static str, Standing)>,
    pub ground: Ground,
    /// `None` as long as nothing plays the vendors: the demo needs them.
    pub stage: Option<Stage>,
    pub shutdown: CancellationToken,
    tasks: JoinSet<anyhow::Result<()>>,
}

impl Running {
    pub fn new(page: Option<SocketAddr>, parts: Vec<(&'static str, Standing)>, ground: Ground) -> Self {
        Self {
            page,
            world: None,
            sandbox: None,
            parts,
            ground,
            stage: None,
            shutdown: CancellationToken::new(),
            tasks: JoinSet::new(),
        }
    }

    /// Work that ends when `shutdown` is cancelled; ending before that is a fault.
    pub fn spawn(&mut self, task: impl Future<Output = anyhow::Result<()>> + Send + 'static) {
        self.tasks.spawn(task);
    }

    /// Returns when a part of the desk has ended by itself, with the reason.
    pub async fn wait(&mut self) -> anyhow::Error {
        match self.tasks.join_next().await {
            Some(Ok(Err(why))) => why,
            Some(Err(why)) => anyhow::Error::new(why),
            Some(Ok(Ok(()))) => anyhow::anyhow!("keep all parts of the desk running: one has ended"),
            // Nothing was started: there is nothing to wait for.
            None => std::future::pending().await,
        }
    }

    /// Lets calls in flight end, and says what will go on at the next start.
    pub async fn drain(mut self) -> anyhow::Result<Vec<String>> {
        self.shutdown.cancel();
        let tasks = &mut self.tasks;
        let ended = tokio::time::timeout(DRAIN_MAX, async {
            while let Some(task) = tasks.join_next().await {
                if let Ok(Err(why)) = task {
                    tracing::warn!(error = %why, "a part of the desk ended with a fault");
                }
            }
        });
        let in_time = ended.await.is_ok();
        self.tasks.abort_all();
        if let Some(sandbox) = self.sandbox.take() {
            sandbox.stop().await;
        }
        let mut lines = self.unfinished().await?;
        if !in_time {
            lines.push("a call did not end in time; its outcome is looked up at the next start".to_owned());
        }
        self.ground.store.close().await;
        Ok(lines)
    }

    async fn unfinished(&self) -> anyhow::Result<Vec<String>> {
        let mut conn = self.ground.store.conn().await?;
        let newest = runs::newest(&mut conn, NAMED_MAX).await?;
        let open = newest.iter().filter(|run| !run.state.is_over());
        let when = match self.ground.store.backend() {
            Backend::Sqlite => "at the next start",
            Backend::Postgres => "at the other workers, or at the next start",
        };
        Ok(open.map(|run| format!("run {} ({}) goes on {when}", run.code, run.state.word())).collect())
    }
}
