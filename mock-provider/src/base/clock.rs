//! The only reader of time.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::HeaderValue;
use jiff::fmt::rfc2822::DateTimePrinter;
use jiff::{SignedDuration, Timestamp};

/// The clock of a provider: the system's time, or a time that a test freezes and moves by hand.
///
/// Clones share the time: moving one moves all of them.
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
pub struct Clock(Arc<Mutex<Source>>);

/// The source of the time.
#[derive(Clone, Copy)]
enum Source {
    /// The system's time plus an offset in milliseconds.
    System { offset: i64 },
    /// Milliseconds since the epoch.
    Frozen { at: i64 },
}

impl Clock {
    /// The system's time.
    pub fn system() -> Self {
        Self::from(Source::System { offset: 0 })
    }

    /// A clock that stands still until it is moved. Fractions of a millisecond are dropped.
    pub fn frozen_at(at: Timestamp) -> Self {
        Self::from(Source::Frozen { at: at.as_millisecond() })
    }

    /// The system's time plus an offset, which may be negative: the clock of a machine that is wrong.
    pub fn skewed(by: SignedDuration) -> Self {
        let clock = Self::system();
        clock.skew(by);
        clock
    }

    /// An independent clock that shows the same time.
    pub(crate) fn fork(&self) -> Self {
        Self::from(*self.source())
    }

    /// Takes over the time of another clock, and whether it is frozen.
    pub(crate) fn copy_from(&self, other: &Self) {
        let other = *other.source();
        *self.source() = other;
    }

    /// The current time.
    pub fn now(&self) -> Timestamp {
        self.source().now()
    }

    /// Moves the time forward. A clock on the system's time stays ahead by that much.
    ///
    /// Codes, tokens and sessions whose lifetime ends in between expire at once, without waiting.
    pub fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        let (Source::System { offset: time } | Source::Frozen { at: time }) = &mut *self.source();
        *time = time.saturating_add(by);
    }

    /// Sets the time. A clock on the system's time continues from there.
    pub fn set(&self, to: Timestamp) {
        let to = to.as_millisecond();
        match &mut *self.source() {
            Source::System { offset } => *offset = to - system(),
            Source::Frozen { at } => *at = to,
        }
    }

    /// Shows the system's time plus an offset, which may be negative.
    pub fn skew(&self, by: SignedDuration) {
        let offset = i64::try_from(by.as_millis()).unwrap_or(if by.is_negative() {
            i64::MIN
        } else {
            i64::MAX
        });
        *self.source() = Source::System { offset };
    }

    /// Stops the clock at its current time.
    pub fn freeze(&self) {
        let mut source = self.source();
        *source = Source::Frozen { at: source.now().as_millisecond() };
    }

    /// Continues from the clock's current time at the speed of the system's.
    pub fn unfreeze(&self) {
        let mut source = self.source();
        *source = Source::System { offset: source.now().as_millisecond() - system() };
    }

    /// Whether the clock is frozen.
    pub fn is_frozen(&self) -> bool {
        matches!(*self.source(), Source::Frozen { .. })
    }

    /// The value of a `Date` header (RFC 9110, section 5.6.7), if the time differs from the system's.
    /// Otherwise the server adds the header itself.
    pub(crate) fn date(&self) -> Option<HeaderValue> {
        match *self.source() {
            Source::System { offset: 0 } => None,
            source => http_date(source.now()),
        }
    }

    /// Seconds since the epoch, as in claims.
    pub(crate) fn seconds(&self) -> i64 {
        self.now().as_second()
    }

    fn source(&self) -> MutexGuard<'_, Source> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<Source> for Clock {
    fn from(source: Source) -> Self {
        Self(Arc::new(Mutex::new(source)))
    }
}

impl Source {
    fn now(self) -> Timestamp {
        let milliseconds = match self {
            Self::System { offset } => system().saturating_add(offset),
            Self::Frozen { at } => at,
        };
        Timestamp::from_millisecond(milliseconds).unwrap_or(if milliseconds < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        })
    }
}

/// A time as in RFC 9110, section 5.6.7; `None` after the year 9999, which the form cannot express.
pub(crate) fn http_date(time: Timestamp) -> Option<HeaderValue> {
    let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&time).ok()?;
    HeaderValue::try_from(date).ok()
}

/// The system's time, in milliseconds since the epoch.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads time")]
fn system() -> i64 {
    Timestamp::now().as_millisecond()
}

impl Default for Clock {
    fn default() -> Self {
        Self::system()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.is_frozen() { "frozen" } else { "system" };
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
    fn a_frozen_clock_stands_still_and_continues_from_there() {
        let clock = Clock::frozen_at(Timestamp::UNIX_EPOCH);
        clock.unfreeze();
        assert!(!clock.is_frozen() && (0..5).contains(&clock.seconds()), "{clock:?}");
        clock.advance(Duration::from_secs(60));
        clock.freeze();
        let then = clock.now();
        assert!(clock.is_frozen() && (60..65).contains(&clock.seconds()), "{clock:?}");
        assert_eq!(clock.now(), then);
    }

    #[test]
    fn time_stops_at_the_largest_timestamp() {
        let clock = Clock::frozen_at(Timestamp::UNIX_EPOCH);
        clock.advance(Duration::MAX);
        assert_eq!(clock.now(), Timestamp::MAX);
    }
}
