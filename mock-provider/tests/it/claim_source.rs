//! `GET /claim-source`.

use std::time::Duration;

use reqwest::Method;

use crate::support::{Browser, start, tokens_for, url, verified};

#[tokio::test]
async fn a_token_gives_access_to_its_claims_until_it_expires() {
    let provider = start().await;
    let failure = provider.fail("claims-distributed");
    let tokens = tokens_for(&provider, "alice", "openid").await;
    drop(failure);
    let claims = verified(&provider, &tokens, "shop").await;
    let token = claims["_claim_sources"]["source"]["access_token"].as_str().expect("a token");
    let id_token = tokens["id_token"].as_str().expect("an ID token");

    let mut browser = Browser::new();
    let address = url(&provider, "/claim-source");
    let answer = browser.send(browser.request(Method::GET, &address).bearer_auth(token)).await;
    assert_eq!(answer.expect(200).header("cache-control"), "no-store");
    let exchange = provider.journal().pop().expect("the request was recorded");
    assert_eq!(
        (exchange.client.as_deref(), exchange.user.as_deref()),
        (Some("shop"), Some("alice"))
    );

    let foreign = browser.send(browser.request(Method::GET, &address).bearer_auth(id_token)).await;
    let reason = "the token was not issued for the claim source\n";
    assert_eq!(foreign.expect(401).body, reason);
    provider.clock().advance(Duration::from_secs(3_607));
    let late = browser.send(browser.request(Method::GET, &address).bearer_auth(token)).await;
    assert_eq!(late.expect(401).body, "the token expired 7 seconds ago\n");
}

#[tokio::test]
async fn without_a_token_the_source_sends_a_challenge() {
    let provider = start().await;
    let answer = Browser::new().get(&url(&provider, "/claim-source")).await;
    assert_eq!(answer.expect(401).header("www-authenticate"), "Bearer realm=\"claim-source\"");
    assert_eq!(answer.body, "the Authorization header must be `Bearer` and a token\n");
}
