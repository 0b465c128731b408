use std::path::{Path, PathBuf};
use std::sync::Barrier;
use std::thread;

use mlwright_base::system::{environment, files, process};

use super::{Artifacts, STAGING, Staging};
use crate::StoreError;

fn artifacts() -> (tempfile::TempDir, Artifacts) {
    let folder = tempfile::tempdir().unwrap();
    let artifacts = Artifacts::new(folder.path().join("artifacts"));
    (folder, artifacts)
}

/// A staged artifact of three files, all of which hold `content`.
fn staged(artifacts: &Artifacts, content: &str) -> Staging {
    let staging = artifacts.stage().unwrap();
    for path in ["MLmodel", "model/model.mlw", "model/explain/shap.json"] {
        staging.write(path, content.as_bytes()).unwrap();
    }
    staging
}

fn paths(artifacts: &Artifacts, rel: &str) -> Vec<String> {
    artifacts.list(rel).unwrap().into_iter().map(|file| file.path).collect()
}

/// What lies in the staging folder, but for the lock.
fn leftovers(artifacts: &Artifacts) -> Vec<PathBuf> {
    let staging = artifacts.root().join(STAGING);
    if !files::exists(&staging) {
        return Vec::new();
    }
    files::list_dir(&staging).unwrap().into_iter().filter(|entry| entry.is_dir).map(|entry| entry.path).collect()
}

#[test]
fn an_artifact_appears_whole() {
    let (_folder, artifacts) = artifacts();
    let staging = staged(&artifacts, "content");
    assert!(!artifacts.exists("runs/1").unwrap());
    assert!(matches!(artifacts.list("runs/1"), Err(StoreError::ArtifactNotFound { .. })));
    let place = staging.commit("runs/1").unwrap();
    assert_eq!(place, artifacts.path("runs/1").unwrap());
    assert_eq!(paths(&artifacts, "runs/1"), ["MLmodel", "model/explain/shap.json", "model/model.mlw"]);
    assert_eq!(paths(&artifacts, "runs/1/model"), ["explain/shap.json", "model.mlw"]);
    assert_eq!(artifacts.read("runs/1/model/model.mlw").unwrap(), b"content");
    assert_eq!(artifacts.size("runs/1/MLmodel").unwrap(), 7);
    // SHA-256 of "abc" (FIPS 180-2, appendix B.1).
    let staging = artifacts.stage().unwrap();
    staging.write("abc", b"abc").unwrap();
    staging.commit("known").unwrap();
    assert_eq!(artifacts.sha256("known/abc").unwrap(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert!(leftovers(&artifacts).is_empty());
}

#[test]
fn what_is_not_committed_leaves_nothing() {
    let (_folder, artifacts) = artifacts();
    drop(staged(&artifacts, "content"));
    assert!(leftovers(&artifacts).is_empty());
    assert!(matches!(artifacts.stage().unwrap().commit("runs/1"), Err(StoreError::ArtifactEmpty { .. })));
    assert!(matches!(staged(&artifacts, "x").commit("../outside"), Err(StoreError::ArtifactPath { .. })));
    // The folder above cannot be made, because a file is there.
    staged(&artifacts, "x").commit("taken").unwrap();
    assert!(matches!(staged(&artifacts, "y").commit("taken/MLmodel/deep"), Err(StoreError::Io { .. })));
    assert!(leftovers(&artifacts).is_empty());
    assert_eq!(artifacts.read("taken/MLmodel").unwrap(), b"x");
}

#[test]
fn an_artifact_never_changes() {
    let (_folder, artifacts) = artifacts();
    staged(&artifacts, "old").commit("runs/1").unwrap();
    for taken in ["runs/1", "runs/1/model", "runs/1/MLmodel"] {
        match staged(&artifacts, "new").commit(taken) {
            Err(StoreError::ArtifactExists { path }) => assert_eq!(path, taken),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(artifacts.read("runs/1/MLmodel").unwrap(), b"old");
    assert!(leftovers(&artifacts).is_empty());
}

#[test]
fn of_many_who_commit_to_one_place_one_wins() {
    let (_folder, artifacts) = artifacts();
    let n_writers = 8;
    let together = Barrier::new(n_writers);
    let winners: Vec<String> = thread::scope(|scope| {
        let writers: Vec<_> = (0..n_writers)
            .map(|i| {
                let (artifacts, together) = (&artifacts, &together);
                scope.spawn(move || {
                    let staging = staged(artifacts, &i.to_string());
                    together.wait();
                    match staging.commit("models/churn/1") {
                        Ok(_) => Some(i.to_string()),
                        Err(StoreError::ArtifactExists { .. }) => None,
                        Err(error) => panic!("{error}"),
                    }
                })
            })
            .collect();
        writers.into_iter().filter_map(|writer| writer.join().unwrap()).collect()
    });
    assert_eq!(winners.len(), 1);
    for path in paths(&artifacts, "models/churn/1") {
        assert_eq!(artifacts.read(&format!("models/churn/1/{path}")).unwrap(), winners[0].as_bytes());
    }
    assert!(leftovers(&artifacts).is_empty());
}

#[test]
fn paths_cannot_leave_the_artifacts() {
    let (_folder, artifacts) = artifacts();
    let staging = artifacts.stage().unwrap();
    for bad in ["", "/etc/passwd", "..", "../x", "a/../../x", "a/./b", "a//b", "a/", "a\\b", "C:x", "a\0b"] {
        assert!(matches!(artifacts.path(bad), Err(StoreError::ArtifactPath { .. })), "{bad:?}");
        assert!(matches!(artifacts.read(bad), Err(StoreError::ArtifactPath { .. })), "{bad:?}");
        assert!(matches!(artifacts.remove(bad), Err(StoreError::ArtifactPath { .. })), "{bad:?}");
        assert!(matches!(staging.write(bad, b"x"), Err(StoreError::ArtifactPath { .. })), "{bad:?}");
    }
    for unfinished in [".staging", ".Staging/x"] {
        assert!(matches!(artifacts.path(unfinished), Err(StoreError::ArtifactPath { .. })), "{unfinished:?}");
    }
    for good in ["a", "a..b/c", "ünïcode/…", "a b/c"] {
        assert!(artifacts.path(good).unwrap().starts_with(artifacts.root()), "{good:?}");
    }
    let error = artifacts.path("../x").unwrap_err();
    assert_eq!(error.code(), mlwright_base::ErrorCode::Refused);
}

#[test]
fn what_is_not_there_is_said() {
    let (_folder, artifacts) = artifacts();
    staged(&artifacts, "x").commit("runs/1").unwrap();
    for missing in ["runs/2/MLmodel", "runs/1/nothing", "runs/1/MLmodel/below-a-file"] {
        assert!(matches!(artifacts.read(missing), Err(StoreError::ArtifactNotFound { .. })), "{missing}");
        assert!(matches!(artifacts.sha256(missing), Err(StoreError::ArtifactNotFound { .. })), "{missing}");
        assert!(matches!(artifacts.size(missing), Err(StoreError::ArtifactNotFound { .. })), "{missing}");
    }
}

#[test]
fn a_removed_artifact_is_gone_and_its_place_free() {
    let (_folder, artifacts) = artifacts();
    assert!(!artifacts.remove("runs/1").unwrap());
    staged(&artifacts, "old").commit("runs/1").unwrap();
    assert!(artifacts.remove("runs/1").unwrap());
    assert!(!artifacts.exists("runs/1").unwrap());
    assert!(!artifacts.remove("runs/1").unwrap());
    staged(&artifacts, "new").commit("runs/1").unwrap();
    assert_eq!(artifacts.read("runs/1/MLmodel").unwrap(), b"new");
    assert!(leftovers(&artifacts).is_empty());
}

#[test]
fn what_a_crash_left_is_swept_and_what_is_being_written_stays() {
    let (_folder, artifacts) = artifacts();
    assert_eq!(artifacts.sweep_staging(i64::MAX).unwrap(), 0, "there is nothing yet");
    // A process that dies runs no destructor.
    let dead = staged(&artifacts, "half");
    let path = dead.dir().to_path_buf();
    std::mem::forget(dead);
    let changed_ms = newest_ms(&path);
    assert_eq!(artifacts.sweep_staging(changed_ms).unwrap(), 0, "not older than the moment asked for");
    assert!(files::exists(&path));
    assert_eq!(artifacts.sweep_staging(changed_ms + 1).unwrap(), 1);
    assert!(leftovers(&artifacts).is_empty());
    staged(&artifacts, "whole").commit("runs/1").unwrap();
    assert_eq!(artifacts.sweep_staging(i64::MAX).unwrap(), 0);
    assert_eq!(artifacts.read("runs/1/MLmodel").unwrap(), b"whole");
}

fn newest_ms(path: &Path) -> i64 {
    let own = i64::try_from(files::stamp(path).unwrap().modified_ns / 1_000_000).unwrap();
    if !files::is_dir(path) {
        return own;
    }
    files::list_dir(path).unwrap().iter().map(|entry| newest_ms(&entry.path)).fold(own, i64::max)
}

#[test]
#[ignore = "runs as a child of a_killed_process_leaves_whole_artifacts"]
fn child_commits_until_it_is_killed() {
    let artifacts = Artifacts::new(environment::current_dir().unwrap());
    for number in 0.. {
        staged(&artifacts, &"content ".repeat(2_000)).commit(&format!("runs/{}-{number}", process::id())).unwrap();
    }
}

#[test]
fn a_killed_process_leaves_whole_artifacts() {
    let folder = tempfile::tempdir().unwrap();
    let artifacts = Artifacts::new(folder.path().join("artifacts"));
    files::create_dir_all(artifacts.root()).unwrap();
    let n_runs = || files::list_dir(&artifacts.root().join("runs")).map_or(0, |entries| entries.len());
    for round in 0..5_usize {
        let before = n_runs();
        let arguments = ["--exact", "artifacts::tests::child_commits_until_it_is_killed", "--ignored"].map(str::to_owned);
        let log = folder.path().join("child.log");
        let program = process::current_program().unwrap();
        let mut child = process::spawn_detached(&program, &arguments, artifacts.root(), &log).unwrap();
        while n_runs() < before + 3 + 2 * round {
            assert!(child.try_wait().unwrap().is_none(), "{}", files::read_to_string(&log).unwrap());
            thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    for entry in files::list_dir(&artifacts.root().join("runs")).unwrap() {
        let run = format!("runs/{}", entry.path.file_name().unwrap().to_string_lossy());
        assert_eq!(paths(&artifacts, &run), ["MLmodel", "model/explain/shap.json", "model/model.mlw"], "{run}");
        for path in paths(&artifacts, &run) {
            assert_eq!(artifacts.size(&format!("{run}/{path}")).unwrap(), 16_000, "{run}/{path}");
        }
    }
    artifacts.sweep_staging(i64::MAX).unwrap();
    assert!(leftovers(&artifacts).is_empty());
}
