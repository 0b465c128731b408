//! Each feature through the document, as an editor asks for it.

mod completion;
mod facts;
mod overview;
mod places;
mod prefixes;
mod speed;
mod track;
mod unknown;

use mlwright_language_testkit::{TestWorkspace, cursor};
use mlwright_source_text::{ColumnSummary, Dtype, NameKind};

use crate::document::{Document, Language};

/// A workspace with `telco.csv`, `data/houses.csv` and a model.
pub(super) fn workspace() -> TestWorkspace {
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

/// The script at `/w/script.py` with its cursor.
pub(super) fn script(marked: &str) -> (Document, u32) {
    let (text, offset) = cursor(marked);
    (Document::new("/w/script.py", Language::Python, text), offset)
}
