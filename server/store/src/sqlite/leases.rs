//! Leases in SQLite.

use rusqlite::{Row, params};

use super::database::{Database, after_prefix};
use crate::error::StoreError;
use crate::lease::Lease;

const COLUMNS: &str = "name, owner, acquired_ms, renewed_ms, expires_ms";

fn lease(row: &Row<'_>) -> rusqlite::Result<Lease> {
    Ok(Lease {
        name: row.get(0)?,
        owner: row.get(1)?,
        acquired_ms: row.get(2)?,
        renewed_ms: row.get(3)?,
        expires_ms: row.get(4)?,
    })
}

pub(super) fn get(database: Database<'_>, name: &str) -> Result<Option<Lease>, StoreError> {
    database.query_one(&format!("SELECT {COLUMNS} FROM leases WHERE name = ?1"), (name,), lease)
}

pub(super) fn list(database: Database<'_>, prefix: &str) -> Result<Vec<Lease>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM leases WHERE name >= ?1 AND (?2 IS NULL OR name < ?2) ORDER BY name");
    database.query(&sql, (prefix, after_prefix(prefix)), lease)
}

pub(super) fn put(database: Database<'_>, lease: &Lease) -> Result<(), StoreError> {
    let sql = "INSERT INTO leases (name, owner, acquired_ms, renewed_ms, expires_ms) VALUES (?1, ?2, ?3, ?4, ?5)
               ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, acquired_ms = excluded.acquired_ms,
                   renewed_ms = excluded.renewed_ms, expires_ms = excluded.expires_ms";
    database.execute(sql, params![lease.name, lease.owner, lease.acquired_ms, lease.renewed_ms, lease.expires_ms])?;
    Ok(())
}

pub(super) fn delete(database: Database<'_>, name: &str) -> Result<bool, StoreError> {
    Ok(database.execute("DELETE FROM leases WHERE name = ?1", (name,))? == 1)
}
