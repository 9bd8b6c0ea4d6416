//! A provider that goes away, and comes back.

use anyhow::Result;
use e2e::pages::{Home, LoggedOut, SignIn, SignInFailed, Welcome};
use e2e::stack::Stack;
use e2e::test::{Test, browser_test};

use crate::callback::{answer, begin};
use crate::every_browser::in_every_browser;
use crate::login::sign_in_as;
use crate::redaction::failure;

in_every_browser! {
    a_provider_that_went_away_can_be_used_when_it_is_back,
}

#[tokio::test]
async fn an_app_that_never_met_its_provider_says_so_and_signs_in_once_it_is_there() -> Result<()> {
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

async fn a_provider_that_went_away_can_be_used_when_it_is_back(test: &Test) -> Result<()> {
    let stack = test.stack(Stack::builder()).await?;
    let browser = test.browser().await?;
    stack.ready().await?;
    stack.provider().suspend().await;
    // The app cannot know: the browser finds nobody there, and says so itself.
    browser.visit(&stack.url("auth/login")).await?;
    assert!(!SignIn::is_shown(&browser).await?, "the provider answers");

    stack.provider().resume().await?;
    sign_in_as(&browser, &stack, "ada").await?;
    Welcome::seen(&browser).await?;
    Ok(())
}

#[tokio::test]
async fn a_provider_that_goes_away_between_redirect_and_callback_is_no_dead_end() -> Result<()> {
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
async fn who_is_signed_in_does_not_notice_an_outage() -> Result<()> {
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

        // True: the provider signs the same user in, unasked.
        stack.provider().resume().await?;
        logged_out.sign_in().await?;
        Welcome::seen(&browser).await?;
        Ok(())
    })
    .await
}
