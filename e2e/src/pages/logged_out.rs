//! The app's page after a logout.

use anyhow::Result;
use browser::Browser;

/// The app reports that the user is signed out.
#[derive(Debug)]
pub struct LoggedOut<'a> {
    browser: &'a Browser,
}

impl<'a> LoggedOut<'a> {
    /// Waits for the page.
    ///
    /// # Errors
    ///
    /// When another page is shown.
    pub async fn seen(browser: &'a Browser) -> Result<Self> {
        browser.see("#logged-out").await?;
        Ok(Self { browser })
    }

    /// The sentence about the session at the provider.
    ///
    /// # Errors
    ///
    /// When the page has changed.
    pub async fn scope(&self) -> Result<String> {
        self.browser.text("#logout-scope").await
    }

    /// Follows the link to the login.
    ///
    /// # Errors
    ///
    /// When the page has changed.
    pub async fn sign_in(&self) -> Result<()> {
        self.browser.click("#sign-in").await
    }
}
