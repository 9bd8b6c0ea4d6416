//! The app's page that asks before a logout.

use anyhow::Result;
use browser::Browser;

/// The app asks whether to log out.
#[derive(Debug)]
pub struct ConfirmLogout<'a> {
    browser: &'a Browser,
}

impl<'a> ConfirmLogout<'a> {
    /// Waits for the page.
    ///
    /// # Errors
    ///
    /// When another page is shown.
    pub async fn seen(browser: &'a Browser) -> Result<Self> {
        browser.see("#confirm-logout").await?;
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
