//! Fills nodes' histograms and finds their best splits, some columns after others.
//!
//! A piece of columns goes through all three steps (adding up rows, taking one child from its parent, searching both)
//! before the next does: its cells are still in the cache, and several threads meet once a node instead of at each step.

use rayon::prelude::*;

use super::Grower;
use crate::trees::histogram::{self, Histogram};
use crate::trees::matrix::Group;
use crate::trees::split::{NodeView, Split, better, of_slot};

/// Below this many cells to add up and to look at, one thread does it all.
const PARALLEL_WORK_MIN: usize = 1 << 15;
/// At or above this many rows histograms are made over rows instead: piece by piece, each thread would read all of
/// the rows' bins from memory.
const PARALLEL_ROWS_MIN: usize = 1 << 15;

/// Neighbouring groups and their cells in both histograms.
struct Piece<'a> {
    groups: &'a [Group],
    own: &'a mut [i64],
    sibling: Option<&'a mut [i64]>,
}

impl Grower<'_> {
    /// Makes `own` the histogram of `rows`, which are one node's, and finds that node's best split over `slots`.
    /// `sibling` is, when it is given, the parent's histogram, becomes the other child's, and that child's best
    /// split is found too.
    pub(super) fn fill_and_search(
        &self,
        rows: &[u32],
        slots: &[usize],
        (own, own_view): (&mut Histogram, Option<NodeView<'_>>),
        sibling: Option<(&mut Histogram, NodeView<'_>)>,
    ) -> (Option<Split>, Option<Split>) {
        let threads = rayon::current_num_threads();
        let by_rows = threads > 1 && rows.len() >= PARALLEL_ROWS_MIN;
        if by_rows {
            histogram::build_over_rows(self.matrix, &self.layout, self.fixed, rows, own);
        }
        let n_nodes = usize::from(own_view.is_some()) + usize::from(sibling.is_some());
        let added = if by_rows { 0 } else { rows.len() * self.layout.n_cells.len() };
        let work = added + n_nodes * self.layout.n_cells.iter().sum::<usize>();
        let n_pieces = if work < PARALLEL_WORK_MIN { 1 } else { threads.min(self.matrix.groups.len()).max(1) };
        let (sibling, sibling_view) = sibling.unzip();
        let pieces = self.pieces(n_pieces, own, sibling);
        let measure = |piece: Piece<'_>| {
            if !by_rows {
                histogram::build_piece(self.matrix, &self.layout, self.fixed, rows, piece.groups, piece.own);
            }
            self.search_piece(piece, slots, own_view, sibling_view)
        };
        let best =
            |a: (Option<Split>, Option<Split>), b: (Option<Split>, Option<Split>)| (better(a.0, b.0), better(a.1, b.1));
        if n_pieces == 1 {
            return pieces.into_iter().map(measure).fold((None, None), best);
        }
        let found: Vec<_> = pieces.into_par_iter().map(measure).collect();
        found.into_iter().fold((None, None), best)
    }

    /// Cuts the groups, and their cells with them, into pieces of about as many columns each.
    fn pieces<'a>(
        &'a self,
        n_pieces: usize,
        own: &'a mut Histogram,
        sibling: Option<&'a mut Histogram>,
    ) -> Vec<Piece<'a>> {
        let n_slots = self.layout.n_cells.len();
        let mut groups = self.matrix.groups.as_slice();
        let mut own = own.sums.as_mut_slice();
        let mut sibling = sibling.map(|sibling| sibling.sums.as_mut_slice());
        let mut pieces = Vec::with_capacity(n_pieces);
        for number in 1..=n_pieces {
            let n_groups = groups.partition_point(|group| {
                (group.first + group.width) * n_pieces <= number * n_slots + group.width * n_pieces / 2
            });
            let (of_piece, rest) = groups.split_at(if number == n_pieces { groups.len() } else { n_groups });
            let width: usize = of_piece.iter().map(|group| group.width).sum::<usize>() * self.layout.stride();
            let (cells, own_rest) = own.split_at_mut(width);
            let (sibling_cells, sibling_rest) = sibling.map(|sums| sums.split_at_mut(width)).unzip();
            pieces.push(Piece { groups: of_piece, own: cells, sibling: sibling_cells });
            (groups, own, sibling) = (rest, own_rest, sibling_rest);
        }
        pieces
    }

    fn search_piece(
        &self,
        piece: Piece<'_>,
        slots: &[usize],
        own_view: Option<NodeView<'_>>,
        sibling_view: Option<NodeView<'_>>,
    ) -> (Option<Split>, Option<Split>) {
        let Piece { groups, own, mut sibling } = piece;
        let (Some(first), Some(last)) = (groups.first(), groups.last()) else { return (None, None) };
        let (first, end) = (first.first, last.first + last.width);
        let slots = &slots[slots.partition_point(|&slot| slot < first)..slots.partition_point(|&slot| slot < end)];
        let (mut best_own, mut best_sibling) = (None, None);
        for &slot in slots {
            let cells = self.layout.cells_of(slot - first, slot);
            if let Some(view) = own_view {
                best_own = better(best_own, of_slot(self.matrix, slot, &own[cells.clone()], None, view));
            }
            if let (Some(sibling), Some(view)) = (&mut sibling, sibling_view) {
                histogram::subtract(&mut sibling[cells.clone()], &own[cells.clone()]);
                best_sibling = better(best_sibling, of_slot(self.matrix, slot, &sibling[cells], None, view));
            }
        }
        (best_own, best_sibling)
    }
}
