//! Counters in SQLite.

use super::database::{Database, from_sql};
use crate::error::StoreError;

pub(super) fn read(database: Database<'_>, name: &str) -> Result<u64, StoreError> {
    let value = database.query_one("SELECT value FROM counters WHERE name = ?1", (name,), |row| row.get(0))?;
    Ok(from_sql(value.unwrap_or(0)))
}

pub(super) fn next(database: Database<'_>, name: &str) -> Result<u64, StoreError> {
    let sql = "INSERT INTO counters (name, value) VALUES (?1, 1)
               ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value";
    let value = database.query_one(sql, (name,), |row| row.get(0))?;
    Ok(from_sql(value.expect("an upsert returns its row")))
}
