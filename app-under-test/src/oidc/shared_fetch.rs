//! One fetch at a time, whose result all waiting requests share.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Mutex;

/// The fetches of one resource. If waiting requests fetched in turn, a provider that does not
/// respond would delay each of them by another time limit.
#[derive(Debug)]
pub(super) struct SharedFetch<T, E> {
    /// Held during a fetch, so that there is only one at a time.
    last: Mutex<Last<T, E>>,
    /// The number of fetches that have begun.
    begun: AtomicU64,
}

/// The last fetch.
#[derive(Debug)]
struct Last<T, E> {
    /// Its number, from 1.
    number: u64,
    result: Option<Result<T, Arc<E>>>,
}

/// Which fetch satisfies a request.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wanted {
    /// One that is already in progress, or a new one.
    InProgress,
    /// A new one: a response that was sent earlier may be older than the token to verify.
    New,
}

impl<T: Clone, E> SharedFetch<T, E> {
    /// Runs `fetch`, or waits for the fetch of another request and shares its result.
    pub(super) async fn run(
        &self,
        wanted: Wanted,
        fetch: impl Future<Output = Result<T, E>>,
    ) -> Result<T, Arc<E>> {
        let begun = self.begun.load(Ordering::SeqCst);
        let minimum = match wanted {
            // When none is in progress, the last one has ended and does not count.
            Wanted::InProgress if self.last.try_lock().is_err() => begun,
            Wanted::InProgress | Wanted::New => begun + 1,
        };
        let mut last = self.last.lock().await;
        if last.number >= minimum
            && let Some(result) = &last.result
        {
            return result.clone();
        }
        // If this fetch is cancelled, one of the waiting requests starts another.
        last.result = None;
        last.number = self.begun.fetch_add(1, Ordering::SeqCst) + 1;
        let result = fetch.await.map_err(Arc::new);
        last.result = Some(result.clone());
        result
    }
}

impl<T, E> Default for SharedFetch<T, E> {
    fn default() -> Self {
        Self { last: Mutex::new(Last { number: 0, result: None }), begun: AtomicU64::new(0) }
    }
}
