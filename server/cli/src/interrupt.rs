//! Ctrl-C: the first asks the call to stop, the second leaves at once.

use std::io;
use std::time::Duration;

use mlwright_base::CancelToken;
use mlwright_base::system::process;

use crate::exit::Exit;
use crate::output;

/// Signals this close together count as one.
const SAME_WISH: Duration = Duration::from_millis(500);

/// Cancels the token when the user presses Ctrl-C, or the process is asked to end.
pub(crate) fn watch(cancel: CancelToken) {
    let watching = std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        if let Err(error) = wait(&cancel) {
            tracing::warn!(%error, "Ctrl-C cannot be waited for; it ends the process at once");
        }
    });
    if let Err(error) = watching {
        tracing::warn!(%error, "Ctrl-C cannot be waited for; it ends the process at once");
    }
}

fn wait(cancel: &CancelToken) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        signal().await?;
        cancel.cancel();
        output::note("cancelling; press Ctrl-C again to leave at once");
        // Some programs send the signal to the process and to its group: that is one wish, not two.
        tokio::time::sleep(SAME_WISH).await;
        signal().await?;
        process::exit(Exit::Cancelled.code())
    })
}

#[cfg(unix)]
async fn signal() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}

#[cfg(not(unix))]
async fn signal() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}
