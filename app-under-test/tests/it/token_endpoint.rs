//! The token request, and failures of its response.

use serde_json::{Value, json};

use crate::browser::Answer;
use crate::setup::{Setup, begin, callback};
use crate::stub::{Reply, Stub, TOKEN, USERINFO};

/// Signs in; `reply` turns the token endpoint's honest response into the one that is sent.
async fn answer_at(setup: &Setup, reply: impl FnOnce(Value) -> Reply) -> Answer {
    let mut browser = setup.browser();
    let login = begin(&mut browser, "auth/login").await;
    setup.grant(&setup.id_token(&login));
    let mut honest = Value::Null;
    setup.stub.edit(TOKEN, |document| honest = document.clone());
    setup.stub.reply(TOKEN, reply(honest));
    let answer = callback(&mut browser, &login.response()).await;
    let signed_in = browser.get("").await.body.contains("Welcome");
    assert_eq!(signed_in, answer.status == 302);
    answer
}

/// Asserts status and code of the error page.
async fn refused(status: u16, code: &str, reply: impl FnOnce(Value) -> Reply) {
    let answer = answer_at(&Setup::new().await, reply).await;
    assert_eq!((answer.status, answer.error_code()), (status, code));
}

/// The honest response with one member changed.
fn with(member: &'static str, value: Value) -> impl FnOnce(Value) -> Reply {
    move |mut document| {
        document[member] = value;
        Reply::Json(document)
    }
}

async fn form_with(variables: &[(&str, &str)]) -> (Vec<(String, String)>, Option<String>) {
    let setup = Setup::with(variables).await;
    setup.signed_in(json!({"aud": variables_client_id(variables)})).await;
    let call = setup.stub.calls(TOKEN).remove(0);
    assert_eq!(call.method, "POST");
    let header = call.headers.get("authorization");
    let form = call.form().into_iter().map(|(name, value)| match name.as_str() {
        "code_verifier" => (name, format!("{} characters", value.len())),
        "redirect_uri" => (name, value.split_off_origin()),
        _ => (name, value),
    });
    (form.collect(), header.map(|value| value.to_str().unwrap().to_owned()))
}

fn variables_client_id<'a>(variables: &[(&str, &'a str)]) -> &'a str {
    variables.iter().find(|(name, _)| *name == "OIDC_CLIENT_ID").map_or("app", |(_, id)| id)
}

trait SplitOffOrigin {
    fn split_off_origin(&self) -> String;
}

impl SplitOffOrigin for String {
    /// The path of a URL whose port differs between runs.
    fn split_off_origin(&self) -> String {
        url::Url::parse(self).unwrap().path().to_owned()
    }
}

#[tokio::test]
async fn secret_is_sent_in_the_form_by_default() {
    let (form, header) = form_with(&[]).await;
    insta::assert_json_snapshot!(form, @r#"
    [
      [
        "grant_type",
        "authorization_code"
      ],
      [
        "code",
        "ok"
      ],
      [
        "redirect_uri",
        "/st_auth/auth/callback"
      ],
      [
        "client_id",
        "app"
      ],
      [
        "client_secret",
        "s3cret"
      ],
      [
        "code_verifier",
        "43 characters"
      ]
    ]
    "#);
    assert_eq!(header, None);
}

#[tokio::test]
async fn secret_is_encoded_and_sent_in_the_header_when_configured() {
    let (form, header) = form_with(&[
        ("OIDC_CLIENT_AUTH", "client_secret_basic"),
        ("OIDC_CLIENT_ID", "a:b"),
        ("OIDC_CLIENT_SECRET", "p%/+ é"),
    ])
    .await;
    let names: Vec<&str> = form.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["grant_type", "code", "redirect_uri", "code_verifier"]);
    // base64 of "a%3Ab:p%25%2F%2B+%C3%A9"
    assert_eq!(header.unwrap(), "Basic YSUzQWI6cCUyNSUyRiUyQislQzMlQTk=");
}

#[tokio::test]
async fn public_client_sends_no_secret() {
    let (form, header) =
        form_with(&[("OIDC_CLIENT_AUTH", "none"), ("OIDC_CLIENT_SECRET", "")]).await;
    let names: Vec<&str> = form.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["grant_type", "code", "redirect_uri", "client_id", "code_verifier"]);
    assert_eq!(header, None);
}

#[tokio::test]
async fn oauth_errors_are_explained_in_the_apps_own_words() {
    for (error, status) in [
        ("invalid_grant", 400),
        ("invalid_client", 502),
        ("invalid_request", 502),
        ("unauthorized_client", 502),
        ("unsupported_grant_type", 502),
        ("invalid_scope", 502),
    ] {
        for http_status in [400, 401, 200] {
            let setup = Setup::new().await;
            let body = json!({"error": error, "error_description": "CANARY"});
            let answer = answer_at(&setup, |_| Reply::status(http_status, body)).await;
            assert_eq!((answer.status, answer.error_code()), (status, error));
            assert!(!answer.body.contains("CANARY"));
        }
    }
}

#[tokio::test]
async fn error_next_to_tokens_is_an_error() {
    refused(400, "invalid_grant", with("error", json!("invalid_grant"))).await;
}

#[tokio::test]
async fn null_does_not_count_as_an_error() {
    let answer = answer_at(&Setup::new().await, with("error", Value::Null)).await;
    assert_eq!(answer.status, 302);
}

#[tokio::test]
async fn only_status_200_is_accepted() {
    for status in [201, 203, 400, 404, 429, 500, 503] {
        refused(502, "provider_answer", |document| Reply::status(status, document)).await;
    }
    refused(502, "provider_answer", |_| Reply::text(204, "")).await;
}

#[tokio::test]
async fn redirects_are_not_followed() {
    for status in [301, 302, 303, 307, 308] {
        let canary = Stub::start().await;
        let location = format!("{}{TOKEN}", canary.issuer());
        refused(502, "provider_answer", |_| Reply::redirect(status, location)).await;
        assert!(canary.calls(TOKEN).is_empty());
    }
}

#[tokio::test]
async fn responses_that_are_not_objects_are_refused() {
    for body in ["", "<html>", "null", "\"text\"", "42", "{", "\u{feff}{}", "access_token=a", "[]"]
    {
        refused(502, "provider_answer", |_| Reply::text(200, body)).await;
    }
    refused(502, "provider_answer", |_| Reply::text(200, b"\x1f\x8b\x08".as_slice())).await;
    refused(502, "token_response", |_| Reply::Json(json!({}))).await;
    // The members of a good response as an array.
    refused(502, "provider_answer", |document| {
        let [access, id] = ["access_token", "id_token"].map(|name| document[name].clone());
        Reply::Json(json!([access, id, "Bearer", null, null]))
    })
    .await;
}

#[tokio::test]
async fn content_type_does_not_matter() {
    let answer = answer_at(&Setup::new().await, |document| {
        Reply::Raw(200, vec![("content-type", "text/html".into())], document.to_string().into())
    })
    .await;
    assert_eq!(answer.status, 302);
}

#[tokio::test]
async fn repeated_members_are_refused() {
    refused(502, "provider_answer", |document| {
        Reply::text(200, document.to_string().replacen('{', "{\"id_token\":\"x\",", 1))
    })
    .await;
}

#[tokio::test]
async fn missing_members_are_refused() {
    for member in ["access_token", "id_token", "token_type"] {
        refused(502, "token_response", with(member, Value::Null)).await;
        refused(502, "token_response", with(member, json!(""))).await;
        refused(502, "provider_answer", with(member, json!(42))).await;
    }
}

#[tokio::test]
async fn token_type_is_bearer_in_any_case() {
    for token_type in ["bearer", "BEARER", "bEARER"] {
        let answer = answer_at(&Setup::new().await, with("token_type", json!(token_type))).await;
        assert_eq!(answer.status, 302);
    }
    for token_type in ["mac", "DPoP", "N_A"] {
        let setup = Setup::new().await;
        let answer = answer_at(&setup, with("token_type", json!(token_type))).await;
        assert_eq!(answer.error_code(), "token_response");
        assert!(setup.stub.calls(USERINFO).is_empty());
    }
}

#[tokio::test]
async fn unused_members_may_have_any_type() {
    for (member, value) in [
        ("expires_in", json!("3600")),
        ("expires_in", json!(-1)),
        ("scope", json!(["openid"])),
        ("refresh_token", json!({})),
        ("unknown", json!({"nested": [null]})),
    ] {
        let answer = answer_at(&Setup::new().await, with(member, value)).await;
        assert_eq!(answer.status, 302);
    }
}

#[tokio::test]
async fn oversized_response_is_cut_off() {
    refused(502, "provider_answer", |mut document| {
        document["padding"] = "x".repeat(600 * 1024).into();
        Reply::Json(document)
    })
    .await;
    let padded = with("padding", "x".repeat(64 * 1024).into());
    assert_eq!(answer_at(&Setup::new().await, padded).await.status, 302);
}

#[tokio::test]
async fn missing_response_ends_in_a_timeout() {
    let setup = Setup::impatient(Stub::start().await).await;
    let answer = answer_at(&setup, |_| Reply::Hang).await;
    assert_eq!((answer.status, answer.error_code()), (504, "provider_timeout"));
}

#[tokio::test]
async fn unavailable_provider_is_reported_without_its_address() {
    let setup = Setup::new().await;
    let mut browser = setup.browser();
    let login = begin(&mut browser, "auth/login").await;
    let issuer = setup.stub.issuer();
    let Setup { stub, app, .. } = setup;
    stub.stop().await;
    let answer = callback(&mut browser, &login.response()).await;
    assert_eq!((answer.status, answer.error_code()), (502, "provider_unreachable"));
    assert!(!answer.body.contains(issuer.trim_start_matches("http://")), "{answer:#?}");
    app.stop().await;
}

#[tokio::test]
async fn unknown_error_counts_as_the_providers_fault() {
    for (status, error) in [(500, "server_error"), (429, "slow_down"), (400, "<b>weird</b>")] {
        refused(502, "unknown error", |_| Reply::status(status, json!({"error": error}))).await;
    }
}
