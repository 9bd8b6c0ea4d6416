//! `POST /token` with an authorization code.

use std::sync::Arc;
use std::time::Duration;

use mock_provider::{Clock, MockProvider};
use serde_json::json;
use tokio::task::JoinSet;

use crate::support::{
    Browser, CALLBACK, CHALLENGE, NOW, Parameters, VERIFIER, builder, code_for, last_refusal,
    start, verified,
};

async fn code(provider: &MockProvider) -> String {
    code_for(provider, "alice", Parameters::authorization()).await
}

#[tokio::test]
async fn a_code_is_exchanged_for_tokens() {
    let provider = start().await;
    let form = Parameters::code(&code(&provider).await);
    let answer = Browser::new().token(&provider, form).await;
    let tokens = answer.expect(200).json();
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 3600);
    assert_eq!(tokens["scope"], "openid profile email groups");
    assert!(tokens.get("refresh_token").is_none(), "offline_access was not requested");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("pragma"), "no-cache");
}

#[tokio::test]
async fn the_id_token_verifies_and_names_user_time_and_client() {
    let provider = builder()
        .settings(|settings| settings.issuer_url = Some("https://issuer.example".into()))
        .start()
        .await;
    let form = Parameters::code(&code(&provider).await);
    let tokens = Browser::new().token(&provider, form).await.json();
    insta::assert_json_snapshot!(verified(&provider, &tokens, "shop").await);
}

#[tokio::test]
async fn the_id_token_has_the_configured_lifetime() {
    let provider = builder()
        .settings(|settings| {
            settings.id_token_lifetime = Duration::from_secs(90);
            settings.access_token_lifetime = Duration::from_secs(120);
        })
        .start()
        .await;
    let form = Parameters::code(&code(&provider).await);
    let tokens = Browser::new().token(&provider, form).await.json();
    assert_eq!(tokens["expires_in"], 120);
    assert_eq!(verified(&provider, &tokens, "shop").await["exp"], NOW + 90);
}

#[tokio::test]
async fn a_public_client_redeems_with_its_verifier_alone() {
    let provider = start().await;
    let request = Parameters::authorization().of_spa();
    let answer = Browser::new().log_in(&provider, request, "alice").await;
    let location = answer.location();
    let (code, _) = location
        .strip_prefix("https://spa.example/callback?code=")
        .and_then(|rest| rest.split_once('&'))
        .expect(location);
    let form = Parameters::code(code).of_spa();
    let wrong = form.clone().with("code_verifier", &"x".repeat(43));
    Browser::new().token(&provider, wrong).await.expect(400);
    let tokens = Browser::new().token(&provider, form).await.expect(200).json();
    assert_eq!(verified(&provider, &tokens, "spa").await["sub"], "alice");
}

#[tokio::test]
async fn a_code_is_refused_the_second_time_and_its_tokens_are_revoked() {
    let provider = start().await;
    let request = Parameters::authorization().with("scope", "openid offline_access");
    let form = Parameters::code(&code_for(&provider, "alice", request).await);
    let mut browser = Browser::new();
    let tokens = browser.token(&provider, form.clone()).await.expect(200).json();
    let access_token = tokens["access_token"].as_str().expect("there is an access token");
    let refresh_token = tokens["refresh_token"].as_str().expect("there is a refresh token");
    browser.userinfo(&provider, access_token).await.expect(200);
    // A refreshed token belongs to the same grant.
    let refreshed = browser.token(&provider, Parameters::refresh(refresh_token)).await.json();

    let replayed = browser.token(&provider, form).await;
    let reason = "code was used before; the tokens issued for it are revoked";
    replayed.expect_token_error(400, "invalid_grant", reason);
    let exchange = provider.journal().pop().expect("the request was recorded");
    assert_eq!(exchange.user.as_deref(), Some("alice"));

    for token in [access_token, refreshed["access_token"].as_str().unwrap_or_default()] {
        let refused = browser.userinfo(&provider, token).await;
        assert_eq!(refused.expect(401).json()["error_description"], "access token was revoked");
    }
    let refresh_token = refreshed["refresh_token"].as_str().expect("there is a new refresh token");
    browser.token(&provider, Parameters::refresh(refresh_token)).await.expect_token_error(
        400,
        "invalid_grant",
        "refresh_token was revoked",
    );
}

#[tokio::test]
async fn a_code_is_redeemed_once_by_concurrent_requests() {
    let provider = Arc::new(builder().workers(4).start().await);
    let form = Parameters::code(&code(&provider).await);
    let mut attempts = JoinSet::new();
    for _ in 0..16 {
        let (provider, form) = (Arc::clone(&provider), form.clone());
        attempts.spawn(async move { Browser::new().token(&provider, form).await.status });
    }
    let mut statuses = attempts.join_all().await;
    statuses.sort_unstable();
    assert_eq!(statuses[..2], [200, 400]);
    assert_eq!(statuses[15], 400);
}

#[tokio::test]
async fn a_code_expires() {
    let provider = start().await;
    let form = Parameters::code(&code(&provider).await);
    provider.clock().advance(Duration::from_secs(72));
    let answer = Browser::new().token(&provider, form).await;
    answer.expect_token_error(400, "invalid_grant", "code expired 12 seconds ago");
    assert_eq!(last_refusal(&provider).1, "code expired 12 seconds ago");
}

#[tokio::test]
async fn a_code_is_valid_until_the_last_second_of_its_lifetime() {
    let provider = start().await;
    let form = Parameters::code(&code(&provider).await);
    provider.clock().advance(Duration::from_secs(59));
    Browser::new().token(&provider, form).await.expect(200);
}

#[tokio::test]
async fn an_expired_code_is_eventually_forgotten() {
    let provider = start().await;
    let form = Parameters::code(&code(&provider).await);
    provider.clock().advance(Duration::from_secs(3_600));
    Browser::new().token(&provider, form).await.expect_token_error(
        400,
        "invalid_grant",
        "code is unknown, or expired long ago",
    );
}

#[tokio::test]
async fn a_code_is_bound_to_client_redirect_uri_and_verifier() {
    let provider = start().await;
    let code = code(&provider).await;
    let form = || Parameters::code(&code);
    let other = "x".repeat(43);
    let cases = [
        (
            form().with("client_id", "blog").with("client_secret", "bl0g"),
            "code was issued to client `shop`, but `blog` redeems it".to_owned(),
        ),
        (
            form().without("redirect_uri"),
            format!(
                "redirect_uri must be `{CALLBACK}` as in the authorization request, but is missing"
            ),
        ),
        (
            form().with("redirect_uri", "https://shop.example/callback?tenant=1"),
            format!(
                "redirect_uri must be `{CALLBACK}` as in the authorization request, but is \
                 `https://shop.example/callback?tenant=1`"
            ),
        ),
        (
            form().without("code_verifier"),
            "code_verifier is missing, but the authorization request had a challenge".into(),
        ),
        (
            form().with("code_verifier", &other),
            format!(
                "code_verifier does not match: S256 gives `{}`, the authorization request had \
                 `{CHALLENGE}`",
                "zAscLGbzu5_RoIHGJrob72L2-WRBpDvhUmhSN3asJqE"
            ),
        ),
        (
            form().with("code_verifier", "short"),
            "code_verifier must have 43 to 128 characters, not 5".into(),
        ),
        (form().with("code", "made-up"), "code is unknown, or expired long ago".into()),
    ];
    for (form, reason) in cases {
        let answer = Browser::new().token(&provider, form).await;
        answer.expect_token_error(400, "invalid_grant", &reason);
        assert_eq!(last_refusal(&provider), ("invalid_grant".to_owned(), reason));
    }
    // None of these requests used the code.
    Browser::new().token(&provider, form()).await.expect(200);
}

#[tokio::test]
async fn a_verifier_for_a_code_without_a_challenge_is_refused() {
    let provider = start().await;
    let request =
        Parameters::authorization().without("code_challenge").without("code_challenge_method");
    let code = code_for(&provider, "alice", request).await;
    Browser::new().token(&provider, Parameters::code(&code)).await.expect_token_error(
        400,
        "invalid_grant",
        "code_verifier must be absent: the authorization request had no challenge",
    );
}

#[tokio::test]
async fn the_plain_method_compares_verifier_and_challenge_as_they_are() {
    let provider = start().await;
    let request = Parameters::authorization()
        .with("code_challenge", VERIFIER)
        .with("code_challenge_method", "plain");
    let code = code_for(&provider, "alice", request).await;
    let form = Parameters::code(&code);
    let wrong = form.clone().with("code_verifier", CHALLENGE);
    Browser::new().token(&provider, wrong).await.expect(400);
    Browser::new().token(&provider, form).await.expect(200);
}

#[tokio::test]
async fn malformed_requests_are_refused_with_a_reason() {
    let provider = start().await;
    let form = || Parameters::code("x");
    for (form, error, reason) in [
        (form().without("grant_type"), "invalid_request", "grant_type is missing"),
        (form().without("code"), "invalid_request", "code is missing"),
        (form().with("code", ""), "invalid_request", "code is missing"),
        (
            Parameters::refresh("").with("refresh_token", ""),
            "invalid_request",
            "refresh_token is missing",
        ),
        (
            form().with("grant_type", "password"),
            "unsupported_grant_type",
            "grant_type must be one of authorization_code, refresh_token, not `password`",
        ),
        (
            form().with_another("code", "y"),
            "invalid_request",
            "parameter `code` must not be sent more than once",
        ),
        (
            form().with_another("client_secret", "s3cret"),
            "invalid_request",
            "parameter `client_secret` must not be sent more than once",
        ),
        (
            // Even a parameter without a meaning here.
            form().with("audience", "x").with_another("audience", "y"),
            "invalid_request",
            "parameter `audience` must not be sent more than once",
        ),
    ] {
        let answer = Browser::new().token(&provider, form).await;
        answer.expect_token_error(400, error, reason);
        assert_eq!(last_refusal(&provider), (error.to_owned(), reason.to_owned()));
    }
}

#[tokio::test]
async fn parameters_in_the_query_are_ignored() {
    let provider = start().await;
    let form = Parameters::code(&code(&provider).await);
    let address = crate::support::url(&provider, &format!("/token?{}", form.encode()));
    Browser::new().post(&address, &Parameters::none()).await.expect_token_error(
        401,
        "invalid_client",
        "client_id is missing: it must be in the Authorization header or in the form",
    );
}

#[tokio::test]
async fn unknown_parameters_are_ignored() {
    let provider = start().await;
    let form = Parameters::code(&code(&provider).await).with("audience", "x").with("scope", "y");
    Browser::new().token(&provider, form).await.expect(200);
}

#[tokio::test]
async fn a_clock_that_is_set_back_does_not_revive_used_codes() {
    let provider = builder().clock(Clock::frozen_at("2026-06-01T00:00:00Z".parse().unwrap()));
    let provider = provider.start().await;
    let form = Parameters::code(&code(&provider).await);
    Browser::new().token(&provider, form.clone()).await.expect(200);
    provider.clock().set("2026-05-31T00:00:00Z".parse().unwrap());
    let answer = Browser::new().token(&provider, form).await;
    assert_eq!(answer.expect(400).json()["error"], json!("invalid_grant"));
}

#[tokio::test]
async fn the_id_token_has_the_first_requested_authentication_context() {
    let provider = start().await;
    for (asked, acr) in [(Some("gold silver"), json!("gold")), (None, json!(null))] {
        let request = asked.into_iter().fold(Parameters::authorization(), |request, values| {
            request.with("acr_values", values)
        });
        let code = code_for(&provider, "alice", request).await;
        let tokens = Browser::new().token(&provider, Parameters::code(&code)).await;
        let claims = verified(&provider, &tokens.expect(200).json(), "shop").await;
        assert_eq!(claims["acr"], acr, "{asked:?}");
    }
}
