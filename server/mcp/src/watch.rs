//! Telling a client what changed: resources that it subscribed to, and the lists of resources and
//! tools. Other processes change the workspace too, so what is there is looked at, once a second,
//! while somebody wants to know.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Mutex, PoisonError};
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
    addresses: Vec<String>,
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

fn look(engine: &Engine, caller: &Caller, wanted: &Wanted) -> Result<Look, Problem> {
    let mut seen = Look::new();
    for address in &wanted.addresses {
        // What cannot be looked at now is seen to change once it can.
        let mark = resources::thing(address).map(|thing| engine.mark_of(thing.borrowed())).and_then(Result::ok);
        seen.insert(What::Resource(address.clone()), mark.unwrap_or_default());
    }
    if wanted.resources {
        seen.insert(What::Resources, engine.listing_mark()?);
    }
    if wanted.tools {
        let offer = caller.offer.within(&engine.settings().mcp)?;
        let offered = tools::offered(&offer);
        let names: Vec<&str> = offered.iter().map(|tool| tool.name.as_ref()).collect();
        seen.insert(What::Tools, names.join(" "));
    }
    Ok(seen)
}

/// Watches until `end`; `tell` is called for each thing that changed, and ends the watching with an
/// error when the client is gone.
async fn watch<F, E>(opened: Opened, caller: Caller, wanted: impl Fn() -> Wanted, end: CancellationToken, tell: impl Fn(What) -> F)
where
    F: Future<Output = Result<(), E>>,
{
    let mut before: Option<Look> = None;
    loop {
        let (opened, caller, wanted) = (opened.clone(), caller.clone(), wanted());
        let looked = tokio::task::spawn_blocking(move || look(&opened.engine()?, &caller, &wanted)).await;
        match looked {
            Ok(Ok(now)) => {
                let changed: Vec<What> = match &before {
                    // What is watched from now on is not what changed.
                    Some(before) => now.iter().filter(|(what, mark)| before.get(what).is_some_and(|was| was != *mark)).map(|(what, _)| what.clone()).collect(),
                    None => Vec::new(),
                };
                before = Some(now);
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
        addresses: accepted.resource_subscriptions.clone().unwrap_or_default(),
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
    addresses: std::sync::Arc<Mutex<Vec<String>>>,
    end: CancellationToken,
}

impl SessionWatch {
    /// Begins to tell a client, which has just said that it is ready.
    pub(crate) fn start(&self, opened: Opened, caller: Caller, peer: Peer<RoleServer>) {
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

    /// Adds a resource to those that are watched.
    ///
    /// # Errors
    /// The protocol's invalid params for an address that cannot be watched, and beyond the limit.
    pub(crate) fn add(&self, address: String) -> Result<(), ErrorData> {
        if resources::thing(&address).is_none() {
            return Err(ErrorData::invalid_params(format!("{address:?} cannot be subscribed to"), None));
        }
        let mut addresses = lock(&self.addresses);
        if addresses.contains(&address) {
            return Ok(());
        }
        if addresses.len() >= WATCHED_MAX {
            return Err(ErrorData::invalid_params(format!("{WATCHED_MAX} resources are subscribed to already; unsubscribe from some"), None));
        }
        addresses.push(address);
        Ok(())
    }

    /// Ends the watching of a resource.
    pub(crate) fn remove(&self, address: &str) {
        lock(&self.addresses).retain(|watched| watched != address);
    }
}

impl Drop for SessionWatch {
    fn drop(&mut self) {
        self.end.cancel();
    }
}

fn lock(addresses: &Mutex<Vec<String>>) -> std::sync::MutexGuard<'_, Vec<String>> {
    addresses.lock().unwrap_or_else(PoisonError::into_inner)
}
