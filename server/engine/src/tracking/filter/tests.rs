use std::collections::BTreeMap;

use jiff::Timestamp;
use mlwright_base::{ExperimentId, RunId};

use super::*;
use crate::tracking::record::RunStatus;

fn run(name: &str, auc: Option<f64>, learner: &str) -> Run {
    Run {
        run_id: RunId::new(name),
        experiment_id: ExperimentId::new("1"),
        experiment: "churn".into(),
        run_name: name.into(),
        status: RunStatus::Finished,
        user: "ada".into(),
        start_time: Timestamp::from_millisecond(1_000).unwrap(),
        end_time: None,
        job_id: String::new(),
        params: BTreeMap::from([
            ("learner".to_owned(), learner.to_owned()),
            ("gradient_boosting.max_leaves".to_owned(), "31".to_owned()),
        ]),
        metrics: auc.map(|auc| ("cv_roc_auc".to_owned(), auc)).into_iter().collect(),
        tags: BTreeMap::from([
            ("data set".to_owned(), "Telco".to_owned()),
            ("mlwright.surface".to_owned(), "cli".to_owned()),
        ]),
        data: None,
        artifacts: Vec::new(),
        error: None,
    }
}

fn accepts(filter: &str) -> bool {
    Filter::parse(filter).unwrap().accepts(&run("r1", Some(0.8), "gradient_boosting"))
}

#[test]
fn comparisons_follow_mlflow() {
    for yes in [
        "",
        "metrics.cv_roc_auc > 0.7",
        "metrics.cv_roc_auc >= 0.8 AND params.learner = 'gradient_boosting'",
        "metric.`cv_roc_auc` < 8e-1 and status = 'FINISHED'".replace('<', "<=").as_str(),
        "params.learner LIKE 'grad%'",
        "params.learner ILIKE 'GRAD%_ting'",
        "tags.\"data set\" = 'Telco'",
        "attributes.status IN ('FINISHED', 'FAILED')",
        "status NOT IN ('RUNNING')",
        "start_time = 1000",
        "run_name != 'other'",
    ] {
        assert!(accepts(yes), "{yes}");
    }
    for no in [
        "metrics.cv_roc_auc > 0.8",
        "metrics.unknown > 0",
        "params.learner LIKE 'grad'",
        "params.learner = 'Gradient_Boosting'",
        "status NOT IN ('FINISHED')",
        "end_time > 0",
        "tags.absent != 'x'",
    ] {
        assert!(!accepts(no), "{no}");
    }
}

#[test]
fn keys_may_have_dots_and_texts_double_quotes() {
    for yes in [
        r#"params.learner = "gradient_boosting""#,
        r#"params.learner LIKE "grad%" AND status IN ("FINISHED", 'FAILED')"#,
        r#"tags."data set" = "Telco""#,
        "tags.mlwright.surface = 'cli'",
        "tags.`mlwright.surface`='cli'",
        r#"tags."mlwright.surface" != "http""#,
        "params.gradient_boosting.max_leaves='31'",
    ] {
        assert!(accepts(yes), "{yes}");
    }
    for (bad, says) in [
        ("tags. = 'x'", "a key after the dot"),
        ("tags.a. = 'x'", "a key after the dot"),
        ("tags.a..b = 'x'", "a key after the dot"),
        (r#"metrics.cv_roc_auc > "0.7""#, "expected a number"),
        (r#"params.learner "=" 'x'"#, "expected =, !=, LIKE"),
        ("params.learner = `x`", "a text in quotes"),
    ] {
        let problem = Filter::parse(bad).unwrap_err();
        assert!(problem.message.contains(says), "{bad}: {problem:?}");
    }
    let (few, many) = (run("few", None, "a"), Run { params: BTreeMap::from([("a.b.c".to_owned(), "z".to_owned())]), ..run("many", None, "a") });
    for order in ["params.a.b.c DESC", "params.`a.b.c` DESC", r#"params."a.b.c" desc"#] {
        assert_eq!(OrderBy::parse(order).unwrap().compare(&many, &few), Ordering::Less, "{order}");
    }
}

#[test]
fn errors_name_the_place_and_what_was_expected() {
    for (bad, says) in [
        ("metrics.auc >", "found the end"),
        ("metrics.auc > 'x'", "expected a number"),
        ("params.learner = 3", "a text in quotes"),
        ("params.learner > 'a'", "texts compare"),
        ("metrics.auc > 1 OR metrics.auc < 0", "expected AND"),
        ("stattus = 'FINISHED'", "no attribute"),
        ("metrics.auc > 1x", "not a number"),
        ("tags.`open = 'x'", "not closed"),
        ("params.a IN ('x'", "expected \",\""),
    ] {
        let problem = Filter::parse(bad).unwrap_err();
        assert!(problem.message.contains(says), "{bad}: {problem:?}");
        assert_eq!(problem.field, "filter");
    }
    assert!(Filter::parse("stattus = 'x'").unwrap_err().hint.contains("status"));
}

#[test]
fn like_matches_as_sql_does() {
    assert!(like("abc", "a%c") && like("abc", "___") && like("", "%") && like("aXbXc", "a%b%c") && like("aab", "%ab"));
    assert!(!like("abc", "a_") && !like("abc", "") && !like("abc", "b%"));
    assert!(!like(&"a".repeat(5_000), &format!("{}b", "%a".repeat(50))));
}

#[test]
fn ordering_puts_runs_without_the_key_last() {
    let runs = [run("none", None, "b"), run("low", Some(0.1), "c"), run("high", Some(0.9), "a")];
    let names = |order: &str| {
        let order = OrderBy::parse(order).unwrap();
        let mut sorted: Vec<&Run> = runs.iter().collect();
        sorted.sort_by(|a, b| order.compare(a, b));
        sorted.iter().map(|run| run.run_name.as_str()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(names("metrics.cv_roc_auc DESC"), "high low none");
    assert_eq!(names("metrics.cv_roc_auc"), "low high none");
    assert_eq!(names("params.learner desc"), "low none high");
    assert!(OrderBy::parse("metrics.a SIDEWAYS").is_err());
}
