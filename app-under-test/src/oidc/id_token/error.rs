//! Why an ID token is rejected: one variant per check.

use crate::oidc::jwt::JwtError;

/// The check that an ID token failed.
#[derive(Debug, PartialEq, thiserror::Error)]
pub(crate) enum IdTokenError {
    #[error(transparent)]
    Jwt(#[from] JwtError),
    #[error("`azp` must be {expected:?}, got {found:?}")]
    AuthorizedParty { found: String, expected: String },
    #[error("`nonce` must be the one that was sent")]
    Nonce,
    #[error("`sub` must have 1 to 255 characters that are not all white space")]
    Subject,
    #[error("`at_hash` must match the access token")]
    AccessTokenHash,
    #[error("`auth_time` must be present and no older than max_age allows, got {auth_time:?}")]
    AuthenticationTime { auth_time: Option<f64> },
    #[error("`{0}` must be the same as at the login")]
    Continuity(&'static str),
}

impl IdTokenError {
    /// The name of the failed check, for the error page and the log.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Jwt(error) => match error {
                JwtError::Header(_) => "id_token_header",
                JwtError::Type(_) => "id_token_type",
                JwtError::Critical => "id_token_critical",
                JwtError::Algorithm { .. } => "id_token_algorithm",
                JwtError::UnknownKey { .. } => "id_token_unknown_key",
                JwtError::Signature => "id_token_signature",
                JwtError::Claims(_) => "id_token_claims",
                JwtError::Issuer { .. } => "id_token_issuer",
                JwtError::Audience { .. } => "id_token_audience",
                JwtError::Expired { .. } => "id_token_expired",
                JwtError::NotYetValid { .. } => "id_token_not_yet_valid",
                JwtError::IssuedInTheFuture { .. } => "id_token_issued_in_the_future",
            },
            Self::AuthorizedParty { .. } => "id_token_authorized_party",
            Self::Nonce => "id_token_nonce",
            Self::Subject => "id_token_subject",
            Self::AccessTokenHash => "id_token_access_token_hash",
            Self::AuthenticationTime { .. } => "id_token_authentication_time",
            Self::Continuity(_) => "id_token_continuity",
        }
    }
}
