//! The app's page at the end of a logout.

use anyhow::Result;
use browser::Browser;

/// The app says that the user is signed out.
#[derive(Debug)]
pub struct LoggedOut<'a> {
    browser: &'a Browser,
}

impl<'a> LoggedOut<'a> {
    /// Waits for the page.
    ///
    /// # Errors
    ///
    /// When another one is shown.
    pub async fn seen(browser: &'a Browser) -> Result<Self> {
        browser.see("#logged-out").await?;
        Ok(Self { browser })
    }

    /// What is said of the session at the provider.
    ///
    /// # Errors
    ///
    /// When the page changed meanwhile.
    pub async fn scope(&self) -> Result<String> {
        self.browser.text("#logout-scope").await
    }

    /// Follows the link to the login.
    ///
    /// # Errors
    ///
    /// When the page changed meanwhile.
    pub async fn sign_in(&self) -> Result<()> {
        self.browser.click("#sign-in").await
    }
}
