//! `GET` and `POST /userinfo`.

use std::time::Duration;

use mock_provider::{Algorithm, Client, MockProvider};
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::json;

use crate::support::{
    Answer, Browser, CALLBACK, Parameters, builder, code_for, last_refusal, start, tokens_for, url,
    verified,
};

async fn access_token(provider: &MockProvider) -> String {
    let tokens = tokens_for(provider, "alice", "openid email").await;
    tokens["access_token"].as_str().expect("there is an access token").to_owned()
}

async fn with_header(provider: &MockProvider, method: Method, header: &str) -> Answer {
    let mut browser = Browser::new();
    let request = browser.request(method, &url(provider, "/userinfo"));
    browser.send(request.header(AUTHORIZATION, header)).await
}

#[tokio::test]
async fn claims_are_sent_for_a_token_in_the_header_or_in_a_form() {
    let provider = start().await;
    let token = access_token(&provider).await;
    let claims = json!({"sub": "alice", "email": "alice@example.org", "email_verified": true, "department": "Research"});
    let header = format!("Bearer {token}");
    for answer in [
        with_header(&provider, Method::GET, &header).await,
        with_header(&provider, Method::POST, &header).await,
        with_header(&provider, Method::GET, &format!("bearer {token}")).await,
        Browser::new()
            .post(&url(&provider, "/userinfo"), &Parameters::none().with("access_token", &token))
            .await,
    ] {
        assert_eq!(answer.expect(200).json(), claims);
        assert_eq!(answer.header("cache-control"), "no-store");
    }
}

#[tokio::test]
async fn a_post_with_the_token_in_the_header_ignores_its_body() {
    let provider = start().await;
    let token = access_token(&provider).await;
    let mut browser = Browser::new();
    let request = browser
        .request(Method::POST, &url(&provider, "/userinfo"))
        .bearer_auth(&token)
        .header(CONTENT_TYPE, "application/json")
        .body("{}");
    browser.send(request).await.expect(200);
}

#[tokio::test]
async fn without_a_token_the_challenge_has_no_error_code() {
    let provider = start().await;
    let reason = "an access token must be in the Authorization header or a form";
    let address = url(&provider, "/userinfo");
    let mut browser = Browser::new();
    let json = browser.request(Method::POST, &address);
    let json = json.header(CONTENT_TYPE, "application/json").body("{\"access_token\": \"x\"}");
    let in_query = format!("{address}?access_token=x");
    for (answer, reason) in [
        (browser.get(&address).await, reason),
        (browser.get(&in_query).await, reason),
        (browser.post(&address, &Parameters::none()).await, reason),
        (
            browser.send(json).await,
            "the Authorization header has no access token, and Content-Type must be \
             application/x-www-form-urlencoded, but is `application/json`",
        ),
        (
            with_header(&provider, Method::GET, "Basic c2hvcDpzM2NyZXQ=").await,
            "the Authorization header must be `Bearer` and a token",
        ),
    ] {
        assert_eq!(answer.expect(401).header("www-authenticate"), "Bearer realm=\"userinfo\"");
        assert_eq!(answer.json(), json!({"error_description": reason}));
    }
    assert_eq!(last_refusal(&provider).0, "unauthorized");
}

#[tokio::test]
async fn malformed_requests_are_refused_as_invalid_request() {
    let provider = start().await;
    let token = access_token(&provider).await;
    let mut browser = Browser::new();
    let address = url(&provider, "/userinfo");
    let form = Parameters::none().with("access_token", &token);
    let twice = browser
        .request(Method::POST, &address)
        .bearer_auth(&token)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(form.encode());
    for (answer, reason) in [
        (
            browser.send(twice).await,
            "the access token must be in the header or in the form, not in both",
        ),
        (
            browser.post(&address, &form.with_another("access_token", "y")).await,
            "parameter `access_token` must not be sent more than once",
        ),
        (
            with_header(&provider, Method::GET, "Bearer").await,
            "the Authorization header must be `Bearer` and a token",
        ),
    ] {
        let challenge = format!(
            "Bearer realm=\"userinfo\", error=\"invalid_request\", error_description=\"{reason}\""
        );
        assert_eq!(answer.expect(400).header("www-authenticate"), challenge);
        assert_eq!(answer.json(), json!({"error": "invalid_request", "error_description": reason}));
    }
}

#[tokio::test]
async fn an_expired_token_is_refused_as_invalid_token() {
    let provider = start().await;
    let token = access_token(&provider).await;
    provider.clock().advance(Duration::from_secs(3_599));
    Browser::new().userinfo(&provider, &token).await.expect(200);
    provider.clock().advance(Duration::from_secs(8));
    let answer = Browser::new().userinfo(&provider, &token).await;
    let reason = "access token expired 7 seconds ago";
    assert_eq!(
        answer.expect(401).header("www-authenticate"),
        format!(
            "Bearer realm=\"userinfo\", error=\"invalid_token\", error_description=\"{reason}\""
        )
    );
    let exchange = provider.journal().pop().expect("the request was recorded");
    assert_eq!(exchange.user.as_deref(), Some("alice"));
    assert_eq!(last_refusal(&provider), ("invalid_token".to_owned(), reason.to_owned()));
}

#[tokio::test]
async fn an_unknown_token_and_an_id_token_are_refused_as_invalid_token() {
    let provider = start().await;
    let tokens = tokens_for(&provider, "alice", "openid").await;
    for token in ["made-up", tokens["id_token"].as_str().unwrap_or_default()] {
        let answer = Browser::new().userinfo(&provider, token).await;
        assert_eq!(
            answer.expect(401).json(),
            json!({
                "error": "invalid_token",
                "error_description": "access token is unknown, or expired long ago",
            })
        );
    }
}

#[tokio::test]
async fn a_client_that_is_registered_for_it_gets_a_signed_jwt() {
    let signing = Client::new("signing")
        .secret("s3cret")
        .redirect_uri(CALLBACK)
        .userinfo_signed_response_alg(Algorithm::RS256);
    let provider = builder().client(signing).start().await;
    let request = Parameters::authorization().with("client_id", "signing");
    let code = code_for(&provider, "alice", request.with("scope", "openid email")).await;
    let form = Parameters::code(&code).with("client_id", "signing");
    let tokens = Browser::new().token(&provider, form).await.json();
    let token = tokens["access_token"].as_str().expect("there is an access token");
    let answer = Browser::new().userinfo(&provider, token).await;
    assert_eq!(answer.expect(200).header("content-type"), "application/jwt");
    // Signed like an ID token, it is verified like one.
    let claims = verified(&provider, &json!({"id_token": answer.body}), "signing").await;
    assert_eq!(
        claims,
        json!({
            "iss": provider.issuer(),
            "aud": "signing",
            "sub": "alice",
            "email": "alice@example.org",
            "email_verified": true,
            "department": "Research",
        })
    );
    let metadata = url(&provider, "/.well-known/openid-configuration");
    let metadata = Browser::new().get(&metadata).await.json();
    assert_eq!(metadata["userinfo_signing_alg_values_supported"], json!(["RS256"]));
}

#[tokio::test]
async fn the_key_that_signs_userinfo_is_published_in_advance() {
    let client = |id| Client::new(id).secret("s3cret").redirect_uri(CALLBACK);
    let provider = builder()
        .client(client("one").userinfo_signed_response_alg(Algorithm::ES256))
        .client(client("two").userinfo_signed_response_alg(Algorithm::RS256))
        .client(client("three").userinfo_signed_response_alg(Algorithm::ES256))
        .start()
        .await;
    let keys = Browser::new().get(&url(&provider, "/jwks")).await.json();
    let algorithms = keys["keys"].as_array().expect("a list").iter().map(|key| key["alg"].clone());
    assert_eq!(algorithms.collect::<Vec<_>>(), ["RS256", "ES256"]);
    let metadata = url(&provider, "/.well-known/openid-configuration");
    let metadata = Browser::new().get(&metadata).await.json();
    assert_eq!(metadata["userinfo_signing_alg_values_supported"], json!(["ES256", "RS256"]));
}
