//! The app's question whether to log out.

use anyhow::Result;
use browser::Browser;

/// The app asks before it signs out.
#[derive(Debug)]
pub struct ConfirmLogout<'a> {
    browser: &'a Browser,
}

impl<'a> ConfirmLogout<'a> {
    /// Waits for the page.
    ///
    /// # Errors
    ///
    /// When another one is shown.
    pub async fn seen(browser: &'a Browser) -> Result<Self> {
        browser.see("#confirm-logout").await?;
        Ok(Self { browser })
    }

    /// Logs out.
    ///
    /// # Errors
    ///
    /// When the page changed meanwhile.
    pub async fn log_out(&self) -> Result<()> {
        self.browser.click("#logout").await
    }
}
