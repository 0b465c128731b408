//! The state of boosting between rounds.

use mlwright_base::{CancelToken, Seed};
use ndarray::{ArrayView2, Axis};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

use super::GradientBoosting;
use crate::LearnError;
use crate::trees::Tree;
use crate::trees::fixed_point::FixedPoint;
use crate::trees::grow::{Grown, Growth, Pool, Sample, grow};
use crate::trees::matrix::BinnedMatrix;
use crate::trees::objective::{Objective, weighted_quantile};
use crate::trees::sampling::{by_gradient, share};

pub(super) struct Fit<'a> {
    learner: &'a GradientBoosting,
    x: ArrayView2<'a, f64>,
    matrix: &'a BinnedMatrix,
    objective: &'a Objective<'a>,
    growth: Growth,
    weights: Option<&'a [f64]>,
    cancel: &'a CancelToken,
    /// Those that it learns from, ascending; margins are kept for all rows of the matrix.
    all_rows: Vec<u32>,
    all_slots: Vec<usize>,
    row_rng: Xoshiro256PlusPlus,
    column_seed: Seed,
    /// Shape `(n_margins, n_rows)`, like the next two.
    pub margins: Vec<f64>,
    gradients: Vec<f64>,
    hessians: Vec<f64>,
    /// One for each margin.
    workshops: Vec<Workshop>,
    pub trees: Vec<Tree>,
    pub gain: Vec<f64>,
}

/// What growing a margin's trees uses again and again.
struct Workshop {
    fixed: FixedPoint,
    pool: Pool,
}

impl<'a> Fit<'a> {
    #[allow(clippy::too_many_arguments)] // each is another part of the fit; none belong together
    pub fn new(
        learner: &'a GradientBoosting,
        x: ArrayView2<'a, f64>,
        matrix: &'a BinnedMatrix,
        objective: &'a Objective<'a>,
        growth: Growth,
        margins: Vec<f64>,
        weights: Option<&'a [f64]>,
        rows: Vec<u32>,
        (seed, cancel): (Seed, &'a CancelToken),
    ) -> Self {
        let n_margins = objective.n_margins();
        let workshop = || Workshop { fixed: FixedPoint::empty(1), pool: Pool::default() };
        Self {
            learner,
            x,
            matrix,
            objective,
            growth,
            weights,
            cancel,
            all_rows: rows,
            all_slots: (0..matrix.n_slots()).collect(),
            row_rng: Xoshiro256PlusPlus::seed_from_u64(seed.derive("rows").0),
            column_seed: seed.derive("columns"),
            gradients: vec![0.0; margins.len()],
            hessians: vec![0.0; margins.len()],
            margins,
            workshops: (0..n_margins).map(|_| workshop()).collect(),
            trees: Vec::new(),
            gain: vec![0.0; x.ncols()],
        }
    }

    /// Grows one tree per margin, in parallel, each from the same margins. Says whether any was split.
    pub fn round(&mut self) -> Result<bool, LearnError> {
        let n_rows = self.x.nrows();
        self.objective.derivatives(&self.margins, self.weights, &mut self.gradients, &mut self.hessians);
        let rows = self.sample_rows();
        let first = self.trees.len();
        let mut workshops = std::mem::take(&mut self.workshops);
        let mut margins = std::mem::take(&mut self.margins);
        let this = &*self;
        let grown: Vec<(Tree, Vec<f64>)> = workshops
            .par_iter_mut()
            .zip(margins.par_chunks_mut(n_rows))
            .enumerate()
            .map(|(margin, (workshop, margins))| {
                let part = margin * n_rows..(margin + 1) * n_rows;
                workshop.fixed.set(&this.gradients[part.clone()], &this.hessians[part]);
                this.grow_tree(workshop, rows.clone(), first + margin, margins)
            })
            .collect::<Result<_, LearnError>>()?;
        (self.workshops, self.margins) = (workshops, margins);
        let mut grew = false;
        for (tree, gain) in grown {
            grew |= tree.n_leaves() > 1;
            self.gain.iter_mut().zip(gain).for_each(|(sum, gain)| *sum += gain);
            self.trees.push(tree);
        }
        Ok(grew)
    }

    /// A tree and its splits' gain per column; adds it to its margins.
    fn grow_tree(
        &self,
        workshop: &mut Workshop,
        mut rows: Vec<u32>,
        position: usize,
        margins: &mut [f64],
    ) -> Result<(Tree, Vec<f64>), LearnError> {
        let slots = self.sample_slots(position);
        let mut gain = vec![0.0; self.x.ncols()];
        let sample = Sample { slots: &slots, rows: &mut rows };
        let Workshop { fixed, pool } = workshop;
        let Grown { mut tree, leaf_rows } =
            grow(self.matrix, fixed, sample, &self.growth, &mut gain, pool, self.cancel)?;
        self.renew_leaves(&mut tree, &leaf_rows, &rows, margins);
        tree.leaf_value.iter_mut().for_each(|value| *value *= self.learner.learning_rate);
        if rows.len() == self.x.nrows() {
            add_leaves(&tree, &leaf_rows, &rows, margins);
        } else {
            add_tree(&tree, self.x, margins);
        }
        Ok((tree, gain))
    }

    /// Replaces Newton steps by better ones where the loss has them (see `objective.rs`).
    fn renew_leaves(&self, tree: &mut Tree, leaf_rows: &[(usize, usize, usize)], rows: &[u32], margins: &[f64]) {
        let Objective::Numbers { loss, values, .. } = self.objective else { return };
        if loss.is_log() {
            // A step of −1 is a leaf of zeros, whose best margin is minus infinity.
            tree.leaf_value.iter_mut().for_each(|value| *value = value.max(-0.98).ln_1p());
            return;
        }
        // Medians of children do not keep the order that Newton steps keep.
        let Some(quantile) = self.objective.leaf_quantile().filter(|_| self.growth.monotone.is_empty()) else { return };
        for &(leaf, start, end) in leaf_rows {
            let pair = |&row: &u32| {
                let row = row as usize;
                (values[row] - margins[row], self.weights.map_or(1.0, |weights| weights[row]))
            };
            let mut residuals: Vec<(f64, f64)> = rows[start..end].iter().map(pair).collect();
            tree.leaf_value[leaf] = weighted_quantile(&mut residuals, quantile);
        }
    }

    /// The rows of a round; gradients of drawn rows are made to count for those left out.
    fn sample_rows(&mut self) -> Vec<u32> {
        if self.learner.gradient_top_fraction > 0.0 {
            let fractions = (self.learner.gradient_top_fraction, self.learner.gradient_other_fraction);
            return by_gradient(
                &mut self.row_rng,
                fractions,
                &mut self.gradients,
                &mut self.hessians,
                self.x.nrows(),
                &self.all_rows,
            );
        }
        if self.learner.row_fraction >= 1.0 {
            return self.all_rows.clone();
        }
        share(&mut self.row_rng, &self.all_rows, self.learner.row_fraction)
    }

    fn sample_slots(&self, position: usize) -> Vec<usize> {
        if self.learner.column_fraction >= 1.0 {
            return self.all_slots.clone();
        }
        let seed = self.column_seed.derive(&position.to_string());
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed.0);
        share(&mut rng, &self.all_slots, self.learner.column_fraction)
    }
}

/// Rows whose margins one piece of parallel work adds to: they fit the second-level cache.
const MARGINS_PER_PIECE: usize = 1 << 15;

/// Adds each leaf's value to the margins of its rows, which ascend within each leaf.
fn add_leaves(tree: &Tree, leaf_rows: &[(usize, usize, usize)], rows: &[u32], margins: &mut [f64]) {
    margins.par_chunks_mut(MARGINS_PER_PIECE).enumerate().for_each(|(piece, margins)| {
        let first = piece * MARGINS_PER_PIECE;
        let last = first + margins.len();
        for &(leaf, start, end) in leaf_rows {
            let (value, rows) = (tree.leaf_value[leaf], &rows[start..end]);
            let from = rows.partition_point(|&row| (row as usize) < first);
            for &row in rows[from..].iter().take_while(|&&row| (row as usize) < last) {
                margins[row as usize - first] += value;
            }
        }
    });
}

/// Adds a one-number tree's answers to one margin of all rows.
pub(super) fn add_tree(tree: &Tree, x: ArrayView2<'_, f64>, margins: &mut [f64]) {
    margins.par_iter_mut().zip(x.axis_iter(Axis(0))).with_min_len(1024).for_each(|(margin, row)| {
        let row = row.to_slice().expect("the matrix was put into row order");
        *margin += tree.leaf_value[tree.leaf_of(row)];
    });
}
