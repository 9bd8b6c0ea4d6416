//! The provider's pages for a logout that the end user starts there.

use anyhow::Result;
use browser::Browser;

use crate::stack::Stack;

/// The provider asks whether to end its session.
#[derive(Debug)]
pub struct ProviderLogout<'a> {
    browser: &'a Browser,
}

impl<'a> ProviderLogout<'a> {
    /// Opens the logout of the provider, and waits for the question.
    ///
    /// # Errors
    ///
    /// When another page is shown.
    pub async fn open(browser: &'a Browser, stack: &Stack) -> Result<Self> {
        browser.visit(&format!("{}/end-session", stack.provider().issuer())).await?;
        browser.see("button[value=sign-out]").await?;
        Ok(Self { browser })
    }

    /// Signs out, and waits for the page that confirms it and for its frames.
    ///
    /// # Errors
    ///
    /// When another page is shown.
    pub async fn sign_out(&self) -> Result<()> {
        self.browser.click("button[value=sign-out]").await?;
        self.browser.see("main.signed-out").await
    }
}
