//! Tables that fixed defaults of boosting do not serve.

use super::*;

/// The most leaves among a default fit's trees, of 2000 rows of four columns between 0 and 1.
fn leaves_max(class: impl Fn(&[f64], f64) -> bool) -> Option<usize> {
    let mut state = 5;
    let x = Array2::from_shape_fn((2000, 4), |_| uniform(&mut state));
    let codes = x.rows().into_iter().map(|row| u32::from(class(&row.to_vec(), uniform(&mut state)))).collect();
    let y = Target::Class { codes, n_classes: 2 };
    match fit(&GradientBoosting::for_rows(2000), &x, &y, &MatrixInfo::default()) {
        Predictor::Trees(trees) => trees.trees.iter().map(Tree::n_leaves).max(),
        _ => unreachable!("boosting makes trees"),
    }
}

#[test]
fn folds_choose_larger_trees_for_what_only_they_can_tell_and_small_ones_in_noise() {
    let small = GradientBoosting::for_rows(2000).max_leaves;
    let odd_number_is_high = |row: &[f64], _| row.iter().filter(|&&value| value > 0.6).count() % 2 == 1;
    assert!(leaves_max(odd_number_is_high) > Some(small));
    let mostly_drawn = |row: &[f64], drawn| drawn < 0.3 + 0.2 * (row[0] + row[1]);
    assert_eq!(leaves_max(mostly_drawn), Some(small));
}

#[test]
fn who_says_a_parameter_of_the_shape_gets_it() {
    for (parameter, value) in [("max_leaves", serde_json::json!(12)), ("row_fraction", 0.9.into()), ("l2", 3.into())] {
        let parameters = serde_json::Map::from_iter([(parameter.to_owned(), value)]);
        let of = |name: &str| {
            let built = crate::learners::build(
                &crate::LearnerSpec { parameters: parameters.clone(), ..crate::LearnerSpec::new("gradient_boosting") },
                crate::Task::Binary,
                2000,
            );
            built.expect("known parameters").parameters().into_iter().find(|one| one.0 == name).map(|one| one.1)
        };
        assert_eq!(of("shape_by_folds"), Some(false.into()), "{parameter}");
    }
}

#[test]
fn more_categories_than_bins_are_told_apart() {
    let n_codes = 900_u32;
    let effect = |code: u32| f64::from(code * 7919 % 101) / 10.0;
    let mut state = 3;
    let x = Array2::from_shape_fn((27_000, 1), |(row, _)| f64::from(row as u32 % n_codes));
    let y = Target::Number(x.iter().map(|&code| effect(code as u32) + uniform(&mut state)).collect());
    let matrix = MatrixInfo { names: vec!["code".to_owned()], categorical: vec![Some(n_codes)], source: vec![0] };
    let learner = GradientBoosting { n_estimators: 200, rounds_by_folds: 0, ..GradientBoosting::for_rows(27_000) };
    let predictor = fit(&learner, &x, &y, &matrix);
    let error = |code: u32| (predict(&predictor, &[f64::from(code)])[0] - effect(code) - 0.5).abs();
    let mean = |codes: std::ops::Range<u32>| codes.clone().map(error).sum::<f64>() / codes.len() as f64;
    // Effects lie 2.5 around their mean on average.
    assert!(mean(0..255) < 0.5 && mean(255..n_codes) < 0.5, "{} {}", mean(0..255), mean(255..n_codes));
}
