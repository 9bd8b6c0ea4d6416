//! The Back and Reload buttons of the browser.

use anyhow::Result;
use e2e::pages::{Claims, Home, LoggedOut, SignIn, SignInFailed, Welcome};
use e2e::stack::Stack;
use e2e::test::{Test, browser_test};

use crate::every_browser::in_every_browser;
use crate::login::sign_in_as;

in_every_browser! {
    back_after_login_leaves_the_user_signed_in,
    back_after_logout_shows_nothing_of_the_user,
    back_after_logout_to_a_protected_page_asks_to_sign_in,
}

async fn back_after_login_leaves_the_user_signed_in(test: &Test) -> Result<()> {
    let stack = test.stack(Stack::builder()).await?;
    let browser = test.browser().await?;
    sign_in_as(&browser, &stack, "ada").await?;
    Welcome::seen(&browser).await?;
    browser.back().await?;
    // The browser repeats the authorization request. The provider knows the user and responds, but that
    // login is already complete.
    let failed = SignInFailed::seen(&browser).await?;
    assert_eq!(failed.code().await?, "invalid_state");
    let still = failed.still_signed_in().await?;
    assert_eq!(still, "You are still signed in as Ada Lovelace.");
    failed.go_home().await?;
    Welcome::seen(&browser).await?;
    Ok(())
}

async fn back_after_logout_shows_nothing_of_the_user(test: &Test) -> Result<()> {
    let stack = test.stack(Stack::builder()).await?;
    let browser = test.browser().await?;
    sign_in_as(&browser, &stack, "ada").await?;
    Welcome::seen(&browser).await?.log_out().await?;
    LoggedOut::seen(&browser).await?;
    browser.back().await?;
    Home::seen(&browser).await?;
    Ok(())
}

async fn back_after_logout_to_a_protected_page_asks_to_sign_in(test: &Test) -> Result<()> {
    let stack = test.stack(Stack::builder()).await?;
    let browser = test.browser().await?;
    sign_in_as(&browser, &stack, "ada").await?;
    Welcome::seen(&browser).await?.follow_to_claims().await?;
    Claims::seen(&browser).await?.log_out().await?;
    LoggedOut::seen(&browser).await?;
    browser.back().await?;
    SignIn::seen(&browser).await?;
    Ok(())
}

#[tokio::test]
async fn a_reload_after_login_changes_nothing() -> Result<()> {
    browser_test(async |test| {
        let stack = test.stack(Stack::builder()).await?;
        let browser = test.browser().await?;
        sign_in_as(&browser, &stack, "ada").await?;
        Welcome::seen(&browser).await?;
        let seen = browser.view().await?;
        stack.provider().clear_journal();
        browser.reload().await?;
        Welcome::seen(&browser).await?;
        assert_eq!(browser.view().await?, seen);
        assert_eq!(stack.provider().journal().len(), 0);
        Ok(())
    })
    .await
}
