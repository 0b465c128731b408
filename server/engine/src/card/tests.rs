mod awkward;

use mlwright_base::RunId;
use mlwright_base::system::files;

use super::markdown::BYTES_MAX;
use super::*;
use crate::registry::lab::{Lab, N_TEST_ROWS, Recipe};

/// What the three files of a run's card hold.
fn card_of(lab: &Lab, run_id: &RunId) -> (ModelCard, String, String) {
    let read = |name: &str| String::from_utf8(files::read(&lab.artifact(&format!("{}/{name}", Run::artifact_folder(run_id)))).unwrap()).unwrap();
    let (html, text) = (read(CARD_HTML), read(CARD_MARKDOWN));
    assert!(text.len() <= BYTES_MAX, "{} bytes", text.len());
    for forbidden in ["<script", "<link", "<img", "href=\"http", "@import", "url("] {
        assert!(!html.contains(forbidden), "{forbidden} in the page");
    }
    (serde_json::from_str(&read(CARD_JSON)).unwrap(), html, text)
}

#[test]
fn a_training_leaves_its_card_with_the_run() {
    let lab = Lab::new();
    let run_id = lab.train(&Recipe::default());
    let (card, html, text) = card_of(&lab, &run_id);
    let run = lab.engine.run(run_id.as_str()).unwrap();
    for metric in &card.metrics {
        assert_eq!(run.metrics[&format!("test_{}", metric.name)], metric.value);
    }
    assert_eq!(lab.engine.card_page(&run).as_deref(), Some(format!(".mlwright/artifacts/runs/{run_id}/card.html").as_str()));
    assert_eq!(lab.engine.run_card(run_id.as_str()).unwrap(), text);
    let measured = card.measured.as_ref().unwrap();
    assert_eq!((measured.n_rows, card.data.n_test_rows), (N_TEST_ROWS, N_TEST_ROWS));
    assert_eq!(measured.evaluation.metrics["roc_auc"], card.metrics[0].value, "of the same rows");
    let importance = measured.importance.as_ref().unwrap();
    // What does not say who leaves is not relied on; spend follows the months.
    let relied: Vec<&str> = importance.features.iter().filter(|one| one.mean > 0.02).map(|one| one.feature.as_str()).collect();
    assert_eq!(relied, ["calls", "months", "spend"], "{importance:?}");
    let of_months = measured.dependence.iter().find(|found| found.dependence.feature == "months").unwrap();
    let points = &of_months.dependence.points;
    // The ends: one tree need not fall all the way.
    let quarter = points.len() / 4;
    let mean = |points: &[mlwright_learn::explain::DependencePoint]| points.iter().map(|point| point.mean[0]).sum::<f64>() / points.len() as f64;
    assert!(mean(&points[..quarter]) > mean(&points[points.len() - quarter..]) + 0.02, "few months, and they leave: {points:?}");
    assert!(card.limits.iter().any(|limit| limit.title == "Few test rows"));
    assert!(html.contains("Permutation importance") && html.contains("prefers-color-scheme:dark") && html.contains("months"));
    assert!(text.contains("- `months`: ") && text.contains("## How to reproduce"), "{text}");
    // The same training has the same card, but for its ids and times.
    let again = card_of(&lab, &lab.train(&Recipe::default())).0;
    assert_eq!(again.measured, card.measured);
}

#[test]
fn regressions_have_residuals_and_no_classes() {
    let lab = Lab::new();
    let (card, html, text) = card_of(&lab, &lab.train(&Recipe { target: "spend", learner: "linear_regression", ..Recipe::default() }));
    let measured = card.measured.unwrap();
    assert!(measured.evaluation.residuals.is_some() && measured.residuals.is_some() && measured.evaluation.confusion.is_none());
    assert_eq!(measured.slices.as_ref().unwrap().loss, "absolute error");
    assert!(html.contains("Residuals") && text.contains("Residuals (actual"), "{text}");
}

/// People who were hired by their score, men rather than women.
fn staff() -> String {
    let mut table = "Gender,age,team,score,hired\n".to_owned();
    for i in 0..900_u32 {
        let score = (i * 37) % 100;
        let man = i % 2 == 0;
        table.push_str(&format!("{},{},{},{score},{}\n", if man { "M" } else { "F" }, 20 + (i * 13) % 50, ["a", "b", "c"][(i % 3) as usize], if score + u32::from(man) * 25 > 70 { "yes" } else { "no" }));
    }
    table
}

#[test]
fn sensitive_columns_are_compared_wherever_they_are() {
    let settings = "[use_case]\ntable = \"staff.csv\"\ntarget = \"hired\"\nsensitive_columns = [\"team\"]\n";
    let lab = Lab::with_settings(settings);
    lab.put("staff.csv", &staff());
    let run_id = lab.train(&Recipe { table: "staff.csv", target: "hired", exclude: &["Gender"], ..Recipe::default() });
    let (card, html, text) = card_of(&lab, &run_id);
    let fairness = card.measured.unwrap().fairness.unwrap();
    let found: Vec<(&str, &str, bool)> = fairness.columns.iter().map(|column| (column.column.as_str(), column.ground.as_str(), column.is_feature)).collect();
    assert_eq!(found, [("Gender", "sex or gender", false), ("age", "age", true), ("team", "as named", true)]);
    let gender = &fairness.columns[0];
    assert!(gender.groups.iter().all(|group| group.selection_rate.is_some_and(|rate| rate.low < Some(rate.value) && rate.high > Some(rate.value))));
    assert!(gender.differences.demographic_parity_ratio.is_some_and(|ratio| ratio > 0.0 && ratio <= 1.0));
    let ages: Vec<&str> = fairness.columns[1].groups.iter().filter_map(|group| group.group.as_deref()).collect();
    assert_eq!(ages, ["18 to 24", "25 to 34", "35 to 44", "45 to 54", "55 to 64", "65 and over"]);
    assert!(html.contains("the model did not learn from it") && html.contains("four fifths"));
    assert!(text.contains("`Gender` (sex or gender"), "{text}");
}

/// However much there is to say, the text stays within its bound, and says what it left out.
#[test]
fn a_full_card_is_shortened_and_says_so() {
    let lab = Lab::new();
    lab.put("staff.csv", &staff());
    let (mut card, _, text) = card_of(&lab, &lab.train(&Recipe { table: "staff.csv", target: "hired", ..Recipe::default() }));
    assert!(text.contains("card.html") && text.contains("## How to reproduce"), "{text}");
    let long = |what: &str, n: usize| format!("{what} {n} {}", "very long ".repeat(30));
    let measured = card.measured.as_mut().unwrap();
    let fairness = measured.fairness.as_mut().unwrap();
    let column = fairness.columns[0].clone();
    fairness.columns = (0..8)
        .map(|k| {
            let mut column = column.clone();
            column.column = long("column", k);
            let group = column.groups[0].clone();
            column.groups = (0..12).map(|n| fairness::Group { group: Some(long("group", n)), ..group.clone() }).collect();
            column
        })
        .collect();
    card.warnings = Some((0..40).map(|n| long("warning", n)).collect());
    card.limits = (0..30).map(|n| facts::Limit { is_warning: true, title: "Limit".to_owned(), text: long("limit", n) }).collect();
    let feature = card.data.features[0].clone();
    card.data.features = (0..200).map(|n| facts::FeatureFacts { name: long("feature", n), ..feature.clone() }).collect();
    let text = markdown(&card);
    assert!(text.len() <= BYTES_MAX, "{} bytes", text.len());
    assert!(text.contains("Shortened to fit: ") && text.contains("## How to reproduce"), "{text}");
    for part in ["## Limits", "## Metrics on the held-out rows", "## What it relies on", "## Where it errs", "## Groups of people", "## Warnings"] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
}
