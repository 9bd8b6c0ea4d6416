//! `GET auth/login`: the authorization request.

use serde_json::json;

use crate::setup::{Setup, begin, callback};
use crate::stub::{DISCOVERY, Stub, TOKEN};

#[tokio::test]
async fn request_has_every_parameter_in_order() {
    let setup = Setup::new().await;
    let login = begin(&mut setup.browser(), "auth/login").await;
    let names: Vec<String> = login.url.query_pairs().map(|(name, _)| name.into_owned()).collect();
    assert_eq!(
        names,
        [
            "response_type",
            "client_id",
            "redirect_uri",
            "scope",
            "state",
            "nonce",
            "code_challenge",
            "code_challenge_method"
        ]
    );
    assert_eq!(login.url.path(), "/authorize");
    assert_eq!(login.parameter("response_type"), "code");
    assert_eq!(login.parameter("client_id"), "app");
    let callback = format!("http://{}/st_auth/auth/callback", setup.app.address());
    assert_eq!(login.parameter("redirect_uri"), callback);
    assert_eq!(login.parameter("scope"), "openid email profile");
    assert!(login.url.query().unwrap().contains("scope=openid+email+profile"));
    assert_eq!(login.parameter("code_challenge_method"), "S256");
    for secret in ["state", "nonce", "code_challenge"] {
        assert_eq!(login.parameter(secret).len(), 43);
    }
}

#[tokio::test]
async fn parameters_are_encoded_and_added_to_those_of_the_endpoint() {
    let stub = Stub::start().await;
    stub.edit(DISCOVERY, |metadata| {
        let endpoint = format!("{}/authorize?tenant=1", stub_issuer(metadata));
        metadata["authorization_endpoint"] = endpoint.into();
    });
    let setup = Setup::at(stub, &[("OIDC_CLIENT_ID", "a&b=c d")]).await;
    let login = begin(&mut setup.browser(), "auth/login").await;
    assert_eq!(login.parameter("tenant"), "1");
    assert_eq!(login.parameter("client_id"), "a&b=c d");
    assert!(login.url.query().unwrap().starts_with("tenant=1&response_type=code&"));
}

fn stub_issuer(metadata: &serde_json::Value) -> String {
    metadata["issuer"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn every_login_has_its_own_state_nonce_and_challenge() {
    let setup = Setup::new().await;
    let mut browser = setup.browser();
    let one = begin(&mut browser, "auth/login").await;
    let two = begin(&mut browser, "auth/login").await;
    for secret in ["state", "nonce", "code_challenge"] {
        assert_ne!(one.parameter(secret), two.parameter(secret));
    }
}

#[tokio::test]
async fn max_age_is_requested_when_configured() {
    let setup = Setup::with(&[("OIDC_MAX_AGE", "300")]).await;
    let login = begin(&mut setup.browser(), "auth/login").await;
    assert_eq!(login.parameter("max_age"), "300");
}

#[tokio::test]
async fn prompt_is_passed_on_from_a_fixed_list() {
    let setup = Setup::new().await;
    let mut browser = setup.browser();
    for prompt in ["login", "select_account"] {
        let login = begin(&mut browser, &format!("auth/login?prompt={prompt}")).await;
        assert_eq!(login.parameter("prompt"), prompt);
    }
    for prompt in ["none", "consent", "", "login%20consent", "x&redirect_uri=y"] {
        let login = begin(&mut browser, &format!("auth/login?prompt={prompt}")).await;
        assert!(!login.parameters.contains_key("prompt"));
    }
}

#[tokio::test]
async fn other_parameters_are_ignored() {
    let setup = Setup::new().await;
    let path = "auth/login?state=mine&redirect_uri=http://evil.example&client_id=x&nonce=y";
    let login = begin(&mut setup.browser(), path).await;
    assert_eq!(login.parameter("client_id"), "app");
    assert_ne!(login.state(), "mine");
    assert_ne!(login.nonce(), "y");
    assert!(!login.url.as_str().contains("evil"));
}

#[tokio::test]
async fn login_returns_to_the_page_that_required_it() {
    let setup = Setup::new().await;
    let mut browser = setup.browser();
    let page = browser.get("claims?a=b%20c").await;
    assert_eq!(page.status, 302);
    assert_eq!(page.location(), "/st_auth/auth/login?next=%2Fst_auth%2Fclaims%3Fa%3Db%2520c");
    let login = begin(&mut browser, page.location()).await;
    setup.grant(&setup.id_token(&login));
    let answer = callback(&mut browser, &login.response()).await;
    assert_eq!(answer.location(), "/st_auth/claims?a=b%20c");
    assert_eq!(browser.get(answer.location()).await.status, 200);
}

#[tokio::test]
async fn login_does_not_return_to_other_sites() {
    let setup = Setup::new().await;
    for next in [
        "https://evil.example/",
        "//evil.example/",
        "/%5Cevil.example/",
        "/st_auth//evil.example",
        "/st_auth/../",
        "/st_auth/%252e%252e/",
        "/other",
        "javascript:alert(1)",
        "/st_auth/%0d%0aX-Evil:1",
        "",
    ] {
        let mut browser = setup.browser();
        let login = begin(&mut browser, &format!("auth/login?next={next}")).await;
        setup.grant(&setup.id_token(&login));
        let answer = callback(&mut browser, &login.response()).await;
        assert_eq!(answer.location(), "/st_auth", "{next}");
    }
}

#[tokio::test]
async fn login_cookie_is_short_lived_and_protected() {
    let setup = Setup::new().await;
    let mut browser = setup.browser();
    let cookies = browser.get("auth/login").await.set_cookies();
    let [cookie] = cookies.as_slice() else { panic!("{cookies:?}") };
    let (pair, attributes) = cookie.split_once("; ").unwrap();
    assert!(pair.starts_with("rp_login="));
    let mut attributes: Vec<&str> = attributes.split("; ").collect();
    attributes.sort_unstable();
    assert_eq!(attributes, ["HttpOnly", "Max-Age=600", "Path=/st_auth", "SameSite=Lax"]);
    // The second tab renews the cookie instead of adding one.
    let again = browser.get("auth/login").await.set_cookies();
    assert!(again[0].starts_with(pair), "{again:?}");
}

#[tokio::test]
async fn foreign_login_cookie_is_replaced() {
    let setup = Setup::new().await;
    let mut browser = setup.browser();
    for planted in ["", "x", &"x".repeat(4000), "a b", "\u{1}"] {
        browser.set_cookie("rp_login", &planted.replace('\u{1}', "%01"));
        let cookie = browser.get("auth/login").await.set_cookies().remove(0);
        let value = cookie.strip_prefix("rp_login=").unwrap().split_once(';').unwrap().0;
        assert_eq!(value.len(), 43, "{planted}");
    }
}

#[tokio::test]
async fn signed_in_users_may_sign_in_again() {
    let setup = Setup::new().await;
    let mut browser = setup.signed_in(json!({})).await;
    begin(&mut browser, "auth/login").await;
}

#[tokio::test]
async fn head_does_not_begin_a_login() {
    let setup = Setup::new().await;
    let mut browser = setup.browser();
    let head = browser.request(reqwest::Method::HEAD, "auth/login", |request| request).await;
    assert_eq!((head.status, head.set_cookies().len()), (200, 0));
}

#[tokio::test]
async fn verifier_matches_the_challenge() {
    use aws_lc_rs::digest;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    let setup = Setup::new().await;
    let mut browser = setup.browser();
    let login = begin(&mut browser, "auth/login").await;
    setup.grant(&setup.id_token(&login));
    callback(&mut browser, &login.response()).await;
    let form = setup.stub.calls(TOKEN).remove(0).form();
    let verifier = &form.iter().find(|(name, _)| name == "code_verifier").unwrap().1;
    let hash = digest::digest(&digest::SHA256, verifier.as_bytes());
    assert_eq!(login.parameter("code_challenge"), URL_SAFE_NO_PAD.encode(hash));
}
