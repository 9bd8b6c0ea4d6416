//! Where an ID token was refused: one variant a step.

use jiff::Timestamp;
use jsonwebtoken::Algorithm;

/// The step at which an ID token was refused.
#[derive(Debug, PartialEq, thiserror::Error)]
pub(crate) enum IdTokenError {
    #[error("no readable JWS header: {0}")]
    Header(String),
    #[error("typ is {0:?}, not JWT")]
    Type(String),
    #[error("crit names extensions, none of which the app knows")]
    Critical,
    #[error("signed with {found:?}, expected one of {expected:?}")]
    Algorithm { found: Algorithm, expected: Vec<Algorithm> },
    #[error("no key fits kid {kid:?} and {algorithm:?}")]
    UnknownKey { kid: Option<String>, algorithm: Algorithm },
    #[error("the signature does not match")]
    Signature,
    #[error("claims missing, repeated or of the wrong type: {0}")]
    Claims(String),
    #[error("iss is {found:?}, expected {expected:?}")]
    Issuer { found: String, expected: String },
    #[error("aud is {found:?}, expected {expected:?} alone")]
    Audience { found: Vec<String>, expected: String },
    #[error("azp is {found:?}, expected {expected:?}")]
    AuthorizedParty { found: String, expected: String },
    #[error("expired: exp is {exp}, it is {now}")]
    Expired { exp: f64, now: Timestamp },
    #[error("not yet valid: nbf is {nbf}, it is {now}")]
    NotYetValid { nbf: f64, now: Timestamp },
    #[error("issued in the future: iat is {iat}, it is {now}")]
    IssuedInTheFuture { iat: f64, now: Timestamp },
    #[error("nonce is not the one that was sent")]
    Nonce,
    #[error("sub is empty or longer than 255 characters")]
    Subject,
    #[error("at_hash does not fit the access token")]
    AccessTokenHash,
    #[error("auth_time is {auth_time:?}, which is missing or older than max_age allows")]
    AuthenticationTime { auth_time: Option<f64> },
}

impl IdTokenError {
    /// The name of the failed step, for the error page and the log.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Header(_) => "id_token_header",
            Self::Type(_) => "id_token_type",
            Self::Critical => "id_token_critical",
            Self::Algorithm { .. } => "id_token_algorithm",
            Self::UnknownKey { .. } => "id_token_unknown_key",
            Self::Signature => "id_token_signature",
            Self::Claims(_) => "id_token_claims",
            Self::Issuer { .. } => "id_token_issuer",
            Self::Audience { .. } => "id_token_audience",
            Self::AuthorizedParty { .. } => "id_token_authorized_party",
            Self::Expired { .. } => "id_token_expired",
            Self::NotYetValid { .. } => "id_token_not_yet_valid",
            Self::IssuedInTheFuture { .. } => "id_token_issued_in_the_future",
            Self::Nonce => "id_token_nonce",
            Self::Subject => "id_token_subject",
            Self::AccessTokenHash => "id_token_access_token_hash",
            Self::AuthenticationTime { .. } => "id_token_authentication_time",
        }
    }
}
