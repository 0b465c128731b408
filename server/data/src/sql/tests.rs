use mlwright_base::ErrorCode;

use super::*;

struct Tables(Vec<(&'static str, DataFrame)>);

impl TableResolver for Tables {
    fn resolve(&self, name: &str) -> Result<Option<LazyFrame>, Problem> {
        if name.starts_with("..") {
            return Err(Problem::new(ErrorCode::Refused, "outside the roots"));
        }
        Ok(self.0.iter().find(|(known, _)| *known == name).map(|(_, frame)| frame.clone().lazy()))
    }

    fn names(&self) -> Vec<String> {
        self.0.iter().map(|(name, _)| (*name).to_owned()).collect()
    }
}

fn tables() -> Tables {
    let customers = df!(
        "customer" => ["a", "b", "c", "d"],
        "tenure" => [1_i64, 20, 30, 40],
        "TotalCharges" => [Some(1.5), None, Some(f64::NAN), Some(2.5)],
    )
    .expect("a frame");
    let orders = df!("customer" => ["a", "a", "c"], "amount" => [10_i64, 20, 30]).expect("a frame");
    let long = df!("n" => (0..50_000_i64).collect::<Vec<_>>()).expect("a frame");
    Tables(vec![("customers.csv", customers), ("orders", orders), ("long", long)])
}

const LIMITS: QueryLimits = QueryLimits { rows: 100, bytes: 100_000, time: Duration::from_secs(30) };

fn check(sql: &str, expected: &str) {
    let result = query(sql, &tables(), &LIMITS, &CancelToken::new()).unwrap_or_else(|error| panic!("{sql}: {error}"));
    let rows = serde_json::to_string(&rows_as_json(&result.frame)).expect("JSON");
    assert_eq!(rows, expected, "{sql}");
    assert!(!result.truncated, "{sql}");
}

fn problem(sql: &str, limits: &QueryLimits) -> Problem {
    match query(sql, &tables(), limits, &CancelToken::new()) {
        Ok(result) => panic!("{sql}: {:?}", result.frame),
        Err(error) => error.into(),
    }
}

#[test]
fn queries_are_answered() {
    check(
        "SELECT customer FROM customers.csv WHERE tenure > 25 ORDER BY tenure DESC",
        r#"[{"customer":"d"},{"customer":"c"}]"#,
    );
    check("SELECT customers.csv.tenure FROM customers.csv LIMIT 1", r#"[{"tenure":1}]"#);
    check("SELECT tenure FROM \"customers.csv\" LIMIT 1", r#"[{"tenure":1}]"#);
    check("SELECT COUNT(*) AS n, AVG(tenure) AS t FROM customers.csv;", r#"[{"n":4,"t":22.75}]"#);
    check(
        "SELECT c.customer, SUM(o.amount) AS total FROM customers.csv AS c JOIN orders AS o ON c.customer = o.customer GROUP BY c.customer ORDER BY c.customer",
        r#"[{"customer":"a","total":30},{"customer":"c","total":30}]"#,
    );
    check(
        "SELECT TotalCharges FROM customers.csv WHERE tenure < 35 ORDER BY tenure",
        r#"[{"TotalCharges":1.5},{"TotalCharges":null},{"TotalCharges":null}]"#,
    );
    check("SELECT customer FROM orders WHERE amount > 100", "[]");
    check("WITH orders AS (SELECT * FROM orders WHERE amount > 15) SELECT COUNT(*) AS n FROM orders", r#"[{"n":2}]"#);
    check("WITH t AS (SELECT amount * 2 AS twice FROM orders) SELECT MAX(twice) AS m FROM t", r#"[{"m":60}]"#);
    check("SELECT COUNT(*) AS n FROM customers.csv WHERE customer IN (SELECT customer FROM orders)", r#"[{"n":2}]"#);
}

#[test]
fn limits_hold() {
    let limited = |rows, bytes| {
        let limits = QueryLimits { rows, bytes, ..LIMITS };
        query("SELECT n FROM long ORDER BY n", &tables(), &limits, &CancelToken::new()).expect("rows")
    };
    let few = limited(10, 100_000);
    assert_eq!((few.frame.height(), few.truncated), (10, true));
    assert_eq!(few.frame.column("n").expect("n").i64().expect("i64").get(9), Some(9));
    // {"n":0} and a separator are 8 bytes.
    assert_eq!(limited(100, 80).frame.height(), 10);
    assert_eq!(problem("SELECT n FROM long", &QueryLimits { bytes: 5, ..LIMITS }).code, ErrorCode::LimitExceeded);
}

#[test]
fn a_query_without_end_is_left() {
    let limits = QueryLimits { time: Duration::from_millis(200), ..LIMITS };
    let sql = "SELECT COUNT(*) AS n FROM long AS a CROSS JOIN long AS b WHERE (a.n * 7 + b.n * 3) % 11 = 5";
    assert_eq!(problem(sql, &limits).code, ErrorCode::LimitExceeded);
    let cancel = CancelToken::new();
    cancel.cancel();
    assert!(matches!(query("SELECT n FROM long", &tables(), &LIMITS, &cancel), Err(DataError::Cancelled)));
}

#[test]
fn wrong_names_are_answered_with_the_nearest() {
    let column = problem("SELECT TotalCharge FROM customers.csv", &LIMITS);
    assert_eq!(
        (column.code, column.hint.as_str()),
        (ErrorCode::NotFound, "did you mean TotalCharges?"),
        "{}",
        column.message
    );
    let filtered = problem("SELECT customer FROM customers.csv WHERE tenur > 3", &LIMITS);
    assert_eq!(
        (filtered.code, filtered.hint.as_str()),
        (ErrorCode::NotFound, "did you mean tenure?"),
        "{}",
        filtered.message
    );
    let qualified = problem("SELECT c.tenur FROM customers.csv AS c", &LIMITS);
    assert_eq!(
        (qualified.code, qualified.hint.as_str()),
        (ErrorCode::NotFound, "did you mean tenure?"),
        "{}",
        qualified.message
    );
    let table = problem("SELECT * FROM customer.csv", &LIMITS);
    assert_eq!(
        (table.code, table.hint.as_str()),
        (ErrorCode::NotFound, "did you mean customers.csv?"),
        "{}",
        table.message
    );
    assert_eq!(problem("SELECT * FROM \"../x\"", &LIMITS).code, ErrorCode::Refused);
}

#[test]
fn writing_and_nonsense_are_refused() {
    assert_eq!(problem("DROP TABLE orders", &LIMITS).code, ErrorCode::Refused);
    assert_eq!(problem("SELEC 1", &LIMITS).code, ErrorCode::InvalidArgument);
    assert_eq!(problem("SELECT no_such_function(amount) FROM orders", &LIMITS).code, ErrorCode::InvalidArgument);
    for sql in
        ["SELECT amount + FROM orders", "SELECT * FROM orders GROUP BY", "SELECT SUM(customer, amount) FROM orders"]
    {
        assert!(!problem(sql, &LIMITS).message.is_empty(), "{sql}");
    }
}

#[test]
fn a_plan_gives_every_row() {
    let plan = plan("SELECT n FROM long WHERE n % 2 = 0", &tables()).expect("a plan");
    assert_eq!(plan.collect().expect("rows").height(), 25_000);
    assert_eq!(table_names("SELECT * FROM orders, long, orders AS o").expect("names"), ["orders", "long"]);
}
