//! A database in a folder of its own, filled with the sample rows of every level.
use std::path::Path;
use std::path::PathBuf;

use quarterdeck::config::environment::Given;
use quarterdeck::config::load::load;
use quarterdeck::config::model::Config;
use quarterdeck::store::backup;
use quarterdeck::store::open::Store;
use serde_json::Value;
use sqlx::AssertSqlSafe;

use crate::support::world;

pub struct Place {
    pub folder: tempfile::TempDir,
    pub config: Config,
    pub url: String,
}

impl Place {
    /// On Postgres when the tests are given one, on SQLite otherwise.
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let postgres = world::postgres(&folder).await;
        Self::at(folder, postgres)
    }

    pub fn sqlite() -> Self {
        Self::at(tempfile::tempdir().unwrap(), None)
    }

    fn at(folder: tempfile::TempDir, postgres: Option<String>) -> Self {
        let config = config(&folder.path().join("data"), postgres.as_deref());
        std::fs::create_dir_all(&config.place.data_dir).unwrap();
        let url = postgres.unwrap_or_else(|| Store::sqlite_url(&config.place.sqlite_file()));
        Self { folder, config, url }
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// At a level, with the rows of that time.
    pub async fn filled(&self, level: i64) -> Store {
        let store = Store::connect(&self.url).await.unwrap();
        for name in ["0001_first", "0002_endurance"] {
            let number: i64 = name[..4].parse().unwrap();
            if number <= level {
                store.migrate(number).await.unwrap();
                let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/{name}.sql"));
                let rows = std::fs::read_to_string(sample).unwrap();
                sqlx::raw_sql(AssertSqlSafe(rows)).execute(&mut *store.conn().await.unwrap()).await.unwrap();
            }
        }
        store
    }
}

pub fn config(data: &Path, postgres: Option<&str>) -> Config {
    let flags = vec![("--data-dir", data.display().to_string())];
    let flags = flags.into_iter().chain(postgres.map(|url| ("--database-url", url.to_owned())));
    load(&Given { flags: flags.collect(), shipped: true, ..Given::default() }).unwrap()
}

pub async fn number(store: &Store, sql: &'static str) -> i64 {
    use sqlx::Row;
    sqlx::query(sql).fetch_one(&mut *store.conn().await.unwrap()).await.unwrap().try_get(0).unwrap()
}

/// Every row of every table as text, in an order that does not depend on the database.
pub async fn everything(store: &Store) -> Vec<String> {
    use futures::StreamExt;
    let mut c = store.conn().await.unwrap();
    let mut all = Vec::new();
    for table in backup::tables(&mut c, store.backend()).await.unwrap() {
        let rows: Vec<Vec<Value>> = backup::rows(&mut c, &table).map(Result::unwrap).collect().await;
        all.extend(rows.into_iter().map(|row| format!("{} {}", table.name, Value::from(row))));
    }
    all.sort();
    all
}
