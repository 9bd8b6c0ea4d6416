//! The only reader of time.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;

/// Tells a provider the time: the system's, or one that a test holds still and moves by hand.
///
/// Clones share the time: moving one moves all.
///
/// ```
/// use std::time::Duration;
/// use mock_provider::Clock;
///
/// let clock = Clock::frozen_at("2026-01-01T00:00:00Z".parse()?);
/// clock.advance(Duration::from_secs(90));
/// assert_eq!(clock.now().to_string(), "2026-01-01T00:01:30Z");
/// # Ok::<(), jiff::Error>(())
/// ```
#[derive(Clone)]
pub struct Clock(Arc<Source>);

enum Source {
    /// The system's time plus an offset in milliseconds.
    System { offset: AtomicI64 },
    /// Milliseconds since the epoch.
    Frozen { at: AtomicI64 },
}

impl Clock {
    /// The system's time.
    pub fn system() -> Self {
        Self(Arc::new(Source::System { offset: AtomicI64::new(0) }))
    }

    /// A time that stands still until it is moved. Fractions of a millisecond are dropped.
    pub fn frozen_at(at: Timestamp) -> Self {
        Self(Arc::new(Source::Frozen { at: AtomicI64::new(at.as_millisecond()) }))
    }

    /// Another clock that shows the same time, and is moved by itself.
    pub(crate) fn fork(&self) -> Self {
        let copy = |time: &AtomicI64| AtomicI64::new(time.load(Ordering::Relaxed));
        Self(Arc::new(match &*self.0 {
            Source::System { offset } => Source::System { offset: copy(offset) },
            Source::Frozen { at } => Source::Frozen { at: copy(at) },
        }))
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        let milliseconds = match &*self.0 {
            #[expect(clippy::disallowed_methods, reason = "this is the one place that reads time")]
            Source::System { offset } => {
                Timestamp::now().as_millisecond().saturating_add(offset.load(Ordering::Relaxed))
            }
            Source::Frozen { at } => at.load(Ordering::Relaxed),
        };
        Timestamp::from_millisecond(milliseconds).unwrap_or(if milliseconds < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        })
    }

    /// Moves the time forward; a clock on the system's time stays that much ahead.
    ///
    /// What has expired by then counts as expired at once: no test needs to wait.
    pub fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        let time = match &*self.0 {
            Source::System { offset } => offset,
            Source::Frozen { at } => at,
        };
        let _ = time
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |now| Some(now.saturating_add(by)));
    }

    /// Sets the time; a clock on the system's time goes on from there.
    pub fn set(&self, to: Timestamp) {
        let to = to.as_millisecond();
        match &*self.0 {
            #[expect(clippy::disallowed_methods, reason = "this is the one place that reads time")]
            Source::System { offset } => {
                offset.store(to - Timestamp::now().as_millisecond(), Ordering::Relaxed);
            }
            Source::Frozen { at } => at.store(to, Ordering::Relaxed),
        }
    }

    /// Seconds since the epoch, as claims have them.
    pub(crate) fn seconds(&self) -> i64 {
        self.now().as_second()
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::system()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &*self.0 {
            Source::System { .. } => "system",
            Source::Frozen { .. } => "frozen",
        };
        write!(f, "Clock({kind}, {})", self.now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_on_the_systems_time_stays_ahead_after_an_advance() {
        let (ahead, system) = (Clock::system(), Clock::system());
        ahead.advance(Duration::from_secs(3600));
        let difference = ahead.seconds() - system.seconds();
        assert!((3600..3605).contains(&difference), "{difference}");
    }

    #[test]
    fn time_beyond_what_can_be_told_stops_at_the_end() {
        let clock = Clock::frozen_at(Timestamp::UNIX_EPOCH);
        clock.advance(Duration::MAX);
        assert_eq!(clock.now(), Timestamp::MAX);
    }
}
