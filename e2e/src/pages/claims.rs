//! The app's page with the claims of the ID token.

use anyhow::Result;
use browser::Browser;

/// The app shows the claims of the ID token.
#[derive(Debug)]
pub struct Claims<'a> {
    browser: &'a Browser,
}

impl<'a> Claims<'a> {
    /// Waits for the page.
    ///
    /// # Errors
    ///
    /// When another page is shown.
    pub async fn seen(browser: &'a Browser) -> Result<Self> {
        browser.see("#id-token").await?;
        Ok(Self { browser })
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
