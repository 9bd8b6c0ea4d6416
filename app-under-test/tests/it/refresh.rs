//! Sessions with a refresh token, and sessions without one.

use reqwest::Method;
use serde_json::{Value, json};

use crate::browser::{Answer, Browser};
use crate::setup::{NOW, Setup, begin, callback};
use crate::stub::{DISCOVERY, Reply, Stub, TOKEN, USERINFO};
use crate::token::{IdToken, Key};

const OFFLINE: (&str, &str) = ("OIDC_SCOPE", "openid offline_access");

/// A user who signed in with these claims and these members in the token response.
async fn signed_in(setup: &Setup, members: Value, claims: Value) -> Browser {
    let mut browser = setup.browser();
    let login = begin(&mut browser, "auth/login").await;
    let mut token = setup.id_token(&login);
    extend(&mut token.claims, claims);
    setup.grant(&token);
    setup.stub.edit(TOKEN, |document| {
        extend(document, json!({"refresh_token": "first", "expires_in": 300}));
        extend(document, members);
    });
    let answer = callback(&mut browser, &login.response()).await;
    assert_eq!(answer.status, 302, "{answer:#?}");
    browser
}

/// An app that refreshes, and a user whose access token expires after five minutes.
async fn offline() -> (Setup, Browser) {
    let setup = Setup::with(&[OFFLINE]).await;
    let browser = signed_in(&setup, json!({}), json!({})).await;
    (setup, browser)
}

/// Sets members; null removes them.
fn extend(document: &mut Value, members: Value) {
    let document = document.as_object_mut().unwrap();
    for (name, value) in members.as_object().unwrap() {
        document.insert(name.clone(), value.clone());
    }
    document.retain(|_, value| !value.is_null());
}

/// An honest ID token of a refresh, without a nonce.
fn id_token(setup: &Setup) -> IdToken {
    let mut token = IdToken::honest(&setup.stub.issuer(), "", setup.clock.now().as_second());
    extend(&mut token.claims, json!({"nonce": null}));
    token
}

/// An honest response to a refresh, with changed members.
fn refreshed(setup: &Setup, members: Value) -> Reply {
    let mut document = json!({
        "access_token": "another-access-token",
        "token_type": "Bearer",
        "expires_in": 300,
        "refresh_token": "second",
        "id_token": id_token(setup).sign(),
    });
    extend(&mut document, members);
    Reply::Json(document)
}

/// The refresh tokens that were used so far.
fn used(setup: &Setup) -> Vec<String> {
    let forms = setup.stub.calls(TOKEN).into_iter().flat_map(|call| call.form());
    forms.filter(|(name, _)| name == "refresh_token").map(|(_, token)| token).collect()
}

fn is_welcome(answer: &Answer) -> bool {
    answer.status == 200 && answer.body.contains("Welcome")
}

#[tokio::test]
async fn tokens_are_refreshed_shortly_before_they_expire() {
    let (setup, mut browser) = offline().await;
    setup.advance(269);
    assert!(is_welcome(&browser.get("").await));
    assert!(used(&setup).is_empty());
    setup.advance(1);
    setup.stub.reply(TOKEN, refreshed(&setup, json!({})));
    assert!(is_welcome(&browser.get("").await));
    let form = setup.stub.calls(TOKEN).pop().unwrap().form();
    let form: Vec<(&str, &str)> = form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert_eq!(
        form,
        [
            ("grant_type", "refresh_token"),
            ("refresh_token", "first"),
            ("client_id", "app"),
            ("client_secret", "s3cret"),
        ]
    );
    // Valid for another five minutes.
    setup.advance(269);
    assert!(is_welcome(&browser.get("").await));
    assert_eq!(used(&setup), ["first"]);
}

#[tokio::test]
async fn consent_is_requested_with_offline_access() {
    let setup = Setup::with(&[OFFLINE]).await;
    let login = begin(&mut setup.browser(), "auth/login").await;
    assert_eq!(login.parameter("prompt"), "consent");
    let login = begin(&mut setup.browser(), "auth/login?prompt=select_account").await;
    assert_eq!(login.parameter("prompt"), "select_account consent");
}

#[tokio::test]
async fn unrequested_refresh_token_is_not_used() {
    let setup = Setup::new().await;
    let mut browser = signed_in(&setup, json!({}), json!({})).await;
    setup.advance(600);
    assert!(is_welcome(&browser.get("").await));
    assert!(used(&setup).is_empty());
}

#[tokio::test]
async fn session_without_a_refresh_token_ends_with_its_id_token() {
    let setup = Setup::with(&[OFFLINE]).await;
    for nothing in [json!(null), json!(""), json!(1), json!({})] {
        let exp = setup.clock.now().as_second() + 300;
        let members = json!({"refresh_token": nothing});
        let mut browser = signed_in(&setup, members, json!({"exp": exp})).await;
        setup.advance(359);
        assert!(is_welcome(&browser.get("").await));
        setup.advance(1);
        assert!(browser.get("").await.body.contains("Please log in"));
        assert!(used(&setup).is_empty());
    }
}

#[tokio::test]
async fn new_refresh_token_replaces_the_old_one() {
    let (setup, mut browser) = offline().await;
    for (replaced_by, expected) in [
        (json!("second"), "first"),
        (json!(null), "second"),
        (json!(""), "second"),
        (json!("second"), "second"),
        (json!("third"), "second"),
        (json!("fourth"), "third"),
    ] {
        setup.advance(290);
        setup.stub.reply(TOKEN, refreshed(&setup, json!({"refresh_token": replaced_by})));
        assert!(is_welcome(&browser.get("").await));
        assert_eq!(used(&setup).pop().unwrap(), expected);
    }
    assert_eq!(used(&setup).len(), 6);
}

#[tokio::test]
async fn refreshes_continue_the_session_until_its_absolute_limit() {
    let (setup, mut browser) = offline().await;
    for _ in 0..20 {
        setup.advance(1200);
        setup.stub.reply(TOKEN, refreshed(&setup, json!({})));
        assert!(is_welcome(&browser.get("").await));
    }
    // Eight hours after the login it ends, even though it is in use.
    setup.advance(8 * 3600 - 20 * 1200);
    assert!(browser.get("").await.body.contains("Please log in"));
}

#[tokio::test]
async fn parallel_requests_share_one_refresh() {
    let (setup, mut browser) = offline().await;
    setup.advance(300);
    let revoked = Reply::status(400, json!({"error": "invalid_grant"}));
    setup.stub.replies(TOKEN, [refreshed(&setup, json!({})), revoked]);
    let answers = parallel(&browser, 10).await;
    assert!(answers.iter().all(is_welcome), "{answers:#?}");
    assert_eq!(used(&setup), ["first"]);
    assert!(is_welcome(&browser.get("").await));
}

#[tokio::test]
async fn parallel_requests_share_one_refusal() {
    let (setup, browser) = offline().await;
    setup.advance(300);
    setup.stub.reply(TOKEN, Reply::status(400, json!({"error": "invalid_grant"})));
    for answer in parallel(&browser, 10).await {
        assert_eq!(answer.text("session-ended"), "The sign-in service has ended your session.");
    }
    assert_eq!(used(&setup).len(), 1);
}

#[tokio::test]
async fn parallel_requests_share_one_failure() {
    let (setup, browser) = offline().await;
    setup.advance(300);
    setup.stub.reply(TOKEN, Reply::status(503, json!({})));
    assert!(parallel(&browser, 10).await.iter().all(is_welcome));
    assert_eq!(used(&setup).len(), 1);
}

/// The same page, requested by the same browser many times in parallel.
async fn parallel(browser: &Browser, times: usize) -> Vec<Answer> {
    let requests = (0..times).map(|_| {
        let mut tab = browser.copy();
        tokio::spawn(async move { tab.get("").await })
    });
    let requests: Vec<_> = requests.collect();
    let mut answers = Vec::new();
    for request in requests {
        answers.push(request.await.unwrap());
    }
    answers
}

#[tokio::test]
async fn refresh_continues_when_its_request_is_cancelled() {
    let setup = Setup::with(&[OFFLINE]).await;
    let mut browser = signed_in(&setup, json!({}), json!({})).await;
    setup.advance(300);
    let (reply, release) = Reply::held(refreshed(&setup, json!({})));
    setup.stub.reply(TOKEN, reply);
    let mut tab = browser.copy();
    let request = tokio::spawn(async move { tab.get("").await });
    setup.stub.called(TOKEN, 2).await;
    // The user closes the tab; by now the refresh token has been used.
    request.abort();
    assert!(request.await.unwrap_err().is_cancelled());
    release.notify_one();
    setup.stub.reply(TOKEN, Reply::status(400, json!({"error": "invalid_grant"})));
    assert!(is_welcome(&browser.get("").await));
    assert_eq!(used(&setup), ["first"]);
}

#[tokio::test]
async fn unusual_lifetimes_do_not_cause_constant_refreshes() {
    let odd = [
        json!(null),
        json!("3600"),
        json!(3600.5),
        json!(0),
        json!(1),
        json!(-1),
        json!(9_223_372_036_854_775_808_u64),
    ];
    for expires_in in odd {
        let setup = Setup::with(&[OFFLINE]).await;
        let members = json!({"expires_in": expires_in});
        let mut browser = signed_in(&setup, members.clone(), json!({})).await;
        for _ in 0..30 {
            setup.stub.reply(TOKEN, refreshed(&setup, members.clone()));
            for _ in 0..3 {
                assert!(is_welcome(&browser.get("").await), "{expires_in}");
            }
            setup.advance(1);
        }
        let refreshes = used(&setup).len();
        let expected = if [json!(0), json!(1)].contains(&expires_in) { 2 } else { 0 };
        assert_eq!(refreshes, expected, "{expires_in}");
    }
}

#[tokio::test]
async fn short_lived_id_token_is_renewed_before_a_long_lived_access_token() {
    let setup = Setup::with(&[OFFLINE]).await;
    let members = json!({"expires_in": 86_400});
    let mut browser = signed_in(&setup, members, json!({"exp": NOW + 120})).await;
    setup.advance(149);
    assert!(is_welcome(&browser.get("").await));
    assert!(used(&setup).is_empty());
    setup.advance(1);
    // As short-lived as the first.
    for (pause, expected) in [(0, 1), (149, 1), (1, 2)] {
        setup.advance(pause);
        let mut token = id_token(&setup);
        extend(&mut token.claims, json!({"exp": setup.clock.now().as_second() + 120}));
        let members = json!({"expires_in": 86_400, "id_token": token.sign()});
        setup.stub.reply(TOKEN, refreshed(&setup, members));
        assert!(is_welcome(&browser.get("").await));
        assert_eq!(used(&setup).len(), expected);
    }
}

#[tokio::test]
async fn identity_is_kept_when_there_is_no_new_id_token() {
    let setup = Setup::with(&[OFFLINE]).await;
    let mut browser = signed_in(&setup, json!({}), json!({"exp": NOW + 300})).await;
    for _ in 0..5 {
        setup.advance(300);
        setup.stub.reply(TOKEN, refreshed(&setup, json!({"id_token": null})));
        for _ in 0..2 {
            assert_eq!(browser.get("").await.text("name"), "Alice Adams");
        }
    }
}

#[tokio::test]
async fn new_id_token_is_shown_and_used_at_logout() {
    let (setup, mut browser) = offline().await;
    setup.advance(300);
    let token = id_token(&setup);
    setup.stub.reply(TOKEN, refreshed(&setup, json!({"id_token": token.sign()})));
    browser.get("").await;
    let claims = browser.get("claims").await;
    assert!(claims.body.contains(&(NOW + 300).to_string()), "{claims:#?}");
    let form = [("csrf_token", claims.csrf_token())];
    let logout = browser.post("auth/logout", &form).await;
    assert!(logout.location().contains(&token.sign()), "{logout:#?}");
}

#[tokio::test]
async fn claims_about_the_user_follow_the_provider() {
    let setup = Setup::with(&[OFFLINE, ("REQUIRED_GROUPS", "staff")]).await;
    let mut browser = signed_in(&setup, json!({}), json!({})).await;
    assert!(is_welcome(&browser.get("").await));
    setup.advance(300);
    setup.stub.reply(TOKEN, refreshed(&setup, json!({})));
    setup.stub.reply(USERINFO, Reply::Json(json!({"sub": "alice-1", "groups": []})));
    assert_eq!(browser.get("").await.status, 403);
    let call = setup.stub.calls(USERINFO).pop().unwrap();
    assert_eq!(call.headers["authorization"], "Bearer another-access-token");
    // A failed userinfo request changes nothing.
    setup.advance(300);
    setup.stub.reply(TOKEN, refreshed(&setup, json!({})));
    setup.stub.reply(USERINFO, Reply::status(500, json!({})));
    assert_eq!(browser.get("").await.status, 403);
}

#[tokio::test]
async fn claims_come_from_the_id_token_without_userinfo() {
    let stub = Stub::start().await;
    stub.edit(DISCOVERY, |metadata| metadata["userinfo_endpoint"] = Value::Null);
    let setup = Setup::at(stub, &[OFFLINE]).await;
    let mut browser = signed_in(&setup, json!({}), json!({})).await;
    for (id_token, name) in [(Some("Alice Baker"), "Alice Baker"), (None, "Alice Baker")] {
        setup.advance(300);
        let id_token = id_token.map(|name| {
            let mut token = self::id_token(&setup);
            extend(&mut token.claims, json!({ "name": name }));
            token.sign()
        });
        setup.stub.reply(TOKEN, refreshed(&setup, json!({ "id_token": id_token })));
        assert_eq!(browser.get("").await.text("name"), name);
    }
}

#[tokio::test]
async fn userinfo_of_another_user_ends_the_session() {
    let (setup, mut browser) = offline().await;
    setup.advance(300);
    setup.stub.reply(TOKEN, refreshed(&setup, json!({})));
    setup.stub.reply(USERINFO, Reply::Json(json!({"sub": "bob-2", "name": "Bob"})));
    ended_by_a_check(&mut browser).await;
}

async fn ended_by_a_check(browser: &mut Browser) {
    let answer = browser.get("").await;
    assert!(answer.text("session-ended").contains("did not pass a security check"), "{answer:#?}");
    assert!(answer.body.contains("Please log in") && !answer.body.contains("Bob"));
    assert!(!is_welcome(&browser.get("").await));
}

/// Asserts the outcome of a refresh that returns an ID token with changed claims.
async fn outcome(login: Value, change: impl FnOnce(&mut IdToken), is_good: bool) {
    let setup = Setup::with(&[OFFLINE]).await;
    let mut browser = signed_in(&setup, json!({}), login).await;
    setup.advance(300);
    let mut token = id_token(&setup);
    change(&mut token);
    setup.stub.reply(TOKEN, refreshed(&setup, json!({"id_token": token.sign()})));
    if is_good {
        let answer = browser.get("").await;
        assert!(is_welcome(&answer), "{:#}\n{answer:#?}", token.claims);
    } else {
        ended_by_a_check(&mut browser).await;
        assert_eq!(
            setup.stub.calls(USERINFO).len(),
            1,
            "userinfo must not be requested with an invalid token"
        );
    }
    assert_eq!(used(&setup), ["first"]);
}

#[tokio::test]
async fn new_id_token_must_continue_the_first_one() {
    let now = NOW + 300;
    for (login, claims) in [
        (json!({}), json!({"iss": "http://evil.example"})),
        (json!({}), json!({"sub": "bob-2", "name": "Bob"})),
        (json!({}), json!({"sub": "ALICE-1"})),
        (json!({}), json!({"aud": "other"})),
        (json!({}), json!({"aud": ["app", "other"]})),
        (json!({}), json!({"azp": "other"})),
        (json!({}), json!({"azp": "app"})),
        (json!({"azp": "app"}), json!({})),
        (json!({}), json!({"nonce": "another"})),
        (json!({}), json!({"nonce": ""})),
        (json!({"auth_time": NOW - 5}), json!({"auth_time": now})),
        (json!({}), json!({"exp": now - 60})),
        (json!({}), json!({"iat": now + 61})),
        (json!({}), json!({"iat": null})),
        (json!({}), json!({"nbf": now + 61})),
        (json!({}), json!({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"})),
    ] {
        outcome(login, |token| extend(&mut token.claims, claims), false).await;
    }
}

#[tokio::test]
async fn new_id_token_may_omit_unchanged_claims() {
    for (login, claims) in [
        (json!({"azp": "app"}), json!({"azp": "app"})),
        (json!({"auth_time": NOW - 5}), json!({"auth_time": NOW - 5})),
        (json!({"auth_time": NOW - 5}), json!({})),
        (json!({}), json!({"auth_time": NOW - 5})),
        (json!({}), json!({"aud": ["app"]})),
    ] {
        outcome(login, |token| extend(&mut token.claims, claims), true).await;
    }
}

#[tokio::test]
async fn new_id_token_may_contain_the_nonce_of_the_login() {
    let setup = Setup::with(&[OFFLINE]).await;
    let mut browser = setup.browser();
    let login = begin(&mut browser, "auth/login").await;
    setup.grant(&setup.id_token(&login));
    setup.stub.edit(TOKEN, |document| {
        extend(document, json!({"refresh_token": "first", "expires_in": 300}));
    });
    callback(&mut browser, &login.response()).await;
    // In this refresh and in a later one, although the one in between has none.
    for nonce in [json!(login.nonce()), json!(null), json!(login.nonce())] {
        setup.advance(300);
        let mut token = id_token(&setup);
        extend(&mut token.claims, json!({ "nonce": nonce }));
        setup.stub.reply(TOKEN, refreshed(&setup, json!({"id_token": token.sign()})));
        assert!(is_welcome(&browser.get("").await));
    }
}

#[tokio::test]
async fn new_id_token_must_be_signed_by_the_provider() {
    outcome(json!({}), |token| token.key = Key::other(), false).await;
    outcome(json!({}), |token| token.header["alg"] = "none".into(), false).await;
    outcome(
        json!({}),
        |token| {
            token.header["alg"] = "HS256".into();
            token.key = Key::symmetric(b"s3cret");
        },
        false,
    )
    .await;
    outcome(json!({}), |token| token.spoil = |_| "garbage".to_owned(), false).await;
}

#[tokio::test]
async fn age_of_the_authentication_is_checked_at_the_login_only() {
    let setup = Setup::with(&[OFFLINE, ("OIDC_MAX_AGE", "60")]).await;
    let mut browser = signed_in(&setup, json!({}), json!({"auth_time": NOW})).await;
    setup.advance(300);
    let mut token = id_token(&setup);
    extend(&mut token.claims, json!({"auth_time": NOW}));
    setup.stub.reply(TOKEN, refreshed(&setup, json!({"id_token": token.sign()})));
    assert!(is_welcome(&browser.get("").await));
}

#[tokio::test]
async fn refusal_ends_the_session_and_offers_a_new_login() {
    for (status, error) in [
        (400, "invalid_grant"),
        (401, "invalid_client"),
        (400, "unauthorized_client"),
        (400, "made_up"),
        (200, "invalid_grant"),
    ] {
        let (setup, mut browser) = offline().await;
        setup.advance(300);
        setup.stub.reply(TOKEN, Reply::status(status, json!({"error": error})));
        let answer = browser.get("claims").await;
        assert_eq!(answer.text("session-ended"), "The sign-in service has ended your session.");
        assert_eq!(
            answer.attribute("sign-in", "href"),
            "/st_auth/auth/login?next=%2Fst_auth%2Fclaims"
        );
        // No second attempt and no session; a new login works as usual.
        assert!(browser.get("").await.body.contains("Please log in"));
        assert_eq!(used(&setup).len(), 1);
        setup.sign_in(&mut browser, json!({})).await;
        assert!(is_welcome(&browser.get("").await));
    }
}

#[tokio::test]
async fn temporary_failure_keeps_the_session_and_the_refresh_token() {
    let answer = |status| Reply::status(status, json!({"error": "invalid_grant"}));
    for reply in [
        answer(500),
        answer(503),
        answer(429),
        answer(408),
        Reply::text(400, "<html>"),
        Reply::text(404, ""),
        Reply::text(200, "<html>"),
        Reply::text(200, "[]"),
        Reply::Json(json!({})),
        Reply::Json(json!({"access_token": "a", "token_type": "mac"})),
        Reply::redirect(302, "/elsewhere"),
    ] {
        let (setup, mut browser) = offline().await;
        setup.advance(300);
        setup.stub.reply(TOKEN, reply.clone());
        for _ in 0..3 {
            assert!(is_welcome(&browser.get("").await), "{reply:?}");
        }
        assert_eq!(used(&setup), ["first"], "{reply:?}");
        setup.advance(29);
        browser.get("").await;
        assert_eq!(used(&setup).len(), 1, "{reply:?}");
        setup.advance(1);
        setup.stub.reply(TOKEN, refreshed(&setup, json!({})));
        assert!(is_welcome(&browser.get("").await), "{reply:?}");
        assert_eq!(used(&setup), ["first", "first"], "{reply:?}");
    }
}

#[tokio::test]
async fn unresponsive_provider_keeps_the_session() {
    let setup = Setup::impatient_with(Stub::start().await, &[OFFLINE]).await;
    let mut browser = signed_in(&setup, json!({}), json!({})).await;
    setup.advance(300);
    setup.stub.reply(TOKEN, Reply::Hang);
    assert!(is_welcome(&browser.get("").await));
    assert!(is_welcome(&browser.get("").await));
    assert_eq!(used(&setup).len(), 1);
}

#[tokio::test]
async fn unavailable_provider_keeps_the_session() {
    let (setup, mut browser) = offline().await;
    setup.advance(300);
    let Setup { stub, app, .. } = setup;
    stub.stop().await;
    assert!(is_welcome(&browser.get("").await));
    drop(app);
}

#[tokio::test]
async fn retry_after_is_respected() {
    for (retry_after, seconds) in [
        ("120", 120),
        ("1", 30),
        ("soon", 30),
        // 120 s after the clock's 00:05:00.
        ("Thu, 01 Jan 2026 00:07:00 GMT", 120),
        ("999999", 3600),
    ] {
        let setup = Setup::with(&[OFFLINE, ("SESSION_IDLE_SECONDS", "7200")]).await;
        let mut browser = signed_in(&setup, json!({}), json!({"exp": NOW + 7200})).await;
        setup.advance(300);
        let headers = vec![("retry-after", retry_after.to_owned())];
        setup.stub.reply(TOKEN, Reply::Raw(503, headers, Vec::new()));
        browser.get("").await;
        setup.advance(seconds - 1);
        assert!(is_welcome(&browser.get("").await));
        assert_eq!(used(&setup).len(), 1, "{retry_after}");
        setup.advance(1);
        assert!(is_welcome(&browser.get("").await));
        assert_eq!(used(&setup).len(), 2, "{retry_after}");
    }
}

#[tokio::test]
async fn expired_session_has_no_access_until_the_provider_confirms_it() {
    let setup = Setup::with(&[OFFLINE]).await;
    let mut browser = signed_in(&setup, json!({}), json!({"exp": NOW + 300})).await;
    setup.advance(360);
    setup.stub.reply(TOKEN, Reply::status(503, json!({})));
    for path in ["", "claims"] {
        let answer = browser.get(path).await;
        assert!(answer.text("session-ended").contains("cannot confirm"), "{answer:#?}");
        assert!(!answer.body.contains("Alice"));
    }
    assert_eq!(used(&setup).len(), 1);
    setup.advance(30);
    setup.stub.reply(TOKEN, refreshed(&setup, json!({})));
    assert!(is_welcome(&browser.get("").await));
}

#[tokio::test]
async fn session_that_may_outlive_its_id_token_does_so_without_a_refresh() {
    let setup = Setup::with(&[OFFLINE, ("SESSION_OUTLIVES_ID_TOKEN", "true")]).await;
    let mut browser = signed_in(&setup, json!({}), json!({"exp": NOW + 300})).await;
    setup.advance(1200);
    setup.stub.reply(TOKEN, Reply::status(503, json!({})));
    assert!(is_welcome(&browser.get("").await));
}

#[tokio::test]
async fn logout_during_a_refresh_is_final() {
    let (setup, mut browser) = offline().await;
    let csrf_token = browser.get("").await.csrf_token().to_owned();
    setup.advance(300);
    let (reply, release) = Reply::held(refreshed(&setup, json!({})));
    setup.stub.reply(TOKEN, reply);
    let mut tab = browser.copy();
    let request = tokio::spawn(async move { tab.get("").await });
    setup.stub.called(TOKEN, 2).await;
    let mut thief = browser.copy();
    let logout = browser.post("auth/logout", &[("csrf_token", &csrf_token)]).await;
    assert_eq!(logout.status, 303);
    release.notify_one();
    assert!(request.await.unwrap().body.contains("Please log in"));
    assert!(thief.get("").await.body.contains("Please log in"));
}

#[tokio::test]
async fn pages_that_sign_in_and_out_do_not_refresh() {
    let (setup, mut browser) = offline().await;
    setup.advance(300);
    for path in ["auth/login", "auth/callback?error=x", "auth/logout", "auth/logged-out"] {
        browser.request(Method::GET, path, |request| request).await;
    }
    assert!(used(&setup).is_empty());
}
