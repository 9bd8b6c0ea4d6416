//! Token response.

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use mock_provider::failure::Class;
use mock_provider::{Endpoint, MockProvider};
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};

use super::changes::assert_changes;
use super::transcript::transcript;
use crate::support::{Answer, Browser, Parameters, code_for, last_refusal, start, url};

/// The response of the token endpoint to a new code.
async fn redeem_new_code(provider: &MockProvider) -> Answer {
    let code = code_for(provider, "alice", Parameters::authorization()).await;
    Browser::new().token(provider, Parameters::code(&code)).await
}

#[tokio::test]
async fn each_case_changes_exactly_what_its_snapshot_shows() {
    assert_changes(Class::Token, &[], transcript).await;
}

#[tokio::test]
async fn a_failure_with_a_count_ends_after_it() {
    let provider = start().await;
    let failure = provider.fail("token-http-error:count=1");
    redeem_new_code(&provider).await.expect(503);
    redeem_new_code(&provider).await.expect(200);
    assert_eq!(failure.fired(), 1);
}

#[tokio::test]
async fn an_explicit_lifetime_takes_precedence_over_the_count() {
    let provider = start().await;
    let _failure = provider.fail("token-http-error:count=1@for=10s");
    redeem_new_code(&provider).await.expect(503);
    redeem_new_code(&provider).await.expect(503);
    provider.clock().advance(Duration::from_secs(10));
    redeem_new_code(&provider).await.expect(200);
}

#[tokio::test]
async fn a_client_that_follows_the_redirect_is_recorded_at_the_canary_without_its_secrets() {
    let provider = start().await;
    let _failure = provider.fail("token-redirect");
    let location = redeem_new_code(&provider).await.expect(307).header("location").to_owned();
    let port = provider.address().port();
    assert_eq!(location, format!("http://localhost:{port}/canary"));
    Browser::new().post(&location, &Parameters::code("a-code")).await.expect(204);
    let visit = provider.journal().pop().expect("the visit was recorded");
    assert_eq!(visit.endpoint, Endpoint::Canary);
    assert_eq!(visit.parameter("code"), Some("[redacted: 6 characters]"));
    assert_eq!(visit.parameter("client_secret"), Some("[redacted: 6 characters]"));
}

#[tokio::test]
async fn a_secret_with_special_characters_is_accepted_by_basic_when_encoded() {
    let provider = start().await;
    let _failure = provider.fail("token-client-auth:secret=special-chars");
    // Encoded as `application/x-www-form-urlencoded`, which RFC 6749 requires, and not encoded.
    for (secret, status) in
        [("a%2Bb+c%252B%3Ad%26e%3Df%2Fg%3F%C3%A9", 200), ("a+b c%2B:d&e=f/g?\u{e9}", 401)]
    {
        let code = code_for(&provider, "alice", Parameters::authorization()).await;
        let form = Parameters::code(&code).without("client_id").without("client_secret");
        let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("shop:{secret}")));
        let mut browser = Browser::new();
        let request = browser
            .request(Method::POST, &url(&provider, "/token"))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(AUTHORIZATION, basic)
            .body(form.encode());
        browser.send(request).await.expect(status);
    }
}

#[tokio::test]
async fn a_special_secret_replaces_the_usual_one_in_the_form() {
    let provider = start().await;
    let spec = "token-client-auth:accept=client_secret_post,secret=special-chars";
    let _failure = provider.fail(spec);
    redeem_new_code(&provider).await.expect(401);
    let code = code_for(&provider, "alice", Parameters::authorization()).await;
    let form = Parameters::code(&code).with("client_secret", "a+b c%2B:d&e=f/g?\u{e9}");
    Browser::new().token(&provider, form).await.expect(200);
}

#[tokio::test]
async fn a_special_secret_is_accepted_only_from_its_client_while_the_failure_is_armed() {
    let provider = start().await;
    let spec = "token-client-auth:accept=client_secret_post,secret=special-chars";
    let redeem = async |status| {
        let code = code_for(&provider, "alice", Parameters::authorization()).await;
        let form = Parameters::code(&code).with("client_secret", "a+b c%2B:d&e=f/g?\u{e9}");
        Browser::new().token(&provider, form).await.expect(status);
    };
    let _of_another = provider.fail(&*format!("{spec}@client=blog")).may_not_fire();
    redeem(401).await;
    let _for_a_while = provider.fail(&*format!("{spec}@for=1min")).may_not_fire();
    redeem(200).await;
    provider.clock().advance(Duration::from_secs(60));
    redeem(401).await;
}

#[tokio::test]
async fn a_refused_client_can_still_redeem_its_code_by_the_accepted_method() {
    let provider = start().await;
    let failure = provider.fail("token-client-auth:accept=client_secret_basic");
    let code = code_for(&provider, "alice", Parameters::authorization()).await;
    let by_form = Browser::new().token(&provider, Parameters::code(&code)).await;
    assert_eq!(by_form.expect(401).json()["error"], "invalid_client");
    let (error, reason) = last_refusal(&provider);
    assert_eq!(error, "invalid_client");
    assert_eq!(
        reason,
        "the client must authenticate by client_secret_basic, but used client_secret_post"
    );
    assert_eq!(failure.fired(), 1);
    drop(failure);
    Browser::new().token(&provider, Parameters::code(&code)).await.expect(200);
}

#[tokio::test]
async fn a_request_without_pkce_is_refused_at_the_redirect_uri() {
    let provider = start().await;
    let failure = provider.fail("token-pkce-enforced");
    let cases = [
        (
            Parameters::authorization().without("code_challenge").without("code_challenge_method"),
            "code_challenge is missing, and this provider requires S256",
        ),
        (
            Parameters::authorization().with("code_challenge_method", "plain"),
            "code_challenge_method must be S256, got `plain`",
        ),
    ];
    for (request, description) in cases {
        let answer = Browser::new().authorize(&provider, &request).await;
        answer.expect_callback_error("invalid_request", description);
    }
    assert_eq!(failure.fired(), 2);
    Browser::new().authorize(&provider, &Parameters::authorization()).await.expect_sign_in_page();
}

#[tokio::test]
async fn a_failure_for_one_client_demands_nothing_from_others() {
    let provider = start().await;
    let _failure = provider.fail("token-client-auth@client=blog").may_not_fire();
    redeem_new_code(&provider).await.expect(200);
}

#[tokio::test]
async fn a_retry_gets_the_same_answer() {
    for failure in [
        "token-oauth-error:error=invalid_client",
        "token-bad-body",
        "token-member-missing",
        "token-expires-in:value=2^63",
    ] {
        let provider = start().await;
        let _failure = provider.fail(failure);
        let code = code_for(&provider, "alice", Parameters::authorization()).await;
        let mut received = Vec::new();
        for _ in 0..2 {
            let answer = Browser::new().token(&provider, Parameters::code(&code)).await;
            received.push((answer.status, answer.body.contains("used before")));
        }
        assert_eq!(received[0], received[1], "{failure}");
        assert!(!received[1].1, "{failure}");
    }
}
