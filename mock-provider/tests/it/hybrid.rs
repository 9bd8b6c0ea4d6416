//! Tokens in the authorization response.

use std::collections::BTreeMap;

use mock_provider::{ClaimsIn, Client, MockProvider, MockProviderBuilder, ResponseType};
use serde_json::{Value, json};

use crate::support::{Browser, CALLBACK, Parameters, builder, url, verified};

/// A provider with the client `hybrid`, which may use every response type.
fn hybrid() -> MockProviderBuilder {
    builder().client(Client::new("hybrid").secret("s3cret").redirect_uri(CALLBACK).response_types(
        [
            ResponseType::Code,
            ResponseType::CodeIdToken,
            ResponseType::CodeToken,
            ResponseType::CodeIdTokenToken,
            ResponseType::IdToken,
            ResponseType::IdTokenToken,
        ],
    ))
}

fn request(response_type: &str) -> Parameters {
    Parameters::authorization().with("client_id", "hybrid").with("response_type", response_type)
}

/// The parameters in the fragment after a login of `alice`.
async fn log_in(provider: &MockProvider, response_type: &str) -> BTreeMap<String, String> {
    let answer = Browser::new().log_in(provider, request(response_type), "alice").await;
    answer.fragment()
}

async fn id_token(provider: &MockProvider, received: &BTreeMap<String, String>) -> Value {
    verified(provider, &json!({"id_token": received["id_token"]}), "hybrid").await
}

#[tokio::test]
async fn each_response_type_returns_its_parameters_in_the_fragment() {
    let provider = hybrid().start().await;
    let token = ["access_token", "token_type", "expires_in", "scope"];
    for response_type in
        ["code id_token", "code token", "id_token token code", "id_token", "token id_token"]
    {
        let received = log_in(&provider, response_type).await;
        let words: Vec<_> = response_type.split(' ').collect();
        let has = |name: &str| words.contains(&name);
        assert_eq!(received.contains_key("code"), has("code"), "{response_type}");
        assert_eq!(received.contains_key("id_token"), has("id_token"), "{response_type}");
        for name in token {
            assert_eq!(received.contains_key(name), has("token"), "{response_type}: {name}");
        }
        assert_eq!(received["iss"], provider.issuer());
        if has("token") {
            let answer = Browser::new().userinfo(&provider, &received["access_token"]).await;
            assert_eq!(answer.expect(200).json()["sub"], "alice");
        }
        if has("id_token") {
            let claims = id_token(&provider, &received).await;
            assert_eq!(claims.get("at_hash").is_some(), has("token"), "{response_type}");
            assert_eq!(claims.get("c_hash").is_some(), has("code"), "{response_type}");
            assert_eq!(claims["nonce"], "n-0S6_WzA2Mj");
        }
        if has("code") {
            let form = Parameters::code(&received["code"]).with("client_id", "hybrid");
            Browser::new().token(&provider, form).await.expect(200);
        }
    }
}

#[tokio::test]
async fn an_id_token_without_other_tokens_has_the_claims_of_the_user() {
    let place = |settings: &mut mock_provider::Settings| settings.claims_in = ClaimsIn::Userinfo;
    let provider = hybrid().settings(place).start().await;
    for (response_type, email) in
        [("id_token", json!("alice@example.org")), ("code id_token", json!(null))]
    {
        let received = log_in(&provider, response_type).await;
        assert_eq!(id_token(&provider, &received).await["email"], email, "{response_type}");
    }
}

#[tokio::test]
async fn requests_that_do_not_suit_front_channel_tokens_are_refused() {
    let provider = hybrid().start().await;
    for (request, error, reason) in [
        (
            request("id_token").without("nonce"),
            "invalid_request",
            "nonce is missing, but response_type `id_token` requires one",
        ),
        (
            request("code token").with("response_mode", "query"),
            "invalid_request",
            "response_mode must not be `query` when the response contains tokens",
        ),
    ] {
        let received = Browser::new().authorize(&provider, &request).await.fragment();
        assert_eq!((&*received["error"], &*received["error_description"]), (error, reason));
    }
}

/// RFC 6749, section 4.1.2.1: the provider supports the type, but not for this client.
#[tokio::test]
async fn a_response_type_that_only_this_client_may_not_use_is_unauthorized_client() {
    let provider = hybrid().start().await;
    for response_type in ["id_token", "code id_token", "id_token token"] {
        let request = request(response_type).with("client_id", "shop");
        let received = Browser::new().authorize(&provider, &request).await.fragment();
        assert_eq!(received["error"], "unauthorized_client", "{received:?}");
        let description = &received["error_description"];
        assert!(description.contains("`shop`"), "{description}");
        assert!(description.contains(&format!("`{response_type}`")), "{description}");
    }
}

#[tokio::test]
async fn the_metadata_lists_the_registered_response_types() {
    let client = Client::new("spa-2").redirect_uri(CALLBACK);
    let client = client.response_types([ResponseType::CodeIdToken]);
    let provider = builder().client(client).start().await;
    let address = url(&provider, "/.well-known/openid-configuration");
    let metadata = Browser::new().get(&address).await.json();
    assert_eq!(metadata["response_types_supported"], json!(["code", "code id_token"]));
    let grants = json!(["authorization_code", "refresh_token", "implicit"]);
    assert_eq!(metadata["grant_types_supported"], grants);
}

#[tokio::test]
async fn a_failure_of_id_tokens_acts_in_the_implicit_flow_too() {
    let provider = hybrid().start().await;
    let _failure = provider.fail("id-token-nonce-mismatch:value=constant");
    let nonce = async |response_type: &str| {
        let received = log_in(&provider, response_type).await;
        id_token(&provider, &received).await["nonce"].clone()
    };
    assert_eq!(nonce("id_token").await, "constant-nonce");
    assert_eq!(nonce("id_token token").await, "constant-nonce");
    // Here the ID token of the token endpoint is altered.
    assert_eq!(nonce("code id_token").await, "n-0S6_WzA2Mj");
}
