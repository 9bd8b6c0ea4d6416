//! Used logout tokens, so that none is accepted twice.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use crate::base::clock::Clock;

/// The maximum number of tokens, less than 1 KiB each; the one that expires first is dropped. Only
/// tokens that passed every other check are stored, so that an attacker cannot displace them.
const MAX_TOTAL: usize = 10_000;

/// Used tokens that have not expired, by provider name and `jti`.
#[derive(Debug)]
pub(crate) struct UsedTokens {
    clock: Clock,
    max_total: usize,
    expiry: Mutex<HashMap<(String, String), Timestamp>>,
}

impl UsedTokens {
    pub(crate) fn new(clock: Clock) -> Self {
        Self { clock, max_total: MAX_TOTAL, expiry: Mutex::default() }
    }

    /// Stores the token `id` of `provider` until it expires. Returns whether it was new.
    pub(crate) fn is_first_use(&self, provider: &str, id: &str, expires: Timestamp) -> bool {
        let now = self.clock.now();
        let mut used = self.expiry.lock().unwrap_or_else(PoisonError::into_inner);
        let name = (provider.to_owned(), id.to_owned());
        if used.contains_key(&name) {
            return false;
        }
        if used.len() >= self.max_total {
            used.retain(|_, expires| *expires > now);
        }
        if used.len() >= self.max_total {
            let first = used.iter().min_by_key(|(_, expires)| **expires);
            if let Some(name) = first.map(|(name, _)| name.clone()) {
                used.remove(&name);
            }
        }
        used.insert(name, expires);
        true
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn token_is_new_once_per_provider() {
        let used = UsedTokens::new(Clock::manual(Timestamp::UNIX_EPOCH));
        assert!(used.is_first_use("one", "a", at(10)));
        assert!(!used.is_first_use("one", "a", at(10)));
        assert!(used.is_first_use("one", "b", at(10)));
        assert!(used.is_first_use("other", "a", at(10)));
    }

    #[test]
    fn total_is_limited_and_the_first_to_expire_is_dropped() {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        let mut used = UsedTokens::new(clock.clone());
        used.max_total = 3;
        for (id, second) in [("a", 30), ("b", 10), ("c", 20), ("d", 40)] {
            assert!(used.is_first_use("one", id, at(second)));
        }
        assert_eq!(used.expiry.lock().unwrap().len(), 3);
        assert!(!used.is_first_use("one", "a", at(30)));
        assert!(!used.is_first_use("one", "c", at(20)));
        clock.advance(Duration::from_secs(30));
        assert!(used.is_first_use("one", "e", at(50)));
        assert_eq!(used.expiry.lock().unwrap().len(), 2);
    }
}
