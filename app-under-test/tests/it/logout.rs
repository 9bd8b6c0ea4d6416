//! Logout: in the app first, then at the provider, and only at the user's request.

use serde_json::{Value, json};
use url::Url;

use crate::browser::{Answer, Browser};
use crate::setup::{BASE, Setup};
use crate::stub::{DISCOVERY, JWKS, Reply, Stub, TOKEN};

/// Submits the form on the home page.
async fn log_out(browser: &mut Browser) -> Answer {
    let home = browser.get("").await;
    browser.post("auth/logout", &[("csrf_token", home.csrf_token())]).await
}

async fn is_signed_in(browser: &mut Browser) -> bool {
    browser.get("").await.body.contains("Welcome")
}

#[tokio::test]
async fn logout_ends_the_session_and_redirects_to_the_provider() {
    let setup = Setup::new().await;
    let mut browser = setup.signed_in(json!({})).await;
    let mut thief = browser.copy();
    let answer = log_out(&mut browser).await;
    assert_eq!(answer.status, 303);
    let url: Url = answer.location().parse().unwrap();
    assert_eq!(url.path(), "/end-session");
    let mut id_token = String::new();
    setup.stub.edit(TOKEN, |document| {
        id_token = document["id_token"].as_str().unwrap().to_owned();
    });
    let parameters: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let back = format!("http://{}{BASE}auth/logged-out", setup.app.address());
    let expected = [
        ("id_token_hint", id_token.as_str()),
        ("client_id", "app"),
        ("post_logout_redirect_uri", &back),
    ];
    for (parameter, (name, value)) in parameters.iter().zip(expected) {
        assert_eq!((parameter.0.as_str(), parameter.1.as_str()), (name, value));
    }
    assert_eq!((parameters.len(), parameters[3].0.as_str()), (4, "state"));

    assert!(!browser.cookies().contains_key("rp_session"));
    // A copy of the cookie is useless.
    assert!(thief.cookies().contains_key("rp_session"));
    assert!(!is_signed_in(&mut thief).await);
}

#[tokio::test]
async fn return_from_the_provider_confirms_that_both_sessions_ended() {
    let setup = Setup::new().await;
    let mut browser = setup.signed_in(json!({})).await;
    let answer = log_out(&mut browser).await;
    let url: Url = answer.location().parse().unwrap();
    let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    let page = browser.get(&format!("auth/logged-out?state={state}")).await;
    assert_eq!(page.status, 200);
    assert!(page.text("logout-scope").contains("sent you back"));
    // The state can be used once.
    let again = browser.get(&format!("auth/logged-out?state={state}")).await;
    assert!(again.text("logout-scope").contains("may still be signed in"));
}

#[tokio::test]
async fn unknown_states_are_ignored() {
    let setup = Setup::new().await;
    let mut browser = setup.signed_in(json!({})).await;
    log_out(&mut browser).await;
    for query in ["", "?state=", "?state=forged", "?state=a&extra=b"] {
        let page = browser.copy().get(&format!("auth/logged-out{query}")).await;
        assert_eq!(page.status, 200);
        assert!(page.text("logout-scope").contains("may still be signed in"));
    }
    let page = setup.browser().get("auth/logged-out?state=").await;
    assert!(page.text("logout-scope").contains("may still be signed in"));
}

#[tokio::test]
async fn provider_without_a_logout_endpoint_is_not_called() {
    let stub = Stub::start().await;
    stub.edit(DISCOVERY, |metadata| metadata["end_session_endpoint"] = Value::Null);
    let setup = Setup::at(stub, &[]).await;
    let mut browser = setup.signed_in(json!({})).await;
    let answer = log_out(&mut browser).await;
    assert_eq!(answer.location(), format!("{BASE}auth/logged-out"));
    let page = browser.get(answer.location()).await;
    assert!(page.text("logout-scope").contains("may still be signed in"));
    assert!(!is_signed_in(&mut browser).await);
}

#[tokio::test]
async fn logout_works_when_the_provider_does_not_respond() {
    let setup = Setup::impatient(Stub::start().await).await;
    let mut browser = setup.signed_in(json!({})).await;
    setup.stub.reply(JWKS, Reply::Hang);
    let answer = log_out(&mut browser).await;
    assert_eq!(answer.location(), format!("{BASE}auth/logged-out"));
    assert!(!is_signed_in(&mut browser).await);
}

#[tokio::test]
async fn logout_works_when_the_provider_is_down() {
    let setup = Setup::new().await;
    let mut browser = setup.signed_in(json!({})).await;
    let Setup { stub, app, .. } = setup;
    stub.stop().await;
    let answer = log_out(&mut browser).await;
    assert_eq!(answer.location(), format!("{BASE}auth/logged-out"));
    assert!(!is_signed_in(&mut browser).await);
    drop(app);
}

#[tokio::test]
async fn post_without_the_token_does_not_sign_out() {
    let setup = Setup::new().await;
    let mut browser = setup.signed_in(json!({})).await;
    let other = setup.signed_in(json!({})).await.get("").await.csrf_token().to_owned();
    for form in [
        vec![],
        vec![("csrf_token", "")],
        vec![("csrf_token", "forged")],
        vec![("csrf_token", other.as_str())],
    ] {
        let answer = browser.post("auth/logout", &form).await;
        assert_eq!(answer.status, 403);
        assert_eq!(answer.text("confirm-logout"), "Do you want to log out?");
        assert!(is_signed_in(&mut browser).await);
    }
}

#[tokio::test]
async fn get_only_asks_for_confirmation() {
    let setup = Setup::new().await;
    let mut browser = setup.signed_in(json!({})).await;
    let page = browser.get("auth/logout?next=http://evil.example").await;
    assert_eq!(page.status, 200);
    assert!(is_signed_in(&mut browser).await);
    let token = page.csrf_token().to_owned();
    let answer = browser.post("auth/logout", &[("csrf_token", &token)]).await;
    assert_eq!(answer.status, 303);
    assert!(!is_signed_in(&mut browser).await);
}

#[tokio::test]
async fn logout_without_a_session_redirects_to_the_home_page() {
    let setup = Setup::new().await;
    let mut browser = setup.browser();
    let get = browser.get("auth/logout").await;
    assert_eq!((get.status, get.location()), (302, "/st_auth"));
    let post = browser.post("auth/logout", &[]).await;
    assert_eq!((post.status, post.location()), (303, "/st_auth"));
}

#[tokio::test]
async fn logged_out_page_is_not_shown_to_signed_in_users() {
    let setup = Setup::new().await;
    let mut browser = setup.signed_in(json!({})).await;
    assert_eq!(browser.get("auth/logged-out").await.location(), "/st_auth");
}

#[tokio::test]
async fn denied_users_can_log_out() {
    let setup = Setup::with(&[("REQUIRED_GROUPS", "auditors")]).await;
    let mut browser = setup.signed_in(json!({})).await;
    let answer = log_out(&mut browser).await;
    assert_eq!(answer.status, 303);
    assert!(browser.get("").await.body.contains("Please log in"));
}

#[tokio::test]
async fn oversized_body_does_not_sign_out_and_leads_to_a_page() {
    let setup = Setup::new().await;
    let mut browser = setup.signed_in(json!({})).await;
    let long = "x".repeat(9000);
    let answer = browser.post("auth/logout", &[("csrf_token", &long)]).await;
    assert_eq!(answer.status, 413);
    assert!(answer.body.contains("<html"), "{}", answer.body);
    assert!(browser.get("").await.body.contains("Welcome"));
}
