//! How often tokens may make the app fetch a provider's keys again.
//!
//! A token that no key fits does so, since the provider may have new keys. But whoever can send
//! such tokens must not be able to make the app hammer the provider; nor may what strangers send
//! use up what logins need.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

/// For each kind of caller.
const PER_MINUTE: usize = 5;

/// Who brought a token.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Caller {
    /// The provider, at the app's request.
    Provider,
    /// Whoever can reach the app.
    Anybody,
}

/// When keys were fetched again for the sake of a token, by who brought it.
#[derive(Debug, Default)]
pub(super) struct Refetches {
    provider: Mutex<VecDeque<Timestamp>>,
    anybody: Mutex<VecDeque<Timestamp>>,
}

impl Refetches {
    /// Whether there may be one more now; it counts as done when there may.
    pub(super) fn may_happen(&self, caller: Caller, now: Timestamp) -> bool {
        let times = match caller {
            Caller::Provider => &self.provider,
            Caller::Anybody => &self.anybody,
        };
        let minute = Duration::from_secs(60);
        let mut times = times.lock().unwrap_or_else(PoisonError::into_inner);
        times.retain(|&at| now.duration_since(at).unsigned_abs() < minute);
        if times.len() >= PER_MINUTE {
            return false;
        }
        times.push_back(now);
        true
    }
}
