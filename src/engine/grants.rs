//! Approved launches that were verified whole once in this process; after that each person is checked by itself.
//!
//! The payload was hashed when it was approved and holds a digest over the recipients' hashes. The first use reads the
//! payload and every row and keeps the hashes; a later use reads one row and compares. What changed in between is refused.
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use crate::domain::ids::GateId;
use crate::domain::ids::LeadId;
use crate::engine::context::Engine;
use crate::engine::executor::WorkError;
use crate::engine::executor::WorkResult;
use crate::engine::steps::granted::Decided;
use crate::engine::steps::granted::decided;
use crate::engine::steps::granted::entitled;
use crate::engine::steps::granted::no_approval;
use crate::run::canonical::hash_text;
use crate::run::gate::Approved;
use crate::run::launch::LaunchPayload;
use crate::run::launch::Outgoing;
use crate::run::launch::digest;
use crate::store::gates;
use crate::store::open::Conn;
use crate::store::recipients;

/// Launches at work in one process at a time; the oldest one kept is read again when it is needed again.
const KEPT_MAX: usize = 8;
/// What is refused.
const SEND: &str = "send";

#[derive(Default)]
pub struct Grants {
    kept: Mutex<Vec<Arc<Grant>>>,
}

/// One approved launch: the first key of its sends.
pub struct Grant {
    decided: Decided,
    payload: LaunchPayload,
    /// Hash of the text that was approved for each person.
    hashes: HashMap<LeadId, String>,
}

impl Grants {
    /// The stored decision, the same bytes, and people who decided and still may: the roles are read each time.
    pub async fn of(&self, engine: &Engine, id: &GateId) -> WorkResult<Arc<Grant>> {
        let grant = match self.known(id) {
            Some(grant) => grant,
            None => self.keep(read(engine, id).await?),
        };
        let mut conn = engine.store.conn().await?;
        if !gates::stands(&mut conn, grant.approved()).await? {
            return Err(no_approval(SEND));
        }
        drop(conn);
        entitled(engine, &grant.decided, SEND)?;
        Ok(grant)
    }

    fn known(&self, id: &GateId) -> Option<Arc<Grant>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|grant| grant.decided.gate.id == *id).cloned()
    }

    fn keep(&self, grant: Grant) -> Arc<Grant> {
        let grant = Arc::new(grant);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|old| old.decided.gate.id != grant.decided.gate.id);
        if kept.len() >= KEPT_MAX {
            kept.remove(0);
        }
        kept.push(Arc::clone(&grant));
        grant
    }
}

impl Grant {
    pub fn approved(&self) -> &Approved {
        &self.decided.approved
    }

    pub fn payload(&self) -> &LaunchPayload {
        &self.payload
    }

    /// What was approved for this person, to the byte.
    pub async fn recipient(&self, engine: &Engine, lead: &LeadId) -> WorkResult<Outgoing> {
        if self.payload.roll.is_none() {
            let who = self.payload.recipients.iter().find(|who| who.lead == *lead).cloned();
            return who.ok_or_else(stranger);
        }
        let approved = self.hashes.get(lead).ok_or_else(stranger)?;
        let mut conn = engine.store.conn().await?;
        let body = recipients::body(&mut conn, &self.decided.gate.id, lead).await?.ok_or_else(stranger)?;
        if hash_text(&body) != *approved {
            return Err(changed());
        }
        Ok(serde_json::from_str(&body)?)
    }
}

async fn read(engine: &Engine, id: &GateId) -> WorkResult<Grant> {
    let mut conn = engine.store.conn().await?;
    let mut decided = decided(&mut conn, id, SEND).await?;
    let payload: LaunchPayload = serde_json::from_value(std::mem::take(&mut decided.gate.payload))?;
    let hashes = match &payload.roll {
        Some(roll) => verified(&mut conn, id, &roll.digest).await?,
        None => HashMap::new(),
    };
    Ok(Grant { decided, payload, hashes })
}

/// Hashes every row anew: the digest in the payload is over what the rows say now, or nothing is sent.
async fn verified(c: &mut Conn, gate: &GateId, approved: &str) -> WorkResult<HashMap<LeadId, String>> {
    let mut hashes = HashMap::new();
    let mut in_order = Vec::new();
    let mut after = -1;
    loop {
        let rows = recipients::page(c, gate, after).await?;
        let Some((last, ..)) = rows.last() else { break };
        after = *last;
        for (_, lead, body) in &rows {
            let hash = hash_text(body);
            let who: Outgoing = serde_json::from_str(body)?;
            if who.lead != *lead {
                return Err(changed());
            }
            in_order.push(hash.clone());
            hashes.insert(who.lead, hash);
        }
    }
    if digest(in_order.iter().map(String::as_str)) != approved {
        return Err(changed());
    }
    Ok(hashes)
}

fn stranger() -> WorkError {
    WorkError::Refused("send: this person is not in the approved preview".to_owned())
}

fn changed() -> WorkError {
    WorkError::Refused("send: what is stored is not what was approved".to_owned())
}
