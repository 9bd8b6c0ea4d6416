//! Where a signed JWT was refused: one variant a step.

use jiff::Timestamp;
use jsonwebtoken::Algorithm;

/// The step at which a JWT was refused.
#[derive(Debug, PartialEq, thiserror::Error)]
pub(crate) enum JwtError {
    #[error("no readable JWS header: {0}")]
    Header(String),
    #[error("typ is {0:?}, which is another kind of token")]
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
    #[error("expired: exp is {exp}, it is {now}")]
    Expired { exp: f64, now: Timestamp },
    #[error("not yet valid: nbf is {nbf}, it is {now}")]
    NotYetValid { nbf: f64, now: Timestamp },
    #[error("issued in the future: iat is {iat}, it is {now}")]
    IssuedInTheFuture { iat: f64, now: Timestamp },
}
