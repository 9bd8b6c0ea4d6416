//! Settings that accept what is refused by default.

use crate::support::{Browser, Parameters, builder, url, verified};

fn request() -> Parameters {
    Parameters::authorization()
}

#[tokio::test]
async fn any_client_logs_in_with_any_secret_when_configured() {
    let provider = builder().settings(|settings| settings.any_client = true).start().await;
    let mut browser = Browser::new();
    let request = request()
        .with("client_id", "stranger")
        .with("redirect_uri", "https://stranger.example/cb?x=1");
    let answer = browser.log_in(&provider, request, "alice").await;
    let location = answer.location();
    let code = location.strip_prefix("https://stranger.example/cb?x=1&code=").expect(location);
    let (code, _) = code.split_once('&').expect("more parameters follow");
    let form = Parameters::code(code)
        .with("client_id", "stranger")
        .with("client_secret", "whatever")
        .with("redirect_uri", "https://stranger.example/cb?x=1");
    let tokens = browser.token(&provider, form).await.expect(200).json();
    assert_eq!(verified(&provider, &tokens, "stranger").await["sub"], "alice");
}

#[tokio::test]
async fn a_registered_client_stays_strict_when_any_client_is_accepted() {
    let provider = builder().settings(|settings| settings.any_client = true).start().await;
    let mut browser = Browser::new();
    let request = request().with("redirect_uri", "https://elsewhere.example/");
    browser.authorize(&provider, &request).await.expect_page(400, "is not registered");
    let form = Parameters::code("x").with("client_secret", "wrong");
    browser.token(&provider, form).await.expect_token_error(
        401,
        "invalid_client",
        "wrong client_secret for client `shop`",
    );
}

#[tokio::test]
async fn any_redirect_uri_is_accepted_when_configured() {
    let provider = builder().settings(|settings| settings.any_redirect_uri = true).start().await;
    for uri in ["https://elsewhere.example/x", "com.example.app:/callback", "http://[::1]:9/?q"] {
        let answer =
            Browser::new().log_in(&provider, request().with("redirect_uri", uri), "alice").await;
        assert!(answer.location().starts_with(uri), "{}", answer.location());
    }
}

#[tokio::test]
async fn an_unusable_redirect_uri_shows_a_page_even_when_any_is_accepted() {
    let provider = builder()
        .settings(|settings| {
            settings.any_redirect_uri = true;
            settings.any_client = true;
        })
        .start()
        .await;
    for uri in [
        "/callback",
        "callback",
        "https://shop.example/#fragment",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://shop.example/\r\nset-cookie: a=b",
        "https://shop.example/ü",
        "https://shop.example/a b",
        "  https://shop.example/",
        "https://",
    ] {
        for client in ["shop", "stranger"] {
            let request = request().with("client_id", client).with("redirect_uri", uri);
            let answer = Browser::new().authorize(&provider, &request).await;
            answer.expect_page(400, "must be an absolute ASCII URI without a fragment");
        }
    }
}

#[tokio::test]
async fn any_redirect_uri_also_accepts_any_post_logout_redirect_uri() {
    let provider = builder().settings(|settings| settings.any_redirect_uri = true).start().await;
    let logout = async |uri: &str| {
        let query = Parameters::none()
            .with("client_id", "shop")
            .with("post_logout_redirect_uri", uri)
            .encode();
        Browser::new().get(&url(&provider, &format!("/end-session?{query}"))).await
    };
    assert_eq!(
        logout("https://elsewhere.example/x").await.location(),
        "https://elsewhere.example/x"
    );
    for uri in ["javascript:alert(1)", "https://a.example/\r\nx: y", "/relative", "https://ü/ü"] {
        logout(uri).await.expect_page(400, "Logout refused");
    }
}
