//! ID token: claims.

use mock_provider::failure::Class;
use mock_provider::{Client, MockProvider, ResponseType, Settings};
use serde_json::{Value, json};

use super::changes::assert_changes;
use super::transcript::transcript;
use crate::support::{Browser, CALLBACK, NOW, Parameters, builder, start, verified};

#[tokio::test]
async fn each_case_changes_exactly_what_its_snapshot_shows() {
    // These act only on requests with parameters that the transcript does not send.
    let others = [
        "id-token-at-hash-wrong:flow=hybrid",
        "id-token-at-hash-wrong:flow=implicit",
        "id-token-at-hash-missing:flow=hybrid",
        "id-token-at-hash-missing:flow=implicit",
        "id-token-c-hash-invalid",
        "id-token-auth-context-weaker",
    ];
    assert_changes(Class::IdTokenClaims, &others, transcript).await;
}

/// The verified claims of the ID token of a login.
async fn log_in(
    browser: &mut Browser,
    provider: &MockProvider,
    request: Parameters,
    subject: &str,
) -> Value {
    let received = browser.log_in(provider, request, subject).await.callback();
    let tokens = browser.token(provider, Parameters::code(&received["code"])).await;
    verified(provider, &tokens.expect(200).json(), "shop").await
}

fn request(nonce: &str) -> Parameters {
    Parameters::authorization().with("nonce", nonce)
}

#[tokio::test]
async fn a_weaker_authentication_is_claimed_only_when_a_stronger_one_was_requested() {
    const DAY: i64 = 86_400;
    let plain = || request("n");
    let strict = || plain().with("max_age", "60").with("acr_values", "gold silver");
    for (values, request, auth_time, acr) in [
        ("value=stale", plain(), json!(NOW), json!(null)),
        ("claim=acr", plain(), json!(NOW), json!(null)),
        ("value=stale", plain().with("prompt", "login"), json!(NOW - 365 * DAY), json!(null)),
        ("value=stale", strict(), json!(NOW - 365 * DAY), json!("gold")),
        ("value=absent", strict(), json!(null), json!("gold")),
        ("value=lower", strict(), json!(0), json!("gold")),
        ("value=future", strict(), json!(NOW + DAY), json!("gold")),
        ("claim=acr,value=lower", strict(), json!(NOW), json!("0")),
        ("claim=acr,value=absent", strict(), json!(NOW), json!(null)),
    ] {
        let spec = format!("id-token-auth-context-weaker:{values}");
        let provider = start().await;
        let _failure = provider.fail(&*spec).may_not_fire();
        let claims = log_in(&mut Browser::new(), &provider, request, "alice").await;
        assert_eq!((&claims["auth_time"], &claims["acr"]), (&auth_time, &acr), "{spec}");
    }
}

#[tokio::test]
async fn a_replayed_token_has_all_claims_of_another_login() {
    for (from, subject, same_session) in [
        ("same-browser", "alice", true),
        ("other-browser", "alice", false),
        ("other-user", "bob", false),
    ] {
        let provider = start().await;
        let (mut alice, mut other) = (Browser::new(), Browser::new());
        let failure = provider.fail(&*format!("id-token-nonce-replayed:from={from}@nth=3"));
        let first = log_in(&mut alice, &provider, request("first"), "alice").await;
        let second = log_in(&mut other, &provider, request("second"), subject).await;
        let page = request("third").with("prompt", "login");
        let third = log_in(&mut alice, &provider, page, "alice").await;
        let earlier = if same_session { &first } else { &second };
        for claim in ["sub", "sid", "nonce", "email"] {
            assert_eq!(third[claim], earlier[claim], "{from}: {claim}");
        }
        assert_ne!(third["at_hash"], earlier["at_hash"], "{from}");
        assert_eq!(failure.fired(), 1);
    }
}

#[tokio::test]
async fn the_nonce_of_an_open_login_is_sent_to_a_parallel_one() {
    let provider = start().await;
    let _failure = provider.fail("id-token-nonce-replayed:from=parallel-login");
    Browser::new().authorize(&provider, &request("open")).await.expect_sign_in_page();
    let claims = log_in(&mut Browser::new(), &provider, request("own"), "alice").await;
    assert_eq!((&claims["sub"], &claims["nonce"]), (&json!("alice"), &json!("open")));
}

#[tokio::test]
async fn front_channel_hashes_are_wrong_or_missing() {
    for (spec, response_type, claim) in [
        ("id-token-at-hash-wrong:flow=hybrid", "code id_token token", "at_hash"),
        ("id-token-at-hash-wrong:flow=implicit", "id_token token", "at_hash"),
        ("id-token-at-hash-missing:flow=hybrid", "code id_token token", "at_hash"),
        ("id-token-at-hash-missing:flow=implicit", "id_token token", "at_hash"),
        ("id-token-c-hash-invalid", "code id_token", "c_hash"),
        ("id-token-c-hash-invalid:mode=missing", "code id_token", "c_hash"),
        ("id-token-c-hash-invalid:mode=sub-differs", "code id_token", "sub"),
    ] {
        let honest = front_channel(None, response_type).await;
        let sent = front_channel(Some(spec), response_type).await;
        let differing: Vec<_> = honest
            .as_object()
            .expect("claims are an object")
            .iter()
            .filter(|(name, value)| sent.get(name) != Some(value))
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(differing, [claim], "{spec}: {honest} {sent}");
        assert_eq!(sent.get(claim).is_none(), spec.contains("missing"), "{spec}");
    }
}

/// The claims of the ID token in an authorization response.
async fn front_channel(failure: Option<&str>, response_type: &str) -> Value {
    let types =
        [ResponseType::CodeIdToken, ResponseType::CodeIdTokenToken, ResponseType::IdTokenToken];
    let client = Client::new("hybrid").redirect_uri(CALLBACK).response_types(types);
    let issuer =
        |settings: &mut Settings| settings.issuer_url = Some("http://issuer.example".into());
    let provider = builder().client(client).settings(issuer).start().await;
    let _failure = failure.map(|failure| provider.fail(failure));
    let request = request("n").with("client_id", "hybrid").with("response_type", response_type);
    let received = Browser::new().log_in(&provider, request, "alice").await.fragment();
    verified(&provider, &json!({"id_token": received["id_token"]}), "hybrid").await
}
