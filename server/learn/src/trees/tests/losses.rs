//! Losses, weights, and going on from a fit.

use super::*;
use crate::trees::grow::GrowthPolicy;
use crate::trees::objective::Loss;
use crate::weights::ClassWeight;

fn learner() -> GradientBoosting {
    GradientBoosting { n_estimators: 60, ..plain(1500) }
}

fn fit_with(
    learner: &GradientBoosting,
    x: &Array2<f64>,
    y: &Target,
    matrix: &MatrixInfo,
    weights: Option<&[f64]>,
    start: Option<&Predictor>,
) -> Result<Predictor, LearnError> {
    let cancel = CancelToken::new();
    let cx = FitContext { weights, start, ..FitContext::new(Seed(1), &cancel, &NoProgress, matrix) };
    learner.fit(x.view(), y, &cx)
}

fn answers(predictor: &Predictor, x: &Array2<f64>) -> Vec<f64> {
    x.rows().into_iter().map(|row| *predict(predictor, &row.to_vec()).last().expect("an answer")).collect()
}

/// Two groups of a column, each a known distribution.
fn groups(of: impl Fn(usize, &mut u64) -> f64) -> (Array2<f64>, Vec<f64>) {
    let mut state = 3;
    let n = 2000;
    let x = Array2::from_shape_fn((n, 1), |(row, _)| (row % 2) as f64);
    let y = (0..n).map(|row| of(row % 2, &mut state)).collect();
    (x, y)
}

#[test]
fn each_loss_finds_what_it_is_the_loss_of() {
    // Skewed numbers: u² has mean 1/3 and the quantile q at q².
    let (x, y) = groups(|group, state| (1.0 + 2.0 * group as f64) * uniform(state).powi(2));
    let learner = GradientBoosting { n_estimators: 200, learning_rate: 0.2, l2: 0.0, ..learner() };
    let sorted = |group: usize| {
        let mut of: Vec<f64> = y.iter().skip(group).step_by(2).copied().collect();
        of.sort_by(f64::total_cmp);
        of
    };
    let target = Target::Number(y.clone());
    for (loss, quantile) in [
        (Loss::Squared, None),
        (Loss::Poisson, None),
        (Loss::Gamma, None),
        (Loss::Tweedie, None),
        (Loss::Absolute, Some(0.5)),
        (Loss::Quantile, Some(0.9)),
    ] {
        let learner = GradientBoosting { loss, quantile: 0.9, ..learner.clone() };
        let predictor = fit(&learner, &x, &target, &MatrixInfo::default());
        for group in 0..2 {
            let of = sorted(group);
            let expected = match quantile {
                None => of.iter().sum::<f64>() / 1000.0,
                Some(share) => of[(1000.0 * share) as usize],
            };
            let found = predict(&predictor, &[group as f64])[0];
            assert!((found / expected - 1.0).abs() < 0.01, "{loss:?} {group}: {found} instead of {expected}");
        }
    }
    // Huber's answer lies between the median and the mean, and nears the mean as its bound grows.
    let huber = |huber_delta: f64| {
        let learner = GradientBoosting { loss: Loss::Huber, huber_delta, ..learner.clone() };
        predict(&fit(&learner, &x, &target, &MatrixInfo::default()), &[0.0])[0]
    };
    let of = sorted(0);
    let (median, mean) = (of[500], of.iter().sum::<f64>() / 1000.0);
    assert!(median < huber(0.2) && huber(0.2) < huber(1.0) && (huber(100.0) - mean).abs() < 1e-3);
}

#[test]
fn targets_that_a_loss_cannot_take_are_refused() {
    let (x, mut y) = groups(|_, state| uniform(state));
    y[7] = 0.0;
    let refused = |loss: Loss, y: &[f64]| {
        let learner = GradientBoosting { loss, ..learner() };
        matches!(
            fit_with(&learner, &x, &Target::Number(y.to_vec()), &MatrixInfo::default(), None, None),
            Err(LearnError::UnsuitableData { .. })
        )
    };
    assert!(refused(Loss::Gamma, &y) && !refused(Loss::Poisson, &y));
    y[7] = -1.0;
    assert!(refused(Loss::Poisson, &y) && refused(Loss::Tweedie, &y));
    assert!(refused(Loss::Poisson, &[0.0; 2000]));
}

#[test]
fn counts_far_above_their_mean_do_not_overshoot() {
    // One leaf of the tree holds counts a million times the others'.
    let x = Array2::from_shape_fn((400, 1), |(row, _)| f64::from(u8::from(row < 40)));
    let y = Target::Number((0..400).map(|row| if row < 40 { 1e9 } else { 1e3 }).collect());
    for loss in [Loss::Poisson, Loss::Gamma, Loss::Tweedie] {
        let learner = GradientBoosting { loss, n_estimators: 300, min_samples_leaf: 5, l2: 0.0, ..learner() };
        let predictor = fit(&learner, &x, &y, &MatrixInfo::default());
        let (low, high) = (predict(&predictor, &[0.0])[0], predict(&predictor, &[1.0])[0]);
        assert!((low / 1e3 - 1.0).abs() < 0.01 && (high / 1e9 - 1.0).abs() < 0.01, "{loss:?}: {low} {high}");
    }
}

#[test]
fn a_weight_of_two_is_a_row_twice_and_equal_weights_are_none() {
    let (Table { x, number, multiclass, binary }, matrix) = large();
    let learner = GradientBoosting { min_samples_leaf: 1, min_hessian_leaf: 5.0, ..learner() };
    for y in [&number, &multiclass, &binary] {
        let plain = fit(&learner, &x, y, &matrix);
        let equal = fit_with(&learner, &x, y, &matrix, Some(&[7.5; 1500]), None).expect("fits");
        assert_eq!(plain, equal);
    }
    // Rows 0..750 count twice, or stand twice in the table.
    let twice: Vec<usize> = (0..1500).chain(0..750).collect();
    let weights: Vec<f64> = (0..1500).map(|row| if row < 750 { 2.0 } else { 1.0 }).collect();
    let learner = GradientBoosting { n_estimators: 1, max_leaves: 4, l2: 0.0, ..learner };
    // One number column, whose bins do not depend on how often values occur.
    let x = x.select(ndarray::Axis(1), &[0]).mapv(|value| (value * 20.0).floor());
    let doubled = fit(&learner, &x.select(ndarray::Axis(0), &twice), &number.take(&twice), &MatrixInfo::default());
    let weighted = fit_with(&learner, &x, &number, &MatrixInfo::default(), Some(&weights), None).expect("fits");
    for (doubled, weighted) in answers(&doubled, &x).iter().zip(answers(&weighted, &x)) {
        assert!((doubled - weighted).abs() < 1e-6 * doubled.abs(), "{doubled} {weighted}");
    }
    for wrong in [vec![1.0; 3], vec![-1.0; 1500], vec![f64::NAN; 1500], vec![0.0; 1500]] {
        let refused = fit_with(&learner, &x, &number, &MatrixInfo::default(), Some(&wrong), None);
        assert!(matches!(refused, Err(LearnError::Shape(_))), "{refused:?}");
    }
}

#[test]
fn balanced_classes_move_the_base_rate_to_one_half() {
    let (Table { x, binary, .. }, matrix) = large();
    let Target::Class { codes, .. } = &binary else { unreachable!("classes") };
    // Keep one in ten of the positives.
    let rows: Vec<usize> = (0..1500).filter(|&row| codes[row] == 0 || row % 10 == 0).collect();
    let (x, y) = (x.select(ndarray::Axis(0), &rows), binary.take(&rows));
    let mean = |class_weight: ClassWeight| {
        let learner = GradientBoosting { class_weight, n_estimators: 1, learning_rate: 1e-6, ..learner() };
        answers(&fit(&learner, &x, &y, &matrix), &x)[0]
    };
    let Target::Class { codes, .. } = &y else { unreachable!("classes") };
    let share = codes.iter().filter(|&&code| code == 1).count() as f64 / codes.len() as f64;
    assert!((mean(ClassWeight::Equal) - share).abs() < 1e-3 && share < 0.2);
    assert!((mean(ClassWeight::Balanced) - 0.5).abs() < 1e-3);
}

#[test]
fn going_on_is_as_if_it_had_not_stopped() {
    let (Table { x, number, multiclass, binary }, matrix) = large();
    for y in [&number, &multiclass, &binary] {
        let half = GradientBoosting { n_estimators: 15, ..learner() };
        let first = fit(&half, &x, y, &matrix);
        let both = fit_with(&half, &x, y, &matrix, None, Some(&first)).expect("goes on");
        let whole = fit(&GradientBoosting { n_estimators: 30, ..learner() }, &x, y, &matrix);
        assert_eq!(both.n_rounds(), Some(30));
        for (both, whole) in answers(&both, &x).iter().zip(answers(&whole, &x)) {
            assert!((both - whole).abs() < 1e-6 * whole.abs().max(1.0), "{both} {whole}");
        }
    }
    let other = fit(&learner(), &x, &number, &matrix);
    let refused = fit_with(&learner(), &x, &binary, &matrix, None, Some(&other));
    assert!(matches!(refused, Err(LearnError::UnsuitableData { .. })), "{refused:?}");
}

#[test]
fn rows_drawn_by_gradient_and_levels_first_learn_the_same_table() {
    let (Table { x, number, .. }, matrix) = large();
    let Target::Number(values) = &number else { unreachable!("numbers") };
    let error = |learner: &GradientBoosting| {
        let found = answers(&fit(learner, &x, &number, &matrix), &x);
        found.iter().zip(values).map(|(found, value)| (found - value).powi(2)).sum::<f64>() / 1500.0
    };
    let mean = values.iter().sum::<f64>() / 1500.0;
    let spread = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / 1500.0;
    let by_gradient = GradientBoosting { gradient_top_fraction: 0.2, gradient_other_fraction: 0.2, ..learner() };
    let by_level = GradientBoosting { growth_policy: GrowthPolicy::DepthWise, max_depth: 4, ..learner() };
    for learner in [learner(), by_gradient, by_level.clone()] {
        assert!(error(&learner) < 0.05 * spread, "{} of {spread}", error(&learner));
    }
    // With fewer leaves than two levels take, the second level is not begun on one side alone and left on the other.
    let three = GradientBoosting { max_leaves: 4, n_estimators: 1, ..by_level };
    let Predictor::Trees(trees) = fit(&three, &x, &number, &matrix) else { unreachable!("trees") };
    assert!(trees.trees[0].left[0] > 0 && trees.trees[0].right[0] > 0, "{:?}", trees.trees[0]);
}
