//! `GET` and `POST /end-session`.

use std::time::Duration;

use mock_provider::MockProvider;
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;

use crate::support::{
    Answer, Browser, LOGGED_OUT, Parameters, last_refusal, start, tokens_for, url,
};

/// A browser in which a user is signed in, and the ID token of that login.
async fn signed_in(provider: &MockProvider, subject: &str) -> (Browser, String) {
    let mut browser = Browser::new();
    let received = browser.log_in(provider, Parameters::authorization(), subject).await.callback();
    let tokens = browser.token(provider, Parameters::code(&received["code"])).await.json();
    (browser, tokens["id_token"].as_str().expect("there is an ID token").to_owned())
}

async fn end_session(
    browser: &mut Browser,
    provider: &MockProvider,
    request: &Parameters,
) -> Answer {
    browser.get(&url(provider, &format!("/end-session?{}", request.encode()))).await
}

fn back_with(hint: &str) -> Parameters {
    Parameters::none().with("id_token_hint", hint).with("post_logout_redirect_uri", LOGGED_OUT)
}

/// Submits a decision on the page that asks whether to sign out.
async fn answer(
    browser: &mut Browser,
    provider: &MockProvider,
    page: &Answer,
    decision: &str,
) -> Answer {
    page.expect_page(200, "Sign out?");
    let form = page
        .hidden_fields()
        .into_iter()
        .fold(Parameters::none(), |form, (name, value)| form.with(&name, &value));
    browser.post(&url(provider, "/end-session"), &form.with("decision", decision)).await
}

/// Whether a browser is signed in.
async fn has_session(browser: &mut Browser, provider: &MockProvider) -> bool {
    let request = Parameters::authorization().with("prompt", "none");
    browser.authorize(provider, &request).await.callback().contains_key("code")
}

#[tokio::test]
async fn a_logout_with_the_users_id_token_ends_the_session_and_returns_the_state() {
    let provider = start().await;
    let state = "a b&c=ü";
    let (mut browser, hint) = signed_in(&provider, "alice").await;
    assert!(has_session(&mut browser, &provider).await);
    let request = back_with(&hint).with("state", state).with("client_id", "shop");
    let ended = end_session(&mut browser, &provider, &request).await;
    assert_eq!(ended.location(), format!("{LOGGED_OUT}?state=a+b%26c%3D%C3%BC"));
    assert!(browser.cookies().is_empty(), "the cookie is removed");
    assert!(!has_session(&mut browser, &provider).await);
}

#[tokio::test]
async fn without_state_the_address_is_exactly_the_registered_one() {
    let provider = start().await;
    let (mut browser, hint) = signed_in(&provider, "alice").await;
    let ended = end_session(&mut browser, &provider, &back_with(&hint)).await;
    assert_eq!(ended.location(), LOGGED_OUT);
}

#[tokio::test]
async fn state_is_added_to_a_query_that_is_there_already() {
    let provider = start().await;
    let (mut browser, hint) = signed_in(&provider, "alice").await;
    let request = back_with(&hint)
        .with("post_logout_redirect_uri", "https://shop.example/bye?lang=en")
        .with("state", "s");
    let ended = end_session(&mut browser, &provider, &request).await;
    assert_eq!(ended.location(), "https://shop.example/bye?lang=en&state=s");
}

#[tokio::test]
async fn a_logout_can_be_a_form() {
    let provider = start().await;
    let (mut browser, hint) = signed_in(&provider, "alice").await;
    let request = back_with(&hint).with("state", "s");
    let ended = browser.post(&url(&provider, "/end-session"), &request).await;
    assert_eq!(ended.location(), format!("{LOGGED_OUT}?state=s"));
    assert!(!has_session(&mut browser, &provider).await);
}

#[tokio::test]
async fn the_cookie_is_removed_without_an_expiry_date() {
    let provider = start().await;
    let (mut browser, hint) = signed_in(&provider, "alice").await;
    let answer = end_session(&mut browser, &provider, &back_with(&hint)).await;
    let cookie = answer.header("set-cookie");
    let (pair, attributes) = cookie.split_once("; ").expect("the cookie has attributes");
    assert!(pair.ends_with('='), "{cookie}");
    let mut attributes: Vec<_> = attributes.split("; ").collect();
    attributes.sort_unstable();
    assert_eq!(attributes, ["HttpOnly", "Max-Age=0", "Path=/", "SameSite=Lax"]);
}

#[tokio::test]
async fn a_cookie_kept_from_before_the_logout_is_invalid() {
    let provider = start().await;
    let (mut browser, hint) = signed_in(&provider, "alice").await;
    let mut thief = browser.thief();
    end_session(&mut browser, &provider, &back_with(&hint)).await.location();
    assert!(!has_session(&mut thief, &provider).await);
}

#[tokio::test]
async fn an_expired_id_token_is_still_accepted_as_a_hint() {
    let provider = start().await;
    let (mut browser, hint) = signed_in(&provider, "alice").await;
    provider.clock().advance(Duration::from_secs(2 * 60 * 60));
    end_session(&mut browser, &provider, &back_with(&hint)).await.location();
    assert!(!has_session(&mut browser, &provider).await);
}

#[tokio::test]
async fn the_id_token_ends_its_session_even_from_another_browser() {
    let provider = start().await;
    let (mut browser, hint) = signed_in(&provider, "alice").await;
    let elsewhere = end_session(&mut Browser::new(), &provider, &back_with(&hint)).await;
    assert_eq!(elsewhere.location(), LOGGED_OUT);
    assert!(!has_session(&mut browser, &provider).await);
}

#[tokio::test]
async fn without_an_id_token_the_user_must_confirm() {
    let provider = start().await;
    let (mut browser, _) = signed_in(&provider, "alice").await;
    let request = Parameters::none()
        .with("client_id", "shop")
        .with("post_logout_redirect_uri", LOGGED_OUT)
        .with("state", "s");
    let page = end_session(&mut browser, &provider, &request).await;
    page.expect_page(200, "The Shop (shop) asks to end your session with this provider.");
    page.expect_page(200, "Alice Archer");
    assert!(has_session(&mut browser, &provider).await, "the question does not end the session");

    let stayed = answer(&mut browser, &provider, &page, "stay").await;
    stayed.expect_page(200, "You are still signed in");
    assert!(has_session(&mut browser, &provider).await);

    let ended = answer(&mut browser, &provider, &page, "sign-out").await;
    assert_eq!(ended.location(), format!("{LOGGED_OUT}?state=s"));
    assert!(!has_session(&mut browser, &provider).await);
}

#[tokio::test]
async fn with_an_id_token_of_another_user_the_user_must_confirm() {
    let provider = start().await;
    let (mut browser, _) = signed_in(&provider, "alice").await;
    let (_, hint) = signed_in(&provider, "bob").await;
    let page = end_session(&mut browser, &provider, &back_with(&hint)).await;
    page.expect_page(200, "Sign out?");
    assert!(has_session(&mut browser, &provider).await);
}

#[tokio::test]
async fn with_an_id_token_of_another_session_of_the_user_both_sessions_end() {
    let provider = start().await;
    let (mut here, _) = signed_in(&provider, "alice").await;
    let (mut there, hint) = signed_in(&provider, "alice").await;
    end_session(&mut here, &provider, &back_with(&hint)).await.location();
    assert!(!has_session(&mut here, &provider).await);
    assert!(!has_session(&mut there, &provider).await);
}

#[tokio::test]
async fn the_question_cannot_be_answered_by_another_site() {
    let provider = start().await;
    let (mut browser, _) = signed_in(&provider, "alice").await;
    // Through a link on any page.
    let request = Parameters::none().with("client_id", "shop").with("decision", "sign-out");
    end_session(&mut browser, &provider, &request).await.expect_page(200, "Sign out?");
    // Through a form on another site.
    for site in ["cross-site", "same-site"] {
        let post = browser
            .request(Method::POST, &url(&provider, "/end-session"))
            .header("sec-fetch-site", site)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(request.encode());
        browser.send(post).await.expect_page(200, "Sign out?");
    }
    assert!(has_session(&mut browser, &provider).await);
}

#[tokio::test]
async fn a_logout_without_parameters_must_be_confirmed_and_ends_on_a_page() {
    let provider = start().await;
    let (mut browser, _) = signed_in(&provider, "alice").await;
    let page = end_session(&mut browser, &provider, &Parameters::none()).await;
    page.expect_page(200, "An application asks to end your session with this provider.");
    let mut thief = browser.thief();
    let ended = answer(&mut browser, &provider, &page, "sign-out").await;
    ended.expect_page(200, "You are signed out");
    assert!(!has_session(&mut browser, &provider).await);
    assert!(!has_session(&mut thief, &provider).await);
}

#[tokio::test]
async fn a_logout_without_a_session_needs_no_confirmation() {
    let provider = start().await;
    let mut browser = Browser::new();
    end_session(&mut browser, &provider, &Parameters::none())
        .await
        .expect_page(200, "You are signed out");
    let request =
        Parameters::none().with("client_id", "shop").with("post_logout_redirect_uri", LOGGED_OUT);
    let ended = end_session(&mut browser, &provider, &request).await;
    assert_eq!(ended.location(), LOGGED_OUT);
}

#[tokio::test]
async fn without_a_client_the_browser_returns_to_a_client_of_the_session() {
    let provider = start().await;
    for (uri, registered) in [(LOGGED_OUT, true), ("https://evil.example/bye", false)] {
        let (mut browser, _) = signed_in(&provider, "alice").await;
        let request =
            Parameters::none().with("post_logout_redirect_uri", uri).with("state", "af0ifjsldkj");
        let question = end_session(&mut browser, &provider, &request).await;
        assert!(has_session(&mut browser, &provider).await, "nothing happens before the answer");
        let ended = answer(&mut browser, &provider, &question, "sign-out").await;
        if registered {
            assert_eq!(ended.location(), format!("{uri}?state=af0ifjsldkj"));
        } else {
            ended.expect_page(200, "You are signed out");
        }
        assert!(!has_session(&mut browser, &provider).await);
    }
}

#[tokio::test]
async fn an_invalid_logout_shows_a_page_and_ends_no_session() {
    let (provider, other) = (start().await, start().await);
    let (mut browser, hint) = signed_in(&provider, "alice").await;
    let foreign = tokens_for(&other, "alice", "openid").await;
    let foreign = foreign["id_token"].as_str().unwrap_or_default();
    let uri = "https://evil.example/bye";
    for (request, reason) in [
        (
            back_with(&hint).with("post_logout_redirect_uri", uri),
            format!("post_logout_redirect_uri `{uri}` is not registered for client `shop`"),
        ),
        (
            // Registered for logins, not for logouts.
            back_with(&hint).with("post_logout_redirect_uri", crate::support::CALLBACK),
            "post_logout_redirect_uri `https://shop.example/callback` is not registered for \
             client `shop`"
                .into(),
        ),
        (
            back_with(&hint).with("client_id", "blog"),
            "client_id is `blog`, but the ID token was issued to `shop`".into(),
        ),
        (Parameters::none().with("client_id", "shpo"), "no client is registered as `shpo`".into()),
        (
            back_with("nonsense"),
            "id_token_hint must be an ID token of this issuer: it is not a JWT".into(),
        ),
        (
            back_with(foreign),
            format!("id_token_hint is an ID token of another issuer: `{}`", other.issuer()),
        ),
        (
            back_with(&hint).with_another("id_token_hint", &hint),
            "parameter `id_token_hint` must not be sent more than once".into(),
        ),
        (
            back_with(&hint).with("state", "a").with_another("state", "b"),
            "parameter `state` must not be sent more than once".into(),
        ),
    ] {
        let refused = end_session(&mut browser, &provider, &request).await;
        refused.expect_page(400, &reason);
        assert_eq!(last_refusal(&provider), ("invalid_request".to_owned(), reason));
    }
    assert!(has_session(&mut browser, &provider).await);
}
