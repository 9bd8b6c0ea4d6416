//! The ID token: every check between a string from the network and a user.
//!
//! [`verify`] runs the steps of
//! [OpenID Connect Core 1.0, section 3.1.3.7](https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation)
//! in an order that trusts nothing before its signature is checked, except the header, which is
//! needed to check it. The signature is `jsonwebtoken`'s work; the claims are checked here,
//! against the app's own clock.

use std::time::Duration;

use aws_lc_rs::digest;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, Header, Validation};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::jwks::KeySet;

mod error;

pub(crate) use error::IdTokenError;

/// How far the provider's clock may be from the app's.
const SKEW: f64 = 60.0;

/// What an ID token must agree with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expectations<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) client_id: &'a str,
    pub(crate) signing_algorithms: &'a [Algorithm],
    /// The nonce that the login began with.
    pub(crate) nonce: &'a str,
    /// The access token that came along.
    pub(crate) access_token: &'a str,
    /// The authentication age that was asked for.
    pub(crate) max_age: Option<Duration>,
    pub(crate) now: Timestamp,
}

/// The claims of an ID token that passed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct VerifiedClaims {
    pub(crate) subject: String,
    /// From when on the token would be refused: its expiry and the skew. A session that ended
    /// with the expiry alone would be over before it began where the provider's clock is slow.
    pub(crate) expires: Timestamp,
    /// Every claim, as it was sent.
    pub(crate) all: Map<String, Value>,
}

/// The claims that are checked; serde refuses them when they are missing, repeated or of
/// another type.
#[derive(Debug, Deserialize)]
struct Claims {
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

/// One audience or several
/// ([RFC 7519, section 4.1.3](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.3)).
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// Checks `token` by every step.
///
/// # Errors
///
/// The first step that fails. [`IdTokenError::UnknownKey`] and [`IdTokenError::Signature`] may
/// mean that the provider has changed its keys, and are worth a second try with fresh ones.
pub(crate) fn verify(
    token: &str,
    keys: &KeySet,
    expected: &Expectations<'_>,
) -> Result<VerifiedClaims, IdTokenError> {
    let header = check_header(token)?;
    check_algorithm(&header, expected.signing_algorithms)?;
    let (claims, all) = check_signature(token, &header, keys)?;
    check_issuer(&claims, expected.issuer)?;
    check_audience(&claims, expected.client_id)?;
    check_authorized_party(&claims, expected.client_id)?;
    check_times(&claims, expected.now)?;
    check_nonce(&claims, expected.nonce)?;
    check_subject(&claims)?;
    check_access_token_hash(&claims, header.alg, expected.access_token)?;
    check_authentication_time(&claims, expected.max_age, expected.now)?;
    let expires = saturating_timestamp(claims.exp + SKEW);
    Ok(VerifiedClaims { expires, subject: claims.sub, all })
}

/// The header: a JWS in three parts, of the right type, without extensions that would change
/// its meaning
/// ([RFC 7515, section 4.1.11](https://www.rfc-editor.org/rfc/rfc7515#section-4.1.11);
/// [RFC 8725, section 3.11](https://www.rfc-editor.org/rfc/rfc8725#section-3.11)).
///
/// The algorithm `none` is none of the library's and ends here, and so does an encrypted token,
/// which has five parts. Keys that the header itself brings or points to (`jwk`, `jku`, `x5c`,
/// `x5u`) are read by nobody.
fn check_header(token: &str) -> Result<Header, IdTokenError> {
    let header = jsonwebtoken::decode_header(token)
        .map_err(|error| IdTokenError::Header(error.to_string()))?;
    if let Some(typ) = &header.typ
        && !typ.eq_ignore_ascii_case("JWT")
    {
        return Err(IdTokenError::Type(typ.clone()));
    }
    if header.crit.is_some() {
        return Err(IdTokenError::Critical);
    }
    Ok(header)
}

/// Step 7: the algorithm is one that was agreed on, not one that the token chooses.
fn check_algorithm(header: &Header, allowed: &[Algorithm]) -> Result<(), IdTokenError> {
    if allowed.contains(&header.alg) {
        Ok(())
    } else {
        Err(IdTokenError::Algorithm { found: header.alg, expected: allowed.to_vec() })
    }
}

/// Step 6: a published key of the provider made the signature.
///
/// Core lets TLS stand in for it when the token comes straight from the token endpoint; the
/// app checks it all the same, since issuers by plain http exist in tests and mistakes.
fn check_signature(
    token: &str,
    header: &Header,
    keys: &KeySet,
) -> Result<(Claims, Map<String, Value>), IdTokenError> {
    let candidates = keys.candidates(header.alg, header.kid.as_deref());
    if candidates.is_empty() {
        return Err(IdTokenError::UnknownKey { kid: header.kid.clone(), algorithm: header.alg });
    }
    // The library checks the signature only: it asks the machine for the time and lets several
    // audiences pass.
    let mut signature_only = Validation::new(header.alg);
    signature_only.required_spec_claims.clear();
    signature_only.validate_exp = false;
    signature_only.validate_aud = false;

    for key in &candidates {
        match jsonwebtoken::decode::<Claims>(token, key, &signature_only) {
            Ok(checked) => {
                // Once more, untyped, to show what was sent: the same bytes, now trusted.
                let all = jsonwebtoken::dangerous::insecure_decode_claims(token)
                    .map_err(|error| IdTokenError::Claims(error.to_string()))?;
                return Ok((checked.claims, all));
            }
            Err(error) => {
                use jsonwebtoken::errors::ErrorKind;
                // Only a good signature lets the library read the claims.
                if let ErrorKind::Json(_) | ErrorKind::Utf8(_) = error.kind() {
                    return Err(IdTokenError::Claims(error.to_string()));
                }
            }
        }
    }
    Err(IdTokenError::Signature)
}

/// Step 2: the provider that was asked issued it. Exact, as its metadata spell it.
fn check_issuer(claims: &Claims, issuer: &str) -> Result<(), IdTokenError> {
    if claims.iss == issuer {
        Ok(())
    } else {
        Err(IdTokenError::Issuer { found: claims.iss.clone(), expected: issuer.to_owned() })
    }
}

/// Step 3: it is for this client, and for no other audience that the app would have to trust.
fn check_audience(claims: &Claims, client_id: &str) -> Result<(), IdTokenError> {
    let audiences = match &claims.aud {
        Audience::One(audience) => std::slice::from_ref(audience),
        Audience::Many(audiences) => audiences,
    };
    if !audiences.is_empty() && audiences.iter().all(|audience| audience == client_id) {
        Ok(())
    } else {
        Err(IdTokenError::Audience { found: audiences.to_vec(), expected: client_id.to_owned() })
    }
}

/// Steps 4 and 5: where an authorized party is named, it is this client.
fn check_authorized_party(claims: &Claims, client_id: &str) -> Result<(), IdTokenError> {
    match &claims.azp {
        Some(azp) if azp != client_id => Err(IdTokenError::AuthorizedParty {
            found: azp.clone(),
            expected: client_id.to_owned(),
        }),
        _ => Ok(()),
    }
}

/// Steps 9 and 10, and `nbf`
/// ([RFC 7519, section 4.1.5](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.5)): now is
/// within the token's life, give or take [`SKEW`]. Times may have fractions (RFC 7519,
/// section 2), and are compared as what they are, so that no value can overflow.
fn check_times(claims: &Claims, now: Timestamp) -> Result<(), IdTokenError> {
    let seconds = now.as_duration().as_secs_f64();
    let exp = claims.exp;
    if seconds >= exp + SKEW {
        return Err(IdTokenError::Expired { exp, now });
    }
    if let Some(nbf) = claims.nbf
        && nbf > seconds + SKEW
    {
        return Err(IdTokenError::NotYetValid { nbf, now });
    }
    let iat = claims.iat;
    if iat > seconds + SKEW {
        return Err(IdTokenError::IssuedInTheFuture { iat, now });
    }
    Ok(())
}

/// Step 11: the token answers this login, and no other.
fn check_nonce(claims: &Claims, nonce: &str) -> Result<(), IdTokenError> {
    if claims.nonce.as_deref() == Some(nonce) { Ok(()) } else { Err(IdTokenError::Nonce) }
}

/// There is somebody it is about
/// ([section 2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken)).
fn check_subject(claims: &Claims) -> Result<(), IdTokenError> {
    let length = claims.sub.chars().count();
    if (1..=255).contains(&length) && !claims.sub.trim().is_empty() {
        Ok(())
    } else {
        Err(IdTokenError::Subject)
    }
}

/// The access token belongs to the ID token, if the provider says so: the claim is optional in
/// this flow
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

/// The hash that belongs to a signature algorithm.
fn hash_of(algorithm: Algorithm) -> &'static digest::Algorithm {
    match algorithm {
        Algorithm::RS256 | Algorithm::PS256 | Algorithm::ES256 => &digest::SHA256,
        Algorithm::RS384 | Algorithm::PS384 | Algorithm::ES384 => &digest::SHA384,
        // Ed25519 hashes with SHA-512 itself, as do the algorithms that say 512.
        _ => &digest::SHA512,
    }
}

/// Step 13: the user typed a password as recently as the app asked for.
fn check_authentication_time(
    claims: &Claims,
    max_age: Option<Duration>,
    now: Timestamp,
) -> Result<(), IdTokenError> {
    let Some(max_age) = max_age else {
        return Ok(());
    };
    let auth_time = claims.auth_time;
    let age = auth_time.map(|auth_time| now.as_duration().as_secs_f64() - auth_time);
    if age.is_some_and(|age| (-SKEW..=max_age.as_secs_f64() + SKEW).contains(&age)) {
        Ok(())
    } else {
        Err(IdTokenError::AuthenticationTime { auth_time })
    }
}

/// An instant that certainly exists: a token may claim to live longer than time does.
fn saturating_timestamp(seconds: f64) -> Timestamp {
    // The cast saturates by itself.
    Timestamp::from_second(seconds as i64).unwrap_or(if seconds < 0.0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}
