//! Outside effects, effectively once: intent → call → done. An unfinished intent is resolved by its class, never guessed.
use std::future::Future;

use serde_json::Value;

use crate::engine::context::Engine;
use crate::engine::executor::WorkError;
use crate::engine::executor::WorkResult;
use crate::engine::failpoint::Point;
use crate::engine::limits::braked;
use crate::engine::limits::calling;
use crate::ports::error::Next;
use crate::ports::error::PortError;
use crate::ports::error::PortResult;
use crate::run::canonical::hash_of;
use crate::run::state::EffectClass;
use crate::store::audit;
use crate::store::brake;
use crate::store::effects;
use crate::store::effects::Effect;
use crate::store::effects::Known;
use crate::store::items::ItemRow;

/// An effect about to be made for an item.
pub fn effect<T: serde::Serialize>(item: &ItemRow, vendor: &str, op: &str, class: EffectClass, request: &T) -> Effect {
    Effect {
        key: key_of(item, op),
        vendor: vendor.to_owned(),
        op: op.to_owned(),
        class,
        request_hash: hash_of(request),
        gate: None,
    }
}

/// Stable over tries: an item makes each operation once.
pub fn key_of(item: &ItemRow, op: &str) -> String {
    format!("{}:{op}", item.key)
}

/// Makes the effect, or finds that it was made. `look` asks the vendor and is called for the class *look-up* only.
pub async fn perform<C, CF, L, LF>(
    engine: &Engine,
    item: &ItemRow,
    effect: &Effect,
    call: C,
    look: L,
) -> WorkResult<Value>
where
    C: FnOnce() -> CF,
    CF: Future<Output = PortResult<Value>>,
    L: FnOnce() -> LF,
    LF: Future<Output = PortResult<Option<Value>>>,
{
    let is_gated = effect.gate.is_some();
    still_ours(engine, item)?;
    match intend(engine, item, effect).await? {
        Known::Done(response) => return Ok(response),
        Known::Marked => return Err(WorkError::Marked(effect.op.clone())),
        Known::Unknown => return Err(WorkError::Unknown(effect.op.clone())),
        Known::New => {}
        Known::Intent => match effect.class {
            EffectClass::Idempotent => {}
            EffectClass::LookUp => {
                if let Some(found) = calling(is_gated, look()).await? {
                    record(engine, item, effect, &found).await?;
                    return Ok(found);
                }
            }
            EffectClass::AtMostOnce => return give_up(engine, item, effect).await,
        },
    }
    // The intent may have waited long for the store, or the whole process for its turn.
    still_ours(engine, item)?;
    let at = (effect.vendor.as_str(), effect.op.as_str());
    engine.failpoint.pass(Point::BeforeCall, at.0, at.1);
    match calling(is_gated, call()).await {
        Ok(response) => {
            engine.failpoint.pass(Point::Answered, at.0, at.1);
            record(engine, item, effect, &response).await?;
            engine.failpoint.pass(Point::Recorded, at.0, at.1);
            Ok(response)
        }
        Err(error) => failed(engine, item, effect, error).await,
    }
}

/// For effects that cannot be looked up.
pub async fn nothing_to_look_up() -> PortResult<Option<Value>> {
    Ok(None)
}

/// A worker that cannot renew its leases begins nothing, though nobody may have told it yet.
fn still_ours(engine: &Engine, item: &ItemRow) -> WorkResult<()> {
    if engine.hold.keeps(item, engine.clock.wall()) { Ok(()) } else { Err(WorkError::Lost(item.id.0.clone())) }
}

async fn intend(engine: &Engine, item: &ItemRow, effect: &Effect) -> WorkResult<Known> {
    let mut tx = engine.store.begin().await?;
    if effect.gate.is_some()
        && let Some(brake) = brake::standing(&mut tx).await?
    {
        return match effects::known(&mut tx, &effect.key).await? {
            Known::Done(response) => Ok(Known::Done(response)),
            _ => Err(braked(&effect.vendor, &brake).into()),
        };
    }
    let known = effects::intend(&mut tx, item, effect, engine.clock.now()).await?;
    tx.commit().await.map_err(crate::store::open::StoreError::from)?;
    Ok(known)
}

/// Done, with its audit entry, in one transaction.
async fn record(engine: &Engine, item: &ItemRow, effect: &Effect, response: &Value) -> WorkResult<()> {
    let now = engine.clock.now();
    let mut tx = engine.store.begin().await?;
    if !effects::done(&mut tx, &effect.key, response, now).await? {
        // A worker that was stopped past its lease: the one who took over has found out and said so.
        return Ok(());
    }
    let action = format!("{} {}", effect.vendor, effect.op);
    let subject =
        effect.gate.as_deref().map_or_else(|| item.run.0.clone(), |gate| format!("{} under {gate}", item.run));
    audit::append(&mut tx, now, &engine.owner, &action, (&subject, &effect.request_hash)).await?;
    tx.commit().await.map_err(crate::store::open::StoreError::from)?;
    Ok(())
}

async fn give_up(engine: &Engine, item: &ItemRow, effect: &Effect) -> WorkResult<Value> {
    let mut tx = engine.store.begin().await?;
    effects::unknown(&mut tx, item, &effect.key).await?;
    tx.commit().await.map_err(crate::store::open::StoreError::from)?;
    Err(WorkError::Unknown(effect.op.clone()))
}

/// A call that did not happen takes its intent back; one that may have happened leaves it.
async fn failed(engine: &Engine, item: &ItemRow, effect: &Effect, error: PortError) -> WorkResult<Value> {
    let happened_not = match error.next(0) {
        Next::Later { .. } => !matches!(error, PortError::Malformed { .. }),
        Next::Stop => true,
        Next::Reconcile => false,
    };
    if !happened_not && effect.class == EffectClass::AtMostOnce {
        return give_up(engine, item, effect).await;
    }
    if happened_not {
        let mut tx = engine.store.begin().await?;
        effects::withdraw(&mut tx, item, &effect.key).await?;
        tx.commit().await.map_err(crate::store::open::StoreError::from)?;
    }
    Err(error.into())
}
