use serde_json::{Map, json};

use super::*;
use crate::reference::Reference;

fn fitted(target: &str) -> NaiveBayesPredictor {
    match Reference::read().fit("naive_bayes", &Map::new(), target, false).expect("fits") {
        Predictor::NaiveBayes(bayes) => bayes,
        other => panic!("expected naive Bayes, found {other:?}"),
    }
}

#[test]
fn contributions_add_up_and_are_measured_from_the_mean() {
    let x = Reference::read().x();
    for target in ["binary", "multiclass"] {
        let bayes = fitted(target);
        let mut sums = vec![vec![0.0; x.ncols()]; bayes.n_margins()];
        for row in x.rows() {
            let row = row.to_vec();
            let contributions = bayes.contributions(&row);
            let mut margins = vec![0.0; bayes.n_margins()];
            bayes.margins(&row, &mut margins);
            for (margin, (base, values)) in margins.iter().zip(contributions.base.iter().zip(&contributions.values)) {
                assert!((base + values.iter().sum::<f64>() - margin).abs() < 1e-9 * margin.abs().max(1.0));
            }
            for (sums, values) in sums.iter_mut().zip(&contributions.values) {
                sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
            }
        }
        // Over the training rows each column's contributions cancel.
        assert!(sums.iter().flatten().all(|sum| sum.abs() < 1e-7), "{sums:?}");
    }
}

#[test]
fn far_and_foreign_rows_get_probabilities() {
    for target in ["binary", "multiclass"] {
        let predictor = Predictor::NaiveBayes(fitted(target));
        for value in [1e200, -1e308, 0.0] {
            let mut out = vec![0.0; predictor.n_outputs()];
            predictor.predict_row(&[value; 4], &mut out);
            assert!((out.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{value}: {out:?}");
        }
    }
}

#[test]
fn a_class_without_rows_is_never_predicted() {
    let reference = Reference::read();
    let (_, y) = reference.target("binary");
    let Target::Class { codes, .. } = y else { panic!("classes") };
    let three = Target::Class { codes: codes.iter().map(|code| 2 * code).collect(), n_classes: 3 };
    let (cancel, matrix) = (mlwright_base::CancelToken::new(), crate::MatrixInfo::default());
    let cx = FitContext::new(mlwright_base::Seed(1), &cancel, &mlwright_base::NoProgress, &matrix);
    let fitted = NaiveBayes::default().fit(reference.x().view(), &three, &cx).expect("fits");
    fitted.check(4).expect("sound");
    for row in reference.x().rows() {
        let mut out = [0.0; 3];
        fitted.predict_row(&row.to_vec(), &mut out);
        assert!(out[1] == 0.0 && (out[0] + out[2] - 1.0).abs() < 1e-12, "{out:?}");
    }
    let constant = NaiveBayes::default().fit(ndarray::Array2::ones((60, 2)).view(), &three, &cx).expect("fits");
    let mut out = [0.0; 3];
    constant.predict_row(&[1.0, 5.0], &mut out);
    let share = codes.iter().filter(|&&code| code == 1).count() as f64 / 60.0;
    assert!((out[2] - share).abs() < 1e-12, "{out:?}");
    let missing = NaiveBayes::default().fit(ndarray::Array2::from_elem((60, 1), f64::NAN).view(), &three, &cx);
    assert!(matches!(missing, Err(LearnError::UnsuitableData { .. })), "{missing:?}");
    cancel.cancel();
    assert_eq!(NaiveBayes::default().fit(reference.x().view(), &three, &cx), Err(LearnError::Cancelled));
    let parameters = json!({"var_smoothing": 0.0});
    let refused = reference.fit("naive_bayes", parameters.as_object().expect("an object"), "binary", false);
    assert!(matches!(refused, Err(LearnError::Parameter { .. })));
}
