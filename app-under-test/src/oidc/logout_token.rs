//! The logout token: a provider's word that a session is over.
//!
//! Whoever could forge one could sign anybody out, and a token of another kind that passed for
//! one could as well; so it is checked like an ID token, and for being none
//! ([OpenID Connect Back-Channel Logout 1.0, section 2.6](https://openid.net/specs/openid-connect-backchannel-1_0.html#Validation)).

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::jwt::{self, Audience, JwtError, Signed, Times};

/// The values of `typ` that a logout token may have: the one of its own, and that of tokens from
/// before there was one.
pub(crate) const TYPES: &[&str] = &["logout+jwt", "JWT"];

/// The member of `events` that makes a token a logout token.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// What a logout token that passed says.
#[derive(Debug)]
pub(crate) struct LogoutToken {
    /// Whose sessions are over.
    pub(crate) subject: Option<String>,
    /// Which session is over; all of the subject's when there is none.
    pub(crate) session_id: Option<String>,
    /// Its own name, by which it is known when it comes again.
    pub(crate) id: String,
    /// From when on it would be refused.
    pub(crate) expires: Timestamp,
}

/// The step at which a logout token was refused.
#[derive(Debug, PartialEq, thiserror::Error)]
pub(crate) enum LogoutTokenError {
    #[error("it names no provider of the app's")]
    UnknownIssuer,
    #[error("its issuer's keys are not known: {0}")]
    NoKeys(String),
    #[error(transparent)]
    Jwt(#[from] JwtError),
    #[error("neither sub nor sid says whose session is over")]
    Nobody,
    #[error("events does not say that it is about a logout")]
    Event,
    #[error("it has a nonce, as ID tokens do")]
    Nonce,
    #[error("it has no jti")]
    NoId,
    #[error("it was used before")]
    Replayed,
}

/// The claims that are checked; serde refuses them when they are missing, repeated or of
/// another type.
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

/// The issuer that `token` names, to know by whose keys to check it. It is not to be believed
/// before that.
pub(crate) fn claimed_issuer(token: &str) -> Result<String, LogoutTokenError> {
    #[derive(Deserialize)]
    struct Claims {
        iss: String,
    }
    jsonwebtoken::dangerous::insecure_decode_claims(token)
        .map(|claims: Claims| claims.iss)
        .map_err(|error| JwtError::Claims(error.to_string()).into())
}

/// Checks the claims of a token by every step that is left after its signature.
///
/// # Errors
///
/// The first step that fails.
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
    let is_somebody = |text: &String| !text.trim().is_empty();
    let subject = claims.sub.filter(is_somebody);
    let session_id = claims.sid.filter(is_somebody);
    if subject.is_none() && session_id.is_none() {
        return Err(LogoutTokenError::Nobody);
    }
    if !claims.events.get(EVENT).is_some_and(Value::is_object) {
        return Err(LogoutTokenError::Event);
    }
    // Whatever its value, null included.
    if all.contains_key("nonce") {
        return Err(LogoutTokenError::Nonce);
    }
    if claims.jti.is_empty() {
        return Err(LogoutTokenError::NoId);
    }
    Ok(LogoutToken { subject, session_id, id: claims.jti, expires: jwt::end_of_life(exp) })
}

impl LogoutTokenError {
    /// What the provider is told: which check failed, in the app's own words.
    pub(crate) fn description(&self) -> &'static str {
        match self {
            Self::UnknownIssuer => "iss names no provider that this application knows",
            Self::NoKeys(_) => "the keys of the issuer cannot be fetched at the moment",
            Self::Jwt(error) => match error {
                JwtError::Header(_) => "the logout token has no readable JWS header",
                JwtError::Type(_) => "typ is that of another kind of token",
                JwtError::Critical => "crit names extensions that this application does not know",
                JwtError::Algorithm { .. } => "alg is not one that was agreed on",
                JwtError::UnknownKey { .. } => "no published key fits kid and alg",
                JwtError::Signature => "the signature does not match",
                JwtError::Claims(_) => "claims are missing, repeated or of the wrong type",
                JwtError::Issuer { .. } => "iss is not the issuer that the metadata names",
                JwtError::Audience { .. } => "aud is not this client alone",
                JwtError::Expired { .. } => "the logout token has expired",
                JwtError::NotYetValid { .. } => "nbf is in the future",
                JwtError::IssuedInTheFuture { .. } => "iat is in the future",
            },
            Self::Nobody => "neither sub nor sid is there",
            Self::Event => "events has no member for back-channel logout that is an object",
            Self::Nonce => "a logout token has no nonce",
            Self::NoId => "jti is empty",
            Self::Replayed => "a logout token with this jti was used before",
        }
    }
}
