use mlwright_language_testkit::{TestWorkspace, cursor, table};
use mlwright_source_text::{ColumnSummary, Dtype, NameKind};

use super::*;

/// A text with a cursor, and a world with a few tables.
pub(crate) struct Fixture {
    pub(crate) text: String,
    pub(crate) offset: u32,
    pub(crate) source: TestWorkspace,
}

impl Fixture {
    /// `sql` may have its cursor as `$0`.
    pub(crate) fn new(sql: &str) -> Self {
        let (text, offset) = if sql.contains("$0") { cursor(sql) } else { (sql.to_owned(), sql.len() as u32) };
        Self { text, offset, source: world() }
    }

    pub(crate) fn fragment(&self) -> Fragment<'_> {
        Fragment::file(&self.text)
    }
}

pub(crate) fn world() -> TestWorkspace {
    let tenure = ColumnSummary {
        semantic_type: "numeric".into(),
        n_rows: 7043,
        n_distinct: Some(73),
        range: Some(("0".into(), "72".into())),
        mean: Some(32.371149),
        quartiles: Some([9.0, 29.0, 55.0]),
        histogram: vec![5, 0, 10],
        ..ColumnSummary::default()
    };
    let telco = [
        ("tenure", Dtype::Integer),
        ("TotalCharges", Dtype::Float),
        ("customerID", Dtype::String),
        ("Churn", Dtype::Categorical),
    ];
    let customers = [("id", Dtype::Integer), ("name", Dtype::String), ("country", Dtype::String)];
    TestWorkspace::default()
        .catalog("telco", &telco)
        .catalog(
            "orders",
            &[
                ("id", Dtype::Integer),
                ("customer_id", Dtype::Integer),
                ("amount", Dtype::Float),
                ("order date", Dtype::Date),
            ],
        )
        .catalog("customers", &customers)
        .file("telco.csv", &telco)
        .file("customers.parquet", &customers)
        .file("data/housing.csv", &[("rooms", Dtype::Integer), ("price", Dtype::Float)])
        .file("data/extra/more.parquet", &[("x", Dtype::Integer)])
        .text("data/notes.md", "")
        .summary("telco", "tenure", tenure)
        .names(NameKind::Endpoint, &["churn"])
}

#[test]
fn strings_of_programs_know_the_programs_tables() {
    let text = r#"out = duckdb.sql("SELECT price, rooms, pric FROM df JOIN users ON true").df()"#;
    let start = text.find("SELECT").expect("SQL") as u32;
    let range = TextRange::new(start, text.rfind("\")").expect("its end") as u32);
    let tables = [(Arc::from("df"), Arc::new(table("df", &[("price", Dtype::Float), ("rooms", Dtype::Integer)])))];
    let fragment = Fragment { tables: &tables, ..Fragment::literal(text, range, Runner::Frames) };
    // Nobody knows `users`, so nothing is certain.
    assert_eq!(fragment.diagnostics(&world()), []);
    let text = text.replace(" JOIN users ON true", "");
    let range = TextRange::new(start, text.rfind("\")").expect("its end") as u32);
    let fragment = Fragment { text: &text, range, ..fragment };
    let found = fragment.diagnostics(&world());
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        (found[0].code, found[0].range.of(&text), found[0].fixes[0].edits[0].text.as_str()),
        ("SQL102", "pric", "price")
    );
    let offset = text.find("pric FROM").expect("a column") as u32 + 4;
    let offered = fragment.complete(offset, &world());
    assert_eq!(offered.iter().map(|offer| &*offer.label).find(|label| label.starts_with("pric")), Some("price"));
    assert!(fragment.hover(offset - 14, &world()).is_some());
}

#[test]
fn a_foreign_database_is_never_judged() {
    let text = r#"pd.read_sql("SELECT tenur, \"yes\" FROM telco WHERE nobody = 1", engine)"#;
    let range =
        TextRange::new(text.find("SELECT").expect("SQL") as u32, text.find("\", engine").expect("its end") as u32);
    assert_eq!(Fragment::literal(text, range, Runner::Database).diagnostics(&world()), []);
    let frames = Fragment::literal(text, range, Runner::Frames).diagnostics(&world());
    assert_eq!(frames.iter().map(|found| found.range.of(text)).collect::<Vec<_>>(), ["tenur", "nobody"]);
}

#[test]
fn names_are_quoted_for_the_string_that_they_stand_in() {
    let text = r#"duckdb.sql("SELECT  FROM orders")"#;
    let range = TextRange::new(12, text.len() as u32 - 2);
    let written = |delimiter| {
        let fragment = Fragment { delimiter, ..Fragment::literal(text, range, Runner::Frames) };
        let offered = fragment.complete(19, &world());
        offered.into_iter().find(|offer| &*offer.label == "order date").expect("the column").edit.text
    };
    assert_eq!(written(None), "\"order date\"");
    assert_eq!(written(Some('"')), "\\\"order date\\\"");
    assert_eq!(written(Some('\'')), "\"order date\"");
}
