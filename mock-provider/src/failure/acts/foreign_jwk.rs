//! Published keys that do not verify ID tokens.

use serde_json::json;

use crate::jose::algorithm::{Algorithm, KeyKind};
use crate::jose::keys::Keys;
use crate::jose::public_key::Jwk;

/// A public key on Ed448 ([RFC 8032, section 7.4](https://www.rfc-editor.org/rfc/rfc8032#section-7.4)).
const ED448: &str = "X9dEm1m0Yf0s54fsYWrUah2hNCSFpw4fig6nXYDpZ3jt8SR2m0bHBhvWeD3x5Q9s0foavq_oJWGA";

/// The base point of secp256k1 (SEC 2, section 2.4.1): a valid public key whose private half is 1.
const SECP256K1: [&str; 2] =
    ["eb5mfvncu6xVoGKVzocLBwKb_NstzijZWfKBWxb4F5g", "SDradyajxGVdpPv8DhEIqP0XtEimhVQZnEfQj_sQ1Lg"];

/// The length of an ML-DSA-44 public key, in bytes.
const ML_DSA_44: usize = 1312;

/// A key of that kind; `None` for an unknown kind.
pub(crate) fn extra(kind: &str, keys: &Keys) -> Option<Jwk> {
    let rsa = || keys.foreign(KeyKind::Rsa, 1);
    Some(match kind {
        "kty-AKP" => jwk(&[
            ("use", "sig"),
            ("kid", "akp"),
            ("kty", "AKP"),
            ("alg", "ML-DSA-44"),
            // Any bytes are a valid key: a seed and the coefficients of polynomials.
            ("pub", &"A".repeat(ML_DSA_44.div_ceil(3) * 4 - 2)),
        ]),
        "kty-unknown" => {
            jwk(&[("use", "sig"), ("kid", "unknown"), ("kty", "UNKNOWN"), ("u", "AA")])
        }
        "OKP-Ed448" => jwk(&[
            ("use", "sig"),
            ("alg", "EdDSA"),
            ("kid", "ed448"),
            ("kty", "OKP"),
            ("crv", "Ed448"),
            ("x", ED448),
        ]),
        "EC-P521" => {
            let key = keys.foreign(KeyKind::P521, 1);
            key.public().published(Algorithm::ES512, key.thumbprint())
        }
        "secp256k1" => jwk(&[
            ("use", "sig"),
            ("alg", "ES256K"),
            ("kid", "secp256k1"),
            ("kty", "EC"),
            ("crv", "secp256k1"),
            ("x", SECP256K1[0]),
            ("y", SECP256K1[1]),
        ]),
        "use-enc" => described(&[("use", "enc")], rsa().public().jwk(), rsa().thumbprint()),
        "alg-RSA-OAEP" => {
            described(&[("alg", "RSA-OAEP")], rsa().public().jwk(), rsa().thumbprint())
        }
        "same-kid-other-kty" => {
            let kid = keys.signing_kid(Algorithm::RS256)?;
            keys.foreign(KeyKind::P256, 1).public().published(Algorithm::ES256, &kid)
        }
        _ => return None,
    })
}

fn described(members: &[(&str, &str)], key: Jwk, kid: &str) -> Jwk {
    jwk(members).into_iter().chain(jwk(&[("kid", kid)])).chain(key).collect()
}

fn jwk(members: &[(&str, &str)]) -> Jwk {
    members.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect()
}
