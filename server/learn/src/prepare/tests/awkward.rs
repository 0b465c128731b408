//! Tables that are not as one would wish.

use serde_json::json;

use super::*;

const FAMILIES: [Preparation; 3] = [Preparation::Dense, Preparation::Tree, Preparation::Distance];

fn fit_transform(
    columns: Vec<(&str, FeatureKind, Column)>,
    spec: impl Into<PreparationSpec>,
) -> (Preparer, Array2<f64>) {
    let n = columns[0].2.len();
    let features: Vec<Feature> = columns.iter().map(|(name, kind, _)| feature(name, *kind)).collect();
    let frame = Frame::new(columns.into_iter().map(|(name, _, column)| (name.to_owned(), column)).collect()).unwrap();
    let target = classes(&(0..n).map(|row| u32::from(row * 7 % 5 < 2)).collect::<Vec<_>>());
    Preparer::fit_transform(&frame, &features, spec, &target, Task::Binary, Seed(3), &CancelToken::new()).unwrap()
}

fn reason(preparer: &Preparer, feature: &str) -> Option<DropReason> {
    preparer.plan().into_iter().find(|plan| plan.feature == feature).unwrap().dropped
}

#[test]
fn what_is_left_out_is_said() {
    let numbers = |values: &[f64]| Column::Number(values.to_vec());
    let nan = f64::NAN;
    for family in FAMILIES {
        let (preparer, matrix) = fit_transform(
            vec![
                ("price", FeatureKind::Numeric, numbers(&[1.0, 2.0, 3.0, 4.0, 0.0])),
                ("empty", FeatureKind::Numeric, numbers(&[nan; 5])),
                ("infinite", FeatureKind::Numeric, numbers(&[f64::INFINITY; 5])),
                ("constant", FeatureKind::Numeric, numbers(&[7.0; 5])),
                ("copy", FeatureKind::Numeric, text(&["1.0", "2", " 3 ", "4", "-0"])),
                ("scaled", FeatureKind::Numeric, numbers(&[2.0, 4.0, 6.0, 8.0, 0.0])),
                ("ids", FeatureKind::Categorical, text(&["p", "q", "r", "s", "t"])),
                ("blank", FeatureKind::Text, text(&["", " ", "n/a", "?", "null"])),
                ("never", FeatureKind::Datetime, Column::Datetime(vec![None; 5])),
            ],
            family,
        );
        assert_eq!(reason(&preparer, "price"), None);
        for name in ["empty", "infinite", "blank", "never"] {
            assert_eq!(reason(&preparer, name), Some(DropReason::Empty), "{name}");
        }
        for name in ["constant", "ids"] {
            assert_eq!(reason(&preparer, name), Some(DropReason::Constant), "{name}");
        }
        assert_eq!(reason(&preparer, "copy"), Some(DropReason::Duplicate { of: "price".to_owned() }));
        assert_eq!(reason(&preparer, "scaled"), None, "a multiple is no copy");
        assert_eq!(matrix.dim(), (5, 2));
    }
}

#[test]
fn columns_missing_in_the_same_rows_share_their_indicator() {
    let holes = |shift: usize| {
        Column::Number((0..20).map(|i| if i % 5 < 3 { f64::NAN } else { (i * (i + shift) % 17) as f64 }).collect())
    };
    let (preparer, _) = fit_transform(
        vec![("a", FeatureKind::Numeric, holes(1)), ("b", FeatureKind::Numeric, holes(2))],
        Preparation::Dense,
    );
    assert_eq!(preparer.matrix().names, ["a", "a is missing", "b"]);
}

#[test]
fn dates_written_as_numbers_are_dates() {
    let asked = |number: f64| {
        let trained_on = Column::Number(vec![20_240_131.0, 20_240_229.0, 1_700_000_000.0]);
        row(&fit_one(FeatureKind::Datetime, trained_on, Preparation::Tree), Value::Number(number))
    };
    assert_eq!(asked(20_240_301.0), asked(1_709_251_200.0), "seconds");
    assert_eq!(asked(20_240_301.0), asked(1_709_251_200_000.0), "milliseconds");
    assert_eq!(asked(20_240_301.0), asked(1_709_251_200_000_000.0), "microseconds");
}

#[test]
fn more_columns_than_rows_and_many_of_both() {
    let number = |i: usize, j: usize| ((i * 31 + j * 17 + i * j) % 101) as f64;
    for (n_rows, n_columns, missing_percent) in [(165, 1100, 0), (2000, 300, 60)] {
        let names: Vec<String> = (0..n_columns).map(|j| format!("x{j}")).collect();
        for family in FAMILIES {
            let columns = names.iter().enumerate().map(|(j, name)| {
                let value = |i: usize| if (i * 13 + j * 7) % 100 < missing_percent { f64::NAN } else { number(i, j) };
                (name.as_str(), FeatureKind::Numeric, Column::Number((0..n_rows).map(value).collect()))
            });
            let (preparer, matrix) = fit_transform(columns.collect(), family);
            assert_eq!(matrix.nrows(), n_rows);
            let n_used = preparer.plan().iter().filter(|plan| plan.dropped.is_none()).count();
            assert!(matrix.ncols() >= n_used && n_used > 90, "{n_used} of {n_columns}");
            assert_eq!(
                matrix.iter().all(|value| value.is_finite()),
                family != Preparation::Tree || missing_percent == 0
            );
        }
    }
}

#[test]
fn thousands_of_levels_and_classes_stay_bounded() {
    let n = 6000;
    let levels = Column::Text((0..n).map(|i| Some(Arc::from(format!("level {}", i * 7 % 2500)))).collect());
    let target = Target::Class { codes: (0..n as u32).map(|i| i % 1000).collect(), n_classes: 1000 };
    let frame = Frame::new(vec![("c".to_owned(), levels)]).unwrap();
    for family in FAMILIES {
        let features = [feature("c", FeatureKind::Categorical)];
        let preparer = Preparer::fit(&frame, &features, family, &target, Task::Multiclass, Seed(1)).unwrap();
        assert_eq!(preparer.matrix().names.len(), 30);
    }
}

#[test]
fn huge_and_tiny_numbers_stay_finite() {
    let values = vec![-1e308, 1e308, 5e-324, 0.0, 1e308, -1e308];
    for scaling in ["none", "standard", "robust", "min_max"] {
        for power in ["none", "yeo_johnson"] {
            let parameters = json!({"scaling": scaling, "power": power});
            let spec = PreparationSpec::with_parameters(Preparation::Dense, parameters.as_object().unwrap()).unwrap();
            let (_, matrix) = fit_transform(vec![("c", FeatureKind::Numeric, Column::Number(values.clone()))], spec);
            assert!(matrix.iter().all(|value| value.is_finite()), "{scaling} {power}: {matrix}");
        }
    }
    let frame = Frame::new(vec![("c".to_owned(), text(&["a", "a", "b", "b", "c"]))]).unwrap();
    let spec = PreparationSpec {
        categories: CategoryEncoding::Target,
        smoothing: Smoothing::Auto,
        ..Preparation::Tree.into()
    };
    let target = Target::Number(vec![1e308, -1e308, 1e308, 1e308, 0.0]);
    let features = [feature("c", FeatureKind::Categorical)];
    let preparer = Preparer::fit(&frame, &features, spec, &target, Task::Regression, Seed(1)).unwrap();
    assert!(row(&preparer, Value::Text("b"))[0].is_finite());
}

#[test]
fn every_spec_prepares_every_kind_of_column() {
    let (frame, features, target) = mixed(120);
    let choices = [
        ("impute", json!(["median", "mean", "most_frequent", "constant"])),
        ("scaling", json!(["none", "standard", "robust", "min_max"])),
        ("power", json!(["none", "yeo_johnson"])),
        ("categories", json!(["one_hot", "ordinal", "target"])),
        ("smoothing", json!(["auto", {"rows": 3.0}])),
        ("indicators", json!([true, false])),
        ("text_vocabulary", json!(["counted", "hashed"])),
        ("text_score", json!([true, false])),
        ("text_ngrams_max", json!([1, 3])),
    ];
    for family in FAMILIES {
        for (name, values) in &choices {
            for value in values.as_array().unwrap() {
                let parameters = [((*name).to_owned(), value.clone()), ("text_vocabulary_max".to_owned(), json!(256))];
                let spec = PreparationSpec::with_parameters(family, &parameters.into_iter().collect()).unwrap();
                let cancel = CancelToken::new();
                let (preparer, x) =
                    Preparer::fit_transform(&frame, &features, &spec, &target, Task::Binary, Seed(5), &cancel).unwrap();
                assert_eq!(preparer.spec(), Some(&spec));
                assert!(
                    family == Preparation::Tree || x.iter().all(|value| value.is_finite()),
                    "{family:?} {name} {value}"
                );
                let bytes = rmp_serde::to_vec_named(&preparer).unwrap();
                let read: Preparer = rmp_serde::from_slice(&bytes).unwrap();
                assert_eq!(read.check(), Ok(()), "{family:?} {name} {value}");
                assert!(rmp_serde::to_vec_named(&read).unwrap() == bytes, "{family:?} {name} {value}");
            }
        }
    }
}

#[test]
fn one_thread_or_two_give_the_same_bytes() {
    let (frame, features, target) = mixed(5000);
    let with_threads = |n: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap();
        pool.install(|| {
            let cancel = CancelToken::new();
            let (preparer, x) =
                Preparer::fit_transform(&frame, &features, Preparation::Dense, &target, Task::Binary, Seed(5), &cancel)
                    .unwrap();
            (rmp_serde::to_vec_named(&preparer).unwrap(), x.iter().map(|value| value.to_bits()).collect::<Vec<_>>())
        })
    };
    assert!(with_threads(1) == with_threads(2));
}

#[test]
fn a_cancelled_fit_ends() {
    let (frame, features, target) = mixed(200);
    let cancel = CancelToken::new();
    cancel.cancel();
    let fitted = Preparer::fit_transform(&frame, &features, Preparation::Tree, &target, Task::Binary, Seed(5), &cancel);
    assert_eq!(fitted.unwrap_err(), LearnError::Cancelled);
}
