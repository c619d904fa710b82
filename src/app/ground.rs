//! What every start stands on: the data folder and its locks, the database and what it was used with before, ids, the key.
use std::sync::Arc;

use crate::app::error::StartError;
use crate::app::ids::SystemIds;
use crate::app::key;
use crate::app::lock;
use crate::app::lock::DataLock;
use crate::config::model::Config;
use crate::config::parts;
use crate::config::values::without_password;
use crate::store::meta;
use crate::store::open::Store;
use crate::store::open::StoreError;

pub struct Ground {
    pub store: Store,
    pub ids: Arc<SystemIds>,
    /// Signs sessions and forms.
    pub key: [u8; 32],
    /// Where the data is, as people read it.
    pub data: String,
    /// This process's name in leases.
    pub owner: String,
    /// Processes of this machine that are gone, with what they left.
    pub gone: Vec<String>,
    _locks: Vec<DataLock>,
}

/// The row that says which vendors were sandbox and which live.
const SEAL: &str = "vendors";

/// The locks come first: "in use by another Quarterdeck" says more than "the port is taken".
pub fn locks(config: &Config, owner: &str) -> Result<Vec<DataLock>, StartError> {
    let folder = &config.place.data_dir;
    let own = match &config.place.database_url {
        None => lock::take(folder)?,
        Some(_) => {
            lock::prepare(folder)?;
            lock::join(folder, owner)?
        }
    };
    let mut locks = vec![own];
    if config.parts.needs_sandbox() && config.sandbox.elsewhere.is_none() {
        locks.push(lock::take_world(&config.place.sandbox_dir())?);
    }
    Ok(locks)
}

pub fn ids() -> Result<Arc<SystemIds>, StartError> {
    let ids = SystemIds::new().map_err(|why| StartError::Failed(anyhow::anyhow!("draw random bytes: {why}")))?;
    Ok(Arc::new(ids))
}

pub async fn open(
    config: &Config,
    named: (Arc<SystemIds>, String),
    locks: Vec<DataLock>,
) -> Result<Ground, StartError> {
    let (ids, owner) = named;
    let folder = &config.place.data_dir;
    let key = key::load(folder)?;
    let gone = lock::gone(folder, &owner);
    let place = database(config);
    let store = Store::open(&place.url).await.map_err(|why| place.unusable(&why))?;
    seal(&store, config).await?;
    Ok(Ground { store, ids, key, data: place.shown, owner, gone, _locks: locks })
}

/// Where the database is, for the driver and for people.
pub struct Database {
    pub url: String,
    pub shown: String,
}

impl Database {
    pub fn unusable(&self, why: &StoreError) -> StartError {
        let shown = &self.shown;
        // A driver's own words may repeat the address, and with it a password.
        let why = why.to_string().replace(&self.url, shown);
        StartError::Wrong(format!(
            "the database {shown} cannot be used: {why}; mend it, or choose another with --data-dir or --database-url"
        ))
    }
}

pub fn database(config: &Config) -> Database {
    match &config.place.database_url {
        Some(url) => Database { url: url.clone(), shown: without_password(url) },
        None => {
            let file = config.place.sqlite_file();
            let url = Store::sqlite_url(&file);
            Database { url, shown: std::path::absolute(&file).unwrap_or(file).display().to_string() }
        }
    }
}

/// Rows made with an invented vendor never meet the real one: the database remembers.
async fn seal(store: &Store, config: &Config) -> Result<(), StartError> {
    let mut tx = store.begin().await.map_err(StartError::failed)?;
    let stored = meta::get(&mut tx, SEAL).await.map_err(StartError::failed)?.unwrap_or_default();
    let joined = parts::reseal(&stored, &config.parts).map_err(StartError::Wrong)?;
    meta::put(&mut tx, SEAL, &joined).await.map_err(StartError::failed)?;
    tx.commit().await.map_err(StartError::failed)
}
