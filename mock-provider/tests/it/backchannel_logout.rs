//! Logout tokens, server to server.

use mock_provider::{Client, Endpoint, MockProvider};
use serde_json::Value;

use crate::support::{
    Browser, CALLBACK, LOGGED_OUT, NOW, Parameters, RelyingParty, builder, decoded, start, url,
    verified,
};

/// A provider with the client `notified`, which receives logout tokens at the address `shop`.
async fn provider_of(shop: &str) -> MockProvider {
    let client = |id: &str| Client::new(id).secret("s3cret");
    builder()
        .client(
            client("notified")
                .redirect_uri(CALLBACK)
                .post_logout_redirect_uri(LOGGED_OUT)
                .backchannel_logout_uri(shop),
        )
        .client(client("other").redirect_uri(CALLBACK))
        .start()
        .await
}

/// Signs a user in to a client.
async fn sign_in(
    browser: &mut Browser,
    provider: &MockProvider,
    client: &str,
    subject: &str,
) -> Value {
    let request = Parameters::authorization().with("client_id", client).with("scope", "openid");
    let page = browser.authorize(provider, &request).await;
    let callback = if page.headers.contains_key("location") {
        page.callback()
    } else {
        browser.sign_in(&page, subject).await.callback()
    };
    let form = Parameters::code(&callback["code"]).with("client_id", client);
    browser.token(provider, form).await.expect(200).json()
}

async fn sign_out(browser: &mut Browser, provider: &MockProvider, tokens: &Value) {
    let hint = tokens["id_token"].as_str().expect("there is an ID token");
    let request =
        Parameters::none().with("id_token_hint", hint).with("post_logout_redirect_uri", LOGGED_OUT);
    let ended = browser.get(&url(provider, &format!("/end-session?{}", request.encode()))).await;
    assert_eq!(ended.location(), LOGGED_OUT);
}

#[tokio::test]
async fn a_client_is_notified_before_the_browser_is_redirected() {
    let shop = RelyingParty::start(200, "").await;
    let uri = shop.url("/logout?tenant=1");
    let provider = provider_of(uri.as_str()).await;
    let mut browser = Browser::new();
    let tokens = sign_in(&mut browser, &provider, "notified", "alice").await;
    sign_in(&mut browser, &provider, "other", "alice").await;
    sign_out(&mut browser, &provider, &tokens).await;

    let [received] = shop.received().try_into().expect("one logout token was delivered");
    assert_eq!(received.query, "tenant=1");
    let received = crate::support::Received { query: String::new(), ..received };
    let token = received.logout_token();
    let (header, claims) = decoded(&token);
    assert_eq!((&header["typ"], &header["alg"]), (&"logout+jwt".into(), &"RS256".into()));
    let as_answer = serde_json::json!({ "id_token": token });
    assert_eq!(verified(&provider, &as_answer, "notified").await, claims);
    let id_token = verified(&provider, &tokens, "notified").await;
    assert_eq!((&claims["sub"], &claims["sid"]), (&"alice".into(), &id_token["sid"]));
    assert_eq!((&claims["iat"], &claims["exp"]), (&NOW.into(), &(NOW + 120).into()));
    let event = "http://schemas.openid.net/event/backchannel-logout";
    assert_eq!(claims["events"], serde_json::json!({ event: {} }));
    assert!(claims["jti"].as_str().is_some_and(|jti| jti.len() > 20), "{claims}");
    assert!(claims.get("nonce").is_none());
}

#[tokio::test]
async fn each_delivery_is_recorded_with_the_flow_of_its_login() {
    let shop = RelyingParty::start(200, "").await;
    let uri = shop.url("/logout");
    let provider = provider_of(uri.as_str()).await;
    let mut browser = Browser::new();
    let tokens = sign_in(&mut browser, &provider, "notified", "alice").await;
    sign_out(&mut browser, &provider, &tokens).await;
    let journal = provider.journal();
    let [.., login, logout, delivery] = journal.as_slice() else { panic!("{journal:#?}") };
    assert_eq!((login.endpoint, logout.endpoint), (Endpoint::Token, Endpoint::EndSession));
    assert_eq!(delivery.endpoint, Endpoint::BackChannelLogout);
    assert_eq!((&*delivery.method, &*delivery.path), ("POST", uri.as_str()));
    assert_eq!((delivery.status, &delivery.refusal), (200, &None));
    assert_eq!(
        (delivery.client.as_deref(), delivery.user.as_deref()),
        (Some("notified"), Some("alice"))
    );
    assert!(delivery.flow.is_some() && delivery.flow == login.flow, "{delivery:#?}");
    assert!(delivery.parameter("logout_token").is_some_and(|it| it.starts_with("[redacted: ")));
    assert_eq!(delivery.summary, "notified was notified that alice signed out");
}

#[tokio::test]
async fn a_refused_delivery_is_recorded_with_the_clients_reason() {
    let refusal = r#"{"error": "invalid_request", "error_description": "no such session"}"#;
    for (status, body, error, reason) in [
        (400, refusal, "invalid_request", "notified answered 400: no such session"),
        (501, "not implemented\n", "logout_refused", "notified answered 501: not implemented"),
        (302, "", "logout_refused", "notified answered 302: "),
    ] {
        let shop = RelyingParty::start(status, body).await;
        let provider = provider_of(shop.url("/logout").as_str()).await;
        sign_in(&mut Browser::new(), &provider, "notified", "alice").await;
        assert_eq!(provider.log_out("alice").await, 1);
        let delivery = provider.journal().pop().expect("it is recorded");
        let refusal = delivery.refusal.expect("it is a refusal");
        assert_eq!((delivery.status, &*refusal.error, &*refusal.reason), (status, error, reason));
    }
}

#[tokio::test]
async fn an_unreachable_client_does_not_prevent_a_logout() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let uri = format!("http://{}/logout", listener.local_addr().unwrap());
    drop(listener);
    let provider = provider_of(&uri).await;
    let mut browser = Browser::new();
    let tokens = sign_in(&mut browser, &provider, "notified", "alice").await;
    sign_out(&mut browser, &provider, &tokens).await;
    let delivery = provider.journal().pop().expect("it is recorded");
    assert_eq!(delivery.status, 0);
    assert_eq!(delivery.refusal.expect("it is a refusal").error, "unreachable");
}

#[tokio::test]
async fn a_logout_through_the_handle_ends_only_the_sessions_of_that_user() {
    let shop = RelyingParty::start(204, "").await;
    let provider = provider_of(shop.url("/logout").as_str()).await;
    let mut sids = Vec::new();
    let mut browsers = [Browser::new(), Browser::new()];
    for browser in &mut browsers {
        let tokens = sign_in(browser, &provider, "notified", "alice").await;
        sids.push(verified(&provider, &tokens, "notified").await["sid"].clone());
    }
    let mut bob = Browser::new();
    sign_in(&mut bob, &provider, "notified", "bob").await;

    assert_eq!(provider.log_out("alice").await, 2);
    let received = shop.received();
    let notified: Vec<_> =
        received.iter().map(|it| decoded(&it.logout_token()).1["sid"].clone()).collect();
    assert_eq!(notified.len(), 2);
    assert!(sids.iter().all(|sid| notified.contains(sid)), "{notified:?} {sids:?}");
    assert_eq!(provider.log_out("alice").await, 0);
    assert_eq!(shop.received().len(), 2);

    let silent = Parameters::authorization().with("prompt", "none");
    for (browser, is_signed_in) in
        browsers.iter_mut().map(|it| (it, false)).chain([(&mut bob, true)])
    {
        let callback = browser.authorize(&provider, &silent).await.callback();
        assert_eq!(callback.contains_key("code"), is_signed_in);
    }
}

#[tokio::test]
async fn a_logout_without_a_session_notifies_no_client() {
    let shop = RelyingParty::start(200, "").await;
    let provider = provider_of(shop.url("/logout").as_str()).await;
    sign_in(&mut Browser::new(), &provider, "notified", "alice").await;
    Browser::new()
        .get(&url(&provider, "/end-session"))
        .await
        .expect_page(200, "You are signed out");
    assert_eq!(shop.received(), []);
}

#[test]
fn a_test_without_a_runtime_can_log_users_out() {
    let provider = mock_provider::blocking::MockProvider::start();
    assert_eq!(provider.log_out("alice"), 0);
}

#[tokio::test]
async fn the_metadata_advertises_backchannel_logout() {
    let provider = start().await;
    let metadata = url(&provider, "/.well-known/openid-configuration");
    let metadata = Browser::new().get(&metadata).await.json();
    assert_eq!(metadata["backchannel_logout_supported"], true);
    assert_eq!(metadata["backchannel_logout_session_supported"], true);
}
