//! Workspaces that tests of several crates ask.

use mlwright_source_text::{ColumnSummary, Dtype, NameKind};

use crate::workspace::TestWorkspace;

/// A workspace with `telco.csv`, `data/houses.csv` and a model.
pub fn telco() -> TestWorkspace {
    let summary = ColumnSummary {
        semantic_type: "numeric".into(),
        n_rows: 100,
        missing_share: 0.03,
        n_distinct: Some(70),
        range: Some(("18.25".into(), "118.75".into())),
        quartiles: Some([35.5, 70.35, 89.85]),
        histogram: vec![1, 4, 8, 2],
        findings: vec!["3 values are outliers".into()],
        ..ColumnSummary::default()
    };
    TestWorkspace::default()
        .file(
            "telco.csv",
            &[
                ("customerID", Dtype::String),
                ("MonthlyCharges", Dtype::Float),
                ("tenure", Dtype::Integer),
                ("Churn", Dtype::String),
            ],
        )
        .file("data/houses.csv", &[("price", Dtype::Float), ("area m2", Dtype::Float), ("size", Dtype::Integer)])
        .text("data/notes.md", "")
        .text("helpers.py", "import pandas as pd\n\ndef load(path):\n    return pd.read_csv(path)\n")
        .names(NameKind::Model, &["churn"])
        .names(NameKind::Alias, &["champion"])
        .names(NameKind::Experiment, &["telco-Churn"])
        .summary("telco.csv", "MonthlyCharges", summary)
}

/// A workspace with `sales.csv` and `shops.csv`.
pub fn sales() -> TestWorkspace {
    let top_values = vec![("month".into(), 60), ("year".into(), 40)];
    let shops: &[(&str, Dtype)] = &[("shop", Dtype::Integer), ("city", Dtype::String)];
    TestWorkspace::default()
        .file(
            "sales.csv",
            &[("shop", Dtype::Integer), ("day", Dtype::Date), ("kind", Dtype::String), ("price", Dtype::Float)],
        )
        .file("shops.csv", shops)
        .summary("sales.csv", "kind", ColumnSummary { top_values, n_distinct: Some(2), ..ColumnSummary::default() })
}
