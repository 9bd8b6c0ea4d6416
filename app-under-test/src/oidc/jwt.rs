//! Signed JWTs: what ID tokens and logout tokens have in common.
//!
//! Nothing is trusted before the signature is checked, except the header, which is needed to
//! check it. The signature is `jsonwebtoken`'s work; the claims are checked here, against the
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

/// How far the provider's clock may be from the app's.
pub(crate) const SKEW: Duration = Duration::from_secs(60);

/// A JWT whose signature was checked; its claims were not, so far.
#[derive(Debug)]
pub(crate) struct Signed<C> {
    pub(super) algorithm: Algorithm,
    /// The claims that are checked, in their types.
    pub(super) claims: C,
    /// Every claim, as it was sent.
    pub(super) all: Map<String, Value>,
}

/// One audience or several
/// ([RFC 7519, section 4.1.3](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.3)).
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Audience {
    One(String),
    Many(Vec<String>),
}

/// The times of a token. They may have fractions
/// ([RFC 7519, section 2](https://www.rfc-editor.org/rfc/rfc7519#section-2)), and are compared
/// as what they are, so that no value can overflow.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times {
    pub(super) exp: f64,
    pub(super) iat: f64,
    pub(super) nbf: Option<f64>,
}

/// Checks header and signature of `token`.
///
/// `C` names the claims that matter: serde refuses them when they are missing, repeated or of
/// another type. `types` are the values that `typ` may have, where it stands there at all.
///
/// # Errors
///
/// The first step that fails. [`JwtError::UnknownKey`] and [`JwtError::Signature`] may mean that
/// the provider has changed its keys, and are worth a second try with fresh ones.
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

/// The header: a JWS in three parts, of the right type, without extensions that would change
/// its meaning
/// ([RFC 7515, section 4.1.11](https://www.rfc-editor.org/rfc/rfc7515#section-4.1.11);
/// [RFC 8725, section 3.11](https://www.rfc-editor.org/rfc/rfc8725#section-3.11)).
///
/// The algorithm `none` is none of the library's and ends here, and so does an encrypted token,
/// which has five parts. Keys that the header itself brings or points to (`jwk`, `jku`, `x5c`,
/// `x5u`) are read by nobody.
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

/// The algorithm is one that was agreed on, not one that the token chooses.
fn check_algorithm(header: &Header, allowed: &[Algorithm]) -> Result<(), JwtError> {
    if allowed.contains(&header.alg) {
        Ok(())
    } else {
        Err(JwtError::Algorithm { found: header.alg, expected: allowed.to_vec() })
    }
}

/// A published key of the provider made the signature.
fn check_signature<C: DeserializeOwned>(
    token: &str,
    header: &Header,
    keys: &KeySet,
) -> Result<Signed<C>, JwtError> {
    let candidates = keys.candidates(header.alg, header.kid.as_deref());
    if candidates.is_empty() {
        return Err(JwtError::UnknownKey { kid: header.kid.clone(), algorithm: header.alg });
    }
    // The library checks the signature only: it asks the machine for the time and lets several
    // audiences pass.
    let mut signature_only = Validation::new(header.alg);
    signature_only.required_spec_claims.clear();
    signature_only.validate_exp = false;
    signature_only.validate_aud = false;

    for key in &candidates {
        match jsonwebtoken::decode::<C>(token, key, &signature_only) {
            Ok(checked) => {
                // Once more, untyped, to show what was sent: the same bytes, now trusted.
                let all = jsonwebtoken::dangerous::insecure_decode_claims(token)
                    .map_err(|error| JwtError::Claims(error.to_string()))?;
                return Ok(Signed { algorithm: header.alg, claims: checked.claims, all });
            }
            Err(error) => {
                use jsonwebtoken::errors::ErrorKind;
                // Only a good signature lets the library read the claims.
                if let ErrorKind::Json(_) | ErrorKind::Utf8(_) = error.kind() {
                    return Err(JwtError::Claims(error.to_string()));
                }
            }
        }
    }
    Err(JwtError::Signature)
}

/// The provider that was asked issued it. Exact, as its metadata spell it.
pub(super) fn check_issuer(found: &str, expected: &str) -> Result<(), JwtError> {
    if found == expected {
        Ok(())
    } else {
        Err(JwtError::Issuer { found: found.to_owned(), expected: expected.to_owned() })
    }
}

/// It is for this client, and for no other audience that the app would have to trust.
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

/// Now is within the token's life, give or take [`SKEW`]
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

/// From when on a token with this expiry is refused. It certainly exists as an instant: a token
/// may claim to live longer than time does.
pub(super) fn end_of_life(exp: f64) -> Timestamp {
    let seconds = exp + SKEW.as_secs_f64();
    // The cast saturates by itself.
    Timestamp::from_second(seconds as i64).unwrap_or(if seconds < 0.0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}
