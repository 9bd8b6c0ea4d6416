//! Client authentication: `client_secret_basic`, `client_secret_post` and `none`.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use mock_provider::{AuthMethod, Client, MockProvider};
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};

use crate::support::{
    Answer, Browser, CALLBACK, Parameters, builder, code_for, last_refusal, start, url,
};

/// The token request of `shop` for a code, without credentials.
fn bare(code: &str) -> Parameters {
    Parameters::code(code).without("client_id").without("client_secret")
}

async fn token(provider: &MockProvider, header: &str, form: Parameters) -> Answer {
    let mut browser = Browser::new();
    let request = browser
        .request(Method::POST, &url(provider, "/token"))
        .header(AUTHORIZATION, header)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(form.encode());
    browser.send(request).await
}

fn basic(credentials: &str) -> String {
    format!("Basic {}", BASE64_STANDARD.encode(credentials))
}

/// A code for the client with this identifier.
async fn code(provider: &MockProvider, client: &str) -> String {
    code_for(provider, "alice", Parameters::authorization().with("client_id", client)).await
}

#[tokio::test]
async fn without_a_configured_method_basic_and_post_are_both_accepted() {
    let provider = start().await;
    let form = bare(&code(&provider, "shop").await);
    token(&provider, &basic("shop:s3cret"), form).await.expect(200);
    let form = Parameters::code(&code(&provider, "shop").await);
    Browser::new().token(&provider, form).await.expect(200);
}

#[tokio::test]
async fn the_scheme_is_not_case_sensitive_and_client_id_may_be_repeated_in_the_form() {
    let provider = start().await;
    let form = bare(&code(&provider, "shop").await).with("client_id", "shop");
    let header = basic("shop:s3cret").replace("Basic", "bAsIc");
    token(&provider, &header, form).await.expect(200);
}

#[tokio::test]
async fn basic_credentials_are_form_decoded() {
    let secret = "p:+% &=ü/";
    let provider = builder()
        .client(Client::new("my app:1").secret(secret).redirect_uri(CALLBACK))
        .start()
        .await;
    let encoded = "my+app%3A1:p%3A%2B%25+%26%3D%C3%BC%2F";
    let form = bare(&code(&provider, "my app:1").await);
    token(&provider, &basic(encoded), form).await.expect(200);
}

#[tokio::test]
async fn a_secret_that_was_not_encoded_is_refused_with_a_hint() {
    let provider =
        builder().client(Client::new("raw").secret("a+b%41").redirect_uri(CALLBACK)).start().await;
    token(&provider, &basic("raw:a+b%41"), bare("x")).await.expect_token_error(
        401,
        "invalid_client",
        "wrong client_secret for client `raw`; Basic credentials must be form-encoded (RFC 6749, \
         section 2.3.1)",
    );
}

#[tokio::test]
async fn only_the_configured_method_is_accepted() {
    let client = |id: &str, method| {
        Client::new(id).secret("s3cret").redirect_uri(CALLBACK).token_endpoint_auth_method(method)
    };
    let provider = builder()
        .client(client("basic", AuthMethod::ClientSecretBasic))
        .client(client("post", AuthMethod::ClientSecretPost))
        .start()
        .await;
    let posted = Parameters::code("x").with("client_id", "basic");
    Browser::new().token(&provider, posted).await.expect_token_error(
        401,
        "invalid_client",
        "client `basic` must authenticate by client_secret_basic, but used client_secret_post",
    );
    let answer = token(&provider, &basic("post:s3cret"), bare("x")).await;
    answer.expect_token_error(
        401,
        "invalid_client",
        "client `post` must authenticate by client_secret_post, but used client_secret_basic",
    );
    let form = bare(&code(&provider, "basic").await);
    token(&provider, &basic("basic:s3cret"), form).await.expect(200);
    let form = Parameters::code(&code(&provider, "post").await).with("client_id", "post");
    Browser::new().token(&provider, form).await.expect(200);
}

#[tokio::test]
async fn a_confidential_client_without_its_secret_is_refused() {
    let provider = start().await;
    let reason = "client `shop` must authenticate by client_secret_basic or client_secret_post, \
                  but used none";
    for form in [
        Parameters::code("x").without("client_secret"),
        Parameters::code("x").with("client_secret", ""),
    ] {
        let answer = Browser::new().token(&provider, form).await;
        answer.expect_token_error(401, "invalid_client", reason);
    }
}

#[tokio::test]
async fn a_public_client_that_sends_a_secret_is_refused() {
    let provider = start().await;
    let form = Parameters::code("x").of_spa().with("client_secret", "made-up");
    Browser::new().token(&provider, form).await.expect_token_error(
        401,
        "invalid_client",
        "client `spa` must authenticate by none, but used client_secret_post",
    );
}

#[tokio::test]
async fn wrong_credentials_are_refused_and_the_journal_names_the_check() {
    let provider = start().await;
    for (form, reason) in [
        (
            Parameters::code("x").with("client_secret", "S3cret"),
            "wrong client_secret for client `shop`",
        ),
        (Parameters::code("x").with("client_id", "shpo"), "no client is registered as `shpo`"),
        (
            Parameters::code("x").without("client_id"),
            "client_id is missing: it must be in the Authorization header or in the form",
        ),
        (
            Parameters::code("x").with("client_assertion", "e30.e30.x"),
            "client_assertion is not supported",
        ),
    ] {
        let answer = Browser::new().token(&provider, form).await;
        answer.expect_token_error(401, "invalid_client", reason);
        assert_eq!(last_refusal(&provider), ("invalid_client".to_owned(), reason.to_owned()));
    }
}

#[tokio::test]
async fn the_challenge_names_the_required_scheme() {
    let provider = start().await;
    let malformed = "the Authorization header must be `Basic` and the base64 of id:secret";
    for (header, reason) in [
        (basic("shop:wrong"), "wrong client_secret for client `shop`"),
        ("Bearer abc".into(), malformed),
        ("Basic".into(), malformed),
        ("Basic %%%".into(), malformed),
        (basic("no-colon"), malformed),
        (format!("Basic {}", BASE64_STANDARD.encode(b"shop:\xff\xfe")), malformed),
        (basic(":"), "no client is registered as ``"),
    ] {
        let answer = token(&provider, &header, bare("x")).await;
        answer.expect_token_error(401, "invalid_client", reason);
        assert_eq!(answer.header("www-authenticate"), "Basic realm=\"token\"");
    }
    // As in every response with status 401.
    let form = Parameters::code("x").with("client_secret", "wrong");
    let answer = Browser::new().token(&provider, form).await;
    assert_eq!(answer.expect(401).header("www-authenticate"), "Basic realm=\"token\"");
}

#[tokio::test]
async fn a_public_client_may_send_the_header_with_an_empty_secret() {
    let provider = MockProvider::start().await;
    let answer = token(&provider, &basic("demo-spa:"), bare("x")).await;
    answer.expect_token_error(400, "invalid_grant", "code is unknown, or expired long ago");
    let answer = token(&provider, &basic("demo-app:"), bare("x")).await;
    answer.expect_token_error(401, "invalid_client", "wrong client_secret for client `demo-app`");
}

#[tokio::test]
async fn a_refused_client_is_recorded_with_the_flow_of_its_code() {
    let provider = start().await;
    let mut browser = Browser::new();
    let received = browser.log_in(&provider, Parameters::authorization(), "alice").await.callback();
    let answer = token(&provider, &basic("shop:wrong"), bare(&received["code"])).await;
    answer.expect(401);
    let journal = provider.journal();
    let (login, refused) = (&journal[0], &journal[journal.len() - 1]);
    assert_eq!(refused.client.as_deref(), Some("shop"));
    assert!(refused.flow.is_some());
    assert_eq!(refused.flow, login.flow);
}

#[tokio::test]
async fn two_authentication_methods_at_once_are_refused() {
    let provider = start().await;
    token(&provider, &basic("shop:s3cret"), Parameters::code("x")).await.expect_token_error(
        400,
        "invalid_request",
        "credentials must be in the Authorization header or in the form, not in both",
    );
    let form = bare("x").with("client_id", "blog");
    token(&provider, &basic("shop:s3cret"), form).await.expect_token_error(
        400,
        "invalid_request",
        "client_id must be the same in the form and in the Authorization header",
    );
}
