//! Discovery: at the start, later, or not at all.

use std::time::Duration;

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::setup::{self, BASE, Setup, begin, callback};
use crate::stub::{DISCOVERY, JWKS, Reply, Stub};
use crate::token::IdToken;

/// Requests a login while discovery replies with `reply`. Returns status and error code.
async fn refused(reply: Reply) -> (u16, String) {
    let stub = Stub::start().await;
    stub.reply(DISCOVERY, reply);
    let setup = Setup::at(stub, &[]).await;
    let mut browser = setup.browser();
    let answer = browser.get("auth/login").await;
    assert_eq!(browser.get("readyz").await.status, 503);
    assert_eq!(browser.get("healthz").await.status, 200);
    assert_eq!(browser.get("").await.status, 200);
    (answer.status, answer.error_code().to_owned())
}

/// The same, with one member of the metadata changed; null removes it.
async fn refused_with(member: &str, value: impl FnOnce(&str) -> Value) -> (u16, String) {
    let stub = Stub::start().await;
    let value = value(&stub.issuer());
    stub.edit(DISCOVERY, |metadata| metadata[member] = value);
    let setup = Setup::at(stub, &[]).await;
    let answer = setup.browser().get("auth/login").await;
    (answer.status, answer.error_code().to_owned())
}

/// Waits until the app is ready.
async fn until_ready(browser: &mut Browser) {
    let ready = async {
        while browser.get("readyz").await.status != 200 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), ready)
        .await
        .expect("the app did not become ready");
}

#[tokio::test]
async fn start_makes_two_calls_and_a_login_does_not_repeat_them() {
    let setup = Setup::new().await;
    until_ready(&mut setup.browser()).await;
    setup.signed_in(json!({})).await;
    assert_eq!(setup.stub.calls(DISCOVERY).len(), 1);
    assert_eq!(setup.stub.calls(JWKS).len(), 1);
}

#[tokio::test]
async fn app_becomes_ready_by_itself_once_the_provider_answers() {
    let stub = Stub::start().await;
    let mut honest = Value::Null;
    stub.edit(DISCOVERY, |metadata| honest = metadata.clone());
    stub.reply(DISCOVERY, Reply::status(503, json!({})));
    let setup = Setup::at(stub, &[]).await;
    let mut browser = setup.browser();
    assert_eq!(browser.get("auth/login").await.status, 502);
    assert_eq!(browser.get("readyz").await.status, 503);
    setup.stub.reply(DISCOVERY, Reply::Json(honest));
    until_ready(&mut browser).await;
    assert_eq!(setup.sign_in(&mut browser, json!({})).await.status, 302);
}

#[tokio::test]
async fn login_fetches_without_waiting_for_the_next_attempt() {
    let stub = Stub::start().await;
    let mut honest = Value::Null;
    stub.edit(DISCOVERY, |metadata| honest = metadata.clone());
    stub.reply(DISCOVERY, Reply::status(503, json!({})));
    let setup = Setup::at(stub, &[]).await;
    let mut browser = setup.browser();
    assert_eq!(browser.get("auth/login").await.status, 502);
    setup.stub.reply(DISCOVERY, Reply::Json(honest));
    begin(&mut browser, "auth/login").await;
}

#[tokio::test]
async fn provider_that_is_down_is_reported_on_a_page() {
    let stub = Stub::start().await;
    let issuer = stub.issuer();
    stub.stop().await;
    let app = setup::start(&issuer, &[], |config| config).await;
    let mut browser = Browser::new(app.base_url());
    let answer = browser.get("auth/login").await;
    assert_eq!((answer.status, answer.error_code()), (502, "provider_unreachable"));
    assert_eq!(answer.attribute("try-again", "href"), format!("{BASE}auth/login"));
}

#[tokio::test]
async fn unresponsive_provider_delays_parallel_logins_only_once() {
    let stub = Stub::start().await;
    stub.reply(DISCOVERY, Reply::Hang);
    let setup = Setup::impatient(stub).await;
    let logins = (0..10).map(|_| {
        let mut browser = setup.browser();
        tokio::spawn(async move { browser.get("auth/login").await })
    });
    let all = async {
        for login in logins.collect::<Vec<_>>() {
            let answer = login.await.unwrap();
            assert_eq!((answer.status, answer.error_code()), (504, "provider_timeout"));
        }
    };
    // In sequence they would take more than 10 s.
    tokio::time::timeout(Duration::from_secs(6), all)
        .await
        .expect("the logins waited for each other");
}

#[tokio::test]
async fn unresponsive_provider_is_not_called_at_every_request_when_metadata_is_outdated() {
    let setup = Setup::impatient(Stub::start().await).await;
    let mut browser = setup.signed_in(json!({})).await;
    assert_eq!(setup.stub.calls(DISCOVERY).len(), 1);
    setup.stub.reply(DISCOVERY, Reply::Hang);
    setup.advance(60 * 60);
    for _ in 0..3 {
        begin(&mut browser, "auth/login").await;
    }
    assert_eq!(setup.stub.calls(DISCOVERY).len(), 2, "each login waited for the time limit");
    setup.advance(30);
    begin(&mut browser, "auth/login").await;
    assert_eq!(
        setup.stub.calls(DISCOVERY).len(),
        3,
        "the provider must be called again after the back-off"
    );
}

#[tokio::test]
async fn invalid_document_is_refused() {
    for reply in [
        Reply::status(404, json!({})),
        Reply::status(500, json!({})),
        Reply::text(200, ""),
        Reply::text(200, "<html>"),
        Reply::Json(json!([])),
        Reply::Json(json!({"issuer": 1})),
    ] {
        assert_eq!(refused(reply).await, (502, "provider_answer".to_owned()));
    }
    assert_eq!(refused(Reply::Json(json!({}))).await, (502, "provider_metadata".to_owned()));
}

#[tokio::test]
async fn good_document_with_a_bad_status_or_behind_a_redirect_is_refused() {
    let stub = Stub::start().await;
    let mut honest = Value::Null;
    stub.edit(DISCOVERY, |metadata| honest = metadata.clone());
    let (status, code) = refused(Reply::status(500, honest)).await;
    assert_eq!((status, code.as_str()), (502, "provider_answer"));
    let elsewhere = format!("{}{DISCOVERY}", stub.issuer());
    assert_eq!(refused(Reply::redirect(302, elsewhere)).await.1, "provider_answer");
    assert!(stub.calls(DISCOVERY).is_empty());
}

#[tokio::test]
async fn another_issuer_is_refused_before_the_browser_is_sent_there() {
    for issuer in ["http://evil.example", ""] {
        let (status, code) = refused_with("issuer", |_| json!(issuer)).await;
        assert_eq!((status, code.as_str()), (502, "provider_metadata"));
    }
}

#[tokio::test]
async fn unsafe_endpoints_are_refused() {
    for (member, value) in [
        ("token_endpoint", json!("file:///etc/passwd")),
        ("authorization_endpoint", json!("javascript:alert(1)")),
        ("jwks_uri", json!("/jwks")),
        ("authorization_endpoint", Value::Null),
        ("token_endpoint", Value::Null),
        ("jwks_uri", Value::Null),
    ] {
        let (status, code) = refused_with(member, |_| value).await;
        assert_eq!((status, code.as_str()), (502, "provider_metadata"), "{member}");
    }
}

#[tokio::test]
async fn provider_without_a_common_algorithm_is_refused() {
    let member = "id_token_signing_alg_values_supported";
    let (_, code) = refused_with(member, |_| json!(["none", "HS256"])).await;
    assert_eq!(code, "provider_metadata");
}

#[tokio::test]
async fn trailing_slash_only_in_the_issuer_is_refused_and_not_cached() {
    let stub = Stub::start().await;
    let issuer = stub.issuer();
    stub.edit(DISCOVERY, |metadata| metadata["issuer"] = json!(format!("{issuer}/")));
    let setup = Setup::at(stub, &[]).await;
    let mut browser = setup.browser();
    let answer = browser.get("auth/login").await;
    assert_eq!((answer.status, answer.error_code()), (502, "provider_metadata"));
    setup.stub.edit(DISCOVERY, |metadata| metadata["issuer"] = json!(issuer));
    assert_eq!(setup.sign_in(&mut browser, json!({})).await.status, 302);
}

#[tokio::test]
async fn trailing_slash_in_issuer_and_authority_is_required_in_tokens() {
    let stub = Stub::start().await;
    let with_slash = format!("{}/", stub.issuer());
    stub.edit(DISCOVERY, |metadata| metadata["issuer"] = json!(with_slash));
    let setup = Setup::at(stub, &[("OIDC_AUTHORITY", &with_slash)]).await;
    let mut browser = setup.browser();
    let with = setup.sign_in(&mut browser, json!({"iss": with_slash})).await;
    assert_eq!(with.status, 302);
    let without = setup.sign_in(&mut browser, json!({})).await;
    assert_eq!(without.error_code(), "id_token_issuer");
}

#[tokio::test]
async fn endpoints_can_be_configured_instead() {
    let stub = Stub::start().await;
    stub.reply(DISCOVERY, Reply::status(404, json!({})));
    let url = |path: &str| format!("{}{path}", stub.issuer());
    let app = setup::start(
        &stub.issuer(),
        &[
            ("OIDC_SKIP_DISCOVERY", "true"),
            ("OIDC_AUTHORIZATION_ENDPOINT", &url("/authorize")),
            ("OIDC_TOKEN_ENDPOINT", &url("/token")),
            ("OIDC_JWKS_URI", &url("/jwks")),
        ],
        |config| config.with_clock(setup::clock()),
    )
    .await;
    let mut browser = Browser::new(app.base_url());
    let login = begin(&mut browser, "auth/login").await;
    let token = IdToken::honest(&stub.issuer(), login.nonce(), setup::NOW);
    stub.reply(
        "/token",
        Reply::Json(json!({"access_token": "a", "token_type": "Bearer", "id_token": token.sign()})),
    );
    assert_eq!(callback(&mut browser, &login.response()).await.status, 302);
    assert!(stub.calls(DISCOVERY).is_empty());
}
