//! The app's page for a failed login.

use anyhow::Result;
use browser::Browser;

/// The app explains why the login failed.
#[derive(Debug)]
pub struct SignInFailed<'a> {
    browser: &'a Browser,
}

impl<'a> SignInFailed<'a> {
    /// Waits for the page.
    ///
    /// # Errors
    ///
    /// When another page is shown.
    pub async fn seen(browser: &'a Browser) -> Result<Self> {
        browser.see("#sign-in-failed").await?;
        Ok(Self { browser })
    }

    /// The error code.
    ///
    /// # Errors
    ///
    /// When the page has changed.
    pub async fn code(&self) -> Result<String> {
        self.browser.text("#error-code").await
    }

    /// The explanation.
    ///
    /// # Errors
    ///
    /// When the page has changed.
    pub async fn sentence(&self) -> Result<String> {
        self.browser.text("#error-sentence").await
    }

    /// The identifier of the request in the log.
    ///
    /// # Errors
    ///
    /// When the page has changed.
    pub async fn request_id(&self) -> Result<String> {
        self.browser.text("#request-id").await
    }

    /// The sentence about the session that still exists.
    ///
    /// # Errors
    ///
    /// When there is no session.
    pub async fn still_signed_in(&self) -> Result<String> {
        self.browser.text("#still-signed-in").await
    }

    /// Follows the link to try again.
    ///
    /// # Errors
    ///
    /// When the page has changed.
    pub async fn try_again(&self) -> Result<()> {
        self.browser.click("#try-again").await
    }

    /// Follows the link to sign in as another user.
    ///
    /// # Errors
    ///
    /// When the page has changed.
    pub async fn switch_user(&self) -> Result<()> {
        self.browser.click("#switch-user").await
    }

    /// Follows the link to the start page.
    ///
    /// # Errors
    ///
    /// When the page has changed.
    pub async fn go_home(&self) -> Result<()> {
        self.browser.click("#home").await
    }
}
