//! Two processes that write into one workspace at once.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use mlwright_tests::Workspace;

/// How long both write.
const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn two_writers_lose_and_double_nothing_in_a_minute() {
    let workspace = Workspace::new();
    let rows: String = (0..120).map(|i| format!("{},{},{}\n", i % 7, i % 5, if i % 3 == 0 { "yes" } else { "no" })).collect();
    workspace.put("small.csv", format!("a,b,y\n{rows}").as_bytes());
    let until = Instant::now() + MINUTE;
    let write = |experiment: &'static str| {
        let mut made = Vec::new();
        while Instant::now() < until {
            let outcome = workspace.ok(&[
                "train", "--table", "small.csv", "--target", "y", "--learners", "baseline", "--folds", "2", "--experiment", experiment,
                "--wait-seconds", "60",
            ]);
            assert_eq!(outcome["job"]["state"], "done", "{outcome}");
            made.push(outcome["result"]["run_id"].as_str().expect("a run").to_owned());
        }
        made
    };
    let (left, right) = std::thread::scope(|scope| {
        let left = scope.spawn(|| write("left"));
        let right = scope.spawn(|| write("right"));
        (left.join().expect("the left writer ends"), right.join().expect("the right writer ends"))
    });
    assert!(left.len() >= 5 && right.len() >= 5, "both made progress: {} and {}", left.len(), right.len());
    // The start and the end of each training, and nothing else.
    let audit = workspace.run(&["audit", "verify"]);
    assert_eq!(audit.code, Some(0), "{audit:?}");
    let expected = format!("{} records", 2 * (left.len() + right.len()));
    assert!(audit.stdout.starts_with(&expected), "expected {expected}: {audit:?}");
    for (experiment, made) in [("left", &left), ("right", &right)] {
        let listed = workspace.ok(&["list-runs", "--experiment", experiment, "--limit", "1000"]);
        let kept: Vec<&str> = listed["runs"].as_array().expect("runs").iter().filter_map(|run| run["run_id"].as_str()).collect();
        assert_eq!(kept.len(), made.len(), "{experiment}");
        assert_eq!(kept.iter().copied().collect::<BTreeSet<_>>(), made.iter().map(String::as_str).collect(), "{experiment}");
        assert!(listed["runs"].as_array().expect("runs").iter().all(|run| run["status"] == "FINISHED"), "{listed}");
        for run_id in made {
            assert!(workspace.path().join(format!(".mlwright/artifacts/runs/{run_id}/model/model.mlw")).is_file(), "{run_id}");
        }
    }
}
