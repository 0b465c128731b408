use mlwright_base::ErrorCode;

use super::{EvaluateModelRequest, ModelEvaluation};
use crate::registry::lab::{Lab, N_ROWS, N_TEST_ROWS, Recipe, people};

fn request(model: &str) -> EvaluateModelRequest {
    EvaluateModelRequest { model: model.to_owned(), table: None, segments: None }
}

fn evaluate(lab: &Lab, request: &EvaluateModelRequest) -> ModelEvaluation {
    lab.engine.evaluate_model(&lab.call(), request).unwrap()
}

fn on(lab: &Lab, model: &str, table: &str) -> ModelEvaluation {
    evaluate(lab, &EvaluateModelRequest { table: Some(table.to_owned()), ..request(model) })
}

#[test]
fn held_out_rows_give_the_metrics_of_training_and_each_look_is_written_down() {
    let lab = Lab::new();
    let version = lab.version("churn", &Recipe::default());
    for n_openings in 1..=2 {
        let found = evaluate(&lab, &request("models:/churn/1"));
        assert_eq!(found.evaluation.metrics, version.test_metrics);
        assert_eq!(found.baseline_metrics, version.baseline_metrics);
        assert!(found.held_out && found.warnings.is_empty(), "{:?}", found.warnings);
        assert_eq!((found.evaluation.n_rows, found.n_openings), (N_TEST_ROWS, n_openings));
        let score = found.evaluation.metrics["roc_auc"];
        assert!(found.interval.is_some_and(|[low, high]| low < score && score < high), "{:?}", found.interval);
    }
    let run = lab.engine.run(version.run_id.as_str()).unwrap();
    assert_eq!(run.tags[super::OPENED_TAG], "2");
    let of_run = evaluate(&lab, &request(&format!("runs:/{}/model", version.run_id)));
    assert_eq!((of_run.evaluation.metrics, of_run.n_openings), (version.test_metrics, 3));
}

#[test]
fn charts_and_curves_are_made_and_bounded() {
    let lab = Lab::new();
    lab.version("churn", &Recipe::default());
    let binary = evaluate(&lab, &request("models:/churn/1"));
    assert_eq!(binary.charts.len(), 3, "confusion, ROC and calibration");
    assert!(binary.charts.iter().all(|chart| chart.png.starts_with(b"\x89PNG")));
    let confusion = binary.evaluation.confusion.as_ref().unwrap();
    assert_eq!(confusion.counts.iter().flatten().sum::<u64>(), N_TEST_ROWS as u64);
    let curve = &binary.evaluation.curves[0];
    assert_eq!(curve.class, "Yes");
    assert!(curve.roc.len() <= 50 && curve.pr.len() <= 50);
    let (first, last) = (curve.roc[0], curve.roc[curve.roc.len() - 1]);
    assert_eq!((first.false_positive_rate, first.true_positive_rate), (0.0, 0.0));
    assert_eq!((last.false_positive_rate, last.true_positive_rate), (1.0, 1.0));

    lab.version("spend", &Recipe { target: "spend", ..Recipe::default() });
    let number = evaluate(&lab, &request("models:/spend/1"));
    assert_eq!(number.charts.len(), 1);
    assert!(number.evaluation.residuals.is_some() && number.evaluation.confusion.is_none());
    assert!(serde_json::to_value(&number).unwrap().get("charts").is_none(), "pictures are not part of the JSON");
}

#[test]
fn a_table_that_was_learned_from_is_said() {
    let lab = Lab::new();
    lab.version("churn", &Recipe::default());
    let same = on(&lab, "models:/churn/1", "people.csv");
    assert_eq!((same.held_out, same.evaluation.n_rows), (false, N_ROWS));
    assert_eq!(same.n_openings, 1, "the table holds the held-out rows as well");
    assert!(same.warnings[0].contains("449 of its 600 rows were training rows"), "{:?}", same.warnings);

    // The same rows in another file, in another order, with a column more.
    let text = people(0, N_ROWS);
    let mut lines: Vec<String> = text.lines().skip(1).map(|line| format!("x,{line}")).collect();
    lines.reverse();
    lab.put("copy.csv", &format!("source,{}\n{}\n", text.lines().next().unwrap(), lines.join("\n")));
    let copy = on(&lab, "models:/churn/1", "copy.csv");
    assert!(copy.warnings[0].contains("of the 151 rows that the run held out are in this table"), "{:?}", copy.warnings);

    lab.put("fresh.csv", &people(1, 400));
    let fresh = on(&lab, "models:/churn/1", "fresh.csv");
    assert!(fresh.warnings.is_empty(), "{:?}", fresh.warnings);
    assert_eq!((fresh.evaluation.n_rows, fresh.n_openings), (400, 2), "a fresh table opens nothing");
}

#[test]
fn segments_add_up_to_the_whole() {
    let lab = Lab::new();
    lab.version("churn", &Recipe::default());
    let columns = ["plan", "months", "vip"].map(str::to_owned).to_vec();
    let found = evaluate(&lab, &EvaluateModelRequest { segments: Some(columns.clone()), ..request("models:/churn/1") });
    for column in &columns {
        let n_rows: usize = found.segments.iter().filter(|part| part.column == *column).map(|part| part.scores.n_rows).sum();
        assert_eq!(n_rows, found.evaluation.n_rows, "{column}");
    }
    let accuracy = found.segments.iter().filter(|part| part.column == "plan").map(|part| part.scores.metrics["accuracy"] * part.scores.n_rows as f64);
    assert!((accuracy.sum::<f64>() / N_TEST_ROWS as f64 - found.evaluation.metrics["accuracy"]).abs() < 1e-12);
    let part = found.segments.iter().find(|part| part.difference.is_some()).unwrap();
    let expected = part.scores.metrics["roc_auc"] - found.evaluation.metrics["roc_auc"];
    assert_eq!(part.difference, Some(expected));
}

#[test]
fn what_cannot_be_scored_is_answered() {
    let lab = Lab::new();
    let version = lab.version("churn", &Recipe::default());
    let refused = |table: Option<&str>, segments: &[&str]| {
        let segments = Some(segments.iter().map(|&name| name.to_owned()).collect());
        let request = EvaluateModelRequest { model: "models:/churn/1".to_owned(), table: table.map(str::to_owned), segments };
        lab.engine.evaluate_model(&lab.call(), &request).unwrap_err()
    };
    let unknown = refused(None, &["plans"]);
    assert_eq!((unknown.code, unknown.field.as_str()), (ErrorCode::NotFound, "segments"));
    assert_eq!(unknown.hint, "did you mean plan?");
    assert_eq!(refused(None, &["plan"; 11]).code, ErrorCode::InvalidArgument);
    assert!(!lab.engine.run(version.run_id.as_str()).unwrap().tags.contains_key(super::OPENED_TAG), "nothing was shown");
    assert_eq!(refused(Some("nowhere.csv"), &[]).code, ErrorCode::NotFound);

    lab.put("no_target.csv", "months,calls\n1,2\n3,4\n");
    let problem = refused(Some("no_target.csv"), &[]);
    assert!(problem.message.contains("churn"), "{problem:?}");
    lab.put("no_feature.csv", "months,churn\n1,Yes\n3,No\n");
    let problem = refused(Some("no_feature.csv"), &[]);
    assert!(problem.message.contains("calls"), "{problem:?}");
    lab.put("other_classes.csv", &people(1, 20).replace("Yes", "ja").replace("No", "nein"));
    let problem = refused(Some("other_classes.csv"), &[]);
    assert_eq!(problem.code, ErrorCode::UnsuitableData, "{problem:?}");
}

#[test]
fn rows_without_a_known_class_are_left_out_and_said() {
    let lab = Lab::new();
    lab.version("churn", &Recipe::default());
    let text = people(1, 100);
    let unknown = text.lines().nth(1).unwrap().replace("Yes", "maybe").replace(",No", ",maybe");
    lab.put("some.csv", &format!("{text}{unknown}\n"));
    let found = on(&lab, "models:/churn/1", "some.csv");
    assert_eq!((found.evaluation.n_rows, found.n_rows_left_out), (100, 1));
    assert!(found.warnings[0].contains("1 of 101 rows"), "{:?}", found.warnings);
}
