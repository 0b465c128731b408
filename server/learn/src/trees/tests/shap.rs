//! SHAP values against those of Python `shap` (`testdata/make_shap.py`; version in the file).

use serde::Deserialize;

use crate::trees::Tree;
use crate::trees::shap::add_shapley_values;
use crate::trees::tree::NUMERIC;

#[derive(Deserialize)]
struct Vectors {
    rows: Vec<Vec<f64>>,
    trees: Vec<Reference>,
}

/// A tree as scikit-learn lays it out: nodes in one list, −1 for the children of a leaf.
#[derive(Deserialize)]
struct Reference {
    left: Vec<i32>,
    right: Vec<i32>,
    feature: Vec<i32>,
    threshold: Vec<f64>,
    value: Vec<f64>,
    n_samples: Vec<f64>,
    expected: f64,
    shap: Vec<Vec<f64>>,
}

impl Reference {
    fn tree(&self) -> Tree {
        let mut tree = Tree::leaf(&[0.0], 1.0);
        (tree.leaf_value, tree.leaf_cover) = (Vec::new(), Vec::new());
        let (mut n_inner, mut reference) = (0, Vec::new());
        for node in 0..self.left.len() {
            if self.left[node] < 0 {
                reference.push(!(tree.leaf_value.len() as i32));
                tree.leaf_value.push(self.value[node]);
                tree.leaf_cover.push(self.n_samples[node]);
            } else {
                reference.push(n_inner);
                n_inner += 1;
            }
        }
        for node in (0..self.left.len()).filter(|&node| self.left[node] >= 0) {
            tree.column.push(self.feature[node] as u32);
            tree.threshold.push(self.threshold[node]);
            tree.set.push(NUMERIC);
            tree.missing_left.push(true);
            tree.left.push(reference[self.left[node] as usize]);
            tree.right.push(reference[self.right[node] as usize]);
            tree.cover.push(self.n_samples[node]);
        }
        tree
    }
}

#[test]
fn shap_values_are_those_of_python_shap() {
    let vectors: Vectors = serde_json::from_str(include_str!("../../testdata/shap.json")).expect("the file is sound");
    for reference in &vectors.trees {
        let tree = reference.tree();
        assert_eq!(tree.check(6), Ok(()));
        assert!((tree.expected_values()[0] - reference.expected).abs() < 1e-9);
        for (row, expected) in vectors.rows.iter().zip(&reference.shap) {
            let mut values = vec![vec![0.0; 6]];
            add_shapley_values(&tree, row, &mut values);
            for (found, expected) in values[0].iter().zip(expected) {
                assert!((found - expected).abs() < 1e-9, "{found} instead of {expected}");
            }
            let sum = reference.expected + values[0].iter().sum::<f64>();
            assert!((sum - tree.leaf_values(tree.leaf_of(row))[0]).abs() < 1e-9);
        }
    }
}
