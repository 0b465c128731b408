use mlwright_base::{CancelToken, NoProgress, Seed};
use ndarray::Array2;
use serde_json::{Map, Value, json};

use super::*;
use crate::contract::MatrixInfo;
use crate::reference::Reference;

fn fit(parameters: &Value, target: &str) -> Predictor {
    let mut parameters: Map<String, Value> = parameters.as_object().cloned().expect("an object");
    parameters.insert("tolerance".to_owned(), json!(1e-10));
    let fitted = Reference::read().fit("svm", &parameters, target, false).expect("fits");
    fitted.check(4).expect("a fitted predictor is sound");
    fitted
}

#[test]
fn decisions_are_those_of_scikit_learn() {
    let reference = Reference::read();
    let machines = reference.machines();
    assert_eq!(machines.len(), 4);
    for case in machines {
        let Predictor::Svm(svm) = fit(&case.parameters, &case.target) else { panic!("expected support vectors") };
        // Scikit-learn's decisions for more than two classes are above 0 for the first of a pair.
        let sign = if case.target == "binary" { 1.0 } else { -1.0 };
        for (row, expected) in case.decisions.iter().enumerate() {
            for (found, expected) in svm.decisions(&reference.x().row(row).to_vec()).iter().zip(expected) {
                // LIBSVM keeps kernels in 32 bits.
                assert!(
                    (sign * found - expected).abs() < 2e-5,
                    "{} row {row}: {found} instead of {expected}",
                    case.target
                );
            }
        }
    }
}

#[test]
fn numbers_are_those_of_scikit_learn() {
    let reference = Reference::read();
    assert_eq!(reference.answers_of("svm").count(), 2);
    for case in reference.answers_of("svm") {
        let svm = fit(&Value::Object(case.parameters.clone()), &case.target);
        for (row, expected) in case.answers.iter().enumerate() {
            let mut found = [0.0];
            svm.predict_row(&reference.between(row, case.answers.len()), &mut found);
            assert!((found[0] - expected[0]).abs() < 1e-4, "row {row}: {} instead of {}", found[0], expected[0]);
        }
    }
}

#[test]
fn probabilities_add_up_and_follow_decisions() {
    let x = Reference::read().x();
    for (target, kernel) in [("binary", "rbf"), ("multiclass", "rbf"), ("multiclass", "linear"), ("binary", "linear")] {
        let svm = fit(&json!({"kernel": kernel}), target);
        assert_eq!(svm.contributions(&[0.0; 4]).is_some(), (target, kernel) == ("binary", "linear"));
        for row in x.rows().into_iter().chain([ndarray::aview1(&[1e200, -1e200, 0.0, 1.0])]) {
            let mut out = vec![0.0; svm.n_outputs()];
            svm.predict_row(&row.to_vec(), &mut out);
            assert!(
                (out.iter().sum::<f64>() - 1.0).abs() < 1e-9 && out.iter().all(|p| (0.0..=1.0).contains(p)),
                "{out:?}"
            );
        }
        if let Predictor::Svm(machines) = &svm
            && target == "binary"
        {
            let mut sure = 0;
            for row in x.rows() {
                let mut out = [0.0; 2];
                svm.predict_row(&row.to_vec(), &mut out);
                sure += usize::from((machines.decisions(&row.to_vec())[0] > 0.0) == (out[1] > 0.5));
            }
            assert!(sure > 50, "{sure} of 60");
        }
    }
}

fn context<'a>(cancel: &'a CancelToken, matrix: &'a MatrixInfo) -> FitContext<'a> {
    FitContext::new(Seed(1), cancel, &NoProgress, matrix)
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let reference = Reference::read();
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads start");
        pool.install(|| reference.fit("svm", &Map::new(), "multiclass", false).expect("fits"))
    };
    assert_eq!(run(1), run(3));
}

#[test]
fn odd_tables_get_an_answer_or_a_refusal() {
    let (cancel, matrix) = (CancelToken::new(), MatrixInfo::default());
    let cx = context(&cancel, &matrix);
    let mut out = [0.0; 3];
    // One row of a class, a class without rows, equal rows, no column that varies.
    let x = Array2::from_shape_vec((5, 1), vec![0.0, 0.0, 1.0, 1.0, 5.0]).expect("five rows");
    let codes = Target::Class { codes: vec![0, 0, 0, 0, 2], n_classes: 3 };
    let svm = Svm::default().fit(x.view(), &codes, &cx).expect("fits");
    svm.predict_row(&[5.0], &mut out);
    assert!(out[1] == 0.0 && (out[0] + out[2] - 1.0).abs() < 1e-12, "{out:?}");
    let constant = Svm::default().fit(Array2::ones((5, 2)).view(), &codes, &cx).expect("fits");
    constant.predict_row(&[9.0, 9.0], &mut out);
    assert!((out.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{out:?}");
    let same = Svm::default().fit(x.view(), &Target::Number(vec![3.0; 5]), &cx).expect("fits");
    same.predict_row(&[2.0], &mut out[..1]);
    assert_eq!(out[0], 3.0);
    let refused = |x: Array2<f64>, y: &Target| match Svm::default().fit(x.view(), y, &cx) {
        Err(LearnError::UnsuitableData { message, .. }) => message,
        other => panic!("expected a refusal, found {other:?}"),
    };
    let many = refused(Array2::zeros((ROWS_MAX + 1, 1)), &Target::Number(vec![0.0; ROWS_MAX + 1]));
    assert!(many.starts_with("svm: 20001 rows of 1 columns, expected at most 20000 rows"), "{many}");
    let classes = Target::Class { codes: (0..60).collect(), n_classes: 60 };
    assert!(refused(Array2::zeros((60, 1)), &classes).starts_with("svm: 60 classes"));
    cancel.cancel();
    assert_eq!(Svm::default().fit(x.view(), &codes, &cx), Err(LearnError::Cancelled));
}
