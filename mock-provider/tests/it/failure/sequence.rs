//! Sequence and time.

use mock_provider::failure::{Class, Failure};

use super::changes::assert_changes;
use super::transcript::transcript;
use crate::support::{Browser, Parameters, last_refusal, start, tokens_for, verified};

#[tokio::test]
async fn each_case_changes_exactly_what_its_snapshot_shows() {
    let except = [
        // Only a user agent can do these.
        "sequence-callback-replayed",
        "sequence-multi-tab",
        "sequence-slow-user:mode=dwell",
        "sequence-slow-user:mode=cookies-cleared",
        "sequence-concurrent-users",
        "sequence-back-after-logout",
        // This one needs two logins.
        "sequence-user-switch",
    ];
    assert_changes(Class::Sequence, &except, transcript).await;
}

/// The subject that a second login of `alice` in the same browser returns, with these parameters,
/// and how often the failure fired.
async fn second_login(failure: &str, parameters: &[(&str, &str)]) -> (String, u64) {
    let provider = start().await;
    let failure = provider.fail(Failure::parse(failure).unwrap()).may_not_fire();
    let mut browser = Browser::new();
    let first = browser.log_in(&provider, Parameters::authorization(), "alice").await;
    let tokens = browser.token(&provider, Parameters::code(&first.callback()["code"])).await;
    assert_eq!(verified(&provider, &tokens.json(), "shop").await["sub"], "alice");

    let request = parameters
        .iter()
        .fold(Parameters::authorization(), |request, (name, value)| request.with(name, value));
    let mut second = browser.authorize(&provider, &request).await;
    if second.status == 200 {
        second = browser.sign_in(&second, "alice").await;
    }
    let tokens = browser.token(&provider, Parameters::code(&second.callback()["code"])).await;
    let claims = verified(&provider, &tokens.expect(200).json(), "shop").await;
    assert_eq!(claims["nonce"], "n-0S6_WzA2Mj");
    (claims["sub"].as_str().expect("a subject").to_owned(), failure.fired())
}

#[tokio::test]
async fn the_second_login_returns_another_user() {
    let (user, fired) = second_login("sequence-user-switch", &[]).await;
    assert_eq!((user.as_str(), fired), ("bob", 1));
}

#[tokio::test]
async fn a_silent_renewal_returns_another_user_and_a_login_does_not() {
    let failure = "sequence-user-switch:how=silent-renew";
    assert_eq!(second_login(failure, &[("prompt", "none")]).await, ("bob".into(), 1));
    assert_eq!(second_login(failure, &[]).await, ("alice".into(), 0));
}

#[tokio::test]
async fn a_step_up_returns_another_user_and_a_login_does_not() {
    let failure = "sequence-user-switch:how=step-up";
    for step_up in [("prompt", "login"), ("max_age", "0"), ("acr_values", "gold")] {
        assert_eq!(second_login(failure, &[step_up]).await, ("bob".into(), 1), "{step_up:?}");
    }
    assert_eq!(second_login(failure, &[]).await, ("alice".into(), 0));
}

#[tokio::test]
async fn a_restart_happens_once() {
    let provider = start().await;
    let failure = provider.fail("sequence-op-restart");
    let mut browser = Browser::new();
    let lost = browser.log_in(&provider, Parameters::authorization(), "alice").await;
    let lost = browser.token(&provider, Parameters::code(&lost.callback()["code"])).await;
    lost.expect_token_error(400, "invalid_grant", "code is unknown, or expired long ago");
    // The session is forgotten too: the sign-in page is shown again.
    let again = browser.log_in(&provider, Parameters::authorization(), "alice").await;
    let tokens = browser.token(&provider, Parameters::code(&again.callback()["code"])).await;
    tokens.expect(200);
    assert_eq!(failure.fired(), 1);
}

#[tokio::test]
async fn showing_the_sign_in_page_does_not_use_up_a_restart() {
    let provider = start().await;
    let failure = provider.fail("sequence-op-restart").may_not_fire();
    let page = Browser::new().authorize(&provider, &Parameters::authorization()).await;
    page.expect_sign_in_page();
    assert_eq!(failure.fired(), 0);
}

#[tokio::test]
async fn a_restart_before_the_refresh_does_not_affect_the_login() {
    let provider = start().await;
    let _failure = provider.fail("sequence-op-restart:phase=before-refresh");
    let tokens = tokens_for(&provider, "alice", "openid offline_access").await;
    let access = tokens["access_token"].as_str().expect("an access token");
    let refresh = tokens["refresh_token"].as_str().expect("a refresh token");
    let mut browser = Browser::new();
    browser.userinfo(&provider, access).await.expect(200);
    browser.token(&provider, Parameters::refresh(refresh)).await.expect(400);
    assert_eq!(last_refusal(&provider).0, "invalid_grant");
    browser.userinfo(&provider, access).await.expect(401);
}

#[tokio::test]
async fn an_expired_code_is_refused_as_expired() {
    let provider = start().await;
    let failure = provider.fail("sequence-slow-user");
    let mut browser = Browser::new();
    let late = browser.log_in(&provider, Parameters::authorization(), "alice").await;
    let late = browser.token(&provider, Parameters::code(&late.callback()["code"])).await;
    late.expect_token_error(400, "invalid_grant", "code expired 0 seconds ago");
    assert_eq!(failure.fired(), 1);
    let journal = provider.journal();
    let received = journal.iter().flat_map(|exchange| &exchange.alterations).collect::<Vec<_>>();
    assert_eq!(received.len(), 1);
    assert_eq!(
        (received[0].place.as_str(), &received[0].sent),
        ("state", &Some("the code expired".into()))
    );
}

#[tokio::test]
async fn a_restart_can_bring_new_keys() {
    let provider = start().await;
    let before = provider.keys().kids();
    let failure = provider.fail("sequence-op-restart:keys=new");
    lose_a_login(&provider).await;
    let after = provider.keys().kids();
    assert_eq!(failure.fired(), 1);
    assert_eq!(before.len(), after.len());
    assert!(before.iter().all(|kid| !after.contains(kid)), "{before:?} {after:?}");
}

/// A login whose code the provider forgets.
async fn lose_a_login(provider: &mock_provider::MockProvider) {
    let mut browser = Browser::new();
    let lost = browser.log_in(provider, Parameters::authorization(), "alice").await;
    browser.token(provider, Parameters::code(&lost.callback()["code"])).await.expect(400);
}
