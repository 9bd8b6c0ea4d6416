//! Sessions: their beginning, limits and cookies.

use reqwest::Method;
use reqwest::header::HeaderValue;
use serde_json::json;

use crate::browser::Browser;
use crate::setup::{NOW, Setup, begin, callback};

const COOKIE: &str = "rp_session";

async fn is_signed_in(browser: &mut Browser) -> bool {
    browser.get("").await.body.contains("Welcome")
}

#[tokio::test]
async fn cookie_is_protected_and_opaque() {
    let setup = Setup::new().await;
    let mut browser = setup.browser();
    let cookies = setup.sign_in(&mut browser, json!({})).await.set_cookies();
    let [cookie] = cookies.as_slice() else { panic!("{cookies:?}") };
    let (pair, attributes) = cookie.split_once("; ").unwrap();
    assert_eq!(pair.strip_prefix("rp_session=").unwrap().len(), 43);
    let mut attributes: Vec<&str> = attributes.split("; ").collect();
    attributes.sort_unstable();
    assert_eq!(attributes, ["HttpOnly", "Path=/st_auth", "SameSite=Lax"]);
}

#[tokio::test]
async fn cookies_are_prefixed_and_secure_over_https() {
    for (base, redirect_uri, prefix, path) in [
        ("/", "https://app.example.com/auth/callback", "__Host-", "Path=/;"),
        ("/a/", "https://app.example.com/a/auth/callback", "__Secure-", "Path=/a;"),
    ] {
        let setup =
            Setup::with(&[("OIDC_REDIRECT_URI", redirect_uri), ("URL_BASE_PATHNAME", base)]).await;
        let mut browser = setup.browser();
        let login = browser.get("auth/login").await.set_cookies().remove(0);
        let session = setup.sign_in(&mut browser, json!({})).await.set_cookies().remove(0);
        for cookie in [login, session] {
            let cookie = format!("{cookie};");
            assert!(cookie.starts_with(prefix), "{cookie}");
            assert!(cookie.contains("Secure;") && cookie.contains(path), "{cookie}");
        }
        assert!(is_signed_in(&mut browser).await);
    }
}

#[tokio::test]
async fn every_login_has_a_new_identifier_and_ends_the_old_session() {
    let setup = Setup::new().await;
    let mut browser = setup.browser();
    browser.set_cookie(COOKIE, "planted");
    setup.sign_in(&mut browser, json!({})).await;
    let first = browser.cookies()[COOKIE].clone();
    assert_ne!(first, "planted");

    // As another user, in the same browser.
    setup.sign_in(&mut browser, json!({"sub": "bob-2", "name": "Bob"})).await;
    assert_ne!(browser.cookies()[COOKIE], first);
    assert_eq!(browser.get("").await.text("name"), "Bob");

    browser.set_cookie(COOKIE, &first);
    assert!(!is_signed_in(&mut browser).await);
}

#[tokio::test]
async fn forged_and_changed_cookies_are_anonymous() {
    let setup = Setup::new().await;
    let mut browser = setup.signed_in(json!({})).await;
    let good = browser.cookies()[COOKIE].clone();
    for bad in ["", "junk", &good[1..], &good.to_lowercase(), &format!("{good}x"), "a=b"] {
        browser.set_cookie(COOKIE, bad);
        assert!(!is_signed_in(&mut browser).await, "{bad}");
    }
    browser.set_cookie(COOKIE, &good);
    assert!(is_signed_in(&mut browser).await);
}

#[tokio::test]
async fn session_ends_at_the_idle_and_absolute_limits() {
    let limits = [("SESSION_IDLE_SECONDS", "100"), ("SESSION_ABSOLUTE_SECONDS", "250")];
    let setup = Setup::with(&limits).await;
    let mut idle = setup.signed_in(json!({})).await;
    let mut busy = setup.signed_in(json!({})).await;
    setup.advance(99);
    assert!(is_signed_in(&mut busy).await);
    setup.advance(1);
    assert!(!is_signed_in(&mut idle).await);
    setup.advance(90);
    assert!(is_signed_in(&mut busy).await);
    setup.advance(60);
    assert!(!is_signed_in(&mut busy).await);
}

#[tokio::test]
async fn session_ends_with_its_id_token_unless_configured_otherwise() {
    for (outlives, expected) in [("false", false), ("true", true)] {
        let setup = Setup::with(&[("SESSION_OUTLIVES_ID_TOKEN", outlives)]).await;
        let mut browser = setup.signed_in(json!({"exp": NOW + 120})).await;
        // The provider's clock may be slow by a minute.
        setup.advance(179);
        assert!(is_signed_in(&mut browser).await);
        setup.advance(1);
        assert_eq!(is_signed_in(&mut browser).await, expected);
    }
}

#[tokio::test]
async fn token_within_the_skew_begins_a_session() {
    let setup = Setup::new().await;
    let mut browser = setup.signed_in(json!({"exp": NOW - 59})).await;
    assert!(is_signed_in(&mut browser).await);
    setup.advance(1);
    assert!(!is_signed_in(&mut browser).await);
}

#[tokio::test]
async fn cookies_of_other_applications_on_the_host_do_not_hide_the_session() {
    let setup = Setup::new().await;
    let browser = setup.signed_in(json!({})).await;
    let own = format!("rp_session={}", browser.cookies()[COOKIE]);
    for cookies in [
        // The longest path comes first; the second cookie belongs to an app at `/`.
        format!("{own}; rp_session=another"),
        format!("name=Zoë; {own}"),
        format!("broken; ={own}; {own}"),
    ] {
        let header = HeaderValue::from_bytes(cookies.as_bytes()).unwrap();
        // A browser without cookies sends this header as it is.
        let mut browser = setup.browser();
        let answer =
            browser.request(Method::GET, "", |request| request.header("cookie", header)).await;
        assert!(answer.body.contains("Welcome"), "{cookies}");
    }
}

#[tokio::test]
async fn large_claims_do_not_reach_the_cookie() {
    let setup = Setup::new().await;
    let groups: Vec<String> = (0..4000).map(|n| format!("group-{n}")).collect();
    let mut browser = setup.signed_in(json!({"groups": groups, "name": "x".repeat(7000)})).await;
    assert!(is_signed_in(&mut browser).await);
    let length: usize = browser.cookies().values().map(String::len).sum();
    assert!(length < 200);
}

#[tokio::test]
async fn concurrent_users_see_their_own_names() {
    let setup = Setup::new().await;
    let mut alice = setup.browser();
    let mut bob = setup.browser();
    let alices = begin(&mut alice, "auth/login").await;
    let bobs = begin(&mut bob, "auth/login").await;
    let mut token = setup.id_token(&bobs);
    token.claims["name"] = "Bob".into();
    setup.grant(&token);
    callback(&mut bob, &bobs.response()).await;
    setup.grant(&setup.id_token(&alices));
    callback(&mut alice, &alices.response()).await;
    assert_eq!(alice.get("").await.text("name"), "Alice Adams");
    assert_eq!(bob.get("").await.text("name"), "Bob");
}
