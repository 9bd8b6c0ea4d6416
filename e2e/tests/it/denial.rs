//! Users who are denied access.

use anyhow::Result;
use e2e::pages::{Claims, Denied, Home, LoggedOut, SignIn, SignInFailed, Welcome};
use e2e::stack::Stack;
use e2e::test::browser_test;

use crate::flow::flow;
use crate::login::sign_in_as;
use crate::redaction::failure;

#[tokio::test]
async fn a_user_in_none_of_the_required_groups_is_denied() -> Result<()> {
    browser_test(async |test| {
        let stack = test.stack(Stack::builder()).await?;
        let browser = test.browser().await?;
        sign_in_as(&browser, &stack, "charles").await?;

        let denied = Denied::seen(&browser).await?;
        assert_eq!(denied.required_groups().await?, ["staff"]);
        insta::assert_snapshot!("access_denied", browser.view().await?);

        // No page lets the user in, and none begins another login at the provider.
        browser.reload().await?;
        Denied::seen(&browser).await?;
        browser.visit(&stack.url("claims")).await?;
        Denied::seen(&browser).await?;
        let journal = stack.provider().journal();
        let logins = journal.iter().filter(|exchange| exchange.path == "/authorize").count();
        assert_eq!(logins, 1);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_user_in_any_of_the_required_groups_is_let_in() -> Result<()> {
    browser_test(async |test| {
        let stack = Stack::builder().app_variable("REQUIRED_GROUPS", "admins, contractors");
        let stack = test.stack(stack).await?;
        let browser = test.browser().await?;
        sign_in_as(&browser, &stack, "charles").await?;
        Welcome::seen(&browser).await?.log_out().await?;
        LoggedOut::seen(&browser).await?.sign_in().await?;
        SignIn::seen(&browser).await?.choose("sofya").await?;
        let denied = Denied::seen(&browser).await?;
        assert_eq!(denied.required_groups().await?, ["admins", "contractors"]);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn another_user_signs_in_after_a_denial() -> Result<()> {
    browser_test(async |test| {
        let stack = test.stack(Stack::builder()).await?;
        let browser = test.browser().await?;
        browser.visit(&stack.url("claims")).await?;
        SignIn::seen(&browser).await?.choose("charles").await?;
        let denied = Denied::seen(&browser).await?;
        stack.provider().clear_journal();
        denied.switch_user().await?;

        // The provider shows its page, although a user is signed in there.
        let sign_in = SignIn::seen(&browser).await?;
        assert!(sign_in.offers_to_continue().await?);
        sign_in.choose("ada").await?;

        // This is the page that the first user requested.
        Claims::seen(&browser).await?;
        insta::assert_snapshot!("flow_of_another_user", flow(&stack)?);
        browser.visit(&stack.url("")).await?;
        assert_eq!(Welcome::seen(&browser).await?.name().await?, "Ada Lovelace");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_same_user_may_continue_and_is_denied_again() -> Result<()> {
    browser_test(async |test| {
        let stack = test.stack(Stack::builder()).await?;
        let browser = test.browser().await?;
        sign_in_as(&browser, &stack, "charles").await?;
        Denied::seen(&browser).await?.switch_user().await?;
        SignIn::seen(&browser).await?.continue_session().await?;
        assert_eq!(Denied::seen(&browser).await?.name().await?, "Charles Babbage");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_denied_user_logs_out() -> Result<()> {
    browser_test(async |test| {
        let stack = test.stack(Stack::builder()).await?;
        let browser = test.browser().await?;
        sign_in_as(&browser, &stack, "charles").await?;
        Denied::seen(&browser).await?.log_out().await?;
        LoggedOut::seen(&browser).await?;
        Home::open(&browser, &stack).await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_user_who_presses_deny_sees_why_and_may_try_again() -> Result<()> {
    browser_test(async |test| {
        let stack = test.stack(Stack::builder()).await?;
        let browser = test.browser().await?;
        Home::open(&browser, &stack).await?.sign_in().await?;
        SignIn::seen(&browser).await?.deny().await?;
        insta::assert_snapshot!("denied_by_the_user", failure(&browser).await?);
        insta::assert_snapshot!("flow_of_a_denial", flow(&stack)?);
        SignInFailed::seen(&browser).await?.try_again().await?;
        SignIn::seen(&browser).await?.choose("ada").await?;
        Welcome::seen(&browser).await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_disabled_user_is_refused_and_another_user_is_not() -> Result<()> {
    browser_test(async |test| {
        let stack = test.stack(Stack::builder()).await?;
        let browser = test.browser().await?;
        sign_in_as(&browser, &stack, "kurt").await?;
        let failed = SignInFailed::seen(&browser).await?;
        assert_eq!(failed.code().await?, "access_denied");
        failed.switch_user().await?;
        let sign_in = SignIn::seen(&browser).await?;
        assert!(!sign_in.offers_to_continue().await?, "the refused user is signed in");
        sign_in.choose("ada").await?;
        Welcome::seen(&browser).await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_user_who_may_not_use_the_client_is_refused() -> Result<()> {
    browser_test(async |test| {
        let stack = test.stack(Stack::builder()).await?;
        let browser = test.browser().await?;
        sign_in_as(&browser, &stack, "alan").await?;
        assert_eq!(SignInFailed::seen(&browser).await?.code().await?, "access_denied");
        Home::open(&browser, &stack).await?;
        Ok(())
    })
    .await
}
