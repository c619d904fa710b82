//! From a configuration to a running desk: the one place where adapters are made and handed to services.
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;

use crate::app::error::StartError;
use crate::app::ground;
use crate::app::ground::Ground;
use crate::app::ids::SystemIds;
use crate::app::jobs;
use crate::app::lock::DataLock;
use crate::app::running::Running;
use crate::app::services;
use crate::app::services::Services;
use crate::app::stage::Stage;
use crate::app::world;
use crate::app::world::Outside;
use crate::app::world::Settle;
use crate::config::model::Config;
use crate::domain::time::SECOND;
use crate::engine::beat::recover;
use crate::intake::hooks;
use crate::intake::hooks::Hooks;
use crate::intake::hooks::Secrets;
use crate::ports::clock::Ids;
use crate::run::canonical::hash_text;
use crate::run::canonical::hex;
use crate::surfaces::web;
use crate::surfaces::web::options::Login;
use crate::surfaces::web::options::WebOptions;
use crate::surfaces::web::server;
use crate::surfaces::web::server::Parts;
use crate::surfaces::web::server::Routes;

/// What both kinds of process are made of.
struct Raised {
    ground: Ground,
    world: world::Ground,
    desk: Services,
}

async fn raise(config: &Config, named: (Arc<SystemIds>, String), locks: Vec<DataLock>) -> Result<Raised, StartError> {
    let ground = ground::open(config, named, locks).await?;
    // A second installation is another start in the same process: the first provider stays.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let world = world::open(config).await?;
    let desk = services::build(config, &ground, &world.clock, world.base_url.as_deref()).await?;
    let freed = recover(&desk.engine, &ground.gone).await.map_err(StartError::failed)?;
    if freed > 0 {
        tracing::info!(freed, "took up the work of a process that ended");
    }
    Ok(Raised { ground, world, desk })
}

fn named() -> Result<(Arc<SystemIds>, String), StartError> {
    let ids = ground::ids()?;
    let owner = ids.fresh("worker");
    Ok((ids, owner))
}

/// The engine alone: any number of these work beside each other on one Postgres.
pub async fn start_worker(config: &Config) -> Result<Running, StartError> {
    if config.place.database_url.is_none() {
        return Err(StartError::Wrong(
            "a worker of its own shares a Postgres with the others; name it with --database-url, or let `quarterdeck serve` \
             carry the runs out, as it does with SQLite"
                .to_owned(),
        ));
    }
    if config.parts.needs_sandbox() && config.sandbox.elsewhere.is_none() {
        return Err(StartError::Wrong(
            "the sandbox world is played by another process; name it with --sandbox-url http://127.0.0.1:PORT, as \
             `quarterdeck sandbox` or `quarterdeck serve` prints it"
                .to_owned(),
        ));
    }
    let named = named()?;
    let locks = ground::locks(config, &named.1)?;
    let Raised { ground, world, desk } = raise(config, named, locks).await?;
    let mut running = Running::new(None, config.parts.all().to_vec(), ground);
    running.world = world.base_url;
    running.shutdown = desk.orchestrator.shutdown.clone();
    spawn_worker(&mut running, &desk, "worker");
    Ok(running)
}

pub async fn start(config: &Config) -> Result<Running, StartError> {
    let named = named()?;
    // The locks come first: "in use by another Quarterdeck" says more than "the port is taken".
    let locks = ground::locks(config, &named.1)?;
    let listener = listen(config).await?;
    let address = listener.local_addr().map_err(StartError::failed)?;
    let Raised { ground, world, desk } = raise(config, named, locks).await?;
    let options = web_options(config, ground.key);
    web::options::check(&options).map_err(StartError::Wrong)?;

    let mut running = Running::new(Some(address), config.parts.all().to_vec(), ground);
    running.world.clone_from(&world.base_url);
    running.shutdown = desk.orchestrator.shutdown.clone();
    if config.server.worker {
        spawn_worker(&mut running, &desk, "serve");
    }
    spawn_services(&mut running, &desk);
    spawn_schedule(&mut running, config, &desk).await?;
    let parts = Parts {
        desk: desk.orchestrator.clone(),
        clock: desk.engine.clock.clone(),
        ids: desk.engine.ids.clone(),
        hooks: hooks(&mut running, &desk, address),
    };
    let shutdown = running.shutdown.clone();
    running.spawn(async move { Ok(server::serve(listener, options, parts, shutdown).await?) });
    if let Some((sandbox, clock)) = world.sandbox {
        let outside = Outside {
            clock,
            address: sandbox.addr(),
            store: desk.engine.store.clone(),
            settle: Arc::new(Everything { desk: desk.clone() }),
        };
        running.stage = Some(Stage { desk: desk.orchestrator.clone(), world: Arc::new(outside) });
        running.sandbox = Some(sandbox);
    }
    Ok(running)
}

fn spawn_worker(running: &mut Running, desk: &Services, kind: &'static str) {
    let (worker, stop) = (desk.worker(kind), running.shutdown.clone());
    running.spawn(async move {
        worker.run(stop).await;
        Ok(())
    });
}

fn spawn_services(running: &mut Running, desk: &Services) {
    let shutdown = running.shutdown.clone();
    let (inbox, stop) = (desk.orchestrator.clone(), shutdown.clone());
    running.spawn(async move {
        inbox.run_inbox(stop).await;
        Ok(())
    });
    let (events, stop) = (desk.orchestrator.clone(), shutdown.clone());
    running.spawn(async move {
        events.run_events(stop).await;
        Ok(())
    });
    let (watch, stop) = (desk.orchestrator.clone(), shutdown);
    running.spawn(async move {
        watch.run_watch(stop).await;
        Ok(())
    });
}

async fn spawn_schedule(running: &mut Running, config: &Config, desk: &Services) -> Result<(), StartError> {
    let scheduler = desk.scheduler();
    let entries = jobs::all(config, desk);
    scheduler.declare(&entries, &running.ground.gone).await.map_err(StartError::failed)?;
    jobs::at_start(&entries);
    for entry in entries {
        let (scheduler, stop) = (scheduler.clone(), running.shutdown.clone());
        running.spawn(async move {
            scheduler.run(entry, stop).await;
            Ok(())
        });
    }
    Ok(())
}

/// A webhook that could not be set up is tried again after this long.
const HOOK_AGAIN_MS: i64 = 10 * SECOND;

/// The vendor's webhook. The sandbox reaches us on this machine and is asked to call; a live lemlist has no way to a
/// loopback page, so its events are polled.
fn hooks(running: &mut Running, desk: &Services, address: SocketAddr) -> Option<Routes> {
    let word = |what: &str| hash_text(&format!("{what} {}", hex(&running.ground.key)))[..32].to_owned();
    let (path, secret) = (word("webhook path"), word("webhook secret"));
    let router = hooks::router(Hooks { hint: desk.poller.hint.clone(), secrets: Secrets::new(&path, &secret)? });
    if desk.engine.vendors.is_sandbox("lemlist") {
        let outreach = desk.engine.vendors.outreach.clone();
        let shutdown = running.shutdown.clone();
        let url = format!("http://127.0.0.1:{}/hooks/lemlist/{path}", address.port());
        let clock = desk.engine.clock.clone();
        running.spawn(async move {
            while let Err(error) = outreach.call_back(&url, &secret).await {
                tracing::warn!(error = %error, "no webhook could be set up yet; events are polled meanwhile");
                tokio::select! {
                    () = shutdown.cancelled() => return Ok(()),
                    () = clock.wait(clock.now().plus(HOOK_AGAIN_MS)) => {}
                }
            }
            shutdown.cancelled().await;
            Ok(())
        });
    }
    Some(router)
}

/// Fetches and applies all that is due, for the demo's comparison of books.
struct Everything {
    desk: Services,
}

#[async_trait::async_trait]
impl Settle for Everything {
    async fn settle(&self) -> anyhow::Result<()> {
        self.desk.poller.step().await?;
        while self.desk.orchestrator.step_events().await {}
        Ok(())
    }
}

fn web_options(config: &Config, key: [u8; 32]) -> WebOptions {
    let login = |login: &crate::config::people::Login| Login {
        person: login.person.clone(),
        argon2: login.argon2.expose().to_owned(),
    };
    WebOptions {
        bind: config.server.bind,
        port: config.server.port,
        sandbox: config.server.person_switch,
        persons: config.people.persons.clone(),
        logins: config.people.logins.iter().map(login).collect(),
        hosts: config.server.hosts.clone(),
        key,
        upload_max: WebOptions::UPLOAD_MAX,
    }
}

/// Opens the page's port; nothing is answered before the desk stands.
pub async fn listen(config: &Config) -> Result<TcpListener, StartError> {
    let (bind, port) = (config.server.bind, config.server.port);
    TcpListener::bind((bind, port))
        .await
        .map_err(|why| StartError::Wrong(port_words(&format!("{bind}:{port}"), "--port", &why)))
}

/// What to say when a port cannot be had.
pub fn port_words(address: &str, flag: &str, why: &std::io::Error) -> String {
    match why.kind() {
        std::io::ErrorKind::AddrInUse => {
            format!(
                "{address} is taken by another program; stop that one, or choose another port with {flag} (0 takes a free one)"
            )
        }
        std::io::ErrorKind::PermissionDenied => {
            format!("{address} may not be opened by this user; choose a port above 1023 with {flag}")
        }
        _ => {
            format!("{address} cannot be opened: {why}; choose another address with --bind or another port with {flag}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::environment::Given;
    use crate::config::load::load;

    fn config(folder: &tempfile::TempDir, port: u16) -> Config {
        let data = folder.path().join("data").display().to_string();
        let flags = vec![("--data-dir", data), ("--port", port.to_string())];
        load(&Given { flags, shipped: true, ..Given::default() }).unwrap()
    }

    #[tokio::test]
    async fn a_taken_port_and_a_taken_folder_are_told_in_a_sentence() {
        let folder = tempfile::tempdir().unwrap();
        let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = other.local_addr().unwrap().port();
        let taken = start(&config(&folder, port)).await.err().unwrap();
        assert!(matches!(&taken, StartError::Wrong(text) if text.contains("--port")), "{taken}");
        let first = start(&config(&folder, 0)).await.unwrap();
        let second = start(&config(&folder, 0)).await.err().unwrap();
        assert!(matches!(&second, StartError::Wrong(text) if text.contains("--data-dir")), "{second}");
        assert_eq!(first.drain().await.unwrap(), Vec::<String>::new());
        start(&config(&folder, 0)).await.unwrap().drain().await.unwrap();
    }
}
