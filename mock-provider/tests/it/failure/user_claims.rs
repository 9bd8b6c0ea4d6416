//! Claims about the user.

use mock_provider::failure::Class;
use mock_provider::{Endpoint, MockProvider, User};
use serde_json::{Value, json};

use super::changes::assert_changes;
use super::transcript::transcript;
use crate::support::{Answer, Browser, Parameters, builder, decoded, start, tokens_for, verified};

#[tokio::test]
async fn each_case_changes_exactly_what_its_snapshot_shows() {
    assert_changes(Class::Claims, &[], transcript).await;
}

async fn userinfo(provider: &MockProvider, tokens: &Value) -> Answer {
    let token = tokens["access_token"].as_str().expect("there is an access token");
    Browser::new().userinfo(provider, token).await
}

/// Fetches the claims from the claim source that these claims name.
async fn fetch(claims: &Value) -> Answer {
    let source = &claims["_claim_sources"]["source"];
    let mut browser = Browser::new();
    let endpoint = source["endpoint"].as_str().unwrap_or_else(|| panic!("no source in {claims}"));
    let request = browser.request(reqwest::Method::GET, endpoint);
    let request = match source["access_token"].as_str() {
        Some(token) => request.bearer_auth(token),
        None => request,
    };
    browser.send(request).await
}

#[tokio::test]
async fn overflowing_groups_can_be_fetched_from_their_source() {
    for (endpoint, status) in [("ok", 200), ("404", 404), ("needs-other-token", 401)] {
        let provider = start().await;
        let _failure = provider.fail(&*format!("claims-groups-overage:endpoint={endpoint}"));
        let tokens = tokens_for(&provider, "alice", "openid groups").await;
        let claims = verified(&provider, &tokens, "shop").await;
        assert_eq!(claims["_claim_names"], json!({"groups": "source"}));
        assert!(claims.get("groups").is_none(), "{claims}");
        let answer = fetch(&claims).await;
        if answer.expect(status).status == 200 {
            let (_, sourced) = decoded(&answer.body);
            assert_eq!(sourced["groups"], json!(["staff", "admins"]));
            assert_eq!(
                (&sourced["iss"], &sourced["sub"]),
                (&json!(provider.issuer()), &json!("alice"))
            );
        }
    }
}

#[tokio::test]
async fn a_distributed_claim_is_valid_or_fails_at_its_source() {
    for (fault, subject, signed) in
        [("none", "alice", true), ("bad-signature", "alice", false), ("other-sub", "bob", true)]
    {
        let provider = start().await;
        let _failure = provider.fail(&*format!("claims-distributed:fault={fault}"));
        let tokens = tokens_for(&provider, "alice", "openid").await;
        let claims = userinfo(&provider, &tokens).await.expect(200).json();
        let answer = fetch(&claims).await;
        assert_eq!(answer.expect(200).header("content-type"), "application/jwt");
        assert_eq!(decoded(&answer.body).1["sub"], subject, "{fault}");
        assert_eq!(decoded(&answer.body).1["nickname"], "alice from a claim source");
        // The provider itself reports whether it signed the token.
        let hint = Parameters::none().with("id_token_hint", &answer.body);
        let address = format!("{}/end-session?{}", provider.issuer(), hint.encode());
        let received = Browser::new().get(&address).await.body;
        assert_eq!(!received.contains("signature is invalid"), signed, "{fault}: {received}");
    }
}

#[tokio::test]
async fn long_tokens_are_accepted_like_short_ones() {
    let provider = start().await;
    for source in ["access_token", "refresh_token"] {
        let spec = format!("claims-session-overflow:source={source},size=64kB");
        let failure = provider.fail(&*spec);
        let tokens = tokens_for(&provider, "alice", "openid offline_access").await;
        assert_eq!(tokens[source].as_str().map(str::len), Some(64_000), "{source}");
        userinfo(&provider, &tokens).await.expect(200);
        let token = tokens["refresh_token"].as_str().expect("there is a refresh token");
        let refreshed = Browser::new().token(&provider, Parameters::refresh(token)).await;
        assert_eq!(refreshed.expect(200).json()[source].as_str().map(str::len), Some(64_000));
        // Each token works once.
        Browser::new().token(&provider, Parameters::refresh(token)).await.expect(400);
        drop(failure);
    }
}

#[tokio::test]
async fn a_user_is_made_up_when_there_is_no_other() {
    let only = MockProvider::builder()
        .user(User::new("alice").email("alice@example.org"))
        .client(
            mock_provider::Client::new("shop")
                .secret("s3cret")
                .redirect_uri("https://shop.example/callback"),
        )
        .start()
        .await;
    let _failure = only.fail("claims-email-reassigned");
    let tokens = tokens_for(&only, "alice", "openid email").await;
    let claims = userinfo(&only, &tokens).await.expect(200).json();
    assert_eq!(claims["email"], "alice-victim@victim.example");
}

#[tokio::test]
async fn a_request_to_the_canary_is_recorded() {
    let provider = builder().start().await;
    let spec = "claims-markup:claim=picture,payload=internal-url-canary";
    let _failure = provider.fail(spec);
    let tokens = tokens_for(&provider, "alice", "openid profile").await;
    let claims = userinfo(&provider, &tokens).await.expect(200).json();
    let picture = claims["picture"].as_str().expect("there is a picture");
    Browser::new().get(picture).await.expect(204);
    let exchange = provider.journal().pop().expect("the request was recorded");
    assert_eq!((exchange.endpoint, &*exchange.path), (Endpoint::Canary, "/canary"));
}
