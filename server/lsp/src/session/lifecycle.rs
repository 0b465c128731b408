//! How a session begins and ends.

use std::sync::Arc;

use lsp_server::{ErrorCode, Request, RequestId};
use lsp_types::Uri;
use mlwright_base::system::process::{Identity, Standing};
use serde_json::Value;

use super::{Phase, Session};
use crate::capabilities::{self, Profile};
use crate::client::Purpose;
use crate::documents::Documents;
use crate::inline;
use crate::uri::path_of;

/// `initialize`.
pub(super) fn initialize(session: &mut Session, request: Request) {
    let params = &request.params;
    let profile = Profile::of(params);
    session.documents = Documents::new(profile.encoding);
    session.world.workspaces.change_roots(roots(params), &[]);
    let parent = params.get("processId").and_then(Value::as_u64).and_then(|pid| u32::try_from(pid).ok());
    // A client in another container has an id that means nothing here.
    session.parent = parent.map(Identity::of).filter(|parent| parent.standing() == Standing::Alive);
    let completes_inline = inline::is_announced_at_once(&profile, &session.world);
    session.client.answer(request.id, Ok(capabilities::of_server(&profile, completes_inline)));
    session.profile = Arc::new(profile);
    session.phase = Phase::Running;
}

/// The folders that are open: older clients know only one.
fn roots(params: &Value) -> Vec<String> {
    let folders = params.get("workspaceFolders").and_then(Value::as_array);
    let listed: Vec<String> =
        folders.into_iter().flatten().filter_map(|folder| folder_of(folder.get("uri")?)).collect();
    if !listed.is_empty() {
        return listed;
    }
    let root = params.get("rootUri").and_then(folder_of);
    root.or_else(|| params.get("rootPath")?.as_str().map(|path| path.replace('\\', "/"))).into_iter().collect()
}

/// The path of a folder, without a slash at its end.
pub(super) fn folder_of(uri: &Value) -> Option<String> {
    let path = path_of(&uri.as_str()?.parse::<Uri>().ok()?)?;
    let bare = path.trim_end_matches('/');
    Some(if bare.is_empty() { "/".to_owned() } else { bare.to_owned() })
}

/// `initialized`: what is registered only now.
pub(super) fn initialized(session: &mut Session) {
    if session.profile.watches_files {
        session.client.ask("client/registerCapability", capabilities::watchers(), Purpose::Nothing);
    }
    inline::look(session);
}

/// `shutdown`: nothing more is answered, and jobs go on by themselves.
pub(super) fn shut_down(session: &mut Session, id: RequestId) {
    for waiting in session.pending.cancel_all() {
        session.client.refuse(waiting, ErrorCode::RequestCanceled, "the session is shut down");
    }
    session.phase = Phase::ShutDown;
    session.client.answer(id, Ok(Value::Null));
}
