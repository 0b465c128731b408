//! Two tables compared column by column.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Mutex;

use mlwright_base::Progress;
use mlwright_data::{ColumnSchema, SemanticType};
use polars::prelude::{DataFrame, DataType, Series};
use rayon::prelude::*;

use super::judge::judge_all;
use super::{ColumnDrift, DriftOptions, DriftReport, Measures, SharedBins, SkippedColumn, categorical, numeric};
use crate::cells::{self, Cells, Labels, MISSING_TIME};
use crate::context::Context;
use crate::error::ExploreError;
use crate::profile::VALUE_CHARS_MAX;

/// Compares two tables. `schema` describes the baseline; the current table's values are read for what the
/// baseline's mean. Without `columns`, all columns that both have are compared, except ids, free text and
/// times, which differ by nature; a column named is compared whatever it is, if it can be.
///
/// # Errors
/// [`ExploreError::ColumnNotFound`] when a named column is missing on either side,
/// [`ExploreError::SchemaMismatch`] when the schema lacks a column of the baseline,
/// [`ExploreError::Unreadable`] and [`ExploreError::Cancelled`].
pub fn check(
    baseline: &DataFrame,
    current: &DataFrame,
    schema: &[ColumnSchema],
    columns: Option<&[String]>,
    options: &DriftOptions,
    cx: &Context<'_>,
) -> Result<DriftReport, ExploreError> {
    let of_baseline: Vec<String> = baseline.get_column_names().iter().map(ToString::to_string).collect();
    let of_current: BTreeSet<String> = current.get_column_names().iter().map(ToString::to_string).collect();
    let named: Vec<String> = match columns {
        Some(names) => {
            for name in names {
                cells::column(baseline, name, "columns")?;
                cells::column(current, name, "columns")?;
            }
            let mut seen = BTreeSet::new();
            names.iter().filter(|name| seen.insert(name.as_str())).cloned().collect()
        }
        None => of_baseline.iter().filter(|name| of_current.contains(*name)).cloned().collect(),
    };
    let by_name: BTreeMap<&str, &ColumnSchema> = schema.iter().map(|column| (column.name.as_str(), column)).collect();
    let done = Mutex::new(0_usize);
    let compared: Vec<Result<ColumnDrift, SkippedColumn>> = named
        .par_iter()
        .map(|name| {
            cx.cancel.check()?;
            let entry =
                by_name.get(name.as_str()).ok_or_else(|| ExploreError::SchemaMismatch { column: name.clone() })?;
            let result = column(baseline, current, entry, columns.is_some())?;
            let mut done = done.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            *done += 1;
            cx.progress.report(Progress::of(
                *done as f64,
                named.len() as f64,
                format!("compared {}", crate::markup::shorten(name, 40)),
            ));
            Ok(result)
        })
        .collect::<Result<_, ExploreError>>()?;
    let (mut kept, mut skipped) = (Vec::new(), Vec::new());
    for result in compared {
        match result {
            Ok(column) => kept.push(column),
            Err(reason) => skipped.push(reason),
        }
    }
    judge_all(&mut kept, (baseline.height() as u64, current.height() as u64), options);
    kept.sort_by(|a, b| b.drifted.cmp(&a.drifted).then(b.strength().total_cmp(&a.strength())));
    let drifted: Vec<String> =
        kept.iter().filter(|column| column.drifted).map(|column| column.column.clone()).collect();
    let in_baseline: BTreeSet<&str> = of_baseline.iter().map(String::as_str).collect();
    Ok(DriftReport {
        baseline_rows: baseline.height() as u64,
        current_rows: current.height() as u64,
        drifted_share: if kept.is_empty() { 0.0 } else { drifted.len() as f64 / kept.len() as f64 },
        drifted,
        rule: options.rule(),
        columns: kept,
        missing_columns: of_baseline.iter().filter(|name| !of_current.contains(*name)).cloned().collect(),
        new_columns: current
            .get_column_names()
            .iter()
            .map(ToString::to_string)
            .filter(|name| !in_baseline.contains(name.as_str()))
            .collect(),
        skipped,
    })
}

/// Measures one column, not judged yet; or why it is not compared.
fn column(
    baseline: &DataFrame,
    current: &DataFrame,
    schema: &ColumnSchema,
    asked_for: bool,
) -> Result<Result<ColumnDrift, SkippedColumn>, ExploreError> {
    let skip = |reason: &str| Ok(Err(SkippedColumn { column: schema.name.clone(), reason: reason.to_owned() }));
    if !asked_for {
        match schema.semantic {
            SemanticType::Id => return skip("an id: new rows have new ones"),
            SemanticType::Text => return skip("free text: its values are nearly all different"),
            SemanticType::Datetime => {
                return skip("a time: it moves on by itself; name the column to compare it all the same");
            }
            _ => {}
        }
    }
    let (was, now) =
        (cells::column(baseline, &schema.name, "columns")?, cells::column(current, &schema.name, "columns")?);
    // Told apart by value, even if it is text: the column was asked for.
    let stored = (was, now);
    let (was, now) = (cells::read_target(was, schema.semantic)?, cells::read_target(now, schema.semantic)?);
    let TypeChange { change, unreadable, unread } = type_change(stored, (&was, &now));
    let sides = match (&was, &now) {
        (Cells::Opaque(_), _) | (_, Cells::Opaque(_)) => return skip("nested values are not compared"),
        _ if change.is_some() => Sides::OfTwoTypes,
        (Cells::Numbers(a), Cells::Numbers(b)) => Sides::Numbers(finite(&a.values), finite(&b.values)),
        (Cells::Times(a), Cells::Times(b)) => Sides::Numbers(moments(&a.micros), moments(&b.micros)),
        (Cells::Labels(a), Cells::Labels(b)) => Sides::Labels(a, b),
        (Cells::Labels(a), Cells::Numbers(_) | Cells::Times(_)) if a.levels.is_empty() => {
            return skip("it has no value in the baseline");
        }
        // Nothing arrives any more: compare with no values rather than leave the column out.
        (Cells::Numbers(a), Cells::Labels(b)) if b.levels.is_empty() => Sides::Numbers(finite(&a.values), Vec::new()),
        (Cells::Times(a), Cells::Labels(b)) if b.levels.is_empty() => Sides::Numbers(moments(&a.micros), Vec::new()),
        _ => return skip("the two tables hold different kinds of values in it"),
    };
    let missing = |cells: &Cells<'_>, rows: usize| (0..rows).filter(|row| cells.is_missing(*row)).count() as u64;
    let rows = (baseline.height() as u64, current.height() as u64);
    let absent = (missing(&was, baseline.height()), missing(&now, current.height()) - unread);
    let share = |part: u64, whole: u64| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
    let (baseline_missing_share, current_missing_share) = (share(absent.0, rows.0), share(absent.1, rows.1));
    let (measures, shares) = match &sides {
        Sides::OfTwoTypes => (None, no_bins()),
        Sides::Numbers(a, b) => {
            let (mut a, mut b) = (a.clone(), b.clone());
            crate::stats::sort(&mut a);
            crate::stats::sort(&mut b);
            (numeric::measures(&a, &b).map(Measures::Numeric), numeric::shared_bins(&a, &b))
        }
        Sides::Labels(a, b) => {
            let counts = categorical::counts(a, absent.0, b, absent.1);
            (categorical::measures(&counts).map(Measures::Categorical), categorical::shared_bins(&counts))
        }
    };
    Ok(Ok(ColumnDrift {
        column: schema.name.clone(),
        semantic: schema.semantic,
        drifted: false,
        reason: String::new(),
        baseline_count: rows.0 - absent.0,
        current_count: rows.1 - absent.1,
        baseline_missing_share,
        current_missing_share,
        missing_delta: current_missing_share - baseline_missing_share,
        p_value_corrected: None,
        missing_p_value: None,
        missing_p_value_corrected: None,
        type_change: change,
        unreadable,
        measures,
        shares,
    }))
}

/// How the current values' type fits the baseline's.
struct TypeChange {
    /// What it was and is, when it does not.
    change: Option<String>,
    /// Texts that are missing values only since they cannot be read.
    unreadable: Option<String>,
    /// Values that are there, of those that count as missing.
    unread: u64,
}

/// Whether a column's values are of another type than the baseline's: most current texts are no numbers (or times)
/// where those are wanted, or the types differ and most current values are none of the baseline's levels. Numbers
/// that are written as text, or labels as numbers, are read as what the baseline holds.
fn type_change(stored: (&Series, &Series), cells: (&Cells<'_>, &Cells<'_>)) -> TypeChange {
    let (series, now) = (stored.1, cells.1);
    let present = (0..series.len()).filter(|row| !now.is_missing(*row)).count() as u64;
    let (unparsed, wanted) = match now {
        Cells::Numbers(numbers) => (numbers.unparsed, "numbers"),
        Cells::Times(times) => (times.unparsed, "times"),
        Cells::Labels(_) | Cells::Opaque(_) => (0, ""),
    };
    let kinds = (kind(stored.0), kind(series));
    let example = |row: Option<usize>| {
        let value = row.and_then(|row| cells::value_text(series, row)).unwrap_or_default();
        format!("{:?}", crate::markup::shorten(&value, VALUE_CHARS_MAX))
    };
    let changed = |row| Some(format!("was {}, is {} now, such as {}", kinds.0, kinds.1, example(row)));
    let (mut change, mut unreadable, mut unread) = (None, None, 0);
    let has_baseline = (0..stored.0.len()).any(|row| !cells.0.is_missing(row));
    if unparsed > 0 {
        let row = (0..series.len()).find(|row| now.is_missing(*row) && cells::value_text(series, *row).is_some());
        if has_baseline && unparsed > present && kinds.0 != kinds.1 {
            (change, unread) = (changed(row), unparsed);
        } else {
            let texts = crate::markup::plural(unparsed, "text that is", "texts that are");
            unreadable = Some(format!("{texts} no {wanted}, such as {}", example(row)));
        }
    } else if has_baseline && present > 0 && kinds.0 != kinds.1 {
        let known = match cells {
            (Cells::Labels(was), Cells::Labels(now)) => {
                let levels: HashSet<&str> = was.levels.iter().map(AsRef::as_ref).collect();
                let known = now.levels.iter().zip(&now.counts).filter(|(level, _)| levels.contains(level.as_ref()));
                known.map(|(_, count)| *count).sum()
            }
            (Cells::Numbers(_), Cells::Numbers(_)) | (Cells::Times(_), Cells::Times(_)) => present,
            _ => 0,
        };
        if 2 * known < present {
            change = changed((0..series.len()).find(|row| !now.is_missing(*row)));
        }
    }
    TypeChange { change, unreadable, unread }
}

/// What a column is stored as, in words.
fn kind(series: &Series) -> &'static str {
    match series.dtype() {
        DataType::Boolean => "true or false",
        DataType::String | DataType::Categorical(..) | DataType::Enum(..) => "text",
        DataType::Date | DataType::Datetime(..) => "a date or time",
        DataType::Duration(_) | DataType::Time => "a duration or time of day",
        dtype if dtype.is_primitive_numeric() || matches!(dtype, DataType::Decimal(..)) => "numeric",
        _ => "of no plain type",
    }
}

enum Sides<'c, 'f> {
    OfTwoTypes,
    Numbers(Vec<f64>, Vec<f64>),
    Labels(&'c Labels<'f>, &'c Labels<'f>),
}

fn finite(values: &[f64]) -> Vec<f64> {
    values.iter().copied().filter(|value| value.is_finite()).collect()
}

fn moments(micros: &[i64]) -> Vec<f64> {
    micros.iter().filter(|time| **time != MISSING_TIME).map(|time| *time as f64).collect()
}

/// What to draw when there is nothing.
pub(super) fn no_bins() -> SharedBins {
    SharedBins { edges: Vec::new(), levels: Vec::new(), baseline: Vec::new(), current: Vec::new() }
}
