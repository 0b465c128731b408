//! The tables that SQL names.

use std::sync::{Mutex, PoisonError};

use mlwright_base::Problem;
use mlwright_data::sql::TableResolver;
use polars::prelude::LazyFrame;

use super::SourceRead;
use crate::engine::Engine;

/// Finds tables for SQL and remembers which were read.
pub struct Tables<'a> {
    engine: &'a Engine,
    read: Mutex<Vec<SourceRead>>,
}

impl<'a> Tables<'a> {
    /// The tables of a workspace, none read yet.
    #[must_use]
    pub fn new(engine: &'a Engine) -> Self {
        Self { engine, read: Mutex::default() }
    }

    /// What was read so far, sorted, without repeats.
    #[must_use]
    pub fn sources(&self) -> Vec<SourceRead> {
        let mut sources = self.read.lock().unwrap_or_else(PoisonError::into_inner).clone();
        sources.sort();
        sources.dedup();
        sources
    }
}

impl TableResolver for Tables<'_> {
    fn resolve(&self, name: &str) -> Result<Option<LazyFrame>, Problem> {
        let Some(found) = self.engine.find_table(name)? else { return Ok(None) };
        let source = SourceRead { asset: found.asset, version: found.version };
        self.read.lock().unwrap_or_else(PoisonError::into_inner).push(source);
        Ok(Some(found.table.lazy()))
    }

    fn names(&self) -> Vec<String> {
        self.engine.table_names()
    }
}
