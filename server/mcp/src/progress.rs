//! Progress of one call as `notifications/progress`: a few a second, ever growing, and never in
//! the way of the work.

use std::time::Duration;

use mlwright_base::{Progress, ProgressSink};
use rmcp::RoleServer;
use rmcp::model::{ProgressNotificationParam, ProgressToken};
use rmcp::service::{Peer, RequestContext};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// The least time between two notifications of one call.
const INTERVAL: Duration = Duration::from_millis(250);

/// Takes progress from the work; only the latest is kept until it can be sent.
pub(crate) struct Reporter {
    latest: watch::Sender<Option<Progress>>,
}

impl ProgressSink for Reporter {
    fn report(&self, progress: Progress) {
        self.latest.send_replace(Some(progress));
    }
}

/// Sends the progress of one call to the client that asked for it.
pub(crate) struct Relay {
    finished: CancellationToken,
    task: Option<tokio::task::JoinHandle<()>>,
}

impl Relay {
    /// Starts relaying when the request carries a progress token; otherwise reports go nowhere.
    pub(crate) fn start(context: &RequestContext<RoleServer>) -> (Reporter, Self) {
        let (sender, receiver) = watch::channel(None);
        let finished = CancellationToken::new();
        let task = context
            .meta
            .get_progress_token()
            .map(|token| tokio::spawn(relay(context.peer.clone(), token, receiver, finished.clone())));
        (Reporter { latest: sender }, Self { finished, task })
    }

    /// Ends the relaying: nothing about a call may follow its answer. What is not sent yet is left
    /// out, because a client may read it together with the answer and take the call for gone.
    pub(crate) async fn finish(self) {
        self.finished.cancel();
        if let Some(task) = self.task {
            let _ = task.await;
        }
    }
}

async fn relay(peer: Peer<RoleServer>, token: ProgressToken, mut latest: watch::Receiver<Option<Progress>>, finished: CancellationToken) {
    let mut sent = f64::NEG_INFINITY;
    loop {
        // A call that is over before the first interval is told by its answer alone.
        tokio::select! {
            () = tokio::time::sleep(INTERVAL) => {}
            () = finished.cancelled() => return,
        }
        tokio::select! {
            changed = latest.changed() => if changed.is_err() { return },
            () = finished.cancelled() => return,
        }
        let progress = latest.borrow_and_update().clone();
        if let Some(progress) = progress.filter(|progress| progress.done.is_finite() && progress.done > sent) {
            sent = progress.done;
            let mut notification = ProgressNotificationParam::new(token.clone(), progress.done);
            notification.total = progress.total;
            notification.message = Some(progress.message).filter(|message| !message.is_empty());
            if peer.notify_progress(notification).await.is_err() {
                return;
            }
        }
    }
}
