//! The provider rotates its keys, or publishes unusual ones.

use serde_json::json;

use crate::setup::{Setup, begin, callback};
use crate::stub::{JWKS, Reply};
use crate::token::Key;

/// Signs in with a token signed by `key` with `kid`. Returns the error code, or `None` on success.
async fn sign_in(setup: &Setup, key: Key, kid: Option<&str>) -> Option<String> {
    let mut browser = setup.browser();
    let login = begin(&mut browser, "auth/login").await;
    let mut token = setup.id_token(&login);
    token.key = key;
    match kid {
        Some(kid) => token.header["kid"] = kid.into(),
        None => {
            token.header.as_object_mut().unwrap().remove("kid");
        }
    }
    setup.grant(&token);
    let answer = callback(&mut browser, &login.response()).await;
    (answer.status != 302).then(|| answer.error_code().to_owned())
}

#[tokio::test]
async fn new_key_is_fetched_without_a_restart() {
    let setup = Setup::new().await;
    assert_eq!(sign_in(&setup, Key::signing(), Some("signing")).await, None);
    assert_eq!(setup.stub.calls(JWKS).len(), 1);
    setup.stub.publish(&[Key::other().jwk("new")]);
    assert_eq!(sign_in(&setup, Key::other(), Some("new")).await, None);
    assert_eq!(setup.stub.calls(JWKS).len(), 2);
}

#[tokio::test]
async fn new_key_under_the_old_kid_is_fetched_as_well() {
    let setup = Setup::new().await;
    assert_eq!(sign_in(&setup, Key::signing(), Some("signing")).await, None);
    setup.stub.publish(&[Key::other().jwk("signing")]);
    assert_eq!(sign_in(&setup, Key::other(), Some("signing")).await, None);
    // The old one is no longer accepted.
    let retired = sign_in(&setup, Key::signing(), Some("signing")).await;
    assert_eq!(retired.unwrap(), "id_token_signature");
}

#[tokio::test]
async fn unknown_kid_is_refused_after_fetching_the_keys_again() {
    let setup = Setup::new().await;
    let code = sign_in(&setup, Key::signing(), Some("unknown")).await;
    assert_eq!(code.unwrap(), "id_token_unknown_key");
    assert_eq!(setup.stub.calls(JWKS).len(), 2);
}

#[tokio::test]
async fn fetches_for_unknown_kids_are_rate_limited() {
    let setup = Setup::new().await;
    for number in 0..12 {
        let kid = format!("unknown-{number}");
        assert!(sign_in(&setup, Key::signing(), Some(&kid)).await.is_some());
    }
    assert_eq!(setup.stub.calls(JWKS).len(), 1 + 5);
    // Honest logins still work, and a minute later keys are fetched again.
    assert_eq!(sign_in(&setup, Key::signing(), Some("signing")).await, None);
    setup.advance(61);
    setup.stub.publish(&[Key::other().jwk("new")]);
    assert_eq!(sign_in(&setup, Key::other(), Some("new")).await, None);
}

#[tokio::test]
async fn failed_fetch_of_keys_is_not_cached() {
    let setup = Setup::new().await;
    assert_eq!(sign_in(&setup, Key::signing(), Some("signing")).await, None);
    for reply in [
        Reply::status(503, json!({})),
        Reply::text(200, "<html>"),
        Reply::Json(json!({})),
        Reply::Json(json!({"keys": []})),
    ] {
        setup.stub.reply(JWKS, reply);
        let code = sign_in(&setup, Key::other(), Some("new")).await;
        assert_eq!(code.unwrap(), "id_token_unknown_key");
    }
    setup.stub.publish(&[Key::other().jwk("new")]);
    assert_eq!(sign_in(&setup, Key::other(), Some("new")).await, None);
}

#[tokio::test]
async fn every_fitting_key_is_tried_for_a_token_without_kid() {
    let setup = Setup::new().await;
    setup.stub.publish(&[
        Key::p256().jwk("ec"),
        Key::other().jwk("other"),
        Key::signing().jwk("signing"),
    ]);
    assert_eq!(sign_in(&setup, Key::signing(), None).await, None);
}

#[tokio::test]
async fn unknown_keys_do_not_affect_the_others() {
    let setup = Setup::new().await;
    setup.stub.publish(&[
        json!({"kty": "AKP", "alg": "ML-DSA-65", "kid": "signing"}),
        json!({"kty": "oct", "k": "c2VjcmV0", "kid": "signing"}),
        json!("not a key"),
        Key::signing().jwk("signing"),
    ]);
    assert_eq!(sign_in(&setup, Key::signing(), Some("signing")).await, None);
}

#[tokio::test]
async fn encryption_key_is_not_used_for_signatures() {
    let setup = Setup::new().await;
    let mut key = Key::signing().jwk("signing");
    key["use"] = "enc".into();
    setup.stub.publish(&[key]);
    let code = sign_in(&setup, Key::signing(), Some("signing")).await;
    assert_eq!(code.unwrap(), "id_token_unknown_key");
}

#[tokio::test]
async fn keys_and_metadata_are_fetched_again_every_hour() {
    let setup = Setup::new().await;
    assert_eq!(sign_in(&setup, Key::signing(), Some("signing")).await, None);
    setup.advance(3599);
    assert_eq!(sign_in(&setup, Key::signing(), Some("signing")).await, None);
    assert_eq!(setup.stub.calls(JWKS).len(), 1);
    setup.advance(1);
    setup.stub.publish(&[Key::other().jwk("new")]);
    let retired = sign_in(&setup, Key::signing(), Some("signing")).await;
    assert_eq!(retired.unwrap(), "id_token_unknown_key");
}

#[tokio::test]
async fn outdated_keys_are_used_while_the_provider_is_not_reachable() {
    let setup = Setup::new().await;
    assert_eq!(sign_in(&setup, Key::signing(), Some("signing")).await, None);
    setup.advance(3600);
    setup.stub.reply(JWKS, Reply::status(500, json!({})));
    assert_eq!(sign_in(&setup, Key::signing(), Some("signing")).await, None);
}
