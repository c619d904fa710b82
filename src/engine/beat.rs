//! The heartbeat: shows that this process lives, renews its claims, learns which it lost, frees those of the dead.
//! From a task of its own, never from a step's: a long step must not cost the lease.
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::domain::time::Millis;
use crate::engine::context::Engine;
use crate::engine::executor::WorkResult;
use crate::engine::hold::LEASE_MS;
use crate::store::claims;
use crate::store::claims::Claim;
use crate::store::open::Backend;
use crate::store::open::Conn;
use crate::store::open::StoreError;
use crate::store::open::StoreResult;
use crate::store::workers;
use crate::store::workers::WorkerRow;

const BEAT: Duration = Duration::from_secs(5);
/// A beat that hangs is given up: the next one may find a connection that answers.
const BEAT_MAX: Duration = Duration::from_secs(8);

/// Which process this is, for those who read the status page.
#[derive(Clone, Debug)]
pub struct Seat {
    /// "serve" or "worker".
    pub kind: &'static str,
    pub host: String,
    pub process: u32,
}

/// At start: what these owners held goes back at once; they are known to be dead. On SQLite everybody else is: only one
/// process works on a file. How many items that were.
pub async fn recover(engine: &Engine, dead: &[String]) -> WorkResult<u64> {
    let mut tx = engine.store.begin().await?;
    let now = engine.store.lease_now(&mut tx, engine.clock.wall()).await?;
    let gone = match engine.store.backend() {
        Backend::Sqlite => claims::owners_but(&mut tx, &engine.owner).await?,
        Backend::Postgres => dead.to_vec(),
    };
    let mut freed = 0;
    for owner in gone.iter().filter(|owner| **owner != engine.owner) {
        freed += claims::free_all_of(&mut tx, owner).await?;
        workers::stopped(&mut tx, owner, now).await?;
    }
    tx.commit().await.map_err(StoreError::from)?;
    Ok(freed)
}

/// Beats until `over`.
pub async fn keep(engine: Engine, seat: Seat, over: CancellationToken) {
    let started_at = engine.clock.wall();
    loop {
        match tokio::time::timeout(BEAT_MAX, beat(&engine, &seat, started_at)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(error = %error, "the worker could not renew its leases"),
            Err(_) => tracing::warn!("the worker could not renew its leases: the database does not answer"),
        }
        if tokio::time::timeout(BEAT, over.cancelled()).await.is_ok() {
            return;
        }
    }
}

/// One beat. The lease counts from before it began, so that this process never believes in it longer than others do.
pub async fn beat(engine: &Engine, seat: &Seat, started_at: Millis) -> WorkResult<()> {
    let wall = engine.clock.wall();
    let before = engine.hold.held();
    let backend = engine.store.backend();
    let mut tx = engine.store.begin().await?;
    let now = engine.store.lease_now(&mut tx, wall).await?;
    let row = WorkerRow {
        owner: engine.owner.clone(),
        kind: seat.kind.to_owned(),
        host: seat.host.clone(),
        process: i64::from(seat.process),
        started_at: started_at.plus(now.since(wall)),
        beat_at: now,
    };
    workers::beat(&mut tx, &row).await?;
    let renewed = claims::beat(&mut tx, backend, &engine.owner, now.plus(LEASE_MS)).await?;
    let lost = taken(&mut tx, before, &renewed).await?;
    workers::add_lost(&mut tx, lost.len()).await?;
    let freed = free(engine, &mut tx, (backend, now), renewed).await?;
    workers::tidy(&mut tx, now).await?;
    tx.commit().await.map_err(StoreError::from)?;
    for claim in lost.iter().filter(|claim| engine.hold.lose(claim)) {
        tracing::warn!(item.id = %claim.0, "the lease of an item was lost: another worker has it, nothing more is written for it");
    }
    let stood_still = engine.hold.renew(wall);
    if freed > 0 {
        tracing::info!(count = freed, "freed the items of a worker that is gone");
    }
    if stood_still || freed > 0 {
        engine.wake.notify_one();
    }
    Ok(())
}

/// Of what was held before the beat: what others have now.
async fn taken(c: &mut Conn, before: Vec<Claim>, renewed: &[Claim]) -> StoreResult<Vec<Claim>> {
    let mut lost = Vec::new();
    for claim in before.into_iter().filter(|claim| !renewed.contains(claim)) {
        // Not renewed may also mean that it was ended meanwhile, by ourselves.
        if claims::is_taken(c, &claim).await? {
            lost.push(claim);
        }
    }
    Ok(lost)
}

/// Orphans of others, and claims of ours that nobody works on: their end could not be written.
async fn free(engine: &Engine, c: &mut Conn, at: (Backend, Millis), renewed: Vec<Claim>) -> StoreResult<u64> {
    let (backend, now) = at;
    let mut freed = claims::free_orphans(c, backend, now).await?;
    for claim in renewed.iter().filter(|claim| !engine.hold.is_at_work(claim)) {
        freed += u64::from(claims::free(c, claim).await?);
    }
    Ok(freed)
}
