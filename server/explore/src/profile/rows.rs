//! Rows compared as wholes, and columns compared row for row.

use std::collections::BTreeMap;
use std::ops::Range;

use rayon::prelude::*;

use super::ReadColumn;
use crate::cells::{Cells, MISSING_CODE, MISSING_TIME, mix};
use crate::context::Context;
use crate::error::ExploreError;

/// Rows that are worked on together: their sums stay in the cache while the columns pass by.
const BLOCK_ROWS: usize = 8_192;

/// What a look at the rows found.
pub(super) struct RowCounts {
    pub(super) duplicate_rows: u64,
    pub(super) duplicate_feature_rows: Option<u64>,
    pub(super) complete_rows: u64,
    pub(super) missing_share: f64,
    pub(super) identical: Vec<Vec<String>>,
}

struct Block {
    /// One hash per row over all columns.
    rows: Vec<u64>,
    /// The same without the target; empty when there is none.
    features: Vec<u64>,
    complete: u64,
    missing: u64,
    /// One hash per column over the block's rows.
    columns: Vec<u64>,
}

pub(super) fn count(
    columns: &[ReadColumn<'_>],
    target: Option<usize>,
    n_rows: usize,
    cx: &Context<'_>,
) -> Result<RowCounts, ExploreError> {
    let starts: Vec<usize> = (0..n_rows).step_by(BLOCK_ROWS).collect();
    let blocks: Vec<Block> = starts
        .par_iter()
        .map(|&start| {
            cx.cancel.check()?;
            Ok(block(columns, target, start..(start + BLOCK_ROWS).min(n_rows)))
        })
        .collect::<Result<_, ExploreError>>()?;

    let mut prints = vec![0_u64; columns.len()];
    for block in &blocks {
        for (print, part) in prints.iter_mut().zip(&block.columns) {
            *print = print.wrapping_add(*part);
        }
    }
    let repeats = |part: fn(&Block) -> &Vec<u64>| {
        let mut hashes: Vec<u64> = blocks.iter().flat_map(part).copied().collect();
        hashes.par_sort_unstable();
        hashes.windows(2).filter(|pair| pair[0] == pair[1]).count() as u64
    };
    let cells = n_rows as f64 * columns.len() as f64;
    let missing: u64 = blocks.iter().map(|block| block.missing).sum();
    Ok(RowCounts {
        duplicate_rows: if columns.is_empty() { 0 } else { repeats(|block| &block.rows) },
        duplicate_feature_rows: target.filter(|_| columns.len() > 1).map(|_| repeats(|block| &block.features)),
        complete_rows: blocks.iter().map(|block| block.complete).sum(),
        missing_share: if cells > 0.0 { missing as f64 / cells } else { 0.0 },
        identical: identical(columns, &prints, n_rows),
    })
}

fn block(columns: &[ReadColumn<'_>], target: Option<usize>, range: Range<usize>) -> Block {
    let n = range.len();
    let mut rows = vec![0_u64; n];
    let mut features = Vec::new();
    let mut incomplete = vec![false; n];
    let mut missing = 0;
    let mut prints = Vec::with_capacity(columns.len());
    // A row's hash is the sum of its cells' hashes, each salted by its column.
    let mut of_target = vec![0_u64; if target.is_some() { n } else { 0 }];
    for (index, column) in columns.iter().enumerate() {
        let salt = mix(index as u64);
        let is_target = target == Some(index);
        let mut print = 0_u64;
        let mut take = |i: usize, id: u64, absent: bool| {
            let hash = mix(id ^ salt);
            rows[i] = rows[i].wrapping_add(hash);
            if is_target {
                of_target[i] = hash;
            }
            print = print.wrapping_add(mix(id.rotate_left(17) ^ (range.start + i) as u64));
            if absent {
                incomplete[i] = true;
                missing += 1;
            }
        };
        match &column.cells {
            Cells::Numbers(numbers) if numbers.exact.is_none() => {
                for (i, &value) in numbers.values[range.clone()].iter().enumerate() {
                    if value.is_nan() { take(i, u64::MAX, true) } else { take(i, (value + 0.0).to_bits(), false) }
                }
            }
            Cells::Times(times) => {
                for (i, &time) in times.micros[range.clone()].iter().enumerate() {
                    take(i, time as u64, time == MISSING_TIME);
                }
            }
            Cells::Labels(labels) => {
                for (i, &code) in labels.codes[range.clone()].iter().enumerate() {
                    take(i, u64::from(code), code == MISSING_CODE);
                }
            }
            cells => {
                for (i, row) in range.clone().enumerate() {
                    take(i, cells.identity(row), cells.is_missing(row));
                }
            }
        }
        prints.push(print);
    }
    if target.is_some() {
        features = rows.iter().zip(&of_target).map(|(all, target)| all.wrapping_sub(*target)).collect();
    }
    let complete = incomplete.iter().filter(|incomplete| !**incomplete).count() as u64;
    Block { rows, features, complete, missing, columns: prints }
}

/// Groups of columns with the same fingerprint. Labels are known by the order they first appear in, so
/// columns that name the same groups differently are found as well; labels that are nearly all different
/// would all look alike that way and are left out.
fn identical(columns: &[ReadColumn<'_>], prints: &[u64], n_rows: usize) -> Vec<Vec<String>> {
    let mut groups: BTreeMap<(u8, u64), Vec<usize>> = BTreeMap::new();
    for (index, column) in columns.iter().enumerate() {
        let kind = match &column.cells {
            Cells::Numbers(_) => 0,
            Cells::Times(_) => 1,
            Cells::Labels(labels) if labels.levels.len() * 2 > n_rows => continue,
            Cells::Labels(_) => 2,
            Cells::Opaque(_) => 3,
        };
        if column.profile.distinct >= 2 {
            groups.entry((kind, prints[index])).or_default().push(index);
        }
    }
    let mut groups: Vec<Vec<usize>> = groups.into_values().filter(|group| group.len() > 1).collect();
    groups.sort();
    groups
        .into_iter()
        .map(|group| group.into_iter().map(|index| columns[index].profile.name.clone()).collect())
        .collect()
}
