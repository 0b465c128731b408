//! Against scikit-learn: `testdata/prepare.json`, made by `testdata/prepare.py`.

use serde::Deserialize;
use serde_json::json;

use super::*;

#[derive(Deserialize)]
struct Reference {
    numbers: Numbers,
    powers: Vec<PowerCase>,
    target_means: TargetMeans,
    places: Places,
    texts: Texts,
}

#[derive(Deserialize)]
struct Numbers {
    values: Vec<Option<f64>>,
    fill: f64,
    cases: Vec<NumbersCase>,
}

#[derive(Deserialize)]
struct NumbersCase {
    impute: String,
    scaling: String,
    out: Vec<f64>,
}

#[derive(Deserialize)]
struct PowerCase {
    name: String,
    values: Vec<f64>,
    out: Vec<f64>,
}

#[derive(Deserialize)]
struct TargetMeans {
    levels: Vec<String>,
    cases: Vec<TargetMeansCase>,
}

#[derive(Deserialize)]
struct TargetMeansCase {
    name: String,
    smooth: serde_json::Value,
    target: Vec<f64>,
    asked: Vec<String>,
    out: Vec<Vec<f64>>,
}

#[derive(Deserialize)]
struct Places {
    levels: Vec<String>,
    order: Vec<String>,
    given: Vec<f64>,
    natural: Vec<f64>,
}

#[derive(Deserialize)]
struct Texts {
    documents: Vec<String>,
    classes: Vec<u32>,
    numbers: Vec<f64>,
    names: Vec<String>,
    weights: Vec<Vec<f64>>,
    chi2: Vec<f64>,
    f: Vec<f64>,
    strengths: Vec<f64>,
    latent: Vec<Vec<f64>>,
    logistic: Vec<f64>,
    ridge: Vec<f64>,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("../../testdata/prepare.json")).unwrap()
}

fn spec(family: Preparation, parameters: &serde_json::Value) -> PreparationSpec {
    PreparationSpec::with_parameters(family, parameters.as_object().unwrap()).unwrap()
}

fn texts_column(values: &[String]) -> Column {
    text(&values.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The matrix of new rows, which no cross-fitting touches.
fn matrix_of(
    kind: FeatureKind,
    column: Column,
    spec: PreparationSpec,
    target: &Target,
    task: Task,
) -> (Preparer, Array2<f64>) {
    let frame = Frame::new(vec![("c".to_owned(), column)]).unwrap();
    let preparer = Preparer::fit(&frame, &[feature("c", kind)], spec, target, task, Seed(1)).unwrap();
    let matrix = preparer.transform(&frame, &CancelToken::new()).unwrap();
    (preparer, matrix)
}

fn assert_close(found: impl Iterator<Item = f64>, expected: &[f64], tolerance: f64, what: &str) {
    let found: Vec<f64> = found.collect();
    assert_eq!(found.len(), expected.len(), "{what}");
    for (row, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!((found - expected).abs() < tolerance, "{what}, row {row}: {found} instead of {expected}");
    }
}

#[test]
fn imputing_and_scaling() {
    let numbers = reference().numbers;
    let values: Vec<f64> = numbers.values.iter().map(|value| value.unwrap_or(f64::NAN)).collect();
    let target = Target::Number(vec![0.0; values.len()]);
    assert_eq!(numbers.cases.len(), 12);
    for NumbersCase { impute, scaling, out } in numbers.cases {
        let spec = spec(Preparation::Dense, &json!({"impute": impute, "scaling": scaling, "fill": numbers.fill}));
        let (preparer, matrix) =
            matrix_of(FeatureKind::Numeric, Column::Number(values.clone()), spec, &target, Task::Regression);
        assert_eq!(preparer.matrix().names, ["c", "c is missing"]);
        assert_close(matrix.column(0).iter().copied(), &out, 1e-12, &format!("{impute} {scaling}"));
    }
}

#[test]
fn power_transforms() {
    // The exponent is where a flat curve is lowest: two searches agree on it to seven digits or so.
    for PowerCase { name, values, out } in reference().powers {
        let spec = spec(Preparation::Dense, &json!({"power": "yeo_johnson"}));
        let target = Target::Number(vec![0.0; values.len()]);
        let (_, matrix) = matrix_of(FeatureKind::Numeric, Column::Number(values), spec, &target, Task::Regression);
        assert_close(matrix.column(0).iter().copied(), &out, 1e-6, &name);
    }
}

#[test]
fn target_means() {
    let TargetMeans { levels, cases } = reference().target_means;
    assert_eq!(cases.len(), 6);
    for TargetMeansCase { name, smooth, target, asked, out } in cases {
        let smoothing = if smooth.is_string() { json!("auto") } else { json!({"rows": smooth}) };
        // Missing is a level of its own, unless it is kept.
        let spec =
            spec(Preparation::Dense, &json!({"categories": "target", "smoothing": smoothing, "scaling": "none"}));
        let codes = || target.iter().map(|code| *code as u32).collect();
        let (target, task) = match name.as_str() {
            "number" => (Target::Number(target), Task::Regression),
            "two classes" => (Target::Class { codes: codes(), n_classes: 2 }, Task::Binary),
            _ => (Target::Class { codes: codes(), n_classes: 3 }, Task::Multiclass),
        };
        let (preparer, _) = matrix_of(FeatureKind::Categorical, texts_column(&levels), spec, &target, task);
        for (level, expected) in asked.iter().zip(out) {
            assert_close(
                row(&preparer, Value::text(level)).into_iter(),
                &expected,
                1e-12,
                &format!("{name} {smooth} {level}"),
            );
        }
    }
}

#[test]
fn places_in_an_order() {
    let Places { levels, order, given, natural } = reference().places;
    let target = Target::Number(vec![0.0; levels.len()]);
    for (parameters, expected) in
        [(json!({"orders": {"c": order}}), given), (json!({"categories": "ordinal"}), natural)]
    {
        let spec = spec(Preparation::Tree, &parameters);
        let (preparer, matrix) =
            matrix_of(FeatureKind::Categorical, texts_column(&levels), spec, &target, Task::Regression);
        assert_eq!(preparer.matrix().names, ["c place"]);
        assert_close(matrix.column(0).iter().copied(), &expected, 1e-15, "places");
    }
}

/// Only the blocks asked for, beside the four measures.
fn texts_spec(words: usize, components: usize, score: bool) -> PreparationSpec {
    spec(Preparation::Tree, &json!({"text_words_max": words, "text_components": components, "text_score": score}))
}

#[test]
fn weights_of_word_sequences() {
    let texts = reference().texts;
    let target = classes(&texts.classes);
    let (preparer, matrix) =
        matrix_of(FeatureKind::Text, texts_column(&texts.documents), texts_spec(1000, 0, false), &target, Task::Binary);
    let names: Vec<String> = texts.names.iter().map(|name| format!("c has {name:?}")).collect();
    assert_eq!(preparer.matrix().names[4..], names);
    for (row, expected) in texts.weights.iter().enumerate() {
        assert_close(matrix.row(row).iter().skip(4).copied(), expected, 1e-12, &format!("document {row}"));
    }
}

#[test]
fn words_that_tell_most() {
    let texts = reference().texts;
    let best = |relevance: &[f64]| {
        let mut order: Vec<usize> = (0..relevance.len()).collect();
        order.sort_by(|&a, &b| relevance[b].total_cmp(&relevance[a]));
        let mut names: Vec<String> = order[..5].iter().map(|&at| format!("c has {:?}", texts.names[at])).collect();
        assert!(relevance[order[4]] > relevance[order[5]] + 1e-9, "no tie at the cut");
        names.sort();
        names
    };
    let found = |target: &Target, task| {
        let spec = texts_spec(5, 0, false);
        let (preparer, _) = matrix_of(FeatureKind::Text, texts_column(&texts.documents), spec, target, task);
        let mut names = preparer.matrix().names[4..].to_vec();
        names.sort();
        names
    };
    assert_eq!(found(&classes(&texts.classes), Task::Binary), best(&texts.chi2));
    assert_eq!(found(&Target::Number(texts.numbers.clone()), Task::Regression), best(&texts.f));
}

#[test]
fn latent_components() {
    let texts = reference().texts;
    let spec = texts_spec(0, 3, false);
    let (preparer, matrix) =
        matrix_of(FeatureKind::Text, texts_column(&texts.documents), spec, &classes(&texts.classes), Task::Binary);
    assert_eq!(preparer.matrix().names[4..], ["c component 1", "c component 2", "c component 3"]);
    for k in 0..3 {
        let expected: Vec<f64> = texts.latent.iter().map(|row| row[k]).collect();
        // A singular vector and its negative are as good.
        let found = matrix.column(4 + k);
        let sign = if found.iter().zip(&expected).map(|(a, b)| a * b).sum::<f64>() < 0.0 { -1.0 } else { 1.0 };
        assert_close(found.iter().map(|value| sign * value), &expected, 1e-6, &format!("component {}", k + 1));
        let strength = found.iter().map(|value| value * value).sum::<f64>().sqrt();
        assert!((strength - texts.strengths[k]).abs() < 1e-6);
    }
}

#[test]
fn scores_of_texts() {
    let texts = reference().texts;
    let of = |target: &Target, task| {
        let spec = texts_spec(0, 0, true);
        let (preparer, matrix) = matrix_of(FeatureKind::Text, texts_column(&texts.documents), spec, target, task);
        assert_eq!(preparer.matrix().names[4..], ["c score"]);
        matrix.column(4).to_vec()
    };
    // The descent ends when no row moves by more than a thousandth of its range.
    assert_close(of(&classes(&texts.classes), Task::Binary).into_iter(), &texts.logistic, 0.01, "logistic");
    assert_close(of(&Target::Number(texts.numbers.clone()), Task::Regression).into_iter(), &texts.ridge, 0.02, "ridge");
}
