//! Changes to codes and tokens that only failures make.

use std::sync::Arc;

use crate::directory::user::User;
use crate::issuer::grant::{Grants, RefreshToken};

impl Grants {
    /// Makes an access or refresh token valid under a second value as well.
    pub(crate) fn rename(&mut self, value: &str, name: &str, now: i64) {
        if let Some(token) = self.access_tokens.get_mut(value, now).cloned() {
            self.add_access_token(name.to_owned(), token, now);
        }
        if let Some(RefreshToken { grant, expires, .. }) = self.refresh_tokens.get_mut(value, now) {
            let (grant, expires) = (Arc::clone(grant), *expires);
            self.add_refresh_token(name.to_owned(), grant, now, expires);
        }
    }

    /// Makes a code one of another user.
    pub(crate) fn give_code_to(&mut self, value: &str, user: Arc<User>, now: i64) {
        let Some(code) = self.codes.get_mut(value, now) else { return };
        let mut grant = code.grant.copy();
        grant.user = user;
        if code.grant.is_revoked() {
            grant.revoke();
        }
        code.grant = Arc::new(grant);
    }

    /// Forgets a refresh token that was issued but not sent.
    pub(crate) fn forget_refresh_token(&mut self, value: &str) {
        self.refresh_tokens.remove(value);
    }

    /// Whether a refresh token is known and was not rotated.
    pub(crate) fn is_unused_refresh_token(&mut self, value: &str, now: i64) -> bool {
        self.refresh_tokens.get_mut(value, now).is_some_and(|token| !token.rotated)
    }
}
