//! Sessions of the app, and their cookies.

use std::time::Duration;

use anyhow::{Context, Result};
use browser::{Browser, Cookie};
use e2e::pages::{Home, LoggedOut, SignIn, Welcome};
use e2e::stack::Stack;
use e2e::test::browser_test;

use crate::login::sign_in_as;

/// The session cookie of the app.
async fn session_cookie(browser: &Browser) -> Result<Cookie<'static>> {
    let cookies = browser.cookies().await?;
    let session = cookies.into_iter().find(|cookie| cookie.name() == "rp_session");
    session.context("there is no session cookie")
}

#[tokio::test]
async fn a_session_ends_when_its_id_token_expires() -> Result<()> {
    browser_test(async |test| {
        let stack = test.stack(Stack::builder()).await?;
        let browser = test.browser().await?;
        sign_in_as(&browser, &stack, "ada").await?;
        Welcome::seen(&browser).await?;
        // The session is never idle for an hour, but the ID token expires after an hour and a minute.
        for _ in 0..2 {
            stack.advance(Duration::from_secs(29 * 60));
            browser.reload().await?;
            Welcome::seen(&browser).await?;
        }
        stack.advance(Duration::from_secs(3 * 60));
        browser.reload().await?;
        Home::seen(&browser).await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_session_cookie_is_visible_to_the_app_only() -> Result<()> {
    browser_test(async |test| {
        let stack = test.stack(Stack::builder()).await?;
        let browser = test.browser().await?;
        sign_in_as(&browser, &stack, "ada").await?;
        Welcome::seen(&browser).await?;
        for cookie in browser.cookies().await? {
            assert_eq!(cookie.http_only(), Some(true), "{cookie}");
            assert!(cookie.same_site().is_some_and(|same_site| same_site.is_lax()), "{cookie}");
            assert_eq!(cookie.path(), Some("/st_auth"), "{cookie}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_session_cookie_from_before_the_logout_is_invalid() -> Result<()> {
    browser_test(async |test| {
        let stack = test.stack(Stack::builder()).await?;
        let browser = test.browser().await?;
        sign_in_as(&browser, &stack, "ada").await?;
        let welcome = Welcome::seen(&browser).await?;
        let kept = session_cookie(&browser).await?;
        welcome.log_out().await?;
        LoggedOut::seen(&browser).await?;
        assert!(session_cookie(&browser).await.is_err());

        browser.set_cookie(kept.clone()).await?;
        Home::open(&browser, &stack).await?;
        assert_eq!(session_cookie(&browser).await?.value(), kept.value());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_session_cookie_from_before_the_login_is_invalid_after_it() -> Result<()> {
    browser_test(async |test| {
        let stack = test.stack(Stack::builder()).await?;
        let attacker = test.browser().await?;
        sign_in_as(&attacker, &stack, "sofya").await?;
        Welcome::seen(&attacker).await?;
        let planted = session_cookie(&attacker).await?;

        let victim = test.browser().await?;
        Home::open(&victim, &stack).await?;
        victim.set_cookie(planted.clone()).await?;
        victim.visit(&stack.url("auth/login")).await?;
        SignIn::seen(&victim).await?.choose("ada").await?;
        assert_eq!(Welcome::seen(&victim).await?.name().await?, "Ada Lovelace");
        assert_ne!(session_cookie(&victim).await?.value(), planted.value());
        // The planted session has ended and did not become the victim's.
        attacker.reload().await?;
        Home::seen(&attacker).await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_logout_in_one_tab_applies_to_every_tab() -> Result<()> {
    browser_test(async |test| {
        let stack = test.stack(Stack::builder()).await?;
        let browser = test.browser().await?;
        sign_in_as(&browser, &stack, "ada").await?;
        Welcome::seen(&browser).await?;
        let first = browser.tab().await?;
        browser.open_tab().await?;
        browser.visit(&stack.url("")).await?;
        Welcome::seen(&browser).await?.log_out().await?;
        LoggedOut::seen(&browser).await?;
        browser.switch_to(&first).await?;
        // A logout without a session shows neither an error nor a question.
        Welcome::seen(&browser).await?.log_out().await?;
        Home::seen(&browser).await?;
        Ok(())
    })
    .await
}
