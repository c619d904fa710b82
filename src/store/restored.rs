//! A database that was put back from a backup: the brake that stands until the vendors were compared, and what the
//! comparison needs to know.
use serde::Deserialize;
use serde::Serialize;

use crate::domain::time::Millis;
use crate::store::backup;
use crate::store::brake;
use crate::store::brake::Brake;
use crate::store::brake::BrakeKind;
use crate::store::meta;
use crate::store::open::Conn;
use crate::store::open::StoreResult;
use crate::store::open::corrupt;
use crate::store::open::json;

const KEY: &str = "restored";
/// Who pulled the brake, as it is stored.
pub const BY: &str = "restore";
const NAME: &str = "Quarterdeck";

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restored {
    /// Machine time.
    pub made_at: Millis,
    /// Machine time.
    pub at: Millis,
    /// Business time of the newest change in the backup: what came after it is not in our rows.
    pub newest: Millis,
    /// The card that tells of the comparison.
    #[serde(default)]
    pub card: Option<String>,
    /// Every vendor was read.
    #[serde(default)]
    pub compared: bool,
}

/// In the transaction that puts the rows in.
pub async fn mark(c: &mut Conn, made_at: Millis, now: Millis) -> StoreResult<()> {
    let newest = Millis(backup::newest_change(c).await?);
    put(c, &Restored { made_at, at: now, newest, card: None, compared: false }).await?;
    let why = "a backup was restored and the vendors are not compared yet".to_owned();
    let brake = Brake {
        kind: BrakeKind::Reconcile,
        by: BY.to_owned(),
        name: NAME.to_owned(),
        at: newest,
        why,
        cards: Vec::new(),
    };
    brake::tell(c, &brake).await
}

/// `None` when the database was never restored, or was gone on with.
pub async fn open(c: &mut Conn) -> StoreResult<Option<Restored>> {
    if brake::of_kind(c, BrakeKind::Reconcile).await?.is_none() {
        return Ok(None);
    }
    meta::get(c, KEY).await?.map(|text| serde_json::from_str(&text).map_err(corrupt("restored"))).transpose()
}

pub async fn put(c: &mut Conn, restored: &Restored) -> StoreResult<()> {
    meta::put(c, KEY, &json(restored)?).await
}
