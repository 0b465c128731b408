//! Whether something changed since it was looked at last, told cheaply enough to be asked every
//! second: by revisions of records and by size and time of files. Nothing is read or parsed.

use mlwright_base::Problem;
use mlwright_base::names::check_name;
use mlwright_base::system::files;
use mlwright_store::{ReadTx, StoreError};
use serde_json::Value;

use crate::engine::Engine;
use crate::{endpoints, inference, monitor, registry, tables, tracking};

/// A thing that changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing<'a> {
    /// A table by path or catalog name.
    Table(&'a str),
    /// A run by its id.
    Run(&'a str),
    /// A registered model by its name.
    Model(&'a str),
    /// An endpoint by its name.
    Endpoint(&'a str),
    /// A monitor by its name.
    Monitor(&'a str),
    /// A report by its file's name.
    Report(&'a str),
}

impl Engine {
    /// A text that differs whenever the thing has changed; empty when it is not there.
    ///
    /// # Errors
    /// When the database cannot be read, or the name of a table leads out of the workspace.
    pub fn mark_of(&self, thing: Thing<'_>) -> Result<String, Problem> {
        match thing {
            Thing::Table(name) => self.table_mark(name),
            Thing::Run(id) => self.record_mark(tracking::record::RUNS, id),
            Thing::Model(name) => {
                let versions = self.store.read::<_, StoreError>(|tx| tx.count(registry::record::VERSIONS, Some(name)))?;
                Ok(format!("{}/{versions}", self.record_mark(registry::record::MODELS, name)?))
            }
            Thing::Endpoint(name) => self.record_mark(endpoints::ENDPOINTS, name),
            Thing::Monitor(name) => self.record_mark(monitor::record::COLLECTION, name),
            Thing::Report(name) => {
                check_name("name", name)?;
                Ok(stamp(&self.workspace.reports().join(name)))
            }
        }
    }

    /// A text that differs whenever a run, model, endpoint, monitor, managed table or report
    /// appeared or went, or a file in the workspace's own folder did. Files further down count with
    /// their folder's next change.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn listing_mark(&self) -> Result<String, Problem> {
        const LISTED: [&str; 5] =
            [tracking::record::RUNS, registry::record::MODELS, endpoints::ENDPOINTS, monitor::record::COLLECTION, tables::record::COLLECTION];
        let counts = self.store.read::<_, StoreError>(|tx| LISTED.iter().map(|name| tx.count(name, None)).collect::<Result<Vec<_>, _>>())?;
        let folders = [self.workspace.directory().to_path_buf(), self.workspace.reports(), self.workspace.tables()];
        Ok(format!("{counts:?} {:?}", folders.map(|folder| stamp(&folder))))
    }

    fn table_mark(&self, name: &str) -> Result<String, Problem> {
        if let Some(endpoint) = name.strip_prefix(tables::INFERENCE_PREFIX) {
            let length = self.inference_store.read::<_, StoreError>(|tx| tx.stream_len(&inference::stream(endpoint)))?;
            return Ok(length.to_string());
        }
        let (bare, _) = tables::split_version(name);
        if self.managed_directory(bare).is_some() {
            return self.record_mark(tables::record::COLLECTION, bare);
        }
        Ok(stamp(&self.workspace.resolve(name)?))
    }

    fn record_mark(&self, collection: &str, key: &str) -> Result<String, Problem> {
        let record = self.store.read::<_, StoreError>(|tx: &ReadTx<'_>| tx.get::<Value>(collection, key))?;
        Ok(record.map_or_else(String::new, |record| format!("{}@{}", record.revision, record.created_ms)))
    }
}

fn stamp(path: &std::path::Path) -> String {
    files::stamp(path).map_or_else(|_| String::new(), |stamp| format!("{}@{}", stamp.size_bytes, stamp.modified_ns))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::lab::Lab;

    #[test]
    fn marks_follow_files_and_records() {
        let lab = Lab::new();
        let mark = |thing| lab.engine.mark_of(thing).unwrap();
        let (table, listing) = (mark(Thing::Table("people.csv")), lab.engine.listing_mark().unwrap());
        assert_eq!(mark(Thing::Table("people.csv")), table);
        assert_eq!(lab.engine.listing_mark().unwrap(), listing);
        lab.put("people.csv", "a,b\n1,2\n");
        assert_ne!(mark(Thing::Table("people.csv")), table);
        lab.put("more.csv", "a,b\n1,2\n");
        assert_ne!(lab.engine.listing_mark().unwrap(), listing);
        assert_eq!(mark(Thing::Run("none")), "");
        assert!(lab.engine.mark_of(Thing::Table("../secret.csv")).is_err());
        assert!(lab.engine.mark_of(Thing::Report("../metadata.db")).is_err());
    }
}
