//! The sessions of signed-in users. They live in this process, so that a logout is final even for
//! a copied cookie. A restart ends them, too.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::store::{Entry, Store};
use super::user_session::{NewSession, Renewal, Session};
use crate::base::clock::Clock;
use crate::base::random;
use crate::config::SessionLimits;

/// The maximum number of sessions; the least recently used one is dropped.
const MAX_TOTAL: usize = 20_000;

/// All sessions, with their limits.
#[derive(Debug)]
pub(crate) struct Sessions {
    limits: SessionLimits,
    clock: Clock,
    max_total: usize,
    store: Mutex<Store>,
}

impl Sessions {
    pub(crate) fn new(limits: SessionLimits, clock: Clock) -> Self {
        Self { limits, clock, max_total: MAX_TOTAL, store: Mutex::default() }
    }

    /// Begins a session under a new identifier, which it returns, and ends the browser's previous
    /// one: an identifier from before the login must not be valid after it.
    pub(crate) fn begin(&self, new: NewSession, previous: Option<&str>) -> String {
        let now = self.clock.now();
        let session = Arc::new(Session::begin(new, &self.limits, now));
        let id = random::unguessable();
        let mut store = self.store();
        if let Some(previous) = previous {
            store.remove(previous);
        }
        if store.len() >= self.max_total {
            store.remove_where(|entry| !self.is_alive(entry, now));
        }
        if store.len() >= self.max_total {
            store.remove_least_recently_used();
        }
        store.insert(id.clone(), Entry { session, last_used: now });
        id
    }

    /// The session with this identifier, unless it has ended. Finding it counts as use.
    pub(crate) fn find(&self, id: &str) -> Option<Arc<Session>> {
        let now = self.clock.now();
        let mut store = self.store();
        let entry = store.get_mut(id)?;
        if !self.is_alive(entry, now) {
            store.remove(id);
            return None;
        }
        entry.last_used = now;
        Some(Arc::clone(&entry.session))
    }

    /// Ends a session.
    pub(crate) fn end(&self, id: &str) {
        self.store().remove(id);
    }

    /// Ends the matching sessions and returns their number.
    ///
    /// It looks at all of them, which takes less time than the signature check before it.
    pub(crate) fn end_where(&self, matches: impl Fn(&Session) -> bool) -> usize {
        self.store().remove_where(|entry| matches(&entry.session))
    }

    /// Ends the sessions that the provider `issuer` calls `session_id` and returns their number.
    pub(crate) fn end_by_name(&self, issuer: &str, session_id: &str) -> usize {
        self.store().remove_named(issuer, session_id)
    }

    /// The session after a refresh, unless it has ended in the meantime.
    pub(crate) fn renew(
        &self,
        id: &str,
        session: &Session,
        renewal: Renewal,
    ) -> Option<Arc<Session>> {
        self.replace(id, session.renewed(renewal, &self.limits, self.clock.now()))
    }

    /// The session, whose next refresh waits for `back_off`, unless it has ended in the meantime.
    pub(crate) fn postpone_refresh(
        &self,
        id: &str,
        session: &Session,
        back_off: Duration,
    ) -> Option<Arc<Session>> {
        self.replace(id, session.postponed(back_off, self.clock.now()))
    }

    /// Replaces a session; `None` if it has ended, because nothing may revive it.
    fn replace(&self, id: &str, new: Session) -> Option<Arc<Session>> {
        let mut store = self.store();
        let entry = store.get_mut(id)?;
        entry.session = Arc::new(new);
        Some(Arc::clone(&entry.session))
    }

    fn is_alive(&self, entry: &Entry, now: Timestamp) -> bool {
        let unused = now.duration_since(entry.last_used).unsigned_abs();
        entry.session.is_alive(now) && unused < self.limits.idle
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
