//! With a seed and a frozen clock, two runs produce the same bytes.

use mock_provider::{Algorithm, Clock, MockProvider};
use serde_json::Value;

use crate::support::{Browser, Parameters, builder, url};

const TIME: &str = "2026-01-01T00:00:00Z";

async fn provider(seed: u64, time: &str) -> MockProvider {
    builder()
        .seed(seed)
        .clock(Clock::frozen_at(time.parse().expect("the time is written in RFC 3339")))
        .settings(|settings| settings.issuer_url = Some("https://issuer.example".into()))
        .start()
        .await
}

/// The tokens of a login and of a refresh, and the journal.
async fn run(provider: &MockProvider) -> (Value, Value, Value) {
    let mut browser = Browser::new();
    let request = Parameters::authorization().with("scope", "openid email offline_access");
    let received = browser.log_in(provider, request, "alice").await.callback();
    let tokens = browser.token(provider, Parameters::code(&received["code"])).await.json();
    let refresh = Parameters::refresh(tokens["refresh_token"].as_str().unwrap_or_default());
    let refreshed = browser.token(provider, refresh).await.expect(200).json();
    browser.get(&url(provider, "/authorize")).await.expect(400);
    let journal = serde_json::to_value(provider.journal()).expect("the journal is plain JSON");
    (tokens, refreshed, journal)
}

#[tokio::test]
async fn two_runs_are_identical_to_the_byte() {
    let (first, second) = (provider(7, TIME).await, provider(7, TIME).await);
    let (first, second) = (run(&first).await, run(&second).await);
    assert!(first.0["id_token"].is_string() && first.1["id_token"].is_string());
    assert_eq!(first, second);
}

#[tokio::test]
async fn another_seed_gives_different_codes_and_tokens() {
    let (first, second) = (provider(7, TIME).await, provider(8, TIME).await);
    let (first, second) = (run(&first).await, run(&second).await);
    for member in ["access_token", "refresh_token", "id_token"] {
        assert_ne!(first.0[member], second.0[member], "{member}");
    }
}

#[tokio::test]
async fn another_time_gives_different_id_tokens_and_the_same_random_values() {
    let (first, second) = (provider(7, TIME).await, provider(7, "2026-01-01T00:00:01Z").await);
    let (first, second) = (run(&first).await, run(&second).await);
    assert_ne!(first.0["id_token"], second.0["id_token"]);
    assert_eq!(first.0["access_token"], second.0["access_token"]);
}

#[tokio::test]
async fn responses_are_dated_by_the_clock_of_the_issuer() {
    let provider = provider(7, TIME).await;
    let keys = Browser::new().get(&url(&provider, "/jwks")).await;
    assert_eq!(keys.header("date"), "Thu, 01 Jan 2026 00:00:00 GMT");
}

/// The token response of a login at the issuer whose endpoints are below `path`.
async fn tokens_at(provider: &MockProvider, path: &str) -> Value {
    let mut browser = Browser::new();
    let request = Parameters::authorization().with("scope", "openid offline_access");
    let page = browser.get(&url(provider, &format!("{path}/authorize?{}", request.encode()))).await;
    let code = browser.sign_in(&page, "alice").await.callback()["code"].clone();
    let form = Parameters::code(&code);
    browser.post(&url(provider, &format!("{path}/token")), &form).await.expect(200).json()
}

/// A provider with seed 7 that creates its named issuers in this order.
async fn creating(order: [&str; 2]) -> MockProvider {
    let provider = builder()
        .seed(7)
        .settings(|settings| {
            settings.issuer_url = Some("https://issuer.example".into());
            settings.signing_algorithms = vec![Algorithm::RS256, Algorithm::ES256];
        })
        .start()
        .await;
    order.iter().for_each(|name| drop(provider.named(name)));
    provider
}

#[tokio::test]
async fn the_order_in_which_issuers_are_created_does_not_change_their_tokens() {
    let one = creating(["acme", "other"]).await;
    let reverse = creating(["other", "acme"]).await;
    for path in ["/issuers/acme", "/issuers/other"] {
        let (first, second) = (tokens_at(&one, path).await, tokens_at(&reverse, path).await);
        for member in ["access_token", "refresh_token"] {
            assert_eq!(first[member], second[member], "{path}: {member}");
        }
    }
}

#[tokio::test]
async fn the_order_in_which_issuers_are_created_does_not_change_their_keys() {
    let one = creating(["acme", "other"]).await;
    let reverse = creating(["other", "acme"]).await;
    for path in ["/issuers/acme/jwks", "/issuers/other/jwks"] {
        let keys = async |provider| Browser::new().get(&url(provider, path)).await.json();
        assert_eq!(keys(&one).await, keys(&reverse).await, "{path}");
    }
}

#[tokio::test]
async fn no_issuer_repeats_the_tokens_of_an_issuer_with_another_seed() {
    let (seven, eight) = (provider(7, TIME).await, provider(8, TIME).await);
    seven.named("acme");
    let (sibling, default) =
        (tokens_at(&seven, "/issuers/acme").await, tokens_at(&eight, "").await);
    for member in ["access_token", "refresh_token"] {
        assert_ne!(sibling[member], default[member], "{member}");
    }
}
