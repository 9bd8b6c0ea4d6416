//! The sign-in page and `POST /sign-in`.

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;

use crate::support::{
    Answer, Browser, NOW, Parameters, builder, last_refusal, start, url, verified,
};

fn request() -> Parameters {
    Parameters::authorization()
}

fn as_user(subject: &str) -> Parameters {
    Parameters::none().with("decision", "sign-in").with("subject", subject)
}

/// A browser and the sign-in page in it.
async fn open_page(
    provider: &mock_provider::MockProvider,
    request: &Parameters,
) -> (Browser, Answer) {
    let mut browser = Browser::new();
    let page = browser.authorize(provider, request).await;
    page.expect_sign_in_page();
    (browser, page)
}

#[tokio::test]
async fn the_page_shows_client_scopes_and_users_with_their_groups() {
    let provider = start().await;
    let (_, page) = open_page(&provider, &request()).await;
    for text in [
        "Sign in to The Shop",
        "The client shop asks for:",
        "openid know who you are",
        "groups read the groups you belong to",
        "Alice Archer alice@example.org Groups: staff admins",
        "Disabled",
        "Any other subject",
        "Deny",
    ] {
        page.expect_page(200, text);
    }
    assert!(!page.body.contains("pass wörd"), "the page contains no password");
    assert!(page.header("content-security-policy").contains("frame-ancestors 'none'"));
    assert!(!page.headers.contains_key("set-cookie"), "no user is signed in yet");
}

#[tokio::test]
async fn deny_sends_access_denied_to_the_client() {
    let provider = start().await;
    let (mut browser, page) = open_page(&provider, &request()).await;
    let answer = browser.decide(&page, &Parameters::none().with("decision", "deny")).await;
    answer.expect_callback_error("access_denied", "the user pressed Deny");
    assert!(browser.cookies().is_empty());
    assert_eq!(last_refusal(&provider).1, "the user pressed Deny");
}

#[tokio::test]
async fn a_password_is_required_when_the_user_has_one() {
    let provider = start().await;
    let (mut browser, page) = open_page(&provider, &request()).await;
    for (fields, problem) in [
        (as_user("carol"), "Please enter the password."),
        (as_user("carol").with("password", ""), "Please enter the password."),
        (as_user("carol").with("password", "gu3ss"), "Wrong password."),
        (as_user("carol").with("password", "PASS WÖRD&1"), "Wrong password."),
    ] {
        let again = browser.decide(&page, &fields).await;
        again.expect_page(422, problem);
        assert_eq!(last_refusal(&provider), ("sign_in_refused".to_owned(), problem.to_owned()));
        assert!(browser.cookies().is_empty(), "no user is signed in");
        assert!(!again.body.contains("gu3ss"), "the password is not shown again");
    }
    // The page that is shown again works like the first one.
    let again = browser.decide(&page, &as_user("carol").with("password", "gu3ss")).await;
    let fields = as_user("carol").with("password", "pass wörd&1");
    assert!(browser.decide(&again, &fields).await.callback().contains_key("code"));
}

#[tokio::test]
async fn a_disabled_user_is_refused_at_the_client() {
    let provider = start().await;
    let (mut browser, page) = open_page(&provider, &request()).await;
    let answer = browser.sign_in(&page, "dave").await;
    answer.expect_callback_error("access_denied", "user `dave` is disabled");
    assert!(browser.cookies().is_empty(), "a refused user is not signed in");
    let exchange = provider.journal().pop().expect("the request was recorded");
    assert_eq!(exchange.user.as_deref(), Some("dave"));
}

#[tokio::test]
async fn a_user_is_refused_only_at_a_denied_client() {
    let provider = start().await;
    let (mut browser, page) = open_page(&provider, &request()).await;
    let answer = browser.sign_in(&page, "erin").await;
    answer.expect_callback_error("access_denied", "user `erin` may not use client `shop`");
    assert!(browser.cookies().is_empty());

    let elsewhere =
        request().with("client_id", "blog").with("redirect_uri", "https://blog.example/callback");
    let (mut browser, page) = open_page(&provider, &elsewhere).await;
    let answer = browser.sign_in(&page, "erin").await;
    assert!(answer.location().starts_with("https://blog.example/callback?code="));
}

#[tokio::test]
async fn another_subject_can_be_entered() {
    let provider = start().await;
    for (typed, subject) in [("zoe", "zoe"), ("  zoe@example.org ", "zoe@example.org")] {
        let (mut browser, page) = open_page(&provider, &request()).await;
        let received = browser.sign_in(&page, typed).await.callback();
        let tokens = browser.token(&provider, Parameters::code(&received["code"])).await.json();
        let claims = verified(&provider, &tokens, "shop").await;
        assert_eq!(claims["sub"], subject);
        assert_eq!(claims["groups"], serde_json::json!([]));
    }
}

#[tokio::test]
async fn an_entered_subject_must_be_a_valid_sub_claim() {
    let provider = start().await;
    let long = "s".repeat(256);
    let (mut browser, page) = open_page(&provider, &request()).await;
    for subject in ["zoë", "a\nb", &long] {
        let answer = browser.sign_in(&page, subject).await;
        answer.expect_page(
            422,
            "A subject must have at most 255 ASCII characters and no control characters.",
        );
    }
    browser.sign_in(&page, "").await.expect_page(422, "Please choose or enter a user.");
    browser.sign_in(&page, &long[1..]).await.callback();
}

#[tokio::test]
async fn other_subjects_are_refused_when_only_configured_users_may_sign_in() {
    let provider = builder().settings(|settings| settings.any_subject = false).start().await;
    let (mut browser, page) = open_page(&provider, &request()).await;
    assert!(!page.text().contains("Any other subject"));
    browser.sign_in(&page, "zoe").await.expect_page(422, "There is no such user.");
    browser.sign_in(&page, "bob").await.callback();
}

fn choosing(failure: &str) -> Parameters {
    Parameters::none().with("decision", "choose-failure").with("failure", failure)
}

/// The claims of the ID token for a code.
async fn claims(provider: &mock_provider::MockProvider, callback: &Answer) -> serde_json::Value {
    let code = &callback.callback()["code"];
    let tokens = Browser::new().token(provider, Parameters::code(code)).await.json();
    verified(provider, &tokens, "shop").await
}

#[tokio::test]
async fn the_failure_picker_opens_on_request() {
    let provider = start().await;
    let (mut browser, page) = open_page(&provider, &request()).await;
    assert!(page.text().contains("Make this login fail"), "{}", page.text());
    assert!(!page.body.contains("id-token-exp-invalid"));
    let asked = Parameters::none().with("decision", "choose-failure");
    let opened = browser.decide(&page, &asked).await;
    opened.expect(200);
    assert!(opened.body.contains(r#"<option value="id-token-exp-invalid">"#), "{}", opened.body);
    assert!(!opened.text().contains("This login will fail"), "{}", opened.text());
    let callback = browser.sign_in(&opened, "alice").await;
    assert!(claims(&provider, &callback).await["exp"].as_i64() > Some(0));
}

#[tokio::test]
async fn a_chosen_failure_affects_only_this_login() {
    let provider = start().await;
    let (mut browser, page) = open_page(&provider, &request()).await;
    let chosen = browser.decide(&page, &choosing(" id-token-exp-invalid:value=0 ")).await;
    chosen.expect_page(200, "This login will fail: id-token-exp-invalid:value=0");
    let callback = browser.sign_in(&chosen, "alice").await;
    let other = Browser::new().log_in(&provider, request(), "alice").await;
    assert_ne!(claims(&provider, &other).await["exp"], 0, "another login is not affected");
    assert_eq!(claims(&provider, &callback).await["exp"], 0);
}

#[tokio::test]
async fn a_chosen_failure_can_be_replaced_or_cleared() {
    let provider = start().await;
    let (mut browser, page) = open_page(&provider, &request()).await;
    let chosen = browser.decide(&page, &choosing("id-token-exp-invalid:value=0")).await;
    let chosen = browser.decide(&chosen, &choosing("id-token-exp-invalid:value=-1d")).await;
    let callback = browser.sign_in(&chosen, "alice").await;
    assert_eq!(claims(&provider, &callback).await["exp"], NOW - 86_400);

    let (mut browser, page) = open_page(&provider, &request().with("prompt", "login")).await;
    let chosen = browser.decide(&page, &choosing("id-token-exp-invalid:value=0")).await;
    let none = browser.decide(&chosen, &choosing("")).await;
    assert!(!none.text().contains("This login will fail"), "{}", none.text());
    let callback = browser.sign_in(&none, "alice").await;
    assert!(claims(&provider, &callback).await["exp"].as_i64() > Some(0));
}

#[tokio::test]
async fn a_chosen_failure_survives_a_wrong_password_and_is_armed_once() {
    let provider = start().await;
    let (mut browser, page) = open_page(&provider, &request()).await;
    let chosen = browser.decide(&page, &choosing("id-token-exp-invalid:value=0")).await;
    let wrong = browser.decide(&chosen, &as_user("carol").with("password", "gu3ss")).await;
    wrong.expect_page(422, "This login will fail: id-token-exp-invalid:value=0");
    let fields = as_user("carol").with("password", "pass wörd&1");
    browser.decide(&wrong, &fields).await.location();
    let callback = browser.decide(&wrong, &fields).await;
    assert_eq!(claims(&provider, &callback).await["exp"], 0);
    let journal = provider.journal();
    let altered: Vec<_> = journal.iter().flat_map(|exchange| &exchange.alterations).collect();
    assert_eq!(altered.len(), 1, "{altered:?}");
}

#[tokio::test]
async fn a_chosen_failure_fires_as_often_as_its_count_says() {
    let provider = start().await;
    let (mut browser, page) = open_page(&provider, &request()).await;
    let chosen = browser.decide(&page, &choosing("token-http-error:count=1")).await;
    let callback = browser.sign_in(&chosen, "alice").await;
    let code = callback.callback()["code"].clone();
    let mut client = Browser::new();
    client.token(&provider, Parameters::code(&code)).await.expect(503);
    client.token(&provider, Parameters::code(&code)).await.expect(400);
}

#[tokio::test]
async fn a_chosen_failure_ends_after_an_hour() {
    let hours = |hours: u64| std::time::Duration::from_secs(hours * 3600);
    let provider = builder().settings(|settings| settings.code_lifetime = hours(2)).start().await;
    let (mut browser, page) = open_page(&provider, &request()).await;
    let chosen = browser.decide(&page, &choosing("id-token-exp-invalid:value=0")).await;
    let callback = browser.sign_in(&chosen, "alice").await;
    provider.clock().advance(hours(1));
    assert_ne!(claims(&provider, &callback).await["exp"], 0);
}

#[tokio::test]
async fn an_unknown_failure_is_reported_on_the_page_with_the_nearest_name() {
    let provider = start().await;
    let (mut browser, page) = open_page(&provider, &request()).await;
    for fields in [
        choosing("id-token-exp-invald"),
        // From a form that was tampered with.
        as_user("alice").with("failure", "id-token-exp-invald"),
    ] {
        let received = browser.decide(&page, &fields).await;
        received.expect_page(422, "did you mean `id-token-exp-invalid`?");
        assert!(browser.cookies().is_empty(), "no user is signed in");
        assert_eq!(last_refusal(&provider).0, "sign_in_refused");
    }
}

#[tokio::test]
async fn a_failure_that_names_another_flow_is_refused_on_the_page() {
    let provider = start().await;
    let (mut browser, page) = open_page(&provider, &request()).await;
    for selector in ["issuer=other", "flow=zzz"] {
        let fields = as_user("alice").with("failure", &format!("id-token-alg-none@{selector}"));
        let received = browser.decide(&page, &fields).await;
        received.expect_page(
            422,
            "a failure chosen here is for this login alone: leave out `issuer` and `flow`",
        );
    }
}

/// Posts the form of the page with an additional header, as browsers send it.
async fn posted(
    provider: &mock_provider::MockProvider,
    browser: &mut Browser,
    page: &Answer,
    (name, value): (&str, &str),
) -> Answer {
    let hidden = page.hidden_fields();
    let form = hidden.iter().fold(as_user("alice"), |form, (name, value)| form.with(name, value));
    let post = browser
        .request(Method::POST, &url(provider, "/sign-in"))
        .header(name, value)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(form.encode());
    browser.send(post).await
}

#[tokio::test]
async fn a_form_posted_by_another_site_is_refused() {
    let provider = start().await;
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "http://127.0.0.1:1"),
        ("origin", "null"),
    ] {
        let (mut browser, page) = open_page(&provider, &request()).await;
        let answer = posted(&provider, &mut browser, &page, (name, value)).await;
        answer.expect(403);
        assert_eq!(answer.body, "the sign-in form was sent by a page of another origin\n");
        assert!(browser.cookies().is_empty());
        assert_eq!(last_refusal(&provider).0, "cross_origin");
    }
}

#[tokio::test]
async fn a_form_posted_by_the_page_itself_is_accepted_under_every_name_of_its_origin() {
    let proxied = "https://proxied.example";
    let provider = builder().settings(|it| it.issuer_url = Some(proxied.into())).start().await;
    let listens = format!("http://{}", provider.address());
    for origin in [&listens, proxied] {
        let (mut browser, page) = open_page(&provider, &request()).await;
        posted(&provider, &mut browser, &page, ("origin", origin)).await.expect(303);
    }
}

#[tokio::test]
async fn a_form_with_a_forged_request_is_checked_like_the_request_itself() {
    let provider = start().await;
    let forged = |request: Parameters| as_user("alice").with("request", &request.encode());
    let post =
        async |form: Parameters| Browser::new().post(&url(&provider, "/sign-in"), &form).await;
    post(forged(request().with("redirect_uri", "https://evil.example/")))
        .await
        .expect_page(400, "is not registered for client `shop`");
    post(forged(request().with("client_id", "x")))
        .await
        .expect_page(400, "no client is registered");
    post(as_user("alice")).await.expect_page(400, "client_id is missing");
    post(forged(request().with("scope", "email")))
        .await
        .expect_callback_error("invalid_scope", "scope must contain `openid`, but is `email`");
}

#[tokio::test]
async fn a_page_left_open_during_a_restart_still_works() {
    let provider = start().await;
    let (mut browser, page) = open_page(&provider, &request()).await;
    provider.suspend().await;
    provider.resume().await.expect("the address is still free");
    browser.sign_in(&page, "alice").await.callback();
}

#[tokio::test]
async fn the_session_cookie_is_http_only_and_same_site() {
    let provider = start().await;
    let (mut browser, page) = open_page(&provider, &request()).await;
    let answer = browser.sign_in(&page, "alice").await;
    let cookie = answer.header("set-cookie");
    let (pair, attributes) = cookie.split_once("; ").expect("the cookie has attributes");
    let port = provider.address().port();
    assert!(pair.starts_with(&format!("mock_provider_session_{port}=")), "{cookie}");
    let mut attributes: Vec<_> = attributes.split("; ").collect();
    attributes.sort_unstable();
    assert_eq!(attributes, ["HttpOnly", "Path=/", "SameSite=Lax"]);
}

#[tokio::test]
async fn the_session_cookie_of_an_https_issuer_is_secure_and_works_in_frames() {
    let provider = builder()
        .settings(|settings| settings.issuer_url = Some("https://issuer.example".into()))
        .start()
        .await;
    let (mut browser, page) = open_page(&provider, &request()).await;
    let answer = browser.sign_in(&page, "alice").await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.contains("; Secure") && cookie.contains("; SameSite=None"), "{cookie}");
}
