//! Waits for conditions that send no notification: the only place that sleeps.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// The time between two checks.
const INTERVAL: Duration = Duration::from_millis(20);

/// Waits until a condition is met, checking every 20 ms.
///
/// # Errors
///
/// When the condition is not met within `limit`.
pub async fn until(limit: Duration, condition: impl AsyncFn() -> bool) -> Result<()> {
    let start = Instant::now();
    while !condition().await {
        if start.elapsed() > limit {
            bail!("the condition was not met within {limit:?}");
        }
        between_checks().await;
    }
    Ok(())
}

/// Waits until the next check is due.
pub(crate) async fn between_checks() {
    pause(INTERVAL).await;
}

/// Waits, so that a person can watch.
#[expect(clippy::disallowed_methods, reason = "the callers wait for a condition with a limit")]
pub(crate) async fn pause(time: Duration) {
    tokio::time::sleep(time).await;
}
