//! `login_hint` and `id_token_hint`: the user whom the client expects.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use axum::http::header::{CONTENT_TYPE, COOKIE};
use mock_provider::MockProvider;
use tower::ServiceExt;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::support::{Answer, Browser, Parameters, builder, start, tokens_for, verified};

fn request() -> Parameters {
    Parameters::authorization()
}

async fn id_token(provider: &MockProvider, subject: &str) -> String {
    let tokens = tokens_for(provider, subject, "openid").await;
    tokens["id_token"].as_str().expect("there is an ID token").to_owned()
}

async fn subject(provider: &MockProvider, answer: &Answer) -> String {
    let form = Parameters::code(&answer.callback()["code"]);
    let tokens = Browser::new().token(provider, form).await.json();
    verified(provider, &tokens, "shop").await["sub"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn login_hint_marks_the_matching_user() {
    let provider = start().await;
    for hint in ["alice", "alice@example.org", "al"] {
        let page = Browser::new().authorize(&provider, &request().with("login_hint", hint)).await;
        page.expect_sign_in_page();
        let (_, marked) = page.body.split_once("card hinted").expect("a user is marked");
        let (marked, _) = marked.split_once("</form>").expect("the form ends");
        assert!(marked.contains("value=\"alice\""), "{hint} marks {marked}");
    }
}

#[tokio::test]
async fn an_unknown_login_hint_fills_the_field_for_other_subjects() {
    let provider = start().await;
    let page = Browser::new().authorize(&provider, &request().with("login_hint", "zoe<b>")).await;
    assert!(!page.body.contains("card hinted"));
    assert!(page.body.contains("name=\"subject\" value=\"zoe&#60;b&#62;\""), "{}", page.body);
}

#[tokio::test]
async fn login_hint_signs_in_when_configured() {
    let provider = builder().settings(|settings| settings.login_hint_signs_in = true).start().await;
    let mut browser = Browser::new();
    let hint = |hint: &str| request().with("login_hint", hint);
    let answer = browser.authorize(&provider, &hint("bob@example.org")).await;
    assert_eq!(subject(&provider, &answer).await, "bob");
    // The hint takes precedence over the session.
    let answer = browser.authorize(&provider, &hint("alice")).await;
    assert_eq!(subject(&provider, &answer).await, "alice");
    // The hint matches no user: the session is used, or the page is shown.
    let answer = browser.authorize(&provider, &hint("unknown")).await;
    assert_eq!(subject(&provider, &answer).await, "alice");
    Browser::new().authorize(&provider, &hint("unknown")).await.expect_sign_in_page();
}

#[tokio::test]
async fn login_hint_alone_does_not_sign_in() {
    let provider = start().await;
    let request = request().with("login_hint", "alice").with("prompt", "none");
    Browser::new()
        .authorize(&provider, &request)
        .await
        .expect_callback_error("login_required", "prompt is `none`, but no user is signed in");
}

#[tokio::test]
async fn id_token_hint_of_the_signed_in_user_is_accepted() {
    let provider = start().await;
    let hint = id_token(&provider, "alice").await;
    let mut browser = Browser::new();
    browser.log_in(&provider, request(), "alice").await.callback();
    let request = request().with("prompt", "none").with("id_token_hint", &hint);
    let answer = browser.authorize(&provider, &request).await;
    assert_eq!(subject(&provider, &answer).await, "alice");
}

#[tokio::test]
async fn id_token_hint_may_have_expired() {
    let provider = start().await;
    let hint = id_token(&provider, "alice").await;
    provider.clock().advance(Duration::from_secs(30 * 24 * 60 * 60));
    let mut browser = Browser::new();
    let answer = browser.log_in(&provider, request().with("id_token_hint", &hint), "alice").await;
    assert_eq!(subject(&provider, &answer).await, "alice");
}

#[tokio::test]
async fn id_token_hint_of_another_user_requires_a_login() {
    let provider = start().await;
    let hint = id_token(&provider, "alice").await;
    let mut browser = Browser::new();
    browser.log_in(&provider, request(), "bob").await.callback();
    let request = request().with("id_token_hint", &hint);
    let silent = request.clone().with("prompt", "none");
    browser.authorize(&provider, &silent).await.expect_callback_error(
        "login_required",
        "prompt is `none`, but the user whom id_token_hint names is not signed in",
    );
    // On the page, another user can sign in, but gets no code.
    let page = browser.authorize(&provider, &request).await;
    page.expect_sign_in_page();
    browser.sign_in(&page, "bob").await.expect_callback_error(
        "login_required",
        "`bob` signed in, but id_token_hint names another user",
    );
}

#[tokio::test]
async fn id_token_hint_takes_precedence_over_auto_login() {
    let provider =
        builder().settings(|settings| settings.auto_login = Some("bob".into())).start().await;
    let other = start().await;
    let page = Browser::new().authorize(&provider, &request()).await;
    assert_eq!(subject(&provider, &page).await, "bob");
    drop(other);
    let hint = id_token_of_alice(&provider).await;
    let page = Browser::new().authorize(&provider, &request().with("id_token_hint", &hint)).await;
    page.expect_sign_in_page();
}

/// An ID token of `alice` from a provider that signs in another user automatically.
async fn id_token_of_alice(provider: &MockProvider) -> String {
    let mut browser = Browser::new();
    let form = Parameters::none()
        .with("request", &request().encode())
        .with("decision", "sign-in")
        .with("subject", "alice");
    let answer = browser.post(&crate::support::url(provider, "/sign-in"), &form).await;
    let form = Parameters::code(&answer.callback()["code"]);
    let tokens = browser.token(provider, form).await.json();
    tokens["id_token"].as_str().expect("there is an ID token").to_owned()
}

#[tokio::test]
async fn id_token_hint_of_another_issuer_or_with_a_wrong_signature_is_refused() {
    let (provider, other) = (start().await, start().await);
    let own = id_token(&provider, "alice").await;
    let (signed, _) = own.rsplit_once('.').expect("a token has three parts");
    // Issuers share the shipped key: the signature of the foreign token verifies.
    let foreign = id_token(&other, "alice").await;
    let other_issuer =
        format!("id_token_hint is an ID token of another issuer: `{}`", other.issuer());
    let unreadable = "id_token_hint must be an ID token of this issuer: ";
    for (hint, expected) in [
        (foreign.as_str(), other_issuer.as_str()),
        (&format!("{signed}.AAAA"), &format!("{unreadable}its signature is invalid")),
        ("nonsense", &format!("{unreadable}it is not a JWT")),
        ("e30.e30.e30", unreadable),
    ] {
        let request = request().with("id_token_hint", hint);
        let received = Browser::new().authorize(&provider, &request).await.callback();
        assert_eq!(received["error"], "invalid_request");
        let description = &received["error_description"];
        assert!(description.starts_with(expected), "{description}");
        assert!(!description.contains(hint), "{description}");
    }
}

/// Counts the events about verified hints.
#[derive(Clone, Default)]
struct Verifications(Arc<AtomicUsize>);

impl Subscriber for Verifications {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "mock_provider::id_token_hint"
    }

    fn event(&self, _: &Event<'_>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn id_token_hint_is_verified_once_per_request() {
    let provider = start().await;
    let hint = id_token(&provider, "alice").await;
    let mut browser = Browser::new();
    browser.log_in(&provider, request(), "alice").await.callback();
    let cookies = browser.cookies();
    let cookies = cookies.iter().map(|(name, value)| format!("{name}={value}"));
    let cookies = cookies.collect::<Vec<_>>().join("; ");

    let hinted = request().with("id_token_hint", &hint);
    let silent = hinted.clone().with("prompt", "none").encode();
    let silent = Request::get(format!("/authorize?{silent}")).header(COOKIE, cookies);
    let form = Parameters::none()
        .with("request", &hinted.encode())
        .with("decision", "sign-in")
        .with("subject", "alice");
    let form_type = "application/x-www-form-urlencoded";
    let sign_in = Request::post("/sign-in").header(CONTENT_TYPE, form_type);
    for (case, request) in [
        ("single sign-on", silent.body(Body::empty())),
        ("sign-in", sign_in.body(form.encode().into())),
    ] {
        let verifications = Verifications::default();
        // Without a connection, so that the request is handled on the thread that counts.
        let counting = tracing::subscriber::set_default(verifications.clone());
        let answer = provider.router().oneshot(request.expect("the request is sound")).await;
        drop(counting);
        assert_eq!(answer.expect("the router answers").status(), 303, "{case}");
        assert_eq!(verifications.0.load(Ordering::Relaxed), 1, "{case}");
    }
}
