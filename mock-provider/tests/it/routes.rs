//! Properties of every route: methods, unknown paths, `HEAD`.

use mock_provider::Endpoint;
use reqwest::Method;

use crate::support::{Browser, start, url};

#[tokio::test]
async fn an_unsupported_method_is_refused_with_the_supported_ones() {
    let provider = start().await;
    let mut browser = Browser::new();
    for (method, path, allowed) in [
        (Method::POST, "/.well-known/openid-configuration", "GET,HEAD"),
        (Method::POST, "/jwks", "GET,HEAD"),
        (Method::PUT, "/authorize", "GET,HEAD,POST"),
        (Method::GET, "/sign-in", "POST"),
        (Method::GET, "/token", "POST"),
        (Method::DELETE, "/userinfo", "GET,HEAD,POST"),
        (Method::PATCH, "/end-session", "GET,HEAD,POST"),
    ] {
        let answer = browser.send(browser.request(method.clone(), &url(&provider, path))).await;
        assert_eq!((answer.status, answer.header("allow")), (405, allowed), "{method} {path}");
        let exchange = provider.journal().pop().expect("the request was recorded");
        assert_eq!((exchange.method.as_str(), exchange.status), (method.as_str(), 405));
    }
}

#[tokio::test]
async fn an_unknown_path_is_not_found_and_the_page_says_where_to_look() {
    let provider = start().await;
    let answer = Browser::new().get(&url(&provider, "/oauth2/authorize?x=<b>")).await;
    answer.expect(404);
    let home = format!("{}/", provider.issuer());
    assert_eq!(answer.body, format!("nothing is served at /oauth2/authorize; see {home}\n"));
    assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(provider.journal()[0].endpoint, Endpoint::Unknown);
}

#[tokio::test]
async fn head_is_answered_like_get_without_the_body() {
    let provider = start().await;
    let mut browser = Browser::new();
    for path in ["/", "/.well-known/openid-configuration", "/jwks", "/health"] {
        let address = url(&provider, path);
        let get = browser.get(&address).await;
        let head = browser.send(browser.request(Method::HEAD, &address)).await;
        assert_eq!(head.expect(200).body, "", "{path}");
        for header in ["content-type", "content-length"] {
            assert_eq!(head.headers.get(header), get.headers.get(header), "{header} of {path}");
        }
    }
}

#[tokio::test]
async fn the_home_page_names_the_issuer_and_how_to_use_it() {
    let provider = start().await;
    let page = Browser::new().get(&url(&provider, "/")).await;
    page.expect_page(200, provider.issuer());
    page.expect_page(200, "Alice Archer");
}
