//! The world of these tests: a clock that is set by hand, ids that count, a server on a free port.
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use tokio_util::sync::CancellationToken;
use tokio_util::sync::DropGuard;

use crate::domain::person::Person;
use crate::domain::person::Role;
use crate::domain::time::Millis;
use crate::ports::clock::Clock;
use crate::ports::clock::Ids;
use crate::surfaces::web::options;
use crate::surfaces::web::options::WebOptions;
use crate::surfaces::web::server;
use crate::surfaces::web::server::Parts;
use crate::surfaces::web::tests::cards;
use crate::surfaces::web::tests::desk::MemoryDesk;
use crate::surfaces::web::tests::desk::NOON;

pub fn person(id: &str, name: &str, role: Role) -> Person {
    Person { id: id.to_owned(), name: name.to_owned(), roles: vec![role], zone: "Europe/London".to_owned() }
}

/// A sandbox on loopback, any free port.
pub fn options() -> WebOptions {
    WebOptions {
        bind: [127, 0, 0, 1].into(),
        port: 0,
        sandbox: true,
        persons: vec![
            person("ava", "Ava Lindqvist", Role::Rep),
            person("ben", "Ben Okafor", Role::Rep),
            person("mona", "Mona Falk", Role::Manager),
            person("remy", "Remy Castellanos-Whitworth", Role::Revops),
            person("cora", "Cora Meijer", Role::Compliance),
            person("otto", "Otto Brandt", Role::Operator),
        ],
        logins: Vec::new(),
        hosts: Vec::new(),
        key: [7; 32],
        upload_max: 1024 * 1024,
    }
}

pub struct FixedClock(pub AtomicI64);

#[async_trait::async_trait]
impl Clock for FixedClock {
    fn now(&self) -> Millis {
        Millis(self.0.load(Ordering::SeqCst))
    }

    fn wall(&self) -> Millis {
        self.now()
    }

    async fn wait(&self, _until: Millis) {}
}

#[derive(Default)]
pub struct CountingIds(AtomicUsize);

impl Ids for CountingIds {
    fn fresh(&self, prefix: &str) -> String {
        format!("{prefix}_{}", self.0.fetch_add(1, Ordering::SeqCst))
    }

    fn code(&self) -> String {
        "7K2".to_owned()
    }
}

pub struct World {
    pub address: SocketAddr,
    pub desk: Arc<MemoryDesk>,
    pub clock: Arc<FixedClock>,
    pub shutdown: CancellationToken,
    _stop: DropGuard,
}

pub async fn start(options: WebOptions, desk: MemoryDesk) -> World {
    let desk = Arc::new(desk);
    let clock = Arc::new(FixedClock(AtomicI64::new(NOON.0)));
    let parts = Parts { desk: desk.clone(), clock: clock.clone(), ids: Arc::new(CountingIds::default()), hooks: None };
    let listener = options::bind(&options).await.unwrap();
    let address = listener.local_addr().unwrap();
    let shutdown = CancellationToken::new();
    tokio::spawn(server::serve(listener, options, parts, shutdown.clone()));
    World { address, desk, clock, _stop: shutdown.clone().drop_guard(), shutdown }
}

/// A sandbox with one thread that holds a card of each kind.
pub async fn world() -> World {
    start(options(), MemoryDesk::with_cards(cards::all())).await
}
