//! Waits for what nothing announces: the one place that sleeps.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// How often to look whether it has come.
const INTERVAL: Duration = Duration::from_millis(20);

/// Looks every 20 ms whether a condition is met.
///
/// # Errors
///
/// When it is not within `limit`.
pub async fn until(limit: Duration, condition: impl AsyncFn() -> bool) -> Result<()> {
    let start = Instant::now();
    while !condition().await {
        if start.elapsed() > limit {
            bail!("waited {limit:?} in vain");
        }
        between_looks().await;
    }
    Ok(())
}

/// Waits until it is time for another look.
pub(crate) async fn between_looks() {
    pause(INTERVAL).await;
}

/// Lets time pass, for a human who watches.
#[expect(clippy::disallowed_methods, reason = "the callers wait for a condition with a limit")]
pub(crate) async fn pause(time: Duration) {
    tokio::time::sleep(time).await;
}
