//! Sessions of signed-in users. They live in this process: a logout ends one for good, whoever
//! kept a copy of its cookie, and so does a restart.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::Timestamp;
use serde_json::{Map, Value};
use subtle::ConstantTimeEq as _;

use crate::{
    clock::Clock,
    config::{Secret, SessionLimits},
    random,
    sign_in::SignIn,
    user::User,
};

/// Sessions altogether; the one that was unused for longest gives way.
const MAX_TOTAL: usize = 20_000;

/// What the app remembers of a login.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) user: User,
    /// Whether the policy service, if there is one, lets the user in.
    pub(crate) allowed_by_policy: bool,
    /// What the ID token said, to show.
    pub(crate) id_token_claims: Map<String, Value>,
    /// The ID token, which names the session to the provider at logout.
    pub(crate) id_token: Secret,
    /// Proves that a form was sent from one of the app's own pages.
    csrf_token: Secret,
    /// When it ends however much it is used.
    ends: Timestamp,
}

impl Session {
    /// The token that forms carry.
    pub(crate) fn csrf_token(&self) -> &str {
        self.csrf_token.reveal()
    }

    /// Whether a form was sent from a page of this session.
    pub(crate) fn is_csrf_token(&self, token: &str) -> bool {
        let expected = self.csrf_token.reveal().as_bytes();
        token.as_bytes().ct_eq(expected).into()
    }
}

/// All sessions, by identifier.
#[derive(Debug)]
pub(crate) struct Sessions {
    limits: SessionLimits,
    clock: Clock,
    max_total: usize,
    by_id: Mutex<HashMap<String, Entry>>,
}

#[derive(Debug)]
struct Entry {
    session: Arc<Session>,
    last_used: Timestamp,
}

impl Sessions {
    pub(crate) fn new(limits: SessionLimits, clock: Clock) -> Self {
        Self { limits, clock, max_total: MAX_TOTAL, by_id: Mutex::default() }
    }

    /// Begins a session under a new identifier, which it returns, and ends the one that the
    /// browser had: an identifier from before the login is worth nothing after it.
    pub(crate) fn begin(&self, sign_in: SignIn, previous: Option<&str>) -> String {
        let now = self.clock.now();
        let absolute = now.saturating_add(self.limits.absolute).unwrap_or(Timestamp::MAX);
        let session = Session {
            user: sign_in.user,
            allowed_by_policy: sign_in.allowed_by_policy,
            id_token_claims: sign_in.claims.all,
            id_token: sign_in.id_token,
            csrf_token: Secret::new(random::unguessable()),
            ends: if self.limits.outlives_id_token {
                absolute
            } else {
                absolute.min(sign_in.claims.expires)
            },
        };
        let id = random::unguessable();
        let mut sessions = self.by_id.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(previous) = previous {
            sessions.remove(previous);
        }
        if sessions.len() >= self.max_total {
            sessions.retain(|_, entry| self.is_alive(entry, now));
        }
        if sessions.len() >= self.max_total {
            let oldest = sessions.iter().min_by_key(|(_, entry)| entry.last_used);
            if let Some(id) = oldest.map(|(id, _)| id.clone()) {
                sessions.remove(&id);
            }
        }
        let entry = Entry { session: Arc::new(session), last_used: now };
        sessions.insert(id.clone(), entry);
        id
    }

    /// The session with this identifier, unless it has ended. Asking counts as use.
    pub(crate) fn find(&self, id: &str) -> Option<Arc<Session>> {
        let now = self.clock.now();
        let mut sessions = self.by_id.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = sessions.get_mut(id)?;
        if !self.is_alive(entry, now) {
            sessions.remove(id);
            return None;
        }
        entry.last_used = now;
        Some(Arc::clone(&entry.session))
    }

    /// Ends a session.
    pub(crate) fn end(&self, id: &str) {
        self.by_id.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }

    fn is_alive(&self, entry: &Entry, now: Timestamp) -> bool {
        let unused = now.duration_since(entry.last_used);
        now < entry.session.ends && unused.unsigned_abs() < self.limits.idle
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::oidc::id_token::VerifiedClaims;

    fn sessions(outlives_id_token: bool) -> (Sessions, Clock) {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        let limits = SessionLimits {
            idle: Duration::from_secs(100),
            absolute: Duration::from_secs(250),
            outlives_id_token,
        };
        (Sessions::new(limits, clock.clone()), clock)
    }

    fn begin(sessions: &Sessions, token_life: i64, previous: Option<&str>) -> String {
        let sign_in = SignIn {
            user: User::new("alice", &Map::new(), Map::new()),
            id_token: Secret::new("token"),
            claims: VerifiedClaims {
                subject: "alice".to_owned(),
                expires: Timestamp::from_second(token_life).unwrap(),
                all: Map::new(),
            },
            allowed_by_policy: true,
            return_to: String::new(),
        };
        sessions.begin(sign_in, previous)
    }

    #[test]
    fn unused_session_ends() {
        let (sessions, clock) = sessions(false);
        let id = begin(&sessions, 1000, None);
        clock.advance(Duration::from_secs(99));
        assert!(sessions.find(&id).is_some());
        clock.advance(Duration::from_secs(100));
        assert!(sessions.find(&id).is_none());
        assert!(sessions.by_id.lock().unwrap().is_empty());
    }

    #[test]
    fn used_session_ends_as_well() {
        let (sessions, clock) = sessions(false);
        let id = begin(&sessions, 1000, None);
        for _ in 0..4 {
            clock.advance(Duration::from_secs(60));
            assert!(sessions.find(&id).is_some());
        }
        clock.advance(Duration::from_secs(10));
        assert!(sessions.find(&id).is_none());
    }

    #[test]
    fn session_ends_with_the_id_token_unless_told_otherwise() {
        for outlives in [false, true] {
            let (sessions, clock) = sessions(outlives);
            let id = begin(&sessions, 50, None);
            clock.advance(Duration::from_secs(50));
            assert_eq!(sessions.find(&id).is_some(), outlives);
        }
    }

    #[test]
    fn login_ends_the_previous_session() {
        let (sessions, _) = sessions(false);
        let one = begin(&sessions, 1000, None);
        let two = begin(&sessions, 1000, Some(&one));
        assert_ne!(one, two);
        assert!(sessions.find(&one).is_none());
        assert!(sessions.find(&two).is_some());
        sessions.end(&two);
        assert!(sessions.find(&two).is_none());
    }

    #[test]
    fn count_is_bounded_and_the_longest_unused_goes() {
        let (mut sessions, clock) = sessions(false);
        sessions.max_total = 3;
        let oldest = begin(&sessions, 1000, None);
        clock.advance(Duration::from_secs(1));
        let used = begin(&sessions, 1000, None);
        for _ in 0..2 {
            begin(&sessions, 1000, None);
        }
        assert_eq!(sessions.by_id.lock().unwrap().len(), 3);
        assert!(sessions.find(&oldest).is_none());
        assert!(sessions.find(&used).is_some());
    }
}
