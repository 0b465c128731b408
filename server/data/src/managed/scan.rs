//! The files of one version as one plan.

use std::path::Path;
use std::sync::Arc;

use deltalake::table::state::DeltaTableState;
use polars::prelude::*;

use super::FILE_PREFIX;
use super::inside::Inside;
use crate::error::DataError;

/// A file of the table.
struct DataFile {
    path: PlRefPath,
    ours: bool,
    partition: Vec<(String, Option<String>)>,
}

/// The plan that reads the version, and its number of rows where the log tells it.
pub(super) fn plan(
    dir: &Path,
    state: &DeltaTableState,
    schema: &Schema,
) -> Result<(LazyFrame, Option<u64>), DataError> {
    let unsupported = |feature: &str| DataError::DeltaFeature { path: dir.to_path_buf(), feature: feature.to_owned() };
    if state.metadata().configuration().get("delta.columnMapping.mode").is_some_and(|mode| mode != "none") {
        return Err(unsupported("column mapping"));
    }
    let partitions = state.metadata().partition_columns().to_vec();
    let mut inside = Inside::new(dir)?;
    let mut data_files = Vec::new();
    let mut n_rows = Some(0_u64);
    for file in state.log_data() {
        if file.deletion_vector_descriptor().is_some() {
            return Err(unsupported("deletion vectors"));
        }
        let relative = file.path().into_owned();
        let path = inside.path(&relative)?;
        n_rows = n_rows.zip(file.num_records()).map(|(sum, n)| sum + n as u64);
        let values = file.partition_values_map();
        data_files.push(DataFile {
            path: PlRefPath::try_from_path(&path).map_err(|error| DataError::polars_at(dir, error))?,
            ours: relative.starts_with(FILE_PREFIX),
            partition: partitions.iter().map(|name| (name.clone(), values.get(name).cloned().flatten())).collect(),
        });
    }
    // The log lists files in no order; by name they are in the order they were written.
    data_files.sort_by(|a, b| a.path.as_str().cmp(b.path.as_str()));
    if data_files.is_empty() {
        return Ok((DataFrame::empty_with_schema(schema).lazy(), Some(0)));
    }
    let arguments = || ScanArgsParquet { glob: false, cache: false, ..Default::default() };
    let failed = |error| DataError::polars_at(dir, error);
    if data_files.iter().all(|file| file.ours) {
        let arguments = ScanArgsParquet { schema: Some(Arc::new(schema.clone())), ..arguments() };
        let paths: Vec<PlRefPath> = data_files.into_iter().map(|file| file.path).collect();
        let lazy = LazyFrame::scan_parquet_files(paths.into(), arguments).map_err(failed)?;
        return Ok((lazy, n_rows));
    }
    // Other writers store types in other ways, leave out columns that came later, and keep
    // partition columns in the log only.
    let frames = data_files.into_iter().map(|file| {
        let mut lazy = LazyFrame::scan_parquet(file.path, arguments())?;
        let stored = lazy.collect_schema()?;
        let columns: Vec<Expr> = schema
            .iter()
            .map(|(name, dtype)| {
                let partition = file.partition.iter().find(|(column, _)| column == name.as_str());
                let value = match partition {
                    Some((_, Some(value))) => lit(value.clone()),
                    None if stored.contains(name) => col(name.clone()),
                    _ => lit(NULL),
                };
                value.strict_cast(dtype.clone()).alias(name.clone())
            })
            .collect();
        Ok(lazy.select(columns))
    });
    let frames = frames.collect::<PolarsResult<Vec<_>>>().map_err(failed)?;
    Ok((concat(frames, UnionArgs::default()).map_err(failed)?, n_rows))
}
