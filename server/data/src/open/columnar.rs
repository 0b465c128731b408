//! Files that carry their own types: Parquet and Arrow IPC.

use std::path::Path;
use std::sync::Arc;

use mlwright_base::CancelToken;
use polars::prelude::*;

use super::evidence::{ColumnType, Evidence, FileStyle};
use super::values;
use crate::error::DataError;
use crate::execute;
use crate::reading::{ColumnReading, Format, ReadOptions, Reading};
use crate::table::{Origin, Table, columns_of};

/// Rows that text columns are first looked at.
const LOOK_ROWS: IdxSize = 1_000;
/// Text columns of longer tables keep their type whatever they hold.
const CONVERTED_ROWS_MAX: u64 = 5_000_000;

/// Opens a Parquet or Arrow IPC file.
pub(crate) fn open(path: &Path, format: Format, options: &ReadOptions) -> Result<Table, DataError> {
    let failed = |error| DataError::polars_at(path, error);
    let plain = PlRefPath::try_from_path(path).map_err(failed)?;
    let lazy = match format {
        Format::Parquet => {
            LazyFrame::scan_parquet(plain, ScanArgsParquet { glob: false, cache: false, ..Default::default() })
        }
        _ => LazyFrame::scan_ipc(
            plain,
            IpcScanOptions::default(),
            UnifiedScanArgs { glob: false, cache: false, ..Default::default() },
        ),
    }
    .map_err(failed)?;
    let lazy = match options.n_rows {
        Some(n) => lazy.limit(IdxSize::try_from(n).unwrap_or(IdxSize::MAX)),
        None => lazy,
    };
    typed(path, Reading::of(format), lazy)
}

/// A table of a plan whose types the file gives: text that holds only numbers or dates is converted.
pub(crate) fn typed(path: &Path, mut reading: Reading, mut lazy: LazyFrame) -> Result<Table, DataError> {
    let failed = |error| DataError::polars_at(path, error);
    let schema = lazy.collect_schema().map_err(failed)?;
    let mut columns = columns_of(&schema, "the file gives this type", |_| 0);
    let n_rows = count(&lazy)?;
    if n_rows <= CONVERTED_ROWS_MAX {
        convert_texts(&mut lazy, &schema, &mut columns, &mut reading)?;
    }
    Ok(Table {
        source_path: path.to_path_buf(),
        reading,
        columns,
        lazy,
        n_rows: Some(n_rows),
        origin: Arc::new(Origin::File),
    })
}

fn count(lazy: &LazyFrame) -> Result<u64, DataError> {
    let counted = lazy.clone().select([len().cast(DataType::UInt64).alias("n")]);
    let frame = execute::collect(counted, &CancelToken::new())?;
    Ok(frame.column("n")?.u64()?.get(0).unwrap_or(0))
}

/// Reads text columns whose first values are numbers or dates to their end, and converts those
/// where every value fits: a type that the file gave is changed only for certain.
fn convert_texts(
    lazy: &mut LazyFrame,
    schema: &Schema,
    columns: &mut [ColumnReading],
    reading: &mut Reading,
) -> Result<(), DataError> {
    let texts: Vec<PlSmallStr> =
        schema.iter().filter(|(_, dtype)| **dtype == DataType::String).map(|(name, _)| name.clone()).collect();
    if texts.is_empty() {
        return Ok(());
    }
    let select = |names: &[PlSmallStr]| lazy.clone().select(names.iter().cloned().map(col).collect::<Vec<_>>());
    let cancel = CancelToken::new();
    let start = execute::collect(select(&texts).limit(LOOK_ROWS), &cancel)?;
    let likely: Vec<PlSmallStr> =
        texts.into_iter().filter(|name| is_typed(&evidence(&start, name), FileStyle::default())).collect();
    let mut converted = Vec::new();
    for name in likely {
        let whole = execute::collect(select(std::slice::from_ref(&name)), &cancel)?;
        let evidence = evidence(&whole, &name);
        let decision = evidence.decide(FileStyle::default());
        if !is_typed(&evidence, FileStyle::default()) {
            continue;
        }
        let (_, outcome) = values::convert(whole.column(&name)?, decision.kind)?;
        if outcome.n_unfit > 0 {
            continue;
        }
        converted.push(values::converted(&name, decision.kind));
        reading.missing_markers.extend(evidence.markers_of(decision.kind).map(str::to_owned));
        reading.notes.push(format!("{name:?} holds values stored as text: {}", decision.reason));
        if let Some(column) = columns.iter_mut().find(|column| column.name == name.as_str()) {
            column.dtype = decision.kind.dtype().to_string();
            column.stored_as_text = true;
            column.reason = format!("the file gives text, but {}", decision.reason);
            column.n_missing = outcome.n_missing;
        }
    }
    reading.missing_markers.sort();
    reading.missing_markers.dedup();
    if !converted.is_empty() {
        *lazy = lazy.clone().with_columns(converted);
    }
    Ok(())
}

fn is_typed(evidence: &Evidence, style: FileStyle) -> bool {
    let decision = evidence.decide(style);
    decision.doubt.is_none() && !matches!(decision.kind, ColumnType::Text | ColumnType::Empty)
}

fn evidence(frame: &DataFrame, name: &str) -> Evidence {
    let mut evidence = Evidence::default();
    if let Ok(text) = frame.column(name).and_then(|column| column.str()) {
        for cell in text.iter() {
            match cell {
                Some(cell) => evidence.see(cell.as_bytes()),
                None => evidence.see_null(),
            }
        }
    }
    evidence
}
