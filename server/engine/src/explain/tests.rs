use mlwright_base::ErrorCode;
use mlwright_learn::predictor::Link;
use serde_json::json;

use super::{ExplainModelRequest, ModelExplanation};
use crate::registry::lab::{Lab, N_TEST_ROWS, Recipe, people};

fn request(model: &str) -> ExplainModelRequest {
    ExplainModelRequest { model: model.to_owned(), table: None, rows: None, records: None }
}

fn explain(lab: &Lab, request: &ExplainModelRequest) -> ModelExplanation {
    lab.engine.explain_model(&lab.call(), request).unwrap()
}

/// Base and contributions add up to the margin, and the margin gives the prediction.
fn check_sums(found: &ModelExplanation) {
    for row in &found.explanations {
        let sum: f64 = row.base + row.contributions.iter().map(|one| one.contribution).sum::<f64>() + row.others.unwrap_or(0.0);
        assert!((sum - row.margin).abs() < 1e-9, "{row:?}");
        match row.link {
            Link::Identity if row.probability.is_none() => assert!((row.prediction.as_f64().unwrap() - row.margin).abs() < 1e-9, "{row:?}"),
            Link::Identity => assert!((row.probability.unwrap() - row.margin).abs() < 1e-9, "{row:?}"),
            Link::Logistic => assert!((row.probability.unwrap() - 1.0 / (1.0 + (-row.margin).exp())).abs() < 1e-9, "{row:?}"),
            Link::Log => assert!((row.prediction.as_f64().unwrap().ln() - row.margin).abs() < 1e-9, "{row:?}"),
            Link::Softmax => {}
        }
    }
}

#[test]
fn the_columns_that_tell_come_first_and_rows_add_up() {
    let lab = Lab::new();
    lab.version("churn", &Recipe::default());
    let found = explain(&lab, &request("models:/churn/1"));
    assert_eq!(found.importance.len(), 6, "every feature: {:?}", found.importance);
    let telling: Vec<&str> = found.importance.iter().take(3).map(|one| one.feature.as_str()).collect();
    assert!(telling.contains(&"calls"), "{:?}", found.importance);
    assert!(found.importance.windows(2).all(|pair| pair[0].mean >= pair[1].mean));
    assert_eq!((found.metric.as_str(), found.n_rows, found.explanations.len()), ("roc_auc", N_TEST_ROWS, 3));
    check_sums(&found);
    assert!(found.charts.len() == 2 && found.charts[0].png.starts_with(b"\x89PNG"));
    assert_eq!(explain(&lab, &request("models:/churn/1")).importance, found.importance, "asking again gives the same");
}

#[test]
fn numbers_and_boosted_trees_are_explained_too() {
    let lab = Lab::new();
    for (name, target, learner) in [("a", "spend", "decision_tree"), ("b", "spend", "gradient_boosting"), ("c", "churn", "gradient_boosting"), ("d", "plan", "decision_tree")] {
        lab.version(name, &Recipe { target, learner, ..Recipe::default() });
        let found = explain(&lab, &ExplainModelRequest { rows: Some(20), ..request(&format!("models:/{name}/1")) });
        assert_eq!(found.explanations.len(), 20, "{name}: {}", found.note);
        check_sums(&found);
        if target == "spend" {
            assert_eq!(found.importance[0].feature, "months");
        }
    }
}

#[test]
fn given_rows_are_explained_like_those_of_a_table() {
    let lab = Lab::new();
    lab.version("churn", &Recipe::default());
    lab.put("fresh.csv", &people(1, 50));
    let table = Some("fresh.csv".to_owned());
    let of_table = explain(&lab, &ExplainModelRequest { table: table.clone(), rows: Some(1), ..request("models:/churn/1") });
    let text = people(1, 50);
    let (head, row) = (text.lines().next().unwrap(), text.lines().nth(1).unwrap());
    let record = head.split(',').zip(row.split(',')).map(|(name, value)| (name.to_owned(), json!(value))).collect();
    let of_record = explain(&lab, &ExplainModelRequest { table, records: Some(vec![record]), ..request("models:/churn/1") });
    let key = |found: &ModelExplanation| {
        let row = &found.explanations[0];
        let contributions: Vec<(String, f64)> = row.contributions.iter().map(|one| (one.feature.clone(), one.contribution)).collect();
        (row.prediction.clone(), row.margin, contributions)
    };
    assert_eq!(key(&of_record), key(&of_table));
}

#[test]
fn a_table_without_the_target_has_no_importance_but_rows() {
    let lab = Lab::new();
    lab.version("churn", &Recipe::default());
    let text: String = people(1, 30).lines().map(|line| format!("{}\n", line.rsplit_once(',').unwrap().0)).collect();
    lab.put("new.csv", &text);
    let found = explain(&lab, &ExplainModelRequest { table: Some("new.csv".to_owned()), ..request("models:/churn/1") });
    assert!(found.importance.is_empty());
    assert!(found.warnings[0].contains("churn"), "{:?}", found.warnings);
    assert_eq!(found.explanations.len(), 3);
}

#[test]
fn wrong_requests_are_answered_and_open_nothing() {
    let lab = Lab::new();
    let version = lab.version("churn", &Recipe::default());
    let refused = |request: ExplainModelRequest| lab.engine.explain_model(&lab.call(), &request).unwrap_err();
    let many = refused(ExplainModelRequest { rows: Some(101), ..request("models:/churn/1") });
    assert_eq!((many.code, many.field.as_str()), (ErrorCode::InvalidArgument, "rows"));
    let record = json!({"months": 3}).as_object().unwrap().clone();
    let lacking = refused(ExplainModelRequest { records: Some(vec![record]), ..request("models:/churn/1") });
    assert_eq!(lacking.code, ErrorCode::InvalidArgument);
    assert!(lacking.field.starts_with("records[0]"), "{lacking:?}");
    assert_eq!(refused(request("models:/nowhere/1")).code, ErrorCode::NotFound);
    let run = lab.engine.run(version.run_id.as_str()).unwrap();
    assert!(!run.tags.contains_key(crate::evaluate::OPENED_TAG));
}
