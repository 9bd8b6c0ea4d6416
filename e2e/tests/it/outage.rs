//! A provider that stops responding, and recovers.

use anyhow::Result;
use e2e::pages::{Home, LoggedOut, SignIn, SignInFailed, Welcome};
use e2e::stack::Stack;
use e2e::test::{Test, browser_test};

use crate::callback::{answer, begin};
use crate::every_browser::in_every_browser;
use crate::login::sign_in_as;
use crate::redaction::failure;

in_every_browser! {
    a_provider_can_be_used_again_after_an_outage,
}

#[tokio::test]
async fn an_app_that_has_never_reached_its_provider_signs_in_once_it_responds() -> Result<()> {
    browser_test(async |test| {
        let stack = test.stack(Stack::builder().provider_away()).await?;
        let browser = test.browser().await?;
        Home::open(&browser, &stack).await?.sign_in().await?;
        insta::assert_snapshot!("provider_away", failure(&browser).await?);

        stack.provider().resume().await?;
        SignInFailed::seen(&browser).await?.try_again().await?;
        SignIn::seen(&browser).await?.choose("ada").await?;
        Welcome::seen(&browser).await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_deep_link_survives_an_outage() -> Result<()> {
    browser_test(async |test| {
        let stack = test.stack(Stack::builder().provider_away()).await?;
        let browser = test.browser().await?;
        browser.visit(&stack.url("claims")).await?;
        let failed = SignInFailed::seen(&browser).await?;
        stack.provider().resume().await?;
        failed.try_again().await?;
        SignIn::seen(&browser).await?.choose("ada").await?;
        browser.url_where("the deep link", |url| url.as_str() == stack.url("claims")).await?;
        Ok(())
    })
    .await
}

async fn a_provider_can_be_used_again_after_an_outage(test: &Test) -> Result<()> {
    let stack = test.stack(Stack::builder()).await?;
    let browser = test.browser().await?;
    stack.ready().await?;
    stack.provider().suspend().await;
    // The app does not know about the outage, so the browser shows its own error page.
    browser.visit(&stack.url("auth/login")).await?;
    assert!(!SignIn::is_shown(&browser).await?, "the provider responds");

    stack.provider().resume().await?;
    sign_in_as(&browser, &stack, "ada").await?;
    Welcome::seen(&browser).await?;
    Ok(())
}

#[tokio::test]
async fn an_outage_between_redirect_and_callback_is_not_a_dead_end() -> Result<()> {
    browser_test(async |test| {
        let stack = test.stack(Stack::builder()).await?;
        let browser = test.browser().await?;
        let request = begin(&browser, &stack).await?;
        let answer = answer(&stack, "ada", &request).await?;
        stack.provider().suspend().await;
        browser.visit(answer.as_str()).await?;
        let failed = SignInFailed::seen(&browser).await?;
        assert_eq!(failed.code().await?, "provider_unreachable");

        stack.provider().resume().await?;
        failed.try_again().await?;
        SignIn::seen(&browser).await?.choose("ada").await?;
        Welcome::seen(&browser).await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_outage_does_not_affect_existing_sessions() -> Result<()> {
    browser_test(async |test| {
        let stack = test.stack(Stack::builder()).await?;
        let browser = test.browser().await?;
        sign_in_as(&browser, &stack, "ada").await?;
        Welcome::seen(&browser).await?;
        stack.provider().suspend().await;
        browser.reload().await?;
        Welcome::seen(&browser).await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn logout_during_an_outage_is_local_and_says_so() -> Result<()> {
    browser_test(async |test| {
        let stack = test.stack(Stack::builder()).await?;
        let browser = test.browser().await?;
        sign_in_as(&browser, &stack, "ada").await?;
        let welcome = Welcome::seen(&browser).await?;
        stack.provider().suspend().await;
        welcome.log_out().await?;
        let logged_out = LoggedOut::seen(&browser).await?;
        insta::assert_snapshot!(logged_out.scope().await?, @"You may still be signed in at the sign-in service: the next person to use this browser could sign in as you.");

        // Indeed, the provider signs the same user in without asking.
        stack.provider().resume().await?;
        logged_out.sign_in().await?;
        Welcome::seen(&browser).await?;
        Ok(())
    })
    .await
}
