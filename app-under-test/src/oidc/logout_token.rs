//! The logout token, which a provider sends to end sessions.
//!
//! A forged token, or a token of another kind that was accepted as one, could sign users out. It is
//! therefore checked like an ID token, and must not be one
//! ([OpenID Connect Back-Channel Logout 1.0, section 2.6](https://openid.net/specs/openid-connect-backchannel-1_0.html#Validation)).

use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::jwt::{self, Audience, JwtError, Signed, Times};
use super::provider::ProviderError;

/// The accepted values of `typ`: the registered one, and the one of providers that predate it.
pub(crate) const TYPES: &[&str] = &["logout+jwt", "JWT"];

/// The member of `events` that makes a token a logout token.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// A logout token that passed all checks.
#[derive(Debug)]
pub(crate) struct LogoutToken {
    /// The user whose sessions end.
    pub(crate) subject: Option<String>,
    /// The session that ends; all of the subject's sessions when absent.
    pub(crate) session_id: Option<String>,
    /// Its identifier, by which a replay is recognized.
    pub(crate) id: String,
    /// The time from which it would be rejected.
    pub(crate) expires: Timestamp,
}

/// The check that a logout token failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LogoutTokenError {
    #[error("`iss` must be a configured provider")]
    UnknownIssuer,
    #[error("the issuer's keys are not available: {0}")]
    NoKeys(#[source] Arc<ProviderError>),
    #[error(transparent)]
    Jwt(#[from] JwtError),
    #[error("`sub` or `sid` must be present")]
    NoTarget,
    #[error("`events` must contain the back-channel logout event")]
    Event,
    #[error("`nonce` must be absent, because only ID tokens have one")]
    Nonce,
    #[error("`jti` must not be empty")]
    NoId,
    #[error("`jti` must be new: the token was used before")]
    Replayed,
}

/// The claims to be checked; serde rejects them when they are missing, repeated or of another
/// type.
#[derive(Debug, Deserialize)]
pub(crate) struct Claims {
    iss: String,
    aud: Audience,
    exp: f64,
    iat: f64,
    nbf: Option<f64>,
    jti: String,
    sub: Option<String>,
    sid: Option<String>,
    events: Map<String, Value>,
}

/// The issuer in `token`, which determines the keys to check it with. It is not trustworthy before
/// that check.
pub(crate) fn claimed_issuer(token: &str) -> Result<String, LogoutTokenError> {
    #[derive(Deserialize)]
    struct Claims {
        iss: String,
    }
    jsonwebtoken::dangerous::insecure_decode_claims(token)
        .map(|claims: Claims| claims.iss)
        .map_err(|error| JwtError::Claims(error.to_string()).into())
}

/// Checks the claims of a token whose signature has been verified.
///
/// # Errors
///
/// The first check that fails.
pub(crate) fn verify(
    token: Signed<Claims>,
    issuer: &str,
    client_id: &str,
    now: Timestamp,
) -> Result<LogoutToken, LogoutTokenError> {
    let Signed { claims, all, .. } = token;
    let Claims { exp, iat, nbf, .. } = claims;
    jwt::check_issuer(&claims.iss, issuer)?;
    jwt::check_audience(&claims.aud, client_id)?;
    jwt::check_times(Times { exp, iat, nbf }, now)?;
    let is_present = |text: &String| !text.trim().is_empty();
    let subject = claims.sub.filter(is_present);
    let session_id = claims.sid.filter(is_present);
    if subject.is_none() && session_id.is_none() {
        return Err(LogoutTokenError::NoTarget);
    }
    if !claims.events.get(EVENT).is_some_and(Value::is_object) {
        return Err(LogoutTokenError::Event);
    }
    // Any value is refused, including null.
    if all.contains_key("nonce") {
        return Err(LogoutTokenError::Nonce);
    }
    if claims.jti.is_empty() {
        return Err(LogoutTokenError::NoId);
    }
    Ok(LogoutToken { subject, session_id, id: claims.jti, expires: jwt::end_of_life(exp) })
}

impl LogoutTokenError {
    /// The failed check, for the response to the provider.
    pub(crate) fn description(&self) -> &'static str {
        match self {
            Self::UnknownIssuer => "iss must be a provider that this application knows",
            Self::NoKeys(_) => "the issuer's keys are not available at the moment",
            Self::Jwt(error) => match error {
                JwtError::Header(_) => "the JWS header must be readable",
                JwtError::Type(_) => "typ must be that of a logout token",
                JwtError::Critical => "crit must be absent",
                JwtError::Algorithm { .. } => "alg must be one of the accepted algorithms",
                JwtError::UnknownKey { .. } => "a published key must match kid and alg",
                JwtError::Signature => "the signature does not match",
                JwtError::Claims(_) => {
                    "required claims must be present once and have the right type"
                }
                JwtError::Issuer { .. } => "iss must be the issuer in the metadata",
                JwtError::Audience { .. } => "aud must be this client alone",
                JwtError::Expired { .. } => "the logout token has expired",
                JwtError::NotYetValid { .. } => "nbf must not be in the future",
                JwtError::IssuedInTheFuture { .. } => "iat must not be in the future",
            },
            Self::NoTarget => "sub or sid must be present",
            Self::Event => "events must have an object as its member for back-channel logout",
            Self::Nonce => "nonce must be absent",
            Self::NoId => "jti must not be empty",
            Self::Replayed => "jti must be new: the token was used before",
        }
    }
}
