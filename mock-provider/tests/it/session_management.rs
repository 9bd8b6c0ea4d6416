//! Session management: `check_session_iframe` and `session_state`.

use mock_provider::MockProvider;

use crate::support::{Browser, Parameters, builder, start, url};

async fn provider() -> MockProvider {
    builder().settings(|settings| settings.session_management = true).start().await
}

const METADATA: &str = "/.well-known/openid-configuration";

#[tokio::test]
async fn session_management_is_off_unless_it_is_configured() {
    let provider = start().await;
    let mut browser = Browser::new();
    let metadata = browser.get(&url(&provider, METADATA)).await.json();
    assert_eq!(metadata.get("check_session_iframe"), None);
    browser.get(&url(&provider, "/check-session")).await.expect(404);
    let received = browser.log_in(&provider, Parameters::authorization(), "alice").await.callback();
    assert!(!received.contains_key("session_state"), "{received:?}");
    assert_eq!(browser.cookies().len(), 1);
}

#[tokio::test]
async fn the_page_can_be_framed_and_runs_its_script() {
    let provider = provider().await;
    let mut browser = Browser::new();
    let metadata = browser.get(&url(&provider, METADATA)).await.json();
    assert_eq!(metadata["check_session_iframe"], format!("{}/check-session", provider.issuer()));
    let page = browser.get(&url(&provider, "/check-session")).await;
    page.expect_page(200, "");
    let policy = page.header("content-security-policy");
    assert!(policy.contains("script-src 'sha256-") && !policy.contains("frame-ancestors"));
    assert!(page.body.contains("postMessage"), "{}", page.body);
}

#[tokio::test]
async fn session_state_changes_with_the_session() {
    let provider = provider().await;
    let mut browser = Browser::new();
    let state = |browser: &Browser| {
        browser.cookies().iter().find(|(name, _)| name.ends_with("_state")).map(|it| it.1.clone())
    };
    assert_eq!(state(&browser), None);
    let answer = browser.log_in(&provider, Parameters::authorization(), "alice").await;
    let received = answer.callback();
    let (hash, salt) = received["session_state"].split_once('.').expect("it has a salt");
    assert_eq!(hash.len(), 64, "a digest in hexadecimal");
    assert!(!salt.contains([' ', '.']));
    let cookies: Vec<_> = answer.headers.get_all("set-cookie").iter().collect();
    let readable = |cookie: &&&reqwest::header::HeaderValue| {
        cookie.to_str().is_ok_and(|cookie| !cookie.contains("HttpOnly"))
    };
    assert_eq!(cookies.iter().filter(readable).count(), 1, "{cookies:?}");

    let of_alice = state(&browser).expect("there is a session");
    let again = Parameters::authorization().with("prompt", "login");
    let received = browser.log_in(&provider, again.clone(), "alice").await.callback();
    assert_ne!(received["session_state"].split_once('.').map(|it| it.1), Some(salt));
    assert_eq!(state(&browser), Some(of_alice.clone()), "the same session");
    browser.log_in(&provider, again, "bob").await.callback();
    assert_ne!(state(&browser), Some(of_alice), "another user");

    let page = browser.get(&url(&provider, "/end-session")).await;
    let fields = page.hidden_fields().into_iter();
    let form = fields.fold(Parameters::none(), |form, (name, value)| form.with(&name, &value));
    let form = form.with("decision", "sign-out");
    browser.post(&url(&provider, "/end-session"), &form).await.expect_page(200, "signed out");
    assert_eq!(state(&browser), None);
}
