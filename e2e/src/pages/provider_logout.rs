//! The provider's pages of a logout that nobody but the end user asked for.

use anyhow::Result;
use browser::Browser;

use crate::stack::Stack;

/// The provider asks before it ends its session.
#[derive(Debug)]
pub struct ProviderLogout<'a> {
    browser: &'a Browser,
}

impl<'a> ProviderLogout<'a> {
    /// Types the address of the logout, and waits for the question.
    ///
    /// # Errors
    ///
    /// When another page is shown.
    pub async fn open(browser: &'a Browser, stack: &Stack) -> Result<Self> {
        browser.visit(&format!("{}/end-session", stack.provider().issuer())).await?;
        browser.see("button[value=sign-out]").await?;
        Ok(Self { browser })
    }

    /// Signs out, and waits until the provider says that its session has ended. The frames of that
    /// page are loaded by then.
    ///
    /// # Errors
    ///
    /// When another page is shown.
    pub async fn sign_out(&self) -> Result<()> {
        self.browser.click("button[value=sign-out]").await?;
        self.browser.see("main.signed-out").await
    }
}
