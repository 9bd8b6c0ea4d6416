//! `response_mode`: how the response reaches the client.

use crate::support::{Answer, Browser, CALLBACK, Parameters, start};

fn request(mode: &str) -> Parameters {
    Parameters::authorization().with("response_mode", mode)
}

/// The fields that a form would post to the client.
#[track_caller]
fn posted(answer: &Answer) -> Vec<(String, String)> {
    answer.expect_page(200, "Returning to the application");
    let action = format!("<form method=\"post\" action=\"{CALLBACK}\">");
    assert!(answer.body.contains(&action), "{}", answer.body);
    answer.hidden_fields()
}

fn names(fields: &[(String, String)]) -> Vec<&str> {
    fields.iter().map(|(name, _)| name.as_str()).collect()
}

#[tokio::test]
async fn query_can_be_requested_explicitly() {
    let provider = start().await;
    let received = Browser::new().log_in(&provider, request("query"), "alice").await.callback();
    assert!(received.contains_key("code"));
}

#[tokio::test]
async fn fragment_puts_response_and_error_after_the_hash() {
    let provider = start().await;
    let mut browser = Browser::new();
    let answer = browser.log_in(&provider, request("fragment"), "alice").await;
    let prefix = format!("{CALLBACK}#code=");
    assert!(answer.location().starts_with(&prefix), "{}", answer.location());
    assert!(answer.location().contains("&state=af0ifjsldkj&iss=http%3A%2F%2F127.0.0.1%3A"));

    let refused = browser.authorize(&provider, &request("fragment").with("scope", "email")).await;
    let prefix = format!("{CALLBACK}#error=invalid_scope&error_description=");
    assert!(refused.location().starts_with(&prefix), "{}", refused.location());
    assert!(refused.location().contains("&state=af0ifjsldkj&iss="));
}

#[tokio::test]
async fn form_post_posts_response_and_error() {
    let provider = start().await;
    let mut browser = Browser::new();
    let state = "a\"b<c>&'d";
    let request = request("form_post").with("state", state);
    let fields = posted(&browser.log_in(&provider, request.clone(), "alice").await);
    assert_eq!(names(&fields), ["code", "state", "iss"]);
    assert_eq!(fields[1].1, state);
    assert_eq!(fields[2].1, provider.issuer());

    let fields = posted(&browser.authorize(&provider, &request.with("scope", "email")).await);
    assert_eq!(names(&fields), ["error", "error_description", "state", "iss"]);
    assert_eq!(fields[0].1, "invalid_scope");
}

#[tokio::test]
async fn the_form_submits_itself_where_its_policy_allows_scripts_by_digest() {
    let provider = start().await;
    let answer = Browser::new().log_in(&provider, request("form_post"), "alice").await;
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("script-src 'sha256-"), "{policy}");
    assert!(!policy.contains("unsafe-inline"), "{policy}");
    assert!(answer.body.contains("<noscript>"), "the form also works without scripts");
}

#[tokio::test]
async fn an_unverified_client_gets_a_page_in_every_response_mode() {
    let provider = start().await;
    for mode in ["query", "fragment", "form_post"] {
        let answer =
            Browser::new().authorize(&provider, &request(mode).with("client_id", "x")).await;
        answer.expect_page(400, "no client is registered as `x`");
        assert!(!answer.body.contains(CALLBACK), "{}", answer.body);
    }
}

#[tokio::test]
async fn a_refusal_on_the_sign_in_page_uses_the_response_mode_too() {
    let provider = start().await;
    let mut browser = Browser::new();
    let page = browser.authorize(&provider, &request("form_post")).await;
    let answer = browser.decide(&page, &Parameters::none().with("decision", "deny")).await;
    assert_eq!(posted(&answer)[0], ("error".to_owned(), "access_denied".to_owned()));
}
