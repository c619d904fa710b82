//! What stood in the CRM before a run wrote there: kept before the write leaves, so that it can be taken back.
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::domain::ids::RunId;
use crate::domain::time::Millis;
use crate::run::undo::Image;
use crate::run::undo::LINKS;
use crate::run::undo::Stands;
use crate::store::open::Conn;
use crate::store::open::StoreResult;
use crate::store::open::json;
use crate::store::open::parsed;

/// The first image of a record in a run stays; a later write only adds what it wrote.
pub async fn keep(c: &mut Conn, run: &RunId, image: &Image) -> StoreResult<()> {
    let known = "SELECT key, before, after FROM before_image WHERE run = $1 AND object = $2 AND (key = $3 OR (record = $4 AND $4 <> '')) \
                 ORDER BY key LIMIT 1";
    let row = sqlx::query(known)
        .bind(run.as_str())
        .bind(&image.object)
        .bind(&image.key)
        .bind(&image.record)
        .fetch_optional(&mut *c)
        .await?;
    let Some(row) = row else { return insert(c, run, image).await };
    let key: String = row.try_get(0)?;
    let mut before: crate::run::undo::Fields = parsed(&row, "before")?;
    let mut after: crate::run::undo::Fields = parsed(&row, "after")?;
    for (field, value) in &image.after {
        // A field that this run writes for the first time brings its own image.
        if !after.contains_key(field)
            && let Some(old) = image.before.get(field)
        {
            before.insert(field.clone(), old.clone());
        }
        after.insert(field.clone(), value.clone());
    }
    let sql = "UPDATE before_image SET before = $4, after = $5 WHERE run = $1 AND object = $2 AND key = $3";
    sqlx::query(sql)
        .bind(run.as_str())
        .bind(&image.object)
        .bind(key)
        .bind(json(&before)?)
        .bind(json(&after)?)
        .execute(c)
        .await?;
    Ok(())
}

async fn insert(c: &mut Conn, run: &RunId, image: &Image) -> StoreResult<()> {
    sqlx::query(
        "INSERT INTO before_image (run, object, key, record, created, before, after, stands, state, at) \
         VALUES ($1,$2,$3,$4,$5,$6,$7,'null','intended',$8) ON CONFLICT (run, object, key) DO NOTHING",
    )
    .bind(run.as_str())
    .bind(&image.object)
    .bind(&image.key)
    .bind(&image.record)
    .bind(i64::from(image.created))
    .bind(json(&image.before)?)
    .bind(json(&image.after)?)
    .bind(image.at.0)
    .execute(c)
    .await?;
    Ok(())
}

/// What became of a write: `written` with the CRM's id, or `refused`.
pub async fn landed(c: &mut Conn, run: &RunId, at: (&str, &str), record: &str, state: &str) -> StoreResult<()> {
    let (object, key) = at;
    let sql = "UPDATE before_image SET state = $4, record = CASE WHEN record = '' THEN $5 ELSE record END \
               WHERE run = $1 AND object = $2 AND key = $3";
    sqlx::query(sql).bind(run.as_str()).bind(object).bind(key).bind(state).bind(record).execute(c).await?;
    Ok(())
}

/// A run's images of one kind that may have been written, in order of their keys.
pub async fn of_run(c: &mut Conn, run: &RunId, object: &str) -> StoreResult<Vec<(Image, Option<Stands>)>> {
    let sql = "SELECT object, key, record, created, before, after, stands, at FROM before_image \
               WHERE run = $1 AND object = $2 AND state <> 'refused' ORDER BY key";
    let rows = sqlx::query(sql).bind(run.as_str()).bind(object).fetch_all(c).await?;
    rows.iter().map(|row| Ok((read(row)?, parsed(row, "stands")?))).collect()
}

/// Records of a run that were written to or may have been: what an undo is offered for.
pub async fn count(c: &mut Conn, run: &RunId) -> StoreResult<i64> {
    let sql = "SELECT COUNT(*) FROM before_image WHERE run = $1 AND object <> $2 AND state IN ('intended', 'written')";
    Ok(sqlx::query(sql).bind(run.as_str()).bind(LINKS).fetch_one(c).await?.try_get(0)?)
}

/// What a comparison read; `None` is "not there".
pub async fn set_stands(c: &mut Conn, run: &RunId, at: (&str, &str), stands: Option<&Stands>) -> StoreResult<()> {
    let sql = "UPDATE before_image SET stands = $4 WHERE run = $1 AND object = $2 AND key = $3";
    sqlx::query(sql).bind(run.as_str()).bind(at.0).bind(at.1).bind(json(&stands)?).execute(c).await?;
    Ok(())
}

pub async fn set_state(c: &mut Conn, run: &RunId, at: (&str, &str), state: &str) -> StoreResult<()> {
    let sql = "UPDATE before_image SET state = $4 WHERE run = $1 AND object = $2 AND key = $3";
    sqlx::query(sql).bind(run.as_str()).bind(at.0).bind(at.1).bind(state).execute(c).await?;
    Ok(())
}

fn read(row: &AnyRow) -> StoreResult<Image> {
    Ok(Image {
        object: row.try_get(0)?,
        key: row.try_get(1)?,
        record: row.try_get(2)?,
        created: row.try_get::<i64, _>(3)? != 0,
        before: parsed(row, "before")?,
        after: parsed(row, "after")?,
        at: Millis(row.try_get(7)?),
    })
}
