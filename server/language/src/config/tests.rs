//! Each feature through [`Document`], with the real schema (`testdata/schema.json`, kept equal to the product's by a test of
//! `engine`) and a workspace in memory.

mod check;
mod complete;
mod hover;
mod lenses;
mod syntax;

use mlwright_language_testkit::{ROOT, TestWorkspace};
use mlwright_source_text::{ColumnSummary, Dtype, NameKind};
use serde_json::Value;

use crate::document::{Document, Language};

/// What has been made by hand from [`schema`] for features that the product's settings do not use yet.
fn workspace_of(schema: Value) -> TestWorkspace {
    let summary = ColumnSummary {
        semantic_type: "categorical".into(),
        n_rows: 100,
        n_distinct: Some(2),
        top_values: vec![("No".into(), 73), ("Yes".into(), 27)],
        ..ColumnSummary::default()
    };
    TestWorkspace::default()
        .file("telco.csv", &[("tenure", Dtype::Integer), ("Contract", Dtype::String), ("Churn", Dtype::String)])
        .file("data/housing.parquet", &[("rooms", Dtype::Float), ("price", Dtype::Float)])
        .catalog("features", &[("id", Dtype::Integer), ("score", Dtype::Float)])
        .text("mlwright.toml", "")
        .text("data/notes.md", "")
        .names(NameKind::Metric, &["roc_auc", "log_loss", "rmse"])
        .names(NameKind::Alias, &["champion", "challenger"])
        .names(NameKind::Toolset, &["explore", "train"])
        .summary("telco.csv", "Churn", summary)
        .schema(schema)
}

fn schema() -> Value {
    serde_json::from_str(include_str!("testdata/schema.json")).expect("JSON")
}

fn workspace() -> TestWorkspace {
    workspace_of(schema())
}

fn document(text: &str) -> Document {
    Document::new(format!("{ROOT}/mlwright.toml"), Language::Config, text)
}

/// A file of everything, for what must hold at any place of a file.
const WHOLE: &str = r#"# what is predicted
roots = ["data", 'data/']
use_case = { table = "telco.csv", target = "Churn", }

[gate]
aliases = [
  "champion", # the one
  "challenger",
]
tolerance = 1e-3
metrics.roc_auc = ">= 0.8"
"not_worse_than_champion" = true

[[gate.rules]]
x = {a = {b = 1}, c = [[], [{}]]}

[ server ]
host = """127
0.0.1"""
port = 0x1F90
since = 1979-05-27T07:32:00Z

[mcp]
toolsets = ["explore", "é𝄞"]
[drift]
psi = nan
"#;

#[test]
fn no_text_is_too_broken_for_any_feature() {
    let workspace = workspace();
    let deep = format!("roots = {}", "[".repeat(20_000));
    let odd = [
        "[", "[[", "]", "=", ".", "a.", "a.=", "[.]", "[a", "[[a]", "\"", "'''", "roots = [[", "roots = [{",
        "roots = {a = [", "\r", "é = 𝄞", &deep,
    ];
    let prefixes = WHOLE.char_indices().map(|(end, _)| &WHOLE[..end]).chain([WHOLE]);
    let suffixes = WHOLE.char_indices().map(|(start, _)| &WHOLE[start..]);
    for text in prefixes.chain(suffixes).chain(odd) {
        let document = document(text);
        for diagnostic in document.diagnostics(&workspace) {
            assert!(
                text.get(diagnostic.range.start as usize..diagnostic.range.end as usize).is_some(),
                "{text:?} {diagnostic:?}"
            );
        }
        document.symbols(&workspace);
        document.lenses(&workspace);
        // Near the end is where somebody types.
        let places = text.char_indices().map(|(offset, _)| offset).rev().take(4).chain([text.len(), text.len() / 2]);
        for offset in places.filter(|offset| text.is_char_boundary(*offset)) {
            let offset = offset as u32;
            for completion in document.complete(offset, &workspace) {
                let range = completion.edit.range;
                assert!(range.touches(offset) && !range.of(text).contains('\n'), "{text:?} {offset} {completion:?}");
            }
            document.hover(offset, &workspace);
            document.definition(offset, &workspace);
        }
    }
}
