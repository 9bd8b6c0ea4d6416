//! The victim and the impostor of a failure: another user or client than the honest one.

use std::sync::Arc;

use crate::directory::user::User;
use crate::failure::engine::fault::Fault;

impl Fault<'_> {
    /// A user other than the one whom the answer is about: the first configured one, or a made-up
    /// one.
    pub(crate) fn victim(&self) -> Arc<User> {
        let own = self.note.user.as_deref().unwrap_or_default();
        let directory = self.issuer.directory.now();
        let other = directory.users.iter().find(|user| user.subject != own);
        other.cloned().unwrap_or_else(|| {
            let subject = format!("{own}-victim");
            let email = format!("{subject}@victim.example");
            let victim = User::new(subject.as_str()).name("Victim").email(email);
            Arc::new(victim.preferred_username(subject).phone_number("+1 555 0199"))
        })
    }

    /// A claim of that user, or a made-up value.
    pub(crate) fn of_victim(&self, claim: &str) -> String {
        let victim = self.victim();
        match victim.all_claims().get(claim).and_then(|value| value.as_str()) {
            Some(value) => value.to_owned(),
            None if claim == "email" => format!("{}@victim.example", victim.subject),
            None if claim == "phone_number" => "+1 555 0199".to_owned(),
            None => victim.subject.clone(),
        }
    }

    /// A client of the issuer other than the one that sent the request.
    pub(crate) fn other_client(&self) -> String {
        let own = self.note.client.as_deref().unwrap_or_default();
        let directory = self.issuer.directory.now();
        let other = directory.clients.iter().find(|client| client.id != own);
        other.map_or_else(|| format!("{own}-another"), |client| client.id.clone())
    }
}
