//! The refresh token of a session, and when to use it.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::ended::Ended;
use crate::base::clock::later;
use crate::config::Secret;

/// How long before their expiry tokens are refreshed.
const MARGIN: Duration = Duration::from_secs(30);

/// The minimum time between two refreshes of a session, even if its tokens have a short lifetime.
const MIN_PAUSE: Duration = Duration::from_secs(10);

/// The refresh token of a session, and when to use it.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    pub(crate) refresh_token: Secret,
    /// The time of the next refresh.
    due: Timestamp,
    /// Held during a refresh. If the session ends in it, contains the reason, for the requests that
    /// waited.
    pub(crate) turn: Arc<tokio::sync::Mutex<Option<Ended>>>,
}

impl Grant {
    /// A grant whose tokens expire at `expire`.
    pub(crate) fn new(refresh_token: Secret, expire: Timestamp, now: Timestamp) -> Self {
        Self { refresh_token, due: due(expire, now), turn: Arc::default() }
    }

    /// Whether it is time to refresh.
    pub(crate) fn is_due(&self, now: Timestamp) -> bool {
        now >= self.due
    }

    /// The grant after a refresh.
    pub(crate) fn renewed(&self, token: Option<Secret>, expire: Timestamp, now: Timestamp) -> Self {
        Self {
            refresh_token: token.unwrap_or_else(|| self.refresh_token.clone()),
            due: due(expire, now),
            turn: Arc::clone(&self.turn),
        }
    }

    /// The grant after a refresh that failed and may succeed later.
    pub(crate) fn postponed(&self, back_off: Duration, now: Timestamp) -> Self {
        Self { due: later(now, back_off), ..self.clone() }
    }
}

fn due(expire: Timestamp, now: Timestamp) -> Timestamp {
    let early = expire.saturating_sub(MARGIN).unwrap_or(Timestamp::MIN);
    early.max(later(now, MIN_PAUSE))
}
