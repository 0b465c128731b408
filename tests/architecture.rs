//! Rules of the architecture: who may depend on whom, and where the outside world may be touched.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The layers, the lowest first. A crate may depend on crates of lower layers only.
const LAYERS: [&[&str]; 7] = [
    &["mlwright-base", "mlwright-bodies", "mlwright-skills"],
    &["mlwright-data", "mlwright-learn", "mlwright-assistants", "mlwright-mcp-transport", "mlwright-providers"],
    &["mlwright-explore", "mlwright-store"],
    &["mlwright-engine"],
    &["mlwright-operations"],
    &["mlwright-mcp", "mlwright-http", "mlwright-lsp"],
    &["mlwright"],
];

/// Languages are understood by a small tower inside the layer of [`LANGUAGE_LAYER`], the lowest storey first: a crate of it may also
/// depend on crates of lower storeys; those of one storey do not know each other.
const LANGUAGE: [&[&str]; 6] = [
    &["mlwright-source-text"],
    &["mlwright-sql", "mlwright-python-syntax"],
    &["mlwright-python-values"],
    &["mlwright-python-flow", "mlwright-python-rules"],
    &["mlwright-python-features"],
    &["mlwright-language"],
];
const LANGUAGE_LAYER: usize = 1;

/// What tests alone may depend on, through `dev-dependencies`.
const FOR_TESTS: [&str; 1] = ["mlwright-language-testkit"];

/// Dependencies that belong to certain crates only: what they are, and who may have them.
const OWNED: [(&str, &[&str]); 18] = [
    ("rmcp", &["mlwright-mcp", "mlwright-mcp-transport"]),
    ("axum", &["mlwright-http"]),
    ("hyper", &["mlwright-http"]),
    ("hyper-util", &["mlwright-http"]),
    ("tower-http", &["mlwright-http"]),
    ("reqwest", &["mlwright-providers"]),
    ("lsp-server", &["mlwright-lsp"]),
    ("lsp-types", &["mlwright-lsp"]),
    ("clap", &["mlwright"]),
    ("indicatif", &["mlwright"]),
    ("anyhow", &["mlwright"]),
    ("rusqlite", &["mlwright-store"]),
    ("deltalake", &["mlwright-data"]),
    ("linfa", &["mlwright-learn"]),
    ("resvg", &["mlwright-explore"]),
    ("jsonc-parser", &["mlwright-assistants"]),
    ("toml_edit", &["mlwright-assistants"]),
    ("tree-sitter", &["mlwright-sql", "mlwright-python-syntax"]),
];

/// Crates that must not know tables, and crates that must not know how anything is stored.
const FORBIDDEN: [(&str, &[&str]); 5] = [
    ("mlwright-base", &["polars", "tokio"]),
    ("mlwright-learn", &["polars", "tokio"]),
    ("mlwright-python-features", &["mlwright-python-rules"]),
    ("mlwright-store", &["polars", "tokio"]),
    ("mlwright-operations", &["polars", "tokio", "mlwright-data", "mlwright-learn", "mlwright-store"]),
];

/// What no crate of [`LANGUAGE`] knows.
const NOT_OF_LANGUAGES: &[&str] = &["polars", "tokio", "lsp-types"];

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
    let tests = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    tests.parent().expect("tests/ is in the checkout").to_path_buf()
}

/// A crate's layer, and its storey in the tower of languages (0 outside of it).
fn layer(name: &str) -> (usize, usize) {
    let storey = LANGUAGE.iter().position(|storey| storey.contains(&name)).map(|storey| (LANGUAGE_LAYER, storey + 1));
    let layer = LAYERS.iter().position(|layer| layer.contains(&name)).map(|layer| (layer, 0));
    storey.or(layer).unwrap_or_else(|| panic!("{name} is in no layer; put it into LAYERS and into ARCHITECTURE.md"))
}

/// Whether a crate may depend on another.
fn may_depend(name: &str, dependency: &str) -> bool {
    let ((layer_of, storey_of), (layer_below, storey_below)) = (layer(name), layer(dependency));
    layer_below < layer_of || (layer_below == layer_of && 0 < storey_below && storey_below < storey_of)
}

#[test]
fn arrows_point_down_only() {
    for (name, dependencies) in crates().into_iter().filter(|(name, _)| !FOR_TESTS.contains(&name.as_str())) {
        for dependency in dependencies.iter().filter(|dependency| dependency.starts_with("mlwright")) {
            assert!(!FOR_TESTS.contains(&dependency.as_str()), "{name} depends on {dependency}, which is for tests only");
            assert!(may_depend(&name, dependency), "{name} depends on {dependency}, which is not in a lower layer or storey");
        }
    }
}

#[test]
fn a_tower_is_climbed_and_nothing_beside_it_is_reached() {
    let [lowest, highest] = [LANGUAGE[0][0], LANGUAGE[LANGUAGE.len() - 1][0]];
    assert!(may_depend(highest, lowest) && !may_depend(lowest, highest) && !may_depend(highest, highest));
    assert!(may_depend(highest, "mlwright-base") && !may_depend(highest, "mlwright-data") && !may_depend("mlwright-data", lowest));
    assert!(may_depend("mlwright-engine", lowest) && !may_depend(lowest, "mlwright-engine"));
}

#[test]
fn protocols_and_stores_stay_in_their_crates() {
    for (name, dependencies) in crates() {
        for dependency in &dependencies {
            for (owned, owners) in OWNED {
                assert!(dependency != owned || owners.contains(&name.as_str()), "{name} depends on {owned}, which belongs to {owners:?}");
            }
        }
        let of_crate = FORBIDDEN.into_iter().filter(|(of, _)| *of == name).map(|(_, forbidden)| forbidden);
        let of_languages = LANGUAGE.into_iter().flatten().filter(|of| **of == name).map(|_| NOT_OF_LANGUAGES);
        for forbidden in of_crate.chain(of_languages) {
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
            if !["tests", "testing", "testdata", "target"].contains(&name.as_str()) {
                found.extend(sources(&entry));
            }
        } else if name.ends_with(".rs") && !["tests.rs", "conformance.rs"].contains(&name.as_str()) {
            found.push(entry);
        }
    }
    found
}

/// The lines that hold code, with their numbers: unit tests, and whatever else is made for tests only,
/// are left out. It goes by the layout that rustfmt gives a file: an item ends with a line of its own
/// indentation.
fn code(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut lines = text.lines().enumerate().map(|(i, line)| (i + 1, line));
    while let Some((number, line)) = lines.next() {
        let bare = line.trim_start();
        if bare.starts_with("#[cfg(test)]") {
            let indent = &line[..line.len() - bare.len()];
            let of_item = |line: &&str| !line.trim_start().starts_with("#[") && !line.trim_start().starts_with("//");
            let Some(head) = lines.by_ref().map(|(_, line)| line).find(of_item) else { break };
            // Tests stand at the end, and may hold anything.
            if head.contains("mod ") && head.ends_with('{') {
                break;
            }
            if !head.ends_with([';', '}', ',']) {
                let is_end = |line: &str| line.strip_prefix(indent).is_some_and(|rest| rest.starts_with(['}', ')', ']']) && !rest.ends_with('{'));
                let _ = lines.by_ref().find(|(_, line)| is_end(line));
            }
        } else if !bare.starts_with("//") {
            found.push((number, line));
        }
    }
    found
}

#[test]
fn code_for_tests_is_left_out_and_code_after_it_is_not() {
    let text = "\
mod a;
#[cfg(test)]
mod tests;
// a comment
use b;
#[cfg(test)]
#[allow(dead_code)]
pub(crate) fn c(
    d: u8,
) -> u8 {
    e
}
impl F {
    #[cfg(test)]
    fn g() {
        h
    }
    fn i() {}
}
#[cfg(test)]
mod j {
    k
}
";
    let found: Vec<&str> = code(text).into_iter().map(|(_, line)| line.trim()).collect();
    assert_eq!(found, ["mod a;", "use b;", "impl F {", "fn i() {}", "}"]);
    assert_eq!(code(text)[1].0, 5);
}

/// The folder of a crate in `server/`.
fn folder<'a>(name: &&'a str) -> &'a str {
    name.strip_prefix("mlwright-").unwrap_or("cli")
}

/// The folders of all crates but those for tests.
fn all() -> Vec<&'static str> {
    LAYERS.into_iter().chain(LANGUAGE).flatten().map(folder).collect()
}

fn violations(crates: &[&str], forbidden: &[&str], except: &str) -> Vec<String> {
    let mut found = Vec::new();
    for name in crates {
        for path in sources(&root().join("server").join(name).join("src")) {
            let shown = path.strip_prefix(root()).expect("inside the checkout").display().to_string();
            if !except.is_empty() && shown.starts_with(except) {
                continue;
            }
            for (line, text) in code(&std::fs::read_to_string(&path).expect("a source file")) {
                if forbidden.iter().any(|word| text.contains(word)) {
                    found.push(format!("{shown}:{line}: {}", text.trim()));
                }
            }
        }
    }
    found
}

#[test]
fn files_environment_and_processes_are_reached_through_base_system() {
    let found = violations(&all(), &["std::fs", "std::env::", "std::process", "env::var", "fs::write", "fs::read", "process::Command"], "server/base/src/system");
    assert!(found.is_empty(), "use mlwright_base::system instead:\n{}", found.join("\n"));
}

#[test]
fn lower_layers_have_no_clock_and_no_unseeded_randomness() {
    let forbidden = ["SystemTime::now", "Instant::now", "Timestamp::now", "Zoned::now", "thread_rng", "from_entropy", "rand::random"];
    let pure: Vec<&str> = ["base", "data", "learn", "explore", "store"].into_iter().chain(LANGUAGE.into_iter().flatten().map(folder)).collect();
    let found = violations(&pure, &forbidden, "server/base/src/system");
    assert!(found.is_empty(), "time and seeds are arguments:\n{}", found.join("\n"));
}

#[test]
fn nothing_unfinished_is_left() {
    let found = violations(&all(), &["todo!(", "unimplemented!(", "dbg!("], "");
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn files_stay_readable() {
    let mut long = Vec::new();
    for name in all() {
        for path in sources(&root().join("server").join(name).join("src")) {
            let n_lines = std::fs::read_to_string(&path).expect("a source file").lines().count();
            if n_lines > 600 {
                long.push(format!("{}: {n_lines} lines", path.strip_prefix(root()).expect("inside the checkout").display()));
            }
        }
    }
    assert!(long.is_empty(), "look for a seam:\n{}", long.join("\n"));
}
