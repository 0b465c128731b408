//! Streams in SQLite.

use rusqlite::types::Value;
use rusqlite::{Row, params, params_from_iter};

use super::database::{Database, from_sql, limit_to_sql, to_sql};
use crate::error::StoreError;
use crate::stream::Entry;

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry<String>> {
    Ok(Entry { seq: from_sql(row.get(0)?), key: row.get(1)?, body: row.get(2)? })
}

/// The stream's id in the entries and the number of its last entry.
fn find(database: Database<'_>, stream: &str) -> Result<Option<(i64, i64)>, StoreError> {
    let sql = "SELECT id, last_seq FROM streams WHERE name = ?1";
    database.query_one(sql, (stream,), |row| Ok((row.get(0)?, row.get(1)?)))
}

pub(super) fn len(database: Database<'_>, stream: &str) -> Result<u64, StoreError> {
    Ok(find(database, stream)?.map_or(0, |(_, last)| from_sql(last)))
}

pub(super) fn append(
    database: Database<'_>,
    stream: &str,
    entries: &[(Option<&str>, String)],
) -> Result<u64, StoreError> {
    if entries.is_empty() {
        return len(database, stream);
    }
    let sql = "INSERT INTO streams (name, last_seq) VALUES (?1, ?2)
               ON CONFLICT (name) DO UPDATE SET last_seq = last_seq + excluded.last_seq
               RETURNING id, last_seq";
    let n_entries = limit_to_sql(entries.len());
    let found = database.query_one(sql, (stream, n_entries), |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))?;
    let (id, last) = found.expect("an upsert returns its row");
    for (seq, (key, body)) in (last - n_entries + 1..).zip(entries) {
        database.execute("INSERT INTO entries (stream, seq, key, body) VALUES (?1, ?2, ?3, ?4)", params![id, seq, key, body])?;
    }
    Ok(from_sql(last))
}

pub(super) fn read(
    database: Database<'_>,
    stream: &str,
    key: Option<&str>,
    after: u64,
    limit: usize,
) -> Result<Vec<Entry<String>>, StoreError> {
    let Some((id, _)) = find(database, stream)? else { return Ok(Vec::new()) };
    select(database, id, key, ("seq > ?", to_sql(after)), "seq", limit)
}

pub(super) fn read_back(
    database: Database<'_>,
    stream: &str,
    key: Option<&str>,
    before: Option<u64>,
    limit: usize,
) -> Result<Vec<Entry<String>>, StoreError> {
    let Some((id, _)) = find(database, stream)? else { return Ok(Vec::new()) };
    let before = before.map_or(i64::MAX, to_sql);
    select(database, id, key, ("seq < ?", before), "seq DESC", limit)
}

fn select(
    database: Database<'_>,
    id: i64,
    key: Option<&str>,
    (bound, seq): (&str, i64),
    order: &str,
    limit: usize,
) -> Result<Vec<Entry<String>>, StoreError> {
    let mut parameters = vec![Value::from(id), Value::from(seq)];
    let of_key = match key {
        None => "",
        Some(key) => {
            parameters.push(Value::from(key.to_owned()));
            "AND key = ?"
        }
    };
    parameters.push(Value::from(limit_to_sql(limit)));
    let sql =
        format!("SELECT seq, key, body FROM entries WHERE stream = ? AND {bound} {of_key} ORDER BY {order} LIMIT ?");
    database.query(&sql, params_from_iter(parameters), entry)
}
