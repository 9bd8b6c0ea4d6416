//! Refresh.

use std::time::Duration;

use futures_util::future::join;
use mock_provider::MockProvider;
use mock_provider::failure::Class;
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::Value;

use super::changes::assert_changes;
use super::transcript::transcript;
use crate::support::{Answer, Browser, Parameters, builder, start, tokens_for, url};

#[tokio::test]
async fn each_case_changes_exactly_what_its_snapshot_shows() {
    // The honest provider does the first; only a second refresh shows the other.
    let except = [
        "refresh-rotated:mode=rotate",
        "refresh-reuse-revokes-family",
        // No response arrives.
        "refresh-transient-failure:mode=timeout",
        "refresh-transient-failure:mode=reset",
    ];
    assert_changes(Class::Refresh, &except, transcript).await;
}

async fn log_in(provider: &MockProvider) -> Value {
    tokens_for(provider, "alice", "openid offline_access").await
}

#[track_caller]
fn refresh_token(tokens: &Value) -> String {
    let token = tokens["refresh_token"].as_str();
    token.unwrap_or_else(|| panic!("no refresh token in {tokens:#}")).to_owned()
}

async fn refresh(provider: &MockProvider, token: &str) -> Answer {
    Browser::new().token(provider, Parameters::refresh(token)).await
}

#[tokio::test]
async fn a_refresh_token_that_is_not_replaced_can_be_used_again() {
    for mode in ["omit", "same"] {
        let provider = start().await;
        let failure = provider.fail(format!("refresh-rotated:mode={mode}"));
        let token = refresh_token(&log_in(&provider).await);
        for round in 1..=3 {
            let tokens = refresh(&provider, &token).await.expect(200).json();
            match mode {
                "omit" => assert_eq!(tokens.get("refresh_token"), None),
                _ => assert_eq!(refresh_token(&tokens), token),
            }
            assert_eq!(failure.fired(), round, "the login itself does not count");
        }
    }
}

#[tokio::test]
async fn rotation_is_recorded_and_works_as_usual() {
    let provider = start().await;
    let failure = provider.fail("refresh-rotated:mode=rotate");
    let token = refresh_token(&log_in(&provider).await);
    let tokens = refresh(&provider, &token).await.expect(200).json();
    refresh(&provider, &refresh_token(&tokens)).await.expect(200);
    assert_eq!(failure.fired(), 2);
    refresh(&provider, &token).await.expect(400);
}

#[tokio::test]
async fn without_grace_the_second_use_revokes_every_token() {
    let provider = start().await;
    let _failure = provider.fail("refresh-reuse-revokes-family");
    let token = refresh_token(&log_in(&provider).await);
    let tokens = refresh(&provider, &token).await.expect(200).json();
    refresh(&provider, &token).await.expect(400);
    refresh(&provider, &refresh_token(&tokens)).await.expect(400);
}

#[tokio::test]
async fn grace_lets_a_refresh_token_be_used_again_for_ten_seconds() {
    let provider = start().await;
    let _failure = provider.fail("refresh-reuse-revokes-family:grace=10s");
    let token = refresh_token(&log_in(&provider).await);
    let first = refresh(&provider, &token).await.expect(200).json();
    provider.clock().advance(Duration::from_secs(9));
    let second = refresh(&provider, &token).await.expect(200).json();
    for tokens in [&first, &second] {
        let token = tokens["access_token"].as_str().unwrap_or_default();
        Browser::new().userinfo(&provider, token).await.expect(200);
    }
    // Counted from the last use.
    provider.clock().advance(Duration::from_secs(10));
    refresh(&provider, &token).await.expect(400);
    refresh(&provider, &refresh_token(&first)).await.expect(400);
}

#[tokio::test]
async fn a_refresh_succeeds_with_the_same_token_after_a_transient_failure() {
    for (mode, status) in [("503", 503), ("429", 429), ("html", 502)] {
        let provider = start().await;
        let spec = format!("refresh-transient-failure:mode={mode},count=2");
        let failure = provider.fail(spec);
        let token = refresh_token(&log_in(&provider).await);
        for _ in 0..2 {
            refresh(&provider, &token).await.expect(status);
        }
        refresh(&provider, &token).await.expect(200);
        assert_eq!(failure.fired(), 2, "a success does not count as firing");
    }
}

#[tokio::test]
async fn a_refresh_without_a_response_leaves_the_token_valid() {
    for (mode, how) in [("reset", "then reset"), ("timeout", "then nothing for 120s")] {
        let provider = start().await;
        let _failure = provider.fail(format!("refresh-transient-failure:mode={mode}"));
        let token = refresh_token(&log_in(&provider).await);
        let form = Parameters::refresh(&token).encode();
        let request = Browser::new()
            .request(Method::POST, &url(&provider, "/token"))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .timeout(Duration::from_millis(500))
            .body(form);
        request.send().await.expect_err("no response arrives");
        let exchange = provider.journal().pop().expect("it is recorded");
        let received = format!("{:?}", exchange.alterations);
        assert!(received.contains(how), "{received}");
        refresh(&provider, &token).await.expect(200);
    }
}

#[tokio::test]
async fn concurrent_refreshes_are_not_a_replay_while_the_old_token_stays_valid() {
    let old_goes_on =
        ["refresh-reuse-revokes-family:grace=10s", "refresh-rotated:mode=same", TRANSIENT];
    for failure in old_goes_on {
        let provider = builder().workers(2).start().await;
        let _failure = provider.fail(failure);
        for _ in 0..40 {
            let token = refresh_token(&log_in(&provider).await);
            join(refresh(&provider, &token), refresh(&provider, &token)).await;
            let received = provider.journal();
            let refusals: Vec<_> = received.iter().filter_map(|it| it.refusal.as_ref()).collect();
            assert!(refusals.is_empty(), "{failure}: {refusals:?}");
        }
    }
}

const TRANSIENT: &str = "refresh-transient-failure@times=1000";
