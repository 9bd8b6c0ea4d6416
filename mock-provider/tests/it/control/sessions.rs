//! Sessions that are ended, and tokens that are revoked, over HTTP.

use serde_json::json;

use super::client::{Control, expect_refused};
use crate::support::{Browser, Parameters, builder, start};

const SESSIONS: &str = "/issuers/default/sessions";
const REVOKE: &str = "/issuers/default/tokens/revoke";

#[tokio::test]
async fn a_browser_must_sign_in_again_after_its_session_is_ended() {
    let provider = start().await;
    let control = Control(&provider);
    let request = Parameters::authorization();
    let mut browser = Browser::new();
    browser.log_in(&provider, request.clone(), "alice").await.callback();
    browser.authorize(&provider, &request).await.callback();
    let [session] = &*control.get(SESSIONS).await.json().as_array().unwrap().clone() else {
        panic!("one browser is signed in")
    };
    assert_eq!((&session["user"], &session["clients"]), (&json!("alice"), &json!(["shop"])));
    let path = format!("{SESSIONS}/{}", session["sid"].as_str().unwrap());
    control.delete(&path).await.expect(204);
    browser.authorize(&provider, &request).await.expect_sign_in_page();
    assert_eq!(control.delete(&path).await.expect(404).status, 404);

    browser.log_in(&provider, request.clone(), "alice").await.callback();
    control.delete(SESSIONS).await.expect(204);
    browser.authorize(&provider, &request).await.expect_sign_in_page();
}

#[tokio::test]
async fn only_the_codes_and_tokens_of_the_given_user_are_revoked() {
    let provider = start().await;
    let control = Control(&provider);
    let request = || Parameters::authorization().with("scope", "openid offline_access");
    let mut browser = Browser::new();
    let alice = Browser::new().log_in(&provider, request(), "alice").await.callback();
    let alice = browser.token(&provider, Parameters::code(&alice["code"])).await.json();
    let code = Browser::new().log_in(&provider, request(), "alice").await.callback();
    let bob = Browser::new().log_in(&provider, request(), "bob").await.callback();
    let bob = browser.token(&provider, Parameters::code(&bob["code"])).await.json();

    let revoked = control.post(REVOKE, json!({"user": "alice"})).await.expect(200).json();
    assert_eq!(revoked, json!({"logins": 2}));
    let access = |tokens: &serde_json::Value| tokens["access_token"].as_str().unwrap().to_owned();
    browser.userinfo(&provider, &access(&alice)).await.expect(401);
    browser.userinfo(&provider, &access(&bob)).await.expect(200);
    let refresh = Parameters::refresh(alice["refresh_token"].as_str().unwrap());
    let answer = browser.token(&provider, refresh).await;
    answer.expect_token_error(400, "invalid_grant", "refresh_token was revoked");
    let answer = browser.token(&provider, Parameters::code(&code["code"])).await;
    answer.expect_token_error(400, "invalid_grant", "code was revoked");

    assert_eq!(control.post(REVOKE, json!({})).await.json(), json!({"logins": 1}));
    let wrong = control.post(REVOKE, json!({"usr": "alice"})).await;
    expect_refused(&wrong, 422, "unknown key `usr`: did you mean `user`?");
}

#[tokio::test]
async fn a_user_is_signed_out_everywhere() {
    let provider = start().await;
    let control = Control(&provider);
    for _ in 0..2 {
        Browser::new().log_in(&provider, Parameters::authorization(), "alice").await.callback();
    }
    let received =
        control.post("/issuers/default/sessions/log-out", json!({"user": "alice"})).await;
    assert_eq!(received.expect(200).json(), json!({"ended": 2}));
    assert_eq!(control.get("/issuers/default/sessions").await.json(), json!([]));
}

#[tokio::test]
async fn a_session_remembers_a_limited_number_of_clients_and_forgets_the_oldest() {
    let provider = builder().settings(|settings| settings.any_client = true).start().await;
    let control = Control(&provider);
    let mut browser = Browser::new();
    browser.log_in(&provider, Parameters::authorization(), "alice").await.callback();
    for number in 0..256 {
        if number == 200 {
            // The first client becomes the latest.
            browser.authorize(&provider, &Parameters::authorization()).await.callback();
        }
        let request = Parameters::authorization().with("client_id", &format!("client-{number:03}"));
        browser.authorize(&provider, &request).await.callback();
    }
    let sessions = control.get(SESSIONS).await.json();
    let clients = sessions[0]["clients"].as_array().expect("a list");
    assert_eq!(clients.len(), 256);
    assert!(clients.contains(&json!("shop")));
    assert!(!clients.contains(&json!("client-000")));
    assert!(clients.contains(&json!("client-255")));
}
