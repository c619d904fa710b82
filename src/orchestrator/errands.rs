//! What the vendors must be told, whatever happens: durable inbox rows, tried until they know. Our own rows bind at once.
use serde_json::json;

use crate::domain::ids::ThreadId;
use crate::domain::person::Person;
use crate::domain::time::MINUTE;
use crate::domain::time::SECOND;
use crate::orchestrator::desk::Orchestrator;
use crate::orchestrator::refuse::Outcome;
use crate::orchestrator::think;
use crate::ports::error::Next;
use crate::ports::error::PortError;
use crate::store::audit;
use crate::store::inbox;
use crate::store::inbox::Inbound;
use crate::store::open::Conn;
use crate::store::open::StoreError;

/// A person opted out: the outreach tool and the CRM must know.
pub const OPTOUT: &str = "optout";
/// A campaign must stop sending.
pub const PAUSE: &str = "pause";
pub const SOURCE: &str = "engagement";
const RETRY_MS_MAX: i64 = 30 * MINUTE;
const RETRY_MS: i64 = 5 * SECOND;

pub fn is_errand(kind: &str) -> bool {
    matches!(kind, OPTOUT | PAUSE)
}

/// Queued in the transaction that decides it; the same key twice is one row. `what` is an e-mail key or a vendor's campaign.
pub async fn queue(desk: &Orchestrator, c: &mut Conn, kind: &str, at: (&str, &str)) -> Outcome<()> {
    let (key, what) = at;
    let event = format!("{kind}:{key}");
    let inbound = Inbound {
        id: desk.ids.fresh("in"),
        source: SOURCE.to_owned(),
        // A thread of its own: a vendor that does not answer holds up nobody else.
        thread: ThreadId(event.clone()),
        event,
        person: Person { id: "desk".into(), name: "Quarterdeck".into(), roles: Vec::new(), zone: "UTC".into() },
        kind: kind.to_owned(),
        payload: json!({ "what": what }),
        attempts: 0,
        received_at: desk.clock.now(),
    };
    inbox::store(c, &inbound).await?;
    Ok(())
}

pub async fn work(desk: &Orchestrator, inbound: &Inbound) -> Outcome<()> {
    let what = inbound.payload["what"].as_str().unwrap_or_default().to_owned();
    let mut tx = desk.store.begin().await?;
    think::take(desk, &mut tx, inbound).await?;
    tx.commit().await.map_err(StoreError::from)?;
    match tell(desk, &inbound.kind, &what).await {
        Ok(()) => {
            let mut tx = desk.store.begin().await?;
            let now = desk.clock.now();
            inbox::hold(&mut tx, &inbound.id, desk.taker()).await?;
            inbox::close(&mut tx, &inbound.id, "done", now).await?;
            audit::append(&mut tx, now, "desk", &format!("{}.told", inbound.kind), (&inbound.id, "")).await?;
            tx.commit().await.map_err(StoreError::from)?;
        }
        Err(error) => {
            // Never given up: saying it again does no harm, and forgetting it does.
            let wait_ms = match error.next(u32::try_from(inbound.attempts).unwrap_or(u32::MAX)) {
                Next::Later { wait_ms, .. } => wait_ms,
                Next::Reconcile => RETRY_MS,
                Next::Stop => RETRY_MS_MAX,
            };
            tracing::warn!(inbox.id = %inbound.id, vendor = error.vendor(), wait_ms, "could not pass it on yet");
            desk.defer(&inbound.id, wait_ms).await;
        }
    }
    Ok(())
}

/// All of these may be said twice without a second effect.
async fn tell(desk: &Orchestrator, kind: &str, what: &str) -> Result<(), PortError> {
    if what.is_empty() {
        return Ok(());
    }
    if kind == PAUSE {
        return desk.vendors.outreach.pause(what).await;
    }
    desk.vendors.outreach.unsubscribe(what).await?;
    desk.vendors.crm.opt_out(what).await
}
