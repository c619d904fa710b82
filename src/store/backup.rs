//! All rows of a database, table by table, as values that any other database of ours takes: the tables and their columns
//! are asked of the database itself, so that a new table is in the next backup without a word here.
use std::collections::BTreeMap;

use futures::Stream;
use futures::StreamExt;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;
use sqlx::AssertSqlSafe;
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::store::open::Backend;
use crate::store::open::Conn;
use crate::store::open::StoreError;
use crate::store::open::StoreResult;

/// Values of one statement when rows are put in.
const VALUES_MAX: usize = 1_000;
/// Rows that a migration writes by itself.
const SEEDED: &str = "counter";

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Text,
    Whole,
    Decimal,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    pub name: String,
    pub kind: Kind,
}

/// A table as the database has it: columns by name, because a column that came later stands elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    pub name: String,
    pub columns: Vec<Column>,
}

const SQLITE: &str = "SELECT m.name, c.name, LOWER(c.type) FROM sqlite_master m JOIN pragma_table_info(m.name) c \
                      WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND m.name <> '_sqlx_migrations' ORDER BY 1, 2";
const POSTGRES: &str = "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT), CAST(data_type AS TEXT) \
                        FROM information_schema.columns WHERE table_schema = current_schema() \
                        AND table_name <> '_sqlx_migrations' ORDER BY 1, 2";

/// Every table of ours with its columns, by name.
pub async fn tables(c: &mut Conn, backend: Backend) -> StoreResult<Vec<Table>> {
    let sql = match backend {
        Backend::Sqlite => SQLITE,
        Backend::Postgres => POSTGRES,
    };
    let mut found: BTreeMap<String, Vec<Column>> = BTreeMap::new();
    for row in &sqlx::query(sql).fetch_all(c).await? {
        let (table, name, kind): (String, String, String) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let kind = match kind.as_str() {
            "text" => Kind::Text,
            "bigint" => Kind::Whole,
            "double precision" => Kind::Decimal,
            other => return Err(StoreError::Corrupt { what: "table", why: format!("{table}.{name} is {other}") }),
        };
        found.entry(table).or_default().push(Column { name, kind });
    }
    // The two databases sort by different rules.
    let table = |(name, mut columns): (String, Vec<Column>)| {
        columns.sort_by(|a, b| a.name.cmp(&b.name));
        Table { name, columns }
    };
    Ok(found.into_iter().map(table).collect())
}

/// The newest migration that was applied.
pub async fn level(c: &mut Conn) -> StoreResult<i64> {
    Ok(sqlx::query("SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations").fetch_one(c).await?.try_get(0)?)
}

pub async fn count(c: &mut Conn, table: &Table) -> StoreResult<i64> {
    let sql = format!("SELECT COUNT(*) FROM {}", quoted(&table.name));
    Ok(sqlx::query(AssertSqlSafe(sql)).fetch_one(c).await?.try_get(0)?)
}

/// The first table that holds a row; what migrations write by themselves does not count.
pub async fn first_filled(c: &mut Conn, tables: &[Table]) -> StoreResult<Option<String>> {
    for table in tables.iter().filter(|table| table.name != SEEDED) {
        let sql = format!("SELECT 1 FROM {} LIMIT 1", quoted(&table.name));
        if sqlx::query(AssertSqlSafe(sql)).fetch_optional(&mut *c).await?.is_some() {
            return Ok(Some(table.name.clone()));
        }
    }
    Ok(None)
}

/// All rows, one after the other, each with its values in the order of the columns.
pub fn rows<'c>(c: &'c mut Conn, table: &'c Table) -> impl Stream<Item = StoreResult<Vec<Value>>> + 'c {
    let sql = format!("SELECT {} FROM {}", names(table), quoted(&table.name));
    sqlx::query(AssertSqlSafe(sql)).fetch(c).map(|row| values(&row?, &table.columns))
}

/// Takes out what migrations wrote: the rows of the backup have it as well.
pub async fn clear(c: &mut Conn, tables: &[Table]) -> StoreResult<()> {
    for table in tables {
        let sql = format!("DELETE FROM {}", quoted(&table.name));
        sqlx::query(AssertSqlSafe(sql)).execute(&mut *c).await?;
    }
    Ok(())
}

/// How many rows of this table go into one statement.
pub fn rows_at_once(table: &Table) -> usize {
    (VALUES_MAX / table.columns.len().max(1)).max(1)
}

/// Puts rows in, at most `rows_at_once` of them.
pub async fn put(c: &mut Conn, table: &Table, rows: &[Vec<Value>]) -> StoreResult<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let width = table.columns.len();
    let places = |row: usize| {
        let numbers: Vec<String> = (1..=width).map(|place| format!("${}", row * width + place)).collect();
        format!("({})", numbers.join(","))
    };
    let places: Vec<String> = (0..rows.len()).map(places).collect();
    let sql = format!("INSERT INTO {} ({}) VALUES {}", quoted(&table.name), names(table), places.join(","));
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for row in rows {
        if row.len() != width {
            return Err(misfit(table, "another number of values"));
        }
        for (value, column) in row.iter().zip(&table.columns) {
            query = match (column.kind, value) {
                (Kind::Text, Value::Null) => query.bind(None::<String>),
                (Kind::Text, Value::String(text)) => query.bind(text.clone()),
                (Kind::Whole | Kind::Decimal, Value::Null) => query.bind(None::<i64>),
                (Kind::Whole, Value::Number(number)) => {
                    query.bind(number.as_i64().ok_or_else(|| misfit(table, "a number that does not fit"))?)
                }
                (Kind::Decimal, Value::Number(number)) => {
                    query.bind(number.as_f64().ok_or_else(|| misfit(table, "a number that does not fit"))?)
                }
                _ => return Err(misfit(table, "a value of another kind")),
            };
        }
    }
    query.execute(c).await?;
    Ok(())
}

/// The newest change that readers were told of, in business time.
pub async fn newest_change(c: &mut Conn) -> StoreResult<i64> {
    Ok(sqlx::query("SELECT COALESCE(MAX(at), 0) FROM outbox").fetch_one(c).await?.try_get(0)?)
}

fn values(row: &AnyRow, columns: &[Column]) -> StoreResult<Vec<Value>> {
    let value = |(place, column): (usize, &Column)| -> StoreResult<Value> {
        Ok(match column.kind {
            Kind::Text => row.try_get::<Option<String>, _>(place)?.map_or(Value::Null, Value::String),
            Kind::Whole => row.try_get::<Option<i64>, _>(place)?.map_or(Value::Null, Value::from),
            Kind::Decimal => row.try_get::<Option<f64>, _>(place)?.map_or(Value::Null, Value::from),
        })
    };
    columns.iter().enumerate().map(value).collect()
}

fn names(table: &Table) -> String {
    let names: Vec<String> = table.columns.iter().map(|column| quoted(&column.name)).collect();
    names.join(", ")
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn misfit(table: &Table, why: &str) -> StoreError {
    StoreError::Corrupt { what: "row", why: format!("{} has {why}", table.name) }
}
