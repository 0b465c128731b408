//! Opening a table file.

use std::path::Path;

use crate::error::DataError;
use crate::reading::ReadOptions;
use crate::table::Table;

/// Opens any supported file, or a Delta table's folder (one with `_delta_log`).
pub fn open(_path: &Path, _options: &ReadOptions) -> Result<Table, DataError> {
    todo!()
}

/// Whether the path's name (and, for folders, content) is that of a table.
#[must_use]
pub fn is_table_file(_path: &Path) -> bool {
    todo!()
}
