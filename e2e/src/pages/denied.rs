//! The app's page for a user who is in none of the required groups.

use anyhow::Result;
use browser::Browser;

/// The app denies a user access.
#[derive(Debug)]
pub struct Denied<'a> {
    browser: &'a Browser,
}

impl<'a> Denied<'a> {
    /// Waits for the page.
    ///
    /// # Errors
    ///
    /// When another page is shown.
    pub async fn seen(browser: &'a Browser) -> Result<Self> {
        browser.see("#access-denied").await?;
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

    /// The groups of which the user must be in one.
    ///
    /// # Errors
    ///
    /// When the browser is gone.
    pub async fn required_groups(&self) -> Result<Vec<String>> {
        self.browser.texts("#required-groups > li").await
    }

    /// Follows the link to sign in as another user.
    ///
    /// # Errors
    ///
    /// When the page has changed.
    pub async fn switch_user(&self) -> Result<()> {
        self.browser.click("#switch-user").await
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
