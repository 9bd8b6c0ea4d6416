//! Logout.

use std::time::Duration;

use mock_provider::failure::{Class, Failure};
use mock_provider::{Client, Endpoint, MockProvider, Settings};
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::changes::assert_changes;
use super::transcript::{code, decoded, expect_alterations, reproducible, shown};
use crate::support::{
    Answer, Browser, CALLBACK, LOGGED_OUT, Parameters, Received, RelyingParty, url,
};

/// A provider that sends the same bytes in every run, with a client that is notified of logouts on
/// every channel.
async fn provider(shop: &RelyingParty) -> MockProvider {
    let client = Client::new("notified")
        .secret("s3cret")
        .redirect_uri(CALLBACK)
        .post_logout_redirect_uri(LOGGED_OUT)
        .backchannel_logout_uri(shop.url("/logout"))
        .frontchannel_logout_uri("https://shop.example/logout");
    let settings = |settings: &mut Settings| settings.session_management = true;
    reproducible().client(client).settings(settings).start().await
}

/// Signs `alice` in with the given `prompt`.
async fn log_in(browser: &mut Browser, provider: &MockProvider, prompt: &str) -> (Answer, Value) {
    let request = Parameters::authorization()
        .with("client_id", "notified")
        .with("scope", "openid")
        .with("prompt", prompt);
    let page = browser.authorize(provider, &request).await;
    let callback = if page.headers.contains_key("location") {
        page
    } else {
        browser.sign_in(&page, "alice").await
    };
    let Some(code) = code(&callback) else { return (callback, Value::Null) };
    let form = Parameters::code(&code).with("client_id", "notified");
    let tokens = browser.token(provider, form).await.expect(200).json();
    (callback, tokens)
}

async fn log_out(browser: &mut Browser, provider: &MockProvider, hint: Option<&Value>) -> Answer {
    let request = Parameters::none()
        .with("client_id", "notified")
        .with("post_logout_redirect_uri", LOGGED_OUT)
        .with("state", "af0ifjsldkj");
    let request = match hint.and_then(Value::as_str) {
        Some(hint) => request.with("id_token_hint", hint),
        None => request,
    };
    browser.get(&url(provider, &format!("/end-session?{}", request.encode()))).await
}

/// Everything that a browser and a relying party receive from a login to a logout, decoded.
async fn transcript(failure: Option<Failure>) -> Value {
    let shop = RelyingParty::start(200, "").await;
    let provider = provider(&shop).await;
    let armed = failure.map(|failure| provider.fail(failure));
    let mut browser = Browser::new();
    let mut sent = Map::new();
    let metadata = browser.get(&url(&provider, "/.well-known/openid-configuration")).await;
    sent.insert("discovery".into(), shown(&metadata, None));
    let keys = browser.get(&url(&provider, "/jwks")).await.json();
    let check = browser.get(&url(&provider, "/check-session")).await;
    sent.insert("check_session".into(), shown(&check, None));
    let (_, tokens) = log_in(&mut browser, &provider, "login").await;
    let (renewed, renewed_tokens) = log_in(&mut browser, &provider, "none").await;
    sent.insert("renewed".into(), shown(&renewed, None));
    let id_token = renewed_tokens["id_token"].as_str().map(|token| decoded(token, &keys));
    sent.insert("renewed_id_token".into(), id_token.into());

    let question = log_out(&mut browser, &provider, None).await;
    sent.insert("question".into(), page(&question));
    let ended = log_out(&mut browser, &provider, Some(&tokens["id_token"])).await;
    sent.insert("ended".into(), page(&ended));
    let received: Vec<_> = shop.received().iter().map(|it| request(it, &keys)).collect();
    sent.insert("deliveries".into(), received.into());
    if armed.is_some() {
        expect_alterations(&provider);
    }
    Value::Object(sent)
}

/// A page of the end-session endpoint: its text, the frames that it loads, and where it redirects.
fn page(answer: &Answer) -> Value {
    let values = |tag: &str, attribute: &str| -> Vec<String> {
        let begin = format!("<{tag} ");
        let tags = answer.body.split(&begin).skip(1);
        let value = |tag: &str| {
            let (_, rest) = tag.split('>').next()?.split_once(&format!("{attribute}=\""))?;
            Some(rest.split('"').next()?.replace("&#38;", "&"))
        };
        tags.filter_map(value).collect()
    };
    let mut shown = shown(answer, None);
    shown["body"] = json!({
        "text": answer.text(),
        "frames": values("iframe", "src"),
        "credentialless": answer.body.contains("hidden credentialless>"),
        "refresh": values("meta http-equiv=\"refresh\"", "content"),
    });
    shown
}

/// A request to the relying party, with its tokens decoded.
fn request(received: &Received, keys: &Value) -> Value {
    let pairs = |text: &str| -> Vec<Value> {
        let pairs = url::form_urlencoded::parse(text.as_bytes());
        pairs.map(|(name, value)| json!({ (&*name): decoded(&value, keys) })).collect()
    };
    let body = match serde_json::from_str::<Value>(&received.body) {
        Ok(mut body) => {
            let token = body["logout_token"].as_str().unwrap_or_default().to_owned();
            body["logout_token"] = decoded(&token, keys);
            body
        }
        Err(_) => pairs(&received.body).into(),
    };
    json!({
        "method": received.method,
        "content_type": received.content_type,
        "query": pairs(&received.query),
        "body": body,
    })
}

#[tokio::test]
async fn each_case_changes_exactly_what_its_snapshot_shows() {
    let except = [
        // Needs a second login.
        "backchannel-logout-replay",
        // The connection hangs.
        "logout-end-session-broken:mode=hang",
        // Only a browser honours these headers.
        "frontchannel-logout-blocked:cookies=allowed",
    ];
    assert_changes(Class::Logout, &except, transcript).await;
}

#[tokio::test]
async fn the_logout_token_of_the_last_session_is_delivered_again_after_a_new_login() {
    let shop = RelyingParty::start(200, "").await;
    let provider = provider(&shop).await;
    let failure = provider.fail("backchannel-logout-replay:delay=1ms");
    let mut browser = Browser::new();
    log_in(&mut browser, &provider, "login").await;
    provider.log_out("alice").await;
    assert_eq!((shop.received().len(), failure.fired()), (1, 0));
    log_in(&mut browser, &provider, "login").await;
    let received = shop.wait_for(2).await;
    assert_eq!(received[0], received[1]);
    assert_eq!(failure.fired(), 1);
}

#[tokio::test]
async fn an_end_session_endpoint_that_hangs_ends_the_session_nevertheless() {
    let shop = RelyingParty::start(200, "").await;
    let provider = provider(&shop).await;
    let _failure = provider.fail("logout-end-session-broken:mode=hang");
    let mut browser = Browser::new();
    let (_, tokens) = log_in(&mut browser, &provider, "login").await;
    let hint = tokens["id_token"].as_str().expect("there is an ID token");
    let request = Parameters::none().with("id_token_hint", hint);
    let address = url(&provider, &format!("/end-session?{}", request.encode()));
    let asked = browser.request(Method::GET, &address).timeout(Duration::from_millis(500));
    asked.send().await.expect_err("no response arrives");
    assert_eq!(shop.received().len(), 1);
}

#[tokio::test]
async fn a_failure_for_one_user_leaves_the_logouts_of_others_alone() {
    let shop = RelyingParty::start(200, "").await;
    let provider = provider(&shop).await;
    let _nonce = provider.fail("backchannel-logout-nonce@user=bob").may_not_fire();
    let _broken = provider.fail("logout-end-session-broken:mode=500@user=bob").may_not_fire();
    let mut browser = Browser::new();
    let (_, tokens) = log_in(&mut browser, &provider, "login").await;
    log_out(&mut browser, &provider, Some(&tokens["id_token"])).await.expect(200);
    let altered = |exchange: &mock_provider::Exchange| !exchange.alterations.is_empty();
    assert!(!provider.journal().iter().any(altered));
}

#[tokio::test]
async fn the_journal_redacts_logout_tokens() {
    let shop = RelyingParty::start(200, "").await;
    let provider = provider(&shop).await;
    let _failure = provider.fail("backchannel-logout-cross-jwt:variant=two-tokens");
    log_in(&mut Browser::new(), &provider, "login").await;
    provider.log_out("alice").await;
    let delivery = format!("{:?}", provider.journal().pop().expect("it is recorded"));
    assert!(delivery.contains("logout_token=[redacted: "), "{delivery}");
    assert!(!delivery.contains("eyJ"), "{delivery}");
}

#[tokio::test]
async fn alterations_of_a_logout_token_are_recorded_with_its_delivery() {
    let shop = RelyingParty::start(400, r#"{"error": "invalid_request"}"#).await;
    let provider = provider(&shop).await;
    let failure = Failure::parse("backchannel-logout-nonce").unwrap();
    let _failure = provider.fail(failure.endpoint(Endpoint::BackChannelLogout).user("alice"));
    log_in(&mut Browser::new(), &provider, "login").await;
    provider.log_out("alice").await;
    let delivery = provider.journal().pop().expect("it is recorded");
    let [alteration] = delivery.alterations.as_slice() else { panic!("{delivery:#?}") };
    assert_eq!(alteration.place, "logout_token.claims.nonce");
    assert_eq!(delivery.refusal.map(|refusal| refusal.error).as_deref(), Some("invalid_request"));
}
