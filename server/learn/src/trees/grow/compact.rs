//! From the nodes of a growing tree to the arrays of a [`Tree`].

use super::{Grown, Growth, Node};
use crate::trees::Tree;
use crate::trees::bins::Bins;
use crate::trees::fixed_point::Units;
use crate::trees::matrix::BinnedMatrix;
use crate::trees::split::{LeftBins, Split, value_of};
use crate::trees::tree::{CategorySet, NUMERIC};

/// Numbers nodes from the root downwards and leaves as they come.
pub(super) fn compact(matrix: &BinnedMatrix, units: Units, growth: &Growth, nodes: &[Node]) -> Grown {
    let k = nodes[0].sums.len() - 1;
    let mut tree = Tree::leaf(&vec![0.0; k], 1.0);
    tree.leaf_value.clear();
    tree.leaf_cover.clear();
    let mut leaf_rows = Vec::new();
    // (node, its parent and whether it is the left child)
    let mut open: Vec<(usize, Option<(usize, bool)>)> = vec![(0, None)];
    while let Some((position, parent)) = open.pop() {
        let node = &nodes[position];
        let rows = (node.end - node.start) as f64;
        let reference = if let (Some((left, right)), Some(split)) = (node.children, &node.split) {
            let inner = tree.column.len();
            push_inner(&mut tree, matrix, split, rows);
            open.push((right, Some((inner, false))));
            open.push((left, Some((inner, true))));
            inner as i32
        } else {
            let leaf = tree.leaf_cover.len();
            tree.leaf_value.extend(value_of(&node.sums, units, growth, node.bounds));
            tree.leaf_cover.push(rows);
            leaf_rows.push((leaf, node.start, node.end));
            !(leaf as i32)
        };
        match parent {
            Some((inner, true)) => tree.left[inner] = reference,
            Some((inner, false)) => tree.right[inner] = reference,
            None => {}
        }
    }
    Grown { tree, leaf_rows }
}

fn push_inner(tree: &mut Tree, matrix: &BinnedMatrix, split: &Split, cover: f64) {
    let (threshold, set) = match (matrix.bins_of(split.slot), &split.bins) {
        // "All values left, missing right" has no edge above it.
        (Bins::Numeric { upper }, LeftBins::UpTo(bin)) => {
            (upper.get(usize::from(*bin)).copied().unwrap_or(f64::MAX), NUMERIC)
        }
        (Bins::Categorical { bin_of_code, .. }, LeftBins::Among(left)) => {
            let mut codes = CategorySet::new(bin_of_code.len() as u32);
            for (code, bin) in bin_of_code.iter().enumerate() {
                if bin.map_or(split.missing_left, |bin| left[usize::from(bin)]) {
                    codes.insert(code as u32);
                }
            }
            tree.sets.push(codes);
            (0.0, tree.sets.len() as u32 - 1)
        }
        _ => unreachable!("numbers are split by an edge, categories by a subset"),
    };
    tree.column.push(matrix.usable[split.slot] as u32);
    tree.threshold.push(threshold);
    tree.set.push(set);
    tree.missing_left.push(split.missing_left);
    tree.left.push(0);
    tree.right.push(0);
    tree.cover.push(cover);
}
