//! What a session is refreshed with, and when.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::ended::Ended;
use crate::base::clock::later;
use crate::config::Secret;

/// How long before their expiry tokens are refreshed.
const MARGIN: Duration = Duration::from_secs(30);

/// The shortest time from one refresh of a session to the next, however short its tokens live.
const SHORTEST_PAUSE: Duration = Duration::from_secs(10);

/// What a session is refreshed with.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    pub(crate) refresh_token: Secret,
    /// Not before.
    due: Timestamp,
    /// Held during a refresh; and the end of the session, for whoever waited for that.
    pub(crate) turn: Arc<tokio::sync::Mutex<Option<Ended>>>,
}

impl Grant {
    /// A grant of tokens that are good until `expire`.
    pub(crate) fn new(refresh_token: Secret, expire: Timestamp, now: Timestamp) -> Self {
        Self { refresh_token, due: due(expire, now), turn: Arc::default() }
    }

    /// Whether it is time.
    pub(crate) fn is_due(&self, now: Timestamp) -> bool {
        now >= self.due
    }

    /// The same after a refresh.
    pub(crate) fn renewed(&self, token: Option<Secret>, expire: Timestamp, now: Timestamp) -> Self {
        Self {
            refresh_token: token.unwrap_or_else(|| self.refresh_token.clone()),
            due: due(expire, now),
            turn: Arc::clone(&self.turn),
        }
    }

    /// The same after a refresh that failed and may succeed later.
    pub(crate) fn postponed(&self, back_off: Duration, now: Timestamp) -> Self {
        Self { due: later(now, back_off), ..self.clone() }
    }
}

fn due(expire: Timestamp, now: Timestamp) -> Timestamp {
    let early = expire.saturating_sub(MARGIN).unwrap_or(Timestamp::MIN);
    early.max(later(now, SHORTEST_PAUSE))
}
