//! A rate limit on fetching a provider's keys again.
//!
//! A token that no key fits causes a fetch, because the provider may have rotated its keys. Callers
//! must not be able to flood the provider in this way, and unauthenticated callers must not exhaust
//! the limit for logins.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

/// The maximum number per minute, for each kind of caller.
const MAX_PER_MINUTE: usize = 5;

/// Where a token comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Caller {
    /// From the provider, in response to the app.
    Provider,
    /// From any client that can reach the app, without authentication.
    Unauthenticated,
}

/// When keys were fetched again because of a token, by the origin of the token.
#[derive(Debug, Default)]
pub(super) struct Refetches {
    provider: Mutex<VecDeque<Timestamp>>,
    unauthenticated: Mutex<VecDeque<Timestamp>>,
}

impl Refetches {
    /// Whether another fetch is allowed now; if so, it is counted.
    pub(super) fn try_acquire(&self, caller: Caller, now: Timestamp) -> bool {
        let times = match caller {
            Caller::Provider => &self.provider,
            Caller::Unauthenticated => &self.unauthenticated,
        };
        let minute = Duration::from_secs(60);
        let mut times = times.lock().unwrap_or_else(PoisonError::into_inner);
        times.retain(|&at| now.duration_since(at).unsigned_abs() < minute);
        if times.len() >= MAX_PER_MINUTE {
            return false;
        }
        times.push_back(now);
        true
    }
}
