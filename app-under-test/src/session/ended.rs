//! How a session ends on its own.

/// Why nobody is signed in although there was a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The provider does not go on with it.
    Refused,
    /// The provider's answer was about somebody else, or not the provider's.
    FailedCheck,
    /// It goes on as soon as the provider says so, which it cannot at the moment.
    Unconfirmed,
    /// Somebody ended it while it was refreshed.
    SignedOut,
}

impl Ended {
    /// What the user is told, if there is anything to tell.
    pub(crate) fn sentence(self) -> Option<&'static str> {
        match self {
            Self::Refused => Some("The sign-in service has ended your session."),
            Self::FailedCheck => Some(
                "Your session was ended: the sign-in service's answer did not pass a security \
                 check.",
            ),
            Self::Unconfirmed => Some(
                "The sign-in service cannot confirm your session at the moment. Try again in a \
                 minute.",
            ),
            Self::SignedOut => None,
        }
    }
}
