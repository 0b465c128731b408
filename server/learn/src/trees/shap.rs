//! Exact Shapley values of a tree in polynomial time: TreeSHAP, path-dependent, Algorithm 2 of
//! Lundberg et al., "From local explanations to global understanding with explainable AI for trees"
//! (2020). A column that is "unknown" sends a row both ways, weighted by the training rows that went
//! each way. Costs O(leaves × depth²) per row.
//!
//! Differs from the paper in one point: leaves may hold several numbers; the weights of a path do
//! not depend on them, so all are done in one walk. A test compares with a sum over all subsets.

use super::Tree;

/// A column on the path from the root, with the share of paths that flow through when it is
/// unknown (`zero`) and known (`one`), and the summed weight of subsets of each size (`weight`).
#[derive(Debug, Clone, Copy)]
struct Step {
    column: u32,
    zero: f64,
    one: f64,
    weight: f64,
}

const NO_COLUMN: u32 = u32::MAX;

/// Adds each column's Shapley value for the row `x` to `values`, shape `(tree.n_values, n_columns)`.
pub(crate) fn add_shapley_values(tree: &Tree, x: &[f64], values: &mut [Vec<f64>]) {
    let mut path = Vec::with_capacity(64);
    extend(&mut path, 0, Step { column: NO_COLUMN, zero: 1.0, one: 1.0, weight: 0.0 });
    Walk { tree, x, values, paths: path }.visit(tree.root(), 0);
}

struct Walk<'a> {
    tree: &'a Tree,
    x: &'a [f64],
    values: &'a mut [Vec<f64>],
    /// The paths of the nodes from the root to here, one after the other.
    paths: Vec<Step>,
}

impl Walk<'_> {
    /// Visits a child whose path is `paths[start..]`.
    fn visit(&mut self, child: i32, start: usize) {
        let tree = self.tree;
        if child < 0 {
            let (leaf, path) = (tree.leaf_values(!child as usize), &self.paths[start..]);
            for position in 1..path.len() {
                let Step { column, zero, one, .. } = path[position];
                let share = unwound_weight(path, position) * (one - zero);
                for (row, value) in self.values.iter_mut().zip(leaf) {
                    row[column as usize] += share * value;
                }
            }
            return;
        }
        let node = child as usize;
        let (hot, cold) = if tree.goes_left(node, self.x) {
            (tree.left[node], tree.right[node])
        } else {
            (tree.right[node], tree.left[node])
        };
        let column = tree.column[node];
        let (mut zero, mut one) = (1.0, 1.0);
        if let Some(position) = self.paths[start..].iter().position(|step| step.column == column) {
            (zero, one) = (self.paths[start + position].zero, self.paths[start + position].one);
            unwind(&mut self.paths, start, position);
        }
        let end = self.paths.len();
        for (next, one) in [(hot, one), (cold, 0.0)] {
            let zero = zero * tree.cover_of(next) / tree.cover[node];
            self.paths.extend_from_within(start..end);
            extend(&mut self.paths, end, Step { column, zero, one, weight: 0.0 });
            self.visit(next, end);
            self.paths.truncate(end);
        }
    }
}

/// Grows all subsets of the path `paths[start..]` by one more column.
fn extend(paths: &mut Vec<Step>, start: usize, step: Step) {
    let depth = paths.len() - start;
    paths.push(Step { weight: if depth == 0 { 1.0 } else { 0.0 }, ..step });
    let path = &mut paths[start..];
    let size = (depth + 1) as f64;
    for i in (0..depth).rev() {
        path[i + 1].weight += step.one * path[i].weight * (i + 1) as f64 / size;
        path[i].weight = step.zero * path[i].weight * (depth - i) as f64 / size;
    }
}

/// Undoes [`extend`] for the column at a position of the path `paths[start..]`.
fn unwind(paths: &mut Vec<Step>, start: usize, position: usize) {
    let path = &mut paths[start..];
    let depth = path.len() - 1;
    let Step { zero, one, .. } = path[position];
    let size = (depth + 1) as f64;
    let mut next = path[depth].weight;
    for i in (0..depth).rev() {
        if one != 0.0 {
            let before = path[i].weight;
            path[i].weight = next * size / ((i + 1) as f64 * one);
            next = before - path[i].weight * zero * (depth - i) as f64 / size;
        } else {
            path[i].weight = path[i].weight * size / (zero * (depth - i) as f64);
        }
    }
    for i in position..depth {
        path[i] = Step { weight: path[i].weight, ..path[i + 1] };
    }
    paths.pop();
}

/// The sum of the weights that [`unwind`] would leave, without changing the path.
fn unwound_weight(path: &[Step], position: usize) -> f64 {
    let depth = path.len() - 1;
    let Step { zero, one, .. } = path[position];
    let size = (depth + 1) as f64;
    let mut next = path[depth].weight;
    let mut total = 0.0;
    for i in (0..depth).rev() {
        if one != 0.0 {
            let weight = next * size / ((i + 1) as f64 * one);
            total += weight;
            next = path[i].weight - weight * zero * (depth - i) as f64 / size;
        } else {
            total += path[i].weight * size / (zero * (depth - i) as f64);
        }
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trees::tree::{CategorySet, NUMERIC};

    /// Four splits on two numbers, one of which is asked for twice, and a column that is not asked for.
    fn by_hand() -> Tree {
        Tree {
            n_values: 1,
            column: vec![0, 1, 1, 0],
            threshold: vec![0.5, 0.3, 0.6, 0.8],
            set: vec![NUMERIC; 4],
            missing_left: vec![true, true, true, false],
            left: vec![1, !0, !2, !3],
            right: vec![2, !1, 3, !4],
            cover: vec![100.0, 40.0, 60.0, 36.0],
            leaf_value: vec![1.0, -2.0, 3.0, 5.0, -7.0],
            leaf_cover: vec![10.0, 30.0, 24.0, 9.0, 27.0],
            sets: Vec::new(),
        }
    }

    /// The expected leaf of a row of which only `known` columns are known: both ways at others.
    fn expected(tree: &Tree, x: &[f64], known: u32, child: i32) -> Vec<f64> {
        if child < 0 {
            return tree.leaf_values(!child as usize).to_vec();
        }
        let node = child as usize;
        let of = |child| expected(tree, x, known, child);
        if known >> tree.column[node] & 1 == 1 {
            return of(if tree.goes_left(node, x) { tree.left[node] } else { tree.right[node] });
        }
        let share = tree.cover_of(tree.left[node]) / tree.cover[node];
        let both = of(tree.left[node]).into_iter().zip(of(tree.right[node]));
        both.map(|(left, right)| share * left + (1.0 - share) * right).collect()
    }

    /// Shapley's formula, subset by subset.
    fn by_subsets(tree: &Tree, x: &[f64]) -> Vec<Vec<f64>> {
        let n = x.len();
        let factorial = |n: usize| (1..=n).map(|i| i as f64).product::<f64>();
        let mut values = vec![vec![0.0; n]; tree.n_values];
        for column in 0..n {
            for subset in (0..1_u32 << n).filter(|subset| subset >> column & 1 == 0) {
                let size = subset.count_ones() as usize;
                let weight = factorial(size) * factorial(n - size - 1) / factorial(n);
                let (without, with) =
                    (expected(tree, x, subset, tree.root()), expected(tree, x, subset | 1 << column, tree.root()));
                for ((row, without), with) in values.iter_mut().zip(without).zip(with) {
                    row[column] += weight * (with - without);
                }
            }
        }
        values
    }

    fn check(tree: &Tree, x: &[f64]) {
        let mut values = vec![vec![0.0; x.len()]; tree.n_values];
        add_shapley_values(tree, x, &mut values);
        for (found, expected) in values.iter().flatten().zip(by_subsets(tree, x).iter().flatten()) {
            assert!((found - expected).abs() < 1e-12, "{x:?}: {found} instead of {expected}");
        }
    }

    /// `shap.TreeExplainer(…, feature_perturbation="tree_path_dependent")` of shap 0.51.0 on the same tree.
    #[test]
    fn values_are_those_of_the_python_package() {
        let tree = by_hand();
        assert!((tree.expected_values()[0] + 1.22).abs() < 1e-12);
        for (x, expected) in [
            ([0.2, 0.1, 0.0], [-0.615, 2.835, 0.0]),
            ([0.7, 0.7, 0.0], [6.81, -0.59, 0.0]),
            ([0.9, 0.7, 1.0], [-2.79, -2.99, 0.0]),
            ([0.9, 0.2, 1.0], [-0.49, 4.71, 0.0]),
        ] {
            let mut values = vec![vec![0.0; 3]];
            add_shapley_values(&tree, &x, &mut values);
            for (found, expected) in values[0].iter().zip(expected) {
                assert!((found - expected).abs() < 1e-12, "{x:?}: {values:?}");
            }
        }
    }

    #[test]
    fn values_are_the_sum_over_all_subsets() {
        let mut tree = by_hand();
        for x in [[0.2, 0.1, 0.0], [f64::NAN, 0.7, 0.0], [0.7, f64::NAN, 0.0], [f64::INFINITY; 3]] {
            check(&tree, &x);
        }
        // Leaves of two numbers, and a split on categories.
        tree.n_values = 2;
        tree.leaf_value = vec![1.0, 0.0, -2.0, 0.5, 3.0, 3.0, 5.0, -1.0, -7.0, 0.25];
        let mut set = CategorySet::new(3);
        set.insert(1);
        (tree.sets, tree.set[2], tree.column[2]) = (vec![set], 0, 2);
        for x in [[0.2, 0.1, 0.0], [0.7, 0.7, 1.0], [0.7, 0.2, 2.0], [0.9, f64::NAN, 7.0]] {
            check(&tree, &x);
        }
        check(&Tree::leaf(&[3.0], 10.0), &[1.0]);
    }
}
