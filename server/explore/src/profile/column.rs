//! One column described.

use mlwright_data::{ColumnSchema, SemanticType};
use polars::prelude::Series;

use super::numbers::{Runs, histogram, summarise};
use super::{ColumnProfile, DatetimeSummary, ProfileOptions, TextSummary, VALUE_CHARS_MAX, ValueCount};
use crate::cells::text::Lengths;
use crate::cells::{Cells, Labels, MISSING_TIME, Numbers, Opaque, Times, float_text, value_text};
use crate::markup;
use crate::time;

/// Above this share of different values, and with no value frequent, a list of top values says nothing.
const NEARLY_ALL_DIFFERENT: f64 = 0.9;
/// A value in at least this share of rows is frequent.
const FREQUENT_SHARE: f64 = 0.01;

pub(super) fn describe(
    schema: &ColumnSchema,
    series: &Series,
    cells: &Cells<'_>,
    options: &ProfileOptions,
) -> ColumnProfile {
    let n_rows = series.len() as u64;
    let mut column = ColumnProfile {
        name: schema.name.clone(),
        dtype: schema.dtype.clone(),
        semantic: schema.semantic,
        stored_as_text: schema.stored_as_text,
        reason: schema.reason.clone(),
        missing: 0,
        missing_share: 0.0,
        distinct: 0,
        top_values: Vec::new(),
        numeric: None,
        datetime: None,
        text: None,
        histogram: None,
        signal: None,
    };
    let present = match cells {
        Cells::Numbers(numbers) => of_numbers(numbers, series, options, &mut column),
        Cells::Times(times) => of_times(times, options, &mut column),
        Cells::Labels(labels) => of_labels(labels, options, &mut column),
        Cells::Opaque(opaque) => of_opaque(opaque, series, options, &mut column),
    };
    column.missing = n_rows - present;
    column.missing_share = if n_rows == 0 { 0.0 } else { column.missing as f64 / n_rows as f64 };
    let most = column.top_values.first().map_or(0, |top| top.count);
    let nearly_all_different = column.distinct as f64 > NEARLY_ALL_DIFFERENT * present as f64
        && (most as f64) < FREQUENT_SHARE * present as f64;
    let all_different = most < 2 && column.distinct > options.top_values as u64;
    if nearly_all_different || all_different {
        column.top_values.clear();
    }
    column
}

/// Says when texts could not be read as what their column holds.
pub(super) fn explain_unparsed(name: &str, cells: &Cells<'_>, notes: &mut Vec<String>) {
    let (count, kind) = match cells {
        Cells::Numbers(numbers) => (numbers.unparsed, "numbers"),
        Cells::Times(times) => (times.unparsed, "dates"),
        Cells::Labels(_) | Cells::Opaque(_) => return,
    };
    if count > 0 {
        let verb = if count == 1 { "is" } else { "are" };
        notes.push(format!(
            "{name}: {} that {verb} no {kind} counted as missing",
            markup::plural(count, "text", "texts")
        ));
    }
}

fn of_numbers(numbers: &Numbers, series: &Series, options: &ProfileOptions, column: &mut ColumnProfile) -> u64 {
    let mut infinite = (0_u64, 0_u64);
    let mut finite = Vec::with_capacity(numbers.values.len());
    for &value in &numbers.values {
        if value.is_finite() {
            finite.push(value);
        } else if value == f64::INFINITY {
            infinite.0 += 1;
        } else if value == f64::NEG_INFINITY {
            infinite.1 += 1;
        }
    }
    let infinities = infinite.0 + infinite.1;
    let summary = summarise(&mut finite, infinities, numbers.nans);
    let mut runs = Runs::new(options.top_values);
    for run in finite.chunk_by(|a, b| a == b) {
        runs.add(run[0], run.len() as u64);
    }
    if let Some(exact) = &numbers.exact {
        let mut ids: Vec<(u64, u32)> = exact
            .iter()
            .enumerate()
            .filter(|(row, _)| !numbers.values[*row].is_nan())
            .map(|(row, id)| (*id, row as u32))
            .collect();
        (column.distinct, column.top_values) = of_identities(&mut ids, series, options);
    } else {
        column.distinct = runs.distinct + u64::from(infinite.0 > 0) + u64::from(infinite.1 > 0);
        column.top_values =
            runs.top().map(|(value, count)| value_count(&float_text(value).unwrap_or_default(), count)).collect();
    }
    let integers = summary.as_ref().is_some_and(|summary| summary.integers);
    if !matches!(column.semantic, SemanticType::Id) {
        column.histogram = histogram(&finite, integers, options.histogram_bins);
    }
    column.numeric = summary;
    finite.len() as u64 + infinities
}

fn of_times(times: &Times, options: &ProfileOptions, column: &mut ColumnProfile) -> u64 {
    let mut present: Vec<i64> = times.micros.iter().copied().filter(|time| *time != MISSING_TIME).collect();
    let ordered = present.is_sorted();
    if !ordered {
        present.sort_unstable();
    }
    let mut runs = Runs::new(options.top_values);
    for run in present.chunk_by(|a, b| a == b) {
        runs.add(run[0], run.len() as u64);
    }
    column.distinct = runs.distinct;
    column.top_values = runs.top().map(|(time, count)| value_count(&time::iso(time), count)).collect();
    if let (Some(&first), Some(&last)) = (present.first(), present.last()) {
        column.datetime = Some(DatetimeSummary {
            min: time::iso(first),
            max: time::iso(last),
            span_days: (last as f64 - first as f64) / time::DAY as f64,
            // One moment, or two rows, are in order by chance.
            ordered: ordered && present.len() > 2 && first < last,
        });
    }
    let as_numbers: Vec<f64> = present.iter().map(|time| *time as f64).collect();
    column.histogram = histogram(&as_numbers, false, options.histogram_bins);
    present.len() as u64
}

fn of_labels(labels: &Labels<'_>, options: &ProfileOptions, column: &mut ColumnProfile) -> u64 {
    column.distinct = labels.levels.len() as u64;
    let mut order: Vec<usize> = (0..labels.levels.len()).collect();
    let rank = |&a: &usize, &b: &usize| {
        labels.counts[b].cmp(&labels.counts[a]).then_with(|| labels.levels[a].cmp(&labels.levels[b]))
    };
    if order.len() > options.top_values && options.top_values > 0 {
        order.select_nth_unstable_by(options.top_values - 1, rank);
    }
    order.truncate(options.top_values);
    order.sort_unstable_by(rank);
    column.top_values = order.iter().map(|&level| value_count(&labels.levels[level], labels.counts[level])).collect();
    if labels.from_text {
        let mut lengths = Lengths::none();
        for (level, &count) in labels.levels.iter().zip(&labels.counts) {
            lengths.add(level, count);
        }
        column.text = text_summary(&lengths);
    }
    labels.counts.iter().sum()
}

fn of_opaque(opaque: &Opaque, series: &Series, options: &ProfileOptions, column: &mut ColumnProfile) -> u64 {
    let mut ids: Vec<(u64, u32)> = (0_u32..)
        .zip(opaque.hashes.iter().zip(&opaque.missing))
        .filter(|(_, (_, missing))| !**missing)
        .map(|(row, (hash, _))| (*hash, row))
        .collect();
    (column.distinct, column.top_values) = of_identities(&mut ids, series, options);
    column.text = opaque.lengths.as_ref().and_then(text_summary);
    ids.len() as u64
}

/// Different values and the most frequent of them, of rows known by an identity.
fn of_identities(ids: &mut [(u64, u32)], series: &Series, options: &ProfileOptions) -> (u64, Vec<ValueCount>) {
    ids.sort_unstable();
    let mut runs = Runs::new(options.top_values);
    for run in ids.chunk_by(|a, b| a.0 == b.0) {
        runs.add(run[0].1, run.len() as u64);
    }
    let mut top: Vec<(u32, u64)> = runs.top().collect();
    // Hashes come in no order that means anything: among equal counts the earlier row is first.
    top.sort_by_key(|(row, count)| (std::cmp::Reverse(*count), *row));
    let values = top
        .into_iter()
        .map(|(row, count)| value_count(&value_text(series, row as usize).unwrap_or_default(), count))
        .collect();
    (runs.distinct, values)
}

fn text_summary(lengths: &Lengths) -> Option<TextSummary> {
    (lengths.n > 0).then(|| TextSummary {
        length_min: lengths.min,
        length_max: lengths.max,
        length_mean: lengths.sum as f64 / lengths.n as f64,
        padded: lengths.padded,
    })
}

fn value_count(value: &str, count: u64) -> ValueCount {
    ValueCount { value: markup::shorten(value, VALUE_CHARS_MAX), count }
}
