//! The guide that the demo prints: the addresses, and what the app shows each user.

use std::fmt::{self, Write};

use mock_provider::User;

use crate::stack::{CLIENT_ID, REQUIRED_GROUP, Stack, configuration};

/// How a login ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The app greets the user.
    Welcome,
    /// The app denies the user access.
    AccessDenied,
    /// The provider refuses the login, and the app reports it.
    SignInFailed,
}

impl Outcome {
    /// How the login of a user ends.
    pub fn of(user: &User) -> Self {
        if user.disabled || user.denied_clients.iter().any(|client| client == CLIENT_ID) {
            Self::SignInFailed
        } else if user.groups.iter().any(|group| group == REQUIRED_GROUP) {
            Self::Welcome
        } else {
            Self::AccessDenied
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Welcome => "welcome",
            Self::AccessDenied => "access denied",
            Self::SignInFailed => "sign-in failed",
        })
    }
}

/// The text to print when the demo has started.
pub fn guide(stack: &Stack) -> String {
    let mut guide = format!(
        "\n  app       {}\n  provider  {}/\n\nusers of the provider, and what the app shows them\n",
        stack.app().base_url(),
        stack.provider().issuer(),
    );
    let config = configuration();
    let width = config.users.iter().map(|user| user.subject.len()).max().unwrap_or_default();
    for user in &config.users {
        let (subject, outcome) = (&user.subject, Outcome::of(user));
        // Writing to a string cannot fail.
        let _ = writeln!(guide, "  {subject:width$}  {outcome:14}  {}", reason(user));
    }
    guide.push_str(
        "\ntry\n  \
         open the app, sign in, look at the claims, log out\n  \
         sign in as a user without access, then as another user\n  \
         press Deny on the sign-in page, or enter an unknown subject\n  \
         open the provider, which lists its clients, users and endpoints\n\n\
         Ctrl-C stops both. The provider logs each request below.\n\n",
    );
    guide
}

/// The reason for the outcome of a user.
fn reason(user: &User) -> String {
    let groups = match user.groups.as_slice() {
        [] => "in no group".to_owned(),
        groups => format!("in {}", groups.join(", ")),
    };
    match &user.password {
        _ if user.disabled => "disabled at the provider".to_owned(),
        _ if Outcome::of(user) == Outcome::SignInFailed => "may not use this client".to_owned(),
        Some(password) => format!("{groups}; the password is {}", password.expose()),
        None => groups,
    }
}
