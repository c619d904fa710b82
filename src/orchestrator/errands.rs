//! What the vendors must be told, whatever happens: durable inbox rows, tried until they know. Our own rows bind at once.
use serde_json::json;

use crate::domain::ids::CampaignId;
use crate::domain::ids::GateId;
use crate::domain::ids::ThreadId;
use crate::domain::person::Person;
use crate::domain::time::MINUTE;
use crate::domain::time::SECOND;
use crate::orchestrator::desk::Orchestrator;
use crate::orchestrator::refuse::Outcome;
use crate::orchestrator::think;
use crate::ports::error::Next;
use crate::ports::error::PortError;
use crate::run::gate::Approved;
use crate::store::audit;
use crate::store::brake;
use crate::store::brake::BrakeKind;
use crate::store::gates;
use crate::store::inbox;
use crate::store::inbox::Inbound;
use crate::store::open::Conn;
use crate::store::open::StoreError;
use crate::store::outreach;
use crate::store::runs;

/// A person opted out: the outreach tool and the CRM must know.
pub const OPTOUT: &str = "optout";
/// A campaign must stop sending.
pub const PAUSE: &str = "pause";
/// A running campaign of ours rests while the desk is halted.
pub const HALT: &str = "halt";
/// A campaign that the halt stopped goes on, under its approval.
pub const LIFT: &str = "lift";
pub const SOURCE: &str = "engagement";
const RETRY_MS_MAX: i64 = 30 * MINUTE;
const RETRY_MS: i64 = 5 * SECOND;

pub fn is_errand(kind: &str) -> bool {
    matches!(kind, OPTOUT | PAUSE | HALT | LIFT)
}

/// Queued in the transaction that decides it; the same key twice is one row. `what` is an e-mail key or a vendor's campaign.
pub async fn queue(desk: &Orchestrator, c: &mut Conn, kind: &str, at: (&str, &str)) -> Outcome<()> {
    // A thread of its own: a vendor that does not answer holds up nobody else.
    let thread = ThreadId(format!("{kind}:{}", at.0));
    queue_in(desk, c, kind, at, &thread).await
}

/// Errands of one thread are done one after the other.
pub async fn queue_in(
    desk: &Orchestrator,
    c: &mut Conn,
    kind: &str,
    at: (&str, &str),
    thread: &ThreadId,
) -> Outcome<()> {
    let (key, what) = at;
    let event = format!("{kind}:{key}");
    let inbound = Inbound {
        id: desk.ids.fresh("in"),
        source: SOURCE.to_owned(),
        thread: thread.clone(),
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
    match tell(desk, &inbound.kind, &what).await? {
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
async fn tell(desk: &Orchestrator, kind: &str, what: &str) -> Outcome<Result<(), PortError>> {
    if what.is_empty() {
        return Ok(Ok(()));
    }
    match kind {
        PAUSE => Ok(desk.vendors.outreach.pause(what).await),
        HALT => rest(desk, &CampaignId(what.to_owned())).await,
        LIFT => go_on(desk, &CampaignId(what.to_owned())).await,
        _ => Ok(opt_out(desk, what).await),
    }
}

async fn opt_out(desk: &Orchestrator, what: &str) -> Result<(), PortError> {
    desk.vendors.outreach.unsubscribe(what).await?;
    desk.vendors.crm.opt_out(what).await
}

/// A campaign that was lifted meanwhile is left alone.
async fn rest(desk: &Orchestrator, id: &CampaignId) -> Outcome<Result<(), PortError>> {
    let vendor_id = {
        let mut c = desk.store.conn().await?;
        let is_halted = brake::of_kind(&mut c, BrakeKind::Halt).await?.is_some();
        let campaign = outreach::campaign(&mut c, id).await?.filter(|row| is_halted && row.state == "halted");
        campaign.and_then(|row| row.vendor_id)
    };
    match vendor_id {
        Some(vendor_id) => Ok(desk.vendors.outreach.pause(&vendor_id).await),
        None => Ok(Ok(())),
    }
}

/// Only what the halt stopped, only while nothing brakes, and only under the approval it was started with.
async fn go_on(desk: &Orchestrator, id: &CampaignId) -> Outcome<Result<(), PortError>> {
    let found = {
        let mut c = desk.store.conn().await?;
        let may = brake::standing(&mut c).await?.is_none();
        let campaign = outreach::campaign(&mut c, id).await?.filter(|row| may && row.state == "halted");
        let Some(campaign) = campaign else { return Ok(Ok(())) };
        let gate = GateId(campaign.gate.clone());
        let approved = approval(desk, &mut c, &gate).await?;
        campaign.vendor_id.zip(approved)
    };
    let Some((vendor_id, approved)) = found else {
        let mut tx = desk.store.begin().await?;
        outreach::move_on(&mut tx, id, ("halted", "paused")).await?;
        audit::append(&mut tx, desk.clock.now(), "desk", "campaign.stays_paused", (id.as_str(), "")).await?;
        tx.commit().await.map_err(StoreError::from)?;
        tracing::error!(campaign.id = %id, "a halted campaign has no valid approval any more; it stays paused");
        return Ok(Ok(()));
    };
    if let Err(error) = desk.vendors.outreach.start(&vendor_id, &approved).await {
        return Ok(Err(error));
    }
    let mut tx = desk.store.begin().await?;
    outreach::move_on(&mut tx, id, ("halted", "running")).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(Ok(()))
}

/// The approval it was started with, if those who gave it still may.
async fn approval(desk: &Orchestrator, c: &mut Conn, id: &GateId) -> Outcome<Option<Approved>> {
    let (approved, gate) = (gates::approval(c, id).await?, gates::get(c, id).await?);
    let (Some(approved), Some(gate)) = (approved, gate) else { return Ok(None) };
    let starter = runs::get(c, &gate.run).await?.map(|run| run.started_by).unwrap_or_default();
    let deciders = desk.deciders(&[], &starter);
    let stands = approved.voices().iter().all(|voice| deciders.still_stands(voice, &gate.roles));
    Ok(stands.then_some(approved))
}
