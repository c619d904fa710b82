//! The audit: append-only, each entry holds the hash of the one before it.
use sqlx::Row;

use crate::domain::time::Millis;
use crate::run::canonical::hash_text;
use crate::store::open::Conn;
use crate::store::open::StoreError;
use crate::store::open::StoreResult;
use crate::store::outbox::in_turn;
use crate::store::outbox::next_number;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub seq: i64,
    pub at: Millis,
    pub actor: String,
    pub action: String,
    pub subject: String,
    pub payload_hash: String,
    pub previous: String,
    pub hash: String,
}

/// Who did what to what; the payload itself stays where it is, its hash goes here.
pub async fn append(c: &mut Conn, at: Millis, actor: &str, action: &str, what: (&str, &str)) -> StoreResult<()> {
    let (subject, payload_hash) = what;
    in_turn(c).await?;
    let seq = next_number(c, "audit").await?;
    let previous =
        match sqlx::query("SELECT hash FROM audit WHERE seq = $1").bind(seq - 1).fetch_optional(&mut *c).await? {
            Some(row) => row.try_get(0)?,
            None => String::new(),
        };
    let mut entry = Entry {
        seq,
        at,
        actor: actor.to_owned(),
        action: action.to_owned(),
        subject: subject.to_owned(),
        payload_hash: payload_hash.to_owned(),
        previous,
        hash: String::new(),
    };
    entry.hash = entry.computed_hash();
    sqlx::query(
        "INSERT INTO audit (seq, at, actor, action, subject, payload_hash, previous, hash) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)",
    )
    .bind(entry.seq)
    .bind(entry.at.0)
    .bind(entry.actor)
    .bind(entry.action)
    .bind(entry.subject)
    .bind(entry.payload_hash)
    .bind(entry.previous)
    .bind(entry.hash)
    .execute(c)
    .await?;
    Ok(())
}

impl Entry {
    fn computed_hash(&self) -> String {
        let parts = [
            self.seq.to_string(),
            self.at.0.to_string(),
            self.actor.clone(),
            self.action.clone(),
            self.subject.clone(),
            self.payload_hash.clone(),
            self.previous.clone(),
        ];
        hash_text(&serde_json::Value::from(parts.to_vec()).to_string())
    }
}

pub async fn page(c: &mut Conn, after: i64, limit: i64) -> StoreResult<Vec<Entry>> {
    let sql = "SELECT seq, at, actor, action, subject, payload_hash, previous, hash FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2";
    let rows = sqlx::query(sql).bind(after).bind(limit).fetch_all(c).await?;
    rows.iter()
        .map(|row| {
            Ok(Entry {
                seq: row.try_get(0)?,
                at: Millis(row.try_get(1)?),
                actor: row.try_get(2)?,
                action: row.try_get(3)?,
                subject: row.try_get(4)?,
                payload_hash: row.try_get(5)?,
                previous: row.try_get(6)?,
                hash: row.try_get(7)?,
            })
        })
        .collect()
}

/// Walks the whole chain; `Err` names the first entry that does not fit. Returns how many there are.
pub async fn verify(c: &mut Conn) -> StoreResult<i64> {
    const PAGE: i64 = 1_000;
    let mut previous = String::new();
    let mut seq = 0;
    loop {
        let entries = page(c, seq, PAGE).await?;
        for entry in &entries {
            if entry.seq != seq + 1 || entry.previous != previous || entry.hash != entry.computed_hash() {
                let why = format!("entry {} does not follow from the one before it", entry.seq);
                return Err(StoreError::Corrupt { what: "audit", why });
            }
            seq = entry.seq;
            previous.clone_from(&entry.hash);
        }
        if (entries.len() as i64) < PAGE {
            return Ok(seq);
        }
    }
}
