//! The library without any Cargo feature: `cargo test --no-default-features --test minimal`. The tests
//! also pass with all features.

use mock_provider::failure::{Failure, modes};
use mock_provider::{Client, MockProvider, User};
use reqwest::{Response, StatusCode};
use serde_json::Value;
use url::Url;

const CALLBACK: &str = "http://127.0.0.1:8080/callback";

async fn start() -> MockProvider {
    MockProvider::builder()
        .user(User::new("alice").email("alice@example.org"))
        .client(Client::new("shop").secret("s3cret").redirect_uri(CALLBACK))
        .start()
        .await
}

async fn get(url: &str) -> Response {
    reqwest::get(url).await.expect("the provider answers")
}

async fn json(response: Response) -> Value {
    assert_eq!(response.status(), StatusCode::OK);
    serde_json::from_slice(&response.bytes().await.expect("the body arrives")).expect("it is JSON")
}

#[tokio::test]
async fn a_login_succeeds() {
    let provider = start().await;
    let discovery = format!("{}/.well-known/openid-configuration", provider.issuer());
    let metadata = json(get(&discovery).await).await;
    let endpoint = |member: &str| metadata[member].as_str().expect("it is advertised").to_owned();

    let mut authorization = Url::parse(&endpoint("authorization_endpoint")).expect("it is a URL");
    authorization.query_pairs_mut().extend_pairs([
        ("response_type", "code"),
        ("client_id", "shop"),
        ("redirect_uri", CALLBACK),
        ("scope", "openid email"),
    ]);
    let callback =
        provider.authorize_as("alice", authorization.as_str()).await.expect("a callback");
    let callback = Url::parse(&callback).expect("it is a URL");
    let code = callback.query_pairs().find(|(name, _)| name == "code").expect("it has a code").1;

    let http = reqwest::Client::new();
    let grant =
        [("grant_type", "authorization_code"), ("code", &*code), ("redirect_uri", CALLBACK)];
    let token = http.post(endpoint("token_endpoint")).basic_auth("shop", Some("s3cret"));
    let tokens = json(token.form(&grant).send().await.expect("the provider answers")).await;
    assert_eq!(tokens["id_token"].as_str().expect("an ID token").split('.').count(), 3);

    let access_token = tokens["access_token"].as_str().expect("an access token");
    let userinfo = http.get(endpoint("userinfo_endpoint")).bearer_auth(access_token);
    let claims = json(userinfo.send().await.expect("the provider answers")).await;
    assert_eq!(claims["email"], "alice@example.org");
}

#[tokio::test]
async fn the_control_api_is_served_only_with_its_feature() {
    let provider = start().await;
    let path = "/control/openapi.json";
    let response = get(&format!("{}{path}", provider.issuer())).await;
    if cfg!(feature = "control") {
        assert_eq!(response.status(), StatusCode::OK);
        return;
    }
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    let text = response.text().await.expect("the body arrives");
    assert!(text.starts_with(&format!("nothing is served at {path}")), "{text}");
}

#[test]
fn a_value_whose_feature_is_off_is_refused_by_the_name_of_the_feature() {
    let parsed = Failure::parse("network-compression:coding=br");
    let is_tried =
        modes().flat_map(|mode| mode.cases()).any(|case| case.to_string().contains("=br"));
    assert_eq!(is_tried, cfg!(feature = "brotli"));
    if cfg!(feature = "brotli") {
        parsed.expect("the feature is on");
        return;
    }
    assert_eq!(
        parsed.expect_err("the feature is off").to_string(),
        "`coding` of `network-compression` cannot be `br`: it needs the Cargo feature `brotli` of \
         mock-provider"
    );
}
