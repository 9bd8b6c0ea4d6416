//! Encrypted ID tokens.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use mock_provider::{Client, ContentEncryption, JwkSet, KeyEncryption, MockProvider};
use serde_json::{Value, json};

use crate::support::{Browser, CALLBACK, Parameters, builder, code_for, start, url};

/// A provider with the client `sealed`, whose ID tokens are encrypted in this way.
async fn encrypting(algorithm: KeyEncryption, jwks: JwkSet) -> MockProvider {
    let client = Client::new("sealed")
        .secret("s3cret")
        .redirect_uri(CALLBACK)
        .jwks(jwks)
        .id_token_encrypted_response_alg(algorithm)
        .id_token_encrypted_response_enc(ContentEncryption::Aes256Gcm);
    builder().client(client).start().await
}

/// The published key of a provider, used as the key of a client.
async fn a_key() -> Value {
    let provider = start().await;
    let mut keys = Browser::new().get(&url(&provider, "/jwks")).await.json();
    let mut jwk = keys["keys"][0].take();
    jwk["use"] = json!("enc");
    jwk
}

fn key_set(jwk: &Value) -> JwkSet {
    serde_json::from_value(json!({"keys": [jwk]})).expect("a key set")
}

/// The decoded parts of the ID token of a login, and the text of the first part.
async fn id_token(provider: &MockProvider) -> (Vec<Vec<u8>>, String) {
    let request = Parameters::authorization().with("client_id", "sealed");
    let code = code_for(provider, "alice", request).await;
    let form = Parameters::code(&code).with("client_id", "sealed");
    let tokens = Browser::new().token(provider, form).await.expect(200).json();
    let token = tokens["id_token"].as_str().expect("there is an ID token");
    let parts = token.split('.').map(|part| BASE64_URL_SAFE_NO_PAD.decode(part));
    let parts = parts.collect::<Result<_, _>>().expect("base64url");
    (parts, token.split('.').next().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn a_client_decrypts_its_id_token_with_its_secret() {
    let provider = encrypting(KeyEncryption::Direct, key_set(&a_key().await)).await;
    let (parts, aad) = id_token(&provider).await;
    let [header, key, iv, ciphertext, tag] = parts.as_slice() else { panic!("{parts:?}") };
    let header: Value = serde_json::from_slice(header).expect("JSON");
    assert_eq!(header, json!({"alg": "dir", "enc": "A256GCM", "cty": "JWT"}));
    assert!(key.is_empty());
    let secret = digest(&SHA256, b"s3cret");
    let cipher = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, secret.as_ref()).expect("a key"));
    let nonce = Nonce::try_assume_unique_for_key(iv).expect("the right length");
    let mut text = [ciphertext.as_slice(), tag].concat();
    let text = cipher.open_in_place(nonce, Aad::from(aad.as_bytes()), &mut text).expect("sound");
    let text = std::str::from_utf8(text).expect("ASCII");
    let claims = text.split('.').nth(1).expect("a signed token is inside");
    let claims = BASE64_URL_SAFE_NO_PAD.decode(claims).expect("base64url");
    let claims: Value = serde_json::from_slice(&claims).expect("JSON");
    assert_eq!((&claims["sub"], &claims["aud"]), (&json!("alice"), &json!("sealed")));
}

#[tokio::test]
async fn the_key_of_the_client_is_named() {
    let jwk = a_key().await;
    for (algorithm, name) in
        [(KeyEncryption::RsaOaep, "RSA-OAEP"), (KeyEncryption::RsaOaep256, "RSA-OAEP-256")]
    {
        let (parts, _) = id_token(&encrypting(algorithm, key_set(&jwk)).await).await;
        let header: Value = serde_json::from_slice(&parts[0]).expect("JSON");
        let expected = json!({"alg": name, "enc": "A256GCM", "kid": jwk["kid"], "cty": "JWT"});
        assert_eq!(header, expected);
        assert_eq!(parts[1].len(), 256);
    }
}

#[tokio::test]
async fn the_metadata_lists_encryption_when_a_client_uses_it() {
    let listed = async |provider: &MockProvider| {
        let address = url(provider, "/.well-known/openid-configuration");
        let metadata = Browser::new().get(&address).await.json();
        ["alg", "enc"]
            .map(|it| metadata[format!("id_token_encryption_{it}_values_supported")].clone())
    };
    assert_eq!(listed(&start().await).await, [Value::Null, Value::Null]);
    let provider = encrypting(KeyEncryption::Direct, key_set(&a_key().await)).await;
    let expected =
        [json!(["RSA-OAEP", "RSA-OAEP-256", "dir"]), json!(["A128CBC-HS256", "A256GCM"])];
    assert_eq!(listed(&provider).await, expected);
}
