//! What preparation costs: fitting, whole frames, one row at a time, one row through a whole model of 200 trees, and how
//! soon a cancelled fit ends.
//!
//! ```sh
//! cargo run --release -p mlwright-learn --example prepare_rows
//! ```
//!
//! With the argument `row` only the whole model is measured.

use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mlwright_base::{CancelToken, NoProgress, Seed};
use mlwright_learn::prepare::{FrameReader, Power, PreparationSpec};
use mlwright_learn::{
    Column, Feature, FeatureKind, FitContext, Frame, LearnError, LearnerSpec, Model, Preparation, Preparer, Target,
    Task, learners,
};

fn mixed(n: usize) -> (Frame, Vec<Feature>) {
    let level = |i: usize, k: usize| Some(Arc::from(format!("level {}", (i * 31 + i / 7) % k)));
    let mut columns: Vec<(String, FeatureKind, Column)> = Vec::new();
    for j in 0..10 {
        let number = |i: usize| if (i + j).is_multiple_of(11) { f64::NAN } else { ((i * (j + 3)) % 1009) as f64 };
        columns.push((format!("number {j}"), FeatureKind::Numeric, Column::Number((0..n).map(number).collect())));
    }
    for (j, k) in [3, 5, 12, 25, 200, 5000].into_iter().enumerate() {
        columns.push((
            format!("level {j}"),
            FeatureKind::Categorical,
            Column::Text((0..n).map(|i| level(i, k)).collect()),
        ));
    }
    columns.push((
        "code".to_owned(),
        FeatureKind::Categorical,
        Column::Number((0..n).map(|i| (i * 7 % 20) as f64).collect()),
    ));
    columns.push((
        "truth".to_owned(),
        FeatureKind::Boolean,
        Column::Boolean((0..n).map(|i| Some(i % 3 == 0)).collect()),
    ));
    for j in 0..2 {
        let moment = |i: usize| Some(1_600_000_000_000_000 + (i * (j + 1) * 7_919 % 900_000) as i64 * 100_000_000);
        columns.push((format!("date {j}"), FeatureKind::Datetime, Column::Datetime((0..n).map(moment).collect())));
    }
    let features = columns.iter().map(|(name, kind, _)| Feature { name: name.clone(), kind: *kind }).collect();
    (
        Frame::new(columns.into_iter().map(|(name, _, column)| (name, column)).collect()).expect("equal lengths"),
        features,
    )
}

fn wide(n: usize, width: usize) -> (Frame, Vec<Feature>) {
    let number = |i: usize, j: usize| ((i * 7919 + j * 104_729 + i * j) % 10_007) as f64;
    let columns = (0..width).map(|j| (format!("x{j}"), Column::Number((0..n).map(|i| number(i, j)).collect())));
    let features = (0..width).map(|j| Feature { name: format!("x{j}"), kind: FeatureKind::Numeric }).collect();
    (Frame::new(columns.collect()).expect("equal lengths"), features)
}

fn texts(n: usize) -> (Frame, Vec<Feature>) {
    let text = |i: usize| {
        let words: Vec<String> =
            (0..40).map(|k| format!("w{}", (i * 7919 + k * k * 31) % (1 + (k + 1) * 700))).collect();
        Some(Arc::from(words.join(" ")))
    };
    let features = vec![Feature { name: "text".to_owned(), kind: FeatureKind::Text }];
    (Frame::new(vec![("text".to_owned(), Column::Text((0..n).map(text).collect()))]).expect("one column"), features)
}

fn target(n: usize) -> Target {
    Target::Class { codes: (0..n).map(|i| u32::from(i * 7 % 10 < 3)).collect(), n_classes: 2 }
}

/// Boosted trees over the mixed columns, as an endpoint loads them; of a target by chance, so that they have all the
/// leaves that they may.
fn boosted(frame: &Frame, features: Vec<Feature>, rounds: u64) -> Result<Model, LearnError> {
    let chance = |i: usize| {
        (i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 63
    };
    let codes = (0..frame.n_rows()).map(|i| chance(i) as u32).collect();
    let (cancel, target) = (CancelToken::new(), Target::Class { codes, n_classes: 2 });
    let (preparer, x) =
        Preparer::fit_transform(frame, &features, Preparation::Tree, &target, Task::Binary, Seed(1), &cancel)?;
    let mut spec = LearnerSpec::new("gradient_boosting");
    spec.parameters.insert("n_estimators".to_owned(), rounds.into());
    let learner = learners::build(&spec, Task::Binary, frame.n_rows())?;
    let predictor =
        learner.fit(x.view(), &target, &FitContext::new(Seed(1), &cancel, &NoProgress, preparer.matrix()))?;
    Ok(Model {
        task: Task::Binary,
        target: "y".to_owned(),
        classes: vec!["no".to_owned(), "yes".to_owned()],
        positive_class: Some("yes".to_owned()),
        threshold: Some(0.5),
        features,
        learner: spec.name,
        parameters: spec.parameters,
        seed: Seed(1),
        n_training_rows: frame.n_rows() as u64,
        preparer,
        predictor,
        calibration: None,
        regions: None,
    })
}

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn main() -> Outcome {
    let mut out = std::io::stdout().lock();
    if std::env::args().nth(1).as_deref() == Some("row") {
        return one_row(&mut out);
    }
    preparations(&mut out)?;
    one_row(&mut out)?;
    cancelled_fits(&mut out)
}

fn preparations(out: &mut impl Write) -> Outcome {
    for (name, (frame, features)) in
        [("100,000 × 20 mixed", mixed(100_000)), ("8,000 × 1,500", wide(8000, 1500)), ("165 × 1,100", wide(165, 1100))]
    {
        for family in [Preparation::Tree, Preparation::Dense] {
            let (cancel, target) = (CancelToken::new(), target(frame.n_rows()));
            let started = Instant::now();
            let (preparer, _) =
                Preparer::fit_transform(&frame, &features, family, &target, Task::Binary, Seed(1), &cancel)?;
            let fitted = started.elapsed();
            let started = Instant::now();
            let x = preparer.transform(&frame, &cancel)?;
            let transformed = started.elapsed();
            let reader = FrameReader::new(&frame, &features)?;
            let (mut values, mut row) = (Vec::new(), vec![0.0; x.ncols()]);
            let n = frame.n_rows().min(20_000);
            let started = Instant::now();
            for at in 0..n {
                reader.read(at, &mut values);
                preparer.transform_row(&values, &mut row)?;
            }
            let per_row = started.elapsed().as_secs_f64() * 1e6 / n as f64;
            writeln!(
                out,
                "{name} {family:?}: {} columns, fit and transform {:.2} s, transform {:.2} s, one row {per_row:.2} µs",
                x.ncols(),
                fitted.as_secs_f64(),
                transformed.as_secs_f64()
            )?;
        }
    }
    Ok(())
}

fn one_row(out: &mut impl Write) -> Outcome {
    let (frame, features) = mixed(20_000);
    let model = boosted(&frame, features, 200)?;
    let reader = FrameReader::new(&frame, &model.features)?;
    let mut values = Vec::new();
    let mut micros: Vec<f64> = Vec::new();
    for _ in 0..5 {
        let started = Instant::now();
        for at in 0..frame.n_rows() {
            reader.read(at, &mut values);
            model.predict_row(&values)?;
        }
        micros.push(started.elapsed().as_secs_f64() * 1e6 / frame.n_rows() as f64);
    }
    micros.sort_by(f64::total_cmp);
    writeln!(
        out,
        "one row of 20 mixed columns through preparation and {} trees: {:.1} µs, median of five (slowest {:.1})",
        model.predictor.n_rounds().unwrap_or(0),
        micros[2],
        micros[4]
    )?;
    Ok(())
}

fn cancelled_fits(out: &mut impl Write) -> Outcome {
    let power = PreparationSpec { power: Power::YeoJohnson, ..Preparation::Dense.into() };
    for (name, (frame, features), spec) in [
        ("1,000,000 × 20 mixed, power transform", mixed(1_000_000), power),
        ("100,000 texts", texts(100_000), PreparationSpec { text_components: 200, ..Preparation::Dense.into() }),
    ] {
        let target = target(frame.n_rows());
        let mut slowest = Duration::ZERO;
        for after_ms in [50, 150, 400, 800, 1500, 3000, 6000] {
            let cancel = CancelToken::new();
            let waiting = cancel.clone();
            let canceller = std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(after_ms));
                waiting.cancel();
                Instant::now()
            });
            let fitted = Preparer::fit_transform(&frame, &features, &spec, &target, Task::Binary, Seed(1), &cancel);
            let ended = Instant::now();
            let cancelled_at = canceller.join().map_err(|_| "the cancelling thread failed")?;
            if fitted.is_err_and(|error| error == LearnError::Cancelled) {
                slowest = slowest.max(ended.saturating_duration_since(cancelled_at));
            }
        }
        writeln!(out, "{name}: a cancelled fit ends within {:.0} ms", slowest.as_secs_f64() * 1e3)?;
    }
    Ok(())
}
