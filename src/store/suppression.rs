//! Who must not be contacted, and who agreed to be. The local row is the truth, whatever the vendors know.
use sqlx::Row;

use crate::domain::time::Millis;
use crate::store::open::Conn;
use crate::store::open::StoreResult;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppressed {
    /// email | domain
    pub kind: String,
    pub key: String,
    /// unsubscribed, hard bounce, objection, do not contact
    pub reason: String,
    pub source: String,
    pub at: Millis,
}

/// `false` when it was there before.
pub async fn add(c: &mut Conn, row: &Suppressed) -> StoreResult<bool> {
    let done = sqlx::query(
        "INSERT INTO suppression (key, kind, reason, source, at) VALUES ($1,$2,$3,$4,$5) ON CONFLICT (kind, key) DO NOTHING",
    )
    .bind(&row.key)
    .bind(&row.kind)
    .bind(&row.reason)
    .bind(&row.source)
    .bind(row.at.0)
    .execute(c)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Why this address may not be contacted, by itself or by its domain.
pub async fn reason(c: &mut Conn, email_key: &str) -> StoreResult<Option<String>> {
    let domain = email_key.rsplit_once('@').map_or("", |(_, domain)| domain);
    let sql = "SELECT reason FROM suppression WHERE (kind = 'email' AND key = $1) OR (kind = 'domain' AND key = $2) ORDER BY kind LIMIT 1";
    let row = sqlx::query(sql).bind(email_key).bind(domain).fetch_optional(c).await?;
    row.map(|row| Ok(row.try_get(0)?)).transpose()
}

pub async fn count(c: &mut Conn) -> StoreResult<i64> {
    Ok(sqlx::query("SELECT COUNT(*) FROM suppression").fetch_one(c).await?.try_get(0)?)
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentRow {
    pub basis: String,
    pub reference: String,
    pub proof: String,
    pub expires_at: Millis,
}

pub async fn consent(c: &mut Conn, email_key: &str) -> StoreResult<Option<ConsentRow>> {
    let sql = "SELECT basis, reference, proof, expires_at FROM consent WHERE email_key = $1";
    let row = sqlx::query(sql).bind(email_key).fetch_optional(c).await?;
    row.map(|row| {
        Ok(ConsentRow {
            basis: row.try_get(0)?,
            reference: row.try_get(1)?,
            proof: row.try_get(2)?,
            expires_at: Millis(row.try_get(3)?),
        })
    })
    .transpose()
}
