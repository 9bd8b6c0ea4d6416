//! Single sign-on: the sessions of browsers at the provider.

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
    /// The part of the browser's cookie that only the browser knows.
    secret: Secret,
    /// The user as of the browser's latest request.
    pub(crate) user: Arc<User>,
    /// When the user signed in, in seconds since the epoch.
    pub(crate) auth_time: i64,
    pub(crate) flows: Flows,
}

/// The latest flow of each client that a session served.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flows {
    by_client: BTreeMap<String, Flow>,
    /// The number of flows recorded so far.
    count: u64,
}

#[derive(Clone, Debug)]
struct Flow {
    id: String,
    number: u64,
}

/// A session remembers this many clients: where any client is accepted, a browser could otherwise
/// fill the memory. The client whose latest flow is the oldest is forgotten first.
const MAX_CLIENTS: usize = 256;

impl Flows {
    /// Records a flow of a client, in place of its last one.
    pub(crate) fn record(&mut self, client_id: &str, id: &str) {
        let flow = Flow { id: id.to_owned(), number: self.count };
        self.count += 1;
        self.by_client.insert(client_id.to_owned(), flow);
        if self.by_client.len() > MAX_CLIENTS {
            let oldest = self.by_client.iter().min_by_key(|(_, flow)| flow.number);
            let oldest = oldest.map(|(client_id, _)| client_id.clone());
            oldest.and_then(|client_id| self.by_client.remove(&client_id));
        }
    }

    /// The latest flow of a client.
    pub(crate) fn of(&self, client_id: &str) -> Option<&str> {
        self.by_client.get(client_id).map(|flow| flow.id.as_str())
    }

    /// The clients, by identifier, with their latest flows.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.by_client.iter().map(|(client_id, flow)| (client_id.as_str(), flow.id.as_str()))
    }
}

impl Session {
    /// A session that has not served a client yet.
    pub(crate) fn new(sid: String, secret: String, user: Arc<User>, auth_time: i64) -> Self {
        let secret = Secret::from(secret);
        Self { sid, secret, user, auth_time, flows: Flows::default() }
    }

    /// The session with the flows that it served under its last cookie.
    pub(crate) fn serving(self, flows: Flows) -> Self {
        Self { flows, ..self }
    }

    /// The value of the browser's cookie.
    pub(crate) fn cookie(&self) -> String {
        format!("{}.{}", self.sid, self.secret.expose())
    }
}

/// All sessions, by identifier.
#[derive(Debug, Default)]
pub(crate) struct Sessions(Expiring<Session>);

impl Sessions {
    /// Keeps a session until `until`.
    pub(crate) fn insert(&mut self, session: Session, now: i64, until: i64) {
        self.0.insert(session.sid.clone(), session, now, until);
    }

    /// The session of a browser, by the value of its cookie.
    pub(crate) fn of_browser(&mut self, cookie: &str, now: i64) -> Option<&mut Session> {
        let (sid, secret) = cookie.split_once('.')?;
        self.get(sid, now).filter(|session| session.secret.matches(secret))
    }

    /// The session that an ID token belongs to, by its `sid`.
    pub(crate) fn get(&mut self, sid: &str, now: i64) -> Option<&mut Session> {
        self.0.get_mut(sid, now)
    }

    /// All sessions, the latest sign-in last.
    #[cfg(feature = "control")]
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
