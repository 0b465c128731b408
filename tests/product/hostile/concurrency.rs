//! Many clients at once, and a server that is killed among them.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Barrier;
use std::time::{Duration, Instant};

use mlwright_tests::{Workspace, kill};
use serde_json::{Value, json};

use super::fuzz::{NEWER, OLDER, meta, opening};
use super::http::{Answer, Client, SILENCE_MAX, one, read_answer};
use super::server::{HttpServer, flowers, token};
use super::session::Session;

/// Clients over HTTP, half of them of each era, and on stdio.
const HTTP_CLIENTS: usize = 60;
const STDIO_CLIENTS: usize = 4;
/// How many requests each makes; one in eight writes.
const REQUESTS: usize = 16;
/// How long a small training may take on a machine that is busy.
const TRAINING_TIME_MAX: Duration = Duration::from_secs(120);

/// Something that calls tools.
enum Caller {
    Http(Client),
    Stdio(Box<Session>),
}

impl Caller {
    fn done(&mut self, tool: &str, arguments: &Value) -> Value {
        match self {
            Self::Http(client) => client.done(tool, arguments),
            Self::Stdio(session) => session.call(tool, arguments),
        }
    }
}

fn table_of(name: &str) -> Value {
    json!({ "name": name, "sql": "SELECT kind, COUNT(*) AS n FROM 'flowers.csv' GROUP BY kind", "mode": "create" })
}

/// The tables of the workspace, files and made ones.
fn tables(workspace: &Workspace) -> Vec<String> {
    let listed = workspace.ok(&["list-tables", "--limit", "1000"]);
    let names = listed["tables"].as_array().expect("tables").iter().filter_map(|table| table["name"].as_str());
    names.map(str::to_owned).collect()
}

#[test]
fn sixty_four_clients_of_both_eras_read_and_write_side_by_side() {
    let workspace = flowers();
    let token = token(&workspace, "crowd", "read,write");
    let mut server = HttpServer::start(&workspace, &[]);
    let host = server.host.as_str();
    let together = Barrier::new(HTTP_CLIENTS + STDIO_CLIENTS);
    let made: Vec<String> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..HTTP_CLIENTS + STDIO_CLIENTS)
            .map(|nth| {
                let (workspace, token, together) = (&workspace, &token, &together);
                scope.spawn(move || {
                    let era = [OLDER, NEWER][nth % 2];
                    let mut caller = match nth {
                        nth if nth >= HTTP_CLIENTS => Caller::Stdio(Box::new(Session::open(workspace, era, &[]))),
                        nth if nth % 2 == 0 => Caller::Http(Client::older(host, token)),
                        _ => Caller::Http(Client::newer(host, token)),
                    };
                    together.wait();
                    let mut made = Vec::new();
                    for request in 0..REQUESTS {
                        match request % 8 {
                            0 => {
                                let name = format!("t{nth}_{request}");
                                caller.done("create_table", &table_of(&name));
                                made.push(name);
                            }
                            1 | 2 => assert_eq!(caller.done("describe_table", &json!({ "table": "flowers.csv" }))["n_rows"], 120),
                            3 => {
                                let answer = caller.done("query", &json!({ "sql": format!("SELECT {nth} * 1000 + {request} AS mine") }));
                                assert_eq!(answer["rows"][0]["mine"], nth * 1_000 + request, "an answer of somebody else: {answer}");
                            }
                            _ => assert_eq!(caller.done("list_runs", &json!({}))["runs"], json!([])),
                        }
                    }
                    made
                })
            })
            .collect();
        clients.into_iter().flat_map(|client| client.join().expect("a client ends well")).collect()
    });
    server.process.assert_well("after the crowd");
    assert_eq!(made.len(), (HTTP_CLIENTS + STDIO_CLIENTS) * REQUESTS / 8);
    let tables = tables(&workspace);
    assert!(made.iter().all(|name| tables.contains(name)), "{made:?} {tables:?}");
    assert_eq!(workspace.run(&["audit", "verify"]).code, Some(0));
    // What began and what ended of each write, and one record of each reading.
    let all = workspace.run(&["audit", "verify"]).stdout;
    let expected = 1 + made.len() * 2 + (HTTP_CLIENTS + STDIO_CLIENTS) * REQUESTS * 7 / 8;
    let n_records: usize = all.split(' ').next().and_then(|count| count.parse().ok()).expect("a count");
    assert!(n_records >= expected, "{n_records} records, at least {expected} expected");
}

/// One request on a connection that may break off at any moment.
fn attempted(host: &str, request: &[u8]) -> Option<Answer> {
    let mut stream = TcpStream::connect(host).ok()?;
    stream.set_read_timeout(Some(SILENCE_MAX)).ok()?;
    stream.write_all(request).ok()?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).ok()?;
    read_answer(&mut bytes.as_slice()).ok()?
}

/// What clients were told is done is done, whenever the server dies.
#[test]
fn a_killed_server_loses_nothing_it_reported_to_sixteen_clients() {
    let workspace = flowers();
    let token = token(&workspace, "kill", "read,write");
    let mut reported = Vec::new();
    let mut beside = Session::open(&workspace, OLDER, &[]);
    for round in 0..3_u64 {
        let server = HttpServer::start(&workspace, &[]);
        let pid = server.process.pid();
        let host = server.host.as_str();
        let clients: Vec<Client> =
            (0..16).map(|nth| if nth % 2 == 0 { Client::older(host, &token) } else { Client::newer(host, &token) }).collect();
        std::thread::scope(|scope| {
            let writing: Vec<_> = clients
                .iter()
                .enumerate()
                .map(|(nth, client)| {
                    scope.spawn(move || {
                        let mut made = Vec::new();
                        for call in 1_u64.. {
                            let name = format!("k{round}_{nth}_{call}");
                            let params = json!({ "name": "create_table", "arguments": table_of(&name) });
                            let request = client.closing(call + 1, "tools/call", params);
                            let Some(answer) = attempted(host, &request) else { return made };
                            let message = answer.message();
                            assert!(message["result"].is_object() && message["result"]["isError"] != true, "{message}");
                            made.push(name);
                        }
                        made
                    })
                })
                .collect();
            std::thread::sleep(Duration::from_millis(400 + 250 * round));
            kill(pid);
            reported.extend(writing.into_iter().flat_map(|writer| writer.join().expect("a writer ends well")));
        });
        beside.assert_serves("another process of the workspace");
        server.process.assert_no_panic("before it was killed");
        assert_eq!(workspace.run(&["audit", "verify"]).code, Some(0));
    }
    println!("{} tables were reported as made", reported.len());
    assert!(reported.len() >= 10, "only {} tables were reported as made", reported.len());
    let tables = tables(&workspace);
    for name in &reported {
        assert!(tables.contains(name), "{name} was reported as made");
    }
}

fn with_tasks(mut params: Value) -> Value {
    let mut meta = meta();
    meta["io.modelcontextprotocol/clientCapabilities"] = json!({ "extensions": { "io.modelcontextprotocol/tasks": {} } });
    params["_meta"] = meta;
    params
}

fn training(budget_seconds: u64) -> Value {
    json!({ "table": "telco.csv", "target": "Churn", "learners": ["logistic_regression"], "folds": 5, "budget_seconds": budget_seconds })
}

#[test]
fn a_task_outlives_the_server_that_began_it() {
    let workspace = Workspace::telco();
    let token = token(&workspace, "tasks", "read,write");
    let first = HttpServer::start(&workspace, &[]);
    let client = Client::newer(&first.host, &token);
    let begun = client.ask("tools/call", with_tasks(json!({ "name": "train", "arguments": training(0) }))).message();
    assert_eq!((&begun["result"]["resultType"], &begun["result"]["status"]), (&json!("task"), &json!("working")), "{begun}");
    let task_id = begun["result"]["taskId"].as_str().expect("a task").to_owned();
    kill(first.process.pid());
    drop(first);
    let second = HttpServer::start(&workspace, &[]);
    let client = Client::newer(&second.host, &token);
    let until = Instant::now() + TRAINING_TIME_MAX;
    let task = loop {
        let task = client.ask("tasks/get", with_tasks(json!({ "taskId": task_id }))).message()["result"].clone();
        if task["status"] != "working" {
            break task;
        }
        assert!(Instant::now() < until, "{task}");
        std::thread::sleep(Duration::from_millis(100));
    };
    assert_eq!((&task["status"], &task["taskId"]), (&json!("completed"), &json!(task_id)), "{task}");
    let run_id = task["result"]["structuredContent"]["result"]["run_id"].as_str().unwrap_or_else(|| panic!("no run: {task}"));
    let run = workspace.ok(&["get-run", "--run-id", run_id]);
    assert_eq!(run["run"]["status"], "FINISHED", "{run}");
    // It is a job like any other, and another client sees it too.
    let job = workspace.ok(&["get-job", "--job-id", &task_id]);
    assert_eq!(job["state"], "done", "{job}");
}

/// Else the answer to the first would go to the second, and the first would wait for ever.
#[test]
fn an_id_in_use_is_refused_and_whoever_used_it_first_is_answered() {
    let workspace = Workspace::telco();
    let token = token(&workspace, "ids", "read,write");
    let server = HttpServer::start(&workspace, &[]);
    let client = Client::older(&server.host, &token);
    std::thread::scope(|scope| {
        let mut arguments = training(60);
        arguments["wait_seconds"] = json!(60);
        let first = client.asking(7, "tools/call", json!({ "name": "train", "arguments": arguments }));
        let first = scope.spawn({
            let host = &server.host;
            move || one(host, &first)
        });
        let until = Instant::now() + TRAINING_TIME_MAX;
        let job_id = loop {
            let jobs = client.done("list_jobs", &json!({}));
            if let Some(job_id) = jobs["jobs"][0]["job_id"].as_str() {
                break job_id.to_owned();
            }
            assert!(Instant::now() < until, "{jobs}");
        };
        for (method, params) in [("ping", json!({})), ("initialize", opening()), ("tools/list", json!({}))] {
            let second = one(&client.host, &client.asking(7, method, params));
            assert_eq!(second.status, 400, "{method}: {second:?}");
            assert!(second.message()["error"]["message"].as_str().is_some_and(|said| said.contains("7")), "{method}: {second:?}");
        }
        client.done("cancel_job", &json!({ "job_id": job_id }));
        let answer = first.join().expect("it is answered");
        assert_eq!((answer.status, &answer.message()["id"]), (200, &json!(7)), "{answer:?}");
    });
    assert_eq!(one(&client.host, &client.asking(7, "ping", json!({}))).status, 200, "the id is free again");
}

#[test]
fn two_equal_trainings_at_once_are_one_job() {
    let workspace = Workspace::telco();
    let token = token(&workspace, "twins", "read,write");
    let server = HttpServer::start(&workspace, &[]);
    for (round, seed) in [11, 12, 13].into_iter().enumerate() {
        let mut arguments = training(60);
        arguments["seed"] = json!(seed);
        arguments["wait_seconds"] = json!(0);
        let mut session = Session::open(&workspace, OLDER, &[]);
        let together = Barrier::new(3);
        let outcomes = std::thread::scope(|scope| {
            let calls: Vec<_> = [Client::older(&server.host, &token), Client::newer(&server.host, &token)]
                .into_iter()
                .map(|client| {
                    let (together, arguments) = (&together, &arguments);
                    scope.spawn(move || {
                        together.wait();
                        client.done("train", arguments)
                    })
                })
                .collect();
            together.wait();
            let mut outcomes = vec![session.call("train", &arguments)];
            outcomes.extend(calls.into_iter().map(|call| call.join().expect("it answers")));
            outcomes
        });
        let job_ids: Vec<&str> = outcomes.iter().filter_map(|outcome| outcome["job"]["job_id"].as_str()).collect();
        assert!(job_ids.len() == 3 && job_ids.iter().all(|job_id| *job_id == job_ids[0]), "round {round}: {outcomes:?}");
        let n_joined = outcomes.iter().filter(|outcome| outcome["already_running"] == true).count();
        assert_eq!(n_joined, 2, "round {round}: {outcomes:?}");
        session.call("cancel_job", &json!({ "job_id": job_ids[0] }));
        assert_eq!(session.close(), Some(0));
    }
    assert_eq!(workspace.ok(&["list-jobs"])["jobs"].as_array().map(Vec::len), Some(3));
}
