//! Measures of drift of categories.

use std::collections::HashMap;

use statrs::function::gamma::{gamma_lr, ln_gamma};

use super::{CategoricalMeasures, LEVELS_MAX, LevelsByChance, SharedBins};
use crate::cells::Labels;
use crate::markup;
use crate::profile::VALUE_CHARS_MAX;
use crate::stats::divergence::{PSI_EMPTY_SHARE, l_infinity, population_stability_index_by_chance};
use crate::stats::{chi_squared, jensen_shannon_distance, population_stability_index, total_variation};

/// New levels that are named.
const NEW_LEVELS_MAX: usize = 10;
/// Levels that are drawn, with the joined rest.
const DRAWN_LEVELS_MAX: usize = 12;
/// What a missing value is called among levels.
const MISSING: &str = "(missing)";
/// What the levels beyond the limit are called.
const OTHER: &str = "(other)";
/// What levels that the baseline does not have are called, when they are joined.
const NEW: &str = "(new levels)";

/// Rows per level on both sides, the most frequent level first; missing is a level like any other. Beyond
/// [`LEVELS_MAX`] the rarer levels are joined: those of the baseline in one cell, those it does not have in another.
pub(super) struct Counts {
    levels: Vec<String>,
    baseline: Vec<f64>,
    current: Vec<f64>,
    /// Cells at the end that hold joined levels.
    joined: usize,
    new_levels: Vec<String>,
    new_rows: f64,
    /// Over all levels, none of them joined.
    tv_distance: f64,
    l_infinity_distance: f64,
    chance: Option<Chance>,
}

/// What two samples of one distribution give that has the levels of both tables as often as they have them.
struct Chance {
    tv_distance: f64,
    new_level_share: f64,
    /// How likely as large a share of new levels is.
    new_level_p_value: f64,
}

pub(super) fn counts(was: &Labels<'_>, was_missing: u64, now: &Labels<'_>, now_missing: u64) -> Counts {
    let mut positions: HashMap<&str, usize> = HashMap::with_capacity(was.levels.len());
    let mut rows: Vec<(&str, u64, u64)> = Vec::with_capacity(was.levels.len());
    for (level, count) in was.levels.iter().zip(&was.counts) {
        positions.insert(level, rows.len());
        rows.push((level, *count, 0));
    }
    for (level, count) in now.levels.iter().zip(&now.counts) {
        match positions.get(level.as_ref()) {
            Some(position) => rows[*position].2 += count,
            None => rows.push((level, 0, *count)),
        }
    }
    let mut new: Vec<(&str, u64)> = rows.iter().filter(|row| row.1 == 0).map(|row| (row.0, row.2)).collect();
    new.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let new_rows: u64 = new.iter().map(|(_, count)| count).sum();
    if was_missing + now_missing > 0 {
        rows.push((MISSING, was_missing, now_missing));
    }
    // By the rows of both tables, which does not depend on how the rows are divided among them. The most frequent
    // levels of the baseline alone are partly so by chance, and would seem to have lost rows in any other sample.
    rows.sort_by(|a, b| (b.1 + b.2).cmp(&(a.1 + a.2)).then(a.0.cmp(b.0)));
    let sides = |rows: &[(&str, u64, u64)]| -> (Vec<f64>, Vec<f64>) {
        rows.iter().map(|row| (row.1 as f64, row.2 as f64)).unzip()
    };
    let (all_was, all_now) = sides(&rows);
    let mut joined = 0;
    let mut chance = None;
    if rows.len() > LEVELS_MAX {
        chance = by_chance(&all_was, &all_now, new_rows as f64);
        let rest = rows.split_off(LEVELS_MAX - 2);
        let (unseen, seen): (Vec<_>, Vec<_>) = rest.into_iter().partition(|row| row.1 == 0 && row.0 != MISSING);
        for (name, cells) in [(OTHER, seen), (NEW, unseen)] {
            if !cells.is_empty() {
                rows.push((name, cells.iter().map(|row| row.1).sum(), cells.iter().map(|row| row.2).sum()));
                joined += 1;
            }
        }
    }
    let (baseline, current) = sides(&rows);
    let name = |level: &str| markup::shorten(level, VALUE_CHARS_MAX);
    Counts {
        levels: rows.iter().map(|row| name(row.0)).collect(),
        baseline,
        current,
        joined,
        new_levels: new.iter().take(NEW_LEVELS_MAX).map(|(level, _)| name(level)).collect(),
        new_rows: new_rows as f64,
        tv_distance: total_variation(&all_was, &all_now).unwrap_or(0.0),
        l_infinity_distance: l_infinity(&all_was, &all_now).unwrap_or(0.0),
        chance,
    }
}

/// Given how often each level occurs in both tables together, every division of the rows among the two is as
/// likely as any other when they come from one distribution: a level's rows in the baseline are hypergeometric.
/// The mean of the total variation is De Moivre's mean absolute deviation of the binomial (Diaconis & Zabell 1991),
/// with the factor for drawing without replacement. The expected rows of new levels are what Good (1953) and
/// Turing estimate by the levels that occur once; their tail is Poisson's in units of the levels' mean size,
/// since a level's rows are new together.
fn by_chance(was: &[f64], now: &[f64], new_rows: f64) -> Option<Chance> {
    let (n, m) = (was.iter().sum::<f64>(), now.iter().sum::<f64>());
    if n < 1.0 || m < 1.0 {
        return None;
    }
    let all = n + m;
    let share = n / all;
    let (mut deviation, mut unseen, mut squares) = (0.0, 0.0, 0.0);
    for total in was.iter().zip(now).map(|(was, now)| was + now) {
        let next = (total * share).floor() + 1.0;
        let ln_choose = ln_gamma(total + 1.0) - ln_gamma(next + 1.0) - ln_gamma((total - next).max(0.0) + 1.0);
        let ln_mean = ln_choose + next * share.ln() + (total - next + 1.0) * (1.0 - share).ln() + next.ln();
        deviation += 2.0 * ln_mean.exp() * ((all - total) / (all - 1.0)).sqrt();
        if total <= m {
            let none =
                ln_gamma(m + 1.0) - ln_gamma(m - total + 1.0) - ln_gamma(all + 1.0) + ln_gamma(all - total + 1.0);
            unseen += total * none.exp();
            squares += total * total * none.exp();
        }
    }
    let size = if unseen > 0.0 { (squares / unseen).max(1.0) } else { 1.0 };
    Some(Chance {
        tv_distance: (deviation * (1.0 / n + 1.0 / m) / 2.0).min(1.0),
        new_level_share: (unseen / m).min(1.0),
        new_level_p_value: match new_rows {
            rows if rows <= unseen => 1.0,
            _ if unseen <= f64::MIN_POSITIVE => 0.0,
            rows => gamma_lr(rows / size, unseen / size).clamp(0.0, 1.0),
        },
    })
}

/// All measures; `None` when a side has no rows.
pub(super) fn measures(counts: &Counts) -> Option<CategoricalMeasures> {
    let (p, q) = (&counts.baseline, &counts.current);
    let psi = population_stability_index(p, q)?;
    // Which rare levels are new is seen from the baseline's rows, so a cell of them would not be a fair one: it is
    // empty on one side whatever the distribution. The test joins them with the other rare ones, and new levels
    // have a test of their own.
    let fair = |side: &[f64]| -> Vec<f64> {
        let kept = side.len() - counts.joined;
        let rest: f64 = side[kept..].iter().sum();
        side[..kept].iter().copied().chain((counts.joined > 0).then_some(rest)).collect()
    };
    let table: Vec<f64> = fair(p).into_iter().chain(fair(q)).collect();
    let test = chi_squared(&table, table.len() / 2)?;
    let (n, m) = (p.iter().sum::<f64>(), q.iter().sum::<f64>());
    let by_chance = counts.chance.as_ref().map(|chance| {
        let cells = population_stability_index_by_chance(test.degrees_of_freedom + 1, n, m);
        let rare: f64 = q[q.len() - counts.joined..].iter().sum::<f64>() / m;
        let (new, seen) = (chance.new_level_share.min(rare), (rare - chance.new_level_share).max(0.0));
        let part = |p: f64, q: f64| {
            let (p, q) = (p.max(PSI_EMPTY_SHARE), q.max(PSI_EMPTY_SHARE));
            (q - p) * (q / p).ln()
        };
        LevelsByChance {
            tv_distance: chance.tv_distance,
            psi: cells + part(0.0, new) + part(rare, seen),
            new_level_share: chance.new_level_share,
            new_level_p_value: chance.new_level_p_value,
            new_level_p_value_corrected: None,
        }
    });
    Some(CategoricalMeasures {
        chi_squared_test: test.statistic,
        chi_squared_p_value: test.p_value,
        degrees_of_freedom: test.degrees_of_freedom as u64,
        tv_distance: counts.tv_distance,
        l_infinity_distance: counts.l_infinity_distance,
        psi,
        js_distance: jensen_shannon_distance(p, q)?,
        new_levels: counts.new_levels.clone(),
        new_level_share: counts.new_rows / m,
        by_chance,
    })
}

/// The most frequent levels, the rest joined; joined new levels stay apart.
pub(super) fn shared_bins(counts: &Counts) -> SharedBins {
    let last = counts.levels.len().saturating_sub(1);
    let new = (counts.joined > 0 && counts.levels[last] == NEW).then_some(last);
    let ordinary = counts.levels.len() - usize::from(new.is_some());
    let room = DRAWN_LEVELS_MAX - usize::from(new.is_some());
    let kept = if ordinary > room { room - 1 } else { ordinary };
    let shares = |side: &[f64]| -> Vec<f64> {
        let total = side.iter().sum::<f64>().max(1.0);
        let rest = (kept < ordinary).then(|| side[kept..ordinary].iter().sum::<f64>());
        side[..kept].iter().copied().chain(rest).chain(new.map(|at| side[at])).map(|count| count / total).collect()
    };
    let mut levels = counts.levels[..kept].to_vec();
    levels.extend((kept < ordinary).then(|| OTHER.to_owned()));
    levels.extend(new.map(|_| NEW.to_owned()));
    SharedBins { edges: Vec::new(), levels, baseline: shares(&counts.baseline), current: shares(&counts.current) }
}
