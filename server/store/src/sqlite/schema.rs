//! The tables. A step, once released, never changes: a new form of the database is a new step.

/// What brings an empty database to the newest version: step `i` leads from version `i` to `i + 1`.
pub(super) const STEPS: &[&str] = &[
    // `ordinal` is the order of insertion and the row's address, so that an index over
    // (collection) or (collection, parent) is also in that order.
    "
    CREATE TABLE records (
        ordinal INTEGER PRIMARY KEY AUTOINCREMENT,
        collection TEXT NOT NULL,
        key TEXT NOT NULL,
        parent TEXT,
        revision INTEGER NOT NULL,
        created_ms INTEGER NOT NULL,
        updated_ms INTEGER NOT NULL,
        body TEXT NOT NULL,
        UNIQUE (collection, key)
    ) STRICT;
    CREATE INDEX records_by_age ON records (collection);
    CREATE INDEX records_by_parent_and_age ON records (collection, parent) WHERE parent IS NOT NULL;
    CREATE INDEX records_by_parent_and_key ON records (collection, parent, key) WHERE parent IS NOT NULL;

    CREATE TABLE streams (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        last_seq INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE entries (
        stream INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        key TEXT,
        body TEXT NOT NULL,
        PRIMARY KEY (stream, seq)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX entries_by_key ON entries (stream, key, seq) WHERE key IS NOT NULL;

    CREATE TABLE counters (
        name TEXT PRIMARY KEY,
        value INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE leases (
        name TEXT PRIMARY KEY,
        owner TEXT NOT NULL,
        acquired_ms INTEGER NOT NULL,
        renewed_ms INTEGER NOT NULL,
        expires_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    ",
];
