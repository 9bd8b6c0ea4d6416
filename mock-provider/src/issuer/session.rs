//! Single sign-on: which browser is signed in at the provider as whom.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::expiring::Expiring;
use crate::base::secret::Secret;
use crate::directory::user::User;

/// A browser's session at the provider.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    /// The identifier, which ID tokens carry.
    pub(crate) sid: String,
    /// What only the browser's cookie has beside the identifier.
    secret: Secret,
    pub(crate) user: Arc<User>,
    /// When the user signed in, in seconds since the epoch.
    pub(crate) auth_time: i64,
    /// The latest flow of each client that the session served.
    pub(crate) flows: BTreeMap<String, String>,
}

impl Session {
    /// A session that served nobody yet.
    pub(crate) fn new(sid: String, secret: String, user: Arc<User>, auth_time: i64) -> Self {
        let secret = Secret::from(secret);
        Self { sid, secret, user, auth_time, flows: BTreeMap::new() }
    }

    /// The session with the flows that it served under its last cookie.
    pub(crate) fn serving(self, flows: BTreeMap<String, String>) -> Self {
        Self { flows, ..self }
    }

    /// What the browser's cookie holds.
    pub(crate) fn cookie(&self) -> String {
        format!("{}.{}", self.sid, self.secret.expose())
    }
}

/// All sessions, by identifier.
#[derive(Debug, Default)]
pub(crate) struct Sessions(Expiring<Session>);

impl Sessions {
    /// Remembers a session until `until`.
    pub(crate) fn insert(&mut self, session: Session, now: i64, until: i64) {
        self.0.insert(session.sid.clone(), session, now, until);
    }

    /// The session of a browser, by what its cookie holds.
    pub(crate) fn of_browser(&mut self, cookie: &str, now: i64) -> Option<&mut Session> {
        let (sid, secret) = cookie.split_once('.')?;
        self.get(sid, now).filter(|session| session.secret.matches(secret))
    }

    /// The session that an ID token belongs to, by its `sid`.
    pub(crate) fn get(&mut self, sid: &str, now: i64) -> Option<&mut Session> {
        self.0.get_mut(sid, now)
    }

    /// All sessions, the latest sign-in last.
    pub(crate) fn all(&self, now: i64) -> Vec<Session> {
        let mut sessions: Vec<_> = self.0.values(now).cloned().collect();
        sessions
            .sort_by(|one, other| (one.auth_time, &one.sid).cmp(&(other.auth_time, &other.sid)));
        sessions
    }

    /// Ends every session of a user.
    pub(crate) fn end_all_of(&mut self, subject: &str, now: i64) -> Vec<Session> {
        self.0.remove_where(now, |session| session.user.subject == subject)
    }

    /// Ends a session.
    pub(crate) fn end(&mut self, sid: &str) -> Option<Session> {
        self.0.remove(sid)
    }
}
