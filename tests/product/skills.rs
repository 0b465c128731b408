//! What the skills show, done: every tool call by an assistant over MCP, every command by a shell, each
//! surface in a workspace of its own with the bundled table, in the order of the lifecycle.
//!
//! The blocks of code of a `SKILL.md` are read by these rules; there are no others:
//!
//! - `json` is a tool call, `{"tool": …, "arguments": …}`; `sh` is a command line. A `sh` block right after a
//!   `json` block is the same call again, for who has no tools.
//! - `json refused CODE` and `sh refused CODE` have to be refused with that error code.
//! - `text` shows lines of the answer to what stands before. A number stands for any number, `…` for any text.
//! - `toml` is added to `mlwright.toml`, `csv NAME` is a file of that name.
//!
//! Words in capitals are ids from earlier answers: `RUN_ID` and `OTHER_RUN_ID` of the first and the second run,
//! `JOB_ID` of the newest job, `ENDPOINT_URL` of the endpoint.

mod answer;
mod blocks;
mod session;

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};

use mlwright_tests::{Ended, Workspace, program, root};
use serde_json::Value;
use tempfile::TempDir;

use answer::shows;
use blocks::{Block, Kind};
use session::Session;

/// The skills in the order in which a reader comes to them.
const SKILLS: [&str; 9] = [
    "mlwright",
    "mlwright-explore",
    "mlwright-prepare",
    "mlwright-train",
    "mlwright-evaluate",
    "mlwright-register",
    "mlwright-deploy",
    "mlwright-monitor",
    "mlwright-platform",
];

#[test]
fn every_tool_call_of_the_skills_does_what_the_skill_says() {
    let workspace = Workspace::telco();
    let mut session = Session::start(&workspace);
    through(&workspace, |block| {
        let Kind::Call { refused } = &block.kind else { return None };
        let call: Value = serde_json::from_str(&filled(&block.text, &workspace)).expect("a tool call is JSON");
        let tool = call["tool"].as_str().expect("a call names its tool");
        let result = session.call(tool, &call["arguments"]);
        let text = result["content"][0]["text"].as_str().unwrap_or_default().to_owned();
        assert_eq!(result["isError"], refused.is_some(), "{block}: {text}");
        if let Some(code) = refused {
            assert_eq!(result["structuredContent"]["code"], **code, "{block}: {text}");
        }
        Some(text)
    });
    session.end();
}

#[test]
fn every_command_of_the_skills_does_what_the_skill_says() {
    let workspace = Workspace::telco();
    let shell = Shell::new();
    through(&workspace, |block| {
        let Kind::Command { refused } = &block.kind else { return None };
        let ended = shell.run(&filled(&block.text, &workspace), workspace.path());
        assert_eq!(ended.code, Some(i32::from(refused.is_some())), "{block}: {ended:?}");
        if let Some(code) = refused {
            assert!(ended.stderr.contains(&format!("({code}")), "{block}: {ended:?}");
        }
        Some(format!("{}\n{}", ended.stdout, ended.stderr))
    });
}

/// Goes through all skills. `run` runs the blocks of its surface and gives their answers; of a pair of calls the
/// other one is passed over.
fn through(workspace: &Workspace, mut run: impl FnMut(&Block) -> Option<String>) {
    let found = std::fs::read_dir(root().join("skills")).expect("the skills").count();
    assert_eq!(found, SKILLS.len(), "a skill is not in the list of this test, or the list has one that is gone");
    for skill in SKILLS {
        let text = std::fs::read_to_string(root().join("skills").join(skill).join("SKILL.md")).expect("a skill");
        let blocks = blocks::of(skill, &text);
        let mut n_run = 0;
        let mut answer = None;
        for (at, block) in blocks.iter().enumerate() {
            let follows_call = at > 0 && matches!(blocks[at - 1].kind, Kind::Call { .. });
            match &block.kind {
                Kind::Call { .. } | Kind::Command { .. } => {
                    let found = run(block);
                    n_run += usize::from(found.is_some());
                    let is_second_of_pair =
                        follows_call && found.is_none() && matches!(block.kind, Kind::Command { .. });
                    if !is_second_of_pair {
                        answer = found;
                    }
                }
                Kind::Answer => {
                    if let Some(answer) = &answer {
                        block.text.lines().for_each(|line| {
                            assert!(shows(answer, line), "{block}: the answer has no line {line:?}:\n{answer}")
                        });
                    }
                }
                Kind::Settings => append(workspace, "mlwright.toml", &block.text),
                Kind::File { name } => workspace.put(name, block.text.as_bytes()),
            }
        }
        assert!(n_run > 0, "{skill} shows nothing that can be run");
    }
}

fn append(workspace: &Workspace, name: &str, text: &str) {
    let before = std::fs::read_to_string(workspace.path().join(name)).unwrap_or_default();
    workspace.put(name, format!("{before}{text}\n").as_bytes());
}

/// A block's text with the ids of earlier answers.
fn filled(text: &str, workspace: &Workspace) -> String {
    let run = |position: usize| {
        let runs = workspace.ok(&["list-runs"]);
        let runs = runs["runs"].as_array().expect("runs").clone();
        let run = runs.iter().rev().nth(position).unwrap_or_else(|| panic!("there are only {} runs", runs.len()));
        run["run_id"].as_str().expect("an id").to_owned()
    };
    let mut text = text.to_owned();
    // The longer word first: it ends with the shorter.
    for (word, value) in [
        ("OTHER_RUN_ID", &(|| run(1)) as &dyn Fn() -> String),
        ("RUN_ID", &|| run(0)),
        ("JOB_ID", &|| workspace.ok(&["list-jobs"])["jobs"][0]["job_id"].as_str().expect("a job").to_owned()),
        ("ENDPOINT_URL", &|| {
            workspace.ok(&["list-endpoints"])["endpoints"][0]["url"].as_str().expect("an address").to_owned()
        }),
    ] {
        if text.contains(word) {
            text = text.replace(word, &value());
        }
    }
    text
}

/// A shell that finds the binary under test by the name that users call it.
struct Shell {
    folder: TempDir,
}

impl Shell {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::os::unix::fs::symlink(program(), folder.path().join("mlwright")).expect("a link");
        Self { folder }
    }

    fn run(&self, line: &str, directory: &Path) -> Ended {
        let mut path = OsString::from(self.folder.path());
        path.push(":");
        path.push(std::env::var_os("PATH").unwrap_or_default());
        let mut command = Command::new("sh");
        command
            .args(["-e", "-c", line])
            .current_dir(directory)
            .env("PATH", path)
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::null());
        Ended::of(command.output().expect("a shell"))
    }
}
