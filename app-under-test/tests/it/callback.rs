//! `GET auth/callback`: honest and manipulated authorization responses.

use serde_json::{Value, json};

use crate::setup::{Setup, begin, callback};
use crate::stub::{DISCOVERY, TOKEN};

/// Begins a login and opens the callback with `query`, in which `STATE` means the login's state.
/// Asserts that no session began and no code was sent, and returns the error code.
async fn refused(query: &str) -> String {
    refused_at(&Setup::new().await, query).await
}

async fn refused_at(setup: &Setup, query: &str) -> String {
    let mut browser = setup.browser();
    let login = begin(&mut browser, "auth/login").await;
    setup.grant(&setup.id_token(&login));
    let answer = callback(&mut browser, &query.replace("STATE", login.state())).await;
    assert!(setup.stub.calls(TOKEN).is_empty());
    assert!(browser.get("").await.body.contains("Please log in"));
    answer.error_code().to_owned()
}

#[tokio::test]
async fn honest_response_signs_in_and_redirects_to_the_home_page() {
    let setup = Setup::new().await;
    let mut browser = setup.browser();
    let answer = setup.sign_in(&mut browser, json!({})).await;
    assert_eq!(answer.status, 302);
    assert_eq!(answer.location(), "/st_auth");
    let home = browser.get("").await;
    assert_eq!(home.text("name"), "Alice Adams");
}

#[tokio::test]
async fn state_must_be_that_of_the_login() {
    for query in [
        "code=ok",
        "code=ok&state=",
        "code=ok&state=forged",
        "code=ok&state=STATEx",
        "code=ok&state=STATE%00",
    ] {
        assert_eq!(refused(query).await, "invalid_state", "{query}");
    }
}

#[tokio::test]
async fn state_can_be_used_once() {
    let setup = Setup::new().await;
    let mut browser = setup.browser();
    let login = begin(&mut browser, "auth/login").await;
    setup.grant(&setup.id_token(&login));
    assert_eq!(callback(&mut browser, &login.response()).await.status, 302);
    let again = callback(&mut browser, &login.response()).await;
    assert_eq!((again.status, again.error_code()), (400, "invalid_state"));
    assert_eq!(setup.stub.calls(TOKEN).len(), 1);
    // A user who reloads the page stays signed in.
    assert!(browser.get("").await.body.contains("Welcome"));
}

#[tokio::test]
async fn state_expires() {
    let setup = Setup::new().await;
    let mut browser = setup.browser();
    let login = begin(&mut browser, "auth/login").await;
    setup.advance(601);
    setup.grant(&setup.id_token(&login));
    let answer = callback(&mut browser, &login.response()).await;
    assert_eq!(answer.error_code(), "invalid_state");
}

#[tokio::test]
async fn response_is_refused_in_another_browser_and_stays_valid_in_its_own() {
    let setup = Setup::new().await;
    let mut browser = setup.browser();
    let login = begin(&mut browser, "auth/login").await;
    setup.grant(&setup.id_token(&login));

    let mut fresh = setup.browser();
    let answer = callback(&mut fresh, &login.response()).await;
    assert_eq!(answer.error_code(), "invalid_state");
    let mut another = setup.browser();
    begin(&mut another, "auth/login").await;
    let answer = callback(&mut another, &login.response()).await;
    assert_eq!(answer.error_code(), "invalid_state");
    assert!(setup.stub.calls(TOKEN).is_empty());

    assert_eq!(callback(&mut browser, &login.response()).await.status, 302);
}

#[tokio::test]
async fn two_tabs_finish_in_either_order_with_one_cookie() {
    let setup = Setup::new().await;
    let mut browser = setup.browser();
    let first = begin(&mut browser, "auth/login").await;
    let second = begin(&mut browser, "auth/login").await;
    assert_ne!(first.state(), second.state());
    assert_ne!(first.nonce(), second.nonce());
    assert_eq!(browser.cookies().len(), 1);
    for login in [second, first] {
        setup.grant(&setup.id_token(&login));
        assert_eq!(callback(&mut browser, &login.response()).await.status, 302);
    }
}

#[tokio::test]
async fn response_without_a_code_is_refused() {
    for query in [
        "",
        "state=STATE",
        "code=&state=STATE",
        "error_description=x&state=STATE",
        "id_token=a.b.c&access_token=x&state=STATE",
        "code=",
    ] {
        assert_eq!(refused(query).await, "missing_code", "{query}");
    }
}

#[tokio::test]
async fn repeated_parameters_are_refused() {
    for query in [
        "code=ok&code=other&state=STATE",
        "code=ok&state=STATE&state=other",
        "code=ok&state=other&state=STATE",
        "code=ok&state=STATE&iss=a&iss=b",
        "error=a&error=b&state=STATE",
    ] {
        assert_eq!(refused(query).await, "invalid_response", "{query}");
    }
}

#[tokio::test]
async fn oversized_parameters_are_refused() {
    let code = "x".repeat(4097);
    assert_eq!(refused(&format!("code={code}&state=STATE")).await, "invalid_response");
    let rest = "x".repeat(20_000);
    assert_eq!(refused(&format!("code=ok&state=STATE&x={rest}")).await, "invalid_response");
}

#[tokio::test]
async fn unusual_responses_are_accepted() {
    let setup = Setup::new().await;
    for code in ["a+b/c=", &"x".repeat(2048)] {
        let mut browser = setup.browser();
        let login = begin(&mut browser, "auth/login").await;
        setup.grant(&setup.id_token(&login));
        let query: String = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("session_state", "x")
            .append_pair("unknown", "y")
            .append_pair("state", login.state())
            .append_pair("code", code)
            .append_pair("id_token", "ignored")
            .finish();
        assert_eq!(callback(&mut browser, &query).await.status, 302);
        let sent = setup.stub.calls(TOKEN).pop().unwrap().form();
        assert!(sent.contains(&("code".to_owned(), code.to_owned())), "{sent:?}");
    }
}

#[tokio::test]
async fn issuer_of_the_response_is_checked_before_the_code_is_sent() {
    let setup = Setup::new().await;
    let issuer = setup.stub.issuer();
    for iss in ["http://evil.example", &format!("{issuer}/"), ""] {
        let query = format!("code=ok&state=STATE&iss={iss}");
        assert_eq!(refused_at(&setup, &query).await, "issuer_mismatch", "{iss}");
        let query = format!("error=access_denied&state=STATE&iss={iss}");
        assert_eq!(refused_at(&setup, &query).await, "issuer_mismatch", "{iss}");
    }
    let mut browser = setup.browser();
    let login = begin(&mut browser, "auth/login").await;
    setup.grant(&setup.id_token(&login));
    let query = format!("{}&iss={issuer}", login.response());
    assert_eq!(callback(&mut browser, &query).await.status, 302);
}

#[tokio::test]
async fn issuer_of_the_response_is_required_when_it_is_advertised() {
    let stub = crate::stub::Stub::start().await;
    stub.edit(DISCOVERY, |metadata| {
        metadata["authorization_response_iss_parameter_supported"] = Value::Bool(true);
    });
    let setup = Setup::at(stub, &[]).await;
    assert_eq!(refused_at(&setup, "code=ok&state=STATE").await, "issuer_mismatch");
}

#[tokio::test]
async fn every_error_code_has_its_page() {
    let setup = Setup::new().await;
    for (code, status) in [
        ("access_denied", 403),
        ("invalid_request", 400),
        ("unauthorized_client", 400),
        ("unsupported_response_type", 400),
        ("invalid_scope", 400),
        ("server_error", 502),
        ("temporarily_unavailable", 502),
        ("interaction_required", 400),
        ("login_required", 400),
        ("account_selection_required", 400),
        ("consent_required", 400),
        ("invalid_request_uri", 400),
        ("invalid_request_object", 400),
        ("request_not_supported", 400),
        ("request_uri_not_supported", 400),
        ("registration_not_supported", 400),
        ("unmet_authentication_requirements", 400),
    ] {
        // With the state of a login, and without one.
        for with_state in [true, false] {
            let mut browser = setup.browser();
            let login = begin(&mut browser, "auth/login?next=/st_auth/claims").await;
            let state = if with_state { login.state() } else { "" };
            let query = format!("error={code}&error_description=CANARY&state={state}");
            let answer = callback(&mut browser, &query).await;
            assert_eq!((answer.status, answer.error_code()), (status, code));
            assert!(!answer.body.contains("CANARY"));
            assert!(!answer.text("error-sentence").is_empty());
            // A second attempt leads to the page that the user wanted to see.
            let next = answer.attribute("try-again", "href");
            assert_eq!(next.contains("next="), with_state, "{next}");
        }
    }
}

#[tokio::test]
async fn error_response_uses_up_the_login() {
    let setup = Setup::new().await;
    let mut browser = setup.browser();
    let login = begin(&mut browser, "auth/login").await;
    let refusal = format!("error=access_denied&state={}", login.state());
    assert_eq!(callback(&mut browser, &refusal).await.error_code(), "access_denied");
    setup.grant(&setup.id_token(&login));
    let late = callback(&mut browser, &login.response()).await;
    assert_eq!(late.error_code(), "invalid_state");
}

#[tokio::test]
async fn error_takes_precedence_over_a_code() {
    assert_eq!(refused("code=ok&error=access_denied&state=STATE").await, "access_denied");
    assert_eq!(refused("code=ok&error=&state=STATE").await, "unknown error");
}

#[tokio::test]
async fn unknown_errors_are_not_reflected() {
    let setup = Setup::new().await;
    let long = "x".repeat(8000);
    for error in ["<script>alert(1)</script>", "%0d%0aX-Evil:%201", "%00", "%ff%ff", &long] {
        let mut browser = setup.browser();
        let answer = callback(&mut browser, &format!("error={error}")).await;
        assert_eq!((answer.status, answer.error_code()), (400, "unknown error"));
        assert!(!answer.body.contains("<script>") && !answer.body.contains("xxxx"));
        assert!(answer.headers.get("x-evil").is_none());
    }
}

#[tokio::test]
async fn failed_login_does_not_end_the_session() {
    let setup = Setup::new().await;
    let mut browser = setup.signed_in(json!({})).await;
    for query in ["error=access_denied", "code=ok&state=forged", ""] {
        assert!(callback(&mut browser, query).await.status >= 400);
        assert!(browser.get("").await.body.contains("Welcome"));
    }
}

#[tokio::test]
async fn head_does_not_complete_a_login() {
    let setup = Setup::new().await;
    let mut browser = setup.browser();
    let login = begin(&mut browser, "auth/login").await;
    setup.grant(&setup.id_token(&login));
    let path = format!("auth/callback?{}", login.response());
    let head = browser.request(reqwest::Method::HEAD, &path, |request| request).await;
    assert_eq!((head.status, head.set_cookies().len()), (200, 0));
    assert!(setup.stub.calls(TOKEN).is_empty());
    assert_eq!(browser.get(&path).await.status, 302);
}

#[tokio::test]
async fn responses_are_not_accepted_as_a_form() {
    let setup = Setup::new().await;
    let mut browser = setup.browser();
    let login = begin(&mut browser, "auth/login").await;
    setup.grant(&setup.id_token(&login));
    let form = [("code", "ok"), ("state", login.state())];
    let answer = browser.post("auth/callback", &form).await;
    assert_eq!((answer.status, answer.text("method-not-allowed")), (405, "This is not possible"));
    assert!(setup.stub.calls(TOKEN).is_empty());
}
