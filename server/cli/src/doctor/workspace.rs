//! The workspace, its records and its server process.

use std::path::Path;

use mlwright_base::limits::PAGE_MAX;
use mlwright_base::system::files;
use mlwright_engine::endpoints::{EndpointState, Troubles};
use mlwright_engine::jobs::JobState;
use mlwright_engine::settings::{FILE_NAME, Settings};
use mlwright_engine::{Engine, workspace};

use super::finding::Finding;

const AREA: &str = "workspace";
const SERVER: &str = "server";
/// Space below which work may end half way, and below which even records cannot be written.
const FREE_BYTES_LOW: u64 = 1 << 30;
const FREE_BYTES_MIN: u64 = 64 << 20;

pub(super) fn look(folder: &Path) -> Vec<Finding> {
    if !files::is_dir(folder) {
        return vec![Finding::broken(
            AREA,
            format!("the folder {} does not exist", folder.display()),
            "make it, or name another with --workspace",
        )];
    }
    let mut findings = Vec::new();
    let kept = folder.join(workspace::FOLDER);
    let has_settings = files::exists(&folder.join(FILE_NAME));
    findings.push(Finding::ok(
        AREA,
        match (has_settings, files::is_dir(&kept)) {
            (true, _) => format!("{}, with {FILE_NAME}", folder.display()),
            (false, true) => format!("{}, without {FILE_NAME}: the defaults hold", folder.display()),
            (false, false) => format!(
                "{}, without {FILE_NAME} and {}/: the first operation makes the folder",
                folder.display(),
                workspace::FOLDER
            ),
        },
    ));
    match Settings::load(folder) {
        Ok(settings) => findings.extend(settings.roots.iter().filter_map(|root| root_finding(folder, root))),
        Err(problem) => findings.push(Finding::broken(AREA, problem.message, problem.hint)),
    }
    findings.extend(space(folder));
    if !files::is_dir(&kept) {
        return findings;
    }
    let probe = files::temporary_beside(&kept.join("doctor"));
    if let Err(error) = files::write_new(&probe, b"").and_then(|()| files::remove_file(&probe)) {
        findings.push(Finding::broken(
            AREA,
            format!("cannot write to {}: {error}", kept.display()),
            "make the folder writable for you",
        ));
        return findings;
    }
    // Opening a workspace makes what it lacks; looking at one does not.
    if !files::exists(&kept.join("metadata.db")) {
        findings.push(Finding::ok(AREA, "no operation was run in it yet"));
        return findings;
    }
    match Engine::open(folder) {
        Ok(engine) => {
            findings.extend([audit(&engine), jobs(&engine)]);
            findings.extend(server(&engine));
        }
        Err(problem) => {
            findings.push(Finding::broken(AREA, format!("it cannot be opened: {}", problem.message), problem.hint))
        }
    }
    findings
}

fn root_finding(folder: &Path, root: &str) -> Option<Finding> {
    let path = folder.join(root);
    let looked =
        if files::is_dir(&path) { files::list_dir(&path).map(|_| ()) } else { files::read_start(&path, 1).map(|_| ()) };
    let error = looked.err()?;
    Some(Finding::broken(
        AREA,
        format!("the root {root:?} cannot be read: {error}"),
        format!("correct `roots` in {FILE_NAME}, or make it readable for you"),
    ))
}

fn space(folder: &Path) -> Option<Finding> {
    let free = files::free_bytes(folder)?;
    let said = format!("{:.1} GB are free on its disk", free as f64 / 1e9);
    Some(match free {
        ..FREE_BYTES_MIN => Finding::broken(AREA, said, "make room: nothing can be recorded"),
        FREE_BYTES_MIN..FREE_BYTES_LOW => Finding::warn(AREA, said, "make room before the next training"),
        FREE_BYTES_LOW.. => Finding::ok(AREA, said),
    })
}

fn audit(engine: &Engine) -> Finding {
    match engine.verify_audit(None) {
        Ok(check) => match check.broken_at {
            None => Finding::ok(AREA, format!("the audit's chain holds: {} records", check.n_records)),
            Some(record) => Finding::broken(
                AREA,
                format!("the audit's chain is broken at record {record}: {}", check.reason),
                "a backup of .mlwright/metadata.db shows what the audit said before; the rest of the workspace is not concerned",
            ),
        },
        Err(problem) => Finding::broken(AREA, format!("the audit cannot be read: {}", problem.message), problem.hint),
    }
}

/// Looking at the jobs marks those whose process is gone.
fn jobs(engine: &Engine) -> Finding {
    let from = engine.now();
    let jobs = match engine.list_jobs(PAGE_MAX) {
        Ok(jobs) => jobs,
        Err(problem) => {
            return Finding::broken(AREA, format!("the jobs cannot be read: {}", problem.message), problem.hint);
        }
    };
    let is_found_dead =
        |state: JobState, ended: Option<_>| state == JobState::Interrupted && ended.is_some_and(|ended| ended >= from);
    let dead: Vec<&str> =
        jobs.iter().filter(|job| is_found_dead(job.state, job.ended)).map(|job| job.job_id.as_str()).collect();
    if dead.is_empty() {
        let n_open = jobs.iter().filter(|job| !job.state.is_ended()).count();
        return Finding::ok(AREA, format!("{n_open} jobs are queued or running, each with its process"));
    }
    let mend = "they are marked as interrupted now; start them again if you still want them";
    Finding::warn(AREA, format!("the processes of these jobs are gone: {}", dead.join(", ")), mend)
}

fn server(engine: &Engine) -> Vec<Finding> {
    let running = match engine.find_server() {
        Ok(running) => running,
        Err(problem) => {
            return vec![Finding::broken(
                SERVER,
                format!("its address cannot be read: {}", problem.message),
                problem.hint,
            )];
        }
    };
    let Some(running) = running else { return vec![absent(engine)] };
    let status = running.status();
    let log = "its log is .mlwright/logs/server.log; end the process and run `mlwright serve`";
    let who = format!("process {} at {}", status.pid, status.url);
    let mut findings = vec![match running.troubles() {
        Ok(none) if none == Troubles::default() => Finding::ok(SERVER, format!("{who} answers and is well")),
        Ok(troubles) => Finding::broken(SERVER, format!("{who} is not well: {}", said(&troubles)), log),
        Err(problem) => Finding::broken(SERVER, format!("{who} does not say how it is: {}", problem.message), log),
    }];
    let version = env!("CARGO_PKG_VERSION");
    if status.version != version {
        findings.push(Finding::warn(
            SERVER,
            format!("it is mlwright {}, where this program is {version}", status.version),
            format!("end process {}; `mlwright serve`, or the next deployment, starts this version", status.pid),
        ));
    }
    findings
}

fn absent(engine: &Engine) -> Finding {
    let serve = "`mlwright serve`, or the next deployment, starts it";
    match engine.list_endpoints() {
        Err(problem) => {
            Finding::broken(SERVER, format!("the endpoints cannot be read: {}", problem.message), problem.hint)
        }
        Ok(list) => {
            let waiting = list.endpoints.iter().filter(|endpoint| endpoint.state == EndpointState::Down).count();
            let is_stale = files::exists(&engine.workspace().run().join("server.json"));
            match (waiting, is_stale) {
                (0, false) => Finding::ok(SERVER, "none runs, and no endpoint needs one"),
                (0, true) => Finding::warn(
                    SERVER,
                    "one is on record, but does not run any more",
                    format!("nothing needs it; {serve}"),
                ),
                (waiting, _) => {
                    Finding::broken(SERVER, format!("none runs, and {waiting} deployed endpoints do not answer"), serve)
                }
            }
        }
    }
}

/// What is wrong with a server that is not well.
fn said(Troubles { broken_endpoints, inference_log }: &Troubles) -> String {
    let endpoints = (!broken_endpoints.is_empty())
        .then(|| format!("these endpoints do not answer: {}", broken_endpoints.join(", ")));
    let log = inference_log.as_ref().map(|log| format!("what it answers is not recorded: {log}"));
    endpoints.into_iter().chain(log).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Standing;

    #[test]
    fn what_troubles_the_server_is_said() {
        let troubles = Troubles {
            broken_endpoints: vec!["a".to_owned(), "b".to_owned()],
            inference_log: Some("disk full".to_owned()),
        };
        assert_eq!(said(&troubles), "these endpoints do not answer: a, b; what it answers is not recorded: disk full");
    }

    #[test]
    fn wrong_settings_and_roots_are_broken() {
        let folder = tempfile::tempdir().unwrap();
        let worst = || look(folder.path()).into_iter().max_by_key(|finding| finding.standing).unwrap();
        assert!(worst().standing < Standing::Broken);
        std::fs::write(folder.path().join(FILE_NAME), "roots = [\"data\"]\n").unwrap();
        assert!(worst().what.contains("the root \"data\" cannot be read"), "{:?}", worst());
        std::fs::create_dir(folder.path().join("data")).unwrap();
        assert!(worst().standing < Standing::Broken, "{:?}", worst());
        std::fs::write(folder.path().join(FILE_NAME), "rots = []\n").unwrap();
        let finding = worst();
        assert!(
            finding.standing == Standing::Broken && finding.what.contains("line 1") && finding.mend.contains("roots"),
            "{finding:?}"
        );
        assert!(!folder.path().join(workspace::FOLDER).exists(), "looking makes no workspace");
        assert_eq!(look(&folder.path().join("missing"))[0].standing, Standing::Broken);
    }
}
