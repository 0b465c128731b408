use std::sync::atomic::{AtomicUsize, Ordering};

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

/// A statement with other limits than a query's.
fn work(sql: &str, bounds: Bounds, joined_rows_max: u64, order: RowOrder) -> Result<DataFrame, DataError> {
    let planned = prepare(sql, &tables()).expect("a plan");
    let work = Work { plan: planned.plan, schema: planned.schema, order, joined_rows_max, bounds };
    work.run(&CancelToken::new(), |_, _| false)
}

#[test]
fn a_query_without_end_is_left_and_ends() {
    let abandoned: &'static AtomicUsize = Box::leak(Box::default());
    let bounds = Bounds::of_test(Duration::from_millis(200), u64::MAX, || Some(0), abandoned);
    let sql = "SELECT COUNT(*) AS n FROM long AS a CROSS JOIN long AS b WHERE (a.n * 7 + b.n * 3) % 11 = 5";
    let left = work(sql, bounds, u64::MAX, RowOrder::Any);
    assert!(matches!(left, Err(DataError::QueryTooLong { .. })), "{left:?}");
    // It would take minutes to its end.
    let since = std::time::Instant::now();
    while abandoned.load(Ordering::Acquire) > 0 {
        assert!(since.elapsed() < Duration::from_secs(30), "the query works on");
        std::thread::yield_now();
    }
    let cancel = CancelToken::new();
    cancel.cancel();
    assert!(matches!(query("SELECT n FROM long", &tables(), &LIMITS, &cancel), Err(DataError::Cancelled)));
}

#[test]
fn joins_of_everything_with_everything_are_refused_before_they_run() {
    for sql in [
        "SELECT COUNT(*) AS n FROM long AS a CROSS JOIN long AS b",
        "SELECT COUNT(*) AS n FROM long AS a, long AS b",
        "SELECT a.n FROM long AS a, long AS b WHERE (a.n * 7 + b.n * 3) % 11 = 5 ORDER BY a.n",
        "SELECT a.n FROM long AS a, long AS b WHERE a.n < b.n",
        "SELECT a.n FROM long AS a JOIN long AS b ON a.n < b.n AND a.n + 10 > b.n",
        "SELECT COUNT(*) AS n FROM (SELECT a.n FROM orders AS o, long AS a) AS a CROSS JOIN long AS b",
    ] {
        let refused = problem(sql, &LIMITS);
        assert_eq!((refused.code, refused.field.as_str()), (ErrorCode::LimitExceeded, "sql"), "{sql}: {refused:?}");
        assert!(refused.message.contains("50000"), "{sql}: {}", refused.message);
        assert!(refused.hint.contains("equal columns"), "{}", refused.hint);
    }
    // What the conditions leave counts, and an equality makes it another join.
    check("SELECT COUNT(*) AS n FROM long AS a, long AS b WHERE a.n < 10 AND b.n < 100", r#"[{"n":1000}]"#);
    check("SELECT COUNT(*) AS n FROM long AS a CROSS JOIN long AS b WHERE a.n = b.n", r#"[{"n":50000}]"#);
    check("SELECT COUNT(*) AS n FROM long AS a, long AS b WHERE a.n = b.n AND a.n < 7", r#"[{"n":7}]"#);
    check("SELECT COUNT(*) AS n FROM long AS a CROSS JOIN orders AS o", r#"[{"n":150000}]"#);
    check("SELECT COUNT(*) AS n FROM orders AS a JOIN orders AS b ON a.amount < b.amount", r#"[{"n":3}]"#);
}

#[test]
fn a_join_that_gives_too_many_rows_is_stopped() {
    let sql = "SELECT COUNT(*) AS n FROM (SELECT n % 100 AS k FROM long) AS a JOIN (SELECT n % 100 AS k FROM long) AS b \
               ON a.k = b.k";
    for order in [RowOrder::Any, RowOrder::Kept] {
        let stopped = work(sql, limits::of_query(LIMITS.time), 1_000_000, order);
        let Err(DataError::Problem(problem)) = stopped else { panic!("{stopped:?}") };
        assert_eq!(problem.message, "a join gives more than 1000000 rows");
        let whole = work(sql, limits::of_query(LIMITS.time), 25_000_000, order).expect("a count");
        assert_eq!(serde_json::to_string(&rows_as_json(&whole)).expect("JSON"), r#"[{"n":25000000}]"#);
    }
}

#[test]
fn a_sort_is_not_given_more_rows_than_there_is_memory_for() {
    static LOOKS: AtomicUsize = AtomicUsize::new(0);
    // After the first look, half of what may be taken is taken.
    let resident = || Some(if LOOKS.fetch_add(1, Ordering::AcqRel) == 0 { 1_000 } else { 1_450 });
    let abandoned: &'static AtomicUsize = Box::leak(Box::default());
    let bounds = Bounds::of_test(Duration::from_secs(60), 900, resident, abandoned);
    let pairs = "FROM long AS a, long AS b WHERE a.n < 2000 AND b.n < 20000";
    let stopped = work(&format!("SELECT a.n + b.n AS x {pairs} ORDER BY x"), bounds, u64::MAX, RowOrder::Any);
    assert!(matches!(stopped, Err(DataError::TooLarge { limit_bytes: 300, .. })), "{stopped:?}");
    // What goes through in batches needs no more, nor do the first rows of an order.
    for (sql, n_rows) in [
        (format!("SELECT COUNT(*) AS n {pairs}"), 1),
        (format!("SELECT a.n, b.n AS m {pairs} ORDER BY m, 1 LIMIT 5"), 5),
    ] {
        assert_eq!(work(&sql, bounds, u64::MAX, RowOrder::Any).expect("rows").height(), n_rows, "{sql}");
    }
}

#[test]
fn tables_get_the_same_rows_in_the_same_order_in_every_run() {
    for sql in [
        "SELECT a.n, b.n AS m FROM long AS a JOIN long AS b ON a.n % 100 = b.n WHERE b.n < 50",
        "SELECT n % 1000 AS k, COUNT(*) AS c FROM long GROUP BY n % 1000",
        "SELECT DISTINCT n % 1000 AS k FROM long",
        "SELECT o.customer, l.n FROM orders AS o LEFT JOIN long AS l ON o.amount = l.n",
        "SELECT o.customer, l.n FROM orders AS o CROSS JOIN long AS l",
        "SELECT n FROM long UNION ALL SELECT amount FROM orders",
        "SELECT n FROM long WHERE n NOT IN (SELECT amount FROM orders)",
    ] {
        let once = collect(sql, &tables(), &CancelToken::new()).unwrap_or_else(|error| panic!("{sql}: {error}"));
        assert!(once.height() > 2, "{sql}");
        for _ in 0..3 {
            let again = collect(sql, &tables(), &CancelToken::new()).expect("the same rows");
            assert!(once.equals_missing(&again), "{sql}");
        }
    }
}

#[test]
fn an_outer_join_on_a_comparison_is_refused_rather_than_made_an_inner_one() {
    let sql = "SELECT c.customer, o.amount FROM customers.csv AS c LEFT JOIN orders AS o ON c.customer = o.customer AND o.amount > c.tenure";
    let refused = problem(sql, &LIMITS);
    assert_eq!(refused.code, ErrorCode::InvalidArgument, "{refused:?}");
    assert!(refused.message.starts_with("LEFT JOIN takes equalities"), "{}", refused.message);
}

#[test]
fn statements_of_every_shape_pass_the_guards() {
    for (sql, expected) in [
        ("SELECT COUNT(*) AS n FROM long", r#"[{"n":50000}]"#),
        ("SELECT n FROM long WHERE n > 10 LIMIT 1", r#"[{"n":11}]"#),
        ("SELECT SUM(n) AS s FROM (SELECT n FROM long ORDER BY n DESC LIMIT 2)", r#"[{"s":99997}]"#),
        ("SELECT DISTINCT customer FROM orders ORDER BY customer", r#"[{"customer":"a"},{"customer":"c"}]"#),
        (
            "SELECT amount, SUM(amount) OVER (PARTITION BY customer) AS s FROM orders ORDER BY amount",
            r#"[{"amount":10,"s":30},{"amount":20,"s":30},{"amount":30,"s":30}]"#,
        ),
        (
            "SELECT customer FROM customers.csv AS c WHERE NOT EXISTS (SELECT 1 FROM orders AS o WHERE o.customer = c.customer) ORDER BY customer",
            r#"[{"customer":"b"},{"customer":"d"}]"#,
        ),
        ("SELECT COUNT(*) AS n FROM orders WHERE amount IN (SELECT MAX(amount) FROM orders)", r#"[{"n":1}]"#),
        (
            "SELECT COUNT(*) AS n FROM long AS a JOIN orders AS b ON a.n > b.amount AND a.n < b.amount + 5",
            r#"[{"n":12}]"#,
        ),
        (
            "SELECT a.amount, b.amount AS m FROM orders AS a JOIN orders AS b ON a.customer = b.customer AND a.amount < b.amount",
            r#"[{"amount":10,"m":20}]"#,
        ),
        (
            "SELECT customer FROM orders UNION SELECT customer FROM customers.csv ORDER BY customer",
            r#"[{"customer":"a"},{"customer":"b"},{"customer":"c"},{"customer":"d"}]"#,
        ),
        (
            "SELECT o.amount FROM customers.csv AS c FULL JOIN orders AS o ON c.customer = o.customer ORDER BY o.amount LIMIT 1",
            r#"[{"amount":10}]"#,
        ),
        (
            "SELECT customer, COUNT(*) AS n FROM orders GROUP BY customer HAVING COUNT(*) > 1",
            r#"[{"customer":"a","n":2}]"#,
        ),
    ] {
        check(sql, expected);
        let whole = collect(sql, &tables(), &CancelToken::new()).unwrap_or_else(|error| panic!("{sql}: {error}"));
        assert_eq!(serde_json::to_string(&rows_as_json(&whole)).expect("JSON"), expected, "{sql}");
    }
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

#[test]
fn a_plan_that_is_nested_too_deeply_is_refused() {
    let run = |n_steps: usize| {
        let mut planned = prepare("SELECT n FROM long WHERE n < 3", &tables()).expect("a plan");
        for _ in 0..n_steps {
            planned.plan = planned.plan.filter(col("n").gt_eq(lit(0)));
        }
        let bounds = limits::of_query(LIMITS.time);
        let work =
            Work { plan: planned.plan, schema: planned.schema, order: RowOrder::Any, joined_rows_max: 10, bounds };
        work.run(&CancelToken::new(), |_, _| false)
    };
    assert_eq!(run(900).expect("rows").height(), 3);
    assert!(matches!(run(1_100), Err(DataError::InvalidSql { .. })));
}
