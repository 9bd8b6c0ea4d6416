//! The app's start page after a login.

use anyhow::Result;
use browser::Browser;

/// The app greets the user.
#[derive(Debug)]
pub struct Welcome<'a> {
    browser: &'a Browser,
}

impl<'a> Welcome<'a> {
    /// Waits for the page.
    ///
    /// # Errors
    ///
    /// When another page is shown.
    pub async fn seen(browser: &'a Browser) -> Result<Self> {
        browser.see("#welcome").await?;
        Ok(Self { browser })
    }

    /// The name of the user.
    ///
    /// # Errors
    ///
    /// When the page has changed.
    pub async fn name(&self) -> Result<String> {
        self.browser.text("#name").await
    }

    /// The groups of the user.
    ///
    /// # Errors
    ///
    /// When the browser is gone.
    pub async fn groups(&self) -> Result<Vec<String>> {
        self.browser.texts("#groups > li").await
    }

    /// Follows the link to the claims of the ID token.
    ///
    /// # Errors
    ///
    /// When the page has changed.
    pub async fn follow_to_claims(&self) -> Result<()> {
        self.browser.click("#token-claims").await
    }

    /// Logs out.
    ///
    /// # Errors
    ///
    /// When the page has changed.
    pub async fn log_out(&self) -> Result<()> {
        self.browser.click("#logout").await
    }
}
