//! The guard that keeps a failure armed for a test.

use std::fmt;
use std::sync::Arc;

use crate::failure::engine::armed::{Armed, Failures};

/// An armed failure, which is cleared when this guard is dropped.
///
/// A failure that never fired tests nothing, so dropping its guard then panics, unless the test is
/// already panicking or [`may_not_fire`](Self::may_not_fire) was called.
#[must_use = "the failure is cleared when its guard is dropped"]
pub struct ArmedFailure {
    failures: Arc<Failures>,
    armed: Arc<Armed>,
    must_fire: bool,
}

impl ArmedFailure {
    pub(crate) fn new(failures: Arc<Failures>, armed: Arc<Armed>) -> Self {
        Self { failures, armed, must_fire: true }
    }

    /// How often the failure has fired.
    pub fn fired(&self) -> u64 {
        self.armed.fired()
    }

    /// Allows the failure never to fire.
    pub fn may_not_fire(mut self) -> Self {
        self.must_fire = false;
        self
    }
}

impl fmt::Debug for ArmedFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ArmedFailure({}, fired {} times)", self.armed.failure, self.fired())
    }
}

impl Drop for ArmedFailure {
    fn drop(&mut self) {
        self.failures.clear(self.armed.number);
        if self.must_fire && self.fired() == 0 && !std::thread::panicking() {
            let failure = &self.armed.failure;
            panic!(
                "the failure `{failure}` was armed but never fired: no exchange matched it; \
                 look at the requests in the journal, or call `may_not_fire`"
            );
        }
    }
}
