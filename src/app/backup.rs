//! `quarterdeck backup`: every row as it stood at one moment, in one file, while the desk runs.
use std::path::Path;
use std::pin::pin;

use anyhow::Context;
use futures::StreamExt;

use crate::app::copy::Contents;
use crate::app::copy::Header;
use crate::app::copy::Writer;
use crate::app::error::StartError;
use crate::app::ground;
use crate::config::model::Config;
use crate::domain::time::Millis;
use crate::store::backup;
use crate::store::open::Store;

/// What was written or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount {
    pub rows: i64,
    pub tables: usize,
    /// Of the file.
    pub bytes: u64,
}

pub async fn backup(config: &Config, file: &Path, made_at: Millis) -> Result<Amount, StartError> {
    if file.exists() {
        let sentence = format!("{} is there already; choose another name", file.display());
        return Err(StartError::Wrong(sentence));
    }
    let store = existing(config).await?;
    let written = write(&store, file, made_at).await;
    store.close().await;
    Ok(written?)
}

/// The database as the desk uses it; nothing is made or brought up to date.
async fn existing(config: &Config) -> Result<Store, StartError> {
    let place = ground::database(config);
    if config.place.database_url.is_none() && !config.place.sqlite_file().exists() {
        let sentence =
            format!("there is no database {}; name its folder with --data-dir, or --database-url", place.shown);
        return Err(StartError::Wrong(sentence));
    }
    let url = match &config.place.database_url {
        Some(url) => url.clone(),
        None => Store::sqlite_url_of_existing(&config.place.sqlite_file()),
    };
    Store::connect(&url).await.map_err(|why| place.unusable(&why))
}

async fn write(store: &Store, file: &Path, made_at: Millis) -> anyhow::Result<Amount> {
    let mut tx = store.snapshot().await?;
    let level = backup::level(&mut tx).await.context("find a database of Quarterdeck")?;
    let mut contents = Vec::new();
    for table in backup::tables(&mut tx, store.backend()).await? {
        let rows = backup::count(&mut tx, &table).await?;
        contents.push(Contents { table, rows });
    }
    let header = Header::new(made_at, level, contents);
    let cannot = || format!("write {}", file.display());
    let mut writer = Writer::create(file, &header).with_context(cannot)?;
    for (number, contents) in header.tables.iter().enumerate() {
        let mut rows = pin!(backup::rows(&mut tx, &contents.table));
        while let Some(row) = rows.next().await {
            writer.row(number, &row?).with_context(cannot)?;
        }
    }
    let bytes = writer.finish().with_context(cannot)?;
    tx.rollback().await?;
    Ok(Amount { rows: header.rows(), tables: header.tables.len(), bytes })
}
