//! `POST /register`: relying parties that register themselves.

use axum::http::Method;
use mock_provider::MockProvider;
use serde_json::{Value, json};

use crate::support::{
    Answer, Browser, CALLBACK, CHALLENGE, Parameters, VERIFIER, builder, decoded, last_refusal,
    start, url,
};

async fn provider() -> MockProvider {
    builder().settings(|settings| settings.client_registration = true).start().await
}

async fn register(provider: &MockProvider, metadata: &Value) -> Answer {
    let mut browser = Browser::new();
    let request = browser.request(Method::POST, &url(provider, "/register")).json(metadata);
    browser.send(request).await
}

async fn metadata(provider: &MockProvider) -> Value {
    Browser::new().get(&url(provider, "/.well-known/openid-configuration")).await.json()
}

#[tokio::test]
async fn registration_is_off_unless_it_is_configured() {
    let provider = start().await;
    assert_eq!(metadata(&provider).await.get("registration_endpoint"), None);
    register(&provider, &json!({"redirect_uris": [CALLBACK]})).await.expect(404);
}

#[tokio::test]
async fn a_client_receives_what_was_registered() {
    let provider = provider().await;
    assert_eq!(
        metadata(&provider).await["registration_endpoint"],
        format!("{}/register", provider.issuer())
    );
    let wanted = json!({
        "redirect_uris": [CALLBACK],
        "client_name": "Kiosk",
        "client_name#de": "Kiosk an der Ecke",
        "application_type": "web",
        "userinfo_signed_response_alg": null,
    });
    let answer = register(&provider, &wanted).await;
    assert_eq!(answer.expect(201).header("cache-control"), "no-store");
    let mut registered = answer.json();
    for member in ["client_id", "client_secret"] {
        let random = std::mem::replace(&mut registered[member], json!("[random]"));
        assert_eq!(random.as_str().map(str::len), Some(43), "256 random bits");
    }
    insta::assert_json_snapshot!(registered, @r#"
    {
      "client_id": "[random]",
      "client_id_issued_at": 1767225600,
      "client_secret": "[random]",
      "client_secret_expires_at": 0,
      "redirect_uris": [
        "https://shop.example/callback"
      ],
      "response_types": [
        "code"
      ],
      "client_name": "Kiosk",
      "token_endpoint_auth_method": "client_secret_basic",
      "id_token_signed_response_alg": "RS256",
      "post_logout_redirect_uris": [],
      "backchannel_logout_session_required": false,
      "frontchannel_logout_session_required": false,
      "grant_types": [
        "authorization_code",
        "refresh_token"
      ]
    }
    "#);
    let told = provider.journal().pop().expect("the exchange was recorded");
    assert_eq!(told.summary, format!("Kiosk registered for {CALLBACK}"));
}

#[tokio::test]
async fn a_registered_client_signs_users_in_as_registered() {
    let provider = provider().await;
    for (wanted, basic) in [
        (json!({}), true),
        (json!({"token_endpoint_auth_method": "client_secret_post"}), false),
        (json!({"token_endpoint_auth_method": "none"}), false),
        (json!({"id_token_signed_response_alg": "ES256"}), true),
    ] {
        let mut metadata = wanted.clone();
        metadata["redirect_uris"] = json!([CALLBACK]);
        let client = register(&provider, &metadata).await.json();
        let id = client["client_id"].as_str().expect("there is an identifier");
        let secret = client["client_secret"].as_str();
        assert_eq!(secret.is_none(), wanted["token_endpoint_auth_method"] == "none");

        let mut browser = Browser::new();
        let request = Parameters::none()
            .with("response_type", "code")
            .with("client_id", id)
            .with("redirect_uri", CALLBACK)
            .with("scope", "openid")
            .with("code_challenge", CHALLENGE)
            .with("code_challenge_method", "S256");
        let code = browser.log_in(&provider, request, "alice").await.callback()["code"].clone();
        let form = Parameters::none()
            .with("grant_type", "authorization_code")
            .with("code", &code)
            .with("redirect_uri", CALLBACK)
            .with("code_verifier", VERIFIER);
        let form = match (basic, secret) {
            (true, _) => form,
            (false, Some(secret)) => form.with("client_id", id).with("client_secret", secret),
            (false, None) => form.with("client_id", id),
        };
        let mut request = browser
            .request(Method::POST, &url(&provider, "/token"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.encode());
        if basic {
            request = request.basic_auth(id, secret);
        }
        let tokens = browser.send(request).await;
        let token = tokens.expect(200).json()["id_token"].as_str().unwrap_or_default().to_owned();
        let (header, claims) = decoded(&token);
        assert_eq!(claims["aud"], id);
        assert_eq!(header["alg"], client["id_token_signed_response_alg"]);
    }
}

#[tokio::test]
async fn an_invalid_registration_is_refused_with_member_and_value() {
    let provider = provider().await;
    let mut refusals = String::new();
    for wanted in [
        json!({}),
        json!([]),
        json!({"redirect_uris": ["/callback"]}),
        json!({"redirect_uris": ["http://localhost:*/*"]}),
        json!({"redirect_uris": CALLBACK}),
        json!({"redirect_uris": [CALLBACK], "token_endpoint_auth_method": "private_key_jwt"}),
        json!({"redirect_uris": [CALLBACK], "frontchannel_logout_uri": "https://a.example/"}),
        json!({"redirect_uris": [CALLBACK], "post_logout_redirect_uris": ["http://[::1]:*"]}),
    ] {
        let received = register(&provider, &wanted).await.expect(400).json();
        let text = |member: &str| received[member].as_str().unwrap_or_default().to_owned();
        refusals += &format!("{}: {}\n", text("error"), text("error_description"));
        assert_eq!(last_refusal(&provider).0, text("error"));
    }
    let mut browser = Browser::new();
    let form = Parameters::none().with("redirect_uris", CALLBACK);
    let received = browser.post(&url(&provider, "/register"), &form).await.expect(400).json();
    refusals += received["error_description"].as_str().unwrap_or_default();
    insta::assert_snapshot!(refusals, @r"
    invalid_redirect_uri: `redirect_uris` must be a list of at least one URI
    invalid_client_metadata: the body must be a JSON object
    invalid_redirect_uri: `redirect_uris[0]` `/callback` must be an absolute URI
    invalid_redirect_uri: `redirect_uris[0]` must not have a wildcard, got `http://localhost:*/*`
    invalid_client_metadata: `redirect_uris` must be a list, got the string ?https://shop.example/callback?
    invalid_client_metadata: unknown value `private_key_jwt` of `token_endpoint_auth_method`: there are `client_secret_basic`, `client_secret_post`, `none`
    invalid_client_metadata: `https://a.example/` in `frontchannel_logout_uri` must have the scheme, host and port of one of the client's `redirect_uris`
    invalid_client_metadata: `post_logout_redirect_uris[0]` must not have a wildcard, got `http://[::1]:*`
    Content-Type must be application/json, but is `application/x-www-form-urlencoded`
    ");
}

#[tokio::test]
async fn registrations_are_limited_until_the_issuer_is_reset() {
    let provider = provider().await;
    let wanted = json!({"redirect_uris": [CALLBACK]});
    let mut registered = 0;
    let refused = loop {
        let answer = register(&provider, &wanted).await;
        match answer.status {
            201 => registered += 1,
            _ => break answer,
        }
    };
    assert_eq!(registered, 1_000 - 3, "three are configured");
    refused.expect_token_error(
        400,
        "invalid_client_metadata",
        "an issuer must have at most 1000 clients: remove some, or reset the issuer, through the \
         control API",
    );
    provider.reset();
    register(&provider, &wanted).await.expect(201);
}
