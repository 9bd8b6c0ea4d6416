//! The session at the provider: when it is used, and when the user is asked to sign in.

use std::time::Duration;

use mock_provider::MockProvider;
use serde_json::Value;

use crate::support::{Answer, Browser, NOW, Parameters, builder, start, verified};

fn request() -> Parameters {
    Parameters::authorization()
}

/// A browser in which a user is signed in.
async fn signed_in(provider: &MockProvider, subject: &str) -> Browser {
    let mut browser = Browser::new();
    browser.log_in(provider, request(), subject).await.callback();
    browser
}

/// The claims of the ID token for the code of a response.
async fn claims(provider: &MockProvider, answer: &Answer) -> Value {
    let form = Parameters::code(&answer.callback()["code"]);
    let tokens = Browser::new().token(provider, form).await.expect(200).json();
    verified(provider, &tokens, "shop").await
}

#[tokio::test]
async fn a_second_login_needs_no_page() {
    let provider = start().await;
    let mut browser = signed_in(&provider, "alice").await;
    provider.clock().advance(Duration::from_secs(100));
    let answer = browser.authorize(&provider, &request()).await;
    let claims = claims(&provider, &answer).await;
    assert_eq!(claims["sub"], "alice");
    assert_eq!(claims["auth_time"], NOW, "when the user signed in, not when the code was issued");
    assert_eq!(claims["iat"], NOW + 100);
}

#[tokio::test]
async fn the_session_serves_other_clients_too_and_keeps_its_identifier() {
    let provider = start().await;
    let mut browser = Browser::new();
    let first = browser.log_in(&provider, request(), "alice").await;
    let spa = browser.authorize(&provider, &request().of_spa()).await;
    let (_, query) = spa.location().split_once('?').expect("the answer is in the query");
    let code = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "code");
    let (_, code) = code.expect("there is a code");
    let form = Parameters::code(&code).of_spa();
    let tokens = browser.token(&provider, form).await.expect(200).json();
    let spa = verified(&provider, &tokens, "spa").await;
    assert_eq!(spa["sub"], "alice");
    assert_eq!(spa["sid"], claims(&provider, &first).await["sid"]);
}

#[tokio::test]
async fn a_session_ends_after_its_lifetime() {
    let provider = start().await;
    let mut browser = signed_in(&provider, "alice").await;
    provider.clock().advance(Duration::from_secs(8 * 60 * 60));
    browser.authorize(&provider, &request()).await.expect_sign_in_page();
}

#[tokio::test]
async fn a_session_belongs_to_one_browser() {
    let provider = start().await;
    let mut browser = signed_in(&provider, "alice").await;
    Browser::new().authorize(&provider, &request()).await.expect_sign_in_page();
    browser.authorize(&provider, &request()).await.callback();
}

#[tokio::test]
async fn prompt_none_uses_the_session_without_asking() {
    let provider = start().await;
    let mut browser = signed_in(&provider, "alice").await;
    let received = browser.authorize(&provider, &request().with("prompt", "none")).await.callback();
    assert!(received.contains_key("code"), "{received:?}");
}

#[tokio::test]
async fn prompt_login_asks_again_and_offers_no_session_to_continue() {
    let provider = start().await;
    let mut browser = signed_in(&provider, "alice").await;
    provider.clock().advance(Duration::from_secs(30));
    let page = browser.authorize(&provider, &request().with("prompt", "login")).await;
    page.expect_sign_in_page();
    assert!(!page.text().contains("You are signed in already"));
    let answer = browser.sign_in(&page, "alice").await;
    assert_eq!(claims(&provider, &answer).await["auth_time"], NOW + 30);
}

#[tokio::test]
async fn prompt_login_cannot_be_answered_by_continuing_the_session() {
    let provider = start().await;
    let mut browser = signed_in(&provider, "alice").await;
    let page = browser.authorize(&provider, &request().with("prompt", "login")).await;
    let answer = browser.decide(&page, &Parameters::none().with("decision", "continue")).await;
    answer.expect_page(422, "Please sign in again.");
}

#[tokio::test]
async fn prompt_consent_and_select_account_ask_and_offer_to_continue() {
    let provider = start().await;
    for prompt in ["consent", "select_account", "consent select_account"] {
        let mut browser = signed_in(&provider, "alice").await;
        let page = browser.authorize(&provider, &request().with("prompt", prompt)).await;
        page.expect_page(200, "You are signed in already");
        let answer = browser.decide(&page, &Parameters::none().with("decision", "continue")).await;
        assert_eq!(claims(&provider, &answer).await["sub"], "alice", "{prompt}");
    }
}

#[tokio::test]
async fn another_account_replaces_the_session() {
    let provider = start().await;
    let mut browser = signed_in(&provider, "alice").await;
    let mut thief = browser.thief();
    let page = browser.authorize(&provider, &request().with("prompt", "select_account")).await;
    let answer = browser.sign_in(&page, "bob").await;
    assert_eq!(claims(&provider, &answer).await["sub"], "bob");
    thief.authorize(&provider, &request()).await.expect_sign_in_page();
    let answer = browser.authorize(&provider, &request()).await;
    assert_eq!(claims(&provider, &answer).await["sub"], "bob");
}

#[tokio::test]
async fn a_cookie_from_before_the_latest_sign_in_is_invalid() {
    let provider = start().await;
    let mut browser = signed_in(&provider, "alice").await;
    let mut thief = browser.thief();
    let page = browser.authorize(&provider, &request().with("prompt", "login")).await;
    browser.sign_in(&page, "alice").await.callback();
    thief.authorize(&provider, &request()).await.expect_sign_in_page();
    browser.authorize(&provider, &request()).await.callback();
}

#[tokio::test]
async fn max_age_asks_again_once_the_sign_in_is_older() {
    let provider = start().await;
    let mut browser = signed_in(&provider, "alice").await;
    let request = request().with("max_age", "60");
    provider.clock().advance(Duration::from_secs(60));
    browser.authorize(&provider, &request).await.callback();
    provider.clock().advance(Duration::from_secs(1));
    let page = browser.authorize(&provider, &request).await;
    page.expect_sign_in_page();
    let answer = browser.sign_in(&page, "alice").await;
    assert_eq!(claims(&provider, &answer).await["auth_time"], NOW + 61);
}

#[tokio::test]
async fn max_age_zero_always_asks_like_prompt_login() {
    let provider = start().await;
    let mut browser = signed_in(&provider, "alice").await;
    let page = browser.authorize(&provider, &request().with("max_age", "0")).await;
    page.expect_sign_in_page();
    assert!(!page.text().contains("You are signed in already"));
    browser.sign_in(&page, "alice").await.callback();
    let silent = request().with("max_age", "0").with("prompt", "none");
    browser.authorize(&provider, &silent).await.expect_callback_error(
        "login_required",
        "prompt is `none`, but max_age is 0, which requires a new sign-in",
    );
}

#[tokio::test]
async fn a_huge_max_age_does_not_ask() {
    let provider = start().await;
    let mut browser = signed_in(&provider, "alice").await;
    let request = request().with("max_age", &u64::MAX.to_string());
    browser.authorize(&provider, &request).await.callback();
}

#[tokio::test]
async fn prompt_none_is_refused_when_max_age_has_passed() {
    let provider = start().await;
    let mut browser = signed_in(&provider, "alice").await;
    provider.clock().advance(Duration::from_secs(11));
    let request = request().with("prompt", "none").with("max_age", "10");
    browser.authorize(&provider, &request).await.expect_callback_error(
        "login_required",
        "prompt is `none`, but the user signed in longer ago than max_age allows",
    );
}

#[tokio::test]
async fn a_session_does_not_give_access_to_a_denied_client() {
    let provider = start().await;
    let blog =
        request().with("client_id", "blog").with("redirect_uri", "https://blog.example/callback");
    let mut browser = Browser::new();
    let answer = browser.log_in(&provider, blog, "erin").await;
    assert!(answer.location().contains("code="));
    browser
        .authorize(&provider, &request())
        .await
        .expect_callback_error("access_denied", "user `erin` may not use client `shop`");
}

#[tokio::test]
async fn auto_login_signs_in_without_a_page() {
    let provider =
        builder().settings(|settings| settings.auto_login = Some("bob".into())).start().await;
    let mut browser = Browser::new();
    let answer = browser.authorize(&provider, &request()).await;
    assert_eq!(claims(&provider, &answer).await["sub"], "bob");
    for prompt in ["none", "login", "consent", "select_account"] {
        let answer = browser.authorize(&provider, &request().with("prompt", prompt)).await;
        assert!(answer.callback().contains_key("code"), "{prompt}");
    }
}

#[tokio::test]
async fn auto_login_of_a_disabled_user_is_denied() {
    let provider =
        builder().settings(|settings| settings.auto_login = Some("dave".into())).start().await;
    let answer = Browser::new().authorize(&provider, &request()).await;
    answer.expect_callback_error("access_denied", "user `dave` is disabled");
}
