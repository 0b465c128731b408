use mlwright_source_text::Severity;

use crate::fragment::tests::Fixture;

/// Each finding as `CODE text` or, where something nearer is known, `CODE text -> mended`.
fn check(sql: &str, expected: &[&str]) {
    let fixture = Fixture::new(sql);
    let found = fixture.fragment().diagnostics(&fixture.source);
    let shown: Vec<String> = found
        .iter()
        .map(|found| {
            let code = if found.severity == Severity::Information {
                format!("{}i", found.code)
            } else {
                found.code.to_owned()
            };
            let fix = found.fixes.first().map_or(String::new(), |fix| format!(" -> {}", fix.edits[0].text));
            format!("{code} {}{fix}", found.range.of(&fixture.text))
        })
        .collect();
    assert_eq!(shown, expected, "{sql}\n{found:#?}");
}

#[test]
fn tables_that_are_not_there() {
    check("SELECT * FROM telcoo", &["SQL101 telcoo -> telco"]);
    check("SELECT * FROM 'data/hosing.csv'", &["SQL101 'data/hosing.csv' -> 'data/housing.csv'"]);
    check("SELECT * FROM \"data/hosing.csv\" h", &["SQL101 \"data/hosing.csv\" -> \"data/housing.csv\""]);
    check("SELECT * FROM telcoo.csv", &["SQL101 telcoo.csv -> telco.csv"]);
    check("WITH months AS (SELECT 1) SELECT * FROM month", &["SQL101 month -> months"]);
    check("SELECT tt.tenure FROM telco t", &["SQL101 tt -> t"]);
}

#[test]
fn tables_that_may_be_somewhere() {
    for sql in [
        "SELECT x FROM information_schema.tables",
        "SELECT x FROM 's3://bucket/x.csv'",
        "SELECT x FROM 'data/*.csv'",
        "SELECT x FROM '/elsewhere/x.csv'",
        "SELECT x FROM nowhere/x.csv",
        "SELECT x FROM 'nowhere/x.csv'",
        "SELECT x FROM read_csv('data/nothing.csv')",
        "SELECT x FROM generate_series(1, 3) AS x",
        "SELECT x FROM {{ ref('stg') }} WHERE y = 1",
        "SELECT x FROM @stage",
        "CREATE TABLE t2 (x INT); SELECT x FROM t2",
        "CREATE TEMP VIEW t2 AS SELECT tenure AS x FROM telco; SELECT x FROM t2",
        "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT n FROM r",
        "SELECT tenure FROM telco@v3",
    ] {
        check(sql, &[]);
    }
    check("CREATE TEMP VIEW t2 AS SELECT tenure AS x FROM telco; SELECT y FROM t2", &["SQL102 y"]);
}

#[test]
fn columns_that_are_not_there() {
    check("SELECT tenur FROM telco", &["SQL102 tenur -> tenure"]);
    check("SELECT t.tenur, t.Churn FROM telco t", &["SQL102 tenur -> tenure"]);
    check(
        "SELECT 1 FROM telco WHERE tenur > 3 GROUP BY Chrun ORDER BY Churnn",
        &["SQL102 tenur -> tenure", "SQL102 Chrun -> Churn", "SQL102 Churnn -> Churn"],
    );
    check("SELECT rooms, prize FROM 'data/housing.csv'", &["SQL102 prize -> price"]);
    check("SELECT COUNT(DISTINCT tenur) FROM telco", &["SQL102 tenur -> tenure"]);
    check("SELECT order_date FROM orders", &["SQL102 order_date -> \"order date\""]);
    check("SELECT c.y FROM (SELECT tenure AS x FROM telco) c", &["SQL102 y"]);
    check("WITH c AS (SELECT tenure FROM telco) SELECT Churn FROM c", &["SQL102 Churn"]);
    check("WITH c AS (SELECT * FROM telco) SELECT tenur FROM c", &["SQL102 tenur -> tenure"]);
    check("WITH c(a, b) AS (SELECT tenure, Churn FROM telco) SELECT a, tenure FROM c", &["SQL102 tenure"]);
    check("SELECT x.a, x.b FROM (SELECT 1, 2) AS x(a, c)", &["SQL102 b"]);
    check(
        "SELECT amount FROM orders o WHERE EXISTS (SELECT 1 FROM customers c WHERE c.id = o.customer_idd)",
        &["SQL102 customer_idd -> customer_id"],
    );
    check("SELECT * FROM orders JOIN customers USING (customer_id)", &["SQL102 customer_id -> id"]);
    check(
        "SELECT * EXCLUDE (tenure) FROM telco; SELECT tenure FROM (SELECT * EXCLUDE (tenure) FROM telco)",
        &["SQL102 tenure"],
    );
    check("SELECT TENURE FROM telco", &["SQL102i TENURE -> tenure"]);
    check("SELECT telco.csv.tenur FROM telco.csv", &["SQL102 tenur -> tenure"]);
}

#[test]
fn columns_that_several_tables_have() {
    check("SELECT id FROM orders JOIN customers ON customer_id = customers.id", &["SQL103 id -> orders.id"]);
    check("SELECT id FROM orders AS o, customers AS c", &["SQL103 id -> o.id"]);
    for sql in [
        "SELECT id FROM orders JOIN customers USING (id)",
        "SELECT id FROM orders NATURAL JOIN customers",
        "SELECT id FROM orders SEMI JOIN customers ON orders.id = customers.id",
        "SELECT o.id FROM orders o JOIN customers c ON o.customer_id = c.id ORDER BY id",
        "SELECT o.id AS id FROM orders o JOIN customers c ON o.customer_id = c.id GROUP BY id",
        "SELECT id FROM orders WHERE customer_id IN (SELECT id FROM customers)",
    ] {
        check(sql, &[]);
    }
}

#[test]
fn text_that_is_no_sql() {
    check("SELECT (1 + 2 FROM telco", &["SQL104 ("]);
    check("SELECT 1) FROM telco", &["SQL104 )"]);
    check("SELECT tenure,, Churn FROM telco", &["SQL104 ,"]);
    check("SELECT tenure FROM telco WHERE Churn = 'Yes", &["SQL104 'Yes"]);
    check("SELECT tenure FROM telco WHERE; SELECT 1", &["SQL104 WHERE"]);
    check("SELECT tenure FROM telco JOIN WHERE tenure > 1", &["SQL104 JOIN"]);
    check("SELECT tenure FROM telco GROUP BY", &["SQL104 BY"]);
}

/// What users write for other systems, or in ways that the grammar does not know.
#[test]
fn exotic_sql_is_left_alone() {
    let exotic = [
        "SELECT tenure, COUNT(*) FILTER (WHERE Churn = 'Yes') AS n FROM telco GROUP BY ALL ORDER BY ALL",
        "FROM telco SELECT tenure WHERE tenure > 1",
        "FROM telco",
        "SELECT tenure, FROM telco",
        "SELECT EXTRACT(YEAR FROM \"order date\") AS y, CAST(amount AS DECIMAL(10, 2)), amount::double FROM orders",
        "SELECT DISTINCT ON (Churn) Churn, tenure FROM telco ORDER BY Churn, tenure DESC NULLS LAST",
        "SELECT tenure IS NOT DISTINCT FROM 3 AS same FROM telco",
        "SELECT SUM(amount) OVER (PARTITION BY customer_id ORDER BY id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS s FROM orders",
        "SELECT SUM(amount) OVER w FROM orders WINDOW w AS (PARTITION BY customer_id ORDER BY id)",
        "SELECT ROW_NUMBER() OVER (ORDER BY id) AS r FROM orders QUALIFY r = 1",
        "SELECT CASE WHEN tenure > 3 THEN 'a' ELSE 'b' END AS c FROM telco WHERE Churn LIKE 'Y%' ESCAPE '!'",
        "SELECT list_transform([1, 2], x -> x + tenure), list_filter(l, (a, b) -> a > b) FROM (SELECT tenure, [1] AS l FROM telco)",
        "SELECT {'a': tenure, 'b': 2}, [x * 2 FOR x IN [1, 2]], tenure[1:2] FROM telco",
        "SELECT TRIM(BOTH ' ' FROM Churn), SUBSTRING(Churn FROM 1 FOR 2), POSITION('e' IN Churn) FROM telco",
        "SELECT * REPLACE (tenure / 12 AS tenure), COLUMNS('T.*') FROM telco",
        "SELECT * EXCEPT (tenure) FROM telco",
        "SELECT tenure AS t, t * 2 AS tt FROM telco WHERE t > 1",
        "SELECT DATE '2020-01-01' + INTERVAL 5 DAY, INTERVAL '1' MONTH, TIMESTAMP '2020-01-01 00:00:00' AT TIME ZONE 'UTC' FROM telco",
        "SELECT name FROM customers c CROSS JOIN LATERAL (SELECT MAX(amount) AS m FROM orders WHERE customer_id = c.id) x WHERE x.m > 2",
        "SELECT name, u.v FROM customers, UNNEST([1, 2]) AS u(v)",
        "SELECT name FROM customers LEFT SEMI JOIN orders ON customers.id = orders.customer_id",
        "SELECT name FROM (customers c JOIN orders o ON c.id = o.customer_id) WHERE o.amount > 1",
        "SELECT name FROM customers UNION ALL SELECT Churn FROM telco ORDER BY name LIMIT 5 OFFSET 2",
        "(SELECT name FROM customers) UNION (SELECT Churn FROM telco) ORDER BY 1",
        "SELECT GROUPING(Churn), Churn FROM telco GROUP BY GROUPING SETS ((Churn), ()), ROLLUP (tenure)",
        "SELECT o.* FROM orders o TABLESAMPLE (10 PERCENT) WHERE amount BETWEEN SYMMETRIC 1 AND 2",
        "SELECT * FROM telco PIVOT (COUNT(*) FOR Churn IN ('Yes', 'No')) WHERE Yes > 3",
        "SELECT nested.field.deeper, name.first FROM customers",
        "SELECT rowid, current_date, user FROM telco",
        "SELECT TOP 5 tenure FROM telco",
        "SELECT tenure FROM telco FOR UPDATE",
        "INSERT INTO telco (tenure) SELECT tenure FROM telco; UPDATE telco SET tenure = 1 WHERE nobody = 2; DELETE FROM telco",
        "CREATE OR REPLACE FUNCTION f() RETURNS INT AS $$ BEGIN RETURN ((1; END $$ LANGUAGE plpgsql",
        "COPY (SELECT tenure FROM telco) TO 'out.csv' (HEADER, DELIMITER ';')",
        "SELECT DATE_PART('year', \"order date\"), DATEDIFF(day, \"order date\", \"order date\"), NORMALIZE(name) FROM orders, customers",
        "EXPLAIN SELECT tenure FROM telco; DESCRIBE telco; PRAGMA threads = 4; SET x = 'y'",
        "SELECT id FROM orders o JOIN customers c USING (id) JOIN telco ON tenure = id",
        "VALUES (1, 2), (3, 4)",
        "SELECT t.tenure FROM telco AS t, LATERAL FLATTEN(input => t.tenure) f WHERE f.value = 1",
        "SELECT tenure FROM telco WHERE ${column} = %(x)s AND Churn = :churn AND tenure = ?",
        "SELECT tenure FROM telco WHERE (tenure, Churn) IN (SELECT tenure, Churn FROM telco) AND NOT EXISTS (FROM orders)",
        "WITH a AS (SELECT 1 AS x), b AS (SELECT x FROM a) SELECT x FROM b EXCEPT SELECT x FROM a",
        "SELECT MAX(tenure) FROM (SELECT tenure FROM telco GROUP BY tenure HAVING COUNT(*) > 1)",
        "SELECT a.max FROM (SELECT MAX(tenure) FROM telco) a",
        "SELECT IF(tenure > 1, 'a', 'b'), LEFT(Churn, 1), RIGHT(Churn, 1), REPLACE(Churn, 'a', 'b') FROM telco",
        "SELECT STRING_AGG(name, ', ' ORDER BY name DESC) FROM customers",
        "SELECT tenure FROM telco -- ((( '\n/* ( */ WHERE tenure > 1 # not a comment",
        "{% if x %} SELECT tenure FROM telco {% endif %} WHERE a = 1",
        "SELECT id FROM orders ASOF JOIN telco ON orders.id >= telco.tenure",
        "SELECT name FROM customers WHERE country ~ '^d' AND name !~~ 'x' AND country || 'x' <> name",
    ];
    for sql in exotic {
        check(sql, &[]);
    }
}
