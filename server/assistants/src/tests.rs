//! Installing and uninstalling over real settings files.

mod edits;
mod hostile;
mod shapes;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use mlwright_skills::{File, Skill};
use tempfile::TempDir;

use crate::text::{Format, Slot};
use crate::{Assistant, Change, Install, InstallError, Plan, Platform, Scope, Surroundings, carry_out, place, plan_install, plan_uninstall};

/// A set of skills that does not depend on the product's.
const SKILLS: &[Skill] = &[
    Skill {
        name: "route",
        description: "Chooses.",
        files: &[File { path: "SKILL.md", text: "---\nname: route\n---\n" }, File { path: "references/operations.md", text: "# All\n" }],
    },
    Skill { name: "explore", description: "Looks.", files: &[File { path: "SKILL.md", text: "---\nname: explore\n---\n" }] },
];
const COMMAND: &str = "/opt/mlwright/bin/mlwright";

/// A home folder and a project's folder of nobody.
struct Machine {
    folder: TempDir,
}

impl Machine {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["home", "project"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        Self { folder }
    }

    fn project(&self) -> PathBuf {
        self.folder.path().join("project")
    }

    fn around(&self) -> Surroundings {
        let home = self.folder.path().join("home").to_string_lossy().into_owned();
        Surroundings::new(&self.project(), Platform::Xdg, [("HOME".to_owned(), home)])
    }

    fn settings(&self, assistant: Assistant, scope: Scope) -> PathBuf {
        place(assistant, scope, &self.around()).unwrap().settings
    }

    fn put(&self, assistant: Assistant, scope: Scope, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.settings(assistant, scope);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    fn plan(&self, assistants: &[Assistant], scope: Scope) -> Result<Plan, InstallError> {
        self.plan_with(assistants, scope, COMMAND, SKILLS, false)
    }

    fn plan_with(&self, assistants: &[Assistant], scope: Scope, command: &str, skills: &[Skill], force: bool) -> Result<Plan, InstallError> {
        plan_install(&Install { assistants, scope, command, skills, force }, &self.around())
    }

    fn install(&self, assistants: &[Assistant], scope: Scope) -> Vec<Change> {
        done(self.plan(assistants, scope).unwrap())
    }

    fn uninstall(&self, assistants: &[Assistant], scope: Scope) -> Vec<Change> {
        done(plan_uninstall(assistants, scope, &self.around()).unwrap())
    }

    /// Every file and folder, with what it holds and where it leads.
    fn everything(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut found = BTreeMap::new();
        collect(self.folder.path(), &mut found);
        found
    }
}

fn done(plan: Plan) -> Vec<Change> {
    let changes = plan.changes.clone();
    carry_out(plan).unwrap();
    changes
}

fn collect(folder: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_symlink() {
            found.insert(entry.clone(), std::fs::read_link(&entry).unwrap().to_string_lossy().into_owned().into_bytes());
        } else if entry.is_dir() {
            found.insert(entry.clone(), b"a folder".to_vec());
            collect(&entry, found);
        } else {
            found.insert(entry.clone(), std::fs::read(&entry).unwrap());
        }
    }
}

/// The entry that an assistant's settings hold.
fn entry(path: &Path, assistant: Assistant, machine: &Machine, scope: Scope) -> Option<serde_json::Value> {
    let place = place(assistant, scope, &machine.around()).unwrap();
    let text = std::fs::read_to_string(path).unwrap();
    place.format.get(&text, Slot { container: place.container, name: "mlwright" }).unwrap()
}
