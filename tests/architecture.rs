//! Rules of the architecture: who may depend on whom, and where the outside world may be touched.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The layers, the lowest first. A crate may depend on crates of lower layers only.
const LAYERS: [&[&str]; 7] = [
    &["mlwright-base"],
    &["mlwright-data", "mlwright-learn"],
    &["mlwright-explore", "mlwright-store"],
    &["mlwright-engine"],
    &["mlwright-operations"],
    &["mlwright-mcp", "mlwright-http"],
    &["mlwright"],
];

/// Dependencies that belong to certain crates only: what they are, and who may have them.
const OWNED: [(&str, &[&str]); 10] = [
    ("rmcp", &["mlwright-mcp"]),
    ("axum", &["mlwright-http"]),
    ("tower-http", &["mlwright-http"]),
    ("clap", &["mlwright"]),
    ("indicatif", &["mlwright"]),
    ("anyhow", &["mlwright"]),
    ("rusqlite", &["mlwright-store"]),
    ("deltalake", &["mlwright-data"]),
    ("linfa", &["mlwright-learn"]),
    ("resvg", &["mlwright-explore"]),
];

/// Crates that must not know tables, and crates that must not know how anything is stored.
const FORBIDDEN: [(&str, &[&str]); 4] = [
    ("mlwright-base", &["polars", "tokio"]),
    ("mlwright-learn", &["polars", "tokio"]),
    ("mlwright-store", &["polars", "tokio"]),
    ("mlwright-operations", &["polars", "tokio", "mlwright-data", "mlwright-learn", "mlwright-store"]),
];

/// A crate's name and the names of what it depends on, tests left out.
type Crates = BTreeMap<String, Vec<String>>;

fn crates() -> Crates {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1", "--manifest-path"])
        .arg(root().join("Cargo.toml"))
        .output()
        .expect("cargo starts");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata answers in JSON");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let dependencies = |package: &Value| {
        let all = package["dependencies"].as_array().expect("dependencies").iter();
        all.filter(|dependency| dependency["kind"].is_null()).map(|dependency| text(&dependency["name"])).collect()
    };
    let packages = metadata["packages"].as_array().expect("packages");
    packages.iter().map(|package| (text(&package["name"]), dependencies(package))).collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is in the checkout").to_path_buf()
}

fn layer(name: &str) -> usize {
    LAYERS
        .iter()
        .position(|layer| layer.contains(&name))
        .unwrap_or_else(|| panic!("{name} is in no layer; put it into LAYERS and into ARCHITECTURE.md"))
}

#[test]
fn arrows_point_down_only() {
    for (name, dependencies) in crates() {
        for dependency in dependencies.iter().filter(|dependency| dependency.starts_with("mlwright")) {
            assert!(layer(dependency) < layer(&name), "{name} depends on {dependency}, which is not in a lower layer");
        }
    }
}

#[test]
fn protocols_and_stores_stay_in_their_crates() {
    for (name, dependencies) in crates() {
        for dependency in &dependencies {
            for (owned, owners) in OWNED {
                assert!(dependency != owned || owners.contains(&name.as_str()), "{name} depends on {owned}, which belongs to {owners:?}");
            }
        }
        for (_, forbidden) in FORBIDDEN.iter().filter(|(of, _)| *of == name) {
            let found: Vec<&String> = dependencies.iter().filter(|dependency| forbidden.contains(&dependency.as_str())).collect();
            assert!(found.is_empty(), "{name} must not know {found:?}");
        }
    }
}

/// Rust files below a folder, tests left out.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder of the checkout").map(|entry| entry.expect("an entry").path()) {
        let name = entry.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if entry.is_dir() {
            if !["tests", "testdata", "target"].contains(&name.as_str()) {
                found.extend(sources(&entry));
            }
        } else if name.ends_with(".rs") && !["tests.rs", "conformance.rs"].contains(&name.as_str()) {
            found.push(entry);
        }
    }
    found
}

/// The lines of a file before its unit tests that hold code.
fn code(path: &Path) -> Vec<(usize, String)> {
    let text = std::fs::read_to_string(path).expect("a source file");
    text.lines()
        .enumerate()
        .take_while(|(_, line)| !line.starts_with("#[cfg(test)]"))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(i, line)| (i + 1, line.to_owned()))
        .collect()
}

fn violations(crates: &[&str], forbidden: &[&str], except: &str) -> Vec<String> {
    let mut found = Vec::new();
    for name in crates {
        for path in sources(&root().join("server").join(name).join("src")) {
            let shown = path.strip_prefix(root()).expect("inside the checkout").display().to_string();
            if !except.is_empty() && shown.starts_with(except) {
                continue;
            }
            for (line, text) in code(&path) {
                if forbidden.iter().any(|word| text.contains(word)) {
                    found.push(format!("{shown}:{line}: {}", text.trim()));
                }
            }
        }
    }
    found
}

const ALL: [&str; 10] = ["base", "data", "learn", "explore", "store", "engine", "operations", "mcp", "http", "cli"];

#[test]
fn files_environment_and_processes_are_reached_through_base_system() {
    let found = violations(&ALL, &["std::fs", "std::env::", "std::process", "env::var", "fs::write", "fs::read", "process::Command"], "server/base/src/system");
    assert!(found.is_empty(), "use mlwright_base::system instead:\n{}", found.join("\n"));
}

#[test]
fn lower_layers_have_no_clock_and_no_unseeded_randomness() {
    let forbidden = ["SystemTime::now", "Instant::now", "Timestamp::now", "Zoned::now", "thread_rng", "from_entropy", "rand::random"];
    let found = violations(&["base", "data", "learn", "explore", "store"], &forbidden, "server/base/src/system");
    assert!(found.is_empty(), "time and seeds are arguments:\n{}", found.join("\n"));
}

#[test]
fn nothing_unfinished_is_left() {
    let found = violations(&ALL, &["todo!(", "unimplemented!(", "dbg!("], "");
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn files_stay_readable() {
    let mut long = Vec::new();
    for name in ALL {
        for path in sources(&root().join("server").join(name).join("src")) {
            let n_lines = std::fs::read_to_string(&path).expect("a source file").lines().count();
            if n_lines > 600 {
                long.push(format!("{}: {n_lines} lines", path.strip_prefix(root()).expect("inside the checkout").display()));
            }
        }
    }
    assert!(long.is_empty(), "look for a seam:\n{}", long.join("\n"));
}
