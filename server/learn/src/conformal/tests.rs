use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::*;

const MISS_RATE: f64 = 0.1;
const N_CALIBRATION: usize = 99;
const N_REPEATS: usize = 400;
const N_TEST: usize = 50;

#[test]
fn the_rank_counts_the_row_to_come() {
    let scores: Vec<f64> = (1..=9).rev().map(f64::from).collect();
    // ⌈10 × 0.9⌉ = 9, ⌈10 × 0.8⌉ = 8, ⌈10 × 0.95⌉ = 10 of nine.
    assert_eq!(threshold(&scores, 0.1), Ok(9.0));
    assert_eq!(threshold(&scores, 0.2), Ok(8.0));
    assert_eq!(threshold(&scores, 0.05), Ok(f64::INFINITY));
    assert_eq!(threshold(&[], 0.5), Ok(f64::INFINITY));
    assert!(matches!(threshold(&scores, 0.0), Err(LearnError::Parameter { .. })));
    assert!(matches!(threshold(&scores, f64::NAN), Err(LearnError::Parameter { .. })));
    assert!(matches!(threshold(&[f64::NAN], 0.5), Err(LearnError::Shape(_))));
    assert!(matches!(residual_scores(&[1.0], &[]), Err(LearnError::Shape(_))));
    assert!(matches!(scaled_residual_scores(&[1.0], &[1.0], &[0.0]), Err(LearnError::Shape(_))));
}

/// The share of new rows whose true value is held, over many draws of calibration and new rows.
/// `draw` gives a row; `hold` calibrates on rows and says of a new one whether it is held.
fn check_coverage<Row>(
    name: &str,
    draw: impl Fn(&mut Xoshiro256PlusPlus) -> Row,
    hold: impl Fn(&[Row], &Row) -> bool,
    most: f64,
) {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(17);
    let mut held = 0;
    for _ in 0..N_REPEATS {
        let calibration: Vec<Row> = (0..N_CALIBRATION).map(|_| draw(&mut rng)).collect();
        held += (0..N_TEST).filter(|_| hold(&calibration, &draw(&mut rng))).count();
    }
    let share = held as f64 / (N_REPEATS * N_TEST) as f64;
    // The coverage given a calibration set is Beta(90, 10), whose deviation is 0.03; of the mean of 400
    // such and of 20,000 rows it is 0.0026.
    assert!(share >= 1.0 - MISS_RATE - 0.008 && share <= most, "{name} holds {share}");
}

fn normal(rng: &mut Xoshiro256PlusPlus) -> f64 {
    let (a, b): (f64, f64) = (rng.gen_range(1e-300..1.0), rng.r#gen());
    (-2.0 * a.ln()).sqrt() * (2.0 * std::f64::consts::PI * b).cos()
}

/// A number whose spread is 1 + 3 x, predicted by a model that is off by half.
struct NumberRow {
    x: f64,
    truth: f64,
    predicted: f64,
}

fn number_row(rng: &mut Xoshiro256PlusPlus) -> NumberRow {
    let x: f64 = rng.r#gen();
    NumberRow { x, truth: 5.0 * x + (1.0 + 3.0 * x) * normal(rng), predicted: 5.0 * x + 0.5 }
}

fn holds(interval: Interval, value: f64) -> bool {
    (interval.low..=interval.high).contains(&value)
}

#[test]
fn intervals_hold_as_often_as_promised() {
    let truth = |rows: &[NumberRow]| rows.iter().map(|row| row.truth).collect::<Vec<_>>();
    let predicted = |rows: &[NumberRow]| rows.iter().map(|row| row.predicted).collect::<Vec<_>>();
    let spread = |row: &NumberRow| 1.0 + 3.0 * row.x;
    check_coverage(
        "residuals",
        number_row,
        |rows, new| {
            let scores = residual_scores(&truth(rows), &predicted(rows)).expect("same lengths");
            holds(residual_interval(new.predicted, threshold(&scores, MISS_RATE).expect("sound")), new.truth)
        },
        0.91,
    );
    check_coverage(
        "scaled residuals",
        number_row,
        |rows, new| {
            let spreads: Vec<f64> = rows.iter().map(spread).collect();
            let scores = scaled_residual_scores(&truth(rows), &predicted(rows), &spreads).expect("same lengths");
            let threshold = threshold(&scores, MISS_RATE).expect("sound");
            holds(scaled_residual_interval(new.predicted, spread(new), threshold), new.truth)
        },
        0.91,
    );
    check_coverage(
        "quantiles",
        number_row,
        |rows, new| {
            // Quantiles that are too near to each other.
            let ends = |row: &NumberRow| (row.predicted - spread(row), row.predicted + spread(row));
            let (low, high): (Vec<f64>, Vec<f64>) = rows.iter().map(ends).unzip();
            let scores = quantile_scores(&truth(rows), &low, &high).expect("same lengths");
            let (low, high) = ends(new);
            holds(quantile_interval(low, high, threshold(&scores, MISS_RATE).expect("sound")), new.truth)
        },
        0.91,
    );
}

/// Probabilities of four classes, of which the model is surer than it should be.
struct ClassRow {
    probabilities: Vec<f64>,
    code: u32,
    share: f64,
}

fn class_row(rng: &mut Xoshiro256PlusPlus) -> ClassRow {
    let margins: Vec<f64> = (0..4).map(|_| 1.5 * normal(rng)).collect();
    let mut truth = margins.clone();
    crate::predictor::softmax(&mut truth);
    let mut probabilities: Vec<f64> = margins.iter().map(|margin| 2.0 * margin).collect();
    crate::predictor::softmax(&mut probabilities);
    let at: f64 = rng.r#gen();
    let mut sum = 0.0;
    let code = truth
        .iter()
        .position(|p| {
            sum += p;
            at < sum
        })
        .unwrap_or(3) as u32;
    ClassRow { probabilities, code, share: rng.r#gen() }
}

#[test]
fn sets_hold_as_often_as_promised() {
    check_coverage(
        "least ambiguous sets",
        class_row,
        |rows, new| {
            let scores: Vec<f64> = rows.iter().map(|row| least_ambiguous_score(&row.probabilities, row.code)).collect();
            least_ambiguous_set(&new.probabilities, threshold(&scores, MISS_RATE).expect("sound")).contains(&new.code)
        },
        0.91,
    );
    // The first class is never left out, which holds a little more than promised.
    check_coverage(
        "adaptive sets",
        class_row,
        |rows, new| {
            let scores: Vec<f64> =
                rows.iter().map(|row| adaptive_score(&row.probabilities, row.code, row.share)).collect();
            adaptive_set(&new.probabilities, threshold(&scores, MISS_RATE).expect("sound"), new.share)
                .contains(&new.code)
        },
        0.94,
    );
    check_coverage(
        "adaptive sets without chance",
        class_row,
        |rows, new| {
            let scores: Vec<f64> = rows.iter().map(|row| adaptive_score(&row.probabilities, row.code, 1.0)).collect();
            adaptive_set(&new.probabilities, threshold(&scores, MISS_RATE).expect("sound"), 1.0).contains(&new.code)
        },
        1.0,
    );
}

#[test]
fn sets_are_those_of_the_definition() {
    let probabilities = [0.1, 0.5, 0.1, 0.3];
    assert!((adaptive_score(&probabilities, 3, 0.5) - 0.65).abs() < 1e-15);
    // Of equally probable ones the smaller first: 0.5 + 0.3 + 0.1.
    assert!((adaptive_score(&probabilities, 2, 0.0) - 0.9).abs() < 1e-15);
    assert_eq!(adaptive_set(&probabilities, 0.85, 1.0), [1, 3]);
    assert_eq!(adaptive_set(&probabilities, 0.85, 0.0), [1, 3, 0]);
    assert_eq!(adaptive_set(&probabilities, 0.01, 1.0), [1]);
    assert_eq!(adaptive_set(&probabilities, f64::INFINITY, 1.0), [1, 3, 0, 2]);
    assert_eq!(least_ambiguous_set(&probabilities, 0.7), [1, 3]);
    assert_eq!(least_ambiguous_set(&probabilities, 0.1), [1]);
    assert_eq!(quantile_interval(1.0, 2.0, -1.0), Interval { low: 1.5, high: 1.5 });
    assert_eq!(residual_interval(1.0, f64::INFINITY), Interval { low: f64::NEG_INFINITY, high: f64::INFINITY });
}
