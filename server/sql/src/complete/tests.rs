use mlwright_source_text::TextRange;

use crate::fragment::tests::{Fixture, world};
use crate::{Fragment, Runner};

fn offered(sql: &str) -> Vec<mlwright_source_text::Completion> {
    let fixture = Fixture::new(sql);
    let found = fixture.fragment().complete(fixture.offset, &fixture.source);
    for offer in &found {
        let range = offer.edit.range;
        assert!(range.touches(fixture.offset) && !range.of(&fixture.text).contains('\n'), "{sql}: {offer:?}");
    }
    found
}

/// The first offers, in order.
fn check(sql: &str, expected: &[&str]) {
    let found = offered(sql);
    let labels: Vec<&str> = found.iter().map(|offer| &*offer.label).take(expected.len()).collect();
    assert_eq!(labels, expected, "{sql}");
}

/// That nothing is offered but these.
fn check_only(sql: &str, expected: &[&str]) {
    let found = offered(sql);
    assert_eq!(found.iter().map(|offer| &*offer.label).collect::<Vec<_>>(), expected, "{sql}");
}

/// The text after the offer with this label is taken.
fn check_taken(sql: &str, label: &str, expected: &str) {
    let fixture = Fixture::new(sql);
    let found = offered(sql);
    let offer = found
        .iter()
        .find(|offer| &*offer.label == label)
        .unwrap_or_else(|| panic!("{sql}: {label} is not offered: {found:#?}"));
    let range = offer.edit.range;
    let taken =
        format!("{}{}{}", &fixture.text[..range.start as usize], offer.edit.text, &fixture.text[range.end as usize..]);
    assert_eq!(taken, expected, "{sql}");
}

const TELCO: [&str; 4] = ["Churn", "TotalCharges", "customerID", "tenure"];

#[test]
fn columns_of_the_tables_that_are_read() {
    check("SELECT $0 FROM telco", &TELCO);
    check("SELECT Churn, $0 FROM telco", &["TotalCharges", "customerID", "tenure", "Churn"]);
    check("SELECT Churn, ten$0 FROM telco", &["tenure"]);
    check("SELECT AVG($0) FROM telco", &TELCO);
    check("SELECT * FROM telco WHERE $0", &TELCO);
    check("SELECT * FROM telco WHERE tenure > 3 AND $0", &["Churn", "TotalCharges", "customerID", "tenure"]);
    check("SELECT * FROM 'data/housing.csv' WHERE $0", &["price", "rooms"]);
    check("SELECT * FROM read_parquet('data/extra/more.parquet') WHERE $0", &["x"]);
    check("SELECT 1;\n\nSELECT $0\n\nSELECT * FROM telco", &["*"]);
    check("SELECT Churn, COUNT(*) AS n FROM telco GROUP BY $0", &["Churn", "n", "TotalCharges"]);
    check("SELECT Churn, COUNT(*) AS n FROM telco GROUP BY Churn ORDER BY $0", &["n", "Churn", "TotalCharges"]);
    check("SELECT SUM(tenure) OVER (PARTITION BY $0) FROM telco", &["Churn", "TotalCharges", "customerID"]);
    check("FROM telco SELECT $0", &TELCO);
}

#[test]
fn columns_behind_a_dot() {
    check_only("SELECT t.$0 FROM telco AS t", &["Churn", "TotalCharges", "customerID", "tenure", "*"]);
    check_only("SELECT a, o.am$0 FROM telco t JOIN orders o ON t.", &["amount"]);
    check("SELECT a, FROM telco t JOIN orders AS o ON o.$0", &["amount", "customer_id", "id", "order date"]);
    check("SELECT telco.$0 FROM telco", &TELCO);
    check("SELECT telco.csv.$0 FROM telco.csv", &TELCO);
    check("SELECT housing.$0 FROM 'data/housing.csv'", &["price", "rooms"]);
    check_only("SELECT nobody.$0 FROM telco", &[]);
    check_taken("SELECT o.$0 FROM orders o", "order date", "SELECT o.\"order date\" FROM orders o");
    check_taken("SELECT o.\"or$0\" FROM orders o", "order date", "SELECT o.\"order date\" FROM orders o");
    check_taken("SELECT \"or$0\" FROM orders o", "order date", "SELECT \"order date\" FROM orders o");
}

#[test]
fn columns_of_definitions_and_subqueries() {
    check("WITH c AS (SELECT tenure AS y FROM telco) SELECT c.$0 FROM c", &["y"]);
    check("WITH c(a, b) AS (SELECT tenure, Churn FROM telco) SELECT $0 FROM c", &["a", "b"]);
    check("WITH c AS (SELECT *, 1 AS one FROM telco) SELECT c.o$0 FROM c", &["one"]);
    check("SELECT s.$0 FROM (SELECT tenure * 2 AS twice, Churn FROM telco) s", &["Churn", "twice"]);
    check("SELECT x.$0 FROM (SELECT id FROM orders UNION ALL SELECT tenure FROM telco) x", &["id"]);
    check("WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT $0 FROM r) SELECT 1", &["n"]);
    check(
        "SELECT name FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.$0)",
        &["country", "id", "name"],
    );
    check(
        "SELECT * FROM customers c, LATERAL (SELECT * FROM orders WHERE customer_id = c.$0) x",
        &["country", "id", "name"],
    );
    check("WITH c AS (SELECT $0 FROM telco) SELECT 1", &TELCO);
    check("WITH c AS (SELECT ten$0", &[]);
}

#[test]
fn columns_of_both_sides_say_whose_they_are() {
    let found = offered("SELECT $0 FROM orders o JOIN customers c ON o.customer_id = c.id");
    let labels: Vec<&str> = found.iter().map(|offer| &*offer.label).take(7).collect();
    assert_eq!(labels, ["amount", "c.id", "country", "customer_id", "name", "o.id", "order date"]);
}

#[test]
fn joins_are_suggested() {
    check("SELECT * FROM orders o JOIN customers c ON $0", &["o.customer_id = c.id", "o.id = c.id"]);
    check(
        "SELECT * FROM orders o JOIN customers c $0",
        &["ON o.customer_id = c.id", "ON o.id = c.id", "ON", "USING ("],
    );
    check("SELECT * FROM orders JOIN customers ON $0 WHERE 1 = 1", &["orders.customer_id = customers.id"]);
    check("SELECT * FROM telco a JOIN telco b ON $0", &["a.customerID = b.customerID"]);
    check_only("SELECT * FROM orders JOIN customers USING ($0)", &["id"]);
    check_only("SELECT * FROM orders JOIN customers USING (", &["id"]);
}

#[test]
fn tables_behind_from() {
    check("SELECT * FROM $0", &["customers", "orders", "telco", "customers.parquet", "telco.csv"]);
    check("SELECT $0 * FROM ord$0".replacen("$0", "", 1).as_str(), &["orders"]);
    check("WITH c AS (SELECT 1 AS x) SELECT * FROM $0", &["c", "customers"]);
    check("WITH a AS (SELECT 1 AS x), b AS (SELECT * FROM $0) SELECT 1", &["a", "customers"]);
    check("SELECT * FROM telco, $0", &["customers"]);
    check("SELECT * FROM telco LEFT JOIN $0", &["customers"]);
    check("SELECT * FROM telco WHERE tenure IN (SELECT tenure FROM $0)", &["customers"]);
    check("SELECT x IS DISTINCT FROM $0 FROM telco", &TELCO);
    check("SELECT EXTRACT(YEAR FROM $0) FROM telco", &TELCO);
    check_taken("SELECT * FROM tel$0", "telco.csv", "SELECT * FROM 'telco.csv'");
    check_taken("SELECT * FROM telco.c$0 WHERE x", "telco.csv", "SELECT * FROM 'telco.csv' WHERE x");
}

#[test]
fn files_between_quotes() {
    check_only("SELECT * FROM '$0'", &["customers.parquet", "telco.csv", "data/"]);
    check_only("SELECT * FROM 'data/$0'", &["housing.csv", "extra/"]);
    check_only("SELECT * FROM 'data/$0\nWHERE x > 1", &["housing.csv", "extra/"]);
    check_only("SELECT * FROM read_csv('data/h$0')", &["housing.csv"]);
    check("SELECT * FROM \"$0\"", &["customers", "orders", "telco"]);
    check_taken("SELECT * FROM 'data/h$0.csv' WHERE x", "housing.csv", "SELECT * FROM 'data/housing.csv' WHERE x");
    check_taken("SELECT * FROM 'data/extra/$0", "more.parquet", "SELECT * FROM 'data/extra/more.parquet");
    check_only("SELECT * FROM telco WHERE Churn = '$0'", &[]);
}

#[test]
fn endpoints_are_named_in_the_first_string() {
    check_only("SELECT ai_query('$0', tenure) FROM telco", &["churn"]);
    check_only("SELECT ai_query('churn', '$0') FROM telco", &[]);
}

#[test]
fn stars_can_be_written_out() {
    check_taken("SELECT *$0 FROM telco", "* as 4 columns", "SELECT tenure, TotalCharges, customerID, Churn FROM telco");
    check_taken(
        "SELECT o.*$0 FROM orders o",
        "o.* as 4 columns",
        "SELECT o.id, o.customer_id, o.amount, o.\"order date\" FROM orders o",
    );
    check_only("SELECT *$0 FROM nobody_knows", &[]);
}

#[test]
fn keywords_where_they_can_stand() {
    check_only("$0", &["SELECT", "WITH", "FROM"]);
    check_only("SELECT 1; se$0", &["SELECT"]);
    check("SELECT tenure $0", &["FROM", "AS"]);
    check("SELECT * FROM telco $0", &["WHERE", "GROUP BY", "ORDER BY", "LIMIT"]);
    check("SELECT * FROM telco wh$0", &["WHERE"]);
    check("select * from telco wh$0", &["where"]);
    check("SELECT * FROM telco WHERE tenure $0", &["AND", "OR", "IS NULL"]);
    check("SELECT * FROM telco ORDER BY tenure $0", &["DESC", "ASC"]);
    check("SELECT CASE WHEN tenure > 3 $0 FROM telco", &["WHEN", "THEN"]);
    check("SELECT SUM(tenure) OVER ($0) FROM telco", &["PARTITION BY", "ORDER BY"]);
    check("SELECT CAST(tenure AS $0) FROM telco", &["INTEGER", "BIGINT"]);
    check("SELECT tenure::do$0 FROM telco", &["DOUBLE"]);
    check("SELECT COUNT($0) FROM telco", &["*"]);
    check("SELECT * FROM telco WHERE tenure IN ($0)", &TELCO);
    check_only("SELECT tenure AS $0 FROM telco", &[]);
    check_only("SELECT 1 -- tab$0", &[]);
    check_only("SELECT 12$0", &[]);
    check("WITH c AS ($0", &["SELECT"]);
}

#[test]
fn functions_come_with_signature_and_words() {
    let found = offered("SELECT quantile_c$0 FROM telco");
    let offer = found.first().expect("a function");
    assert_eq!((&*offer.label, offer.detail.as_deref()), ("QUANTILE_CONT", Some("QUANTILE_CONT(value, quantile)")));
    assert!(offer.documentation.as_deref().is_some_and(|text| text.contains("interpolated")));
    assert!(offered("SELECT * FROM telco WHERE su$0").iter().all(|offer| &*offer.label != "SUM"));
    check("SELECT Churn FROM telco GROUP BY Churn HAVING cou$0", &["COUNT"]);
}

#[test]
fn columns_have_their_type_and_missing_share() {
    let found = offered("SELECT TotalC$0 FROM telco");
    assert_eq!(found[0].detail.as_deref(), Some("float · 3 % missing"));
    assert_eq!(found[0].documentation.as_deref(), Some("Column of **telco**"));
}

/// Every prefix, and every place in the whole, of texts of every kind: nothing panics, and every range is of the text.
#[test]
fn no_text_is_too_broken() {
    let texts = [
        "WITH RECURSIVE a(x, y) AS (SELECT 1, 'é' UNION ALL SELECT x + 1, y FROM a WHERE x < 3), b AS (SELECT * FROM a) SELECT a.*, b.x AS \"q z\" FROM a JOIN b USING (x) WHERE EXISTS (SELECT 1 FROM telco t WHERE t.tenure = a.x) ORDER BY 1;\n-- end",
        "SELECT CASE WHEN a THEN (b) END, SUM(x) OVER (PARTITION BY y ORDER BY z ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM ((SELECT 1) UNION (SELECT 2)) t(a), LATERAL (SELECT t.a) u LEFT SEMI JOIN 'data/x.csv' v ON u.a = v.\"b\"\n\nSELECT * EXCLUDE (a) REPLACE (b AS c) FROM telco",
        "{% if x %} SELECT {{ a }}, {b: 1}, [x FOR x IN y], f(x -> x + 1, (a, b) -> a), e.f.g::decimal(1, 2)[1] FROM {{ ref('x') }} {# c #} PIVOT (COUNT(*) FOR a IN ('x')) LATERAL VIEW explode(z) q AS w {% endif %} $tag$ a $tag$ ?",
        "CREATE TABLE x AS FROM telco SELECT DISTINCT ON (a) b; INSERT INTO x (SELECT 1); DELETE FROM x WHERE y IN (FROM z); )) ]] (( [ SELECT ,, FROM ; SELECT 'a",
        "SELECT \"𝄞, `é`, $$x, /* /* */ E'\\'' || %(a)s AT TIME ZONE 'x' FROM a.b.c.d@v1 WINDOW w AS (PARTITION BY x) QUALIFY y MINUS SELECT x FROM y FETCH FIRST 5 ROWS ONLY",
    ];
    let source = world();
    let check = |text: &str, offset: u32| {
        for fragment in
            [Fragment::file(text), Fragment::literal(text, TextRange::new(0, text.len() as u32), Runner::Frames)]
        {
            for offer in fragment.complete(offset, &source) {
                assert!(
                    offer.edit.range.touches(offset)
                        && text.get(offer.edit.range.start as usize..offer.edit.range.end as usize).is_some(),
                    "{text}"
                );
                assert!(!offer.edit.range.of(text).contains('\n'), "{text} {offset} {offer:?}");
            }
            fragment.signature(offset, &source);
            if let Some(hover) = fragment.hover(offset, &source) {
                assert!(hover.range.touches(offset));
            }
            fragment.definition(offset, &source);
        }
    };
    for whole in texts {
        for (offset, _) in whole.char_indices().chain([(whole.len(), ' ')]) {
            check(whole, offset as u32);
            let prefix = &whole[..offset];
            check(prefix, offset as u32);
            check(&whole[offset..], 0);
            for found in Fragment::file(prefix).diagnostics(&source) {
                assert!(
                    prefix
                        .get(found.range.start as usize..found.range.end as usize)
                        .is_some_and(|text| !text.is_empty()),
                    "{prefix}: {found:?}"
                );
            }
            crate::symbols(prefix);
            crate::lenses(prefix, &source);
        }
    }
    let deep = format!("SELECT {}1", "(SELECT (".repeat(5000));
    check(&deep, deep.len() as u32);
    let nested = format!("SELECT * FROM {}t", "(".repeat(20_000));
    check(&nested, nested.len() as u32);
    let chain: String = (0..2000).map(|n| format!("c{} AS (SELECT * FROM c{n}), ", n + 1)).collect();
    let chain = format!("WITH c0 AS (SELECT 1 AS x), {chain} z AS (SELECT 1) SELECT  FROM c2000");
    check(&chain, chain.len() as u32 - 11);
}
