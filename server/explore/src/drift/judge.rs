//! The rule that calls columns drifted, and why it says so.

use statrs::function::gamma::ln_gamma;

use super::{CategoricalMeasures, ColumnDrift, DriftOptions, LevelsByChance, Measures, holm, numeric};
use crate::markup::{number, percent};
use crate::stats::chi_squared;
use crate::stats::divergence::population_stability_index_by_chance;

/// A p-value as it was measured, and corrected for all tests of the comparison.
#[derive(Clone, Copy)]
struct PValue {
    raw: f64,
    corrected: f64,
}

/// Judges all columns of a comparison of `(baseline, current)` rows together, since each test is one of many.
pub(super) fn judge_all(columns: &mut [ColumnDrift], rows: (u64, u64), options: &DriftOptions) {
    let mut p_values = Vec::with_capacity(2 * columns.len());
    for column in columns.iter_mut() {
        column.missing_p_value = missing_p_value(column, rows);
        p_values.extend(tests(column, rows));
    }
    let mut corrected = holm::corrected(&p_values).into_iter();
    for column in columns {
        // In the order in which they were asked for.
        column.p_value_corrected = column.measures.as_ref().and_then(|_| corrected.next());
        if let Some(chance) = column.measures.as_mut().and_then(Measures::by_chance) {
            chance.new_level_p_value_corrected = corrected.next();
        }
        column.missing_p_value_corrected = column.missing_p_value.and_then(|_| corrected.next());
        (column.drifted, column.reason) = judge(column, rows, options);
    }
}

/// The p-values of a column that count as tests: of its measures, of its new levels where they are many, and of its
/// missing share.
fn tests(column: &ColumnDrift, rows: (u64, u64)) -> impl Iterator<Item = f64> {
    // On a handful of rows the asymptotic p-value promises more than any exact test could.
    let possible = |p: f64, n: (u64, u64)| p.max(least_p_value(n.0 as f64, n.1 as f64));
    let counts = (column.baseline_count, column.current_count);
    let of_values = column.measures.as_ref().map(|measures| possible(p_value(measures), counts));
    let of_missing = column.missing_p_value.map(|p| possible(p, rows));
    let of_new = match &column.measures {
        Some(Measures::Categorical(m)) => m.by_chance.as_ref().map(|chance| possible(chance.new_level_p_value, rows)),
        _ => None,
    };
    of_values.into_iter().chain(of_new).chain(of_missing)
}

impl Measures {
    fn by_chance(&mut self) -> Option<&mut LevelsByChance> {
        match self {
            Self::Numeric(_) => None,
            Self::Categorical(m) => m.by_chance.as_mut(),
        }
    }
}

fn p_value(measures: &Measures) -> f64 {
    match measures {
        Measures::Numeric(m) => m.ks_p_value,
        Measures::Categorical(m) => m.chi_squared_p_value,
    }
}

fn missing_p_value(column: &ColumnDrift, rows: (u64, u64)) -> Option<f64> {
    let absent = (rows.0 - column.baseline_count, rows.1 - column.current_count);
    if absent.0 + absent.1 == 0 || rows.0 == 0 || rows.1 == 0 {
        return None;
    }
    let table = [absent.0, column.baseline_count, absent.1, column.current_count].map(|count| count as f64);
    chi_squared(&table, 2).map(|test| test.p_value)
}

fn judge(drift: &ColumnDrift, rows: (u64, u64), options: &DriftOptions) -> (bool, String) {
    if rows.0 == 0 || rows.1 == 0 {
        return (false, format!("the {} table has no rows", if rows.0 == 0 { "baseline" } else { "current" }));
    }
    if let Some(change) = &drift.type_change {
        return (true, change.clone());
    }
    let is_significant = |p: PValue| p.corrected < options.p_value_max;
    let missing_p =
        PValue { raw: drift.missing_p_value.unwrap_or(1.0), corrected: drift.missing_p_value_corrected.unwrap_or(1.0) };
    let missing_moved = drift.missing_delta.abs() >= options.missing_delta_min && is_significant(missing_p);
    let of_missing = || {
        format!(
            "missing went from {} to {}{}",
            percent(drift.baseline_missing_share),
            percent(drift.current_missing_share),
            drift.unreadable.as_ref().map_or_else(String::new, |texts| format!(", with {texts}")),
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
    let Shift { mut reasons, measured, test } = shift(drift, measures, rows, options);
    let p = PValue { raw: p_value(measures), corrected: drift.p_value_corrected.unwrap_or(1.0) };
    let new_levels = match measures {
        Measures::Numeric(_) => None,
        Measures::Categorical(m) => new_levels(m, options),
    };
    let new_moved = new_levels.as_ref().is_some_and(|(_, p)| is_significant(*p));
    let moved = is_significant(p) && !reasons.is_empty();
    if moved && missing_moved {
        reasons.push(of_missing());
    }
    let p = p_text(p);
    let missing_by_chance = drift.missing_delta.abs() >= options.missing_delta_min && !missing_moved;
    let reason = if let Some((seen, of_new)) = new_levels.filter(|_| new_moved) {
        let mut parts = vec![format!("{seen} (p {})", p_text(of_new))];
        if moved {
            parts.push(format!("{} ({test} p {p})", reasons.join("; ")));
        } else if missing_moved {
            parts.push(of_missing());
        }
        parts.join("; ")
    } else if moved {
        format!("{} ({test} p {p})", reasons.join("; "))
    } else if missing_moved {
        format!("{} (p {})", of_missing(), p_text(missing_p))
    } else if missing_by_chance {
        format!("{measured} ({test} p {p}); {}: could be chance (p {})", of_missing(), p_text(missing_p))
    } else if reasons.is_empty() {
        format!("{measured}: too small to matter ({test} p {p})")
    } else {
        format!("{measured}: could be chance ({test} p {p})")
    };
    (moved || new_moved || missing_moved, reason)
}

/// That more rows than by chance have a level that the baseline does not have, of a column with many levels.
fn new_levels(m: &CategoricalMeasures, options: &DriftOptions) -> Option<(String, PValue)> {
    let chance = m.by_chance.as_ref()?;
    let p = PValue { raw: chance.new_level_p_value, corrected: chance.new_level_p_value_corrected.unwrap_or(1.0) };
    let seen = format!(
        "{} of the rows have a level that the baseline does not have, where chance gives {}",
        percent(m.new_level_share),
        percent(chance.new_level_share)
    );
    (m.new_level_share - chance.new_level_share >= options.total_variation_min).then_some((seen, p))
}

/// How far a column moved.
struct Shift {
    /// The distances that reach their thresholds.
    reasons: Vec<String>,
    /// All of them.
    measured: String,
    /// What the test is called.
    test: &'static str,
}

fn shift(drift: &ColumnDrift, measures: &Measures, rows: (u64, u64), options: &DriftOptions) -> Shift {
    let mut reasons = Vec::new();
    match measures {
        Measures::Numeric(m) => {
            let chance = population_stability_index_by_chance(
                numeric::PSI_BINS,
                drift.baseline_count as f64,
                drift.current_count as f64,
            );
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
            Shift { reasons, measured: format!("KS {}{normed}, PSI {}", number(m.ks_test), number(m.psi)), test: "KS" }
        }
        Measures::Categorical(m) => {
            let psi_by_chance = m.by_chance.as_ref().map_or_else(
                || {
                    population_stability_index_by_chance(
                        m.degrees_of_freedom as usize + 1,
                        rows.0 as f64,
                        rows.1 as f64,
                    )
                },
                |chance| chance.psi,
            );
            let tv_by_chance = m.by_chance.as_ref().map(|chance| chance.tv_distance);
            let beside = tv_by_chance.map_or_else(String::new, |tv| format!(" (chance gives {})", number(tv)));
            if m.tv_distance - tv_by_chance.unwrap_or(0.0) >= options.total_variation_min {
                reasons.push(format!("{} of the rows moved to another level{beside}", percent(m.tv_distance)));
            }
            if m.psi - psi_by_chance >= options.psi_min {
                reasons.push(format!("PSI {}", number(m.psi)));
            }
            Shift {
                reasons,
                measured: format!("total variation {}{beside}, PSI {}", number(m.tv_distance), number(m.psi)),
                test: "chi-squared",
            }
        }
    }
}

/// The smallest p-value that an exact two-sided test of two samples of these sizes can give: of all ways to
/// divide the rows among the two, two are as extreme as can be.
fn least_p_value(n: f64, m: f64) -> f64 {
    let log_ways = ln_gamma(n + m + 1.0) - ln_gamma(n + 1.0) - ln_gamma(m + 1.0);
    (2.0 * (-log_ways).exp()).min(1.0)
}

/// The measured value, and the corrected one where that is another.
fn p_text(p: PValue) -> String {
    let text = |p: f64| if p < 1e-4 { "< 0.0001".to_owned() } else { format!("= {}", number(p)) };
    let (raw, corrected) = (text(p.raw), text(p.corrected));
    if raw == corrected { raw } else { format!("{raw}, corrected {}", corrected.trim_start_matches("= ")) }
}
