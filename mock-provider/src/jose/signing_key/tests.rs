use jsonwebtoken::{DecodingKey, Validation, decode};
use rsa::pkcs1::EncodeRsaPrivateKey;
use serde_json::{Value, json};

use super::*;
use crate::jose::jws::{Header, compact};
use crate::jose::weak_rsa::Weakness;

const DERIVED: [(KeyKind, Algorithm); 4] = [
    (KeyKind::P256, Algorithm::ES256),
    (KeyKind::P384, Algorithm::ES384),
    (KeyKind::P521, Algorithm::ES512),
    (KeyKind::Ed25519, Algorithm::EdDsa),
];

fn keys() -> Vec<SigningKey> {
    let derived = DERIVED.iter().map(|(kind, _)| SigningKey::generate(*kind, &[7; 32]));
    let rsa = SigningKey::from_pkcs8(include_bytes!("../../../keys/shipped-rsa-2048-0.der"));
    derived.chain([rsa.unwrap()]).collect()
}

fn token(key: &SigningKey, algorithm: Algorithm) -> String {
    let header = Header::from_iter([("alg".to_owned(), algorithm.name().into())]);
    compact(&header, b"{\"sub\":\"alice\"}", |input| key.signature(algorithm, input).unwrap())
}

#[test]
fn a_key_signs_with_the_algorithms_of_its_kind_and_no_others() {
    for key in keys() {
        for algorithm in Algorithm::ALL {
            let signature = key.signature(algorithm, b"message");
            if algorithm.key_kind() != Some(key.public().kind()) {
                assert!(signature.is_err(), "{key:?} {algorithm}");
                continue;
            }
            let signature = signature.unwrap();
            assert!(key.public().verifies(algorithm, b"message", &signature));
            assert!(!key.public().verifies(algorithm, b"massage", &signature));
            for other in Algorithm::ALL.into_iter().filter(|other| *other != algorithm) {
                assert!(!key.public().verifies(other, b"message", &signature));
            }
        }
    }
}

#[test]
fn another_library_verifies_what_is_signed() {
    for key in keys() {
        let jwk = serde_json::from_value(Value::from(key.public().jwk()));
        for algorithm in Algorithm::ALL {
            // jsonwebtoken knows neither P-521 nor ES512.
            let (Ok(known), true) = (
                algorithm.name().parse::<jsonwebtoken::Algorithm>(),
                algorithm.key_kind() == Some(key.public().kind()),
            ) else {
                continue;
            };
            let mut validation = Validation::new(known);
            validation.required_spec_claims.clear();
            validation.validate_exp = false;
            let decoding = DecodingKey::from_jwk(jwk.as_ref().unwrap()).unwrap();
            let claims = decode::<Value>(&token(&key, algorithm), &decoding, &validation);
            assert_eq!(claims.unwrap().claims, json!({"sub": "alice"}), "{algorithm}");
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_key_and_a_different_one_does_not() {
    for (kind, _) in DERIVED {
        let thumbprint = |seed| SigningKey::generate(kind, &[seed; 32]).thumbprint().to_owned();
        assert_eq!(thumbprint(7), thumbprint(7));
        assert_ne!(thumbprint(7), thumbprint(8));
    }
}

#[test]
fn a_generated_rsa_key_signs() {
    let key = SigningKey::generate(KeyKind::Rsa, &[7; 32]);
    let signature = key.signature(Algorithm::PS256, b"message").unwrap();
    assert!(key.public().verifies(Algorithm::PS256, b"message", &signature));
}

#[test]
fn weak_keys_make_valid_signatures() {
    use rsa::BoxedUint;
    use rsa::hazmat::rsa_encrypt;

    for weakness in Weakness::ALL {
        let key = SigningKey::weak(weakness);
        let PublicKey::Rsa { modulus, exponent } = key.public() else { panic!("not RSA") };
        let signature = key.signature(Algorithm::RS256, b"message").unwrap();
        assert_eq!(signature.len(), modulus.len(), "{}", weakness.name());
        // Verification by hand: the power of the signature is the padded message.
        let number = BoxedUint::from_be_slice_vartime;
        let public = rsa::PublicKey::new_unchecked(number(modulus), number(exponent));
        let padded = rsa_encrypt(&public, &number(&signature)).unwrap().to_be_bytes();
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, b"message");
        assert!(padded.starts_with(&[0, 1, 0xff]) && padded.ends_with(digest.as_ref()));
        assert!(key.signature(Algorithm::RS384, b"message").is_err());
    }
}

#[test]
fn a_library_that_accepts_1024_bits_verifies_them() {
    let key = SigningKey::weak(Weakness::Bits1024);
    let PublicKey::Rsa { modulus, exponent } = key.public() else { panic!("not RSA") };
    let signature = key.signature(Algorithm::RS256, b"message").unwrap();
    let components = aws_lc_rs::rsa::PublicKeyComponents { n: modulus, e: exponent };
    let lax = &signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY;
    assert!(components.verify(lax, b"message", &signature).is_ok());
}

#[test]
fn a_key_in_either_pem_form_is_the_same_key() {
    let der = include_bytes!("../../../keys/shipped-rsa-2048-0.der");
    let key = rsa::PrivateKey::from_pkcs8_der(der).unwrap();
    let pkcs8 = key.to_pkcs8_pem(rsa::pkcs8::LineEnding::LF).unwrap();
    let pkcs1 = key.to_pkcs1_pem(rsa::pkcs8::LineEnding::LF).unwrap();
    let shipped = SigningKey::shipped(0).unwrap();
    for pem in [pkcs8, pkcs1] {
        let read = SigningKey::from_pem(&pem).unwrap();
        assert_eq!(read.thumbprint(), shipped.thumbprint());
    }
}

#[test]
fn text_that_is_not_a_key_is_refused() {
    assert!(matches!(SigningKey::from_pem("nonsense"), Err(KeyError::NotAnRsaKey(_))));
}

#[test]
fn debug_does_not_show_a_private_key() {
    let key = SigningKey::shipped(0).unwrap();
    assert_eq!(format!("{key:?}"), format!("SigningKey({})", key.thumbprint()));
}
