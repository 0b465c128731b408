//! What an install does: for each assistant an entry, and the skills.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use mlwright_base::system::files;
use mlwright_skills::Skill;
use serde_json::Value;

use crate::assistant::{Assistant, Scope};
use crate::entry::{self, NAME};
use crate::error::InstallError;
use crate::found::{Found, check_writable, look, read};
use crate::manifest::{Entry, File, Kept, Manifest};
use crate::places::{Place, place};
use crate::plan::{Action, Change, Kind, Plan, note_folders};
use crate::splice::{Splice, hash};
use crate::surroundings::Surroundings;
use crate::text::{Broken, Format, Slot};

/// What to install.
#[derive(Debug, Clone)]
pub struct Install<'a> {
    /// For whom.
    pub assistants: &'a [Assistant],
    /// Where.
    pub scope: Scope,
    /// The program that entries start.
    pub command: &'a str,
    /// The skills to write.
    pub skills: &'a [Skill],
    /// Whether what the user wrote himself in their place is overwritten.
    pub force: bool,
}

/// Decides what an install does. Nothing is written.
///
/// # Errors
/// When one of the files cannot be read, is not valid, or may not be written.
pub fn plan_install(install: &Install<'_>, around: &Surroundings) -> Result<Plan, InstallError> {
    if install.scope == Scope::Project && around.home().is_ok_and(|home| files::canonical(&home).ok() == files::canonical(around.project()).ok()) {
        return Err(InstallError::HomeIsNoProject { path: around.project().to_path_buf() });
    }
    let kept = Kept::load(install.scope, around)?;
    let mut plan =
        Plan { scope: install.scope, changes: Vec::new(), intent: kept.manifest.clone(), done: kept.manifest.clone(), kept };
    for &assistant in install.assistants {
        let place = place(assistant, install.scope, around)?;
        settings(&mut plan, install, assistant, &place)?;
        skills(&mut plan, install, assistant, &place.skills)?;
    }
    for change in plan.changes.iter().filter(|change| change.writes()) {
        check_writable(&change.path)?;
        note_folders(&mut plan.done, &plan.kept, &change.path);
    }
    if plan.intent != plan.kept.manifest || plan.done != plan.kept.manifest {
        note_folders(&mut plan.done, &plan.kept, &plan.kept.folder().join("file"));
    }
    plan.intent.folders = plan.done.folders.clone();
    Ok(plan)
}

/// Names the file in what is wrong with its text.
pub(crate) fn in_file(path: &Path, format: Format) -> impl Fn(Broken) -> InstallError {
    move |broken| match broken {
        Broken::Syntax { line, column, what } => {
            InstallError::Invalid { path: path.to_path_buf(), format: format.name(), line, column, what }
        }
        Broken::Shape(what) => InstallError::Unexpected { path: path.to_path_buf(), what },
    }
}

/// What is at a path that is this scope's to write.
fn own(kept: &Kept, path: &Path) -> Result<Found, InstallError> {
    let found = look(path)?;
    if kept.owns(&found.real) { Ok(found) } else { Err(InstallError::OutsideProject { path: path.to_path_buf(), real: found.real }) }
}

fn settings(plan: &mut Plan, install: &Install<'_>, assistant: Assistant, place: &Place) -> Result<(), InstallError> {
    let Found { real, text } = own(&plan.kept, &place.settings)?;
    let wanted = entry::entry(assistant, install.scope, install.command);
    // A file that two assistants share has its entry after the first of them.
    if let Some(change) = plan.changes.iter_mut().find(|change| change.path == real) {
        change.assistants.insert(assistant);
        let name = plan.kept.named(&real);
        for manifest in [&mut plan.intent, &mut plan.done] {
            manifest.entries.iter_mut().filter(|entry| entry.path == name).for_each(|entry| {
                entry.assistants.insert(assistant);
            });
        }
        return Ok(());
    }
    let wrong = in_file(&real, place.format);
    let before = text.as_deref().unwrap_or_default();
    let slot = Slot { container: place.container, name: NAME };
    let found = place.format.get(before, slot).map_err(&wrong)?;
    let name = plan.kept.named(&real);
    let record = plan.kept.manifest.entries.iter().find(|entry| entry.path == name).cloned();
    let is_ours = |value: &Value| record.as_ref().is_some_and(|record| record.value == *value || record.replaces.as_ref() == Some(value));
    let mut change = Change {
        kind: Kind::Settings,
        assistants: BTreeSet::from([assistant]),
        path: real.clone(),
        action: Action::Unchanged,
        note: String::new(),
        before: text.clone(),
        after: text.clone(),
        is_locked: place.is_locked,
    };
    match &found {
        Some(value) if *value == wanted => {
            if record.is_some() {
                remember_reader(plan, &name, assistant);
            } else {
                change.note = "the entry was there before, so that uninstalling will leave it".to_owned();
            }
            plan.changes.push(change);
            return Ok(());
        }
        Some(value) if !is_ours(value) && !install.force => {
            change.action = Action::Kept;
            change.note = format!("it has an entry {NAME:?} of its own, which stays; --force replaces it");
            plan.changes.push(change);
            return Ok(());
        }
        _ => {}
    }
    let after = match &found {
        None => place.format.insert(before, slot, &wanted),
        Some(_) => place.format.replace(before, slot, &wanted),
    };
    let after = after.map_err(&wrong)?;
    change.action = if found.is_some() { Action::Updated } else { Action::Added };
    let mut readers = record.as_ref().map(|record| record.assistants.clone()).unwrap_or_default();
    readers.insert(assistant);
    // What uninstalling goes back to: for an entry that was ours already, the file as it would be without.
    let ours = found.as_ref().filter(|value| is_ours(value)).zip(record.as_ref());
    let (original, made_container) = match ours {
        Some((_, record)) => {
            let made = record.made_container;
            match place.format.remove(&after, slot, made).map_err(&wrong)? {
                crate::text::Removal::Done(without) => (exact_original(record, text.as_deref(), &without, place.format), made),
                crate::text::Removal::Adopted => (text.clone(), made),
            }
        }
        None => (text.clone(), !place.format.has_container(before, slot).map_err(&wrong)?),
    };
    let entry = Entry {
        path: name.clone(),
        assistants: readers,
        container: place.container.to_owned(),
        value: wanted,
        replaces: None,
        before: original.as_deref().map(hash),
        after: hash(&after),
        splice: Splice::between(original.as_deref().unwrap_or_default(), &after),
        made_container,
        overwrote: match &ours {
            Some((_, record)) => record.overwrote.clone(),
            None => found.clone(),
        },
    };
    change.after = Some(after);
    plan.changes.push(change);
    let intent = Entry { replaces: found, ..entry.clone() };
    for (manifest, entry) in [(&mut plan.intent, intent), (&mut plan.done, entry)] {
        manifest.entries.retain(|entry| entry.path != name);
        manifest.entries.push(entry);
    }
    Ok(())
}

/// The file without our entry: what was there before the first install when nobody has changed anything since.
fn exact_original(record: &Entry, now: Option<&str>, without: &str, format: Format) -> Option<String> {
    let undone = now.filter(|now| hash(now) == record.after).and_then(|now| record.splice.undone(now));
    match (undone, &record.before) {
        (Some(_), None) => None,
        (Some(original), Some(before)) if hash(&original) == *before => Some(original),
        (None, None) if format.root(without).is_ok_and(|root| root.is_empty()) => None,
        _ => Some(without.to_owned()),
    }
}

fn remember_reader(plan: &mut Plan, name: &Path, assistant: Assistant) {
    for manifest in [&mut plan.intent, &mut plan.done] {
        manifest.entries.iter_mut().filter(|entry| entry.path == name).for_each(|entry| {
            entry.assistants.insert(assistant);
            // It is there, so that no write of it is half done any more.
            entry.replaces = None;
        });
    }
}

fn skills(plan: &mut Plan, install: &Install<'_>, assistant: Assistant, folder: &Path) -> Result<(), InstallError> {
    let mut wanted = BTreeSet::new();
    for skill in install.skills {
        for file in skill.files {
            let path = folder.join(skill.name).join(file.path);
            let found = own(&plan.kept, &path)?;
            wanted.insert(found.real.clone());
            skill_file(plan, install, assistant, found, file.text);
        }
    }
    // Files of skills that an earlier version had.
    let real_folder = files::canonical(folder).map_err(InstallError::io("find", folder))?;
    let stale: Vec<File> = plan.done.files.iter().filter(|file| {
        let real = plan.kept.real(&file.path);
        real.starts_with(&real_folder) && !wanted.contains(&real) && file.assistants.contains(&assistant)
    }).cloned().collect();
    for file in stale {
        let path = plan.kept.real(&file.path);
        let text = read(&path)?;
        let is_ours = text.as_deref().is_some_and(|text| is_written(&file, &hash(text)));
        let (action, note) = if is_ours {
            (Action::Removed, "no skill has this file any more")
        } else {
            (Action::Kept, "no skill has this file any more, but it was changed by hand")
        };
        if text.is_some() && !plan.changes.iter().any(|change| change.path == path) {
            plan.changes.push(Change {
                kind: Kind::Skill,
                assistants: file.assistants.clone(),
                path,
                action,
                note: note.to_owned(),
                after: if is_ours { file.overwrote.clone() } else { text.clone() },
                before: text,
                is_locked: false,
            });
        }
        plan.done.files.retain(|other| other.path != file.path);
    }
    Ok(())
}

/// Whether a file holds what an install wrote.
pub(crate) fn is_written(file: &File, hash: &str) -> bool {
    file.hash == hash || file.replaces.as_deref() == Some(hash)
}

fn skill_file(plan: &mut Plan, install: &Install<'_>, assistant: Assistant, found: Found, wanted: &str) {
    let name = plan.kept.named(&found.real);
    if let Some(change) = plan.changes.iter_mut().find(|change| change.path == found.real) {
        change.assistants.insert(assistant);
        remember_file_reader(plan, &name, assistant);
        return;
    }
    let record = plan.kept.manifest.files.iter().find(|file| file.path == name).cloned();
    let now = found.text.as_deref().map(hash);
    let is_ours = record.as_ref().zip(now.as_ref()).is_some_and(|(record, now)| is_written(record, now));
    let (action, note) = match &found.text {
        None => (Action::Added, ""),
        Some(text) if text == wanted && record.is_some() => (Action::Unchanged, ""),
        Some(text) if text == wanted => (Action::Unchanged, "the file was there before, so that uninstalling will leave it"),
        Some(_) if is_ours || install.force => (Action::Updated, ""),
        Some(_) => (Action::Kept, "it was changed by hand and stays; --force replaces it"),
    };
    let writes = matches!(action, Action::Added | Action::Updated);
    plan.changes.push(Change {
        kind: Kind::Skill,
        assistants: BTreeSet::from([assistant]),
        path: found.real,
        action,
        note: note.to_owned(),
        after: if writes { Some(wanted.to_owned()) } else { found.text.clone() },
        before: found.text.clone(),
        is_locked: false,
    });
    if !writes {
        remember_file_reader(plan, &name, assistant);
        return;
    }
    let mut readers = record.as_ref().map(|record| record.assistants.clone()).unwrap_or_default();
    readers.insert(assistant);
    let earlier = record.and_then(|record| record.overwrote);
    let file = File {
        path: name.clone(),
        assistants: readers,
        hash: hash(wanted),
        replaces: None,
        overwrote: if is_ours { earlier } else { found.text },
    };
    let intent = File { replaces: now, ..file.clone() };
    for (manifest, file) in [(&mut plan.intent, intent), (&mut plan.done, file)] {
        manifest.files.retain(|file| file.path != name);
        manifest.files.push(file);
    }
}

fn remember_file_reader(plan: &mut Plan, name: &PathBuf, assistant: Assistant) {
    let remember = |manifest: &mut Manifest| {
        manifest.files.iter_mut().filter(|file| file.path == *name).for_each(|file| {
            file.assistants.insert(assistant);
        });
    };
    remember(&mut plan.intent);
    remember(&mut plan.done);
}
