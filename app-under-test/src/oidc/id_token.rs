//! The ID token: all checks that turn a string from the network into verified claims.
//!
//! The steps are those of
//! [OpenID Connect Core 1.0, section 3.1.3.7](https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation).
//! [`Provider::open`] performs steps 6 and 7, algorithm and signature, first. Core allows TLS to
//! replace the signature check of a token that comes directly from the token endpoint, but the app
//! always verifies it, because some issuers use plain http, in tests or by mistake.
//!
//! [`Provider::open`]: super::provider::Provider::open

use std::time::Duration;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use jsonwebtoken::Algorithm;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::jwt::{self, Audience, SKEW, Signed, Times};

mod error;

pub(crate) use error::IdTokenError;

/// The accepted values of `typ`.
pub(crate) const TYPES: &[&str] = &["JWT"];

/// The values that an ID token must match.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expectations<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) client_id: &'a str,
    /// The access token of the same response.
    pub(crate) access_token: &'a str,
    pub(crate) occasion: Occasion<'a>,
    pub(crate) now: Timestamp,
}

/// Why an ID token was issued.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Occasion<'a> {
    /// A login.
    Login {
        /// The nonce that was sent with the request.
        nonce: &'a str,
        /// The maximum authentication age that was requested.
        max_age: Option<Duration>,
    },
    /// A refresh of the tokens from this login.
    Refresh(&'a VerifiedClaims),
}

/// The claims of an ID token that passed all checks.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct VerifiedClaims {
    pub(crate) issuer: String,
    pub(crate) subject: String,
    /// The time from which the token would be rejected: its expiry plus the skew. Without the skew, a
    /// session could end before it begins if the provider's clock is slow.
    pub(crate) expires: Timestamp,
    nonce: Option<String>,
    azp: Option<String>,
    auth_time: Option<f64>,
    /// All claims as sent.
    pub(crate) all: Map<String, Value>,
}

impl VerifiedClaims {
    /// The provider's name for the session, if there is one; it must be a string.
    pub(crate) fn session_id(&self) -> Option<&str> {
        self.all.get("sid").and_then(Value::as_str)
    }
}

/// The claims to be checked; serde rejects them when they are missing, repeated or of another
/// type.
#[derive(Debug, Deserialize)]
pub(crate) struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: f64,
    iat: f64,
    nbf: Option<f64>,
    azp: Option<String>,
    nonce: Option<String>,
    at_hash: Option<String>,
    auth_time: Option<f64>,
}

/// Checks the claims of a token whose signature has been verified.
///
/// # Errors
///
/// The first check that fails.
pub(crate) fn verify(
    token: Signed<Claims>,
    expected: &Expectations<'_>,
) -> Result<VerifiedClaims, IdTokenError> {
    let Signed { algorithm, claims, all } = token;
    // Steps 2 and 3.
    jwt::check_issuer(&claims.iss, expected.issuer)?;
    jwt::check_audience(&claims.aud, expected.client_id)?;
    check_authorized_party(&claims, expected.client_id)?;
    // Steps 9 and 10.
    let Claims { exp, iat, nbf, .. } = claims;
    jwt::check_times(Times { exp, iat, nbf }, expected.now)?;
    match expected.occasion {
        Occasion::Login { nonce, .. } => check_nonce(&claims, nonce)?,
        Occasion::Refresh(login) => check_continuity(&claims, login)?,
    }
    check_subject(&claims)?;
    check_access_token_hash(&claims, algorithm, expected.access_token)?;
    if let Occasion::Login { max_age, .. } = expected.occasion {
        check_authentication_time(&claims, max_age, expected.now)?;
    }
    Ok(VerifiedClaims {
        issuer: claims.iss,
        subject: claims.sub,
        expires: jwt::end_of_life(exp),
        nonce: claims.nonce,
        azp: claims.azp,
        auth_time: claims.auth_time,
        all,
    })
}

/// Steps 4 and 5: an authorized party, if present, must be this client.
fn check_authorized_party(claims: &Claims, client_id: &str) -> Result<(), IdTokenError> {
    match &claims.azp {
        Some(azp) if azp != client_id => Err(IdTokenError::AuthorizedParty {
            found: azp.clone(),
            expected: client_id.to_owned(),
        }),
        _ => Ok(()),
    }
}

/// Step 11: the token must belong to this login.
fn check_nonce(claims: &Claims, nonce: &str) -> Result<(), IdTokenError> {
    if claims.nonce.as_deref() == Some(nonce) { Ok(()) } else { Err(IdTokenError::Nonce) }
}

/// Checks that the token of a refresh continues the login
/// ([section 12.2](https://openid.net/specs/openid-connect-core-1_0.html#RefreshTokenResponse)).
/// Nonce and authentication time may be absent.
fn check_continuity(claims: &Claims, login: &VerifiedClaims) -> Result<(), IdTokenError> {
    let changed = |claim| Err(IdTokenError::Continuity(claim));
    if claims.iss != login.issuer {
        return changed("iss");
    }
    if claims.sub != login.subject {
        return changed("sub");
    }
    if claims.azp != login.azp {
        return changed("azp");
    }
    if claims.nonce.is_some() && claims.nonce != login.nonce {
        return Err(IdTokenError::Nonce);
    }
    // If the login's token had no time, there is nothing to compare.
    match (claims.auth_time, login.auth_time) {
        (Some(now), Some(then)) if now != then => changed("auth_time"),
        _ => Ok(()),
    }
}

/// Checks that the token names a subject
/// ([section 2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken)).
fn check_subject(claims: &Claims) -> Result<(), IdTokenError> {
    let length = claims.sub.chars().count();
    if (1..=255).contains(&length) && !claims.sub.trim().is_empty() {
        Ok(())
    } else {
        Err(IdTokenError::Subject)
    }
}

/// Checks that the access token belongs to the ID token. The claim is optional in this flow
/// ([section 3.1.3.8](https://openid.net/specs/openid-connect-core-1_0.html#CodeFlowTokenValidation)).
fn check_access_token_hash(
    claims: &Claims,
    algorithm: Algorithm,
    access_token: &str,
) -> Result<(), IdTokenError> {
    let Some(at_hash) = &claims.at_hash else {
        return Ok(());
    };
    let hash = digest::digest(hash_of(algorithm), access_token.as_bytes());
    let (left_half, _) = hash.as_ref().split_at(hash.as_ref().len() / 2);
    if *at_hash == URL_SAFE_NO_PAD.encode(left_half) {
        Ok(())
    } else {
        Err(IdTokenError::AccessTokenHash)
    }
}

/// The hash function of a signature algorithm.
fn hash_of(algorithm: Algorithm) -> &'static digest::Algorithm {
    match algorithm {
        Algorithm::RS256 | Algorithm::PS256 | Algorithm::ES256 => &digest::SHA256,
        Algorithm::RS384 | Algorithm::PS384 | Algorithm::ES384 => &digest::SHA384,
        // Ed25519 uses SHA-512 internally, as do the algorithms with 512 in their names.
        _ => &digest::SHA512,
    }
}

/// Step 13: the user must have authenticated as recently as the app requested.
fn check_authentication_time(
    claims: &Claims,
    max_age: Option<Duration>,
    now: Timestamp,
) -> Result<(), IdTokenError> {
    let Some(max_age) = max_age else {
        return Ok(());
    };
    let auth_time = claims.auth_time;
    let skew = SKEW.as_secs_f64();
    let age = auth_time.map(|auth_time| now.as_duration().as_secs_f64() - auth_time);
    if age.is_some_and(|age| (-skew..=max_age.as_secs_f64() + skew).contains(&age)) {
        Ok(())
    } else {
        Err(IdTokenError::AuthenticationTime { auth_time })
    }
}

#[cfg(test)]
impl VerifiedClaims {
    /// Unsigned claims, for tests of later steps.
    pub(crate) fn unsigned(subject: &str, expires: Timestamp) -> Self {
        Self {
            issuer: "https://login.example.com".to_owned(),
            subject: subject.to_owned(),
            expires,
            nonce: None,
            azp: None,
            auth_time: None,
            all: Map::new(),
        }
    }
}
