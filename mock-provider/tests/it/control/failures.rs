//! Failures that are armed over HTTP.

use mock_provider::failure::modes;
use serde_json::{Value, json};

use super::client::{Control, expect_refused};
use crate::support::{start, tokens_for, verified};

const FAILURES: &str = "/issuers/default/failures";

#[tokio::test]
async fn a_failure_acts_from_when_it_is_armed_until_it_is_cleared() {
    let provider = start().await;
    let control = Control(&provider);
    let exp = async || {
        let tokens = tokens_for(&provider, "alice", "openid").await;
        verified(&provider, &tokens, "shop").await["exp"].clone()
    };
    let armed = json!({"failure": "id-token-exp-invalid:value=0"});
    let armed = control.post(FAILURES, armed).await.expect(201).json();
    let expected = json!({
        "issuer": "default", "number": 1, "failure": "id-token-exp-invalid:value=0", "since": "2026-01-01T00:00:00Z",
        "fired": 0, "over": false,
    });
    assert_eq!(armed, expected);
    assert_eq!(exp().await, 0);
    assert_eq!(control.get(&format!("{FAILURES}/1")).await.json()["fired"], 1);
    assert_eq!(control.get(FAILURES).await.json().as_array().map(Vec::len), Some(1));
    control.delete(&format!("{FAILURES}/1")).await.expect(204);
    assert_ne!(exp().await, 0);
    let gone = control.delete(&format!("{FAILURES}/1")).await;
    expect_refused(&gone, 404, "there is no failure number `1`, or it was cleared");
}

#[tokio::test]
async fn the_number_of_firings_is_reported_after_a_failure_has_ended() {
    let provider = start().await;
    let control = Control(&provider);
    let armed = json!({"failure": "id-token-exp-invalid:value=0@times=1"});
    control.post(FAILURES, armed).await.expect(201);
    for _ in 0..2 {
        tokens_for(&provider, "alice", "openid").await;
    }
    assert_eq!(control.get(FAILURES).await.json(), json!([]));
    let received = control.get(&format!("{FAILURES}/1")).await.expect(200).json();
    assert_eq!((&received["fired"], &received["over"]), (&json!(1), &json!(true)));
}

#[tokio::test]
async fn all_failures_are_cleared_at_once() {
    let provider = start().await;
    let control = Control(&provider);
    for user in ["alice", "bob"] {
        let failure = format!("id-token-exp-invalid@user={user}");
        control.post(FAILURES, json!({"failure": failure})).await.expect(201);
    }
    control.delete(FAILURES).await.expect(204);
    assert_eq!(control.get(FAILURES).await.json(), json!([]));
}

#[tokio::test]
async fn a_wrong_failure_is_refused_with_the_nearest_one() {
    let provider = start().await;
    let control = Control(&provider);
    for (body, reason) in [
        (
            json!({"failure": "id-token-exp-invald"}),
            "`failure`: no failure is called `id-token-exp-invald`: did you mean \
             `id-token-exp-invalid`?",
        ),
        (json!({}), "the body needs the key `failure`"),
        (
            json!({"failure": 7}),
            "`failure` must be a failure such as \"id-token-exp-invalid\", got the number `7`",
        ),
        (
            json!({"failure": "id-token-exp-invalid", "times": 1}),
            "unknown key `times`: there is only `failure`",
        ),
    ] {
        expect_refused(&control.post(FAILURES, body).await, 422, reason);
    }
}

#[tokio::test]
async fn every_failure_is_listed() {
    let provider = start().await;
    let received = Control(&provider).get("/failures").await.json();
    let received: Vec<_> =
        received.as_array().expect("a list").iter().map(|mode| &mode["name"]).collect();
    let expected: Vec<_> = modes().map(|mode| Value::from(mode.name)).collect();
    assert_eq!(received, expected.iter().collect::<Vec<_>>());
}

#[tokio::test]
async fn a_failure_for_another_issuer_reports_where_it_is_armed() {
    let provider = start().await;
    provider.named("acme");
    let armed = json!({"failure": "jwks-unavailable@issuer=acme"});
    let received = Control(&provider).post(FAILURES, armed).await.expect(201).json();
    assert_eq!((&received["issuer"], &received["number"]), (&json!("acme"), &json!(1)));
}

#[tokio::test]
async fn a_failure_for_an_unknown_client_is_refused_with_the_nearest_one() {
    let provider = start().await;
    let control = Control(&provider);
    let armed = control.post(FAILURES, json!({"failure": "id-token-alg-none@client=shopp"})).await;
    expect_refused(&armed, 422, "there is no client `shopp`: did you mean `shop`?");
    let armed = control.post(FAILURES, json!({"failure": "id-token-alg-none@client="})).await;
    assert!(
        armed.expect(422).body.contains("`client` must not be empty: leave it out, or name one")
    );
}
