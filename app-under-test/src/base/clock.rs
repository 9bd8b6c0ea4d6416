//! The app's clock: the only place that reads the time.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

/// The time, for everything that expires: tokens, pending logins, sessions, metadata.
///
/// Clones share one time, so that a test can keep a clone and move the clock of a running app.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Manual(Arc<Mutex<Timestamp>>),
}

impl Clock {
    /// The clock of the machine.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stays at `at` until it is moved.
    pub fn manual(at: Timestamp) -> Self {
        Self(Source::Manual(Arc::new(Mutex::new(at))))
    }

    /// The current time.
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::System => Timestamp::now(),
            Source::Manual(time) => *time.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Moves a manual clock forward.
    ///
    /// # Panics
    ///
    /// On the system clock, which cannot be moved, and when the result is past the year 9999.
    #[track_caller]
    pub fn advance(&self, by: Duration) {
        self.change(|time| time.checked_add(by).expect("the clock cannot pass the year 9999"));
    }

    /// Sets a manual clock, forward or backward.
    ///
    /// # Panics
    ///
    /// On the system clock, which cannot be set.
    #[track_caller]
    pub fn set(&self, to: Timestamp) {
        self.change(|_| to);
    }

    #[track_caller]
    fn change(&self, change: impl FnOnce(Timestamp) -> Timestamp) {
        match &self.0 {
            Source::System => panic!("only a clock made by `Clock::manual` can be moved"),
            Source::Manual(time) => {
                let mut time = time.lock().unwrap_or_else(PoisonError::into_inner);
                *time = change(*time);
            }
        }
    }
}

/// `by` after `instant`, at most the last time that can be represented.
pub(crate) fn later(instant: Timestamp, by: Duration) -> Timestamp {
    instant.saturating_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manual_clock_does_not_advance_by_itself() {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        let clone = clock.clone();
        assert_eq!(clock.now(), clock.now());
        clone.advance(Duration::from_secs(90));
        assert_eq!(clock.now().as_second(), 90);
        clone.set(Timestamp::UNIX_EPOCH);
        assert_eq!(clock.now().as_second(), 0);
    }

    #[test]
    #[should_panic(expected = "only a clock made by `Clock::manual`")]
    fn system_clock_refuses_to_be_moved() {
        Clock::system().advance(Duration::ZERO);
    }
}
