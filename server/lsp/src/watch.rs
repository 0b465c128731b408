//! Files that change on disk: told by the client where it can, looked at now and then where it cannot.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use mlwright_base::system::files::{self, Stamp};
use mlwright_engine::settings;

use crate::diagnostics;
use crate::inline;
use crate::session::{Event, Session};
use crate::source::lock;
use crate::workers::Urgency;

/// The stamps of files at the last look.
pub(crate) type Stamps = Arc<Mutex<HashMap<String, Option<Stamp>>>>;

/// Some files have changed, come or gone: what depends on them is looked at again.
pub(crate) fn changed(session: &mut Session, paths: &[String]) {
    session.world.forget_names();
    if paths.iter().any(|path| path.ends_with(settings::FILE_NAME)) {
        inline::look(session);
    }
    renew(session, |snapshot| paths.iter().any(|path| snapshot.asked.depends_on(path)));
    // Names of tables are names of files, and settings are a file.
    renew(session, |snapshot| snapshot.asked.depends_on_workspace());
}

/// Looks again at the documents that `is_concerned`.
pub(crate) fn renew(session: &mut Session, is_concerned: impl Fn(&crate::documents::Snapshot) -> bool) {
    let keys: Vec<String> = session
        .documents
        .all()
        .filter(|snapshot| is_concerned(snapshot))
        .map(|snapshot| snapshot.key().to_owned())
        .collect();
    for key in &keys {
        if let Some(renewed) = session.documents.renew(key) {
            diagnostics::changed(session, &renewed);
        }
    }
    if !keys.is_empty() {
        session.refresh_soon();
    }
}

/// Looks, on a worker, whether files changed that open documents depend on.
pub(crate) fn look(session: &Session) {
    let mut paths: Vec<String> = session.documents.all().flat_map(|snapshot| snapshot.asked.paths()).collect();
    paths.sort();
    paths.dedup();
    let (stamps, events) = (session.stamps.clone(), session.events.clone());
    session.workers.add(Urgency::Background, move || {
        let mut known = lock(&stamps);
        let now: HashMap<String, Option<Stamp>> = paths
            .into_iter()
            .map(|path| (files::stamp(Path::new(&path)).ok(), path))
            .map(|(stamp, path)| (path, stamp))
            .collect();
        let changed: Vec<String> = now
            .iter()
            .filter(|(path, stamp)| known.get(*path).is_some_and(|before| before != *stamp))
            .map(|(path, _)| path.clone())
            .collect();
        *known = now;
        drop(known);
        if !changed.is_empty() {
            // A session that has ended wants no answers.
            let _ = events.send(Event::FilesChanged(changed));
        }
    });
}
