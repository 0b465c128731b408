//! Records in SQLite.

use rusqlite::types::Value;
use rusqlite::{Row, params, params_from_iter};

use super::database::{Database, after_prefix, from_sql, limit_to_sql};
use crate::error::StoreError;
use crate::record::{Query, Record};

const COLUMNS: &str = "key, parent, revision, created_ms, updated_ms, body";

fn record(row: &Row<'_>) -> rusqlite::Result<Record<String>> {
    Ok(Record {
        key: row.get(0)?,
        parent: row.get(1)?,
        revision: from_sql(row.get(2)?),
        created_ms: row.get(3)?,
        updated_ms: row.get(4)?,
        body: row.get(5)?,
    })
}

pub(super) fn get(database: Database<'_>, collection: &str, key: &str) -> Result<Option<Record<String>>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM records WHERE collection = ?1 AND key = ?2");
    database.query_one(&sql, (collection, key), record)
}

pub(super) fn count(database: Database<'_>, collection: &str, parent: Option<&str>) -> Result<u64, StoreError> {
    let n_records = match parent {
        None => database.query_one("SELECT count(*) FROM records WHERE collection = ?1", (collection,), |row| row.get(0)),
        Some(parent) => {
            let sql = "SELECT count(*) FROM records WHERE collection = ?1 AND parent = ?2";
            database.query_one(sql, (collection, parent), |row| row.get(0))
        }
    }?;
    Ok(from_sql(n_records.unwrap_or(0)))
}

/// The statement of a query and its parameters.
pub(super) fn list_statement(collection: &str, query: &Query<'_>, after_ordinal: Option<i64>) -> (String, Vec<Value>) {
    let mut conditions = vec!["collection = ?"];
    let mut parameters = vec![Value::from(collection.to_owned())];
    let mut text_condition = |condition: &'static str, value: &str| {
        conditions.push(condition);
        parameters.push(Value::from(value.to_owned()));
    };
    if let Some(parent) = query.parent {
        text_condition("parent = ?", parent);
    }
    if let Some(prefix) = query.prefix.filter(|prefix| !prefix.is_empty()) {
        text_condition("key >= ?", prefix);
        if let Some(end) = after_prefix(prefix) {
            text_condition("key < ?", &end);
        }
    }
    if let Some(after) = query.after.filter(|_| !query.newest_first) {
        text_condition("key > ?", after);
    }
    if let Some(ordinal) = after_ordinal {
        conditions.push("ordinal < ?");
        parameters.push(Value::from(ordinal));
    }
    let order = if query.newest_first { "ordinal DESC" } else { "key" };
    parameters.push(Value::from(query.limit.map_or(-1, limit_to_sql)));
    let sql = format!("SELECT {COLUMNS} FROM records WHERE {} ORDER BY {order} LIMIT ?", conditions.join(" AND "));
    (sql, parameters)
}

pub(super) fn list(
    database: Database<'_>,
    collection: &str,
    query: &Query<'_>,
) -> Result<Vec<Record<String>>, StoreError> {
    let after_ordinal = match query.after.filter(|_| query.newest_first) {
        None => None,
        Some(after) => {
            let sql = "SELECT ordinal FROM records WHERE collection = ?1 AND key = ?2";
            let ordinal = database.query_one(sql, (collection, after), |row| row.get::<_, i64>(0))?;
            let not_found = || StoreError::NotFound { collection: collection.to_owned(), key: after.to_owned() };
            Some(ordinal.ok_or_else(not_found)?)
        }
    };
    let (sql, parameters) = list_statement(collection, query, after_ordinal);
    database.query(&sql, params_from_iter(parameters), record)
}

pub(super) fn insert(
    database: Database<'_>,
    collection: &str,
    key: &str,
    parent: Option<&str>,
    body: &str,
    now_ms: i64,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO records (collection, key, parent, revision, created_ms, updated_ms, body)
               VALUES (?1, ?2, ?3, 1, ?4, ?4, ?5) ON CONFLICT (collection, key) DO NOTHING";
    Ok(database.execute(sql, params![collection, key, parent, now_ms, body])? == 1)
}

pub(super) fn upsert(
    database: Database<'_>,
    collection: &str,
    key: &str,
    parent: Option<&str>,
    body: &str,
    now_ms: i64,
) -> Result<u64, StoreError> {
    let sql = "INSERT INTO records (collection, key, parent, revision, created_ms, updated_ms, body)
               VALUES (?1, ?2, ?3, 1, ?4, ?4, ?5)
               ON CONFLICT (collection, key) DO UPDATE SET parent = excluded.parent, revision = revision + 1,
                   updated_ms = excluded.updated_ms, body = excluded.body
               RETURNING revision";
    let revision = database.query_one(sql, params![collection, key, parent, now_ms, body], |row| row.get(0))?;
    Ok(from_sql(revision.expect("an upsert returns its row")))
}

pub(super) fn delete(database: Database<'_>, collection: &str, key: &str) -> Result<bool, StoreError> {
    Ok(database.execute("DELETE FROM records WHERE collection = ?1 AND key = ?2", (collection, key))? == 1)
}
