//! Front-channel logout: frames that end the sessions of applications.

use mock_provider::{Client, MockProvider};

use crate::support::{Answer, Browser, CALLBACK, LOGGED_OUT, Parameters, builder, url, verified};

/// Signs `alice` in to a client with a `frontchannel_logout_uri` and to one without, and out again.
/// Returns the `sid` of the session too.
async fn sign_out(provider: &MockProvider, request: Parameters) -> (Answer, String) {
    let mut browser = Browser::new();
    let mut hint = String::new();
    let mut sid = String::new();
    for client in ["plain", "framed"] {
        let authorization = Parameters::authorization().with("client_id", client);
        let page = browser.authorize(provider, &authorization).await;
        let parameters = if page.headers.contains_key("location") {
            page.callback()
        } else {
            browser.sign_in(&page, "alice").await.callback()
        };
        let form = Parameters::code(&parameters["code"]).with("client_id", client);
        let tokens = browser.token(provider, form).await.expect(200).json();
        let claims = verified(provider, &tokens, client).await;
        sid = claims["sid"].as_str().expect("there is a session").to_owned();
        hint = tokens["id_token"].as_str().expect("there is an ID token").to_owned();
    }
    let request = request.with("id_token_hint", &hint);
    (browser.get(&url(provider, &format!("/end-session?{}", request.encode()))).await, sid)
}

async fn provider() -> MockProvider {
    let framed = "https://shop.example/logout?tenant=1";
    let client = |id: &str| {
        let client = Client::new(id).secret("s3cret").redirect_uri(CALLBACK);
        client.post_logout_redirect_uri(LOGGED_OUT)
    };
    builder()
        .client(client("plain"))
        .client(client("framed").frontchannel_logout_uri(framed))
        .start()
        .await
}

/// The address of the one frame, with the parameters in their written form.
fn frame(provider: &MockProvider, sid: &str) -> String {
    let parameters = Parameters::none().with("iss", provider.issuer()).with("sid", sid);
    format!("https://shop.example/logout?tenant=1&{}", parameters.encode())
}

/// Escaped as in an attribute.
fn escaped(address: &str) -> String {
    address.replace('&', "&#38;")
}

#[tokio::test]
async fn the_page_loads_a_frame_for_each_client_with_a_frontchannel_logout_uri() {
    let provider = provider().await;
    let (page, sid) = sign_out(&provider, Parameters::none()).await;
    page.expect_page(200, "You are signed out");
    let address = escaped(&frame(&provider, &sid));
    assert_eq!(page.body.matches("<iframe ").count(), 1);
    let frame = format!("<iframe src=\"{address}\" title=\"Signs out of an application\" hidden>");
    assert!(page.body.contains(&frame), "{}", page.body);
    assert!(page.header("content-security-policy").ends_with("; frame-src https://shop.example"));
    assert!(!page.body.contains("http-equiv"), "the page does not redirect");
}

#[tokio::test]
async fn the_browser_is_redirected_without_a_script_after_the_frames_have_loaded() {
    let provider = provider().await;
    let back = Parameters::none().with("post_logout_redirect_uri", LOGGED_OUT).with("state", "a&b");
    let (page, sid) = sign_out(&provider, back).await;
    page.expect_page(200, "Return to the application");
    let location = format!("{LOGGED_OUT}?state=a%26b");
    let refresh = format!("<meta http-equiv=\"refresh\" content=\"0;url={location}\">");
    assert!(page.body.contains(&refresh), "{}", page.body);
    assert!(page.body.contains(&format!("href=\"{location}\"")), "{}", page.body);
    assert!(page.body.contains(&escaped(&frame(&provider, &sid))), "{}", page.body);
    assert!(page.header("set-cookie").contains("Max-Age=0"), "the session has ended");
}

#[tokio::test]
async fn the_metadata_advertises_frontchannel_logout() {
    let provider = provider().await;
    let metadata = url(&provider, "/.well-known/openid-configuration");
    let metadata = Browser::new().get(&metadata).await.json();
    assert_eq!(metadata["frontchannel_logout_supported"], true);
    assert_eq!(metadata["frontchannel_logout_session_supported"], true);
}
