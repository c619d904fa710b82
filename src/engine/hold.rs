//! What this process holds in leases, as far as it knows itself. Who cannot renew its leases takes itself for lost before
//! the others do: it claims nothing and begins no effect until a beat succeeds again.
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering;

use crate::domain::time::Millis;
use crate::domain::time::SECOND;
use crate::store::claims::Claim;
use crate::store::items::ItemRow;

/// Others take a claim over when it was not renewed for so long.
pub const LEASE_MS: i64 = 30 * SECOND;
/// An outside call ends within this time, so one that begins with as much of the lease left ends inside it.
pub const CALL_MAX_MS: i64 = 20 * SECOND;

#[derive(Debug, Default)]
pub struct Hold {
    /// Machine time up to which the last beat holds.
    until: AtomicI64,
    /// Claims at work here, and whether they are known to be lost.
    claims: Mutex<HashMap<Claim, bool>>,
}

impl Hold {
    /// A beat that began at `wall` has succeeded. `true` when this process had taken itself for lost.
    pub fn renew(&self, wall: Millis) -> bool {
        let before = self.until.swap(wall.plus(LEASE_MS).0, Ordering::SeqCst);
        before < wall.plus(CALL_MAX_MS).0
    }

    /// May something begin that takes as long as an outside call?
    pub fn stands(&self, wall: Millis) -> bool {
        wall.plus(CALL_MAX_MS).0 < self.until.load(Ordering::SeqCst)
    }

    /// May an effect begin for this item?
    pub fn keeps(&self, item: &ItemRow, wall: Millis) -> bool {
        self.stands(wall) && self.claims().get(&claim_of(item)) == Some(&false)
    }

    /// Known before the claim is committed, so that a beat never meets a claim of ours that it does not know.
    pub fn take(&self, item: &ItemRow) {
        self.claims().insert(claim_of(item), false);
    }

    /// Nobody works on it here any more. Should its end be unwritten, the next beat frees it.
    pub fn release(&self, claim: &Claim) {
        self.claims().remove(claim);
    }

    /// `true` when that was not known yet.
    pub fn lose(&self, claim: &Claim) -> bool {
        self.claims().get_mut(claim).is_some_and(|lost| !std::mem::replace(lost, true))
    }

    /// Claims at work here that are not known to be lost.
    pub fn held(&self) -> Vec<Claim> {
        self.claims().iter().filter(|(_, lost)| !**lost).map(|(claim, _)| claim.clone()).collect()
    }

    pub fn is_at_work(&self, claim: &Claim) -> bool {
        self.claims().contains_key(claim)
    }

    fn claims(&self) -> MutexGuard<'_, HashMap<Claim, bool>> {
        self.claims.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub fn claim_of(item: &ItemRow) -> Claim {
    (item.id.clone(), item.fence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::ItemId;
    use crate::domain::ids::RunId;

    fn item(fence: i64) -> ItemRow {
        ItemRow {
            id: ItemId::from("item_1"),
            run: RunId::from("run_1"),
            step: 0,
            stage: 1,
            queue: "own".to_owned(),
            attempt: 1,
            fence,
            key: "k".to_owned(),
            weight: 1,
            payload: serde_json::json!({}),
            result: None,
            error: None,
        }
    }

    #[test]
    fn nothing_begins_that_could_outlast_the_lease() {
        let hold = Hold::default();
        hold.take(&item(1));
        assert!(!hold.keeps(&item(1), Millis(1_000_000)), "no beat yet");
        assert!(hold.renew(Millis(1_000_000)));
        assert!(hold.keeps(&item(1), Millis(1_009_999)));
        assert!(!hold.keeps(&item(1), Millis(1_010_000)), "20 s are left of 30");
        assert!(!hold.stands(Millis(2_000_000)));
        assert!(hold.renew(Millis(2_000_000)), "it had taken itself for lost");
        assert!(!hold.renew(Millis(2_005_000)));
    }

    #[test]
    fn a_claim_is_lost_once_and_a_new_one_is_another() {
        let hold = Hold::default();
        hold.renew(Millis(0));
        hold.take(&item(1));
        assert!(hold.lose(&claim_of(&item(1))));
        assert!(!hold.lose(&claim_of(&item(1))));
        assert!(!hold.keeps(&item(1), Millis(0)));
        hold.take(&item(3));
        assert!(hold.keeps(&item(3), Millis(0)));
        assert_eq!(hold.held(), [claim_of(&item(3))]);
        hold.release(&claim_of(&item(1)));
        assert!(!hold.is_at_work(&claim_of(&item(1))));
        assert!(hold.is_at_work(&claim_of(&item(3))));
    }
}
