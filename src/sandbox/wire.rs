//! The listener: carries calls to the vendors and their answers back, and misbehaves when told to.
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::task::Context;
use std::task::Poll;
use std::time::Duration;

use axum::Router;
use axum::extract::connect_info::Connected;
use axum::serve::IncomingStream;
use axum::serve::Listener;
use tokio::io::AsyncRead;
use tokio::io::AsyncWrite;
use tokio::io::ReadBuf;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::sandbox::Options;
use crate::sandbox::clock::WorldClock;
use crate::sandbox::core::Core;
use crate::sandbox::held::Held;
use crate::sandbox::held::LetGo;
use crate::sandbox::lemlist::state::Outgoing;
use crate::sandbox::outbox;

mod serve;

/// How often a running clock is looked at, in real time.
const TICK: Duration = Duration::from_millis(250);
/// How many ticks lie between two notes of the clock.
const NOTE_EVERY: u32 = 4;
/// How long `stop` waits for open calls.
const STOP_WAIT: Duration = Duration::from_millis(300);

/// What every call needs.
pub struct Shared {
    core: Mutex<Core>,
    pub clock: WorldClock,
    pub held: Held,
    hooks: mpsc::UnboundedSender<Outgoing>,
    closed: AtomicBool,
}

impl Shared {
    pub fn lock(&self) -> MutexGuard<'_, Core> {
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands waiting hook calls to the sender.
    pub fn drain(&self) {
        let calls = std::mem::take(&mut self.lock().lemlist.outbox);
        for call in calls {
            let _ = self.hooks.send(call);
        }
    }

    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }
}

/// A started sandbox and its tasks.
pub struct Running {
    pub addr: SocketAddr,
    shared: Arc<Shared>,
    ending: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

pub async fn start(o: Options) -> std::io::Result<Running> {
    let listener = TcpListener::bind(("127.0.0.1", o.port)).await?;
    let addr = listener.local_addr()?;
    let (core, last) = Core::open((o.seed, o.companies), o.dir.as_deref())?;
    if last > i64::MIN {
        o.clock.set_at_least(last);
    }
    let (hooks, queue) = mpsc::unbounded_channel();
    let shared = Arc::new(Shared {
        core: Mutex::new(core),
        clock: o.clock,
        held: Held::default(),
        hooks,
        closed: AtomicBool::new(false),
    });
    let (ending, ended) = watch::channel(false);
    let app: Router = serve::router(Arc::clone(&shared));
    let service = app.into_make_service_with_connect_info::<Cut>();
    let mut stop = ended.clone();
    let serving = axum::serve(Doors(listener), service).with_graceful_shutdown(async move {
        let _ = stop.wait_for(|e| *e).await;
    });
    let tasks = vec![
        tokio::spawn(async move {
            if let Err(error) = serving.await {
                tracing::error!(%error, "could not serve the sandbox");
            }
        }),
        tokio::spawn(tick(Arc::clone(&shared), ended)),
        tokio::spawn(outbox::run(Arc::clone(&shared), queue)),
    ];
    Ok(Running { addr, shared, ending, tasks })
}

/// Lets things happen while nobody calls, and writes down where the clock is.
async fn tick(shared: Arc<Shared>, mut ended: watch::Receiver<bool>) {
    let mut every = tokio::time::interval(TICK);
    let mut turn: u32 = 0;
    loop {
        let moved = tokio::select! {
            _ = ended.wait_for(|e| *e) => return,
            () = shared.clock.changed() => true,
            _ = every.tick() => false,
        };
        turn = turn.wrapping_add(1);
        if moved || shared.clock.speed() > 0.0 {
            let now = shared.clock.now_ms();
            let mut core = shared.lock();
            core.tick(now);
            if moved || turn.is_multiple_of(NOTE_EVERY) {
                core.note_clock(now);
            }
        }
        shared.drain();
    }
}

impl Running {
    /// Ends all tasks; no call is carried out or written down afterwards.
    pub async fn stop(self) {
        {
            let now = self.shared.clock.now_ms();
            let mut core = self.shared.lock();
            core.tick(now);
            core.note_clock(now);
            self.shared.closed.store(true, Ordering::SeqCst);
            self.shared.held.release(LetGo::Undone);
        }
        let _ = self.ending.send(true);
        for mut task in self.tasks {
            if tokio::time::timeout(STOP_WAIT, &mut task).await.is_err() {
                task.abort();
            }
        }
    }
}

/// A listener whose connections can be cut from inside a call.
struct Doors(TcpListener);

/// Says that nothing more may be written to a connection.
#[derive(Clone)]
pub struct Cut(Arc<AtomicBool>);

impl Cut {
    pub fn now(&self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

struct Line {
    stream: TcpStream,
    cut: Cut,
}

impl Listener for Doors {
    type Io = Line;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (stream, addr) = <TcpListener as Listener>::accept(&mut self.0).await;
        let _ = stream.set_nodelay(true);
        let cut = Cut(Arc::new(AtomicBool::new(false)));
        (Line { stream, cut }, addr)
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.0.local_addr()
    }
}

impl Connected<IncomingStream<'_, Doors>> for Cut {
    fn connect_info(stream: IncomingStream<'_, Doors>) -> Self {
        stream.io().cut.clone()
    }
}

impl AsyncRead for Line {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Line {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<std::io::Result<usize>> {
        if self.cut.0.load(Ordering::SeqCst) {
            return Poll::Ready(Err(std::io::ErrorKind::ConnectionReset.into()));
        }
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
