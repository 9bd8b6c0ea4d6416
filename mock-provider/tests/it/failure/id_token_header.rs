//! ID token: header.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey};
use mock_provider::failure::Class;
use mock_provider::{Client, ContentEncryption, Endpoint, KeyEncryption, MockProvider};
use serde_json::Value;

use super::changes::assert_changes;
use super::transcript::transcript;
use crate::support::{
    Answer, Browser, CALLBACK, Parameters, builder, code_for, decoded, start, tokens_for, url,
};

#[tokio::test]
async fn each_case_changes_exactly_what_its_snapshot_shows() {
    // The client of the transcript is not registered for encryption.
    let except = ["id-token-jwe-mismatch"];
    assert_changes(Class::IdTokenHeader, &except, transcript).await;
}

/// An ID token of a login with a failure, and its header.
async fn failing(provider: &MockProvider, failure: &str) -> (String, Value) {
    let _failure = provider.fail(failure);
    let tokens = tokens_for(provider, "alice", "openid").await;
    let token = tokens["id_token"].as_str().expect("there is an ID token").to_owned();
    let (header, _) = decoded(&token);
    (token, header)
}

/// Whether a key verifies a token with this algorithm, regardless of the token's header.
fn verifies(token: &str, key: &DecodingKey, algorithm: Algorithm) -> bool {
    let (signed, signature) = token.rsplit_once('.').expect("a token has a signature");
    jsonwebtoken::crypto::verify(signature, signed.as_bytes(), key, algorithm).expect("a sound key")
}

fn key(jwk: &Value) -> DecodingKey {
    let jwk: Jwk = serde_json::from_value(jwk.clone()).expect("a JWK");
    DecodingKey::from_jwk(&jwk).expect("a key")
}

async fn jwks(provider: &MockProvider) -> Value {
    Browser::new().get(&url(provider, "/jwks")).await.json()
}

#[tokio::test]
async fn the_public_key_in_each_encoding_is_the_hmac_secret() {
    let provider = start().await;
    let published = jwks(&provider).await["keys"][0].clone();
    for member in ["n", "e", "kty", "alg"] {
        let failure = format!("id-token-alg-hs256-public-key:encoding={member}");
        let (token, header) = failing(&provider, &failure).await;
        assert_eq!(header["kid"], published["kid"]);
        let text = published[member].as_str().expect("a text");
        let key = DecodingKey::from_secret(text.as_bytes());
        assert!(verifies(&token, &key, Algorithm::HS256), "{member}");
    }
}

#[tokio::test]
async fn the_named_trivial_key_signs() {
    let provider = start().await;
    for (name, secret) in [
        ("client-secret", b"s3cret".as_slice()),
        ("empty", b""),
        ("secret", b"secret"),
        ("null-bytes", &[0; 32]),
        ("client-id", b"shop"),
    ] {
        let failure = format!("id-token-alg-hs256-client-secret:key={name}");
        let (token, _) = failing(&provider, &failure).await;
        assert!(verifies(&token, &DecodingKey::from_secret(secret), Algorithm::HS256), "{name}");
    }
}

#[tokio::test]
async fn an_embedded_key_verifies_the_token_and_is_not_published() {
    let provider = start().await;
    let (token, header) = failing(&provider, "id-token-embedded-key:member=jwk").await;
    assert!(verifies(&token, &key(&header["jwk"]), Algorithm::RS256));
    assert!(!verifies(&token, &key(&jwks(&provider).await["keys"][0]), Algorithm::RS256));
    let (token, header) = failing(&provider, "id-token-embedded-key:member=jwk-oct").await;
    let secret = BASE64_URL_SAFE_NO_PAD.decode(header["jwk"]["k"].as_str().unwrap_or_default());
    let secret = DecodingKey::from_secret(&secret.expect("base64url"));
    assert!(verifies(&token, &secret, Algorithm::HS256));
}

/// Fetches the address that a header parameter names.
async fn visit(address: &Value) -> Answer {
    Browser::new().get(address.as_str().expect("an address")).await.expect(200).clone()
}

#[tokio::test]
async fn a_remote_key_set_is_served_in_the_chosen_order_and_its_request_is_recorded() {
    let provider = start().await;
    let trusted = jwks(&provider).await["keys"][0].clone();
    let failure = "id-token-remote-key:content=trusted+untrusted";
    let (token, header) = failing(&provider, failure).await;
    let keys = visit(&header["jku"]).await.json();
    assert_eq!(keys["keys"][0], trusted);
    assert!(verifies(&token, &key(&keys["keys"][1]), Algorithm::RS256));
    let exchange = provider.journal().pop().expect("the visit was recorded");
    assert_eq!(exchange.endpoint, Endpoint::Canary);
}

#[tokio::test]
async fn remote_certificates_are_served_in_pem() {
    let provider = start().await;
    let failure = "id-token-remote-key:member=x5u,content=untrusted+trusted";
    let (_, header) = failing(&provider, failure).await;
    let chain = visit(&header["x5u"]).await.body;
    assert_eq!(chain.matches("-----BEGIN CERTIFICATE-----\n").count(), 2);
}

#[tokio::test]
async fn the_key_that_a_kid_points_to_verifies_the_token() {
    let provider = start().await;
    let (token, header) = failing(&provider, "id-token-kid-injection").await;
    let keys = visit(&header["kid"]).await.json();
    assert!(verifies(&token, &key(&keys["keys"][0]), Algorithm::RS256));
    let (token, header) = failing(&provider, "id-token-kid-injection:value=jwk-json").await;
    let jwk = serde_json::from_str(header["kid"].as_str().expect("a text")).expect("JSON");
    assert!(verifies(&token, &key(&jwk), Algorithm::RS256));
    let (token, _) = failing(&provider, "id-token-kid-injection:value=path-traversal").await;
    assert!(verifies(&token, &DecodingKey::from_secret(b""), Algorithm::HS256));
}

#[tokio::test]
async fn a_key_set_with_several_matching_keys_has_the_right_one_last() {
    let provider = start().await;
    let honest = jwks(&provider).await["keys"][0].clone();
    let failure = provider.fail("id-token-kid-absent-multiple:keys=3,duplicate-kid=true");
    // Publishing keys does not count as firing.
    let _failure = failure.may_not_fire();
    let keys = jwks(&provider).await["keys"].as_array().cloned().expect("a key set");
    assert_eq!(keys.len(), 3);
    assert_eq!(keys[2], honest);
    assert!(keys.iter().all(|key| key["kid"] == honest["kid"] && key["alg"] == "RS256"));
    assert!(keys[0]["n"] != honest["n"] && keys[0]["n"] != keys[1]["n"]);
}

/// The header of an altered ID token for a client with this encryption, if any.
async fn outer_header(encryption: Option<KeyEncryption>, failure: &str) -> Value {
    let mut client = Client::new("sealed").secret("s3cret").redirect_uri(CALLBACK);
    client.id_token_encrypted_response_alg = encryption;
    client.id_token_encrypted_response_enc = encryption.map(|_| ContentEncryption::Aes256Gcm);
    let provider = builder().client(client).start().await;
    let _failure = provider.fail(failure);
    let request = Parameters::authorization().with("client_id", "sealed");
    let code = code_for(&provider, "alice", request).await;
    let form = Parameters::code(&code).with("client_id", "sealed");
    let tokens = Browser::new().token(&provider, form).await.expect(200).json();
    let token = tokens["id_token"].as_str().expect("there is an ID token");
    let header = token.split('.').next().unwrap_or_default();
    let header = BASE64_URL_SAFE_NO_PAD.decode(header).expect("base64url");
    let header: Value = serde_json::from_slice(&header).expect("JSON");
    let parts = if header.get("enc").is_some() { 5 } else { 3 };
    assert_eq!(token.split('.').count(), parts);
    header
}

#[tokio::test]
async fn an_id_token_is_encrypted_contrary_to_the_registration() {
    let unexpected = "id-token-jwe-mismatch:variant=unexpected-jwe";
    let header = outer_header(None, unexpected).await;
    assert_eq!((&header["alg"], &header["enc"]), (&"dir".into(), &"A128CBC-HS256".into()));
    let sealed = Some(KeyEncryption::Direct);
    let header = outer_header(sealed, "id-token-jwe-mismatch:variant=rsa1_5").await;
    assert_eq!((&header["alg"], &header["enc"]), (&"RSA1_5".into(), &"A256GCM".into()));
    let header = outer_header(sealed, "id-token-jwe-mismatch:variant=missing-jwe").await;
    assert_eq!(header["alg"], "RS256");
}

#[tokio::test]
async fn an_altered_id_token_is_encrypted_again() {
    let sealed = Some(KeyEncryption::Direct);
    let header = outer_header(sealed, "id-token-sig-invalid").await;
    assert_eq!((&header["alg"], &header["cty"]), (&"dir".into(), &"JWT".into()));
}
