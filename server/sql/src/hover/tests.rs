use crate::fragment::tests::Fixture;

/// What the hover at `$0` has, each a part of its text; nothing expected means no hover.
fn check(sql: &str, word: &str, expected: &[&str]) {
    let fixture = Fixture::new(sql);
    let found = fixture.fragment().hover(fixture.offset, &fixture.source);
    let Some(found) = found else {
        assert!(expected.is_empty(), "{sql}: nothing");
        return;
    };
    assert!(!expected.is_empty(), "{sql}: {}", found.markdown);
    assert_eq!(found.range.of(&fixture.text), word, "{sql}");
    for part in expected {
        assert!(found.markdown.contains(part), "{sql}: {part} is not in\n{}", found.markdown);
    }
}

#[test]
fn tables_tell_their_shape_and_columns() {
    check(
        "SELECT * FROM tel$0co",
        "telco",
        &["**telco** — 100 rows × 4 columns", "| `TotalCharges` | float | 3 % |  |", "| `tenure` | integer |  | `1` |"],
    );
    check(
        "SELECT * FROM 'data/housing$0.csv' AS h",
        "'data/housing.csv'",
        &["**data/housing.csv** — 100 rows × 2 columns", "`/w/data/housing.csv`"],
    );
    check("SELECT t.tenure FROM telco AS t$0", "t", &["100 rows"]);
    check("SELECT $0t.tenure FROM telco AS t", "t", &["100 rows"]);
    check("SELECT telco.cs$0v.tenure FROM telco.csv", "csv", &["100 rows"]);
    check("SELECT * FROM nobody$0", "", &[]);
}

#[test]
fn columns_tell_type_and_distribution() {
    check(
        "SELECT tenu$0re FROM telco",
        "tenure",
        &[
            "**tenure** — integer · for example `1`",
            "from **telco**",
            "73 distinct",
            "from `0` to `72`, mean 32.37, quartiles 9 · 29 · 55",
            "`▄ █`",
        ],
    );
    check("SELECT x.Total$0Charges FROM telco x", "TotalCharges", &["float · 3 % missing"]);
    check("WITH c AS (SELECT tenure AS months FROM telco) SELECT mon$0ths FROM c", "months", &["**months** — integer"]);
    check("SELECT id$0 FROM orders, customers", "id", &["from **orders**", "from **customers**"]);
    check("SELECT nobody$0 FROM telco", "", &[]);
}

#[test]
fn definitions_aliases_and_functions_are_explained() {
    check(
        "WITH c AS (SELECT tenure, 1 AS one FROM telco) SELECT * FROM c$0",
        "c",
        &["common table expression, 2 columns", "| `one` | unknown |"],
    );
    check("WITH $0c AS (SELECT tenure FROM telco) SELECT * FROM c", "c", &["common table expression, 1 column\n"]);
    check("SELECT * FROM (SELECT COUNT(*) AS n FROM telco) s$0", "s", &["subquery", "| `n` | integer |"]);
    check("SELECT tenure / 12 AS years FROM telco ORDER BY ye$0ars", "years", &["tenure / 12 AS years"]);
    check("SELECT qua$0ntile_cont(tenure, 0.9) FROM telco", "quantile_cont", &["QUANTILE_CONT(value, quantile)"]);
    check("SELECT 1 -- ten$0ure\nFROM telco", "", &[]);
}
