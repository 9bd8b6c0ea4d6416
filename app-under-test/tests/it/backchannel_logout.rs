//! `POST auth/backchannel-logout`: each test changes one thing in an honest logout token.

use reqwest::Method;
use serde_json::{Value, json};

use crate::browser::{Answer, Browser};
use crate::setup::{NOW, Setup};
use crate::stub::{JWKS, TOKEN};
use crate::token::{IdToken, Key};

const PATH: &str = "auth/backchannel-logout";
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// An honest logout token for the session `s-1` of `alice-1`.
fn logout_token(setup: &Setup) -> IdToken {
    let now = setup.clock.now().as_second();
    let mut token = IdToken::honest(&setup.stub.issuer(), "", now);
    token.header["typ"] = "logout+jwt".into();
    token.claims = json!({
        "iss": setup.stub.issuer(),
        "aud": "app",
        "iat": now,
        "exp": now + 120,
        "jti": format!("logout at {now}"),
        "sub": "alice-1",
        "sid": "s-1",
        "events": {EVENT: {}},
    });
    token
}

/// Sets claims; null removes them.
fn set(token: &mut IdToken, claims: Value) {
    let all = token.claims.as_object_mut().unwrap();
    for (name, value) in claims.as_object().unwrap() {
        all.insert(name.clone(), value.clone());
    }
    all.retain(|_, value| !value.is_null());
}

/// Posts a token, as the provider does: without cookies.
async fn post(setup: &Setup, token: &str) -> Answer {
    setup.browser().post(PATH, &[("logout_token", token)]).await
}

async fn is_signed_in(browser: &mut Browser) -> bool {
    browser.get("").await.body.contains("Welcome")
}

#[track_caller]
fn assert_accepted(answer: &Answer) {
    assert_eq!((answer.status, answer.body.as_str()), (200, ""), "{answer:#?}");
    assert_eq!(answer.header("cache-control"), "no-store");
}

/// Asserts a rejection and returns its description.
#[track_caller]
fn refusal(answer: &Answer) -> String {
    assert_eq!(answer.status, 400, "{answer:#?}");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("content-type"), "application/json");
    let document: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(document["error"], "invalid_request");
    document["error_description"].as_str().unwrap().to_owned()
}

/// Asserts that a token changed by `change` is rejected with these words and does not end the
/// session, and that the honest one does so afterwards.
async fn refused(words: &str, change: impl FnOnce(&mut IdToken)) {
    refused_at(&Setup::new().await, words, change).await;
}

async fn refused_at(setup: &Setup, words: &str, change: impl FnOnce(&mut IdToken)) {
    let mut browser = setup.signed_in(json!({"sid": "s-1"})).await;
    let mut token = logout_token(setup);
    change(&mut token);
    let description = refusal(&post(setup, &token.sign()).await);
    assert!(description.contains(words), "{description}");
    assert!(is_signed_in(&mut browser).await);
    assert_accepted(&post(setup, &logout_token(setup).sign()).await);
    assert!(!is_signed_in(&mut browser).await);
    // The next token has another `jti`.
    setup.advance(1);
}

async fn claims_refused(words: &str, claims: &[Value]) {
    let setup = Setup::new().await;
    for claims in claims {
        refused_at(&setup, words, |token| set(token, claims.clone())).await;
    }
}

#[tokio::test]
async fn logout_token_ends_the_session_that_it_names() {
    let setup = Setup::new().await;
    let mut one = setup.signed_in(json!({"sid": "s-1"})).await;
    let mut other = setup.signed_in(json!({"sid": "s-2"})).await;
    assert_accepted(&post(&setup, &logout_token(&setup).sign()).await);
    assert!(!is_signed_in(&mut one).await);
    assert!(is_signed_in(&mut other).await);
    // A copied cookie is useless; a new login works.
    setup.sign_in(&mut one, json!({"sid": "s-3"})).await;
    assert!(is_signed_in(&mut one).await);
}

#[tokio::test]
async fn session_id_alone_is_enough() {
    let setup = Setup::new().await;
    let mut browser = setup.signed_in(json!({"sid": "s-1"})).await;
    let mut token = logout_token(&setup);
    set(&mut token, json!({"sub": null}));
    assert_accepted(&post(&setup, &token.sign()).await);
    assert!(!is_signed_in(&mut browser).await);
}

#[tokio::test]
async fn subject_alone_ends_all_sessions_of_the_user() {
    let setup = Setup::new().await;
    let mut alices = [
        setup.signed_in(json!({"sid": "s-1"})).await,
        setup.signed_in(json!({"sid": "s-2"})).await,
        setup.signed_in(json!({})).await,
    ];
    let mut bob = setup.signed_in(json!({"sub": "bob-2", "sid": "s-3"})).await;
    let mut token = logout_token(&setup);
    set(&mut token, json!({"sid": null}));
    assert_accepted(&post(&setup, &token.sign()).await);
    for alice in &mut alices {
        assert!(!is_signed_in(alice).await);
    }
    assert!(is_signed_in(&mut bob).await);
}

#[tokio::test]
async fn session_without_a_sid_ends_with_any_session_of_its_user() {
    let setup = Setup::new().await;
    let mut alice = setup.signed_in(json!({})).await;
    let mut bob = setup.signed_in(json!({"sub": "bob-2"})).await;
    assert_accepted(&post(&setup, &logout_token(&setup).sign()).await);
    assert!(!is_signed_in(&mut alice).await);
    assert!(is_signed_in(&mut bob).await);
}

#[tokio::test]
async fn logout_without_a_matching_session_is_accepted() {
    let setup = Setup::new().await;
    let mut browser = setup.signed_in(json!({"sid": "s-1"})).await;
    for (number, claims) in [
        json!({"sid": "unknown"}),
        json!({"sid": "S-1"}),
        json!({"sid": "unknown", "sub": null}),
        json!({"sub": "bob-2", "sid": null}),
        json!({"sub": "bob-2"}),
    ]
    .into_iter()
    .enumerate()
    {
        let mut token = logout_token(&setup);
        set(&mut token, json!({"jti": number.to_string()}));
        set(&mut token, claims);
        assert_accepted(&post(&setup, &token.sign()).await);
        assert!(is_signed_in(&mut browser).await, "{}", token.claims);
    }
    // Already logged out.
    assert_accepted(&post(&setup, &logout_token(&setup).sign()).await);
    let mut again = logout_token(&setup);
    set(&mut again, json!({"jti": "again"}));
    assert_accepted(&post(&setup, &again.sign()).await);
}

#[tokio::test]
async fn token_can_be_used_once() {
    let setup = Setup::new().await;
    let mut token = logout_token(&setup);
    set(&mut token, json!({"sid": null}));
    assert_accepted(&post(&setup, &token.sign()).await);
    let mut browser = setup.signed_in(json!({})).await;
    setup.advance(100);
    let description = refusal(&post(&setup, &token.sign()).await);
    assert!(description.contains("used before"), "{description}");
    // With a new signature it is still the same token.
    set(&mut token, json!({"exp": NOW + 600}));
    refusal(&post(&setup, &token.sign()).await);
    assert!(is_signed_in(&mut browser).await);
}

#[tokio::test]
async fn signature_must_be_the_providers() {
    refused("the signature", |token| token.key = Key::other()).await;
    refused("the signature", |token| {
        token.spoil = |token| format!("{}.", token.rsplit_once('.').unwrap().0);
    })
    .await;
    refused("a published key must match", |token| token.header["kid"] = "unpublished".into()).await;
    let public_key = Key::signing().jwk("signing")["n"].as_str().unwrap().to_owned();
    for secret in ["s3cret", &public_key] {
        refused("alg", |token| {
            token.header["alg"] = "HS256".into();
            token.key = Key::symmetric(secret.as_bytes());
        })
        .await;
    }
    refused("alg", |token| {
        token.header["alg"] = "RS512".into();
        token.key = Key::signing().with_algorithm(jsonwebtoken::Algorithm::RS512);
    })
    .await;
}

#[tokio::test]
async fn unsigned_token_is_refused() {
    for name in ["none", "None", "NONE"] {
        for spoil in [
            |token: String| format!("{}.", token.rsplit_once('.').unwrap().0),
            |token: String| token,
        ] {
            refused("JWS header", |token| {
                token.header["alg"] = name.into();
                token.spoil = spoil;
            })
            .await;
        }
    }
}

#[tokio::test]
async fn newly_published_key_is_fetched() {
    let setup = Setup::new().await;
    let mut browser = setup.signed_in(json!({"sid": "s-1"})).await;
    setup.stub.publish(&[Key::other().jwk("new")]);
    let mut token = logout_token(&setup);
    token.key = Key::other();
    token.header["kid"] = "new".into();
    assert_accepted(&post(&setup, &token.sign()).await);
    assert!(!is_signed_in(&mut browser).await);
}

#[tokio::test]
async fn unauthenticated_requests_do_not_exhaust_the_limit_for_logins() {
    let setup = Setup::new().await;
    setup.signed_in(json!({})).await;
    for number in 0..12 {
        let mut token = logout_token(&setup);
        token.header["kid"] = number.to_string().into();
        refusal(&post(&setup, &token.sign()).await);
    }
    assert_eq!(setup.stub.calls(JWKS).len(), 1 + 5);
    // The provider rotates its keys, and a login fetches them.
    setup.stub.publish(&[Key::signing().jwk("new")]);
    let mut browser = setup.browser();
    let login = crate::setup::begin(&mut browser, "auth/login").await;
    let mut token = setup.id_token(&login);
    token.header["kid"] = "new".into();
    setup.grant(&token);
    let answer = crate::setup::callback(&mut browser, &login.response()).await;
    assert_eq!(answer.status, 302, "{answer:#?}");
}

#[tokio::test]
async fn type_must_be_that_of_a_logout_token_or_absent() {
    for typ in ["at+jwt", "secevent+jwt", "id_token+jwt", ""] {
        refused("typ", |token| token.header["typ"] = typ.into()).await;
    }
    for typ in [json!("JWT"), json!("logout+jwt"), json!("Logout+JWT"), json!(null)] {
        let setup = Setup::new().await;
        let mut token = logout_token(&setup);
        token.header["typ"] = typ;
        token.header.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        assert_accepted(&post(&setup, &token.sign()).await);
    }
    refused("crit", |token| token.header["crit"] = json!(["x"])).await;
}

#[tokio::test]
async fn issuer_and_audience_must_match() {
    claims_refused("iss", &[json!({"iss": "http://evil.example"}), json!({"iss": ""})]).await;
    refused("iss", |token| {
        let issuer = format!("{}/", token.claims["iss"].as_str().unwrap());
        set(token, json!({ "iss": issuer }));
    })
    .await;
    claims_refused("aud", &[json!({"aud": "other"}), json!({"aud": "app2"}), json!({"aud": []})])
        .await;
    claims_refused("aud", &[json!({"aud": ["app", "other"]})]).await;
    claims_refused("claims", &[json!({"iss": null}), json!({"aud": null})]).await;
}

#[tokio::test]
async fn times_must_be_present_and_valid() {
    claims_refused("expired", &[json!({"exp": NOW - 60}), json!({"exp": 0})]).await;
    claims_refused("iat", &[json!({"iat": NOW + 61})]).await;
    claims_refused("nbf", &[json!({"nbf": NOW + 61})]).await;
    claims_refused(
        "claims",
        &[json!({"exp": null}), json!({"iat": null}), json!({"exp": "soon"}), json!({"iat": []})],
    )
    .await;
}

#[tokio::test]
async fn subject_or_session_must_be_named() {
    claims_refused(
        "sub or sid",
        &[json!({"sub": null, "sid": null}), json!({"sub": "", "sid": ""})],
    )
    .await;
    claims_refused("claims", &[json!({"sub": 1}), json!({"sid": ["s-1"]})]).await;
}

#[tokio::test]
async fn events_must_contain_the_logout_event() {
    claims_refused(
        "events",
        &[
            json!({"events": {}}),
            json!({"events": {"http://schemas.openid.net/event/other": {}}}),
            json!({"events": {EVENT: null}}),
            json!({"events": {EVENT: true}}),
            json!({"events": {EVENT: []}}),
            json!({"events": {EVENT: ""}}),
        ],
    )
    .await;
    claims_refused(
        "claims",
        &[json!({"events": null}), json!({"events": [EVENT]}), json!({"events": EVENT})],
    )
    .await;
    refused("claims", |token| token.claims["events"] = Value::Null).await;
}

#[tokio::test]
async fn nonce_must_be_absent() {
    claims_refused("nonce", &[json!({"nonce": "x"}), json!({"nonce": ""})]).await;
    refused("nonce", |token| token.claims["nonce"] = Value::Null).await;
}

#[tokio::test]
async fn token_must_have_a_jti() {
    claims_refused("jti", &[json!({"jti": ""})]).await;
    claims_refused("claims", &[json!({"jti": null}), json!({"jti": 1})]).await;
}

#[tokio::test]
async fn repeated_claim_is_refused() {
    for (claim, value) in [("sid", "\"s-2\""), ("jti", "\"x\""), ("events", "{}")] {
        refused("present once", |token| {
            let claims = token.claims.to_string();
            token.payload = Some(claims.replacen('{', &format!("{{\"{claim}\":{value},"), 1));
        })
        .await;
    }
}

#[tokio::test]
async fn id_token_is_not_accepted_as_a_logout_token() {
    let setup = Setup::new().await;
    let mut browser = setup.signed_in(json!({"sid": "s-1", "jti": "a"})).await;
    let mut id_token = String::new();
    setup.stub.edit(TOKEN, |document| {
        id_token = document["id_token"].as_str().unwrap().to_owned();
    });
    refusal(&post(&setup, &id_token).await);
    assert!(is_signed_in(&mut browser).await);
}

#[tokio::test]
async fn logout_token_is_not_accepted_as_an_id_token() {
    let setup = Setup::new().await;
    let mut browser = setup.browser();
    let login = crate::setup::begin(&mut browser, "auth/login").await;
    let mut token = logout_token(&setup);
    set(&mut token, json!({"nonce": login.nonce()}));
    setup.grant(&token);
    let answer = crate::setup::callback(&mut browser, &login.response()).await;
    assert_eq!(answer.error_code(), "id_token_type");
}

#[tokio::test]
async fn request_must_be_a_form_with_one_token() {
    let setup = Setup::new().await;
    let mut browser = setup.signed_in(json!({"sid": "s-1"})).await;
    let token = logout_token(&setup).sign();
    let json = json!({ "logout_token": token }).to_string();
    let form = format!("logout_token={token}");
    for (content_type, body) in [
        ("application/json", json.as_str()),
        ("application/x-www-form-urlencoded", &json),
        ("application/json", &form),
        ("text/plain", &form),
        ("", &form),
        ("application/x-www-form-urlencoded", ""),
        ("application/x-www-form-urlencoded", "logout_token="),
        ("application/x-www-form-urlencoded", &format!("{form}&{form}")),
        ("application/x-www-form-urlencoded", "logout_token=garbage"),
        ("application/x-www-form-urlencoded", "logout_token=%ff%00.."),
    ] {
        let answer = setup
            .browser()
            .request(Method::POST, PATH, |request| {
                request.header("content-type", content_type).body(body.to_owned())
            })
            .await;
        refusal(&answer);
        assert!(is_signed_in(&mut browser).await, "{content_type} {body}");
    }
    // Other parameters are ignored.
    let answer = setup
        .browser()
        .request(Method::POST, PATH, |request| {
            let content_type = "Application/X-WWW-Form-urlencoded; charset=utf-8";
            request.header("content-type", content_type).body(format!("a=b&{form}&c"))
        })
        .await;
    assert_accepted(&answer);
    assert!(!is_signed_in(&mut browser).await);
}

#[tokio::test]
async fn other_methods_are_refused() {
    let setup = Setup::new().await;
    let mut browser = setup.signed_in(json!({"sid": "s-1"})).await;
    let path = format!("{PATH}?logout_token={}", logout_token(&setup).sign());
    for method in [Method::GET, Method::HEAD, Method::PUT, Method::DELETE] {
        let answer = browser.request(method, &path, |request| request).await;
        assert_eq!((answer.status, answer.header("allow")), (405, "OPTIONS, POST"));
    }
    assert!(is_signed_in(&mut browser).await);
}

#[tokio::test]
async fn no_session_ends_when_the_keys_cannot_be_fetched() {
    let stub = crate::stub::Stub::start().await;
    stub.reply(JWKS, crate::stub::Reply::status(503, json!({})));
    let setup = Setup::at(stub, &[]).await;
    let description = refusal(&post(&setup, &logout_token(&setup).sign()).await);
    assert!(description.contains("not available"), "{description}");
}
