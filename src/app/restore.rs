//! `quarterdeck restore`: a backup into an empty database, whole or not at all. What has happened since the backup is not in
//! it, so the database is marked: nothing that cannot be taken back begins before the vendors were compared.
use std::path::Path;

use anyhow::Context;

use crate::app::backup::Amount;
use crate::app::copy::CopyError;
use crate::app::copy::Header;
use crate::app::copy::Reader;
use crate::app::error::StartError;
use crate::app::ground;
use crate::app::lock;
use crate::config::model::Config;
use crate::domain::time::Millis;
use crate::store::backup;
use crate::store::backup::Table;
use crate::store::open::Store;
use crate::store::open::Tx;
use crate::store::restored;

/// Rows of about so much go into one statement.
const BYTES_AT_ONCE: usize = 4 * 1024 * 1024;

pub async fn restore(config: &Config, file: &Path, now: Millis) -> Result<Amount, StartError> {
    let bytes = std::fs::metadata(file).map(|meta| meta.len()).unwrap_or(0);
    let refused = |why: CopyError| StartError::Wrong(format!("{} cannot be restored: {why}", file.display()));
    let (mut reader, header) = Reader::open(file).map_err(refused)?;
    let newest = Store::newest_level();
    if header.level > newest {
        return Err(StartError::Wrong(format!(
            "{} was written at level {} by Quarterdeck {}, and this program knows level {newest}; restore it with that version",
            file.display(),
            header.level,
            header.program
        )));
    }
    // A desk on this folder holds the lock; one on the same Postgres has rows there.
    let _lock = lock::take(&config.place.data_dir)?;
    let place = ground::database(config);
    let store = Store::connect(&place.url).await.map_err(|why| place.unusable(&why))?;
    let done = fill(&store, (&mut reader, &header), &place.shown, now).await;
    let done = match done {
        Ok(()) => store.migrate(Store::LEVEL_MAX).await.map_err(StartError::failed),
        Err(why) => Err(match why {
            Stop::Copy(why) => refused(why),
            Stop::Wrong(sentence) => StartError::Wrong(sentence),
            Stop::Failed(why) => StartError::Failed(why),
        }),
    };
    store.close().await;
    done.map(|()| Amount { rows: header.rows(), tables: header.tables.len(), bytes })
}

/// Why nothing was restored.
enum Stop {
    Copy(CopyError),
    Wrong(String),
    Failed(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for Stop {
    fn from(why: E) -> Self {
        let why: anyhow::Error = why.into();
        match why.downcast::<CopyError>() {
            Ok(why) => Self::Copy(why),
            Err(why) => Self::Failed(why),
        }
    }
}

/// The schema of the backup's level, then all its rows and the mark in one transaction.
async fn fill(store: &Store, from: (&mut Reader, &Header), shown: &str, now: Millis) -> Result<(), Stop> {
    let (reader, header) = from;
    refuse_if_filled(store, shown).await?;
    store.migrate(header.level).await?;
    let mut tx = store.begin().await?;
    let tables = backup::tables(&mut tx, store.backend()).await?;
    let same = tables.iter().eq(header.tables.iter().map(|contents| &contents.table));
    if !same {
        return Err(Stop::Copy(CopyError::Altered));
    }
    backup::clear(&mut tx, &tables).await?;
    let counts = put_all(&mut tx, reader, &tables).await?;
    if header.tables.iter().map(|contents| contents.rows).ne(counts) {
        return Err(Stop::Copy(CopyError::Altered));
    }
    restored::mark(&mut tx, header.made_at, now).await?;
    tx.commit().await?;
    Ok(())
}

async fn refuse_if_filled(store: &Store, shown: &str) -> Result<(), Stop> {
    let mut c = store.conn().await?;
    let tables = backup::tables(&mut c, store.backend()).await?;
    match backup::first_filled(&mut c, &tables).await? {
        None => Ok(()),
        Some(table) => Err(Stop::Wrong(format!(
            "the database {shown} is not empty (table {table} has rows); restore into a new folder with --data-dir, or into \
             an empty database with --database-url"
        ))),
    }
}

/// Row by row from the file, so many at once that a distant database is not asked for each; how many by table.
async fn put_all(tx: &mut Tx, reader: &mut Reader, tables: &[Table]) -> Result<Vec<i64>, Stop> {
    let mut counts = vec![0; tables.len()];
    let (mut at, mut waiting, mut bytes) = (0, Vec::new(), 0);
    loop {
        let row = reader.row()?;
        let moves_on = row.as_ref().is_none_or(|(number, _)| *number != at);
        let table = tables.get(at).context("find the table of a row")?;
        if moves_on || waiting.len() >= backup::rows_at_once(table) || bytes >= BYTES_AT_ONCE {
            backup::put(tx, table, &waiting).await?;
            waiting.clear();
            bytes = 0;
        }
        let Some((number, values)) = row else { return Ok(counts) };
        *counts.get_mut(number).ok_or(CopyError::Altered)? += 1;
        at = number;
        bytes += reader.row_bytes();
        waiting.push(values);
    }
}
