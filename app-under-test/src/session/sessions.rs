//! Sessions of signed-in users. They live in this process: a logout ends one for good, whoever
//! kept a copy of its cookie, and so does a restart.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value};
use subtle::ConstantTimeEq as _;

use super::grant::Grant;
use super::user::User;
use crate::base::clock::{Clock, later};
use crate::base::random;
use crate::config::{Secret, SessionLimits};
use crate::oidc::id_token::VerifiedClaims;
use crate::oidc::jwt::SKEW;
use crate::oidc::provider::Provider;

/// Sessions altogether; the one that was unused for longest gives way.
const MAX_TOTAL: usize = 20_000;

/// What the app remembers of a login.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    /// Who signed the user in.
    pub(crate) provider: Arc<Provider>,
    /// What the ID token of the login said. Issuer and subject are who the user is: the same
    /// subject at another issuer is somebody else.
    pub(crate) login: VerifiedClaims,
    pub(crate) user: User,
    /// Whether the policy service, if there is one, lets the user in.
    pub(crate) allowed_by_policy: bool,
    /// What the latest ID token said, to show.
    pub(crate) id_token_claims: Map<String, Value>,
    /// The latest ID token, which names the session to the provider at logout.
    pub(crate) id_token: Secret,
    /// Proves that a form was sent from one of the app's own pages.
    csrf_token: Secret,
    /// What it is refreshed with, if the provider gave anything.
    pub(crate) grant: Option<Grant>,
    /// Until when the provider's word is good.
    confirmed_until: Timestamp,
    /// When it ends however much it is used.
    ends: Timestamp,
}

/// What a login gave to begin a session with.
#[derive(Debug)]
pub(crate) struct NewSession {
    pub(crate) provider: Arc<Provider>,
    pub(crate) user: User,
    pub(crate) id_token: Secret,
    pub(crate) claims: VerifiedClaims,
    pub(crate) access_token_lifetime: Duration,
    /// Present where the app asked for one and the provider gave it.
    pub(crate) refresh_token: Option<Secret>,
    /// Whether the policy service, if there is one, admits the user.
    pub(crate) allowed_by_policy: bool,
}

/// What a refresh gave to continue a session with.
#[derive(Debug)]
pub(crate) struct Renewal {
    pub(crate) access_token_lifetime: Duration,
    /// Replaces the old one where the provider sent a new one
    /// ([RFC 6749, section 6](https://www.rfc-editor.org/rfc/rfc6749#section-6)).
    pub(crate) refresh_token: Option<Secret>,
    pub(crate) id_token: Option<(Secret, VerifiedClaims)>,
    pub(crate) user: Option<User>,
}

impl Session {
    /// The token that forms carry.
    pub(crate) fn csrf_token(&self) -> &str {
        self.csrf_token.reveal()
    }

    /// Whether the provider's word is good. When it is not, a refresh may help, and until then
    /// no page is for this user.
    pub(crate) fn is_confirmed(&self, now: Timestamp) -> bool {
        now < self.confirmed_until
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
    pub(crate) fn begin(&self, new: NewSession, previous: Option<&str>) -> String {
        let now = self.clock.now();
        let confirmed_until = self.confirmed_until(new.claims.expires);
        let access_token_expires = later(now, new.access_token_lifetime);
        let session = Session {
            grant: new
                .refresh_token
                .map(|token| Grant::new(token, access_token_expires.min(confirmed_until), now)),
            provider: new.provider,
            user: new.user,
            allowed_by_policy: new.allowed_by_policy,
            id_token_claims: new.claims.all.clone(),
            id_token: new.id_token,
            csrf_token: Secret::new(random::unguessable()),
            confirmed_until,
            ends: later(now, self.limits.absolute),
            login: new.claims,
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

    /// Ends the sessions of which `is_over` is true, and returns how many.
    ///
    /// All are looked at, which takes less time than the signature that most logouts by the
    /// provider cost, and spares an index that could disagree with the sessions.
    pub(crate) fn end_where(&self, is_over: impl Fn(&Session) -> bool) -> usize {
        let mut sessions = self.by_id.lock().unwrap_or_else(PoisonError::into_inner);
        let before = sessions.len();
        sessions.retain(|_, entry| !is_over(&entry.session));
        before - sessions.len()
    }

    /// The session after a refresh, unless it ended meanwhile.
    ///
    /// A new ID token says until when it is good. Without one the provider has confirmed the
    /// session all the same, for as long as the new access token lives.
    pub(crate) fn renew(
        &self,
        id: &str,
        session: &Session,
        renewal: Renewal,
    ) -> Option<Arc<Session>> {
        let now = self.clock.now();
        let mut renewed = session.clone();
        let access_token_expires = later(now, renewal.access_token_lifetime);
        match renewal.id_token {
            Some((id_token, claims)) => {
                renewed.confirmed_until = self.confirmed_until(claims.expires);
                renewed.id_token = id_token;
                renewed.id_token_claims = claims.all;
            }
            None => {
                let confirmed = self.confirmed_until(later(access_token_expires, SKEW));
                renewed.confirmed_until = renewed.confirmed_until.max(confirmed);
            }
        }
        if let Some(user) = renewal.user {
            renewed.user = user;
        }
        let expire = access_token_expires.min(renewed.confirmed_until);
        renewed.grant =
            session.grant.as_ref().map(|grant| grant.renewed(renewal.refresh_token, expire, now));
        self.replace(id, renewed)
    }

    /// The session, to be refreshed no sooner than after `back_off`, unless it ended meanwhile.
    pub(crate) fn postpone_refresh(
        &self,
        id: &str,
        session: &Session,
        back_off: Duration,
    ) -> Option<Arc<Session>> {
        let now = self.clock.now();
        let mut postponed = session.clone();
        postponed.grant = session.grant.as_ref().map(|grant| grant.postponed(back_off, now));
        self.replace(id, postponed)
    }

    /// Puts `new` in the place of the session; `None` when that ended, which nothing revives.
    fn replace(&self, id: &str, new: Session) -> Option<Arc<Session>> {
        let mut sessions = self.by_id.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = sessions.get_mut(id)?;
        entry.session = Arc::new(new);
        Some(Arc::clone(&entry.session))
    }

    /// Until when the word of an ID token is good that is refused from `expires` on.
    fn confirmed_until(&self, expires: Timestamp) -> Timestamp {
        if self.limits.outlives_id_token { Timestamp::MAX } else { expires }
    }

    fn is_alive(&self, entry: &Entry, now: Timestamp) -> bool {
        let session = &entry.session;
        let unused = now.duration_since(entry.last_used);
        let may_go_on = session.grant.is_some() || session.is_confirmed(now);
        may_go_on && now < session.ends && unused.unsigned_abs() < self.limits.idle
    }
}

#[cfg(test)]
mod tests;
