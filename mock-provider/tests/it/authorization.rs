//! `GET` and `POST /authorize`: which requests are accepted, and why others are refused.

use mock_provider::Client;

use crate::support::{
    Browser, CALLBACK, CHALLENGE, Parameters, VERIFIER, builder, last_refusal, start, url, verified,
};

fn request() -> Parameters {
    Parameters::authorization()
}

#[tokio::test]
async fn a_login_ends_with_code_state_and_issuer_at_the_client() {
    let provider = start().await;
    let received = Browser::new().log_in(&provider, request(), "alice").await.callback();
    let names: Vec<_> = received.keys().map(String::as_str).collect();
    assert_eq!(names, ["code", "iss", "state"]);
    assert_eq!(received["state"], "af0ifjsldkj");
    assert_eq!(received["iss"], provider.issuer());
    assert_eq!(received["code"].len(), 43, "256 bits in base64url");
}

#[tokio::test]
async fn a_request_can_be_a_form() {
    let provider = start().await;
    let mut browser = Browser::new();
    let page = browser.post(&url(&provider, "/authorize"), &request()).await;
    page.expect_sign_in_page();
    let received = browser.sign_in(&page, "alice").await.callback();
    assert!(received.contains_key("code"));
}

#[tokio::test]
async fn until_client_and_redirect_uri_are_verified_an_error_is_a_page() {
    let provider = start().await;
    let evil = "https://evil.example/callback";
    let cases = [
        (request().without("client_id"), "client_id is missing".to_owned()),
        (request().with("client_id", ""), "client_id is missing".into()),
        (request().with("client_id", "shpo"), "no client is registered as `shpo`".into()),
        (
            request().with_another("client_id", "shop"),
            "parameter `client_id` must not be sent more than once".into(),
        ),
        (request().without("redirect_uri"), "redirect_uri is missing".into()),
        (
            request().with("redirect_uri", evil),
            format!("redirect_uri `{evil}` is not registered for client `shop`"),
        ),
        (
            request().with("redirect_uri", "https://shop.example/callback/"),
            "redirect_uri `https://shop.example/callback/` is not registered for client `shop`"
                .into(),
        ),
        (
            request().with("redirect_uri", "https://shop.example/callback#x"),
            "redirect_uri `https://shop.example/callback#x` is not registered for client `shop`"
                .into(),
        ),
        (
            request().with_another("redirect_uri", CALLBACK),
            "parameter `redirect_uri` must not be sent more than once".into(),
        ),
        // Of another client.
        (
            request().with("redirect_uri", "https://blog.example/callback"),
            "redirect_uri `https://blog.example/callback` is not registered for client `shop`"
                .into(),
        ),
    ];
    for (request, reason) in cases {
        let answer = Browser::new().authorize(&provider, &request).await;
        answer.expect_page(400, &reason);
        assert!(answer.headers.get("set-cookie").is_none());
        assert_eq!(last_refusal(&provider), ("invalid_request".to_owned(), reason));
    }
}

#[tokio::test]
async fn the_page_for_an_unregistered_redirect_uri_shows_the_sent_and_the_registered_ones() {
    let provider = start().await;
    let request = request().with("redirect_uri", "https://shop.example/calback?<script>");
    let page = Browser::new().authorize(&provider, &request).await;
    page.expect_page(400, "Sent https://shop.example/calback?<script>");
    page.expect_page(400, "Registered https://shop.example/callback");
    assert!(!page.body.contains("<script>"), "the sent value is escaped");
    insta::assert_snapshot!(page.text());
}

#[tokio::test]
async fn every_other_refusal_goes_to_the_client_with_code_and_description() {
    let provider = start().await;
    let cases = [
        (request().without("response_type"), "invalid_request", "response_type is missing"),
        (
            request().with("response_type", "none"),
            "unsupported_response_type",
            "response_type must be `code`, got `none`",
        ),
        (
            request().without("scope"),
            "invalid_scope",
            "scope must contain `openid`, but is missing",
        ),
        (
            request().with("scope", "email profile"),
            "invalid_scope",
            "scope must contain `openid`, but is `email profile`",
        ),
        (
            request().with("scope", "OpenID"),
            "invalid_scope",
            "scope must contain `openid`, but is `OpenID`",
        ),
        (
            request().with("response_mode", "pigeon"),
            "invalid_request",
            "response_mode must be one of query, fragment, form_post, not `pigeon`",
        ),
        (
            request().with("prompt", "none login"),
            "invalid_request",
            "prompt `none` must not be combined with other values, got `none login`",
        ),
        (
            request().with("prompt", "create"),
            "invalid_request",
            "prompt must be one of none, login, consent, select_account, not `create`",
        ),
        (
            request().with("max_age", "1h"),
            "invalid_request",
            "max_age must be a number of seconds, got `1h`",
        ),
        (
            request().with("max_age", "-1"),
            "invalid_request",
            "max_age must be a number of seconds, got `-1`",
        ),
        (
            request().with("request", "e30.e30."),
            "request_not_supported",
            "parameter `request` is not supported",
        ),
        (
            request().with("request_uri", "https://shop.example/request"),
            "request_uri_not_supported",
            "parameter `request_uri` is not supported",
        ),
        (
            request().with("registration", "{}"),
            "registration_not_supported",
            "parameter `registration` is not supported",
        ),
        (
            request().without("code_challenge"),
            "invalid_request",
            "code_challenge_method requires a code_challenge",
        ),
        (
            request().with("code_challenge", "short"),
            "invalid_request",
            "code_challenge must be 43 characters for S256, not 5",
        ),
        (
            request().with("code_challenge", &CHALLENGE.replace('-', "+")),
            "invalid_request",
            "code_challenge must not contain `+`",
        ),
        (
            request().with("code_challenge_method", "s256"),
            "invalid_request",
            "code_challenge_method must be S256 or plain, not `s256`",
        ),
        (
            request().with_another("nonce", "other"),
            "invalid_request",
            "parameter `nonce` must not be sent more than once",
        ),
        (
            request().with("display", "page").with_another("display", "popup"),
            "invalid_request",
            "parameter `display` must not be sent more than once",
        ),
        (
            request().with("prompt", "none"),
            "login_required",
            "prompt is `none`, but no user is signed in",
        ),
    ];
    for (request, error, description) in cases {
        let answer = Browser::new().authorize(&provider, &request).await;
        answer.expect_callback_error(error, description);
        assert_eq!(last_refusal(&provider), (error.to_owned(), description.to_owned()));
    }
}

#[tokio::test]
async fn a_description_contains_only_permitted_characters() {
    let provider = start().await;
    let request = request().with("response_type", "\"c\\öde\"\r\nx: y");
    Browser::new().authorize(&provider, &request).await.expect_callback_error(
        "unsupported_response_type",
        "response_type must be `code`, got `?c??de???x: y`",
    );
}

#[tokio::test]
async fn state_is_returned_exactly_as_it_was_sent() {
    let provider = start().await;
    let long = "0123456789abcdef".repeat(1_000);
    let unicode = "grüße-日本語-🦀";
    for state in ["a b+c&d=e%20f", unicode, "\"'<>\\`{}|^\r\n\t\0", "%", "%zz", " ", &long] {
        let request = request().with("state", state);
        let mut browser = Browser::new();
        let received = browser.log_in(&provider, request.clone(), "alice").await.callback();
        assert_eq!(received["state"], state);
        // Also in an error response without a sign-in page.
        let refused =
            browser.authorize(&provider, &request.with("scope", "email")).await.callback();
        assert_eq!((&*refused["error"], &*refused["state"]), ("invalid_scope", state));
    }
}

#[tokio::test]
async fn without_state_none_is_returned() {
    let provider = start().await;
    for request in [request().without("state"), request().with("state", "")] {
        let received = Browser::new().log_in(&provider, request, "alice").await.callback();
        assert!(!received.contains_key("state"), "{received:?}");
    }
}

#[tokio::test]
async fn a_redirect_uri_keeps_its_own_query() {
    let provider = start().await;
    let request = request().with("redirect_uri", "https://shop.example/callback?tenant=1");
    let received = Browser::new().log_in(&provider, request.clone(), "alice").await.callback();
    assert_eq!(received["tenant"], "1");
    assert!(received.contains_key("code"));
    let refused = Browser::new().authorize(&provider, &request.with("scope", "x")).await.callback();
    assert_eq!((&*refused["tenant"], &*refused["error"]), ("1", "invalid_scope"));
}

#[tokio::test]
async fn unknown_parameters_and_unknown_or_repeated_scopes_are_ignored() {
    let provider = start().await;
    let request = request()
        .with("scope", "openid calendar email  teleport email")
        .with("ui_locales", "de")
        .with("claims", "{}")
        .with("resource", "https://a.example")
        .with_another("resource", "https://b.example")
        .with("colour", "blue");
    let received = Browser::new().log_in(&provider, request, "alice").await.callback();
    let tokens = Browser::new().token(&provider, Parameters::code(&received["code"])).await;
    assert_eq!(tokens.expect(200).json()["scope"], "openid email");
}

#[tokio::test]
async fn nonce_and_pkce_are_optional_for_a_confidential_client() {
    let provider = start().await;
    let request =
        request().without("nonce").without("code_challenge").without("code_challenge_method");
    let received = Browser::new().log_in(&provider, request, "alice").await.callback();
    let form = Parameters::code(&received["code"]).without("code_verifier");
    let tokens = Browser::new().token(&provider, form).await.expect(200).json();
    let claims = verified(&provider, &tokens, "shop").await;
    assert!(claims.get("nonce").is_none(), "{claims}");
}

#[tokio::test]
async fn nonce_and_pkce_are_required_if_the_client_is_configured_to_send_them() {
    let provider = builder()
        .client(
            Client::new("strict")
                .secret("x")
                .require_nonce()
                .require_pkce(true)
                .redirect_uri(CALLBACK),
        )
        .start()
        .await;
    let request = request().with("client_id", "strict");
    Browser::new().authorize(&provider, &request).await.expect_sign_in_page();
    let no_nonce = request.clone().without("nonce");
    Browser::new().authorize(&provider, &no_nonce).await.expect_callback_error(
        "invalid_request",
        "nonce is missing, but client `strict` must send it",
    );
    let no_pkce = request.without("code_challenge").without("code_challenge_method");
    Browser::new().authorize(&provider, &no_pkce).await.expect_callback_error(
        "invalid_request",
        "code_challenge is missing, but client `strict` must send it",
    );
}

#[tokio::test]
async fn a_public_client_must_send_a_code_challenge_unless_configured_otherwise() {
    let provider = builder()
        .client(Client::new("loose").require_pkce(false).redirect_uri(CALLBACK))
        .client(Client::new("tight").redirect_uri(CALLBACK))
        .start()
        .await;
    let request = request().without("code_challenge").without("code_challenge_method");
    let tight = request.clone().with("client_id", "tight");
    Browser::new().authorize(&provider, &tight).await.expect_callback_error(
        "invalid_request",
        "code_challenge is missing, but client `tight` must send it",
    );
    let loose = request.with("client_id", "loose");
    Browser::new().authorize(&provider, &loose).await.expect_sign_in_page();
}

#[tokio::test]
async fn the_plain_challenge_method_is_the_default() {
    let provider = start().await;
    let request = request().with("code_challenge", VERIFIER).without("code_challenge_method");
    let received = Browser::new().log_in(&provider, request, "alice").await.callback();
    Browser::new().token(&provider, Parameters::code(&received["code"])).await.expect(200);
}

#[tokio::test]
async fn responses_are_not_cached_and_send_no_referrer() {
    let provider = start().await;
    let mut browser = Browser::new();
    let page = browser.authorize(&provider, &request()).await;
    let callback = browser.sign_in(&page, "alice").await;
    let error = browser.authorize(&provider, &request().with("client_id", "unknown")).await;
    // Pages may send their origin, because their forms need one.
    for (answer, policy) in
        [(page, "strict-origin"), (callback, "no-referrer"), (error, "strict-origin")]
    {
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("referrer-policy"), policy);
    }
}
