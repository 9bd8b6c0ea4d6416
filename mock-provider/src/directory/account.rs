//! A user whom an issuer knows, with the claims worked out once.

use std::ops::Deref;

use serde_json::{Map, Value};

use crate::directory::user::User;

/// A user of an issuer, who does not change any more.
#[derive(Debug)]
pub(crate) struct Account {
    user: User,
    /// Every claim of the user except `sub`, whatever scope it needs.
    pub(crate) released: Map<String, Value>,
}

impl From<User> for Account {
    fn from(user: User) -> Self {
        Self { released: user.all_claims(), user }
    }
}

impl Deref for Account {
    type Target = User;

    fn deref(&self) -> &User {
        &self.user
    }
}
