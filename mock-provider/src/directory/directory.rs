//! The users and clients of an issuer, which can change while it runs.

use std::sync::{Arc, PoisonError, RwLock};

use crate::directory::client::Client;
use crate::directory::user::User;

/// The users and clients at one point in time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Directory {
    pub(crate) users: Vec<Arc<User>>,
    pub(crate) clients: Vec<Arc<Client>>,
    /// Users who were removed, the latest last: their sessions and tokens continue.
    removed_users: Vec<Arc<User>>,
}

/// The maximum number of removed users that are remembered.
#[cfg(feature = "control")]
const MAX_REMOVED: usize = 1_000;

impl Directory {
    pub(crate) fn new(users: Vec<User>, clients: Vec<Client>) -> Self {
        Self {
            users: users.into_iter().map(Arc::new).collect(),
            clients: clients.into_iter().map(Arc::new).collect(),
            removed_users: Vec::new(),
        }
    }

    /// The user with this subject.
    pub(crate) fn user(&self, subject: &str) -> Option<Arc<User>> {
        self.users.iter().find(|user| user.subject == subject).cloned()
    }

    /// The user with this subject, or the last known state of a removed one.
    pub(crate) fn last_known_user(&self, subject: &str) -> Option<Arc<User>> {
        let removed =
            || self.removed_users.iter().rev().find(|user| user.subject == subject).cloned();
        self.user(subject).or_else(removed)
    }

    /// Removes the user with this subject. Returns whether there was one.
    #[cfg(feature = "control")]
    pub(crate) fn remove_user(&mut self, subject: &str) -> bool {
        let Some(place) = self.users.iter().position(|user| user.subject == subject) else {
            return false;
        };
        if self.removed_users.len() >= MAX_REMOVED {
            self.removed_users.remove(0);
        }
        self.removed_users.push(self.users.remove(place));
        true
    }

    /// The user that a `login_hint` identifies by subject, email address or login name.
    pub(crate) fn hinted_user(&self, hint: &str) -> Option<Arc<User>> {
        let is = |name: &Option<String>| name.as_deref() == Some(hint);
        let named =
            || self.users.iter().find(|user| is(&user.email) || is(&user.preferred_username));
        self.user(hint).or_else(|| named().cloned())
    }

    /// The client with this identifier.
    pub(crate) fn client(&self, id: &str) -> Option<Arc<Client>> {
        self.clients.iter().find(|client| client.id == id).cloned()
    }

    /// Adds a user, or replaces the one with the same subject. Returns whether there was one.
    #[cfg(feature = "control")]
    pub(crate) fn put_user(&mut self, user: User) -> bool {
        let user = Arc::new(user);
        match self.users.iter_mut().find(|known| known.subject == user.subject) {
            Some(known) => {
                *known = user;
                true
            }
            None => {
                self.users.push(user);
                false
            }
        }
    }

    /// Adds a client, or replaces the one with the same identifier. Returns whether there was one.
    pub(crate) fn put_client(&mut self, client: Client) -> bool {
        match self.clients.iter_mut().find(|known| known.id == client.id) {
            Some(known) => {
                *known = Arc::new(client);
                true
            }
            None => {
                self.clients.push(Arc::new(client));
                false
            }
        }
    }
}

/// A directory whose readers see consistent snapshots. Clones are handles to the same directory.
#[derive(Clone, Debug)]
pub(crate) struct Shared(Arc<RwLock<Arc<Directory>>>);

impl Shared {
    pub(crate) fn new(directory: Arc<Directory>) -> Self {
        Self(Arc::new(RwLock::new(directory)))
    }

    /// The current state. Later changes do not affect it.
    pub(crate) fn now(&self) -> Arc<Directory> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Applies a change.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut Directory) -> T) -> T {
        let mut directory = self.0.write().unwrap_or_else(PoisonError::into_inner);
        change(Arc::make_mut(&mut directory))
    }

    /// Replaces the directory.
    pub(crate) fn replace(&self, with: Arc<Directory>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = with;
    }
}
