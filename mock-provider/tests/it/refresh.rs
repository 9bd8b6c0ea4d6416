//! `POST /token` with a refresh token.

use std::time::Duration;

use mock_provider::MockProvider;
use serde_json::Value;

use crate::support::{Browser, NOW, Parameters, last_refusal, start, tokens_for, verified};

const SCOPE: &str = "openid profile email offline_access";

#[track_caller]
fn refresh_token(tokens: &Value) -> &str {
    tokens["refresh_token"].as_str().unwrap_or_else(|| panic!("no refresh token in {tokens:#}"))
}

async fn refresh(provider: &MockProvider, tokens: &Value) -> Value {
    let form = Parameters::refresh(refresh_token(tokens));
    Browser::new().token(provider, form).await.expect(200).json()
}

#[tokio::test]
async fn a_refresh_returns_new_tokens_for_the_same_login() {
    let provider = start().await;
    let tokens = tokens_for(&provider, "alice", SCOPE).await;
    provider.clock().advance(Duration::from_secs(1_000));
    let refreshed = refresh(&provider, &tokens).await;
    for member in ["access_token", "refresh_token", "id_token"] {
        assert_ne!(refreshed[member], tokens[member], "{member}");
    }
    assert_eq!(refreshed["scope"], SCOPE);

    let (first, second) =
        (verified(&provider, &tokens, "shop").await, verified(&provider, &refreshed, "shop").await);
    assert_eq!(first["nonce"], "n-0S6_WzA2Mj");
    assert!(second.get("nonce").is_none(), "{second:#}");
    for claim in ["iss", "sub", "aud", "auth_time", "sid", "name"] {
        assert_eq!(second[claim], first[claim], "{claim}");
    }
    assert_eq!((&second["auth_time"], &second["iat"]), (&NOW.into(), &(NOW + 1_000).into()));
    assert_eq!(second["exp"], NOW + 1_000 + 3_600);
    let token = refreshed["access_token"].as_str().unwrap_or_default();
    Browser::new().userinfo(&provider, token).await.expect(200);
}

#[tokio::test]
async fn a_refresh_token_is_refused_the_second_time_and_revokes_its_successors() {
    let provider = start().await;
    let tokens = tokens_for(&provider, "alice", SCOPE).await;
    let refreshed = refresh(&provider, &tokens).await;
    let replayed =
        Browser::new().token(&provider, Parameters::refresh(refresh_token(&tokens))).await;
    let reason = "refresh_token was used before; everything issued with it is revoked";
    replayed.expect_token_error(400, "invalid_grant", reason);
    assert_eq!(last_refusal(&provider).1, reason);

    let form = Parameters::refresh(refresh_token(&refreshed));
    Browser::new().token(&provider, form).await.expect_token_error(
        400,
        "invalid_grant",
        "refresh_token was revoked",
    );
    let token = refreshed["access_token"].as_str().unwrap_or_default();
    Browser::new().userinfo(&provider, token).await.expect(401);
}

#[tokio::test]
async fn a_refresh_may_repeat_the_scope() {
    let provider = start().await;
    let tokens = tokens_for(&provider, "alice", SCOPE).await;
    let form = Parameters::refresh(refresh_token(&tokens)).with("scope", SCOPE);
    let refreshed = Browser::new().token(&provider, form).await.expect(200).json();
    assert_eq!(refreshed["scope"], SCOPE);
}

#[tokio::test]
async fn a_refresh_may_repeat_the_requested_scope_including_unknown_values() {
    let provider = start().await;
    let asked = "openid offline_access calendar";
    let tokens = tokens_for(&provider, "alice", asked).await;
    assert_eq!(tokens["scope"], "openid offline_access");
    let form = Parameters::refresh(refresh_token(&tokens)).with("scope", asked);
    let refreshed = Browser::new().token(&provider, form).await.expect(200).json();
    assert_eq!(refreshed["scope"], "openid offline_access");
}

#[tokio::test]
async fn a_refresh_may_narrow_the_scope_for_itself_only() {
    let provider = start().await;
    let tokens = tokens_for(&provider, "alice", SCOPE).await;
    let form = Parameters::refresh(refresh_token(&tokens)).with("scope", "openid email");
    let narrow = Browser::new().token(&provider, form).await.expect(200).json();
    assert_eq!(narrow["scope"], "openid email");
    let claims = verified(&provider, &narrow, "shop").await;
    assert_eq!((claims.get("name"), &claims["email"]), (None, &"alice@example.org".into()));
    let token = narrow["access_token"].as_str().unwrap_or_default();
    let claims = Browser::new().userinfo(&provider, token).await.json();
    assert_eq!((claims.get("name"), &claims["email"]), (None, &"alice@example.org".into()));

    assert_eq!(refresh(&provider, &narrow).await["scope"], SCOPE);
}

#[tokio::test]
async fn a_refresh_without_openid_has_no_id_token_and_no_access_to_userinfo() {
    let provider = start().await;
    let tokens = tokens_for(&provider, "alice", SCOPE).await;
    let form = Parameters::refresh(refresh_token(&tokens)).with("scope", "email");
    let narrow = Browser::new().token(&provider, form).await.expect(200).json();
    assert!(narrow.get("id_token").is_none(), "{narrow:#}");
    let token = narrow["access_token"].as_str().unwrap_or_default();
    let refused = Browser::new().userinfo(&provider, token).await;
    assert_eq!(
        refused.expect(403).header("www-authenticate"),
        "Bearer realm=\"userinfo\", error=\"insufficient_scope\", error_description=\"the access \
         token must have scope `openid`, but has `email`\", scope=\"openid\""
    );
}

#[tokio::test]
async fn a_refresh_that_widens_the_scope_is_refused_and_keeps_the_token_valid() {
    let provider = start().await;
    let tokens = tokens_for(&provider, "alice", SCOPE).await;
    let form = Parameters::refresh(refresh_token(&tokens)).with("scope", "openid groups");
    Browser::new().token(&provider, form).await.expect_token_error(
        400,
        "invalid_scope",
        "scope `groups` exceeds the granted scope `openid profile email offline_access`",
    );
    refresh(&provider, &tokens).await;
}

#[tokio::test]
async fn an_empty_scope_counts_as_missing() {
    let provider = start().await;
    let tokens = tokens_for(&provider, "alice", SCOPE).await;
    let form = Parameters::refresh(refresh_token(&tokens)).with("scope", " ");
    let refreshed = Browser::new().token(&provider, form).await.expect(200).json();
    assert_eq!(refreshed["scope"], SCOPE);
}

#[tokio::test]
async fn a_refresh_token_is_bound_to_its_client() {
    let provider = start().await;
    let tokens = tokens_for(&provider, "alice", SCOPE).await;
    let form = Parameters::refresh(refresh_token(&tokens))
        .with("client_id", "blog")
        .with("client_secret", "bl0g");
    Browser::new().token(&provider, form).await.expect_token_error(
        400,
        "invalid_grant",
        "refresh_token was issued to client `shop`, but `blog` uses it",
    );
    refresh(&provider, &tokens).await;
}

#[tokio::test]
async fn a_refresh_token_expires() {
    let provider = start().await;
    let tokens = tokens_for(&provider, "alice", SCOPE).await;
    provider.clock().advance(Duration::from_secs(30 * 24 * 60 * 60 + 5));
    let form = Parameters::refresh(refresh_token(&tokens));
    Browser::new().token(&provider, form).await.expect_token_error(
        400,
        "invalid_grant",
        "refresh_token expired 5 seconds ago",
    );
}

#[tokio::test]
async fn an_unknown_refresh_token_is_refused() {
    let provider = start().await;
    Browser::new().token(&provider, Parameters::refresh("made-up")).await.expect_token_error(
        400,
        "invalid_grant",
        "refresh_token is unknown, or expired long ago",
    );
}
