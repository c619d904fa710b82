//! Absences that people said in chat; those of persons.toml are joined to them by who asks.
use sqlx::Row;

use crate::domain::absence::Absence;
use crate::domain::time::Millis;
use crate::store::open::Conn;
use crate::store::open::StoreResult;

/// The newest word of a person is the one that holds.
pub async fn put(c: &mut Conn, absence: &Absence, at: Millis) -> StoreResult<()> {
    sqlx::query(
        "INSERT INTO absence (person, from_at, until_at, delegate, at) VALUES ($1,$2,$3,$4,$5) ON CONFLICT (person) \
         DO UPDATE SET from_at = excluded.from_at, until_at = excluded.until_at, delegate = excluded.delegate, \
         at = excluded.at",
    )
    .bind(&absence.person)
    .bind(absence.from.0)
    .bind(absence.until.0)
    .bind(absence.delegate.clone())
    .bind(at.0)
    .execute(c)
    .await?;
    Ok(())
}

pub async fn all(c: &mut Conn) -> StoreResult<Vec<Absence>> {
    let sql = "SELECT person, from_at, until_at, delegate FROM absence ORDER BY person";
    let rows = sqlx::query(sql).fetch_all(c).await?;
    rows.iter()
        .map(|row| {
            Ok(Absence {
                person: row.try_get(0)?,
                from: Millis(row.try_get(1)?),
                until: Millis(row.try_get(2)?),
                delegate: row.try_get(3)?,
            })
        })
        .collect()
}
