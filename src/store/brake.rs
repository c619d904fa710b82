//! What stops everything that cannot be taken back: a halt by a person, or a restored backup that is not compared yet.
//! One row each, read in the transaction that writes an effect's intent and again when the call is let out: while one
//! stands, no worker begins anything under a gate, also after a restart.
use serde::Deserialize;
use serde::Serialize;

use crate::domain::time::Millis;
use crate::store::items;
use crate::store::meta;
use crate::store::open::Conn;
use crate::store::open::StoreResult;
use crate::store::open::corrupt;
use crate::store::open::json;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BrakeKind {
    Halt,
    Reconcile,
}

impl BrakeKind {
    /// Its key in `meta`, and what items that meet it wait for.
    pub fn word(self) -> &'static str {
        match self {
            Self::Halt => "halt",
            Self::Reconcile => "reconcile",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brake {
    pub kind: BrakeKind,
    /// Id of the person; of the program for a restore.
    pub by: String,
    /// As cards write it.
    pub name: String,
    pub at: Millis,
    pub why: String,
    /// Cards that tell of it, settled when it is lifted.
    #[serde(default)]
    pub cards: Vec<String>,
}

/// May irreversible work begin? `None`: yes. `Some`: no, and why.
pub async fn standing(c: &mut Conn) -> StoreResult<Option<Brake>> {
    for kind in [BrakeKind::Halt, BrakeKind::Reconcile] {
        if let Some(brake) = of_kind(c, kind).await? {
            return Ok(Some(brake));
        }
    }
    Ok(None)
}

pub async fn of_kind(c: &mut Conn, kind: BrakeKind) -> StoreResult<Option<Brake>> {
    meta::get(c, kind.word()).await?.map(|text| serde_json::from_str(&text).map_err(corrupt("brake"))).transpose()
}

/// `false` when one of this kind stands already: the first one counts.
pub async fn pull(c: &mut Conn, brake: &Brake) -> StoreResult<bool> {
    meta::put_new(c, brake.kind.word(), &json(brake)?).await
}

/// Remembers the cards that tell of it.
pub async fn tell(c: &mut Conn, brake: &Brake) -> StoreResult<()> {
    meta::put(c, brake.kind.word(), &json(brake)?).await
}

/// Takes it off and lets go what waited for it. `None` when there was none.
pub async fn lift(c: &mut Conn, kind: BrakeKind, now: Millis) -> StoreResult<Option<Brake>> {
    let Some(text) = meta::take(c, kind.word()).await? else { return Ok(None) };
    items::let_go(c, kind.word(), now).await?;
    serde_json::from_str(&text).map(Some).map_err(corrupt("brake"))
}
