//! The journal: the requests to the provider, its answers, and the reasons for its rejections.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::Notify;

use crate::base::endpoint::Endpoint;
use crate::exchange::entry::Entry;

/// One request and its answer.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "control", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct Exchange {
    /// The number of the exchange at its provider, from 1.
    pub number: u64,
    /// When the request arrived, by the provider's clock.
    #[cfg_attr(feature = "control", schema(value_type = String, format = DateTime))]
    pub at: Timestamp,
    /// The endpoint that the request was for.
    pub endpoint: Endpoint,
    /// The HTTP method.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The parameters of query and form, in order. Secrets, codes and tokens are replaced by
    /// their length.
    #[cfg_attr(feature = "control", schema(value_type = Vec<Vec<String>>))]
    pub parameters: Vec<(String, String)>,
    /// The client that sent the request, where it is known.
    pub client: Option<String>,
    /// The subject of the user concerned, if any.
    pub user: Option<String>,
    /// Joins the exchanges of one login: authorization, sign-in, token, userinfo, refresh, logout.
    pub flow: Option<String>,
    /// The HTTP status of the answer; 0 when there was no answer, from a relying party that the
    /// provider called or, because of a failure, from the provider.
    pub status: u16,
    /// Why the provider refused the request, if it did.
    pub refusal: Option<Refusal>,
    /// The changes that armed failures made to the honest answer, in the order in which they acted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alterations: Vec<Alteration>,
    /// A short summary of what happened.
    pub summary: String,
}

impl Exchange {
    /// The value of a parameter, as it is [kept](Self::parameters); the first one of a repeated
    /// parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// A refused request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "control", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct Refusal {
    /// The error code in the answer, such as `invalid_grant`.
    pub error: String,
    /// Which check failed, what it expected, and what the request had.
    pub reason: String,
}

/// One thing that an armed failure changed in an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "control", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct Alteration {
    /// The failure, as it is written: `id-token-exp-invalid:value=-10min`.
    pub failure: String,
    /// The place in the answer: `body.id_token.claims.exp`.
    pub place: String,
    /// The value in the honest answer; `None`, and absent in JSON, if there was none. Secrets are
    /// replaced by their length; long or deeply nested values become a text that is cut.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub honest: Option<Value>,
    /// The value that was sent instead; `None`, and absent in JSON, if there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent: Option<Value>,
}

/// The latest exchanges of an issuer, in a ring of limited size.
#[derive(Debug)]
pub(crate) struct Journal {
    capacity: usize,
    ring: Mutex<Ring>,
    /// Wakes the callers of [`next_since`](Self::next_since).
    recorded: Notify,
}

#[derive(Debug, Default)]
struct Ring {
    /// The number of exchanges recorded so far, and thus the number of the last one.
    count: u64,
    entries: VecDeque<Arc<Entry>>,
}

impl Journal {
    /// A journal of the `capacity` latest exchanges.
    pub(crate) fn new(capacity: usize) -> Self {
        Self { capacity, ring: Mutex::default(), recorded: Notify::new() }
    }

    /// Records an exchange, which gets its number here.
    pub(crate) fn record(&self, entry: Entry) -> Arc<Entry> {
        entry.log();
        let entry = Arc::new(entry);
        let mut ring = self.ring();
        ring.count += 1;
        // Dropped outside the lock.
        let oldest = (ring.entries.len() >= self.capacity).then(|| ring.entries.pop_front());
        if self.capacity > 0 {
            ring.entries.push_back(Arc::clone(&entry));
        }
        drop(ring);
        drop(oldest);
        self.recorded.notify_waiters();
        entry
    }

    /// The exchanges, oldest first.
    pub(crate) fn exchanges(&self) -> Vec<Exchange> {
        self.exchanges_since(0)
    }

    /// The exchanges after a number, oldest first.
    pub(crate) fn exchanges_since(&self, number: u64) -> Vec<Exchange> {
        let ring = self.ring();
        let first = ring.count - ring.entries.len() as u64 + 1;
        let known = number.saturating_add(1).saturating_sub(first);
        let known = usize::try_from(known).unwrap_or(usize::MAX);
        let entries: Vec<_> = ring.entries.iter().skip(known).cloned().collect();
        drop(ring);
        let first = first.saturating_add(known as u64);
        (first..).zip(&entries).map(|(number, entry)| entry.exchange(number)).collect()
    }

    /// The exchanges after a number, once there are any.
    #[cfg(feature = "control")]
    pub(crate) async fn next_since(&self, number: u64) -> Vec<Exchange> {
        loop {
            // Subscribes before it reads, so that no exchange is missed in between.
            let mut recorded = std::pin::pin!(self.recorded.notified());
            recorded.as_mut().enable();
            match self.exchanges_since(number) {
                none if none.is_empty() => recorded.await,
                some => return some,
            }
        }
    }

    /// Forgets every exchange; the numbering continues.
    pub(crate) fn clear(&self) {
        self.ring().entries.clear();
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::entry::tests::entry;

    #[test]
    fn the_oldest_exchanges_are_dropped_and_the_numbering_continues() {
        let journal = Journal::new(2);
        (0..3).for_each(|_| drop(journal.record(entry(""))));
        let numbers: Vec<_> = journal.exchanges().iter().map(|exchange| exchange.number).collect();
        assert_eq!(numbers, [2, 3]);
        journal.clear();
        journal.record(entry(""));
        assert_eq!(journal.exchanges()[0].number, 4);
    }
}
