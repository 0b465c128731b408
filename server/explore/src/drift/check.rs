//! Two tables compared column by column.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use mlwright_base::Progress;
use mlwright_data::{ColumnSchema, SemanticType};
use polars::prelude::DataFrame;
use rayon::prelude::*;
use statrs::function::gamma::ln_gamma;

use super::{ColumnDrift, DriftOptions, DriftReport, Measures, SharedBins, SkippedColumn, categorical, numeric};
use crate::cells::{self, Cells, Labels, MISSING_TIME};
use crate::context::Context;
use crate::error::ExploreError;
use crate::markup::{number, percent};
use crate::stats::chi_squared;
use crate::stats::divergence::population_stability_index_by_chance;

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
            let result = column(baseline, current, entry, columns.is_some(), options)?;
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

fn column(
    baseline: &DataFrame,
    current: &DataFrame,
    schema: &ColumnSchema,
    asked_for: bool,
    options: &DriftOptions,
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
    let (was, now) = (cells::read_target(was, schema.semantic)?, cells::read_target(now, schema.semantic)?);
    let sides = match (&was, &now) {
        (Cells::Numbers(a), Cells::Numbers(b)) => Sides::Numbers(finite(&a.values), finite(&b.values)),
        (Cells::Times(a), Cells::Times(b)) => Sides::Numbers(moments(&a.micros), moments(&b.micros)),
        (Cells::Labels(a), Cells::Labels(b)) => Sides::Labels(a, b),
        (Cells::Labels(a), Cells::Numbers(_) | Cells::Times(_)) if a.levels.is_empty() => {
            return skip("it has no value in the baseline");
        }
        (Cells::Numbers(_) | Cells::Times(_), Cells::Labels(b)) if b.levels.is_empty() => {
            // Nothing arrives any more: compare with no values rather than leave the column out.
            match &was {
                Cells::Numbers(a) => Sides::Numbers(finite(&a.values), Vec::new()),
                Cells::Times(a) => Sides::Numbers(moments(&a.micros), Vec::new()),
                _ => return skip("nested values are not compared"),
            }
        }
        (Cells::Opaque(_), _) | (_, Cells::Opaque(_)) => return skip("nested values are not compared"),
        _ => return skip("the two tables hold different kinds of values in it"),
    };
    let missing = |cells: &Cells<'_>, rows: usize| (0..rows).filter(|row| cells.is_missing(*row)).count() as u64;
    let rows = (baseline.height() as u64, current.height() as u64);
    let absent = (missing(&was, baseline.height()), missing(&now, current.height()));
    let share = |part: u64, whole: u64| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
    let (baseline_missing_share, current_missing_share) = (share(absent.0, rows.0), share(absent.1, rows.1));
    let (measures, shares) = match &sides {
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
    let mut drift = ColumnDrift {
        column: schema.name.clone(),
        semantic: schema.semantic,
        drifted: false,
        reason: String::new(),
        baseline_count: rows.0 - absent.0,
        current_count: rows.1 - absent.1,
        baseline_missing_share,
        current_missing_share,
        missing_delta: current_missing_share - baseline_missing_share,
        measures,
        shares,
    };
    (drift.drifted, drift.reason) = judge(&drift, rows, options);
    Ok(Ok(drift))
}

enum Sides<'c, 'f> {
    Numbers(Vec<f64>, Vec<f64>),
    Labels(&'c Labels<'f>, &'c Labels<'f>),
}

fn finite(values: &[f64]) -> Vec<f64> {
    values.iter().copied().filter(|value| value.is_finite()).collect()
}

fn moments(micros: &[i64]) -> Vec<f64> {
    micros.iter().filter(|time| **time != MISSING_TIME).map(|time| *time as f64).collect()
}

/// The rule, and why it says so.
fn judge(drift: &ColumnDrift, rows: (u64, u64), options: &DriftOptions) -> (bool, String) {
    if rows.0 == 0 || rows.1 == 0 {
        return (false, format!("the {} table has no rows", if rows.0 == 0 { "baseline" } else { "current" }));
    }
    let absent = (drift.baseline_missing_share * rows.0 as f64, drift.current_missing_share * rows.1 as f64);
    let missing_p = chi_squared(&[absent.0, rows.0 as f64 - absent.0, absent.1, rows.1 as f64 - absent.1], 2)
        .map_or(1.0, |test| test.p_value);
    let missing_moved = drift.missing_delta.abs() >= options.missing_delta_min && missing_p < options.p_value_max;
    let of_missing = || {
        format!(
            "missing went from {} to {}",
            percent(drift.baseline_missing_share),
            percent(drift.current_missing_share)
        )
    };
    let Some(measures) = &drift.measures else {
        let empty = match (drift.baseline_count, drift.current_count) {
            (0, 0) => "neither table has a value",
            (0, _) => "the baseline has no value",
            _ => "the current table has no value",
        };
        return (missing_moved, if missing_moved { format!("{empty}: {}", of_missing()) } else { empty.to_owned() });
    };
    let (mut reasons, p_value, measured, test) = match measures {
        Measures::Numeric(m) => {
            let chance = population_stability_index_by_chance(
                numeric::PSI_BINS,
                drift.baseline_count as f64,
                drift.current_count as f64,
            );
            let mut reasons = Vec::new();
            match m.wasserstein_normed {
                Some(normed) if normed >= options.wasserstein_min => {
                    reasons.push(format!(
                        "values moved by {} baseline standard deviations (mean {} to {})",
                        number(normed),
                        number(m.baseline_mean),
                        number(m.current_mean)
                    ));
                }
                None if m.wasserstein_distance > 0.0 => {
                    reasons.push(format!(
                        "the baseline is always {}, now the mean is {}",
                        number(m.baseline_mean),
                        number(m.current_mean)
                    ));
                }
                _ => {}
            }
            if m.psi - chance >= options.psi_min {
                reasons.push(format!("PSI {}", number(m.psi)));
            }
            let normed = m.wasserstein_normed.map_or_else(String::new, |normed| {
                format!(", Wasserstein {} baseline standard deviations", number(normed))
            });
            (reasons, m.ks_p_value, format!("KS {}{normed}, PSI {}", number(m.ks_test), number(m.psi)), "KS")
        }
        Measures::Categorical(m) => {
            let chance =
                population_stability_index_by_chance(m.degrees_of_freedom as usize + 1, rows.0 as f64, rows.1 as f64);
            let mut reasons = Vec::new();
            if m.tv_distance >= options.total_variation_min {
                reasons.push(format!("{} of the rows moved to another level", percent(m.tv_distance)));
            }
            if m.psi - chance >= options.psi_min {
                reasons.push(format!("PSI {}", number(m.psi)));
            }
            (
                reasons,
                m.chi_squared_p_value,
                format!("total variation {}, PSI {}", number(m.tv_distance), number(m.psi)),
                "chi-squared",
            )
        }
    };
    // On a handful of rows the asymptotic p-value promises more than any exact test could.
    let p_value = p_value.max(least_p_value(drift.baseline_count as f64, drift.current_count as f64));
    let p = p_text(p_value);
    let significant = p_value < options.p_value_max;
    let moved = significant && !reasons.is_empty();
    if moved && missing_moved {
        reasons.push(of_missing());
    }
    let reason = if moved {
        format!("{} ({test} p {p})", reasons.join("; "))
    } else if missing_moved {
        format!("{} (p {})", of_missing(), p_text(missing_p))
    } else if reasons.is_empty() {
        format!("{measured}: too small to matter ({test} p {p})")
    } else {
        format!("{measured}: could be chance ({test} p {p})")
    };
    (moved || missing_moved, reason)
}

/// The smallest p-value that an exact two-sided test of two samples of these sizes can give: of all ways to
/// divide the rows among the two, two are as extreme as can be.
fn least_p_value(n: f64, m: f64) -> f64 {
    let log_ways = ln_gamma(n + m + 1.0) - ln_gamma(n + 1.0) - ln_gamma(m + 1.0);
    (2.0 * (-log_ways).exp()).min(1.0)
}

fn p_text(p: f64) -> String {
    if p < 1e-4 { "< 0.0001".to_owned() } else { format!("= {}", number(p)) }
}

/// What to draw when there is nothing.
pub(super) fn no_bins() -> SharedBins {
    SharedBins { edges: Vec::new(), levels: Vec::new(), baseline: Vec::new(), current: Vec::new() }
}
