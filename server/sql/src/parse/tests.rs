use super::*;
use crate::syntax::{ItemKind, SourceKind, path_name};

/// All SELECTs in the order in which they begin: `items | sources | names used`.
fn check(sql: &str, expected: &[&str]) {
    let script = parse(sql, TextRange::new(0, sql.len() as u32), Place::File, None);
    let shown: Vec<String> = script.selects.iter().map(shown).collect();
    assert_eq!(shown, expected, "{sql}");
}

fn shown(select: &Select) -> String {
    let items: Vec<String> = select
        .items
        .iter()
        .map(|item| {
            let kind = match &item.kind {
                ItemKind::Star { qualifier, excluded, is_certain } => {
                    let owner = if qualifier.is_empty() { String::new() } else { format!("{}.", path_name(qualifier)) };
                    format!("{owner}*{}{}", "-".repeat(excluded.len()), if *is_certain { "" } else { "?" })
                }
                ItemKind::Column(path) => path_name(path),
                ItemKind::Call(name) => format!("{}()", name.name),
                ItemKind::Expression => "…".to_owned(),
                ItemKind::Many => "many".to_owned(),
            };
            item.alias.as_ref().map_or(kind.clone(), |alias| format!("{kind} AS {}", alias.name))
        })
        .collect();
    let sources: Vec<String> = select
        .sources
        .iter()
        .map(|source| {
            let kind = match &source.kind {
                SourceKind::Table(path) => path_name(path),
                SourceKind::Query(_) => "(query)".to_owned(),
                SourceKind::Function(name, argument) => {
                    format!("{}({})", name.name, argument.as_ref().map_or("", |argument| &argument.name))
                }
                SourceKind::Unknown => "?".to_owned(),
            };
            let columns: Vec<&str> = source.columns.iter().map(|column| &*column.name).collect();
            let columns = if columns.is_empty() { String::new() } else { format!("({})", columns.join(",")) };
            source.alias.as_ref().map_or(kind.clone(), |alias| format!("{kind} AS {}{columns}", alias.name))
        })
        .collect();
    let refs: Vec<String> = select.refs.iter().map(|used| path_name(&used.path)).collect();
    format!(
        "{} | {} | {}{}",
        items.join(", "),
        sources.join(", "),
        refs.join(", "),
        if select.is_open { " | open" } else { "" }
    )
}

#[test]
fn items_have_their_aliases() {
    check(
        "SELECT a, b c, d AS \"e f\", t.g, COUNT(*) n, a + b, 1, 'x' y",
        &["a, b AS c, d AS e f, t.g, COUNT() AS n, …, …, … AS y |  | a, b, d, t.g, a, b"],
    );
    check("SELECT *, t.*, * EXCLUDE (a, b), * RENAME (a AS b) FROM t", &["*, t.*, *--, *? | t | "]);
    check("SELECT x: a + 1, DISTINCT b", &["… AS x, … |  | a, b"]);
    check("SELECT {cols}, COLUMNS('a') FROM t", &["…, many | t | cols"]);
}

#[test]
fn sources_have_their_names() {
    check(
        "SELECT 1 FROM a, b AS c JOIN d.e f ON c.x = f.y LEFT JOIN \"g h\" USING (z)",
        &["… | a, b AS c, d.e AS f, g h | c.x, f.y"],
    );
    check(
        "SELECT 1 FROM 'x.csv' x, read_csv('y.csv', header = true) AS y(a, b)",
        &["… | x.csv AS x, read_csv(y.csv) AS y(a,b) | "],
    );
    check(
        "SELECT 1 FROM (SELECT 2 FROM b) AS q, (a JOIN b ON a.x = b.x)",
        &["… | (query) AS q, a, b | a.x, b.x", "… | b | "],
    );
    check("FROM a SELECT b WHERE c", &["b | a | b, c"]);
    check("SELECT 1 FROM {{ ref('a') }} AS a, {{ b }}", &["… | ? AS a, ? | "]);
}

#[test]
fn broken_text_keeps_its_clauses() {
    check("SELECT  FROM t", &[" | t | "]);
    check("SELECT a,  FROM t JOIN u ON t.", &["a | t, u | a"]);
    check("SELECT AVG( FROM t WHERE x", &["AVG() | t | x"]);
    check("SELECT t. FROM t", &["… | t | "]);
    check("SELECT a FROM  WHERE b", &["a |  | a, b"]);
    check("SELECT a FROM\n\nSELECT b FROM t", &["a |  | a", "b | t | b"]);
    check("SELECT (SELECT a FROM t WHERE  FROM u", &["… | u | ", "a | t | a"]);
    check("WITH c AS (SELECT a FROM t SELECT b FROM c", &["a | t | a", "b | c | b"]);
}

#[test]
fn words_of_expressions_are_no_columns() {
    check("SELECT CASE WHEN a THEN b ELSE c END FROM t", &["… | t | a, b, c"]);
    check(
        "SELECT CAST(a AS DECIMAL(10, 2)), b::varchar(3), EXTRACT(YEAR FROM c), DATE '2020-01-01', INTERVAL 5 DAY FROM t",
        &["CAST(), …, EXTRACT(), …, … | t | a, b, c"],
    );
    check("SELECT SUM(a) OVER (PARTITION BY b ORDER BY c DESC) FROM t", &["SUM() | t | a, b, c"]);
    check("SELECT SUM(a) OVER w FROM t WINDOW w AS (PARTITION BY b)", &["SUM() | t | a, b"]);
    check("SELECT f(x -> x + a, (y, z) -> y), j -> 'k', [i FOR i IN l], s := 1 FROM t", &["f(), …, …, … | t | a, j"]);
    check("SELECT a IS NOT DISTINCT FROM b FROM t", &["… | t | a, b"]);
    check("SELECT a FROM t ORDER BY a DESC NULLS LAST LIMIT n", &["a | t | a, a, n"]);
}

#[test]
fn statements_are_told_apart() {
    let sql = "SELECT 1; ; SELECT ';' -- ;\n; CREATE TABLE x AS SELECT 2";
    let script = parse(sql, TextRange::new(0, sql.len() as u32), Place::File, None);
    let shown: Vec<&str> = script.statements.iter().map(|statement| statement.range.of(sql)).collect();
    assert_eq!(shown, ["SELECT 1", "", "SELECT ';'", "CREATE TABLE x AS SELECT 2"]);
    assert_eq!(script.statements[3].creates.as_ref().map(|made| &*made.name), Some("x"));
    assert!(script.statements[3].query.is_some());
}
