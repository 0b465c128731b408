//! Tables that are not as one would wish.

use super::*;

/// Trains on a table of its own.
fn trained(table: &str, target: &str, recipe: &Recipe<'_>) -> (ModelCard, String, String) {
    let lab = Lab::new();
    lab.put("t.csv", table);
    let run_id = lab.train(&Recipe { table: "t.csv", target, ..*recipe });
    card_of(&lab, &run_id)
}

/// Numbers that repeat after long.
fn draw(i: usize, below: usize) -> usize {
    let mixed = (i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((mixed ^ (mixed >> 31)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 33) as usize % below
}

#[test]
fn markup_and_long_names_stay_text() {
    let name = format!("<img src=x onerror=alert(1)>|`x` {}", "long ".repeat(60));
    let mut table = format!("\"{name}\",level,y\n");
    for i in 0..300 {
        let level = ["<script>alert(1)</script>", "a|b", "`c`"][draw(i, 3)];
        table.push_str(&format!("{},{level},{}\n", draw(i + 1_000, 50), if draw(i + 1_000, 50) + draw(i, 3) * 5 > 30 { "<b>yes</b>" } else { "no" }));
    }
    let (_, html, text) = trained(&table, "y", &Recipe::default());
    for markup in ["<img", "<script", "<b>yes"] {
        assert!(!html.contains(markup), "{markup} in the page");
    }
    assert!(html.contains("&lt;b&gt;yes"));
    // Within backticks markup is text.
    assert!(text.split('`').step_by(2).all(|part| !part.contains("<img") && !part.contains("<b>") && !part.contains("<script")), "{text}");
}

#[test]
fn empty_columns_few_rows_and_one_class_are_stood() {
    let mut table = "nothing,x,y\n".to_owned();
    for i in 0..21 {
        table.push_str(&format!(",{},{}\n", draw(i, 10), if i < 18 { "no" } else { "yes" }));
    }
    // Three test rows.
    let (card, _, text) = trained(&table, "y", &Recipe { test_fraction: 0.125, ..Recipe::default() });
    assert_eq!(card.data.n_test_rows, 3);
    let titles: Vec<&str> = card.limits.iter().map(|limit| limit.title.as_str()).collect();
    assert!(titles.contains(&"Few test rows") && titles.contains(&"Classes with few test rows"), "{titles:?}");
    assert!(card.measured.unwrap().slices.unwrap().worse.is_empty());
    assert!(text.contains("Only 3 rows were held out"), "{text}");
}

#[test]
fn constant_predictions_have_no_importance() {
    let mut table = "x,z,y\n".to_owned();
    for i in 0..200 {
        table.push_str(&format!("{},{},{}\n", draw(i, 40), draw(i + 500, 7), draw(i + 900, 100)));
    }
    let (card, html, _) = trained(&table, "y", &Recipe { learner: "baseline", ..Recipe::default() });
    let measured = card.measured.unwrap();
    assert!(measured.importance.unwrap().features.iter().all(|one| one.mean == 0.0 && one.std == 0.0));
    assert!(measured.dependence.is_empty());
    assert!(card.limits.iter().any(|limit| limit.title == "Close to the baseline"), "{:?}", card.limits);
    assert!(html.contains("Permutation importance"));
}

#[test]
fn a_hundred_classes_fit() {
    let mut table = "x,z,y\n".to_owned();
    for i in 0..1_200 {
        table.push_str(&format!("{},{},class {:03}\n", i % 100 * 3 + draw(i, 3), draw(i + 500, 7), i % 100));
    }
    let (card, html, text) = trained(&table, "y", &Recipe::default());
    let measured = card.measured.unwrap();
    assert_eq!((card.model.classes.len(), measured.evaluation.classes.len()), (100, 100));
    assert!(measured.evaluation.confusion.is_none() && measured.evaluation.curves.len() <= 10);
    assert!(measured.dependence.iter().all(|found| found.outputs.len() == 3 && found.dependence.points.iter().all(|point| point.mean.len() == 3)));
    assert!(html.contains("and 50 classes more"));
    assert!(text.contains("by class"), "{text}");
}

#[test]
fn a_wide_table_is_bounded() {
    let n_columns = 1_500;
    let mut table = (0..n_columns).map(|k| format!("column_{k}")).collect::<Vec<_>>().join(",") + ",y\n";
    for i in 0..120 {
        let cells: Vec<String> = (0..n_columns).map(|k| draw(i * n_columns + k, 9).to_string()).collect();
        table.push_str(&format!("{},{}\n", cells.join(","), if (draw(i * n_columns, 9) > 4) != (i % 12 == 0) { "yes" } else { "no" }));
    }
    let (card, html, _) = trained(&table, "y", &Recipe::default());
    assert_eq!((card.data.n_features, card.data.features.len()), (n_columns, facts::COLUMNS_MAX));
    let importance = card.measured.unwrap().importance.unwrap();
    assert!(importance.features.len() <= 200 && importance.n_not_measured >= n_columns - 200);
    assert_eq!(importance.features[0].feature, "column_0");
    assert!(html.len() < 400_000, "{} bytes", html.len());
}
