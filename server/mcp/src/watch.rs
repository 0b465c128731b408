//! Telling a client what changed: resources that it subscribed to, and the lists of resources and
//! tools. Other processes change the workspace too, so what is there is looked at, once a second,
//! while somebody wants to know.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mlwright_base::Problem;
use mlwright_engine::Engine;
use rmcp::RoleServer;
use rmcp::model::{ErrorData, ResourceUpdatedNotificationParam, SubscriptionFilter};
use rmcp::service::{Peer, SubscriptionContext};
use tokio_util::sync::CancellationToken;

use crate::caller::Caller;
use crate::calls::Opened;
use crate::{resources, tools};

/// How often it is looked.
const INTERVAL: Duration = Duration::from_secs(1);
/// The most resources that one client watches.
pub(crate) const WATCHED_MAX: usize = 100;

/// What a client wants to be told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Wanted {
    /// Resources, and the mark that each had when the client asked to be told of it.
    addresses: BTreeMap<String, Option<String>>,
    resources: bool,
    tools: bool,
}

/// The workspace as it was at one look: what stands for each thing that is watched.
type Look = BTreeMap<What, String>;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Resource(String),
    Resources,
    Tools,
}

fn look(opened: &Opened, caller: &Caller, wanted: &Wanted) -> Result<Look, Problem> {
    let mut seen = Look::new();
    if !wanted.addresses.is_empty() {
        let engine = opened.engine()?;
        seen.extend(wanted.addresses.keys().map(|address| (What::Resource(address.clone()), mark_of(&engine, address))));
    }
    // A client that only listens makes no workspace of the folder that it happens to be in.
    if wanted.resources && let Some(engine) = opened.engine_if_open()? {
        seen.insert(What::Resources, engine.listing_mark()?);
    }
    if wanted.tools {
        let offer = caller.offer.within(&opened.settings()?)?;
        let offered = tools::offered(&offer);
        let names: Vec<&str> = offered.iter().map(|tool| tool.name.as_ref()).collect();
        seen.insert(What::Tools, names.join(" "));
    }
    Ok(seen)
}

/// What stands for a resource as it is now. One that cannot be looked at is seen to change once it can.
fn mark_of(engine: &Engine, address: &str) -> String {
    resources::thing(address).as_ref().and_then(resources::Addressed::thing).and_then(|thing| engine.mark_of(thing).ok()).unwrap_or_default()
}

/// As [`mark_of`], for a workspace that may not be open yet; `None` when it cannot be opened.
pub(crate) fn mark(opened: &Opened, address: &str) -> Option<String> {
    opened.engine().ok().map(|engine| mark_of(&engine, address))
}

/// The mark that something had before: at the look before, or when it was asked for.
fn before<'a>(what: &What, looked: Option<&'a Look>, wanted: &'a Wanted) -> Option<&'a String> {
    looked.and_then(|looked| looked.get(what)).or_else(|| match what {
        What::Resource(address) => wanted.addresses.get(address)?.as_ref(),
        What::Resources | What::Tools => None,
    })
}

/// Watches until `end`; `tell` is called for each thing that changed, and ends the watching with an
/// error when the client is gone.
async fn watch<F, E>(opened: Opened, caller: Caller, wanted: impl Fn() -> Wanted, end: CancellationToken, tell: impl Fn(What) -> F)
where
    F: Future<Output = Result<(), E>>,
{
    let mut last: Option<Look> = None;
    loop {
        let (opened, caller, wanted) = (opened.clone(), caller.clone(), wanted());
        let asked = wanted.clone();
        let looked = tokio::task::spawn_blocking(move || look(&opened, &caller, &wanted)).await;
        match looked {
            Ok(Ok(now)) => {
                let is_new = |(what, mark): &(&What, &String)| before(what, last.as_ref(), &asked).is_some_and(|was| was != *mark);
                let changed: Vec<What> = now.iter().filter(is_new).map(|(what, _)| what.clone()).collect();
                last = Some(now);
                for what in changed {
                    if tell(what).await.is_err() {
                        return;
                    }
                }
            }
            Ok(Err(problem)) => tracing::debug!(message = %problem.message, "the workspace could not be looked at"),
            Err(error) => tracing::warn!(%error, "the workspace could not be looked at"),
        }
        tokio::select! {
            () = tokio::time::sleep(INTERVAL) => {}
            () = end.cancelled() => return,
        }
    }
}

/// `subscriptions/listen`: what of it is served.
pub(crate) fn accepted(requested: &SubscriptionFilter) -> SubscriptionFilter {
    let mut accepted = requested.clone();
    if let Some(addresses) = &mut accepted.resource_subscriptions {
        addresses.retain(|address| resources::thing(address).is_some());
        addresses.truncate(WATCHED_MAX);
    }
    accepted
}

/// `subscriptions/listen`: tells until the client cancels or leaves.
pub(crate) async fn listen(opened: Opened, caller: Caller, context: SubscriptionContext) -> Result<(), ErrorData> {
    let accepted = context.accepted();
    let wanted = Wanted {
        addresses: accepted.resource_subscriptions.iter().flatten().map(|address| (address.clone(), None)).collect(),
        resources: accepted.resources_list_changed == Some(true),
        tools: accepted.tools_list_changed == Some(true),
    };
    let sink = context.sink().clone();
    let tell = |what| {
        let sink = sink.clone();
        async move {
            match what {
                What::Resource(address) => sink.notify_resource_updated(address).await,
                What::Resources => sink.notify_resource_list_changed().await,
                What::Tools => sink.notify_tool_list_changed().await,
            }
        }
    };
    watch(opened, caller, move || wanted.clone(), context.request_context().ct.clone(), tell).await;
    Ok(())
}

/// What the client of a session with `initialize` is told: the lists always, resources when it
/// subscribed to them.
#[derive(Debug, Default)]
pub(crate) struct SessionWatch {
    /// A client may say more than once that it is ready.
    started: AtomicBool,
    addresses: Arc<Mutex<BTreeMap<String, Option<String>>>>,
    end: CancellationToken,
}

impl SessionWatch {
    /// Begins to tell a client, which has just said that it is ready.
    pub(crate) fn start(&self, opened: Opened, caller: Caller, peer: Peer<RoleServer>) {
        if self.started.swap(true, Ordering::AcqRel) {
            return;
        }
        let addresses = self.addresses.clone();
        let wanted = move || Wanted { addresses: lock(&addresses).clone(), resources: true, tools: true };
        let end = self.end.clone();
        tokio::spawn(async move {
            let tell = |what| {
                let peer = peer.clone();
                async move {
                    match what {
                        What::Resource(address) => peer.notify_resource_updated(ResourceUpdatedNotificationParam::new(address)).await,
                        What::Resources => peer.notify_resource_list_changed().await,
                        What::Tools => peer.notify_tool_list_changed().await,
                    }
                }
            };
            watch(opened, caller, wanted, end, tell).await;
        });
    }

    /// Adds a resource, with its mark as it is now, to those that are watched.
    ///
    /// # Errors
    /// The protocol's invalid params for an address that cannot be watched, and beyond the limit.
    pub(crate) fn add(&self, address: String, mark: Option<String>) -> Result<(), ErrorData> {
        if resources::thing(&address).is_none() {
            return Err(ErrorData::invalid_params(format!("{address:?} cannot be subscribed to"), None));
        }
        let mut addresses = lock(&self.addresses);
        if addresses.len() >= WATCHED_MAX && !addresses.contains_key(&address) {
            return Err(ErrorData::invalid_params(format!("{WATCHED_MAX} resources are subscribed to already; unsubscribe from some"), None));
        }
        addresses.entry(address).or_insert(mark);
        Ok(())
    }

    /// Ends the watching of a resource.
    pub(crate) fn remove(&self, address: &str) {
        lock(&self.addresses).remove(address);
    }
}

impl Drop for SessionWatch {
    fn drop(&mut self) {
        self.end.cancel();
    }
}

fn lock(addresses: &Mutex<BTreeMap<String, Option<String>>>) -> MutexGuard<'_, BTreeMap<String, Option<String>>> {
    addresses.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use mlwright_base::system::files;

    use super::*;
    use crate::caller::Offer;

    #[test]
    fn a_client_that_only_listens_makes_no_workspace() {
        let folder = tempfile::tempdir().unwrap();
        let opened = Opened::later(folder.path().to_path_buf());
        let caller = Caller { name: "ada".to_owned(), offer: Offer::ALL };
        let lists = Wanted { resources: true, tools: true, ..Wanted::default() };
        let seen = look(&opened, &caller, &lists).unwrap();
        assert!(seen.contains_key(&What::Tools) && !seen.contains_key(&What::Resources));
        assert!(!files::exists(&folder.path().join(".mlwright")));
        opened.engine().unwrap();
        assert!(look(&opened, &caller, &lists).unwrap().contains_key(&What::Resources), "once something opened it");
    }
}
