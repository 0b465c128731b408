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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::write::write_file;

    fn opened(frame: &DataFrame, name: &str) -> (Table, tempfile::TempDir) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(name);
        write_file(&mut frame.clone(), &path).expect("write");
        (crate::open(&path, &ReadOptions::default()).expect("open"), folder)
    }

    #[test]
    fn text_of_numbers_alone_becomes_numbers() {
        let frame = df!(
            "charge" => ["1.5", " ", "2"],
            "zip" => ["01234", "98765", "00001"],
            "mixed" => ["1", "2", "x"],
            "when" => ["2024-01-31", "2024-02-01", "2024-02-02"],
            "n" => [1_i64, 2, 3],
        )
        .expect("a frame");
        for name in ["t.parquet", "t.arrow"] {
            let (table, _folder) = opened(&frame, name);
            let types: Vec<&str> = table.columns.iter().map(|column| column.dtype.as_str()).collect();
            assert_eq!(types, ["f64", "str", "str", "date", "i64"], "{name}");
            let stored: Vec<bool> = table.columns.iter().map(|column| column.stored_as_text).collect();
            assert_eq!(stored, [true, false, false, true, false], "{name}");
            let read = table.collect(&CancelToken::new()).expect("rows");
            let charges: Vec<Option<f64>> = read.column("charge").expect("charge").f64().expect("f64").iter().collect();
            assert_eq!(charges, [Some(1.5), None, Some(2.0)], "{name}");
            assert_eq!(table.n_rows().expect("rows"), 3);
        }
    }

    #[test]
    fn words_far_down_keep_text_as_text() {
        let mut values: Vec<String> = (0..5_000).map(|n| n.to_string()).collect();
        values.push("no number".to_owned());
        let (table, _folder) = opened(&df!("x" => values).expect("a frame"), "t.parquet");
        assert_eq!(table.columns[0].dtype, "str");
    }

    #[test]
    fn damaged_files_are_errors() {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, bytes) in [("a.parquet", &b"no parquet"[..]), ("b.parquet", b"PAR1 cut"), ("c.arrow", b"ARROW1 cut")]
        {
            let path = folder.path().join(name);
            mlwright_base::system::files::write_atomic(&path, bytes).expect("write");
            let found = crate::open(&path, &ReadOptions::default());
            assert!(matches!(found, Err(DataError::Unreadable { .. })), "{name}: {found:?}");
        }
    }
}
