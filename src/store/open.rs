//! Opening the database: SQLite beside us, or Postgres for many machines; the same SQL on both.
use std::path::Path;

use sqlx::AnyConnection;
use sqlx::AnyPool;
use sqlx::Connection;
use sqlx::Row;
use sqlx::any::AnyPoolOptions;
use sqlx::any::AnyRow;

use crate::domain::time::Millis;

/// What store functions work on: a pooled connection or a transaction.
pub type Conn = AnyConnection;
pub type Tx = sqlx::Transaction<'static, sqlx::Any>;
pub type StoreResult<T> = Result<T, StoreError>;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("use the database: {0}")]
    Sql(#[from] sqlx::Error),
    #[error("bring the database up to date: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    #[error("read the stored {what}: {why}")]
    Corrupt { what: &'static str, why: String },
    /// Somebody else holds the row now: stop, write nothing.
    #[error("keep the lease of {0}: another worker has it")]
    Lost(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

#[derive(Clone)]
pub struct Store {
    pool: AnyPool,
    backend: Backend,
}

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// Writers on SQLite take turns anyway: one connection needs no busy loop.
const SQLITE_CONNECTIONS: u32 = 1;
const POSTGRES_CONNECTIONS: u32 = 16;
/// A process that is stopped or cut off in the middle of a transaction holds its locks no longer than this: less than a lease,
/// and no transaction of ours waits for anything outside.
const POSTGRES_SETUP: &str = "SET idle_in_transaction_session_timeout = '15s'";
const SQLITE_SETUP: &str = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=5000; \
                            PRAGMA foreign_keys=ON; PRAGMA cache_size=-4000;";

impl Store {
    /// `sqlite://FILE?mode=rwc` or `postgres://…`; brings the schema up to date.
    pub async fn open(url: &str) -> StoreResult<Self> {
        let store = Self::connect(url).await?;
        store.migrate(Self::LEVEL_MAX).await?;
        Ok(store)
    }

    /// The database as it is.
    pub async fn connect(url: &str) -> StoreResult<Self> {
        sqlx::any::install_default_drivers();
        let backend = if url.starts_with("postgres") { Backend::Postgres } else { Backend::Sqlite };
        let options = match backend {
            Backend::Sqlite => AnyPoolOptions::new()
                .max_connections(SQLITE_CONNECTIONS)
                .min_connections(1)
                .max_lifetime(None)
                .idle_timeout(None)
                // SQLite ends a transaction by itself when the disk is full, the driver goes on counting it: a new one is opened.
                .before_acquire(|conn, _| Box::pin(std::future::ready(Ok(!conn.is_in_transaction()))))
                .after_connect(|conn, _| {
                    Box::pin(async move {
                        sqlx::raw_sql(SQLITE_SETUP).execute(conn).await?;
                        Ok(())
                    })
                }),
            Backend::Postgres => {
                AnyPoolOptions::new().max_connections(POSTGRES_CONNECTIONS).after_connect(|conn, _| {
                    Box::pin(async move {
                        sqlx::raw_sql(POSTGRES_SETUP).execute(conn).await?;
                        Ok(())
                    })
                })
            }
        };
        if backend == Backend::Postgres {
            // A pool asks again for half a minute; who starts us wants to know at once.
            AnyConnection::connect(url).await?.close().await?;
        }
        let pool = options.connect(url).await?;
        Ok(Self { pool, backend })
    }

    /// All levels that this program knows.
    pub const LEVEL_MAX: i64 = i64::MAX;

    /// Brings the schema up to a level.
    pub async fn migrate(&self, level: i64) -> StoreResult<()> {
        Ok(MIGRATIONS.run_to(level, &self.pool).await?)
    }

    /// The newest level that this program knows.
    pub fn newest_level() -> i64 {
        MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0)
    }

    pub fn sqlite_url(file: &Path) -> String {
        format!("sqlite://{}?mode=rwc", file.display())
    }

    /// A file that is there already; one that is not there is not made.
    pub fn sqlite_url_of_existing(file: &Path) -> String {
        format!("sqlite://{}?mode=rw", file.display())
    }

    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// A transaction that may read and then write without losing a race for the write lock.
    pub async fn begin(&self) -> StoreResult<Tx> {
        let start = match self.backend {
            Backend::Sqlite => "BEGIN IMMEDIATE",
            Backend::Postgres => "BEGIN",
        };
        Ok(self.pool.begin_with(start).await?)
    }

    /// A transaction in which every read sees the same moment, and nobody waits for it.
    pub async fn snapshot(&self) -> StoreResult<Tx> {
        let start = match self.backend {
            Backend::Sqlite => "BEGIN",
            Backend::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        };
        Ok(self.pool.begin_with(start).await?)
    }

    /// The time of leases: the database's where many machines share one, else this machine's.
    pub async fn lease_now(&self, c: &mut Conn, wall: Millis) -> StoreResult<Millis> {
        match self.backend {
            Backend::Sqlite => Ok(wall),
            Backend::Postgres => {
                let sql = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)";
                Ok(Millis(sqlx::query(sql).fetch_one(c).await?.try_get(0)?))
            }
        }
    }

    /// One connection, for reads. Do not hold it over a call to anything outside the store.
    pub async fn conn(&self) -> StoreResult<sqlx::pool::PoolConnection<sqlx::Any>> {
        Ok(self.pool.acquire().await?)
    }

    pub async fn ready(&self) -> StoreResult<()> {
        sqlx::query("SELECT value FROM counter WHERE name = 'outbox'").fetch_one(&self.pool).await?;
        Ok(())
    }

    pub async fn close(&self) {
        self.pool.close().await;
    }
}

pub(in crate::store) fn corrupt(what: &'static str) -> impl Fn(serde_json::Error) -> StoreError {
    move |why| StoreError::Corrupt { what, why: why.to_string() }
}

pub(in crate::store) fn unknown_word(what: &'static str) -> impl Fn(String) -> StoreError {
    move |why| StoreError::Corrupt { what, why }
}

pub(in crate::store) fn json<T: serde::Serialize>(value: &T) -> StoreResult<String> {
    serde_json::to_string(value).map_err(corrupt("value"))
}

pub(in crate::store) fn parsed<T: serde::de::DeserializeOwned>(row: &AnyRow, column: &'static str) -> StoreResult<T> {
    let text: String = row.try_get(column)?;
    serde_json::from_str(&text).map_err(corrupt(column))
}

pub(in crate::store) fn word<T: std::str::FromStr<Err = String>>(row: &AnyRow, column: &'static str) -> StoreResult<T> {
    let text: String = row.try_get(column)?;
    text.parse().map_err(unknown_word(column))
}
