//! `kill -9` at random moments: of a job, of the server, of the MCP process.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;
use std::time::{Duration, Instant};

use mlwright_tests::{Workspace, kill};
use serde_json::{Value, json};

/// Rounds in all: 20 kills of jobs, 15 of the MCP process, 15 of the server.
const JOB_ROUNDS: u64 = 20;
const MCP_ROUNDS: u64 = 15;
const SERVER_ROUNDS: u64 = 15;

/// A moment of a round, spread over `up_to` by a fixed sequence (SplitMix64).
fn moment(round: u64, up_to: Duration) -> Duration {
    let mut z = round.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    up_to.mul_f64(((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64)
}

fn small() -> Workspace {
    of_rows(2_000)
}

fn of_rows(n_rows: usize) -> Workspace {
    let workspace = Workspace::new();
    let rows: String = (0..n_rows)
        .map(|i| format!("{},{},{},{}\n", i % 97, (i * 7) % 31, ["red", "green", "blue"][i % 3], if (i * i) % 11 < 4 { "yes" } else { "no" }))
        .collect();
    workspace.put("small.csv", format!("a,b,color,y\n{rows}").as_bytes());
    workspace
}

/// The workspace opens, its audit holds, and every finished run has its model.
fn check(workspace: &Workspace) {
    assert_eq!(workspace.run(&["audit", "verify"]).code, Some(0));
    let runs = workspace.ok(&["list-runs", "--limit", "1000"]);
    for run in runs["runs"].as_array().expect("runs") {
        let run_id = run["run_id"].as_str().expect("an id");
        let model = workspace.path().join(format!(".mlwright/artifacts/runs/{run_id}/model/model.mlw"));
        match run["status"].as_str() {
            Some("FINISHED") => assert!(model.is_file(), "run {run_id} is finished and has no model"),
            Some("KILLED") => {}
            other => panic!("run {run_id} is {other:?} though nothing works on it"),
        }
    }
}

#[test]
fn killed_jobs_become_interrupted_and_lose_nothing() {
    // Enough work for most kills to hit it.
    let workspace = of_rows(30_000);
    let (mut interrupted, mut done) = (0, 0);
    for round in 0..JOB_ROUNDS {
        let outcome = workspace.ok(&["train", "--table", "small.csv", "--target", "y", "--folds", "20", "--budget-seconds", "60", "--wait-seconds", "0"]);
        let job_id = outcome["job"]["job_id"].as_str().expect("a job").to_owned();
        std::thread::sleep(moment(round, Duration::from_millis(1_500)));
        // The process is known once it has begun; a job killed before that has no process to kill.
        let until = Instant::now() + Duration::from_secs(20);
        let pid = loop {
            let job = workspace.ok(&["get-job", "--job-id", &job_id]);
            match job["pid"].as_i64() {
                Some(pid) => break i32::try_from(pid).expect("a pid"),
                None => assert!(Instant::now() < until, "{job}"),
            }
        };
        kill(pid);
        let until = Instant::now() + Duration::from_secs(30);
        let job = loop {
            let job = workspace.ok(&["get-job", "--job-id", &job_id]);
            if job["state"] != "running" && job["state"] != "queued" {
                break job;
            }
            assert!(Instant::now() < until, "{job}");
            std::thread::sleep(Duration::from_millis(50));
        };
        match job["state"].as_str() {
            Some("interrupted") => interrupted += 1,
            Some("done") => {
                done += 1;
                let run = workspace.ok(&["get-run", "--run-id", job["run_id"].as_str().expect("a run")]);
                assert_eq!(run["run"]["status"], "FINISHED", "a job that is done has a finished run: {run}");
            }
            _ => panic!("{job}"),
        }
        check(&workspace);
    }
    println!("{interrupted} interrupted, {done} done before the kill");
    assert!(interrupted >= JOB_ROUNDS / 4, "only {interrupted} kills hit a working job");
}

#[test]
fn a_killed_mcp_process_loses_nothing_it_reported() {
    let workspace = small();
    let mut reported = Vec::new();
    for round in 0..MCP_ROUNDS {
        let mut child = workspace.command(&["mcp"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the binary starts");
        let pid = i32::try_from(child.id()).expect("a pid");
        let mut to = child.stdin.take().expect("a pipe");
        let mut from = BufReader::new(child.stdout.take().expect("a pipe"));
        let killer = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(150) + moment(round, Duration::from_millis(1_200)));
            kill(pid);
        });
        let mut send = |message: Value| writeln!(to, "{message}").and_then(|()| to.flush()).is_ok();
        send(json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
            "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "fault-test", "version": "1"}}}));
        send(json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        let mut line = String::new();
        for call in 1_u64.. {
            let name = format!("t{round}_{call}");
            let arguments = json!({"name": name, "sql": format!("SELECT a, b FROM 'small.csv' WHERE a < {call}"), "mode": "create"});
            if !send(json!({"jsonrpc": "2.0", "id": call, "method": "tools/call", "params": {"name": "create_table", "arguments": arguments}})) {
                break;
            }
            let answered = loop {
                line.clear();
                if from.read_line(&mut line).unwrap_or(0) == 0 {
                    break false;
                }
                let Ok(message) = serde_json::from_str::<Value>(&line) else { break false };
                if message["id"] == call {
                    assert_ne!(message["result"]["isError"], true, "{message}");
                    break true;
                }
            };
            if !answered {
                break;
            }
            reported.push(name);
        }
        killer.join().expect("the killer ends");
        let _ = child.wait();
        check(&workspace);
    }
    assert!(reported.len() >= 10, "only {} tables were reported as made", reported.len());
    for name in &reported {
        workspace.ok(&["query", "--sql", &format!("SELECT COUNT(*) AS n FROM {name}")]);
    }
    // One page holds what one round recorded, and not what all did.
    let audit: String = (0..MCP_ROUNDS)
        .map(|round| workspace.ok(&["audit-log", "--filter", &format!("t{round}_"), "--limit", "1000"]).to_string())
        .collect();
    for name in &reported {
        assert!(audit.contains(&format!("{name:?}")), "{name} is not in the audit");
    }
}

#[test]
fn a_killed_server_is_started_again_and_keeps_its_endpoints() {
    let workspace = small();
    let outcome = workspace.ok(&[
        "train", "--table", "small.csv", "--target", "y", "--learners", "decision_tree", "--folds", "2", "--budget-seconds", "0", "--wait-seconds", "100",
    ]);
    workspace.ok(&["register-model", "--run-id", outcome["result"]["run_id"].as_str().expect("a run"), "--name", "m"]);
    let agent: ureq::Agent = ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(10))).build().into();
    let body = json!({"dataframe_records": [{"a": 1, "b": 2, "color": "red"}]}).to_string();
    let mut kept_before = 0;
    for round in 0..SERVER_ROUNDS {
        let endpoint = workspace.ok(&["deploy-endpoint", "--endpoint", "e", "--model", "models:/m/1"]);
        let url = endpoint["url"].as_str().expect("an address").to_owned();
        let (pid, _) = workspace.server().expect("a server runs");
        let killer = std::thread::spawn(move || {
            std::thread::sleep(moment(round, Duration::from_millis(600)));
            kill(pid);
        });
        let mut n_answered = 0;
        while agent.post(&url).header("Content-Type", "application/json").send(&body).is_ok() {
            n_answered += 1;
        }
        killer.join().expect("the killer ends");
        let listed = workspace.ok(&["list-endpoints"]);
        assert!(listed.to_string().contains("\"e\""), "{listed}");
        let kept = kept(&workspace);
        assert!(kept >= kept_before, "requests that were kept are gone: {kept} after {kept_before}");
        assert!(kept <= kept_before + n_answered + 4, "requests were doubled: {kept} after {kept_before}, {n_answered} answered");
        kept_before = kept;
        check(&workspace);
    }
    assert!(kept_before > 0, "nothing was kept");
}

fn kept(workspace: &Workspace) -> u64 {
    let ended = workspace.run(&["query", "--sql", "SELECT COUNT(*) AS n FROM 'inference/e'", "--json"]);
    if ended.code != Some(0) {
        // No request has been kept yet.
        assert!(ended.stderr.contains("inference/e"), "{ended:?}");
        return 0;
    }
    let answer: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    answer["rows"][0]["n"].as_u64().expect("a count")
}
