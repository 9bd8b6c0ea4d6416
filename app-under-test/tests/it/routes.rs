//! Paths and methods, and the headers of all responses.

use reqwest::Method;
use serde_json::json;

use crate::setup::{Setup, begin};

const GET_ONLY: [&str; 10] = [
    "",
    "claims",
    "auth/login",
    "auth/callback",
    "auth/logged-out",
    "healthz",
    "readyz",
    "style.css",
    "icon.svg",
    "/st_auth",
];

#[tokio::test]
async fn base_without_its_slash_redirects_to_it_regardless_of_the_host() {
    let setup = Setup::new().await;
    let mut browser = setup.browser();
    let answer = browser
        .request(Method::GET, "/st_auth?a=b", |request| request.header("host", "evil.example"))
        .await;
    assert_eq!((answer.status, answer.location()), (308, "/st_auth/?a=b"));
    assert_eq!(browser.get("/st_auth").await.location(), "/st_auth/");
}

#[tokio::test]
async fn unknown_paths_are_not_found() {
    let setup = Setup::new().await;
    let mut browser = setup.browser();
    for path in [
        "/",
        "/auth/login",
        "/st_auth/nothing",
        "/st_auth/auth/login/",
        "/st_auth/auth",
        "/st_aut",
        "/st_authx",
        "/_dash-layout",
        "/st_auth/_dash-layout",
        "/st_auth/%2e%2e/x",
    ] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.text("not-found"), "Page not found");
    }
}

#[tokio::test]
async fn app_can_be_served_at_the_root() {
    for base in ["/", ""] {
        let setup = Setup::with(&[("URL_BASE_PATHNAME", base)]).await;
        let mut browser = setup.browser();
        assert_eq!(browser.get("/").await.text("signed-out"), "Please log in");
        assert_eq!(browser.get("/").await.attribute("sign-in", "href"), "/auth/login");
        let answer = setup.sign_in(&mut browser, json!({})).await;
        assert_eq!(answer.location(), "/");
        assert_eq!(browser.get("/claims").await.status, 200);
    }
}

#[tokio::test]
async fn base_may_be_nested_and_written_without_slashes() {
    for base in ["a/b", "/a/b", "/a/b/"] {
        let setup = Setup::with(&[("URL_BASE_PATHNAME", base)]).await;
        let mut browser = setup.browser();
        assert_eq!(browser.get("/a/b/").await.status, 200);
        begin(&mut browser, "/a/b/auth/login").await;
    }
}

#[tokio::test]
async fn other_methods_are_refused_with_the_allowed_ones() {
    let setup = Setup::new().await;
    let mut browser = setup.browser();
    for path in GET_ONLY {
        for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
            let answer = browser.request(method, path, |request| request).await;
            assert_eq!((answer.status, answer.header("allow")), (405, "GET, HEAD, OPTIONS"));
        }
        let options = browser.request(Method::OPTIONS, path, |request| request).await;
        assert_eq!((options.status, options.header("allow")), (200, "GET, HEAD, OPTIONS"));
    }
    assert!(browser.get("").await.headers.get("allow").is_none());
    let logout = browser.request(Method::PUT, "auth/logout", |request| request).await;
    assert_eq!((logout.status, logout.header("allow")), (405, "GET, HEAD, OPTIONS, POST"));
}

#[tokio::test]
async fn head_has_no_body_and_no_effect() {
    let setup = Setup::new().await;
    let mut browser = setup.browser();
    for path in ["", "healthz", "style.css", "auth/login", "auth/callback", "auth/logged-out"] {
        let answer = browser.request(Method::HEAD, path, |request| request).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, ""), "{path}");
        assert!(answer.set_cookies().is_empty(), "{path}");
    }
}

#[tokio::test]
async fn every_response_has_security_headers() {
    let setup = Setup::new().await;
    let mut anonymous = setup.browser();
    let mut user = setup.signed_in(json!({})).await;
    let answers = [
        anonymous.get("").await,
        anonymous.get("auth/login").await,
        anonymous.get("auth/callback?error=x").await,
        anonymous.get("nothing").await,
        anonymous.post("", &[]).await,
        user.get("").await,
        user.get("claims").await,
    ];
    for answer in answers {
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none';"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("script-src"));
        assert!(answer.headers.get("server").is_none());
    }
    let style = anonymous.get("style.css").await;
    assert_eq!(style.header("cache-control"), "public, max-age=3600");
    assert!(style.header("content-type").starts_with("text/css"));
}

#[tokio::test]
async fn request_id_is_on_the_error_page_and_unique() {
    let setup = Setup::new().await;
    let mut browser = setup.browser();
    let one = browser.get("auth/callback").await;
    let two = browser.get("auth/callback").await;
    assert_eq!(one.text("request-id").len(), 8);
    assert_ne!(one.text("request-id"), two.text("request-id"));
}
