//! ID tokens signed with algorithms other than RS256, and key rotation.

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{DecodingKey, Validation, decode, decode_header};
use mock_provider::{Algorithm, Client, Clock, MockProvider, Rotation};
use serde_json::{Value, json};

use crate::support::{Browser, CALLBACK, Parameters, builder, code_for, start, url};

/// Long enough for HS512.
const SECRET: &str = "a secret of more than the sixty-four bytes that an HMAC with SHA-512 wants";

/// A provider with the client `signed`, whose ID tokens are signed with this algorithm.
async fn signing_with(algorithm: Algorithm) -> MockProvider {
    let client = Client::new("signed")
        .secret(SECRET)
        .redirect_uri(CALLBACK)
        .id_token_signed_response_alg(algorithm);
    builder().client(client).start().await
}

/// The ID token of a login to a client.
async fn id_token(provider: &MockProvider, client: &str, secret: &str) -> String {
    let request = Parameters::authorization().with("client_id", client);
    let code = code_for(provider, "alice", request).await;
    let form = Parameters::code(&code).with("client_id", client).with("client_secret", secret);
    let tokens = Browser::new().token(provider, form).await.expect(200).json();
    tokens["id_token"].as_str().expect("there is an ID token").to_owned()
}

async fn document(provider: &MockProvider, path: &str) -> Value {
    Browser::new().get(&url(provider, path)).await.expect(200).json()
}

/// The subject of an ID token, verified with the published keys, or with the client's secret if the
/// token names no key. `None` if that fails.
async fn verified(provider: &MockProvider, token: &str) -> Option<String> {
    let keys: JwkSet = serde_json::from_value(document(provider, "/jwks").await).ok()?;
    let header = decode_header(token).ok()?;
    let key = match &header.kid {
        Some(kid) => DecodingKey::from_jwk(keys.find(kid)?).ok()?,
        None => DecodingKey::from_secret(SECRET.as_bytes()),
    };
    let mut validation = Validation::new(header.alg);
    validation.set_audience(&["signed", "shop"]);
    validation.validate_exp = false;
    let claims = decode::<Value>(token, &key, &validation).ok()?.claims;
    Some(claims["sub"].as_str()?.to_owned())
}

#[tokio::test]
async fn a_client_gets_id_tokens_signed_with_its_algorithm_and_others_get_rs256() {
    // jsonwebtoken does not know ES512.
    for algorithm in Algorithm::ALL.into_iter().filter(|it| *it != Algorithm::ES512) {
        let provider = signing_with(algorithm).await;
        let token = id_token(&provider, "signed", SECRET).await;
        let header = decode_header(&token).expect("the ID token has a header");
        assert_eq!(format!("{:?}", header.alg), algorithm.name());
        assert_eq!(verified(&provider, &token).await.as_deref(), Some("alice"), "{algorithm}");
    }
}

#[tokio::test]
async fn metadata_and_key_set_list_only_the_enabled_algorithms() {
    let provider = builder()
        .client(Client::new("one").secret(SECRET).id_token_signed_response_alg(Algorithm::HS256))
        .client(Client::new("two").id_token_signed_response_alg(Algorithm::EdDsa))
        .settings(|settings| {
            settings.signing_algorithms = vec![Algorithm::RS256, Algorithm::ES512];
        })
        .start()
        .await;
    let metadata = document(&provider, "/.well-known/openid-configuration").await;
    assert_eq!(
        metadata["id_token_signing_alg_values_supported"],
        json!(["RS256", "ES512", "HS256", "EdDSA"])
    );
    let keys = document(&provider, "/jwks").await;
    let keys: Vec<_> = keys["keys"].as_array().into_iter().flatten().collect();
    let algorithms: Vec<_> = keys.iter().map(|key| &key["alg"]).collect();
    assert_eq!(algorithms, ["RS256", "ES512", "EdDSA"]);
    assert!(keys.iter().all(|key| key.get("d").is_none() && key["use"] == "sig"));
}

#[tokio::test]
async fn an_id_token_signed_with_any_algorithm_is_accepted_as_a_hint() {
    for algorithm in [Algorithm::ES512, Algorithm::HS512] {
        let provider = signing_with(algorithm).await;
        let token = id_token(&provider, "signed", SECRET).await;
        let request = Parameters::authorization().with("client_id", "signed");
        let request = request.with("id_token_hint", &token);
        let answer = Browser::new().log_in(&provider, request, "alice").await;
        assert!(answer.callback().contains_key("code"), "{algorithm}");
    }
}

#[tokio::test]
async fn a_hint_signed_with_another_clients_algorithm_is_refused() {
    let provider = signing_with(Algorithm::HS256).await;
    let token = id_token(&provider, "signed", SECRET).await;
    let (header, rest) = token.split_once('.').expect("a token has three parts");
    // {"typ":"JWT","alg":"HS384"}
    let other = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzM4NCJ9";
    assert_ne!(header, other);
    let request = Parameters::authorization().with("client_id", "signed");
    let request = request.with("id_token_hint", &format!("{other}.{rest}"));
    let received = Browser::new().authorize(&provider, &request).await.callback();
    assert_eq!(
        received["error_description"],
        "id_token_hint must be an ID token of this issuer: \
         the issuer does not sign with its `alg`"
    );
}

#[tokio::test]
async fn a_rotated_key_verifies_while_it_is_published() {
    let provider = start().await;
    let old = provider.keys().kids().remove(0);
    let before = id_token(&provider, "shop", "s3cret").await;
    provider.keys().rotate(Rotation::Overlap);
    let after = id_token(&provider, "shop", "s3cret").await;
    assert_ne!(decode_header(&before).unwrap().kid, decode_header(&after).unwrap().kid);
    assert!(verified(&provider, &before).await.is_some());
    assert!(verified(&provider, &after).await.is_some());
    provider.keys().withdraw(&old).expect("the old key is published");
    assert!(verified(&provider, &before).await.is_none());
    assert!(verified(&provider, &after).await.is_some());
}

#[tokio::test]
async fn a_key_that_is_published_late_does_not_verify_before() {
    let provider = start().await;
    provider.keys().rotate(Rotation::PublishLate);
    let token = id_token(&provider, "shop", "s3cret").await;
    assert!(verified(&provider, &token).await.is_none());
    provider.keys().publish();
    assert!(verified(&provider, &token).await.is_some());
}

#[tokio::test]
async fn keys_repeat_with_a_seed_and_differ_without_one() {
    let keys = async |seed: Option<u64>| {
        let provider = builder()
            .clock(Clock::system())
            .settings(|settings| {
                settings.seed = seed;
                settings.signing_algorithms = vec![Algorithm::RS256, Algorithm::ES256];
            })
            .start()
            .await;
        provider.keys().kids()
    };
    assert_eq!(keys(Some(7)).await, keys(Some(7)).await);
    assert_ne!(keys(Some(7)).await[1], keys(Some(8)).await[1]);
    assert_ne!(keys(None).await[1], keys(None).await[1]);
}
