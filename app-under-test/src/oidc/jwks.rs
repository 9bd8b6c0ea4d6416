//! The provider's keys, and which of them may have signed a token.

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey};
use serde::Deserialize;
use serde_json::Value;

/// The keys of a JWK set that can verify signatures
/// ([RFC 7517, section 5](https://www.rfc-editor.org/rfc/rfc7517#section-5)).
#[derive(Clone, Debug, Default)]
pub(crate) struct KeySet(Vec<Jwk>);

/// A JWK set as received. Its members are parsed one by one, so that an unknown kind of key does
/// not invalidate the others.
#[derive(Debug, Deserialize)]
pub(super) struct Document {
    keys: Vec<Value>,
}

impl KeySet {
    /// Keeps the keys that can be parsed and are meant for signatures.
    pub(super) fn new(document: Document) -> Self {
        let readable = document.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok());
        Self(readable.filter(is_for_signatures).collect())
    }

    /// Whether any key can verify a signature by any of `algorithms`.
    pub(super) fn fits_any(&self, algorithms: &[Algorithm]) -> bool {
        self.0.iter().any(|key| algorithms.iter().any(|&algorithm| fits_algorithm(key, algorithm)))
    }

    /// The keys that may have made a signature by `algorithm`, under `kid` when there is one
    /// ([OpenID Connect Core 1.0, section 10.1](https://openid.net/specs/openid-connect-core-1_0.html#Signing)).
    ///
    /// A token without `kid` matches every key of the right type, and a key without `kid` matches
    /// every token.
    pub(super) fn candidates(&self, algorithm: Algorithm, kid: Option<&str>) -> Vec<DecodingKey> {
        self.0
            .iter()
            .filter(|key| fits_algorithm(key, algorithm))
            .filter(|key| match (kid, key.common.key_id.as_deref()) {
                (Some(wanted), Some(found)) => wanted == found,
                (Some(_), None) | (None, _) => true,
            })
            .filter_map(|key| DecodingKey::from_jwk(key).ok())
            .collect()
    }
}

/// Whether a key is public and meant for signatures
/// ([RFC 7517, sections 4.2 and 4.3](https://www.rfc-editor.org/rfc/rfc7517#section-4.2)).
fn is_for_signatures(key: &Jwk) -> bool {
    let common = &key.common;
    let used_for_signatures =
        common.public_key_use.as_ref().is_none_or(|used_for| *used_for == PublicKeyUse::Signature);
    let may_verify = common
        .key_operations
        .as_ref()
        .is_none_or(|operations| operations.contains(&KeyOperations::Verify));
    used_for_signatures && may_verify
}

/// Whether a key's type, curve and own `alg` allow signatures by `algorithm`
/// ([RFC 7518, section 3.1](https://www.rfc-editor.org/rfc/rfc7518#section-3.1)).
fn fits_algorithm(key: &Jwk, algorithm: Algorithm) -> bool {
    let own_algorithm_fits = key.common.key_algorithm.is_none_or(|own| own == algorithm.into());
    let type_fits = match &key.algorithm {
        AlgorithmParameters::RSA(_) => algorithm.family() == AlgorithmFamily::Rsa,
        AlgorithmParameters::EllipticCurve(key) => match key.curve {
            EllipticCurve::P256 => algorithm == Algorithm::ES256,
            EllipticCurve::P384 => algorithm == Algorithm::ES384,
            _ => false,
        },
        AlgorithmParameters::OctetKeyPair(key) => {
            key.curve == EllipticCurve::Ed25519 && algorithm == Algorithm::EdDSA
        }
        // Symmetric keys, which do not belong in a public document, and unknown types.
        _ => false,
    };
    own_algorithm_fits && type_fits
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn key_set(keys: Value) -> KeySet {
        KeySet::new(serde_json::from_value(json!({ "keys": keys })).unwrap())
    }

    fn rsa(members: Value) -> Value {
        let mut key = json!({"kty": "RSA", "n": "3q2-7w", "e": "AQAB"});
        let object = key.as_object_mut().unwrap();
        object.extend(members.as_object().unwrap().clone());
        key
    }

    #[track_caller]
    fn assert_fits(key: Value, algorithm: Algorithm, kid: Option<&str>, fits: bool) {
        let candidates = key_set(json!([key])).candidates(algorithm, kid);
        assert_eq!(!candidates.is_empty(), fits);
    }

    #[test]
    fn unknown_keys_do_not_invalidate_the_set() {
        let keys = key_set(json!([
            {"kty": "AKP", "alg": "ML-DSA-65", "pub": "AA"},
            {"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA"},
            "not an object",
            {},
            rsa(json!({"kid": "a"})),
        ]));
        assert_eq!(keys.candidates(Algorithm::RS256, Some("a")).len(), 1);
    }

    #[test]
    fn kid_decides_when_both_sides_have_one() {
        let named = rsa(json!({"kid": "a"}));
        assert_fits(named.clone(), Algorithm::RS256, Some("a"), true);
        assert_fits(named.clone(), Algorithm::RS256, Some("A"), false);
        assert_fits(named, Algorithm::RS256, None, true);
        assert_fits(rsa(json!({})), Algorithm::RS256, Some("a"), true);
    }

    #[test]
    fn every_key_without_kid_is_a_candidate() {
        let keys = key_set(json!([rsa(json!({})), rsa(json!({}))]));
        assert_eq!(keys.candidates(Algorithm::RS256, None).len(), 2);
    }

    #[test]
    fn use_key_ops_alg_and_type_must_fit() {
        let rs256 = Algorithm::RS256;
        assert_fits(rsa(json!({"use": "sig"})), rs256, None, true);
        assert_fits(rsa(json!({"use": "enc"})), rs256, None, false);
        assert_fits(rsa(json!({"key_ops": ["verify"]})), rs256, None, true);
        assert_fits(rsa(json!({"key_ops": ["wrapKey"]})), rs256, None, false);
        assert_fits(rsa(json!({"alg": "RS256"})), rs256, None, true);
        assert_fits(rsa(json!({"alg": "PS256"})), rs256, None, false);
        assert_fits(rsa(json!({"alg": "RSA-OAEP"})), rs256, None, false);
        assert_fits(rsa(json!({})), Algorithm::ES256, None, false);
        let p256 = json!({"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"});
        assert_fits(p256.clone(), Algorithm::ES256, None, true);
        assert_fits(p256.clone(), Algorithm::ES384, None, false);
        assert_fits(p256, rs256, None, false);
    }

    #[test]
    fn set_fits_only_algorithms_of_its_keys() {
        for unusable in [
            json!([]),
            json!([{"kty": "AKP", "alg": "ML-DSA-65", "pub": "AA"}]),
            json!([{"kty": "oct", "k": "c2VjcmV0"}]),
            json!([{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}]),
        ] {
            assert!(!key_set(unusable.clone()).fits_any(&[Algorithm::RS256]), "{unusable}");
        }
        let keys = key_set(json!([rsa(json!({}))]));
        assert!(keys.fits_any(&[Algorithm::ES256, Algorithm::RS256]));
    }

    #[test]
    fn symmetric_keys_are_never_candidates() {
        let key = json!({"kty": "oct", "k": "c2VjcmV0", "alg": "HS256"});
        assert_fits(key, Algorithm::HS256, None, false);
    }
}
