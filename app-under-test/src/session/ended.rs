//! Why a session ended without a logout by the user.

/// Why a session ended, or cannot be used, at this request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The provider refused the refresh.
    Refused,
    /// The provider's response failed a check.
    FailedCheck,
    /// The provider cannot confirm the session at the moment; it continues once it does.
    Unconfirmed,
    /// A logout ended it during the refresh.
    SignedOut,
}

impl Ended {
    /// The explanation for the user, if there is one.
    pub(crate) fn sentence(self) -> Option<&'static str> {
        match self {
            Self::Refused => Some("The sign-in service has ended your session."),
            Self::FailedCheck => Some(
                "Your session was ended: the sign-in service's response did not pass a security \
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
