//! What the demo is: whom it has, and what each of them gets to see.

use std::fmt::{self, Write};

use mock_provider::User;

use crate::stack::{CLIENT_ID, REQUIRED_GROUP, Stack, configuration};

/// How a login ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The app greets the user.
    Welcome,
    /// The app knows the user and does not let the user in.
    AccessDenied,
    /// The provider refuses, and the app says so.
    SignInFailed,
}

impl Outcome {
    /// How the login of a user of the demo ends.
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

/// What is printed when the demo has started: where to go, as whom, and what to try.
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
        let _ = writeln!(guide, "  {subject:width$}  {outcome:14}  {}", because(user));
    }
    guide.push_str(
        "\ntry\n  \
         open the app, sign in, look at the claims, log out\n  \
         sign in as somebody who is denied, then as somebody else\n  \
         press Deny on the sign-in page, or type a subject that nobody has\n  \
         open the provider: it shows its clients, users and endpoints\n\n\
         Ctrl-C stops both. What follows is the provider's account of each login.\n\n",
    );
    guide
}

/// What makes the outcome that of this user.
fn because(user: &User) -> String {
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
