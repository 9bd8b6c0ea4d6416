//! `GET auth/frontchannel-logout`: the page that the provider loads in a frame.

use reqwest::Method;
use serde_json::json;
use url::form_urlencoded;

use crate::browser::{Answer, Browser};
use crate::setup::Setup;

/// Loads the page as in a frame on another site: without cookies.
async fn load(setup: &Setup, parameters: &[(&str, &str)]) -> Answer {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    setup.browser().get(&format!("auth/frontchannel-logout?{query}")).await
}

async fn is_signed_in(browser: &mut Browser) -> bool {
    browser.get("").await.body.contains("Welcome")
}

#[tokio::test]
async fn named_session_ends() {
    let setup = Setup::new().await;
    let mut one = setup.signed_in(json!({"sid": "s-1"})).await;
    let mut other = setup.signed_in(json!({"sid": "s-2"})).await;
    let answer = load(&setup, &[("iss", &setup.stub.issuer()), ("sid", "s-1")]).await;
    assert_eq!(answer.status, 200);
    assert!(!is_signed_in(&mut one).await);
    assert!(is_signed_in(&mut other).await);
}

#[tokio::test]
async fn only_the_provider_may_frame_the_page() {
    let setup = Setup::new().await;
    let issuer = setup.stub.issuer();
    let answer = load(&setup, &[("iss", &issuer), ("sid", "unknown")]).await;
    let policy = format!("default-src 'none'; base-uri 'none'; frame-ancestors {issuer}");
    assert_eq!(answer.header("content-security-policy"), policy);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(answer.headers.get("x-frame-options").is_none());
    assert!(answer.set_cookies().is_empty());
    for iss in ["http://evil.example", "", "http://evil.example; frame-ancestors *"] {
        let answer = load(&setup, &[("iss", iss), ("sid", "s-1")]).await;
        let policy = answer.header("content-security-policy");
        assert!(policy.ends_with("frame-ancestors 'none'"), "{policy}");
    }
    let home = setup.browser().get("").await;
    assert!(home.header("content-security-policy").contains("frame-ancestors 'none'"));
}

#[tokio::test]
async fn no_session_ends_unless_issuer_and_sid_match() {
    let setup = Setup::new().await;
    let issuer = setup.stub.issuer();
    let slash = format!("{issuer}/");
    let mut with_id = setup.signed_in(json!({"sid": "s-1"})).await;
    let mut without_id = setup.signed_in(json!({})).await;
    let mut odd_id = setup.signed_in(json!({"sid": 1})).await;
    for parameters in [
        &[][..],
        &[("iss", issuer.as_str())],
        &[("sid", "s-1")],
        &[("iss", "http://evil.example"), ("sid", "s-1")],
        &[("iss", &slash), ("sid", "s-1")],
        &[("iss", &issuer), ("sid", "s-2")],
        &[("iss", &issuer), ("sid", "")],
        &[("iss", &issuer), ("sid", "1")],
        &[("iss", &issuer), ("sid", "s-1"), ("sid", "s-2")],
        &[("iss", &issuer), ("iss", &issuer), ("sid", "s-1")],
    ] {
        // With cookies, which must have no effect.
        let query =
            form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        for browser in [&mut with_id, &mut without_id, &mut odd_id] {
            let answer = browser.get(&format!("auth/frontchannel-logout?{query}")).await;
            assert_eq!(answer.status, 200);
            assert!(is_signed_in(browser).await, "{query}");
        }
    }
}

#[tokio::test]
async fn head_and_post_end_no_session() {
    let setup = Setup::new().await;
    let mut browser = setup.signed_in(json!({"sid": "s-1"})).await;
    let path = format!("auth/frontchannel-logout?iss={}&sid=s-1", setup.stub.issuer());
    let head = browser.request(Method::HEAD, &path, |request| request).await;
    assert_eq!(head.status, 200);
    let post = browser.request(Method::POST, &path, |request| request).await;
    assert_eq!((post.status, post.header("allow")), (405, "GET, HEAD, OPTIONS"));
    assert!(is_signed_in(&mut browser).await);
}
