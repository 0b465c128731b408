//! Input that is not as it should be: each a clear error or a sound answer, never a panic.

use std::fmt::Write as _;

use mlwright_tests::Workspace;

/// Profile and train must answer or explain; what they say on stderr when they do not.
fn profile_and_train(workspace: &Workspace, table: &str, target: &str) -> (Option<String>, Option<String>) {
    let said = |arguments: &[&str]| {
        let ended = workspace.run(arguments);
        match ended.code {
            Some(0) => None,
            Some(1) => {
                assert!(ended.stderr.trim().len() > 20, "{arguments:?} does not say what is wrong: {ended:?}");
                assert!(!ended.stderr.contains("internal"), "{arguments:?}: {ended:?}");
                Some(ended.stderr)
            }
            _ => panic!("{arguments:?}: {ended:?}"),
        }
    };
    let profile = said(&["profile-table", "--table", table, "--target", target, "--json"]);
    let train = said(&[
        "train", "--table", table, "--target", target, "--folds", "2", "--budget-seconds", "5", "--wait-seconds", "120", "--json",
    ]);
    (profile, train)
}

#[test]
fn empty_files_and_files_of_few_rows() {
    let workspace = Workspace::new();
    workspace.put("empty.csv", b"");
    let message = workspace.refused(&["describe-table", "--table", "empty.csv"]);
    assert!(message.contains("empty"), "{message}");
    workspace.put("header.csv", b"a,b,y\n");
    let table = workspace.ok(&["describe-table", "--table", "header.csv"]);
    assert_eq!(table["n_rows"], 0, "{table}");
    let (_, train) = profile_and_train(&workspace, "header.csv", "y");
    assert!(train.is_some(), "nothing can be learned from no rows");
    workspace.put("one.csv", b"a,b,y\n1,2,yes\n");
    let (profile, train) = profile_and_train(&workspace, "one.csv", "y");
    assert!(profile.is_none() && train.is_some(), "one row can be profiled, not learned from");
    workspace.put("three.csv", b"a,b,y\n1,2,yes\n2,3,no\n4,4,yes\n");
    let _ = profile_and_train(&workspace, "three.csv", "y");
}

#[test]
fn one_class_missing_columns_duplicated_names_and_infinities() {
    let workspace = Workspace::new();
    let mut one_class = String::from("a,b,y\n");
    let mut odd = String::from("a,a,empty,inf,y\n");
    for i in 0..200 {
        let _ = writeln!(one_class, "{i},{},yes", i % 7);
        let inf = ["1.5", "inf", "-inf", "NaN", "2e308"][i % 5];
        let _ = writeln!(odd, "{},{},,{inf},{}", i % 13, i % 5, if i % 13 > 6 { "yes" } else { "no" });
    }
    workspace.put("one_class.csv", one_class.as_bytes());
    let (profile, train) = profile_and_train(&workspace, "one_class.csv", "y");
    assert!(profile.is_none());
    assert!(train.is_some_and(|message| message.contains("class")), "one class is said");
    workspace.put("odd.csv", odd.as_bytes());
    let (profile, train) = profile_and_train(&workspace, "odd.csv", "y");
    assert_eq!((profile, train), (None, None));
    let table = workspace.ok(&["describe-table", "--table", "odd.csv"]);
    let names: Vec<&str> = table["columns"].as_array().expect("columns").iter().filter_map(|column| column["name"].as_str()).collect();
    assert_eq!(names.len(), 5);
    assert_eq!(names.iter().collect::<std::collections::BTreeSet<_>>().len(), 5, "{names:?}");
}

#[test]
fn five_thousand_columns() {
    let workspace = Workspace::new();
    let mut text: String = (0..5_000).map(|i| format!("c{i},")).collect::<String>() + "y\n";
    for row in 0_u64..60 {
        for column in 0_u64..5_000 {
            let _ = write!(text, "{},", (row * 31 + column * 17 + row * column) % 101);
        }
        let _ = writeln!(text, "{}", row % 2);
    }
    workspace.put("wide.csv", text.as_bytes());
    let (profile, train) = profile_and_train(&workspace, "wide.csv", "y");
    assert_eq!((profile, train), (None, None));
}

#[test]
fn other_encodings_and_delimiters() {
    let workspace = Workspace::new();
    let rows: String = (0..100).map(|i| format!("M\u{fc}ller;{},{};Z\u{fc}rich\n", i, i % 10)).collect();
    let text = format!("Name;Gr\u{f6}\u{df}e;Ort\n{rows}");
    let latin: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).expect("a Latin-1 character")).collect();
    workspace.put("latin.csv", &latin);
    let table = workspace.ok(&["describe-table", "--table", "latin.csv"]);
    assert_eq!(table["columns"][1]["name"], "Gr\u{f6}\u{df}e", "{table}");
    let mean = workspace.ok(&["query", "--sql", "SELECT AVG(\"Gr\u{f6}\u{df}e\") AS m FROM 'latin.csv'"]);
    assert!((mean["rows"][0]["m"].as_f64().expect("a decimal comma is a number") - 49.95).abs() < 1e-6, "{mean}");
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain("a,b\n1,2\n3,4\n".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    workspace.put("utf16.csv", &utf16);
    assert_eq!(workspace.ok(&["describe-table", "--table", "utf16.csv"])["n_rows"], 2);
    workspace.put("noise.csv", &(0..4096_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect::<Vec<_>>());
    let noise = workspace.run(&["describe-table", "--table", "noise.csv"]);
    assert!(matches!(noise.code, Some(0 | 1)), "{noise:?}");
    workspace.put("noise.parquet", b"PAR1 but not really");
    let message = workspace.refused(&["describe-table", "--table", "noise.parquet"]);
    assert!(message.contains("noise.parquet"), "{message}");
}

#[test]
fn a_csv_of_200_mb() {
    let workspace = Workspace::new();
    let mut text = String::with_capacity(205 << 20);
    text.push_str("id,when,amount,shop,note\n");
    let mut i = 0_u64;
    while text.len() < 200 << 20 {
        let _ = writeln!(text, "{i},2024-{:02}-{:02},{}.{:02},shop{},plain note number {}", i % 12 + 1, i % 28 + 1, i % 977, i % 100, i % 50, i % 1000);
        i += 1;
    }
    workspace.put("big.csv", text.as_bytes());
    drop(text);
    let table = workspace.ok(&["describe-table", "--table", "big.csv"]);
    assert_eq!(table["n_rows"], i, "{table}");
    let counted = workspace.ok(&["query", "--sql", "SELECT shop, COUNT(*) AS n, AVG(amount) AS mean FROM 'big.csv' GROUP BY shop"]);
    assert_eq!(counted["n_rows"], 50);
    let profile = workspace.ok(&["profile-table", "--table", "big.csv"]);
    assert!(profile["report"].is_string(), "{profile}");
}

#[test]
fn paths_outside_the_roots_and_sql_that_writes() {
    let workspace = Workspace::telco();
    std::os::unix::fs::symlink("/etc/passwd", workspace.path().join("link.csv")).expect("a link");
    for path in ["/etc/passwd", "../../../../etc/passwd", "link.csv"] {
        let message = workspace.refused(&["describe-table", "--table", path]);
        assert!(message.contains("outside") || message.contains("roots"), "{path}: {message}");
        let message = workspace.refused(&["query", "--sql", &format!("SELECT * FROM '{path}'")]);
        assert!(!message.contains("root:x"), "{path}: {message}");
    }
    for sql in [
        "DROP TABLE 'telco.csv'", "DELETE FROM 'telco.csv'", "INSERT INTO t VALUES (1)", "UPDATE t SET a = 1", "CREATE TABLE t AS SELECT 1",
        "SELECT 1; DROP TABLE t", "TRUNCATE TABLE t", "",
    ] {
        workspace.refused(&["query", "--sql", sql]);
    }
    assert!(workspace.path().join("telco.csv").is_file());
    let message = workspace.refused(&["query", "--sql", "SELECT tenur FROM 'telco.csv'"]);
    assert!(message.contains("tenure"), "the nearest column is named: {message}");
    let message = workspace.refused(&["query", "--sql", "SELECT * FROM 'telko.csv'"]);
    assert!(message.contains("telco.csv"), "the nearest table is named: {message}");
    let message = workspace.refused(&["batch-predict", "--model", "models:/none/1", "--table", "telco.csv", "--output", "/tmp/mlwright-outside.csv"]);
    assert!(!message.is_empty());
}

#[test]
fn wrong_arguments_are_named() {
    let workspace = Workspace::telco();
    let message = workspace.misused(&["train", "--table", "telco.csv"]);
    assert!(message.contains("--target"), "{message}");
    let message = workspace.misused(&["train", "--table", "telco.csv", "--target", "Churn", "--fold", "3"]);
    assert!(message.contains("--folds"), "{message}");
    let message = workspace.misused(&["train", "--table", "telco.csv", "--target", "Churn", "--folds", "many"]);
    assert!(message.contains("folds"), "{message}");
    workspace.misused(&["trian"]);
    let message = workspace.refused(&["train", "--table", "telco.csv", "--target", "Chrun"]);
    assert!(message.contains("Churn"), "{message}");
    let message = workspace.refused(&["train", "--table", "telco.csv", "--target", "Churn", "--metric", "roc_auk"]);
    assert!(message.contains("roc_auc"), "{message}");
    let message = workspace.refused(&["train", "--table", "telco.csv", "--target", "Churn", "--folds", "1"]);
    assert!(message.contains('2'), "{message}");
    let message = workspace.refused(&["predict", "--model", "models:/churn", "--rows", "[]"]);
    assert!(message.contains("models:/"), "{message}");
    let message = workspace.refused(&["get-run", "--run-id", "nothing"]);
    assert!(message.contains("list_runs") || message.contains("list-runs"), "{message}");
    workspace.put("mlwright.toml", b"[gate]\nbeat_baseline = true\n");
    let message = workspace.refused(&["list-tables"]);
    assert!(message.contains("beats_baseline") && message.contains("line 2"), "{message}");
}
