//! The state of an issuer: settings, keys, clock, users and clients, sessions and grants.

use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::base::clock::Clock;
use crate::base::random::Random;
use crate::directory::client::Client;
use crate::directory::directory::{Directory, Shared};
use crate::directory::user::User;
use crate::issuer::claims::{ClaimScopes, claim_scopes};
use crate::issuer::grant::Grants;
use crate::issuer::session::Sessions;
use crate::jose::keys::Keys;
use crate::settings::settings::Settings;

/// An issuer, shared by every request to it.
#[derive(Clone, Debug)]
pub(crate) struct Issuer(Arc<State>);

/// The state of an issuer. Failures and the journal are not part of it: handlers have access to
/// neither.
#[derive(Debug)]
pub(crate) struct State {
    /// The issuer identifier: the `iss` claim, and the base of the addresses that browsers call.
    pub(crate) url: String,
    /// The base of the addresses that relying parties call.
    pub(crate) back_url: String,
    /// The path below which the endpoints are served: empty, or beginning with `/`.
    pub(crate) path: String,
    /// The name of the session cookie. Cookies ignore ports: each issuer on a host has its own.
    pub(crate) cookie_name: String,
    pub(crate) keys: Keys,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) settings: Arc<Settings>,
    pub(crate) directory: Shared,
    pub(crate) claim_scopes: Arc<ClaimScopes>,
    sessions: Mutex<Sessions>,
    grants: Mutex<Grants>,
}

/// The state that the issuers of a process share.
#[derive(Clone, Debug)]
pub(crate) struct Common {
    pub(crate) settings: Arc<Settings>,
    claim_scopes: Arc<ClaimScopes>,
}

impl Common {
    pub(crate) fn new(settings: Settings) -> Self {
        Self { claim_scopes: Arc::new(claim_scopes(&settings)), settings: Arc::new(settings) }
    }
}

/// Where an issuer is served.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) url: String,
    pub(crate) back_url: String,
    pub(crate) path: String,
    pub(crate) cookie_name: String,
}

impl Issuer {
    /// An issuer that has answered no request yet.
    pub(crate) fn new(
        place: Place,
        common: Common,
        directory: Shared,
        clock: Clock,
        keys: Keys,
        seed: Option<u64>,
    ) -> Self {
        let Place { url, back_url, path, cookie_name } = place;
        let Common { settings, claim_scopes } = common;
        Self(Arc::new(State {
            url,
            back_url,
            path,
            cookie_name,
            keys,
            clock,
            random: Random::new(seed),
            settings,
            claim_scopes,
            directory,
            sessions: Mutex::default(),
            grants: Mutex::default(),
        }))
    }

    /// Resets to the given state, without sessions, codes and tokens. `None` keeps a directory that
    /// belongs to another issuer.
    pub(crate) fn restore(&self, directory: Option<&Arc<Directory>>, seed: Option<u64>) {
        if let Some(directory) = directory {
            self.directory.replace(Arc::clone(directory));
        }
        self.random.reseed(seed);
        self.forget();
    }

    /// Forgets sessions, codes and tokens, as a restart does.
    pub(crate) fn forget(&self) {
        *self.sessions() = Sessions::default();
        *self.grants() = Grants::default();
    }

    /// All sessions, locked: hold it briefly.
    pub(crate) fn sessions(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All codes and tokens, locked: hold it briefly.
    pub(crate) fn grants(&self) -> MutexGuard<'_, Grants> {
        self.grants.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The user with that subject.
    pub(crate) fn user(&self, subject: &str) -> Option<Arc<User>> {
        self.directory.now().user(subject)
    }

    /// The user with that subject, or a new one if the settings accept any subject.
    pub(crate) fn user_or_stranger(&self, subject: &str) -> Option<Arc<User>> {
        let stranger = || self.settings.any_subject.then(|| Arc::new(User::stranger(subject)));
        self.user(subject).or_else(stranger)
    }

    /// A user with the attributes that the directory has now, or had before the user was removed. A
    /// user who was never in it, because any subject is accepted, keeps the known attributes.
    pub(crate) fn current_user(&self, known: &Arc<User>) -> Arc<User> {
        let current = self.directory.now().last_known_user(&known.subject);
        current.unwrap_or_else(|| Arc::clone(known))
    }

    /// The client with that identifier, or a new one if the settings accept any client.
    pub(crate) fn client(&self, id: &str) -> Option<Arc<Client>> {
        let any = || self.settings.any_client.then(|| Arc::new(Client::any(id)));
        self.directory.now().client(id).or_else(any)
    }
}

impl Deref for Issuer {
    type Target = State;

    fn deref(&self) -> &State {
        &self.0
    }
}

/// The end of a lifetime that begins now, in seconds since the epoch.
pub(crate) fn until(now: i64, lifetime: Duration) -> i64 {
    now.saturating_add(i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX))
}
