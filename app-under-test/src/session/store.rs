//! Sessions in memory, by identifier and by the provider's name for them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::user_session::Session;

/// All sessions.
#[derive(Debug, Default)]
pub(super) struct Store {
    by_id: HashMap<String, Entry>,
    /// Identifiers by issuer and `sid`. Front-channel logouts are not authenticated, so they
    /// must not take time in proportion to the number of sessions.
    by_name: HashMap<(String, String), HashSet<String>>,
}

/// A session and when it was last used.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) session: Arc<Session>,
    pub(super) last_used: Timestamp,
}

impl Store {
    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(super) fn get_mut(&mut self, id: &str) -> Option<&mut Entry> {
        self.by_id.get_mut(id)
    }

    pub(super) fn insert(&mut self, id: String, entry: Entry) {
        if let Some(name) = name(&entry.session) {
            self.by_name.entry(name).or_default().insert(id.clone());
        }
        self.by_id.insert(id, entry);
    }

    pub(super) fn remove(&mut self, id: &str) {
        let Some(entry) = self.by_id.remove(id) else { return };
        let Some(name) = name(&entry.session) else { return };
        if let Some(ids) = self.by_name.get_mut(&name) {
            ids.remove(id);
            if ids.is_empty() {
                self.by_name.remove(&name);
            }
        }
    }

    /// Removes the matching sessions and returns their number. Looks at all of them.
    pub(super) fn remove_where(&mut self, matches: impl Fn(&Entry) -> bool) -> usize {
        let matching = self.by_id.iter().filter(|(_, entry)| matches(entry));
        let ids: Vec<String> = matching.map(|(id, _)| id.clone()).collect();
        for id in &ids {
            self.remove(id);
        }
        ids.len()
    }

    /// Removes the sessions that `issuer` calls `session_id` and returns their number.
    pub(super) fn remove_named(&mut self, issuer: &str, session_id: &str) -> usize {
        let name = (issuer.to_owned(), session_id.to_owned());
        let ids = self.by_name.remove(&name).unwrap_or_default();
        for id in &ids {
            self.by_id.remove(id);
        }
        ids.len()
    }

    /// Removes the least recently used session. Looks at all of them.
    pub(super) fn remove_least_recently_used(&mut self) {
        let oldest = self.by_id.iter().min_by_key(|(_, entry)| entry.last_used);
        if let Some(id) = oldest.map(|(id, _)| id.clone()) {
            self.remove(&id);
        }
    }

    /// The number of names in the index.
    #[cfg(test)]
    pub(super) fn names(&self) -> usize {
        self.by_name.len()
    }
}

/// The provider's name for a session. A refresh does not change it.
fn name(session: &Session) -> Option<(String, String)> {
    let login = &session.login;
    login.session_id().map(|session_id| (login.issuer.clone(), session_id.to_owned()))
}
