//! Why a signed JWT is rejected: one variant per check.

use jiff::Timestamp;
use jsonwebtoken::Algorithm;

/// The check that a JWT failed.
#[derive(Debug, PartialEq, thiserror::Error)]
pub(crate) enum JwtError {
    #[error("the JWS header must be readable: {0}")]
    Header(String),
    #[error("`typ` must be that of the expected kind of token, got {0:?}")]
    Type(String),
    #[error("`crit` must be absent: the app supports no extensions")]
    Critical,
    #[error("`alg` must be one of {expected:?}, got {found:?}")]
    Algorithm { found: Algorithm, expected: Vec<Algorithm> },
    #[error("no key matches kid {kid:?} and algorithm {algorithm:?}")]
    UnknownKey { kid: Option<String>, algorithm: Algorithm },
    #[error("the signature does not match")]
    Signature,
    #[error("required claims must be present once and have the right type: {0}")]
    Claims(String),
    #[error("`iss` must be {expected:?}, got {found:?}")]
    Issuer { found: String, expected: String },
    #[error("`aud` must be {expected:?} alone, got {found:?}")]
    Audience { found: Vec<String>, expected: String },
    #[error("expired: `exp` is {exp}, the time is {now}")]
    Expired { exp: f64, now: Timestamp },
    #[error("not yet valid: `nbf` is {nbf}, the time is {now}")]
    NotYetValid { nbf: f64, now: Timestamp },
    #[error("issued in the future: `iat` is {iat}, the time is {now}")]
    IssuedInTheFuture { iat: f64, now: Timestamp },
}
