//! The app's page for every login that failed.

use anyhow::Result;
use browser::Browser;

/// The app explains why nobody is signed in.
#[derive(Debug)]
pub struct SignInFailed<'a> {
    browser: &'a Browser,
}

impl<'a> SignInFailed<'a> {
    /// Waits for the page.
    ///
    /// # Errors
    ///
    /// When another one is shown.
    pub async fn seen(browser: &'a Browser) -> Result<Self> {
        browser.see("#sign-in-failed").await?;
        Ok(Self { browser })
    }

    /// The error code.
    ///
    /// # Errors
    ///
    /// When the page changed meanwhile.
    pub async fn code(&self) -> Result<String> {
        self.browser.text("#error-code").await
    }

    /// The explanation.
    ///
    /// # Errors
    ///
    /// When the page changed meanwhile.
    pub async fn sentence(&self) -> Result<String> {
        self.browser.text("#error-sentence").await
    }

    /// What the log knows the request by.
    ///
    /// # Errors
    ///
    /// When the page changed meanwhile.
    pub async fn request_id(&self) -> Result<String> {
        self.browser.text("#request-id").await
    }

    /// Who is signed in all the same.
    ///
    /// # Errors
    ///
    /// When nobody is.
    pub async fn still_signed_in(&self) -> Result<String> {
        self.browser.text("#still-signed-in").await
    }

    /// Follows the link to another attempt.
    ///
    /// # Errors
    ///
    /// When the page changed meanwhile.
    pub async fn try_again(&self) -> Result<()> {
        self.browser.click("#try-again").await
    }

    /// Follows the link to sign in as somebody else.
    ///
    /// # Errors
    ///
    /// When the page changed meanwhile.
    pub async fn switch_user(&self) -> Result<()> {
        self.browser.click("#switch-user").await
    }

    /// Follows the link to the start page.
    ///
    /// # Errors
    ///
    /// When the page changed meanwhile.
    pub async fn go_home(&self) -> Result<()> {
        self.browser.click("#home").await
    }
}
