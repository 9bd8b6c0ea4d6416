//! The userinfo endpoint and its claims.

use serde_json::{Value, json};

use crate::browser::Answer;
use crate::setup::{NOW, Setup, begin, callback};
use crate::stub::{DISCOVERY, Reply, Stub, USERINFO};
use crate::token::IdToken;

/// Signs in while userinfo replies with `reply`. Returns the callback's response and the home page.
async fn sign_in(setup: &Setup, reply: Reply) -> (Answer, Answer) {
    let mut browser = setup.browser();
    let login = begin(&mut browser, "auth/login").await;
    setup.grant(&setup.id_token(&login));
    setup.stub.reply(USERINFO, reply);
    let answer = callback(&mut browser, &login.response()).await;
    (answer, browser.get("").await)
}

async fn refused(code: &str, status: u16, reply: Reply) {
    let (answer, home) = sign_in(&Setup::new().await, reply).await;
    assert_eq!((answer.status, answer.error_code()), (status, code));
    assert!(home.body.contains("Please log in"));
}

#[tokio::test]
async fn claims_override_those_of_the_token() {
    let setup = Setup::new().await;
    let claims = json!({"sub": "alice-1", "name": "Alice Baker", "locale": "de"});
    let (_, home) = sign_in(&setup, Reply::Json(claims)).await;
    assert_eq!(home.text("name"), "Alice Baker");
    assert!(home.body.contains("locale") && home.body.contains("alice@example.com"));
    let call = setup.stub.calls(USERINFO).remove(0);
    assert_eq!(call.headers["authorization"], "Bearer an-access-token");
}

#[tokio::test]
async fn groups_of_userinfo_decide_access() {
    let setup = Setup::with(&[("REQUIRED_GROUPS", "auditors")]).await;
    let claims = json!({"sub": "alice-1", "groups": ["auditors"]});
    let (_, home) = sign_in(&setup, Reply::Json(claims)).await;
    assert_eq!(home.status, 200);
}

#[tokio::test]
async fn claims_of_another_user_are_refused() {
    for subject in ["bob-2", "ALICE-1", "alice-1 ", "alice-12", ""] {
        let claims = json!({"sub": subject, "name": "Bob"});
        refused("userinfo_subject", 502, Reply::Json(claims)).await;
    }
}

#[tokio::test]
async fn subject_that_is_missing_repeated_or_not_a_string_is_refused() {
    for claims in [
        json!({"name": "Bob"}),
        json!({"sub": null}),
        json!({"sub": ["alice-1", "bob-2"]}),
        json!({"sub": 1}),
    ] {
        refused("provider_answer", 502, Reply::Json(claims)).await;
    }
    for repeated in [r#"{"sub":"alice-1","sub":"bob-2"}"#, r#"{"sub":"bob-2","sub":"alice-1"}"#] {
        refused("provider_answer", 502, Reply::text(200, repeated)).await;
    }
}

#[tokio::test]
async fn login_fails_when_userinfo_fails() {
    for status in [401, 403, 500, 302] {
        refused("provider_answer", 502, Reply::status(status, json!({"sub": "alice-1"}))).await;
    }
    for body in ["", "<html>", "eyJhbGciOiJub25lIn0.e30.", "{"] {
        refused("provider_answer", 502, Reply::text(200, body)).await;
    }
}

#[tokio::test]
async fn unrequested_signed_userinfo_is_refused() {
    for content_type in ["application/jwt", "application/jwt; charset=utf-8"] {
        let setup = Setup::new().await;
        let mut userinfo = IdToken::honest(&setup.stub.issuer(), "", NOW);
        userinfo.claims["name"] = "Alice Baker".into();
        let headers = vec![("content-type", content_type.to_owned())];
        let reply = Reply::Raw(200, headers, userinfo.sign().into_bytes());
        let (answer, home) = sign_in(&setup, reply).await;
        assert_eq!((answer.status, answer.error_code()), (502, "provider_answer"));
        assert!(home.body.contains("Please log in"));
    }
}

#[tokio::test]
async fn missing_response_ends_in_a_timeout() {
    let setup = Setup::impatient(Stub::start().await).await;
    let (answer, _) = sign_in(&setup, Reply::Hang).await;
    assert_eq!((answer.status, answer.error_code()), (504, "provider_timeout"));
}

#[tokio::test]
async fn access_token_does_not_follow_redirects() {
    let canary = Stub::start().await;
    let location = format!("{}{USERINFO}", canary.issuer());
    refused("provider_answer", 502, Reply::redirect(307, location)).await;
    assert!(canary.calls(USERINFO).is_empty());
}

#[tokio::test]
async fn provider_without_userinfo_is_not_called() {
    let stub = Stub::start().await;
    stub.edit(DISCOVERY, |metadata| metadata["userinfo_endpoint"] = Value::Null);
    let setup = Setup::at(stub, &[]).await;
    let mut browser = setup.signed_in(json!({})).await;
    assert_eq!(browser.get("").await.text("name"), "Alice Adams");
    assert!(setup.stub.calls(USERINFO).is_empty());
}
