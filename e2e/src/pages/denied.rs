//! The app's answer to a user without any of the required groups.

use anyhow::Result;
use browser::Browser;

/// The app refuses a user.
#[derive(Debug)]
pub struct Denied<'a> {
    browser: &'a Browser,
}

impl<'a> Denied<'a> {
    /// Waits for the page.
    ///
    /// # Errors
    ///
    /// When another one is shown.
    pub async fn seen(browser: &'a Browser) -> Result<Self> {
        browser.see("#access-denied").await?;
        Ok(Self { browser })
    }

    /// What the app calls the user.
    ///
    /// # Errors
    ///
    /// When the page changed meanwhile.
    pub async fn name(&self) -> Result<String> {
        self.browser.text("#name").await
    }

    /// The groups of which any would do.
    ///
    /// # Errors
    ///
    /// When the browser is gone.
    pub async fn required_groups(&self) -> Result<Vec<String>> {
        self.browser.texts("#required-groups > li").await
    }

    /// Follows the link to sign in as somebody else.
    ///
    /// # Errors
    ///
    /// When the page changed meanwhile.
    pub async fn switch_user(&self) -> Result<()> {
        self.browser.click("#switch-user").await
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
