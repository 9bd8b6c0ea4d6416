//! Signed JWTs: the checks that ID tokens and logout tokens have in common.
//!
//! Nothing is trusted before the signature is verified, except the header, which is needed to
//! verify it. `jsonwebtoken` verifies the signature; the claims are checked here, against the
//! app's own clock.

use std::time::Duration;

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, Header, Validation};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::jwks::KeySet;

mod error;

pub(crate) use error::JwtError;

/// The tolerated difference between the clocks of provider and app.
pub(crate) const SKEW: Duration = Duration::from_secs(60);

/// A JWT whose signature has been verified, but not its claims.
#[derive(Debug)]
pub(crate) struct Signed<C> {
    pub(super) algorithm: Algorithm,
    /// The claims to be checked, typed.
    pub(super) claims: C,
    /// All claims as sent.
    pub(super) all: Map<String, Value>,
}

/// One or more audiences
/// ([RFC 7519, section 4.1.3](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.3)).
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Audience {
    One(String),
    Many(Vec<String>),
}

/// The times of a token. They may be fractional
/// ([RFC 7519, section 2](https://www.rfc-editor.org/rfc/rfc7519#section-2)), and are compared
/// as floating-point numbers, so that no value overflows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times {
    pub(super) exp: f64,
    pub(super) iat: f64,
    pub(super) nbf: Option<f64>,
}

/// Checks header and signature of `token`.
///
/// `C` has the claims to be checked: serde rejects them when they are missing, repeated or of
/// another type. `types` are the accepted values of `typ`, which may also be absent.
///
/// # Errors
///
/// The first step that fails. After [`JwtError::UnknownKey`] and [`JwtError::Signature`], a second
/// attempt with newly fetched keys may succeed, because the provider may have rotated its keys.
pub(super) fn open<C: DeserializeOwned>(
    token: &str,
    types: &[&str],
    algorithms: &[Algorithm],
    keys: &KeySet,
) -> Result<Signed<C>, JwtError> {
    let header = check_header(token, types)?;
    check_algorithm(&header, algorithms)?;
    check_signature(token, &header, keys)
}

/// Checks the header: a JWS in three parts, of the right type, without critical extensions
/// ([RFC 7515, section 4.1.11](https://www.rfc-editor.org/rfc/rfc7515#section-4.1.11);
/// [RFC 8725, section 3.11](https://www.rfc-editor.org/rfc/rfc8725#section-3.11)).
///
/// This rejects the algorithm `none`, which the library does not know, and encrypted tokens, which
/// have five parts. Keys in the header or referenced by it (`jwk`, `jku`, `x5c`, `x5u`) are
/// ignored.
fn check_header(token: &str, types: &[&str]) -> Result<Header, JwtError> {
    let header =
        jsonwebtoken::decode_header(token).map_err(|error| JwtError::Header(error.to_string()))?;
    if let Some(typ) = &header.typ
        && !types.iter().any(|known| typ.eq_ignore_ascii_case(known))
    {
        return Err(JwtError::Type(typ.clone()));
    }
    if header.crit.is_some() {
        return Err(JwtError::Critical);
    }
    Ok(header)
}

/// Checks that the algorithm is an accepted one: the token alone must not choose it.
fn check_algorithm(header: &Header, allowed: &[Algorithm]) -> Result<(), JwtError> {
    if allowed.contains(&header.alg) {
        Ok(())
    } else {
        Err(JwtError::Algorithm { found: header.alg, expected: allowed.to_vec() })
    }
}

/// Checks that a published key of the provider made the signature.
fn check_signature<C: DeserializeOwned>(
    token: &str,
    header: &Header,
    keys: &KeySet,
) -> Result<Signed<C>, JwtError> {
    let candidates = keys.candidates(header.alg, header.kid.as_deref());
    if candidates.is_empty() {
        return Err(JwtError::UnknownKey { kid: header.kid.clone(), algorithm: header.alg });
    }
    // The library must only verify the signature: it would check times against the system's clock and
    // accept additional audiences.
    let mut signature_only = Validation::new(header.alg);
    signature_only.required_spec_claims.clear();
    signature_only.validate_exp = false;
    signature_only.validate_aud = false;

    for key in &candidates {
        match jsonwebtoken::decode::<C>(token, key, &signature_only) {
            Ok(checked) => {
                // Decoded again without types, for display: the same bytes, now trusted.
                let all = jsonwebtoken::dangerous::insecure_decode_claims(token)
                    .map_err(|error| JwtError::Claims(error.to_string()))?;
                return Ok(Signed { algorithm: header.alg, claims: checked.claims, all });
            }
            Err(error) => {
                use jsonwebtoken::errors::ErrorKind;
                // The library parses the claims only after the signature has been verified.
                if let ErrorKind::Json(_) | ErrorKind::Utf8(_) = error.kind() {
                    return Err(JwtError::Claims(error.to_string()));
                }
            }
        }
    }
    Err(JwtError::Signature)
}

/// Checks that the provider issued the token. The comparison is exact.
pub(super) fn check_issuer(found: &str, expected: &str) -> Result<(), JwtError> {
    if found == expected {
        Ok(())
    } else {
        Err(JwtError::Issuer { found: found.to_owned(), expected: expected.to_owned() })
    }
}

/// Checks that the token is for this client alone: the app would have to trust any other audience.
pub(super) fn check_audience(found: &Audience, client_id: &str) -> Result<(), JwtError> {
    let audiences = match found {
        Audience::One(audience) => std::slice::from_ref(audience),
        Audience::Many(audiences) => audiences,
    };
    if !audiences.is_empty() && audiences.iter().all(|audience| audience == client_id) {
        Ok(())
    } else {
        Err(JwtError::Audience { found: audiences.to_vec(), expected: client_id.to_owned() })
    }
}

/// Checks that the token is valid now, within [`SKEW`]
/// ([RFC 7519, sections 4.1.4 to 4.1.6](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4)).
pub(super) fn check_times(times: Times, now: Timestamp) -> Result<(), JwtError> {
    let Times { exp, iat, nbf } = times;
    let (seconds, skew) = (now.as_duration().as_secs_f64(), SKEW.as_secs_f64());
    if seconds >= exp + skew {
        return Err(JwtError::Expired { exp, now });
    }
    if let Some(nbf) = nbf
        && nbf > seconds + skew
    {
        return Err(JwtError::NotYetValid { nbf, now });
    }
    if iat > seconds + skew {
        return Err(JwtError::IssuedInTheFuture { iat, now });
    }
    Ok(())
}

/// The time from which a token with this expiry is rejected. Expiry times that cannot be
/// represented are clamped.
pub(super) fn end_of_life(exp: f64) -> Timestamp {
    let seconds = exp + SKEW.as_secs_f64();
    // The cast saturates.
    Timestamp::from_second(seconds as i64).unwrap_or(if seconds < 0.0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}
