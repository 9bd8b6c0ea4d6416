//! CORS: scripts in browsers can call the endpoints for relying parties, and no others.

use reqwest::Method;

use crate::support::{Answer, Browser, Parameters, start, tokens_for, url};

const ORIGIN: &str = "https://spa.example";

async fn preflight(address: &str, method: &str) -> Answer {
    let mut browser = Browser::new();
    let request = browser
        .request(Method::OPTIONS, address)
        .header("origin", ORIGIN)
        .header("access-control-request-method", method)
        .header("access-control-request-headers", "authorization,content-type");
    browser.send(request).await
}

#[tokio::test]
async fn endpoints_for_relying_parties_answer_preflights() {
    let provider = start().await;
    for (path, method) in [
        ("/.well-known/openid-configuration", "GET"),
        ("/jwks", "GET"),
        ("/token", "POST"),
        ("/userinfo", "GET"),
        ("/userinfo", "POST"),
    ] {
        let answer = preflight(&url(&provider, path), method).await;
        answer.expect(200);
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
        assert_eq!(answer.header("access-control-allow-methods"), method, "{path}");
        assert_eq!(
            answer.header("access-control-allow-headers"),
            "authorization,content-type",
            "{path}"
        );
        assert!(!answer.headers.contains_key("access-control-allow-credentials"), "{path}");
    }
}

#[tokio::test]
async fn pages_answer_no_preflight() {
    let provider = start().await;
    for path in ["/authorize", "/sign-in", "/end-session", "/"] {
        let answer = preflight(&url(&provider, path), "GET").await;
        assert_eq!(answer.status, 405, "{path}");
        assert!(!answer.headers.contains_key("access-control-allow-origin"), "{path}");
    }
}

#[tokio::test]
async fn a_script_may_read_answers_and_refusals_alike() {
    let provider = start().await;
    let mut browser = Browser::new();
    let origin = |request: reqwest::RequestBuilder| request.header("origin", ORIGIN);

    let token = browser.request(Method::POST, &url(&provider, "/token"));
    let refused = browser.send(origin(token)).await;
    assert_eq!(refused.expect(401).header("access-control-allow-origin"), "*");

    let userinfo = browser.request(Method::GET, &url(&provider, "/userinfo"));
    let refused = browser.send(origin(userinfo)).await;
    assert_eq!(refused.expect(401).header("access-control-allow-origin"), "*");
    assert_eq!(refused.header("access-control-expose-headers"), "www-authenticate");

    let tokens = tokens_for(&provider, "alice", "openid").await;
    let token = tokens["access_token"].as_str().expect("there is a token");
    let userinfo = browser.request(Method::GET, &url(&provider, "/userinfo")).bearer_auth(token);
    let claims = browser.send(origin(userinfo)).await;
    assert_eq!(claims.expect(200).header("access-control-allow-origin"), "*");
}

#[tokio::test]
async fn scripts_cannot_read_the_authorization_endpoint() {
    let provider = start().await;
    let mut browser = Browser::new();
    let address = url(&provider, &format!("/authorize?{}", Parameters::authorization().encode()));
    let answer =
        browser.send(browser.request(Method::GET, &address).header("origin", ORIGIN)).await;
    answer.expect_sign_in_page();
    assert!(!answer.headers.contains_key("access-control-allow-origin"));
}
