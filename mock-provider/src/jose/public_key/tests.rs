use serde_json::json;

use super::*;
use crate::jose::signing_key::SigningKey;

/// The key and the thumbprint of RFC 7638, section 3.1.
const MODULUS: &str = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";

fn of_the_specification() -> PublicKey {
    let number = |text| BASE64_URL_SAFE_NO_PAD.decode(text).unwrap();
    PublicKey::Rsa { modulus: number(MODULUS), exponent: number("AQAB") }
}

fn every_kind() -> Vec<PublicKey> {
    let derived = [KeyKind::P256, KeyKind::P384, KeyKind::P521, KeyKind::Ed25519];
    let keys = derived.map(|kind| SigningKey::generate(kind, &[1; 32]).public().clone());
    keys.into_iter().chain([of_the_specification()]).collect()
}

#[test]
fn the_thumbprint_is_that_of_the_specification() {
    let thumbprint = of_the_specification().thumbprint();
    assert_eq!(thumbprint, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    // RFC 8037, appendix A.3.
    let bytes = BASE64_URL_SAFE_NO_PAD.decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
    let thumbprint = PublicKey::Ed25519(bytes.unwrap()).thumbprint();
    assert_eq!(thumbprint, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

#[test]
fn a_published_key_says_how_it_is_used() {
    let jwk = of_the_specification().published(Algorithm::RS256, "name");
    assert_eq!(
        Value::from(jwk),
        json!({
            "use": "sig",
            "alg": "RS256",
            "kid": "name",
            "kty": "RSA",
            "n": MODULUS,
            "e": "AQAB",
        })
    );
}

#[test]
fn coordinates_have_the_length_of_the_curve() {
    for (kind, name, size) in
        [(KeyKind::P256, "P-256", 32), (KeyKind::P384, "P-384", 48), (KeyKind::P521, "P-521", 66)]
    {
        let jwk = SigningKey::generate(kind, &[1; 32]).public().jwk();
        assert_eq!((jwk["kty"].as_str(), jwk["crv"].as_str()), (Some("EC"), Some(name)));
        for member in ["x", "y"] {
            let number = BASE64_URL_SAFE_NO_PAD.decode(jwk[member].as_str().unwrap()).unwrap();
            assert_eq!(number.len(), size);
        }
    }
}

#[test]
fn the_spki_der_equals_that_of_another_library() {
    use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
    use aws_lc_rs::signature::ParsedPublicKey;

    let known = |parameters: &'static dyn signature::VerificationAlgorithm, key: &PublicKey| {
        ParsedPublicKey::new(parameters, key.spki_der()).is_ok()
    };
    for key in every_kind() {
        let parameters: &'static dyn signature::VerificationAlgorithm = match key.kind() {
            KeyKind::Rsa => &signature::RSA_PKCS1_2048_8192_SHA256,
            KeyKind::P256 => &signature::ECDSA_P256_SHA256_FIXED,
            KeyKind::P384 => &signature::ECDSA_P384_SHA384_FIXED,
            KeyKind::P521 => &signature::ECDSA_P521_SHA512_FIXED,
            KeyKind::Ed25519 => &signature::ED25519,
        };
        assert!(known(parameters, &key), "{key:?}");
    }
    let PublicKey::Rsa { modulus, exponent } = of_the_specification() else { panic!() };
    let written: PublicKeyX509Der<'_> =
        PublicKeyComponents { n: &modulus, e: &exponent }.as_der().unwrap();
    assert_eq!(of_the_specification().spki_der(), written.as_ref());
}

#[test]
fn both_pem_forms_are_read_by_another_library() {
    use rsa::pkcs1::DecodeRsaPublicKey;
    use rsa::pkcs8::DecodePublicKey;

    let key = of_the_specification();
    assert!(key.spki_pem().starts_with("-----BEGIN PUBLIC KEY-----\n"));
    assert!(key.pkcs1_pem().unwrap().starts_with("-----BEGIN RSA PUBLIC KEY-----\n"));
    let spki = rsa::PublicKey::from_public_key_pem(&key.spki_pem()).unwrap();
    let pkcs1 = rsa::PublicKey::from_pkcs1_pem(&key.pkcs1_pem().unwrap()).unwrap();
    assert_eq!(spki, pkcs1);
}

#[test]
fn an_rsa_key_has_ten_different_forms() {
    let key = of_the_specification();
    let forms = PublicKeyForm::ALL.map(|form| key.in_form(form).expect("RSA has every form"));
    let text = |form: PublicKeyForm| String::from_utf8(key.in_form(form).unwrap()).unwrap();
    for (index, form) in forms.iter().enumerate() {
        assert!(!forms[..index].contains(form), "{}", PublicKeyForm::ALL[index].name());
    }
    assert!(text(PublicKeyForm::PemSpki).ends_with("-----END PUBLIC KEY-----\n"));
    assert!(!text(PublicKeyForm::PemNoLf).contains('\n'));
    assert!(!text(PublicKeyForm::PemNoHeaders).contains('-'));
    assert_eq!(text(PublicKeyForm::PemNoHeaders).replace('\n', ""), text(PublicKeyForm::DerBase64));
    assert_eq!(text(PublicKeyForm::N), MODULUS);
    assert!(text(PublicKeyForm::JwkJson).starts_with("{\"kty\":\"RSA\",\"n\":\"0vx7"));
}

#[test]
fn a_key_that_is_not_rsa_lacks_the_rsa_forms() {
    let key = SigningKey::generate(KeyKind::P256, &[1; 32]).public().clone();
    let lacking = PublicKeyForm::ALL.into_iter().filter(|form| key.in_form(*form).is_none());
    let lacking: Vec<_> = lacking.map(PublicKeyForm::name).collect();
    assert_eq!(lacking, ["pem-pkcs1", "n", "e"]);
}
