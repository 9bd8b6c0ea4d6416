//! Who stands in for the right one in a failure: another user or client.

use std::sync::Arc;

use super::fault::Fault;
use crate::account::Account;
use crate::user::User;

impl Fault<'_> {
    /// Another user than the one whom the answer is about: the first who is configured, or one who
    /// is made up.
    pub(crate) fn victim(&self) -> Arc<Account> {
        let own = self.note.user.as_deref().unwrap_or_default();
        let other = self.issuer.users.iter().find(|user| user.subject != own);
        other.cloned().unwrap_or_else(|| {
            let subject = format!("{own}-victim");
            Arc::new(User::new(subject.as_str()).name("Victim").into())
        })
    }

    /// Another client of the issuer than the one that asked.
    pub(crate) fn other_client(&self) -> String {
        let own = self.note.client.as_deref().unwrap_or_default();
        let other = self.issuer.clients.iter().find(|client| client.id != own);
        other.map_or_else(|| format!("{own}-another"), |client| client.id.clone())
    }
}
