//! What an uninstall does: it takes away what is remembered, and leaves what the user has made his own.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::assistant::{Assistant, Scope};
use crate::entry::NAME;
use crate::error::InstallError;
use crate::found::{check_writable, read};
use crate::install::{in_file, is_written};
use crate::manifest::{Entry, Kept};
use crate::plan::{Action, Change, Kind, Plan};
use crate::splice::hash;
use crate::surroundings::Surroundings;
use crate::text::{Format, Removal, Slot};

/// Decides what an uninstall does. Nothing is written.
///
/// # Errors
/// When what was remembered cannot be read, or one of the files cannot be read or may not be written. Files
/// that are not valid any more are no error: they are kept, and that is said.
pub fn plan_uninstall(assistants: &[Assistant], scope: Scope, around: &Surroundings) -> Result<Plan, InstallError> {
    let kept = Kept::load(scope, around)?;
    let leaving: BTreeSet<Assistant> = assistants.iter().copied().collect();
    let mut done = kept.manifest.clone();
    let mut changes = Vec::new();
    done.entries.clear();
    for entry in &kept.manifest.entries {
        let readers: BTreeSet<Assistant> = entry.assistants.difference(&leaving).copied().collect();
        if readers == entry.assistants {
            done.entries.push(entry.clone());
            continue;
        }
        let path = kept.real(&entry.path);
        let gone = &entry.assistants & &leaving;
        let text = match read(&path) {
            Ok(text) => text,
            Err(error) => {
                done.entries.push(entry.clone());
                changes.push(unreadable(Kind::Settings, gone, path, &error));
                continue;
            }
        };
        let mut change = Change {
            kind: Kind::Settings,
            assistants: gone,
            is_locked: entry.assistants.contains(&Assistant::Claude) && scope == Scope::User,
            path,
            action: Action::Shared,
            note: String::new(),
            after: text.clone(),
            before: text,
        };
        if readers.is_empty() {
            without_entry(&mut change, entry);
        } else {
            change.note = format!("{} {} it, too", titles(&readers), if readers.len() == 1 { "reads" } else { "read" });
            done.entries.push(Entry { assistants: readers, ..entry.clone() });
        }
        // What was kept can be taken away once its user has put it back, or made the file valid.
        if change.action == Action::Kept {
            done.entries.push(entry.clone());
        }
        changes.push(change);
    }
    done.files.clear();
    for file in &kept.manifest.files {
        let readers: BTreeSet<Assistant> = file.assistants.difference(&leaving).copied().collect();
        if readers == file.assistants {
            done.files.push(file.clone());
            continue;
        }
        let path = kept.real(&file.path);
        let assistants = &file.assistants & &leaving;
        let text = match read(&path) {
            Ok(text) => text,
            Err(error) => {
                done.files.push(file.clone());
                changes.push(unreadable(Kind::Skill, assistants, path, &error));
                continue;
            }
        };
        let (action, note, after) = match &text {
            _ if !readers.is_empty() => (Action::Shared, String::new(), text.clone()),
            None => (Action::Gone, String::new(), None),
            Some(now) if is_written(file, &hash(now)) => (Action::Removed, String::new(), file.overwrote.clone()),
            Some(_) => (Action::Kept, "it was changed by hand and stays; remove it yourself".to_owned(), text.clone()),
        };
        match action {
            Action::Shared => done.files.push(crate::manifest::File { assistants: readers, ..file.clone() }),
            Action::Kept => done.files.push(file.clone()),
            _ => {}
        }
        changes.push(Change { kind: Kind::Skill, assistants, path, action, note, before: text, after, is_locked: false });
    }
    for change in changes.iter().filter(|change| change.writes()) {
        check_writable(&change.path)?;
    }
    let intent = kept.manifest.clone();
    Ok(Plan { scope, changes, kept, intent, done })
}

/// A file that cannot be read cannot be taken apart.
fn unreadable(kind: Kind, assistants: BTreeSet<Assistant>, path: PathBuf, error: &InstallError) -> Change {
    Change { kind, assistants, path, action: Action::Kept, note: error.to_string(), before: None, after: None, is_locked: false }
}

fn titles(assistants: &BTreeSet<Assistant>) -> String {
    assistants.iter().map(|assistant| assistant.title()).collect::<Vec<_>>().join(" and ")
}

fn without_entry(change: &mut Change, entry: &Entry) {
    let now = match &change.before {
        None => {
            change.action = Action::Gone;
            return;
        }
        Some(now) => now.clone(),
    };
    let hashed = hash(&now);
    if entry.before.as_ref() == Some(&hashed) {
        change.action = Action::Gone;
        return;
    }
    if hashed == entry.after
        && let Some(original) = entry.splice.undone(&now)
        && entry.before.as_ref().is_none_or(|before| *before == hash(&original))
    {
        change.action = Action::Removed;
        change.after = entry.before.is_some().then_some(original);
        return;
    }
    let format = if change.path.extension().is_some_and(|extension| extension == "toml") { Format::Toml } else { Format::Jsonc };
    let slot = Slot { container: &entry.container, name: NAME };
    let outcome = (|| {
        let found = format.get(&now, slot)?;
        match found {
            None => Ok(None),
            Some(value) if value == entry.value || entry.replaces.as_ref() == Some(&value) => match &entry.overwrote {
                Some(overwrote) => format.replace(&now, slot, overwrote).map(|text| Some(Removal::Done(text))),
                None => format.remove(&now, slot, entry.made_container).map(Some),
            },
            Some(_) => Ok(Some(Removal::Adopted)),
        }
    })();
    match outcome {
        Ok(None) => change.action = Action::Gone,
        Ok(Some(Removal::Done(text))) => {
            change.action = Action::Removed;
            // A file that was made for the entry and says nothing any more goes with it.
            let is_empty = format.root(&text).is_ok_and(|root| root.is_empty()) && text.trim().len() <= 2;
            change.after = (entry.before.is_some() || !is_empty).then_some(text);
        }
        Ok(Some(Removal::Adopted)) => {
            change.action = Action::Kept;
            change.note = format!("the entry {NAME:?} was changed by hand and stays; remove it yourself");
        }
        Err(broken) => {
            change.action = Action::Kept;
            change.note = in_file(&change.path, format)(broken).to_string();
        }
    }
}
